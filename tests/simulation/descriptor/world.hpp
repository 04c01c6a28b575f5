// SPDX-License-Identifier: MIT
// A loop as a guest, with a server, a client and raw peers on real sockets, and a model of them:
// what the test has done and received so far says whether a turn would make progress.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <weft/weft.hpp>

#include "simulation/descriptor/host.hpp"
#include "simulation/descriptor/raw_client.hpp"

namespace weft::testing {

using namespace std::chrono_literals;

/// A raw peer and the server's connection to it.
struct subject {
    std::unique_ptr<raw_client> peer;
    connection* at_server = nullptr; ///< from `open` to the end
    bool ended = false;
    bool closing = false;
    bool aborted = false;
    std::size_t received = 0; ///< messages that the server's handler received
    std::size_t sent = 0;  ///< messages that the server sent
    int on_stack = 0;

    [[nodiscard]] bool open() const { return at_server && !ended && !closing && !aborted; }
};

/// A connection that `client` has connected, to the echoing route of the server beside it.
struct outbound {
    connection* here = nullptr;
    bool ended = false;
    bool aborted = false;
    unsigned server = 0; ///< which server it was; they are replaced
    std::size_t sent = 0;
    std::size_t echoed = 0;

    [[nodiscard]] bool open() const { return here && !ended && !aborted; }
};

/// A timer and when it is due.
struct alarm_clock {
    std::optional<timer> ring;
    std::optional<time_point> due; ///< while armed
};

class world {
public:
    world(std::uint64_t seed, watching how);
    world(const world&) = delete;
    world& operator=(const world&) = delete;
    ~world();

    // --- chance
    std::size_t below(std::size_t end) { return random_() % end; }
    template <class T>
    T* one_of(const std::vector<std::shared_ptr<T>>& all) {
        return all.empty() ? nullptr : all[below(all.size())].get();
    }
    budget any_budget();

    // --- what exists
    void begin_server();
    void listen();
    void drop_server();
    void begin_client();
    void drop_client();
    void connect_peer(bool by_tcp);
    void drop_peer(subject& which);
    void connect();
    void arm(alarm_clock& which, duration after);

    /// Sends to the peer, and counts it if it was taken.
    void send(subject& to, std::size_t size);
    void post();
    void wake();

    // --- turns and what must be true of them
    turn_result turn(budget limit);

    /// Turns as a host makes them, as long as the descriptor says so.
    void run_host(std::size_t turns_max);

    /// If a turn would make progress, then the descriptor is readable, or will be at once.
    void check();

    /// Runs the host until all that was begun is done; nothing may be left then, and no wake-up.
    void settle();

    /// Bytes for paused connections wake nobody.
    void check_quiet_pause(subject& paused);

    [[nodiscard]] std::string reason_to_turn() const;
    void failed(const std::string& why);
    [[nodiscard]] const std::string& failure() const { return failure_; }

    static constexpr std::size_t peers_max = 12;

    event_loop loop;
    std::optional<weft::server> server;
    std::optional<weft::client> client;
    std::optional<address> tcp;
    std::optional<address> local;
    std::vector<std::shared_ptr<subject>> subjects;
    std::vector<std::shared_ptr<outbound>> dials;
    std::vector<std::shared_ptr<alarm_clock>> alarms;
    std::size_t posted = 0;
    std::size_t ran = 0;
    int depth = 0; ///< of turns

private:
    void hear(subject& by, std::string_view text);
    void react(subject& by, char how);
    [[nodiscard]] std::string reason_of(const subject& one) const;
    [[nodiscard]] std::string reason_of(const outbound& one) const;
    [[nodiscard]] std::string unsettled() const;
    void forget_ended();
    void check_idle_turn(turn_result last);

    std::mt19937_64 random_;
    host host_;
    std::size_t next_id_ = 0;
    std::vector<std::shared_ptr<subject>> known_; ///< by id
    unsigned servers_ = 0;
    std::size_t wakes_ = 0;
    std::size_t wakes_handled_ = 0;
    bool more_waiting_ = false;
    std::string failure_;
};

} // namespace weft::testing
