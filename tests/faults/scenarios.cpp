// SPDX-License-Identifier: MIT
// The scenarios of sockets, names, signals and dispatchers, each of them a few steps.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <mutex>

#include <weft/loop/dispatcher_guest.hpp>

#include "endpoint/raw_peer.hpp"
#include "faults/scenario.hpp"

#include "loop/loop_state.hpp"
#include "loop/system.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

bool echo_over_tcp(world& w) {
    return w.listen("127.0.0.1:0") && w.connect() && w.echo(5) && w.echo(200) && w.close();
}

bool echo_over_ipv6(world& w) {
    return w.listen("[::1]:0") && w.connect("[::1]") && w.echo(5) && w.close();
}

/// ::1 comes first, and nobody listens there.
bool connect_to_localhost(world& w) {
    return w.listen("127.0.0.1:0") && w.connect("localhost") && w.echo(5) && w.close();
}

bool dial_from_an_address(world& w) {
    connect_options from;
    from.local_address = *address::parse("127.0.0.1", 0);
    return w.listen("127.0.0.1:0") && w.connect("127.0.0.1", std::move(from)) && w.close();
}

bool dial_a_name_in_the_hosts_file(world& w) {
    const std::string path = w.folder().file("hosts");
    std::ofstream(path) << "127.0.0.1 somewhere\n";
    const bool outbound = w.listen("127.0.0.1:0") && w.connect("somewhere") && w.close();
    ::unlink(path.c_str());
    return outbound;
}

/// As a guest's loop in a forked child does, though in this process.
bool disown_a_loop(world& w) {
    auto made = event_loop::create();
    const auto shown = made ? made->descriptor() : result<int>(failure(made.error()));
    if (shown && made->state()->engine().disown()) return true;
    w.tell(shown ? std::error_code(errno, std::system_category()) : shown.error());
    return false;
}

/// A queue that calls what is in it. Without a timer, as the clock may have been moved.
bool stay_in_a_dispatcher(world& w) {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<function<void()>> queue;
    auto loop = event_loop::create();
    auto stay = !loop ? result<guest>(failure(loop.error()))
                      : guest::create(*loop, dispatcher_host([&](function<void()> work) {
                            const std::scoped_lock lock(mutex);
                            queue.push_back(std::move(work));
                            changed.notify_one();
                        }));
    if (!stay) {
        w.tell(stay.error());
        return false;
    }
    bool ran = false;
    loop->post([&] { ran = true; });
    while (!ran) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return !queue.empty(); });
        auto next = std::move(queue.front());
        queue.pop_front();
        lock.unlock();
        next();
    }
    return true;
}

/// A socket file that nobody listens at any more. If nobody takes its place it goes in the end.
class dead_socket_file {
public:
    explicit dead_socket_file(const std::string& path) : path_(path) {
        const owned_descriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un where{};
        where.sun_family = AF_UNIX;
        path.copy(where.sun_path, sizeof(where.sun_path) - 1);
        ::bind(made.get(), reinterpret_cast<const sockaddr*>(&where), sizeof(where));
        inode_ = inode();
    }
    ~dead_socket_file() {
        if (inode() == inode_) ::unlink(path_.c_str());
    }

private:
    [[nodiscard]] ino_t inode() const {
        struct stat found {};
        return ::lstat(path_.c_str(), &found) == 0 ? found.st_ino : 0;
    }

    std::string path_;
    ino_t inode_ = 0;
};

bool echo_over_a_unix_socket(world& w) {
    const std::string path = w.folder().file("echo.sock");
    const dead_socket_file dead(path);
    const bool echoed = w.listen("unix:" + path) && w.connect() && w.echo(5) && w.close();
    w.its_server().stop_listening();
    return echoed;
}

bool echo_over_a_unix_socket_with_a_mode(world& w) {
    ::umask(022); // takes what the mode gives
    listen_options open_to_all;
    open_to_all.mode = 0666;
    return w.listen("unix:" + w.folder().file("open.sock"), std::move(open_to_all)) &&
        w.connect() && w.echo(5) && w.close();
}

bool echo_over_an_abstract_socket(world& w) {
    return w.listen("unix:@weft-faults-too-" + std::to_string(::getpid())) && w.connect() &&
        w.echo(5) && w.close();
}

/// More than a socket takes at once, in both directions.
bool echo_much(world& w) {
    return w.listen("unix:" + w.folder().file("much.sock")) && w.connect() && w.echo(700'000) &&
        w.echo(5) && w.close();
}

bool be_refused(world& w) {
    w.over_ip = true;
    connect_options nobody;
    nobody.via = "127.0.0.1:" + std::to_string(raw_peer::listening().port());
    const bool refused = !w.connect("nobody", std::move(nobody)) &&
        w.outbound().why.error == std::errc::connection_refused;
    return refused && w.listen("127.0.0.1:0") && w.connect() && w.close();
}

bool find_the_address_in_use(world& w) {
    if (!w.listen("127.0.0.1:0")) return false;
    const auto again = w.its_server().listen(w.listening_at().str());
    if (again) return false;
    w.tell(again.error());
    return again.error() == std::errc::address_in_use && w.connect() && w.close();
}

/// What comes meanwhile is delivered afterwards.
bool pause_and_resume(world& w) {
    if (!w.listen("127.0.0.1:0") || !w.connect()) return false;
    party& us = w.outbound();
    us.open->pause();
    w.settle();
    if (connection* peer = w.served().back().open) peer->send("while paused");
    w.settle();
    if (!us.open || us.received != 0) return false;
    us.open->resume();
    w.until([&] { return us.ended != 0 || us.received != 0; });
    return us.received == 12 && w.echo(5) && w.close();
}

bool shut_down_amid(world& w) {
    return w.listen("127.0.0.1:0") && w.connect() && w.connect() && w.shut_down();
}

/// A peer that does not speak HTTP, one that speaks only half of it, and one that leaves at once.
bool bear_rude_peers(world& w) {
    if (!w.listen("127.0.0.1:0")) return false;
    const auto before = w.its_server().connection_count();
    const auto port = w.listening_at().port();
    auto loud = raw_peer::connected_to(port);
    auto half = raw_peer::connected_to(port);
    raw_peer::connected_to(port).close();
    auto rude = raw_peer::connected_to(port);
    const linger at_once{1, 0}; // it goes by a reset
    ::setsockopt(rude.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    rude.close();
    loud.send("\x16\x03\x01 this is TLS\r\n\r\n");
    half.send("GET /echo HTTP/1.1\r\n");
    half.half_close();
    const bool ended = w.until([&] {
        return loud.ended() && half.ended() && w.its_server().connection_count() == before;
    });
    return ended && w.connect() && w.echo(5) && w.close();
}

bool hear_timers_posts_and_wake_ups(world& w) {
    int received = 0;
    timer soon(w.loop(), [&] { ++received; });
    soon.arm_after(1ms);
    w.loop().post([&] { ++received; });
    w.loop().wake();
    return w.until([&] { return received == 2; }) && w.listen("127.0.0.1:0") && w.connect() &&
        w.close();
}

bool ask_for_addresses(world& w) {
    if (!w.listen("127.0.0.1:0") || !w.connect()) return false;
    const auto there = w.outbound().open->remote_address();
    const auto here = w.outbound().open->local_address();
    for (const auto& one : {there, here}) {
        if (one != address() && !one.is_ip()) return false;
    }
    return w.close();
}

owned_descriptor duplicate_of(int descriptor) {
    return owned_descriptor(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
}

bool adopt_a_listener(world& w) {
    auto listening = duplicate_of(raw_peer::listening().descriptor());
    const auto where = w.its_server().adopt_listener(listening.get());
    if (!where) {
        w.tell(where.error());
        return false;
    }
    static_cast<void>(listening.release());
    connect_options there;
    there.via = where->str();
    return w.connect("adopted", std::move(there)) && w.echo(5) && w.close();
}

bool adopt_both_ends(world& w) {
    std::array<int, 2> both{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()) != 0) return false;
    return w.join(owned_descriptor(both[0]), owned_descriptor(both[1])) && w.echo(5) && w.close();
}

bool refuse_one_too_many(world& w) {
    if (!w.listen("127.0.0.1:0")) return false;
    server_limits no_more;
    no_more.connections_max = w.its_server().connection_count();
    w.its_server().limits(no_more);
    auto refused = raw_peer::connected_to(w.listening_at().port());
    const bool ended = w.until([&] { return refused.ended(); });
    w.its_server().limits({});
    return ended && w.connect() && w.close();
}

/// Echoes over raw connections, and lets the client end with `end_it`. Returns its report, if it
/// has received the whole echo.
std::optional<report> end_of_raw_echo(world& w, void (*end_it)(raw_connection&)) {
    w.over_ip = true;
    party served;
    raw_server echoing(w.loop(),
                       {.data = [](raw_connection& one, auto bytes) { one.send(bytes); },
                        .close = [&](raw_connection&, const report& why) {
                            ++served.ended;
                            if (why.error) w.tell(why.error);
                        }});
    const auto where = echoing.listen("127.0.0.1", 0);
    if (!where) {
        w.tell(where.error());
        return std::nullopt;
    }
    raw_client client(w.loop());
    std::size_t received = 0;
    std::optional<report> end;
    const auto note = [&](const report& why) {
        end = why;
        if (why.error) w.tell(why.error);
    };
    client.connect(where->str(),
                   {.open = [](raw_connection& one) { one.send("hello"); },
                    .data =
                        [&](raw_connection& one, auto bytes) {
                            received += bytes.size();
                            end_it(one);
                        },
                    .close = [&](raw_connection&, const report& why) { note(why); },
                    .fail = [&](const report& why) { note(why); }});
    w.until([&] { return end && echoing.connection_count() + client.connection_count() == 0; });
    return received == 5 ? end : std::nullopt;
}

bool echo_raw(world& w) {
    const auto end = end_of_raw_echo(w, [](raw_connection& one) { one.close(); });
    return end && end->clean();
}

bool reset_raw(world& w) {
    const auto end = end_of_raw_echo(w, [](raw_connection& one) { one.reset(); });
    return end && end->error == errc::aborted;
}

/// They may be lost, so what has been is asked again.
bool exchange_datagrams(world& w) {
    w.over_ip = true;
    std::size_t received = 0;
    const auto tell = [&](datagram_socket&, std::error_code why) { w.tell(why); };
    datagram_socket echo(w.loop(), {.data = [](datagram_socket& here, auto bytes,
                                               const address& to) { here.send_to(bytes, to); },
                                    .error = tell});
    datagram_socket asking(w.loop(),
                           {.data = [&](auto&, auto, auto&) { ++received; }, .error = tell});
    const auto where = echo.bind("127.0.0.1:0");
    if (!where) {
        w.tell(where.error());
        return false;
    }
    if (const auto connected = asking.connect(where->str()); !connected) {
        w.tell(connected.error());
        return false;
    }
    const auto mine = asking.local_address();
    asking.send("one");
    w.until([&] { return received == 1; });
    asking.send("two");
    w.until([&] { return received == 2; });
    return received == 2 && (mine == address() || mine.is_ip());
}

bool adopt_a_datagram_socket(world& w) {
    std::array<int, 2> both{};
    if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, both.data()) != 0) return false;
    owned_descriptor ours(both[0]);
    const owned_descriptor theirs(both[1]);
    std::size_t received = 0;
    datagram_socket adopting(
        w.loop(), {.data = [&](auto&, auto, auto&) { ++received; },
                   .error = [&](datagram_socket&, std::error_code why) { w.tell(why); }});
    const auto adopted = adopting.adopt(ours.get());
    if (!adopted) {
        tell_refusal(w, adopted.error());
        return false;
    }
    static_cast<void>(ours.release());
    const bool sent = ::send(theirs.get(), "x", 1, MSG_NOSIGNAL) == 1;
    adopting.pause();
    adopting.resume();
    w.until([&] { return received == 1; });
    return sent && received == 1;
}

/// Between a library's socket and its peer.
bool stand_between(world& w) {
    std::array<int, 2> both{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()) != 0) return false;
    const owned_descriptor ours(both[0]);
    const owned_descriptor theirs(both[1]);
    const auto passes = [](int from, int to) {
        char got = 0;
        return ::send(from, "x", 1, MSG_NOSIGNAL) == 1 && ::recv(to, &got, 1, MSG_DONTWAIT) == 1;
    };
    const auto ends = divert(ours.get());
    if (!ends) {
        w.tell(ends.error());
        return false;
    }
    return passes(ours.get(), ends->library.get()) && passes(ends->library.get(), ours.get()) &&
        passes(ends->peer.get(), theirs.get());
}

bool hear_a_signal(world& w) {
    int received = 0;
    const auto asked = w.loop().on_signal({SIGUSR1}, [&](int number) { received = number; });
    if (!asked) {
        tell_refusal(w, asked.error());
        return false;
    }
    ::raise(SIGUSR1);
    w.until([&] { return received == SIGUSR1; });
    return received == SIGUSR1 && w.loop().on_signal({}, {}).has_value();
}

const std::vector<scenario> scenarios{
    {"echo over TCP", echo_over_tcp, true},
    {"echo over a Unix socket", echo_over_a_unix_socket, true},
    {"echo where calls are missing",
     echo_over_tcp,
     true,
     {{"epoll_pwait2", ENOSYS}, {"getrandom", ENOSYS}}},
    {"echo over TCP, with a bystander", echo_over_tcp},
    {"echo over IPv6", echo_over_ipv6},
    {"dial localhost", connect_to_localhost},
    {"dial from an address", dial_from_an_address},
    {"dial a name in the hosts file", dial_a_name_in_the_hosts_file},
    {"disown a loop", disown_a_loop},
    {"stay in a dispatcher", stay_in_a_dispatcher},
    {"echo over a Unix socket with a mode", echo_over_a_unix_socket_with_a_mode},
    {"adopt a listener", adopt_a_listener},
    {"adopt both ends", adopt_both_ends},
    {"refuse one too many", refuse_one_too_many},
    {"echo over an abstract socket", echo_over_an_abstract_socket},
    {"echo much", echo_much},
    {"be refused", be_refused},
    {"find the address in use", find_the_address_in_use},
    {"pause and resume", pause_and_resume},
    {"shut down amid", shut_down_amid},
    {"bear rude peers", bear_rude_peers},
    {"handle timers, posts and wake-ups", hear_timers_posts_and_wake_ups},
    {"ask for addresses", ask_for_addresses},
    {"echo raw", echo_raw},
    {"reset raw", reset_raw},
    {"exchange datagrams", exchange_datagrams},
    {"adopt a datagram socket", adopt_a_datagram_socket},
    {"stand between a library and its peer", stand_between},
    {"handle a signal", hear_a_signal},
};

} // namespace

const std::vector<scenario>& all_scenarios() {
    static const std::vector<scenario> all = [] {
        std::vector<scenario> both = scenarios;
        const auto files = file_scenarios();
        both.insert(both.end(), files.begin(), files.end());
        return both;
    }();
    return all;
}

} // namespace weft::testing
