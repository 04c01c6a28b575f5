// SPDX-License-Identifier: MIT
// The C interface at its edges: callbacks that destroy what called them, pointers that are released
// exactly once, TLS, and a second thread.
#include <array>
#include <cstring>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include <weft/weft.h>

#ifdef WEFT_TEST_HAS_TLS
#include <weft/tls/tls_certificate.hpp>
#endif

namespace weft {
namespace {

/// A callback of C with a function of the test behind it; counts how often it was released.
struct c_user {
    std::function<void(weft_connection*)> open = {};
    std::function<void(weft_connection*, std::string_view)> message = {};
    std::function<void(weft_connection*)> http = {};
    std::function<void(weft_connection*)> writable = {};
    std::function<void(const weft_report&)> end = {}; // `close` and `fail`
    int released = 0;

    static c_user& of(void* user) { return *static_cast<c_user*>(user); }

    weft_handlers handlers() {
        weft_handlers made{};
        made.struct_size = sizeof made;
        made.user = this;
        made.release = [](void* user) { ++of(user).released; };
        if (open) made.open = [](weft_connection* peer, void* user) { of(user).open(peer); };
        made.message = [](weft_connection* peer, const void* bytes, size_t size, int, void* user) {
            const std::string_view text(static_cast<const char*>(bytes), size);
            if (of(user).message) of(user).message(peer, text);
        };
        if (http) made.http = [](weft_connection* one, void* user) { of(user).http(one); };
        if (writable) {
            made.writable = [](weft_connection* one, void* user) { of(user).writable(one); };
        }
        made.close = [](weft_connection*, const weft_report* why, void* user) {
            if (of(user).end) of(user).end(*why);
        };
        made.fail = [](const weft_report* why, void* user) {
            if (of(user).end) of(user).end(*why);
        };
        return made;
    }
};

/// A loop with a server and a client, each of which a test may destroy first.
class c_interface_test : public ::testing::Test {
protected:
    c_interface_test() {
        EXPECT_EQ(weft_loop_create(nullptr, &loop), WEFT_OK);
        EXPECT_EQ(weft_server_create(loop, &server), WEFT_OK);
        EXPECT_EQ(weft_client_create(loop, &client), WEFT_OK);
        const auto late = [](void*) { FAIL() << "a test took too long"; };
        EXPECT_EQ(weft_timer_create(loop, late, nullptr, nullptr, &limit), WEFT_OK);
        weft_timer_arm(limit, 20'000);
    }
    ~c_interface_test() override {
        weft_timer_destroy(limit);
        destroy_client();
        destroy_server();
        destroy_loop();
    }

    void destroy_client() { weft_client_destroy(std::exchange(client, nullptr)); }
    void destroy_server() { weft_server_destroy(std::exchange(server, nullptr)); }
    void destroy_loop() { weft_loop_destroy(std::exchange(loop, nullptr)); }

    void serve(c_user& by, const weft_listen_options* options = nullptr) {
        const auto handlers = by.handlers();
        ASSERT_EQ(weft_server_route(server, "/*", nullptr, &handlers, nullptr), WEFT_OK);
        ASSERT_EQ(weft_server_listen(server, "127.0.0.1", 0, options, &port), WEFT_OK);
    }

    void connect(c_user& by, const weft_connect_options* options = nullptr,
                 const char* scheme = "ws") {
        const auto handlers = by.handlers();
        const auto uri = scheme + ("://127.0.0.1:" + std::to_string(port) + "/");
        ASSERT_EQ(weft_client_connect(client, uri.c_str(), &handlers, options, nullptr), WEFT_OK);
    }

    /// When the client's connection has ended, stores its error and stops the loop.
    void stop_at_end_of_client(int& error) {
        client_user.end = [&](const weft_report& why) {
            error = why.error;
            weft_loop_stop(loop);
        };
    }

    weft_loop* loop = nullptr;
    weft_server* server = nullptr;
    weft_client* client = nullptr;
    weft_timer* limit = nullptr;
    uint16_t port = 0;
    c_user server_user;
    c_user client_user;
};

TEST_F(c_interface_test, callback_destroys_its_client_and_is_released_after_it_has_returned) {
    bool released_early = true;
    client_user.open = [&](weft_connection*) {
        destroy_client();
        released_early = client_user.released != 0;
        weft_loop_stop(loop);
    };
    serve(server_user);
    connect(client_user);
    weft_loop_run(loop);
    EXPECT_EQ(client, nullptr);
    EXPECT_FALSE(released_early);
    EXPECT_EQ(client_user.released, 1);
}

TEST_F(c_interface_test, callback_destroys_its_server) {
    server_user.message = [&](weft_connection*, std::string_view) { destroy_server(); };
    client_user.open = [](weft_connection* peer) { weft_connection_send_text(peer, "x", 1); };
    int error = WEFT_OK;
    stop_at_end_of_client(error);
    serve(server_user);
    connect(client_user);
    weft_loop_run(loop);
    EXPECT_NE(error, WEFT_OK);
    EXPECT_EQ(server_user.released, 1);
}

TEST_F(c_interface_test, callback_destroys_the_loop) {
    client_user.open = [&](weft_connection*) { destroy_loop(); };
    client_user.end = [](const weft_report&) { FAIL() << "called after the end of the loop"; };
    serve(server_user);
    connect(client_user);
    weft_loop_run(loop);
    EXPECT_EQ(loop, nullptr);
    destroy_client();
    destroy_server();
    EXPECT_EQ(client_user.released, 1);
    EXPECT_EQ(server_user.released, 1);
}

TEST_F(c_interface_test, timer_destroys_itself) {
    struct one_timer {
        weft_timer* timer = nullptr;
        weft_loop* loop = nullptr;
        int released = 0;
    } mine;
    mine.loop = loop;
    const auto expired = [](void* user) {
        auto& one = *static_cast<one_timer*>(user);
        weft_timer_destroy(one.timer);
        EXPECT_EQ(one.released, 0);
        weft_loop_stop(one.loop);
    };
    const auto release = [](void* user) { ++static_cast<one_timer*>(user)->released; };
    ASSERT_EQ(weft_timer_create(loop, expired, &mine, release, &mine.timer), WEFT_OK);
    weft_timer_arm(mine.timer, 0);
    weft_loop_run(loop);
    EXPECT_EQ(mine.released, 1);
}

TEST_F(c_interface_test, data_of_a_connection_is_released_when_replaced_and_at_its_end) {
    int released = 0;
    const weft_callback release = [](void* data) { ++*static_cast<int*>(data); };
    client_user.open = [&](weft_connection* peer) {
        EXPECT_EQ(weft_connection_data(peer), nullptr);
        EXPECT_EQ(weft_connection_set_data(peer, &released, release), WEFT_OK);
        EXPECT_EQ(weft_connection_set_data(peer, &released, release), WEFT_OK);
        EXPECT_EQ(released, 1);
        weft_connection_abort(peer);
    };
    int error = WEFT_OK;
    stop_at_end_of_client(error);
    serve(server_user);
    connect(client_user);
    weft_loop_run(loop);
    destroy_client();
    EXPECT_EQ(error, WEFT_E_ABORTED);
    EXPECT_EQ(released, 2);
}

TEST_F(c_interface_test, handle_outlives_everything) {
    weft_handle* handle = nullptr;
    client_user.open = [&](weft_connection* peer) {
        EXPECT_EQ(weft_connection_handle(peer, &handle), WEFT_OK);
        weft_loop_stop(loop);
    };
    serve(server_user);
    connect(client_user);
    weft_loop_run(loop);
    destroy_client();
    destroy_server();
    weft_timer_disarm(limit);
    destroy_loop();
    ASSERT_NE(handle, nullptr);
    int released = 0;
    const auto release = [](void* user) { ++*static_cast<int*>(user); };
    const auto never = [](weft_connection*, void*) { FAIL(); };
    EXPECT_EQ(weft_handle_send_text(handle, "x", 1), WEFT_SEND_CLOSED);
    EXPECT_EQ(weft_handle_close(handle, 1000, nullptr), WEFT_E_GONE);
    EXPECT_EQ(weft_handle_abort(handle), WEFT_E_GONE);
    EXPECT_EQ(weft_handle_post(handle, never, &released, release), WEFT_E_GONE);
    EXPECT_EQ(released, 0);
    weft_handle_release(handle);
}

TEST_F(c_interface_test, sends_report_a_slow_peer) {
    std::array<bool, 4> seen{};
    server_user.open = [&](weft_connection* peer) {
        const std::string block(64 * 1024, 'x');
        for (int i = 0; i < 1000 && !seen[WEFT_SEND_DROPPED]; ++i) {
            seen.at(weft_connection_send_binary(peer, block.data(), block.size())) = true;
        }
        EXPECT_GT(weft_connection_queued_bytes(peer), block.size());
    };
    server_user.writable = [&](weft_connection* peer) {
        EXPECT_EQ(weft_connection_queued_bytes(peer), 0u);
        weft_loop_stop(loop);
    };
    serve(server_user);
    connect(client_user);
    weft_loop_run(loop);
    EXPECT_TRUE(seen[WEFT_SEND_BACKED_UP]);
    EXPECT_TRUE(seen[WEFT_SEND_DROPPED]);
}

TEST_F(c_interface_test, shutdown_calls_done_and_closes_with_1001) {
    int code = 0;
    client_user.open = [&](weft_connection*) {
        const auto done = [](void* user) { weft_loop_stop(static_cast<weft_loop*>(user)); };
        EXPECT_EQ(weft_server_shutdown(server, 5'000, done, loop, nullptr), WEFT_OK);
    };
    client_user.end = [&](const weft_report& why) { code = why.code; };
    serve(server_user);
    connect(client_user);
    weft_loop_run(loop);
    EXPECT_EQ(code, 1001);
    EXPECT_EQ(weft_server_connection_count(server), 0u);
}

TEST_F(c_interface_test, options_of_a_newer_program_are_accepted_unless_they_are_used) {
    struct newer {
        weft_loop_options known{};
        std::uint64_t later = 0;
    } options;
    options.known.struct_size = sizeof options;
    weft_loop* made = nullptr;
    EXPECT_EQ(weft_loop_create(&options.known, &made), WEFT_OK);
    weft_loop_destroy(made);
    options.later = 1;
    EXPECT_EQ(weft_loop_create(&options.known, &made), WEFT_E_BAD_ARGUMENT);
}

TEST_F(c_interface_test, every_error_has_a_text) {
    for (int error = WEFT_E_BAD_URI; error <= WEFT_E_OUTCOME_UNKNOWN; ++error) {
        EXPECT_STRNE(weft_error_text(error), "another error") << error;
    }
    EXPECT_STREQ(weft_error_text(WEFT_E_OUTCOME_UNKNOWN + 1), "another error");
    EXPECT_STRNE(weft_error_text(WEFT_E_SYSTEM + 1), "");
}

TEST_F(c_interface_test, every_error_has_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (int error = WEFT_OK; error <= WEFT_E_OUTCOME_UNKNOWN; ++error) {
        names.insert(weft_error_name(error));
        EXPECT_STRNE(weft_error_name(error), "WEFT_E_OTHER") << error;
    }
    EXPECT_EQ(names.size(), WEFT_E_OUTCOME_UNKNOWN + 1u);
    EXPECT_STREQ(weft_error_name(WEFT_E_OUTCOME_UNKNOWN + 1), "WEFT_E_OTHER");
    EXPECT_STREQ(weft_error_name(WEFT_OK), "WEFT_OK");
    EXPECT_STREQ(weft_error_name(WEFT_E_NO_MEMORY), "WEFT_E_NO_MEMORY");
    EXPECT_STREQ(weft_error_name(WEFT_E_TLS + 3), "WEFT_E_TLS");
    EXPECT_STREQ(weft_error_name(WEFT_E_RESOLVE + 3), "WEFT_E_RESOLVE");
    EXPECT_STREQ(weft_error_name(WEFT_E_SYSTEM + 3), "WEFT_E_SYSTEM");
}

#ifdef WEFT_TEST_HAS_TLS
TEST_F(c_interface_test, tls_with_a_trusted_certificate_opens) {
    const auto certificate = make_self_signed();
    ASSERT_TRUE(certificate);
    weft_tls_options own{};
    own.struct_size = sizeof own;
    own.certificate = certificate->chain.c_str();
    own.key = certificate->key.c_str();
    weft_tls_options trust{};
    trust.struct_size = sizeof trust;
    trust.issuers = certificate->chain.c_str();
    weft_tls* server_tls = nullptr;
    weft_tls* client_tls = nullptr;
    ASSERT_EQ(weft_tls_server_create(&own, &server_tls), WEFT_OK);
    ASSERT_EQ(weft_tls_client_create(&trust, &client_tls), WEFT_OK);
    weft_listen_options listening{};
    listening.struct_size = sizeof listening;
    listening.tls = server_tls;
    weft_connect_options connecting{};
    connecting.struct_size = sizeof connecting;
    connecting.tls = client_tls;

    bool secure = false;
    int error = WEFT_OK;
    client_user.open = [&](weft_connection* peer) {
        secure = weft_connection_is_secure(peer);
        weft_loop_stop(loop);
    };
    stop_at_end_of_client(error);
    serve(server_user, &listening);
    connect(client_user, &connecting, "wss");
    weft_tls_destroy(server_tls);
    weft_tls_destroy(client_tls);
    weft_loop_run(loop);
    EXPECT_TRUE(secure);

    weft_loop_restart(loop);
    weft_tls* strict = nullptr;
    ASSERT_EQ(weft_tls_client_create(nullptr, &strict), WEFT_OK);
    connecting.tls = strict;
    connect(client_user, &connecting, "wss");
    weft_tls_destroy(strict);
    weft_loop_run(loop);
    EXPECT_GT(error, WEFT_E_TLS);
    EXPECT_LT(error, WEFT_E_RESOLVE);
    EXPECT_STRNE(weft_error_text(error), "another error");
}
#endif

class c_interface_threads : public c_interface_test {};

TEST_F(c_interface_threads, handles_send_and_posts_arrive_from_another_thread) {
    weft_handle* handle = nullptr;
    int echoes = 0, posted = 0;
    constexpr int count = 100;
    server_user.message = [](weft_connection* peer, std::string_view text) {
        weft_connection_send_text(peer, text.data(), text.size());
    };
    client_user.open = [&](weft_connection* peer) {
        EXPECT_EQ(weft_connection_handle(peer, &handle), WEFT_OK);
        weft_loop_stop(loop);
    };
    client_user.message = [&](weft_connection* peer, std::string_view) {
        if (++echoes == count) weft_connection_close(peer, 1000, nullptr);
    };
    client_user.end = [&](const weft_report&) { weft_loop_stop(loop); };
    serve(server_user);
    connect(client_user);
    weft_loop_run(loop);
    ASSERT_NE(handle, nullptr);
    weft_loop_restart(loop);

    std::thread other([&, mine = weft_handle_acquire(handle)] {
        const auto count_one = [](weft_connection*, void* user) { ++*static_cast<int*>(user); };
        EXPECT_EQ(weft_handle_post(mine, count_one, &posted, nullptr), WEFT_OK);
        const auto on_loop = [](void* user) { ++*static_cast<int*>(user); };
        EXPECT_EQ(weft_loop_post(loop, on_loop, &posted, nullptr), WEFT_OK);
        for (int i = 0; i < count; ++i) {
            EXPECT_LE(weft_handle_send_text(mine, "x", 1), WEFT_SEND_BACKED_UP);
        }
        weft_handle_release(mine);
    });
    weft_handle_release(handle);
    weft_loop_run(loop);
    other.join();
    EXPECT_EQ(echoes, count);
    EXPECT_EQ(posted, 2);
}

} // namespace
} // namespace weft
