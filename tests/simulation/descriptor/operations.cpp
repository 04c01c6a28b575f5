// SPDX-License-Identifier: MIT
// The operations, each a few lines on the public interface or on a plain socket.
#include "simulation/descriptor/operations.hpp"

#include <array>
#include <span>
#include <thread>

namespace weft::testing {
namespace {

// --- peers

void accept(world& here) {
    if (!here.server || !here.server->is_listening()) return;
    if (here.subjects.size() >= world::peers_max) return;
    here.connect_peer(here.below(3) != 0);
    here.subjects.back()->peer->flush();
}

void peer_sends(world& here, std::string text, std::size_t limit = SIZE_MAX) {
    subject* const one = here.one_of(here.subjects);
    if (!one) return;
    one->peer->queue(text);
    one->peer->flush(limit);
}

void peer_sends_small(world& here) { peer_sends(here, "n"); }

void peer_sends_large(world& here) {
    peer_sends(here, std::string(20'000 + here.below(100'000), 'n'));
}

void peer_fills_the_buffer(world& here) { peer_sends(here, std::string(300'000, 'n')); }

void peer_sends_a_part(world& here) {
    peer_sends(here, std::string(here.below(5000), 'n'), 1 + here.below(3000));
}

void peer_sends_many(world& here) {
    subject* const one = here.one_of(here.subjects);
    if (!one) return;
    for (auto left = here.below(100); left != 0; --left) one->peer->queue("e");
    one->peer->flush();
}

void peer_asks_for_something(world& here) {
    static constexpr std::string_view common = "eEpowtTcarh";
    const bool rare = here.below(12) == 0;
    const char what = rare ? "DS"[here.below(2)] : common[here.below(common.size())];
    peer_sends(here, std::string(1, what));
}

void peer_asks_for_a_nested_turn(world& here) { peer_sends(here, here.below(2) ? "r" : "h"); }

void peer_goes_on(world& here) {
    for (const auto& one : here.subjects) one->peer->flush();
}

void peer_reads(world& here) {
    if (subject* const one = here.one_of(here.subjects)) one->peer->read();
}

void peer_ends(world& here, void (raw_client::*how)()) {
    subject* const one = here.one_of(here.subjects);
    if (!one) return;
    if (!one->at_server) return here.drop_peer(*one);
    (one->peer.get()->*how)();
}

void peer_half_closes(world& here) { peer_ends(here, &raw_client::half_close); }
void peer_closes(world& here) { peer_ends(here, &raw_client::end); }
void peer_resets(world& here) { peer_ends(here, &raw_client::reset); }

void peer_sends_and_half_closes(world& here) {
    subject* const one = here.one_of(here.subjects);
    if (!one || !one->at_server) return;
    one->peer->queue("n");
    one->peer->flush();
    one->peer->half_close();
}

// --- the server's side

subject* open_subject(world& here) {
    subject* const one = here.one_of(here.subjects);
    return one && one->open() ? one : nullptr;
}

void send_small(world& here) {
    if (auto* one = open_subject(here)) here.send(*one, here.below(200));
}

void send_large(world& here) {
    if (auto* one = open_subject(here)) here.send(*one, 100'000 + here.below(2'000'000));
}

void send_many(world& here) {
    auto* const one = open_subject(here);
    for (auto left = here.below(50); one && left != 0; --left) here.send(*one, 3000);
}

void pause(world& here) {
    if (auto* one = open_subject(here)) one->at_server->pause();
}

void pause_and_resume(world& here) {
    auto* const one = open_subject(here);
    if (!one) return;
    one->at_server->pause();
    one->at_server->resume();
}

void resume(world& here) {
    for (const auto& one : here.subjects) {
        if (one->open()) one->at_server->resume();
    }
}

void paused_peer_sends(world& here) {
    auto* const one = open_subject(here);
    if (!one || here.depth != 0) return;
    one->at_server->pause();
    here.check_quiet_pause(*one);
}

void close(world& here) {
    auto* const one = open_subject(here);
    if (!one || one->at_server->paused()) return;
    one->closing = true;
    one->at_server->close();
}

void abort(world& here) {
    auto* const one = open_subject(here);
    if (!one) return;
    one->aborted = true;
    one->at_server->abort();
}

/// Peers whose handshake still waits belong to the server that goes.
void replace_server(world& here) {
    if (here.server) here.drop_server();
    for (const auto& one : here.subjects) here.drop_peer(*one);
    here.begin_server();
}

void stop_listening(world& here) {
    if (!here.server || !here.server->is_listening()) return;
    here.server->stop_listening();
    for (const auto& one : here.subjects) {
        if (!one->at_server) here.drop_peer(*one);
    }
}

void listen_again(world& here) {
    if (here.server && !here.server->is_listening()) here.listen();
}

// --- the client's side

void connect(world& here) {
    if (here.client && here.dials.size() < 4) here.connect();
}

outbound* open_outbound(world& here) {
    outbound* const one = here.one_of(here.dials);
    return one && one->open() ? one : nullptr;
}

void client_sends(world& here) {
    auto* const one = open_outbound(here);
    if (!one) return;
    const auto answer = one->here->send(std::string(here.below(80'000), 'c'));
    if (answer == send_result::accepted || answer == send_result::backed_up) ++one->sent;
}

void client_pauses(world& here) {
    if (auto* one = open_outbound(here)) one->here->pause();
}

void client_resumes(world& here) {
    for (const auto& one : here.dials) {
        if (one->open()) one->here->resume();
    }
}

void client_aborts(world& here) {
    auto* const one = open_outbound(here);
    if (!one) return;
    one->aborted = true;
    one->here->abort();
}

void replace_client(world& here) {
    if (here.client) here.drop_client();
    here.begin_client();
}

// --- the loop itself

void post(world& here) { here.post(); }

void post_from_a_thread(world& here) {
    std::thread([&] { here.post(); }).join();
}

void wake(world& here) { here.wake(); }

void arm_soon(world& here) {
    here.arm(*here.one_of(here.alarms), duration(here.below(2'000'000)));
}

void arm_late(world& here) {
    here.arm(*here.one_of(here.alarms), 1h + duration(here.below(1'000'000)));
}

void arm_earlier(world& here) {
    const auto next = here.loop.next_timeout();
    here.arm(*here.one_of(here.alarms), next ? *next / 2 : duration(1000));
}

void arm_for_the_past(world& here) { here.arm(*here.one_of(here.alarms), -1s); }

void disarm(world& here) {
    auto& one = *here.one_of(here.alarms);
    one.ring->disarm();
    one.due.reset();
}

void replace_timer(world& here) {
    auto& one = *here.one_of(here.alarms);
    one.due.reset();
    one.ring.emplace(here.loop, [&one] { one.due.reset(); });
}

void pass_a_deadline(world& here) {
    here.settle();
    auto& one = *here.one_of(here.alarms);
    here.arm(one, duration(1 + here.below(300'000)));
    while (here.failure().empty() && one.due) {
        while (here.reason_to_turn().empty()) {} // no longer than that
        here.check();
        here.turn(here.any_budget());
    }
}

void turn_of_one(world& here) { here.turn({1, duration::max()}); }
void turn_without_limit(world& here) { here.turn({}); }
void turn_of_a_guest(world& here) { here.turn(guest_budget); }
void host_turns(world& here) { here.run_host(1 + here.below(20)); }
void settle(world& here) { here.settle(); }

constexpr std::array all{
    operation{"accept", 6, accept},
    operation{"peer sends small", 8, peer_sends_small},
    operation{"peer sends large", 4, peer_sends_large},
    operation{"peer fills the buffer", 2, peer_fills_the_buffer},
    operation{"peer sends a part", 4, peer_sends_a_part},
    operation{"peer sends many", 3, peer_sends_many},
    operation{"peer asks for something", 6, peer_asks_for_something},
    operation{"peer asks for a nested turn", 4, peer_asks_for_a_nested_turn},
    operation{"peer goes on", 3, peer_goes_on},
    operation{"peer reads", 6, peer_reads},
    operation{"peer half-closes", 1, peer_half_closes},
    operation{"peer closes", 1, peer_closes},
    operation{"peer resets", 1, peer_resets},
    operation{"peer sends and half-closes", 1, peer_sends_and_half_closes},
    operation{"send small", 6, send_small},
    operation{"send large", 3, send_large},
    operation{"send many", 2, send_many},
    operation{"pause", 3, pause},
    operation{"pause and resume", 2, pause_and_resume},
    operation{"resume", 3, resume},
    operation{"paused peer sends", 1, paused_peer_sends},
    operation{"close", 1, close},
    operation{"abort", 1, abort},
    operation{"replace server", 1, replace_server},
    operation{"stop listening", 1, stop_listening},
    operation{"listen again", 3, listen_again},
    operation{"connect", 3, connect},
    operation{"client sends", 4, client_sends},
    operation{"client pauses", 1, client_pauses},
    operation{"client resumes", 2, client_resumes},
    operation{"client aborts", 1, client_aborts},
    operation{"replace client", 1, replace_client},
    operation{"post", 4, post},
    operation{"post from a thread", 2, post_from_a_thread},
    operation{"wake", 3, wake},
    operation{"arm soon", 4, arm_soon},
    operation{"arm late", 3, arm_late},
    operation{"arm earlier", 3, arm_earlier},
    operation{"arm for the past", 1, arm_for_the_past},
    operation{"disarm", 2, disarm},
    operation{"replace timer", 2, replace_timer},
    operation{"pass a deadline", 2, pass_a_deadline},
    operation{"turn of one", 10, turn_of_one},
    operation{"turn without limit", 5, turn_without_limit},
    operation{"turn of a guest", 8, turn_of_a_guest},
    operation{"host turns", 6, host_turns},
    operation{"settle", 2, settle},
};

} // namespace

std::span<const operation> operations() {
    return all;
}

void crowd(world& here) {
    replace_server(here);
    for (int i = 0; i < 300; ++i) here.connect_peer(false);
    here.settle();
    for (const auto& one : here.subjects) {
        one->peer->queue("n");
        one->peer->flush();
    }
    turn_without_limit(here);
    here.check();
    here.settle();

    // The end of each paused peer is an edge that means nothing; the last one's means something.
    const auto paused = std::span(here.subjects).first(here.subjects.size() - 1);
    for (const auto& one : paused) one->at_server->pause();
    turn_without_limit(here);
    for (const auto& one : paused) one->peer->end();
    here.subjects.back()->peer->queue("n");
    here.subjects.back()->peer->flush();
    turn_without_limit(here);
    here.check();
    here.settle();
    replace_server(here);
    here.settle();
}

} // namespace weft::testing
