// SPDX-License-Identifier: MIT
// Streams that do one thing wrong each, and a sound one that they differ from: they hand all on
// between their owner and one end of a memory pipe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>
#include <weft/testing/streams_under_test.hpp>

namespace weft::testing {

/// Hands every call and every event on, as a filter does.
class passing_stream : public stream, public work_item, protected stream_events {
public:
    explicit passing_stream(std::unique_ptr<stream> inner)
        : stream(inner->driver()), inner_(std::move(inner)) {}

    void start(stream_events& sink) noexcept override {
        sink_ = &sink;
        inner_->start(*this);
    }
    void pause() noexcept override { inner_->pause(); }
    void resume() noexcept override { inner_->resume(); }
    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override {
        return inner_->write(pieces);
    }
    void half_close() noexcept override { inner_->half_close(); }
    void close() noexcept override { inner_->close(); }

protected:
    [[nodiscard]] stream_events& sink() { return *sink_; }
    [[nodiscard]] stream& inner() { return *inner_; }
    [[nodiscard]] std::unique_ptr<stream> release() { return std::move(inner_); }

    bool wants_bytes() noexcept override { return sink_->wants_bytes(); }
    void on_receive(std::span<std::byte> bytes) override { sink_->on_receive(bytes); }
    void on_eof() override { sink_->on_eof(); }
    void on_writable() override { sink_->on_writable(); }
    void on_error(std::error_code why) override { sink_->on_error(why); }
    void run() noexcept override {}

private:
    std::unique_ptr<stream> inner_;
    stream_events* sink_ = nullptr;
};

/// Both ends of a memory pipe on a driver that is moved by hand.
class piped_streams : public streams_under_test {
public:
    std::unique_ptr<stream> near() override { return std::move(ends_.first); }
    std::unique_ptr<stream> far() override { return std::move(ends_.second); }
    bool turn(duration) override { return driver_.advance(driver_.now()); }

private:
    manual_driver driver_;
    std::pair<std::unique_ptr<memory_stream>, std::unique_ptr<memory_stream>> ends_ =
        memory_pipe(driver_, driver_);
};

struct faulty_stream {
    std::string name;
    std::string check; ///< the one that finds the fault
    std::string words; ///< a part of what it says
    streams_factory make;
};

[[nodiscard]] const std::vector<faulty_stream>& all_faulty_streams();

} // namespace weft::testing
