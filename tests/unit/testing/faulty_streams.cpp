// SPDX-License-Identifier: MIT
// Each does one part of a sound stream's work wrong.
#include "faulty_streams.hpp"

#include <algorithm>
#include <utility>

namespace weft::testing {
namespace {

using pieces_of_output = std::span<const std::span<const std::byte>>;

std::size_t size_of(pieces_of_output pieces) {
    std::size_t size = 0;
    for (const auto piece : pieces) size += piece.size();
    return size;
}

class reports_inside_a_call final : public passing_stream {
    using passing_stream::passing_stream;
    void start(stream_events& sink) noexcept override {
        passing_stream::start(sink);
        sink.on_writable();
    }
};

class does_not_ask final : public passing_stream {
    using passing_stream::passing_stream;
    bool wants_bytes() noexcept override { return true; }
};

class ignores_wants_bytes final : public passing_stream {
    using passing_stream::passing_stream;
    bool wants_bytes() noexcept override { return sink().wants_bytes() || true; }
};

class asks_again_and_again final : public passing_stream {
    using passing_stream::passing_stream;
    bool wants_bytes() noexcept override {
        const bool wanted = sink().wants_bytes();
        if (!wanted) driver().defer(*this);
        return wanted;
    }
    void run() noexcept override { inner().resume(); }
};

class does_not_pause final : public passing_stream {
    using passing_stream::passing_stream;
    void pause() noexcept override {}
};

class does_not_resume final : public passing_stream {
    using passing_stream::passing_stream;
    void resume() noexcept override {}
};

class pauses_writing_too final : public passing_stream {
    using passing_stream::passing_stream;
    void pause() noexcept override {
        paused_ = true;
        passing_stream::pause();
    }
    void on_writable() override {
        if (!paused_) sink().on_writable();
    }
    bool paused_ = false;
};

class forgets_on_writable final : public passing_stream {
    using passing_stream::passing_stream;
    void on_writable() override {}
};

class calls_on_writable_needlessly final : public passing_stream {
    using passing_stream::passing_stream;
    result<std::size_t> write(pieces_of_output pieces) noexcept override {
        driver().defer(*this);
        return passing_stream::write(pieces);
    }
    void run() noexcept override { sink().on_writable(); }
};

class claims_to_have_taken_all final : public passing_stream {
    using passing_stream::passing_stream;
    result<std::size_t> write(pieces_of_output pieces) noexcept override {
        const auto taken = passing_stream::write(pieces);
        return taken ? size_of(pieces) : taken;
    }
};

class never_full final : public passing_stream {
    using passing_stream::passing_stream;
    result<std::size_t> write(pieces_of_output pieces) noexcept override { return size_of(pieces); }
};

class writes_backwards final : public passing_stream {
    using passing_stream::passing_stream;
    result<std::size_t> write(pieces_of_output pieces) noexcept override {
        const std::vector<std::span<const std::byte>> turned(pieces.rbegin(), pieces.rend());
        return passing_stream::write(turned);
    }
};

class takes_one_piece final : public passing_stream {
    using passing_stream::passing_stream;
    result<std::size_t> write(pieces_of_output pieces) noexcept override {
        return passing_stream::write(pieces.first(std::min<std::size_t>(pieces.size(), 1)));
    }
};

class writes_after_close final : public passing_stream {
    using passing_stream::passing_stream;
    result<std::size_t> write(pieces_of_output pieces) noexcept override {
        return closed_ ? size_of(pieces) : passing_stream::write(pieces);
    }
    void close() noexcept override {
        closed_ = true;
        passing_stream::close();
    }
    bool closed_ = false;
};

class loses_the_end final : public passing_stream {
    using passing_stream::passing_stream;
    void on_eof() override {}
};

class ends_twice final : public passing_stream {
    using passing_stream::passing_stream;
    void on_eof() override {
        sink().on_eof();
        if (sink().wants_bytes()) sink().on_eof();
    }
};

/// Reads ahead, and tells the end before what it has in hand.
class overtakes_its_bytes final : public passing_stream {
    using passing_stream::passing_stream;
    void on_receive(std::span<std::byte> bytes) override {
        held_.insert(held_.end(), bytes.begin(), bytes.end());
        driver().defer(*this);
    }
    void on_eof() override {
        sink().on_eof();
        run();
    }
    void run() noexcept override {
        if (++rounds_ < 3) return driver().defer(*this);
        if (!held_.empty() && sink().wants_bytes()) sink().on_receive(held_);
        held_.clear();
    }
    std::vector<std::byte> held_;
    int rounds_ = 0;
};

class closes_both_directions final : public passing_stream {
    using passing_stream::passing_stream;
    void half_close() noexcept override { inner().close(); }
};

class does_not_half_close final : public passing_stream {
    using passing_stream::passing_stream;
    void half_close() noexcept override {}
};

class does_not_close final : public passing_stream {
    using passing_stream::passing_stream;
    void close() noexcept override {}
};

class busy_for_nothing final : public passing_stream {
    using passing_stream::passing_stream;
    void start(stream_events& sink) noexcept override {
        passing_stream::start(sink);
        driver().defer(*this);
    }
    void run() noexcept override { driver().defer(*this); }
};

/// What somebody else holds open does not close when it is destroyed.
class stays_open final : public passing_stream {
public:
    using passing_stream::passing_stream;
    ~stays_open() override {
        inner().pause(); // it has nobody to tell
        held().push_back(release());
    }

    static std::vector<std::unique_ptr<stream>>& held() {
        static std::vector<std::unique_ptr<stream>> all;
        return all;
    }
};

/// A pair whose near end is faulty.
template <class Faulty>
class faulty_pair final : public piped_streams {
public:
    ~faulty_pair() override { stays_open::held().clear(); }
    std::unique_ptr<stream> near() override {
        return std::make_unique<Faulty>(piped_streams::near());
    }
};

template <class Faulty>
std::unique_ptr<streams_under_test> make_faulty() {
    return std::make_unique<faulty_pair<Faulty>>();
}

#define FAULTY(type, check, words) faulty_stream{#type, check, words, make_faulty<type>}

} // namespace

const std::vector<faulty_stream>& all_faulty_streams() {
    static const std::vector<faulty_stream> all = {
        FAULTY(reports_inside_a_call, "resting", "inside a call to the stream"),
        FAULTY(does_not_ask, "bytes", "without wants_bytes"),
        FAULTY(ignores_wants_bytes, "asking", "after it returned false"),
        FAULTY(asks_again_and_again, "asking", "there is always something to do"),
        FAULTY(does_not_pause, "pausing", "while reading was paused"),
        FAULTY(does_not_resume, "pausing", "not delivered after resume"),
        FAULTY(pauses_writing_too, "writing_while_paused", "a pause concerns reading only"),
        FAULTY(forgets_on_writable, "full", "on_writable is not called when the peer has read"),
        FAULTY(calls_on_writable_needlessly, "bytes", "had accepted everything"),
        FAULTY(claims_to_have_taken_all, "bytes", "not all bytes that were written arrive"),
        FAULTY(never_full, "full", "accepts everything although the peer does not read"),
        FAULTY(writes_backwards, "pieces", "in another order"),
        FAULTY(takes_one_piece, "pieces", "what a write did not accept"),
        FAULTY(writes_after_close, "after_close", "write accepts bytes after close"),
        FAULTY(loses_the_end, "half_closing", "on_eof is not called when the peer has ended"),
        FAULTY(ends_twice, "half_closing", "on_eof was called twice"),
        FAULTY(overtakes_its_bytes, "the_end_of_the_input", "before all earlier bytes"),
        FAULTY(closes_both_directions, "half_closing", "the other direction does not continue"),
        FAULTY(does_not_half_close, "half_closing", "does not notice the end after half_close"),
        FAULTY(does_not_close, "closing", "after the stream was closed"),
        FAULTY(busy_for_nothing, "resting", "there is always something to do"),
        FAULTY(stays_open, "destroying", "destroying a stream does not close it"),
    };
    return all;
}

} // namespace weft::testing
