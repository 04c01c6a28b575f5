// SPDX-License-Identifier: MIT
// An endpoint's life, and its handlers.
#include "simulation/conversations/endpoint.hpp"

#include <charconv>

#include "simulation/conversations/world.hpp"

namespace weft::simulation {
namespace {

using namespace std::chrono_literals;

std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The party that a request is for, by the number in its path.
std::size_t number_in(std::string_view path) {
    std::size_t number = SIZE_MAX;
    if (path.size() > 3) std::from_chars(path.data() + 3, path.data() + path.size(), number);
    return number;
}

} // namespace

endpoint::endpoint(world& there, event_loop& runs_it, std::string is_called)
    : around(there), loop(runs_it), name(std::move(is_called)) {
    begin();
}

void endpoint::begin() {
    connection = around.any_options();
    connect_timeout = around.any_timeout();
    here.emplace(loop.driver());
    if (!serves()) return;
    here->handshake_options(connection.limits, connection.timeouts);
    here->on_fail([this](const report&) { ++failed; });
    here->route("/v/*", make_handlers(nullptr, true),
                {.connection = connection, .subprotocol = {}});
    here->route("/p/*", make_handlers(nullptr, false),
                {.connection = connection, .subprotocol = {}});
    around.net.listen(name, loop.driver(), [this](auto arrived) { serve(std::move(arrived)); });
}

void endpoint::serve(std::unique_ptr<testing::network_stream> arrived) {
    ++begun;
    auto* const link = arrived.get();
    weft::connection& served = here->serve(std::move(arrived));
    served.data() =
        std::make_shared<mark>(mark{*this, nullptr, around.alive, around.now(*this), link});
}

void endpoint::connect(party& client, party& server, endpoint& at_server) {
    ++begun;
    const bool validated = around.chance.one_in(2);
    const std::string path = (validated ? "/v/" : "/p/") + std::to_string(server.number);
    connect_options options;
    options.connection = connection;
    options.connect_timeout = connect_timeout;
    client.at = this;
    client.begun = around.clock.now(); // the turn may be late
    weft::connection& outbound = here->begin_connect(
        *uri::parse("ws://example.org" + path), make_handlers(&client, false), std::move(options));
    auto marked = std::make_shared<mark>(mark{*this, &client, around.alive, client.begun, nullptr});
    outbound.data() = marked;
    pending_connection& pending = stream_endpoint::pending(outbound);
    auto give_up = around.net.connect(
        at_server.name, loop.driver(), [this, &client, &pending, marked](auto made) {
            if (!made) return pending.fail(phase::connect, made.error());
            marked->link = made->get();
            client.attached = around.now(*this);
            pending.attach(std::move(*made));
        });
    pending.begin_phase(phase::connect, std::move(give_up));
    client.here = &outbound;
    client.handle = outbound.handle();
}

// --- the end

void endpoint::destroy() {
    if (gone) return;
    gone = true;
    if (serves()) around.net.stop_listening(name);
    for (party& one : around.parties) {
        if (one.at == this && !one.over()) one.gone();
    }
    here.reset();
    for (const auto& one : endings) {
        if (one->done != 1) around.fail("an endpoint was destroyed, and done was not called");
    }
}

function<void()> endpoint::done_by(time_point deadline) {
    endings.push_back(std::make_unique<ending>(ending{deadline}));
    return [this, asked = endings.back().get()] {
        if (asking) around.fail("done was called from inside the call that it was given to");
        if (++asked->done != 1) around.fail("done was called twice");
        around.in_handler("done", nullptr);
    };
}

void endpoint::shut_down(duration within) {
    const time_point deadline = later(around.now(*this), within);
    shutdown_begins(deadline);
    auto done = done_by(deadline);
    asking = true;
    here->shutdown(within, std::move(done));
    asking = false;
}

void endpoint::shutdown_begins(time_point deadline) {
    for (party& one : around.parties) {
        if (one.at == this) one.closes_now(true);
    }
    for (const auto& one : endings)
        one->deadline = deadline;
}

void endpoint::stop() {
    for (party& one : around.parties) {
        if (one.at == this) one.closes_now(false);
    }
    here->stop();
}

// --- handlers

template <class Tell>
void endpoint::hear(weft::connection& c, party* outbound, const char* what, Tell&& tell) {
    if (gone) return around.fail(std::string(what) + " after its endpoint was destroyed");
    auto* const found = c.data_as<std::shared_ptr<mark>>();
    party* who = outbound ? outbound : (*found)->who;
    if (!who) {
        who = around.party_number(number_in(c.path()));
        if (!who) return around.fail("a connection to nowhere");
        (*found)->who = who;
        who->handle = c.handle();
        who->at = this;
        who->begun = (*found)->begun;
    }
    if (who->running != 0) around.fail(who->name() + ": two handlers at one time");
    if (who->over()) around.fail(who->name() + ": " + what + " after the end");
    const world::running here_now(who->running);
    around.note(who->name() + ' ' + what);
    tell(*who);
    around.in_handler(what, who);
}

void endpoint::decide(weft::connection& c, party& who) {
    switch (around.chance.below(12)) {
    case 0:
        who.closes_now(false);
        static_cast<void>(c.reject(403));
        break;
    case 1:
    case 2:
        c.defer();
        who.deferred = true;
        break;
    case 3: static_cast<void>(c.accept()); break;
    default: break;
    }
}

handlers endpoint::make_handlers(party* outbound, bool validates) {
    handlers what;
    what.open = [this, outbound](weft::connection& c) {
        ++opened;
        hear(c, outbound, "open", [&](party& who) { who.on_open(c); });
    };
    what.message = [this, outbound](weft::connection& c, message m) {
        const std::string before(around.looks_twice() ? m.text() : std::string_view());
        hear(c, outbound, "message", [&](party& who) { who.on_message(m); });
        if (!before.empty() && before != m.text()) around.fail("a view changed under its handler");
    };
    what.writable = [this, outbound](weft::connection& c) {
        hear(c, outbound, "writable", [](party& who) { who.on_writable(); });
    };
    what.ping = [this, outbound](weft::connection& c, std::span<const std::byte> payload) {
        hear(c, outbound, "ping", [&](party& who) { who.on_ping(as_text(payload)); });
    };
    what.pong = [this, outbound](weft::connection& c, std::span<const std::byte> payload) {
        hear(c, outbound, "pong", [&](party& who) { who.on_pong(as_text(payload)); });
    };
    what.close = [this, outbound](weft::connection& c, const report& why) {
        ++closed;
        around.note(to_string(why));
        const world::at_exit after([&, who = outbound ? outbound : around.party_of(c)] {
            if (who) who->here = nullptr;
        });
        hear(c, outbound, "close", [&](party& who) { who.on_end(true, why); });
    };
    what.fail = [this, outbound](const report& why) {
        ++failed;
        if (gone) return around.fail("fail after its endpoint was destroyed");
        around.note((outbound ? outbound->name() : name) + " fail: " + to_string(why));
        if (outbound) outbound->on_end(false, why);
        if (outbound) outbound->here = nullptr;
        around.in_handler("fail", nullptr);
    };
    if (validates) {
        what.validate = [this, outbound](weft::connection& c) {
            hear(c, outbound, "validate", [&](party& who) { decide(c, who); });
        };
    }
    what.interrupt = [this] { around.in_handler("interrupt", nullptr); };
    return what;
}

// --- what must hold

/// After a turn that left nothing to do.
void endpoint::check_settled() {
    const auto now = around.now(*this);
    for (const auto& one : endings) {
        if (one->done == 0 && now >= one->deadline) around.fail("done was not called in time");
    }
    if (gone) return;
    here->for_each([&](weft::connection& c) {
        auto* const found = c.data_as<std::shared_ptr<mark>>();
        if (!found || !*found || c.role() == role::client) return;
        if (c.state() != session_state::connecting) return;
        if (now >= deadline_after((*found)->begun, connection.timeouts.handshake)) {
            around.fail("a server waits too long for a handshake");
        }
    });
}

void endpoint::check_end() const {
    if (gone) return;
    if (here->connection_count() != 0) around.fail("an endpoint keeps connections");
    if (begun != closed + failed) around.fail("not every end was reported to an endpoint");
    if (opened != closed) around.fail("the ends reported to an endpoint do not match its opens");
}

} // namespace weft::simulation
