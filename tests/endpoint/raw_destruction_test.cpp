// SPDX-License-Identifier: MIT
// Everything is destroyed from every handler of a raw connection.
#include "endpoint/raw_fixture.hpp"

namespace weft::testing {
namespace {

class endpoint_raw_destruction : public raw_endpoint {
protected:
    enum class place { open, data, writable, end, close, interrupt };
    enum class deed { abort, close, server, client, loop };

    static constexpr std::array places{place::open, place::data, place::writable, place::end,
                                       place::close, place::interrupt};
    static constexpr std::array deeds{deed::abort, deed::close, deed::server, deed::client,
                                      deed::loop};

    void do_it(deed what, raw_connection* here) {
        if (std::exchange(done_, true)) return;
        switch (what) {
        case deed::abort:
            if (here) here->abort();
            break;
        case deed::close:
            if (here) here->close();
            break;
        case deed::server: raw_server_.reset(); break;
        case deed::client: connector_.reset(); break;
        case deed::loop: way_->destroy_loop(); break;
        }
    }

    /// Handlers that do `what` at `where`.
    raw_handlers armed(place where, deed what) {
        raw_handlers all;
        const auto here = [this, what](raw_connection& one) { do_it(what, &one); };
        if (where == place::open) all.open = here;
        if (where == place::writable) all.writable = here;
        if (where == place::end) all.end = here;
        if (where == place::data) all.data = [here](raw_connection& one, auto) { here(one); };
        if (where == place::close) {
            all.close = [here](raw_connection& one, const report&) { here(one); };
        }
        if (where == place::interrupt) all.interrupt = [this, what] { do_it(what, nullptr); };
        return all;
    }

    /// A conversation in which all handlers of the client are called.
    void play(raw_handlers ours) {
        outbound_ = {};
        served_ = {};
        done_ = false;
        serve(served_.noted({.open = [](raw_connection& peer) { peer.send("hello"); },
                             .data = [this](raw_connection& peer, auto) {
                                 if (served_.received.size() >= much) peer.finish();
                             }}));
        auto more = std::move(ours.open);
        ours.open = [this, more = std::move(more)](raw_connection& peer) mutable {
            peer.send(std::string(much, 'x'));
            loop().wake();
            if (more) more(peer);
        };
        connector_->connect("127.0.0.1:" + std::to_string(port_), outbound_.noted(std::move(ours)));
        run_until([&] { return done_ || outbound_.ended(); });
        for (int turns = 0; turns < 3 && way_->has_loop(); ++turns) {
            run_until([asked = 0]() mutable { return ++asked == 2; });
        }
    }

    static constexpr std::size_t much = 6'000'000;
    bool done_ = false;
};

TEST_P(endpoint_raw_destruction, in_every_handler) {
    for (const auto where : places) {
        for (const auto what : deeds) {
            play(armed(where, what));
            EXPECT_TRUE(done_) << static_cast<int>(where) << ", " << static_cast<int>(what);
            EXPECT_LE(outbound_.closed + outbound_.failed, 1);
            connector_.reset();
            raw_server_.reset();
            server_.reset();
            client_.reset();
            way_.reset(); // some hosts exist once
            way_ = GetParam()->make();
            connector_.emplace(loop());
        }
    }
}

TEST_P(endpoint_raw_destruction, in_fail) {
    for (const auto what : deeds) {
        done_ = false;
        connector_->connect("unix:/nowhere",
                            {.fail = [this, what](const report&) { do_it(what, nullptr); }});
        EXPECT_TRUE(run_until([&] { return done_; }));
        connector_.reset();
        server_.reset();
        client_.reset();
        way_.reset(); // some hosts exist once
        way_ = GetParam()->make();
        connector_.emplace(loop());
    }
}

TEST_P(endpoint_raw_destruction, before_anything_was_reported) {
    serve_raw_echo();
    connector_->connect("127.0.0.1:" + std::to_string(port_), outbound_.noted());
    connector_.reset();
    raw_server_.reset();
    EXPECT_FALSE(outbound_.ended());
    EXPECT_EQ(loop().work_count(), 0U);
}

TEST_P(endpoint_raw_destruction, of_the_server_while_it_greets) {
    serve_raw_echo();
    listen_options rude;
    bool met = false;
    rude.after_accept = [&](int, const address&) {
        raw_server_.reset();
        return met = true;
    };
    const auto where = raw_server_->listen("127.0.0.1", 0, std::move(rude));
    ASSERT_TRUE(where);
    connector_->connect(where->str(), outbound_.noted());
    EXPECT_TRUE(run_until([&] { return met && outbound_.ended(); }));
}

WEFT_IN_EVERY_WAY(endpoint_raw_destruction);

} // namespace
} // namespace weft::testing
