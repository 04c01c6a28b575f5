// SPDX-License-Identifier: MIT
// Turns until something has come about, and the steps that most scenarios share.
#include "faults/world.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <utility>

#include "faults/moved_clock.hpp"
#include "faults/new_edges.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

constexpr int needless_wake_ups_max = 20; // in a row
constexpr int steps_max = 3000;
constexpr int moves_max = 12; // of the clock, in one step of a scenario
constexpr int moves_max_when_hopeless = 3;

} // namespace

const std::vector<setting>& all_settings() {
    static const std::vector<setting> all{
        {"epoll alone", engine_kind::automatic, false},
        {"epoll as a guest", engine_kind::automatic, true},
        {"poll alone", engine_kind::poll, false},
    };
    return all;
}

socket_folder::socket_folder() {
    const auto name = "weft-faults-" + std::string(6, 'X'); // as mkdtemp wants it
    std::string made = std::filesystem::temp_directory_path() / name;
    path_ = ::mkdtemp(made.data());
}

std::string socket_folder::file(std::string_view name) const {
    return path_ / name;
}

world::~world() {
    end();
}

void world::end() {
    client_.reset();
    server_.reset();
    guest_.reset();
    loop_.reset();
    host_.reset();
}

// --- the beginning

bool world::begin() {
    make_loop();
    if (!loop_) return false;
    if (how_.guest && !attach()) return false;
    serve();
    client_.emplace(*loop_);
    return true;
}

void world::make_loop() {
    auto made = event_loop::create(
        {.engine = how_.engine, .hosts_file = folder_.file("hosts"), .clock = nullptr});
    if (!made) return tell(made.error());
    loop_.emplace(std::move(*made));
    loop_->resolver({}); // a thread's system calls are not those of the trial
}

/// The strictest host: it hears of edges only.
bool world::attach() {
    host_ = owned_descriptor(::epoll_create1(EPOLL_CLOEXEC));
    auto attached = guest::create(
        *loop_, {.watch = [this](int descriptor, function<void()>) -> result<void> {
                     epoll_event event{};
                     event.events = EPOLLIN | EPOLLET;
                     ::epoll_ctl(host_.get(), EPOLL_CTL_ADD, descriptor, &event);
                     return {};
                 },
                 .unwatch =
                     [this](function<void()> done) {
                         host_.reset();
                         done();
                     }});
    if (!attached) {
        tell(attached.error());
        return false;
    }
    guest_.emplace(std::move(*attached));
    return true;
}

void world::serve() {
    server_.emplace(*loop_);
    server_->on_accept_error([this](std::error_code why) { tell(why); });
    server_->on_fail([this](const report& why) { tell(why.error); });
    server_->route("/echo",
                   {.open =
                        [this](connection& peer) {
                            party& here = served_.emplace_back();
                            here.opened = 1;
                            here.open = &peer;
                            peer.data() = &here;
                        },
                    .message =
                        [](connection& peer, message m) {
                            (*peer.data_as<party*>())->received += m.size();
                            peer.send(m);
                        },
                    .close =
                        [this](connection& peer, const report& why) {
                            party& here = **peer.data_as<party*>();
                            ++here.ended;
                            here.why = why;
                            here.open = nullptr;
                            if (why.error) tell(why.error);
                        },
                    .fail = [this](const report& why) { tell(why.error); }});
}

// --- turns

/// What is on its way comes at once, though over IP only nearly so on a busy machine.
std::chrono::milliseconds world::patience_now() const {
    const bool nearly = over_ip || listening_at_.is_ip();
    return nearly && !was_idle_ ? patience : 0ms;
}

bool world::until(const std::function<bool()>& holds) {
    int moves = 0;
    was_idle_ = false;
    for (int steps = 0; steps < steps_max; ++steps) {
        if (holds()) return true;
        if (!broken_.empty()) return false;
        if (step()) continue;
        if (holds()) return true;
        was_idle_ = true;
        if (++moves > (hopeless ? moves_max_when_hopeless : moves_max)) return false;
        if (!move_on(moves)) return false;
    }
    broken_ = "there is no end of turns";
    return false;
}

void world::settle() {
    was_idle_ = false;
    for (int steps = 0; steps < steps_max && broken_.empty() && step(); ++steps) {}
}

bool world::step() {
    return how_.guest ? guest_step() : alone_step();
}

/// Exactly one turn for each report of the host; false when none has come.
bool world::guest_step() {
    for (int needless = 0; needless < needless_wake_ups_max; ++needless) {
        epoll_event event;
        const auto wait = static_cast<int>(patience_now().count());
        if (::epoll_wait(host_.get(), &event, 1, wait) != 1) return false;
        if (loop_->run_ready().did_something) return true;
    }
    broken_ = "the descriptor stays readable though turns do nothing";
    return true;
}

/// Waits for one handler, but not for long.
bool world::alone_step() {
    if (patience_now() == 0ms) return quick_step();
    const std::size_t waits_before = waits();
    bool in_vain = false;
    timer end(*loop_, [&] { in_vain = true; });
    end.arm_after(patience_now());
    loop_->run_one();
    loop_->restart();
    if (in_vain && waits() - waits_before > needless_wake_ups_max) {
        broken_ = "the wait returns at once though there is nothing to do";
    }
    return !in_vain || quick_step();
}

bool world::quick_step() {
    const turn_result turn = loop_->run_ready();
    return turn.did_something || turn.more_waiting;
}

/// What waits for an edge gets one, and what waits for its deadline, that. Once the clock was moved
/// deadlines come of which the host's timer, which counts in the system's time, knows nothing.
bool world::move_on(int moves) {
    if (moves == 1 && edges_are_lost && make_new_edges()) return true;
    if (how_.guest && loop_->run_ready().did_something) {
        if (has_moved_clock_) return true;
        broken_ = "the descriptor was not readable though there was something to do";
        has_moved_clock_ = true; // it may have come just now
        return true;
    }
    const auto wait = loop_->next_timeout();
    if (!wait) return false;
    has_moved_clock_ = true;
    move_clock(*wait + 1us);
    loop_->run_ready();
    return true;
}

// --- steps

bool world::listen(const std::string& where, listen_options options) {
    const auto bound = server_->listen(where, std::move(options));
    if (!bound) {
        tell(bound.error());
        return false;
    }
    listening_at_ = *bound;
    return true;
}

handlers world::hearing(party& into) {
    return {.open =
                [&](connection& peer) {
                    ++into.opened;
                    into.open = &peer;
                },
            .message = [&](connection&, message m) { into.received += m.size(); },
            .close =
                [&](connection&, const report& why) {
                    ++into.ended;
                    into.why = why;
                    into.open = nullptr;
                    if (why.error) tell(why.error);
                },
            .fail =
                [&](const report& why) {
                    ++into.ended;
                    into.why = why;
                    tell(why.error);
                }};
}

bool world::connect(const std::string& host, connect_options options) {
    outbound_ = &outbound_ones_.emplace_back();
    const std::size_t served_before = served_.size();
    if (!listening_at_.is_ip() && options.via.empty()) options.via = listening_at_.str();
    const std::string port = std::to_string(listening_at_.is_ip() ? listening_at_.port() : 80);
    client_->connect("ws://" + host + ":" + port + "/echo", hearing(*outbound_),
                     std::move(options));
    return open_on_both_sides(served_before);
}

bool world::open_on_both_sides(std::size_t served_before) {
    until([&] {
        return outbound_->ended != 0 || (outbound_->opened != 0 && served_.size() > served_before);
    });
    return outbound_->open && served_.size() > served_before;
}

bool world::join(owned_descriptor ours, owned_descriptor theirs) {
    const std::size_t served_before = served_.size();
    const auto serving = server_->adopt(theirs.get());
    if (!serving) {
        tell(serving.error());
        return false;
    }
    static_cast<void>(theirs.release());
    party& joined = outbound_ones_.emplace_back();
    const auto connected =
        client_->adopt(ours.get(), *uri::parse("ws://nowhere/echo"), hearing(joined));
    if (!connected) {
        tell(connected.error());
        outbound_ones_.pop_back();
        return false;
    }
    static_cast<void>(ours.release());
    outbound_ = &joined;
    return open_on_both_sides(served_before);
}

bool world::echo(std::size_t size) {
    if (!outbound_->open) return false;
    const std::size_t expected = outbound_->received + size;
    outbound_->open->send(std::string(size, 'x'));
    until([&] { return outbound_->ended != 0 || outbound_->received >= expected; });
    return outbound_->received == expected;
}

bool world::close() {
    if (!outbound_->open) return false;
    outbound_->open->close();
    until([&] { return outbound_->ended != 0 && served_.back().ended != 0; });
    return outbound_->why.clean() && served_.back().why.clean();
}

bool world::shut_down() {
    const int wanted = done_ + 2;
    server_->shutdown(1s, [&] { ++done_; });
    client_->shutdown(1s, [&] { ++done_; });
    until([&] {
        return done_ == wanted &&
               client_->connection_count() + server_->connection_count() == 0;
    });
    settle();
    return done_ == wanted && loop_->work_count() == 0;
}

bool world::add_bystander() {
    if (!listen("unix:@weft-faults-" + std::to_string(::getpid())) || !connect()) return false;
    bystander_ = outbound_;
    bystander_at_ = listening_at_;
    return echo(5);
}

bool world::others_go_on() {
    if (!bystander_) return add_bystander();
    outbound_ = bystander_;
    listening_at_ = bystander_at_;
    return echo(5) && connect() && echo(5) && close();
}

// --- judging

std::string world::ends_that_are_wrong() const {
    std::string wrong;
    for (const auto* side : {&outbound_ones_, &served_}) {
        for (const party& one : *side) {
            if (one.ended == 1 && one.opened <= 1) continue;
            wrong += std::string(side == &served_ ? "a served" : "a outbound") +
                " connection: " + std::to_string(one.opened) + " times open, " +
                std::to_string(one.ended) + " times ended; ";
        }
    }
    return wrong;
}

} // namespace weft::testing
