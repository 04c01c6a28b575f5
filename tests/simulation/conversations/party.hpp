// SPDX-License-Identifier: MIT
// One end of a conversation as the model sees it: what it has sent and received, how it
// ended; and whether that may be so. It calls the connection, and nothing of the world around.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include <weft/connection/connection.hpp>

#include "simulation/conversations/content.hpp"

namespace weft::simulation {

class world;
struct endpoint;

/// Something that one party has sent, which the other hears in its order.
struct item {
    enum class kind { message, ping, pong };

    kind what = kind::message;
    stretch body = {};      // of a message
    std::size_t number = 0; // of a ping or a pong
};

class party {
public:
    party(world& around, std::size_t number, weft::role plays);

    // --- what handlers tell

    void on_open(connection& c);
    void on_message(message m);
    void on_ping(std::string_view payload);
    void on_pong(std::string_view payload);
    void on_writable();
    void on_end(bool by_close, const report& why);

    // --- what the application does, on a connection that is `here`

    void send(const stretch& body);
    void send_part(const stretch& body, bool last);
    void ping();
    void pong();
    void close(close_code code, std::string_view reason);
    void abort();
    void pause();
    void resume();

    /// Something else than `close` is about to end it.
    void closes_now(bool with_handshake);

    /// Its endpoint was destroyed.
    void gone();

    // --- what must hold

    /// After a turn that left nothing to do: no deadline has passed in vain.
    void check_deadlines();

    /// After such a turn: what has arrived at the other was delivered.
    void check_delivered() const;

    /// After a time without faults, with nobody paused: all has arrived, and `writable` was called.
    void check_calm() const;

    /// After that time, with nobody at the other end.
    void check_left() const { expect(!open(), "the other has left, but it is open"); }

    /// By whatever way somebody got hold of a connection, it is this one's.
    void check_is(const connection& c) const { expect(here == &c, "another's connection"); }

    /// At the end of everything.
    void check_end() const;

    [[nodiscard]] bool open() const noexcept { return here && opened_ && here->is_open(); }
    [[nodiscard]] bool over() const noexcept { return ended_ || gone_; }
    [[nodiscard]] bool opened() const noexcept { return opened_; }
    [[nodiscard]] std::string name() const;

    world& around;
    const std::size_t number;
    const weft::role role;
    party* other = nullptr;
    endpoint* at = nullptr;
    connection* here = nullptr; // from the dial, or from `open`, until the end was reported
    connection_handle handle;
    bool deferred = false;
    int running = 0;    // handlers on the stack
    time_point begun{}; // of the dial, or of the stream
    std::optional<time_point> attached;

private:
    [[nodiscard]] bool took(send_result said, bool allowed, const char* what);
    void hear(const item& arrived, std::string_view what);
    void check_open_deadlines(time_point now);
    void check_reason(const report& why) const;
    [[nodiscard]] time_point last_input() const;
    [[nodiscard]] time_point last_taken() const;
    [[nodiscard]] time_point last_sent() const;
    [[nodiscard]] time_point last_went_on() const;
    [[nodiscard]] time_point last_under_way() const;
    void look_at_output(time_point now);
    [[nodiscard]] bool may_hold_back() const;
    void expect(bool holds, const std::string& what) const;

    std::deque<item> undelivered_; // sent, and not yet delivered to the other
    std::size_t sent_ = 0;
    std::size_t received_ = 0;
    std::optional<stretch> parts_; // a message of which not all parts are sent
    std::size_t pings_ = 0;
    std::size_t pongs_ = 0;
    std::size_t last_answer_ = 0;   // the ping that was last answered
    std::size_t answered_till_ = 0; // the ping up to which answers may have been left out
    std::optional<report> end_;
    std::optional<time_point> closing_; // when the closing handshake began
    time_point opened_at_{};
    time_point resumed_at_{};
    time_point pinged_ = never; // a ping has been sent by then
    time_point waits_since_ = never; // output waits here
    time_point waited_at_{};         // output last waited, or much was under way
    std::size_t under_way_ = 0;      // when that was last looked at
    bool opened_ = false;
    bool ended_ = false;
    bool gone_ = false;
    bool paused_ = false;
    bool ever_paused_ = false;
    bool writable_due_ = false;
    bool closed_here_ = false; // this side may have begun the end
    bool discards_messages_ = false; // it closed while it was paused, so that it hears no more
};

} // namespace weft::simulation
