// SPDX-License-Identifier: MIT
// Connects to a name: looks it up, races its addresses, and reports the result once.
#pragma once

#include <string>
#include <vector>

#include <weft/core/function.hpp>
#include <weft/core/report.hpp>

#include "loop/address_race.hpp"
#include "loop/connect_attempt.hpp"
#include "loop/lookup_state.hpp"
#include "loop/name_query.hpp"

namespace weft {

/// Where and how to connect.
struct connect_plan {
    std::vector<address> addresses; ///< if not empty, no name is looked up

    std::string host;
    std::uint16_t port = 0;

    duration attempt_delay = std::chrono::milliseconds(250);
    duration resolution_delay = std::chrono::milliseconds(50);
    connect_socket_options socket;

    /// Called in the first turn, before anything is looked up or tried.
    function<void(class connector&)> begun;

    /// Called when the first address is about to be tried.
    function<void(class connector&)> resolved;
};

/// Connects to the first of several addresses that answers (RFC 8305).
///
/// Made by `start`; destroys itself after it has called `then`, or in `cancel`. It calls `then` in
/// a turn, never from inside `start`. The connection that needs it counts as work; the connector
/// does not.
class connector final : private timed_work_item,
                        private address_sink,
                        private connect_attempt::owner {
public:
    /// Called with the socket, or with an error and the phase in which it happened:
    /// `phase::resolve` or `phase::connect`.
    using connected = function<void(phase at, result<owned_socket>)>;

    static connector& start(loop_state& loop, connect_plan plan, connected then);

    /// Cancels the attempts without calling `then`.
    void cancel() noexcept;

    /// Returns the address that the reported error concerns, or the one that was tried last; none
    /// before that.
    [[nodiscard]] const address& tried() const noexcept { return at_; }

private:
    connector(loop_state& loop, connect_plan plan, connected then);
    ~connector() override = default;

    // called by the driver
    void run() noexcept override;
    void expire() noexcept override;

    // names
    void begin();
    void look_up();
    void on_found(std::span<const address> some) noexcept override;
    void on_no_more(std::error_code why) noexcept override;

    // addresses
    void try_addresses();
    void try_address(const address& where);
    void on_attempt_ended(connect_attempt& which, std::error_code why) override;
    void remember(std::error_code why, const address& where) noexcept;

    // the end
    template <class Step>
    void take(Step&& step) noexcept;
    void report_failure();
    void finish(phase at, result<owned_socket> outcome);
    void stop() noexcept;

    loop_state& loop_;
    connect_plan plan_;
    connected then_;
    address_race race_;
    std::vector<connect_attempt*> attempts_;
    name_query query_;
    std::error_code error_;
    address at_; // the address that `error_` concerns
    bool begun_ = false;
    bool tried_ = false; // an address was tried
    bool ended_ = false;
};

} // namespace weft
