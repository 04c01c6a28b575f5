// SPDX-License-Identifier: MIT
// One end of a checked pair: calls its stream, receives its events, and records every event that
// breaks a rule of `stream_events`, whatever the check is about.
#pragma once

#include <cstddef>
#include <functional>
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

/// The defects that one check has found, each once, in order.
class stream_complaints {
public:
    void add(std::string_view what);
    [[nodiscard]] const std::vector<std::string>& all() const { return said_; }

private:
    std::vector<std::string> said_;
    std::set<std::string, std::less<>> known_;
};

/// The kind of an event.
enum class event_kind : std::uint8_t { bytes, eof, writable, error };

/// A stream, its sink, and the events received. Outlives the stream.
class stream_end {
public:
    stream_end(std::unique_ptr<stream> checked, stream_complaints& complaints);
    ~stream_end();
    stream_end(const stream_end&) = delete;
    stream_end& operator=(const stream_end&) = delete;

    // --- calls; they do nothing once the stream is gone

    void start();
    void pause();
    void resume();
    void half_close();
    void close();

    /// Calls `write` once; returns how many bytes were accepted. Returns 0 if it failed, which is
    /// recorded.
    std::size_t write(std::span<const std::span<const std::byte>> pieces);
    std::size_t write(std::string_view text);

    /// Writes all of `text`, in pieces of various sizes, as the stream has room.
    void send(std::string text);

    /// Destroys the stream as an owner must: at once outside a turn; in a turn, closes and retires
    /// it.
    void destroy();

    // --- events received

    std::string received;
    std::size_t asked = 0; ///< calls of `wants_bytes`
    std::size_t eofs = 0;
    std::size_t writables = 0;
    std::error_code error;
    bool write_failed = false;

    /// Returns true if the stream is neither closed nor destroyed, and has not failed.
    [[nodiscard]] bool usable() const { return life_ && !over_; }
    [[nodiscard]] bool blocked() const { return blocked_; } ///< a write was accepted in part
    [[nodiscard]] bool all_sent() const { return outbox_.empty(); }
    [[nodiscard]] bool noticed_end() const { return eofs != 0 || error || write_failed; }
    [[nodiscard]] stream& checked();

    /// What `wants_bytes` returns.
    bool willing = true;

    /// Called for each event, after it was recorded.
    function<void(event_kind)> on_reported;

private:
    class life;

    void send_some();
    void handler(event_kind what);
    void rule(bool kept, std::string_view otherwise);
    template <class Call>
    void call(Call&& make);

    stream_complaints& complaints_;
    life* life_;
    std::string outbox_;
    std::size_t sent_pieces_ = 0;
    std::size_t calls_ = 0; // calls into the stream that are on the stack
    bool over_ = false;     // closed, destroyed or failed: no event may follow
    bool paused_ = false;
    bool blocked_ = false; // a write was accepted in part
    bool agreed_ = false;  // `wants_bytes` returned true, and no event has followed
};

/// Returns `size` bytes whose pattern makes an offset of a few bytes detectable.
[[nodiscard]] std::string varied_text(std::size_t size);

} // namespace weft::testing
