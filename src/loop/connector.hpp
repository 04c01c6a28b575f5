// SPDX-License-Identifier: MIT
// Connecting to a name: looking it up, racing its addresses, and telling once how it ended.
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

/// Where to connect to, and how.
struct connect_plan {
    std::vector<address> addresses; ///< if there are any, no name is looked up

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

/// Connects to the first of some addresses that answers (RFC 8305).
///
/// Made with `start`; it dies by itself after it has told, or by `cancel`. It tells in a turn,
/// never from inside `start`. The connection that it connects for counts as work, not this.
class connector final : private timed_work_item,
                        private address_sink,
                        private connect_attempt::owner {
public:
    /// The socket, or why there is none and how far it came: `phase::resolve` or `phase::connect`.
    using connected = function<void(phase at, result<owned_socket>)>;

    static connector& start(loop_state& loop, connect_plan plan, connected then);

    /// Gives up without a word.
    void cancel() noexcept;

    /// The address whose error is told, or the one that was tried last; none before that.
    [[nodiscard]] const address& tried() const noexcept { return at_; }

private:
    connector(loop_state& loop, connect_plan plan, connected then);
    ~connector() override = default;

    // from the driver
    void run() noexcept override;
    void expire() noexcept override;

    // names
    void begin();
    void look_up();
    void on_found(std::span<const address> some) noexcept override;
    void on_no_more(std::error_code why) noexcept override;

    // addresses
    void go_on();
    void try_address(const address& where);
    void on_attempt_ended(connect_attempt& which, std::error_code why) override;
    void remember(std::error_code why, const address& where) noexcept;

    // the end
    template <class Step>
    void take(Step&& step) noexcept;
    void tell_failure();
    void tell(phase at, result<owned_socket> outcome);
    void let_go() noexcept;

    loop_state& loop_;
    connect_plan plan_;
    connected then_;
    address_race race_;
    std::vector<connect_attempt*> attempts_;
    name_query query_;
    std::error_code error_;
    address at_; // of that error
    bool begun_ = false;
    bool tried_ = false; // an address
    bool ended_ = false;
};

} // namespace weft
