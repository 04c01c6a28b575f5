// SPDX-License-Identifier: MIT
// Joins two connections of a relay: passes on what each receives, pauses one while the output of
// the other waits, and ends both together. Knows neither their kinds nor where they come from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include <weft/core/function.hpp>
#include <weft/core/time.hpp>
#include <weft/loop/timer.hpp>

#include "weft/relay/relay_end.hpp"

namespace weft_tool {

class relay_link;

/// Observes links: for the log, for recordings, and to remove links that have ended.
class relay_observer {
public:
    /// Called when both connections are open.
    virtual void link_opened(relay_link& which) = 0;
    virtual void link_passes(relay_link& which, std::size_t from, const relay_piece& what) = 0;
    virtual void link_input_ended(relay_link& which, std::size_t from) = 0;

    /// Called once, when both connections have ended. Must not destroy the link yet.
    virtual void link_ended(relay_link& which) = 0;

protected:
    ~relay_observer() = default;
};

class relay_link final : public relay_events {
public:
    /// `wait` applies when the input of one end has ended and the other end cannot be half-closed:
    /// the other end is closed after it has sent nothing for this time.
    relay_link(weft::event_loop& loop, std::uint64_t number, std::unique_ptr<relay_end> first,
               std::unique_ptr<relay_end> second, weft::duration wait, relay_observer& observer);

    void start();

    /// Ends both connections properly with this code.
    void close(weft::close_code code);

    /// Ends both connections at once.
    void abort();

    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    [[nodiscard]] bool opened() const noexcept { return both_open_; }
    [[nodiscard]] const relay_end& end(std::size_t which) const { return *sides_[which].end; }

    /// Returns the bytes received from an end.
    [[nodiscard]] std::uint64_t received_from(std::size_t which) const {
        return sides_[which].received;
    }

    /// Returns why the link ended, and which end ended it; none if `close` did.
    [[nodiscard]] const relay_ending& ending() const noexcept { return ending_; }
    [[nodiscard]] std::optional<std::size_t> ended_by() const noexcept { return ended_by_; }

private:
    struct side {
        std::unique_ptr<relay_end> end;
        std::uint64_t received = 0;
        bool open = false;
        bool ended = false;
        bool backed_up = false;
        bool finished = false; // its input has ended
    };

    void opened(relay_end& from) override;
    void received(relay_end& from, const relay_piece& what) override;
    void drained(relay_end& from) override;
    void input_ended(relay_end& from) override;
    void ended(relay_end& from, const relay_ending& why) override;

    [[nodiscard]] std::size_t index_of(const relay_end& which) const noexcept {
        return sides_[0].end.get() == &which ? 0 : 1;
    }
    void await_silence();
    void end_silence();

    std::array<side, 2> sides_;
    relay_observer& observer_;
    weft::timer silence_;
    weft::duration wait_;
    relay_ending ending_;
    std::uint64_t number_;
    std::optional<std::size_t> ended_by_;
    bool both_open_ = false;
    bool closes_when_silent_ = false;
    bool ending_known_ = false;
};

} // namespace weft_tool
