// SPDX-License-Identifier: MIT
// One end of a checked pair: calls its stream, hears it, and notes every event that breaks a rule
// of `stream_events`, whatever the check is about.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <weft/core/function.hpp>
#include <weft/stream/stream.hpp>
#include <weft/stream/work_item.hpp>

namespace weft::testing {

/// What was found by one check, each thing once, in the order of finding.
class stream_complaints {
public:
    void add(std::string_view what);
    [[nodiscard]] const std::vector<std::string>& all() const { return said_; }

private:
    std::vector<std::string> said_;
    std::set<std::string, std::less<>> known_;
};

/// What a stream told.
enum class told : std::uint8_t { bytes, eof, writable, error };

/// A stream, its sink, and what was heard. Outlives the stream.
class stream_end {
public:
    stream_end(std::unique_ptr<stream> checked, stream_complaints& complaints);
    ~stream_end();
    stream_end(const stream_end&) = delete;
    stream_end& operator=(const stream_end&) = delete;

    // --- calls; they do nothing when the stream is gone

    void start();
    void pause();
    void resume();
    void half_close();
    void close();

    /// One `write`; the bytes that were taken, also 0 when it failed, which is noted.
    std::size_t write(std::span<const std::span<const std::byte>> pieces);
    std::size_t write(std::string_view text);

    /// Writes all of `text`, in pieces of many sizes, as the stream has room.
    void send(std::string text);

    /// As an owner does: at once outside a turn, in a turn it is closed and buried.
    void destroy();

    // --- what was heard

    std::string received;
    std::size_t asked = 0; ///< calls of `wants_bytes`
    std::size_t eofs = 0;
    std::size_t writables = 0;
    std::error_code error;
    bool write_failed = false;

    /// Neither closed nor destroyed, and nothing has failed.
    [[nodiscard]] bool usable() const { return life_ && !over_; }
    [[nodiscard]] bool blocked() const { return blocked_; } ///< a write took only a part
    [[nodiscard]] bool all_sent() const { return outbox_.empty(); }
    [[nodiscard]] bool heard_the_end() const { return eofs != 0 || error || write_failed; }
    [[nodiscard]] stream& checked();

    /// The answer to `wants_bytes`.
    bool willing = true;

    /// Called for each event, after it was noted.
    function<void(told)> on_told;

private:
    class life;

    void send_some();
    void hear(told what);
    void rule(bool kept, std::string_view otherwise);
    template <class Call>
    void call(Call&& make);

    stream_complaints& complaints_;
    life* life_;
    std::string outbox_;
    std::size_t sent_pieces_ = 0;
    std::size_t calls_ = 0; // into the stream, on the stack
    bool over_ = false;     // closed, destroyed or failed: nothing may be heard any more
    bool paused_ = false;
    bool blocked_ = false; // a write took only a part
    bool agreed_ = false;  // wants_bytes was answered with yes, and nothing told since
};

/// `size` bytes that differ from those shifted by a few.
[[nodiscard]] std::string varied_text(std::size_t size);

} // namespace weft::testing
