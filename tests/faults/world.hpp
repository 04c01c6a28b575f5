// SPDX-License-Identifier: MIT
// What a scenario is played in: a loop and what drives it, a server that echoes, a client, and
// what was reported. Its steps say whether they came about. Knows no fault.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/loop/guest.hpp>
#include <weft/loop/timer.hpp>
#include <weft/weft.hpp>

#include "loop/posix/system_calls.hpp"

namespace weft::testing {

/// An engine, and how its loop is run.
struct setting {
    std::string name;
    engine_kind engine;
    bool guest; ///< in an edge-triggered host, or else alone
};

/// The settings of this system.
[[nodiscard]] const std::vector<setting>& all_settings();

/// One side of a connection, and what its handlers have received.
struct party {
    int opened = 0;
    int ended = 0;
    std::size_t received = 0; ///< bytes of messages
    report why;
    connection* open = nullptr; ///< while it is
};

/// A folder for socket files that is empty at the beginning.
class socket_folder {
public:
    socket_folder();
    ~socket_folder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string file(std::string_view name) const;
    [[nodiscard]] bool empty() const { return std::filesystem::is_empty(path_); }

private:
    std::filesystem::path path_;
};

class world {
public:
    explicit world(const setting& how) : how_(how) {}
    ~world();

    // --- steps; each returns whether it has come about

    /// Makes the loop, the server and the client, and attaches the loop to its host.
    bool begin();

    [[nodiscard]] bool begun() const { return client_.has_value(); }

    /// A connection that is quiet meanwhile.
    bool add_bystander();

    /// An echo listens at `where`: "127.0.0.1:0", "unix:..."
    bool listen(const std::string& where, listen_options options = {});

    /// Connects to the echo, `host` being what stands in the URI, and waits until both sides are
    /// open.
    bool connect(const std::string& host = "127.0.0.1", connect_options options = {});

    /// The same over sockets that are connected already, one of them for the client.
    bool join(owned_descriptor ours, owned_descriptor theirs);

    /// The client of the last `connect` sends so many bytes and hears them.
    bool echo(std::size_t size);

    /// It closes, and both sides hear so.
    bool close();

    /// Shuts server and client down until nothing is left.
    bool shut_down();

    /// Makes turns until `holds`. When nothing happens time goes on to the next deadline; false
    /// when that has not helped either.
    bool until(const std::function<bool()>& holds);

    /// Makes turns until nothing happens.
    void settle();

    /// The bystander echoes, and so does a new connection: what has failed did no harm to others.
    bool others_go_on();

    // --- what a scenario works with

    [[nodiscard]] event_loop& loop() { return *loop_; }
    [[nodiscard]] server& its_server() { return *server_; }
    [[nodiscard]] client& its_client() { return *client_; }
    [[nodiscard]] const address& listening_at() const { return listening_at_; }
    [[nodiscard]] party& outbound() { return *outbound_; }
    [[nodiscard]] std::deque<party>& served() { return served_; }
    [[nodiscard]] const socket_folder& folder() const { return folder_; }
    [[nodiscard]] bool is_guest() const { return how_.guest; }

    /// Notes an error that was reported.
    void tell(std::error_code why) { reported_.push_back(why); }

    // --- what is judged

    [[nodiscard]] const std::vector<std::error_code>& reported() const { return reported_; }

    /// A descriptor that stays readable though turns do nothing or is not though there is something
    /// to do, or a wait that does not wait.
    [[nodiscard]] const std::string& broken_contract() const { return broken_; }

    /// What has failed may have been on its way only.
    [[nodiscard]] bool has_moved_clock() const { return has_moved_clock_; }

    /// Connections whose end was reported twice, or not at all.
    [[nodiscard]] std::string ends_that_are_wrong() const;

    /// Frees all; nothing may be done afterwards.
    void end();

    /// Counts the loop's waits.
    std::function<std::size_t()> waits = [] { return std::size_t{0}; };

    /// How long something may be on its way before time goes on instead.
    std::chrono::milliseconds patience{1};

    /// The scenario speaks over IP without listening here.
    bool over_ip = false;

    /// Waiting long will not help.
    bool hopeless = false;

    /// An EAGAIN was made up, after which no edge comes by itself.
    bool edges_are_lost = false;

private:
    void make_loop();
    bool attach();
    void serve();
    handlers hearing(party& into);
    bool open_on_both_sides(std::size_t served_before);
    bool step();
    bool guest_step();
    bool alone_step();
    bool quick_step();
    bool move_on(int moves);
    [[nodiscard]] std::chrono::milliseconds patience_now() const;

    const setting& how_;
    socket_folder folder_;
    std::vector<std::error_code> reported_;
    std::string broken_;
    int done_ = 0;          // shutdowns
    bool was_idle_ = false; // in this `until`
    bool has_moved_clock_ = false;
    std::deque<party> outbound_ones_;
    std::deque<party> served_;
    party* outbound_ = nullptr;
    party* bystander_ = nullptr;
    address listening_at_;
    address bystander_at_;
    owned_descriptor host_;
    std::optional<event_loop> loop_;
    std::optional<guest> guest_;
    std::optional<server> server_;
    std::optional<client> client_;
};

} // namespace weft::testing
