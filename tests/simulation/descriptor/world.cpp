// SPDX-License-Identifier: MIT
// What exists on the loop, and what its handlers do.
#include "simulation/descriptor/world.hpp"

#include <unistd.h>

#include <charconv>

namespace weft::testing {
namespace {

connection_options patient() {
    connection_options options;
    options.limits.message_size_max = std::size_t{1} << 30;
    options.timeouts = {};
    options.queue_size_max = std::size_t{1} << 28;
    options.when_full = queue_policy::drop;
    return options;
}

loop_options with_small_buffer() {
    loop_options options;
    options.receive_buffer_max = 32 * 1024;
    return options;
}

} // namespace

world::world(std::uint64_t seed, watching how)
    : loop(with_small_buffer()), random_(seed), host_(*loop.descriptor(), how) {
    begin_server();
    begin_client();
    for (int i = 0; i < 4; ++i) {
        alarms.push_back(std::make_shared<alarm_clock>());
        alarm_clock& one = *alarms.back();
        one.ring.emplace(loop, [&one] { one.due.reset(); });
    }
}

world::~world() {
    client.reset();
    server.reset();
    alarms.clear();
}

budget world::any_budget() {
    switch (below(4)) {
    case 0: return {1, duration::max()};
    case 1: return {};
    case 2: return {2, duration::max()};
    default: return guest_budget;
    }
}

// --- server

void world::begin_server() {
    ++servers_;
    server.emplace(loop);
    route_options options;
    options.connection = patient();
    server->route("/subject", {
        .open = [this](connection& here) {
            const auto text = here.query();
            std::size_t id = 0;
            std::from_chars(text.data(), text.data() + text.size(), id);
            if (auto& mine = *known_[id]; !mine.ended) mine.at_server = &here;
            here.data() = known_[id];
        },
        .message = [this](connection& here, message m) {
            const auto by = *here.data_as<std::shared_ptr<subject>>();
            hear(*by, m.text());
        },
        .close = [](connection& here, const report&) {
            auto& by = **here.data_as<std::shared_ptr<subject>>();
            by.at_server = nullptr;
            by.ended = true;
        },
        .interrupt = [this] { wakes_handled_ = wakes_; },
    }, options);
    server->route("/echo", {
        .message = [](connection& here, message m) { here.send(m); },
    }, options);
    listen();
}

void world::listen() {
    tcp = *server->listen("127.0.0.1", 0);
    local = *server->listen("unix:@weft-simulation-" + std::to_string(::getpid()) + "-" +
                            std::to_string(next_id_++));
    known_.push_back(nullptr);
}

void world::drop_server() {
    server.reset();
    for (const auto& one : subjects) {
        one->ended = true;
        one->at_server = nullptr;
    }
    ++servers_;
    wakes_handled_ = wakes_;
}

void world::connect_peer(bool by_tcp) {
    auto added = std::make_shared<subject>();
    added->peer = std::make_unique<raw_client>(by_tcp ? *tcp : *local,
                                               "/subject?" + std::to_string(next_id_),
                                               below(2) == 0);
    known_.push_back(added);
    ++next_id_;
    subjects.push_back(added);
}

void world::drop_peer(subject& which) {
    which.peer->end();
    which.ended = true;
}

// --- handlers

/// The first letter says what to do; a lower-case one is common.
void world::hear(subject& by, std::string_view text) {
    ++by.received;
    ++by.on_stack;
    if (by.open() && !text.empty() && failure_.empty()) react(by, text.front());
    --by.on_stack;
}

void world::react(subject& by, char how) {
    switch (how) {
    case 'e': send(by, 10); break;
    case 'E': send(by, 200'000); break;
    case 'p': by.at_server->pause(); break;
    case 'o': post(); break;
    case 'w': wake(); break;
    case 't': arm(*one_of(alarms), duration(below(300'000))); break;
    case 'T': one_of(alarms)->ring->disarm(); break;
    case 'c':
        by.closing = true;
        by.at_server->close();
        break;
    case 'a':
        by.aborted = true;
        by.at_server->abort();
        break;
    case 'r':
        if (depth < 3) turn(any_budget());
        break;
    case 'h': // a nested loop must hear of what the handler has begun
        switch (below(3)) {
        case 0: send(by, 10); break;
        case 1: send(*one_of(subjects), 10); break;
        default: arm(*one_of(alarms), -1us); break;
        }
        if (depth < 3) run_host(30);
        break;
    case 'D': drop_client(); break;
    case 'S': drop_server(); break;
    default: break;
    }
    for (const auto& one : alarms) {
        if (!one->ring->armed()) one->due.reset();
    }
}

void world::send(subject& to, std::size_t size) {
    if (!to.open()) return;
    const auto answer = to.at_server->send(std::string(size, 's'));
    if (answer == send_result::accepted || answer == send_result::backed_up) ++to.sent;
}

void world::post() {
    ++posted;
    loop.post([this] { ++ran; });
}

void world::wake() {
    ++wakes_;
    if (!server) wakes_handled_ = wakes_; // there is nobody to hear it
    loop.wake();
}

void world::arm(alarm_clock& which, duration after) {
    which.ring->arm_after(after);
    which.due = std::chrono::steady_clock::now() + after;
}

// --- client

void world::begin_client() {
    client.emplace(loop);
}

void world::drop_client() {
    client.reset();
    dials.clear();
}

void world::connect() {
    auto added = std::make_shared<outbound>();
    added->server = servers_;
    connect_options options;
    options.connection = patient();
    options.connect_timeout = 0s;
    const auto target = "ws://127.0.0.1:" + std::to_string(tcp->port()) + "/echo";
    client->connect(target, {
        .open = [added](connection& here) { added->here = &here; },
        .message = [added](connection&, message) { ++added->echoed; },
        .close = [added](connection&, const report&) {
            added->here = nullptr;
            added->ended = true;
        },
        .fail = [added](const report&) { added->ended = true; },
    }, std::move(options));
    dials.push_back(std::move(added));
}

} // namespace weft::testing
