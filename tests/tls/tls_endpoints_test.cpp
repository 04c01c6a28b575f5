// SPDX-License-Identifier: MIT
// Servers and clients over TLS: which peers are trusted, which are refused and why, and what other
// connections do meanwhile.
#include "tls_endpoints.hpp"

#include <filesystem>
#include <fstream>

namespace weft {
namespace {

TEST_F(tls_endpoints, a_message_goes_there_and_back) {
    serve();
    const auto seen = connect(client_that_trusts(local_certificate()));
    EXPECT_EQ(seen.answer, "hello");
    EXPECT_EQ(seen.server, "CN=localhost");
    EXPECT_TRUE(server_failed.empty());
}

TEST_F(tls_endpoints, the_clients_own_layer_is_for_all_its_connections) {
    serve();
    client.tls(client_that_trusts(local_certificate()));
    EXPECT_TRUE(connect(nullptr).opened);
}

TEST_F(tls_endpoints, without_tls_a_wss_uri_fails_and_says_so) {
    serve();
    expect_failure(connect(nullptr), errc::no_tls);
}

TEST_F(tls_endpoints, large_messages_pass_in_both_directions) {
    serve();
    client.tls(client_that_trusts(local_certificate()));
    std::string large(3'000'000, 'x');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i / 7 % 26);
    std::string got;
    client.connect("wss://localhost:" + std::to_string(port) + "/echo", {
        .open = [&](connection& peer) { peer.send(large); },
        .message = [&](connection& peer, message what) {
            got = what.text();
            peer.close();
        },
    });
    until([&] { return !got.empty(); });
    EXPECT_TRUE(got == large);
}

// --- whom a client believes

TEST_F(tls_endpoints, an_address_in_the_certificate_is_checked_as_one) {
    serve();
    EXPECT_TRUE(connect(client_that_trusts(local_certificate()), "127.0.0.1").opened);
    expect_failure(connect(client_that_trusts(local_certificate()), "127.0.0.2"),
                   tls_error::wrong_name);
}

TEST_F(tls_endpoints, a_certificate_for_another_host_is_refused) {
    serve();
    expect_failure(connect(client_that_trusts(local_certificate()), "example.org"),
                   tls_error::wrong_name);
    ASSERT_EQ(server_failed.size(), 1U);
    EXPECT_EQ(server_failed.front().phase, phase::tls);
    EXPECT_EQ(server_failed.front().error, tls_error::certificate_not_accepted);
    EXPECT_EQ(server_failed.front().began, side::peer);
}

TEST_F(tls_endpoints, an_expired_certificate_is_refused) {
    const auto old = certificate_under_test({.valid_from = std::chrono::hours(-48),
                                             .valid_until = std::chrono::hours(-24)});
    serve({.certificates = {old}});
    expect_failure(connect(client_that_trusts(old)), tls_error::certificate_expired);
}

TEST_F(tls_endpoints, a_certificate_of_tomorrow_is_refused) {
    const auto future = certificate_under_test({.valid_from = std::chrono::hours(24)});
    serve({.certificates = {future}});
    expect_failure(connect(client_that_trusts(future)), tls_error::certificate_not_yet_valid);
}

TEST_F(tls_endpoints, by_default_a_self_signed_certificate_is_refused) {
    serve();
    expect_failure(connect(*client_under_test::create()), tls_error::self_signed);
}

TEST_F(tls_endpoints, who_does_not_verify_believes_everybody) {
    serve();
    EXPECT_TRUE(connect(*client_under_test::create({.verify = false}), "example.org").opened);
}

// --- what is not TLS, and what does not end

TEST_F(tls_endpoints, a_plain_server_is_distinguished_from_a_tls_one) {
    server.route("/echo", {});
    port = server.listen("127.0.0.1", 0)->port();
    expect_failure(connect(client_that_trusts(local_certificate())), tls_error::http_answer);
}

TEST_F(tls_endpoints, a_plain_client_is_distinguished_from_a_tls_one) {
    serve();
    bool ended = false;
    client.connect("ws://127.0.0.1:" + std::to_string(port) + "/echo", {
        .fail = [&](const report&) { ended = true; },
    });
    until([&] { return ended && !server_failed.empty(); });
    EXPECT_EQ(server_failed.front().error, tls_error::http_request);
    EXPECT_EQ(server_failed.front().phase, phase::tls);
}

TEST_F(tls_endpoints, a_server_that_hangs_up_is_reported) {
    raw_server mute(loop, {.open = [](raw_connection& peer) { peer.abort(); }});
    port = mute.listen("127.0.0.1", 0)->port();
    const auto seen = connect(client_that_trusts(local_certificate()));
    ASSERT_TRUE(seen.failed);
    EXPECT_EQ(seen.failed->phase, phase::tls);
    const auto why = seen.failed->error;
    EXPECT_TRUE(why == tls_error::handshake_truncated || why == std::errc::connection_reset ||
                why == std::errc::broken_pipe) << *seen.failed;
}

TEST_F(tls_endpoints, a_server_that_says_nothing_is_given_up) {
    raw_server mute(loop, raw_handlers{});
    port = mute.listen("127.0.0.1", 0)->port();
    bool ended = false;
    report seen;
    client.connect("wss://localhost:" + std::to_string(port) + "/echo", {
        .fail = [&](const report& why) {
            seen = why;
            ended = true;
        },
    }, {.tls_timeout = std::chrono::milliseconds(30),
        .tls = client_that_trusts(local_certificate())});
    until([&] { return ended; });
    EXPECT_EQ(seen.error, errc::tls_timeout) << seen;
    EXPECT_EQ(seen.phase, phase::tls);
}

TEST_F(tls_endpoints, a_client_that_says_nothing_is_given_up) {
    serve();
    server.handshake_options({}, {.handshake = std::chrono::milliseconds(30)});
    raw_client mute(loop);
    mute.connect("127.0.0.1:" + std::to_string(port), raw_handlers{});
    until([&] { return !server_failed.empty(); });
    EXPECT_EQ(server_failed.front().error, errc::tls_timeout) << server_failed.front();
    EXPECT_EQ(server_failed.front().phase, phase::tls);
}

TEST_F(tls_endpoints, a_connection_can_be_aborted_within_the_handshake) {
    raw_server mute(loop, raw_handlers{});
    port = mute.listen("127.0.0.1", 0)->port();
    report seen;
    bool ended = false;
    const auto handle = client.connect("wss://localhost:" + std::to_string(port) + "/echo", {
        .fail = [&](const report& why) {
            seen = why;
            ended = true;
        },
    }, {.tls = client_that_trusts(local_certificate())});
    until([&] { return mute.connection_count() != 0; });
    client.stop();
    until([&] { return ended; });
    EXPECT_EQ(seen.error, errc::aborted);
}

// --- names, versions, clients' certificates

TEST_F(tls_endpoints, the_name_that_is_asked_for_chooses_the_certificate) {
    serve({.certificates = {certificate_for("first.example"),
                            certificate_for("*.second.example")}});
    const auto first =
        connect(client_that_trusts(certificate_for("first.example")), "first.example");
    EXPECT_EQ(first.server, "CN=first.example");
    const auto second =
        connect(client_that_trusts(certificate_for("*.second.example")), "a.second.example");
    EXPECT_EQ(second.server, "CN=*.second.example");
    const auto other = connect(*client_under_test::create({.verify = false}), "other.example");
    EXPECT_EQ(other.server, "CN=first.example");
}

TEST_F(tls_endpoints, agree_on_http_by_alpn) {
    serve();
    std::string agreed;
    std::string version;
    server.route("/alpn", {.open = [&](connection& peer) {
        const tls_stream& over = *tls_stream::of(peer.transport());
        agreed = over.application_protocol();
        version = over.version();
        peer.close();
    }});
    client.connect("wss://localhost:" + std::to_string(port) + "/alpn", {},
                   {.tls = client_that_trusts(local_certificate())});
    until([&] { return client.connection_count() == 0; });
    EXPECT_EQ(agreed, "http/1.1");
    EXPECT_EQ(version, newest_version);
}

TEST_F(tls_endpoints, a_handshake_that_is_cut_off_is_reported_as_such) {
    raw_server half(loop, {.data = [](raw_connection& peer, std::span<std::byte>) {
        peer.send("\x16\x03\x03"); // a record of TLS begins, and ends there
        peer.finish();
    }});
    port = half.listen("127.0.0.1", 0)->port();
    expect_failure(connect(client_that_trusts(local_certificate())),
                   tls_error::handshake_truncated);
}

TEST_F(tls_endpoints, a_client_that_must_prove_itself_does_or_is_refused) {
    const auto& known = certificate_for("client.example");
    serve({.certificates = {local_certificate()},
           .clients = client_certificates::required,
           .client_issuers = known.chain});
    const auto with = *client_under_test::create({.issuers = local_certificate().chain,
                                                  .certificate = known});
    EXPECT_TRUE(connect(with).opened);
    EXPECT_EQ(client_subject, "CN=client.example");

    const auto without = connect(client_that_trusts(local_certificate()));
    ASSERT_TRUE(without.failed);
    ASSERT_EQ(server_failed.size(), 1U);
    EXPECT_EQ(server_failed.back().error, tls_error::certificate_required);

    const auto wrong =
        *client_under_test::create({.issuers = local_certificate().chain,
                                    .certificate = certificate_for("another.example")});
    EXPECT_TRUE(connect(wrong).failed);
    ASSERT_EQ(server_failed.size(), 2U);
    EXPECT_EQ(server_failed.back().error, tls_error::self_signed);
}

// --- sessions and reloading

TEST_F(tls_endpoints, a_second_connection_resumes_the_session) {
    serve();
    const auto with = client_that_trusts(local_certificate());
    EXPECT_FALSE(connect(with).resumed);
    EXPECT_TRUE(connect(with).resumed);
    EXPECT_TRUE(connect(with).resumed);
    EXPECT_FALSE(connect(with, "127.0.0.1").resumed); // another host
}

TEST_F(tls_endpoints, certificates_are_replaced_while_it_runs) {
    const auto file = std::filesystem::path(::testing::TempDir()) / "weft_reload.pem";
    const auto write = [&](const tls_certificate& what) {
        std::ofstream(file) << what.chain << what.key;
    };
    write(certificate_for("first.example"));
    serve({.certificates = {{.chain_file = file.string()}}});
    const auto any = *client_under_test::create({.verify = false});
    EXPECT_EQ(connect(any).server, "CN=first.example");
    write(certificate_for("second.example"));
    EXPECT_EQ(connect(*client_under_test::create({.verify = false})).server, "CN=first.example");
    ASSERT_TRUE(tls->reload());
    EXPECT_EQ(connect(*client_under_test::create({.verify = false})).server, "CN=second.example");
    EXPECT_TRUE(connect(any).resumed); // the keys of tickets are the same

    std::ofstream(file) << "no certificate";
    EXPECT_EQ(tls->reload().error(), tls_error::bad_certificate_file);
    EXPECT_EQ(connect(*client_under_test::create({.verify = false})).server, "CN=second.example");
    std::filesystem::remove(file);
    EXPECT_EQ(tls->reload().error(), std::errc::no_such_file_or_directory);
}

TEST(tls_server, says_what_is_wrong_with_its_files) {
    const auto why = [](tls_certificate what) {
        return server_under_test::create({.certificates = {std::move(what)}}).error();
    };
    const auto& good = local_certificate();
    EXPECT_EQ(why({.chain_file = "/nowhere.pem"}), std::errc::no_such_file_or_directory);
    EXPECT_EQ(why({.chain = "nonsense", .key = good.key}), tls_error::bad_certificate_file);
    EXPECT_EQ(why({.chain = good.chain, .key = "nonsense"}), tls_error::bad_key_file);
    EXPECT_EQ(why({.chain = good.chain, .key = certificate_for("other.example").key}),
              tls_error::key_mismatch);
    EXPECT_EQ(server_under_test::create({}).error(), tls_error::bad_certificate_file);
    EXPECT_EQ(client_under_test::create({.issuers = "nonsense"}).error(),
              tls_error::bad_trust_file);
    const result<void> refused = failure(tls_error::bad_setting);
    EXPECT_EQ(client_under_test::create({.configure = [&](auto*) { return refused; }}).error(),
              tls_error::bad_setting);
}

} // namespace
} // namespace weft
