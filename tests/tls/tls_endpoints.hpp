// SPDX-License-Identifier: MIT
// A server with TLS and a client for it on one loop, and how an attempt to connect ended. Each
// program with these tests has a tls_library.hpp, which names the TLS library.
#pragma once

#include <weft/stream/tls_error.hpp>
#include <weft/stream/tls_stream.hpp>
#include <weft/weft.hpp>

#include <poll.h>

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tls_library.hpp"

namespace weft {

/// Made once: making one takes a while.
inline const tls_certificate& certificate_for(std::string_view name) {
    static std::map<std::string, tls_certificate> known;
    const auto [at, is_new] = known.try_emplace(std::string(name));
    if (is_new) at->second = certificate_under_test({.names = {at->first}});
    return at->second;
}

inline const tls_certificate& local_certificate() {
    static const tls_certificate made = certificate_under_test();
    return made;
}

inline std::shared_ptr<client_under_test> client_that_trusts(const tls_certificate& what) {
    return *client_under_test::create({.issuers = what.chain});
}

/// What a client saw.
struct attempt {
    bool opened = false;
    bool resumed = false;
    std::string server; ///< whom the server's certificate is for
    std::string answer;
    std::optional<report> failed;
};

class tls_endpoints : public ::testing::Test {
protected:
    void serve(server_options_under_test options) {
        auto made = server_under_test::create(std::move(options));
        ASSERT_TRUE(made) << made.error().message();
        tls = *made;
        server.on_fail([this](const report& why) { server_failed.push_back(why); });
        server.route("/echo", {
            .open = [this](connection& peer) {
                EXPECT_TRUE(peer.secure());
                client_subject = tls_stream::of(peer.transport())->peer_subject();
                cipher = tls_stream::of(peer.transport())->cipher();
            },
            .message = [](connection& peer, message what) { peer.send(what); },
        });
        port = server.listen("127.0.0.1", 0, {.tls = tls})->port();
    }

    void serve() { serve({.certificates = {local_certificate()}}); }

    /// Connects `name` at the server's port, sends a message and waits for it to come back.
    attempt connect(std::shared_ptr<secure_layer> with, const std::string& name = "localhost",
                    connect_options options = {}) {
        options.tls = std::move(with);
        options.via = "127.0.0.1:" + std::to_string(port);
        return connect_at("wss://" + name + ":" + std::to_string(port) + "/echo",
                          std::move(options));
    }

    attempt connect_at(const std::string& target, connect_options options) {
        attempt seen;
        bool ended = false;
        client.connect(target, {
            .open = [&](connection& peer) {
                seen.opened = true;
                const tls_stream& over = *tls_stream::of(peer.transport());
                seen.resumed = over.resumed();
                seen.server = over.peer_subject();
                peer.send("hello");
            },
            .message = [&](connection& peer, message what) {
                seen.answer = what.text();
                peer.close();
            },
            .close = [&](connection&, const report& why) {
                EXPECT_TRUE(why.clean()) << why;
                ended = true;
            },
            .fail = [&](const report& why) {
                seen.failed = why;
                ended = true;
            },
        }, std::move(options));
        until([&] {
            return ended && server.connection_count() + client.connection_count() == 0;
        });
        return seen;
    }

    static void expect_failure(const attempt& seen, std::error_code why) {
        ASSERT_TRUE(seen.failed);
        EXPECT_FALSE(seen.opened);
        EXPECT_EQ(seen.failed->error, why) << *seen.failed;
        EXPECT_EQ(seen.failed->phase, phase::tls) << *seen.failed;
    }

    /// Some ends are not reported, so that the loop's descriptor is waited for, not a handler.
    template <class Condition>
    void until(Condition&& holds) {
        pollfd ready{*loop.descriptor(), POLLIN, 0};
        while (!holds()) {
            ASSERT_EQ(::poll(&ready, 1, 10'000), 1) << "nothing happens any more";
            loop.run_ready();
        }
    }

    event_loop loop;
    weft::server server{loop};
    weft::client client{loop};
    std::shared_ptr<server_under_test> tls;
    std::uint16_t port = 0;
    std::string client_subject;
    std::string cipher;
    std::vector<report> server_failed;
};

} // namespace weft
