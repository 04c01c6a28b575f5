// SPDX-License-Identifier: MIT
// One run: event loops in virtual time, a memory network, servers and clients on them, and what
// one seed makes of it all. It stops at the first thing that must not be.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <weft/loop/timer.hpp>
#include <weft/loop/virtual_clock.hpp>
#include <weft/testing/memory_network.hpp>

#include "simulation/conversations/endpoint.hpp"
#include "simulation/conversations/tally.hpp"

namespace weft::simulation {

class stranger;

class world {
public:
    world(std::uint64_t seed, tally& sum, bool traces);
    ~world();

    /// The whole run.
    void run();

    /// What must not be, with the last steps if they were traced; empty if all was well.
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

    // --- for the parties and endpoints

    void fail(const std::string& what);
    void note(std::string_view what);
    [[nodiscard]] time_point now(const endpoint& at) const { return at.loop.now(); }
    [[nodiscard]] const testing::network_stream* link_of(const party& who) const;
    [[nodiscard]] party* party_number(std::size_t number);
    [[nodiscard]] static party* party_of(connection& c);

    /// What an application does in a handler of `who`, or of nobody.
    void in_handler(const char* what, party* who);

    [[nodiscard]] connection_options any_options();
    [[nodiscard]] duration any_timeout();
    [[nodiscard]] stretch any_stretch();
    [[nodiscard]] bool looks_twice() { return chance.one_in(4); }

    /// Counts a handler while it is on the stack.
    class running {
    public:
        explicit running(int& depth) noexcept : depth_(depth) { ++depth_; }
        running(const running&) = delete;
        running& operator=(const running&) = delete;
        ~running() { --depth_; }

    private:
        int& depth_;
    };

    /// Calls a function when it leaves, by an exception too.
    template <class Function>
    struct at_exit {
        explicit at_exit(Function then) : call(std::move(then)) {}
        at_exit(const at_exit&) = delete;
        at_exit& operator=(const at_exit&) = delete;
        ~at_exit() { call(); }

        Function call;
    };

    // --- for the operations

    [[nodiscard]] party* any_open();
    [[nodiscard]] endpoint* any_endpoint(bool serves);
    [[nodiscard]] testing::network_stream* any_link();
    [[nodiscard]] event_loop& any_loop();
    [[nodiscard]] bool busy() const noexcept { return active_; }
    void connect();
    void replace(endpoint& old);
    void visit_by_stranger();
    void shut_down_loop(event_loop& which);
    void turn(event_loop& which);
    void set_network();
    [[nodiscard]] testing::line any_line();
    [[nodiscard]] duration patience() const noexcept { return patience_; }

    tally& sum;
    testing::dice chance;
    testing::memory_network net;
    virtual_clock clock;
    std::shared_ptr<int> alive = std::make_shared<int>();
    std::vector<std::unique_ptr<event_loop>> loops;
    std::deque<endpoint> endpoints; // the dead ones too
    std::deque<party> parties;      // a client and its server, one behind the other
    std::vector<std::unique_ptr<timer>> timers;
    party* acting = nullptr; // whose handler is on the stack
    int depth = 0;           // handlers on the stack
    std::size_t thrown = 0;

private:
    void draw_character();
    void act();
    void step();
    void settle();
    void pass(duration time);
    void check_settled();
    void calm_down();
    void end();
    void drop_all();
    void check_end();

    std::string failure_;
    std::deque<std::string> trace_;
    std::vector<std::unique_ptr<stranger>> strangers_;
    std::vector<std::unique_ptr<ending>> loop_endings_;
    std::vector<std::shared_ptr<loop_state>> states_; // of loops that may be gone
    std::size_t caught_ = 0;
    std::size_t operations_left_ = 500;
    std::size_t size_max_ = 0;         // of messages
    std::size_t acts_in_handlers_ = 0; // one in so many
    duration patience_{};              // timeouts are drawn up to this
    std::size_t hurry_ = 0;            // one in so many timeouts is set
    duration latency_max_{};
    std::size_t piece_max_ = 0;
    std::size_t capacity_ = 0;
    std::uint32_t quality_ = 0; // one write in so many fails
    bool traces_;
    bool active_ = true; // handlers act
};

} // namespace weft::simulation
