// SPDX-License-Identifier: MIT
// Connects each TLS library as server to each as client: what they negotiate, what they refuse, and
// which errors both sides report.
#include "tls_peers.hpp"

#include <mbedtls/ssl.h>
#include <openssl/ssl.h>

#include <cstdlib>

namespace weft {
namespace {

TEST_P(tls_peers, carry_bytes_whatever_the_pieces) {
    for (const std::size_t piece : {1U, 1'000U, 1U << 20}) {
        auto options = between(local_certificate(), local_certificate().chain);
        options.capacity = piece == 1 ? 700 : 64 * 1024;
        options.delivery_max = piece;
        tls_pair pair(options);
        pair.open();
        pair.client->send(many(20'000));
        pair.server->send(many(30'001));
        pair.driver.settle();
        EXPECT_TRUE(pair.server->received == many(20'000)) << piece;
        EXPECT_TRUE(pair.client->received == many(30'001)) << piece;
        pair.client->stream->half_close();
        pair.driver.settle();
        EXPECT_EQ(pair.server->events.back(), "eof");
        pair.server->stream->half_close();
        pair.driver.settle();
        EXPECT_EQ(pair.client->events.back(), "eof");
    }
}

TEST_P(tls_peers, say_what_was_negotiated) {
    tls_pair pair(between(local_certificate(), local_certificate().chain));
    pair.open();
    EXPECT_EQ(pair.client->tls().version(), pair.server->tls().version());
    EXPECT_EQ(pair.client->tls().application_protocol(), "http/1.1");
    EXPECT_EQ(pair.server->tls().application_protocol(), "http/1.1");
    EXPECT_EQ(pair.client->tls().server_name(), "localhost");
    EXPECT_EQ(pair.server->tls().server_name(), "localhost");
    EXPECT_EQ(pair.client->tls().peer_subject(), "CN=localhost");
    EXPECT_FALSE(pair.client->tls().resumed());
    EXPECT_FALSE(pair.server->tls().resumed());
    const bool ours = GetParam().second == tls_library::mbedtls;
    EXPECT_EQ(mbedtls_of(pair.client->tls()) != nullptr, ours);
    EXPECT_EQ(openssl_of(pair.client->tls()) == nullptr, ours);
}

TEST_P(tls_peers, check_addresses_and_wildcards) {
    const private_authority authority("Authority");
    const auto leaf = authority.sign({"x", "DNS:*.example.org,IP:127.0.0.1,IP:::1"});
    for (const std::string host :
         {"a.example.org", "A.Example.ORG.", "127.0.0.1", "::1", "::1%2"}) {
        tls_pair pair(between(leaf, authority.pem(), host));
        pair.driver.settle();
        EXPECT_TRUE(pair.client->logged("open")) << host << pair.client->error.message();
        const bool is_name = host.find("xample") != host.npos;
        EXPECT_EQ(!pair.server->tls().server_name().empty(), is_name) << host;
    }
    for (const std::string host : {"example.org", "a.b.example.org", "127.0.0.2", "::2", "x", ""}) {
        tls_pair pair(between(leaf, authority.pem(), host));
        pair.driver.settle();
        EXPECT_EQ(pair.client->error, tls_error::wrong_name) << host;
        EXPECT_FALSE(pair.client->logged("open")) << host;
    }
}

TEST_P(tls_peers, refuse_another_name) {
    tls_pair pair(between(local_certificate(), local_certificate().chain, "example.org"));
    expect_refusal(pair, tls_error::wrong_name,
                   "depth 0, CN=localhost, is for DNS:localhost, IP Address:127.0.0.1, "
                   "IP Address:" +
                       std::string(GetParam().second == tls_library::mbedtls ? "::1"
                                                                           : "0:0:0:0:0:0:0:1"));
}

TEST_P(tls_peers, refuse_a_common_name_alone) {
    const private_authority authority("Authority");
    tls_pair pair(between(authority.sign({"localhost", ""}), authority.pem()));
    const bool general = GetParam().second == tls_library::openssl; // its alert does not say why
    expect_refusal(pair, tls_error::no_alternative_name, "depth 0, CN=localhost",
                   general ? tls_error::refused_by_peer : tls_error::certificate_not_accepted);
}

TEST_P(tls_peers, refuse_what_signed_itself) {
    const private_authority other("Other");
    tls_pair pair(between(local_certificate(), other.pem()));
    expect_refusal(pair, tls_error::self_signed,
                   "depth 0, CN=localhost, issued by CN=localhost");
}

TEST_P(tls_peers, refuse_an_unknown_issuer) {
    const private_authority authority("Authority");
    const private_authority other("Other");
    tls_pair with_root(between(authority.sign(), other.pem()));
    expect_refusal(with_root, tls_error::unknown_issuer,
                   "depth 1, CN=Authority, issued by CN=Authority");
    tls_pair without(between(authority.sign({}, false), other.pem()));
    expect_refusal(without, tls_error::unknown_issuer,
                   "depth 0, CN=localhost, issued by CN=Authority");
}

TEST_P(tls_peers, refuse_what_has_expired) {
    const auto leaf = *make_self_signed({.valid_until = std::chrono::seconds(-60)});
    tls_pair own(between(leaf, leaf.chain));
    expect_refusal(own, tls_error::certificate_expired,
                   "depth 0, CN=localhost, issued by CN=localhost");
    const private_authority authority("Old", -60);
    tls_pair issuer(between(authority.sign(), authority.pem()));
    expect_refusal(issuer, tls_error::certificate_expired, "depth 1, CN=Old, issued by CN=Old");
}

TEST_P(tls_peers, refuse_what_is_not_valid_yet) {
    const auto leaf = *make_self_signed_with_mbedtls({.valid_from = std::chrono::hours(1)});
    tls_pair pair(between(leaf, leaf.chain));
    expect_refusal(pair, tls_error::certificate_not_yet_valid,
                   "depth 0, CN=localhost, issued by CN=localhost");
}

TEST_P(tls_peers, accept_anything_without_verification) {
    auto options = between(local_certificate(), {}, "example.org");
    options.client = client({.verify = false});
    tls_pair pair(options);
    pair.open();
    EXPECT_EQ(pair.client->tls().peer_subject(), "CN=localhost");
}

TEST_P(tls_peers, choose_the_certificate_by_name) {
    const private_authority authority("Authority");
    const auto two = server({.certificates = {authority.sign({"first", "DNS:first.example"}),
                                              authority.sign({"rest", "DNS:*.example"}),
                                              authority.sign({"second", "DNS:second.example"})}});
    for (const std::string name : {"first", "second"}) {
        tls_pair pair({.server = two,
                       .client = client({.issuers = authority.pem()}),
                       .host = name + ".example"});
        pair.open();
        EXPECT_EQ(pair.client->tls().peer_subject(), "CN=" + name);
    }
    tls_pair other({.server = two, .client = client({.verify = false}), .host = "other.test"});
    other.open();
    EXPECT_EQ(other.client->tls().peer_subject(), "CN=first");
}

TEST_P(tls_peers, ask_for_the_clients_certificate) {
    const private_authority authority("Clients");
    const private_authority other("Other");
    struct wish {
        client_certificates clients;
        std::optional<tls_certificate> sent;
        std::error_code refusal;
    };
    const tls_error unknown = tls_error::unknown_issuer;
    const wish all[] = {
        {client_certificates::ignored, authority.sign({"me", {}}), {}},
        {client_certificates::wanted, std::nullopt, {}},
        {client_certificates::wanted, authority.sign({"me", {}}), {}},
        {client_certificates::wanted, other.sign({"me", {}}), unknown},
        {client_certificates::required, authority.sign({"me", {}}), {}},
        {client_certificates::required, std::nullopt, tls_error::certificate_required},
        {client_certificates::required, other.sign({"me", {}}), unknown},
    };
    for (const auto& one : all) {
        SCOPED_TRACE(static_cast<int>(one.clients));
        tls_pair pair({.server = server({.certificates = {local_certificate()},
                                         .clients = one.clients,
                                         .client_issuers = authority.pem()}),
                       .client = client({.issuers = local_certificate().chain,
                                         .certificate = one.sent})});
        pair.driver.settle();
        EXPECT_EQ(pair.server->error, one.refusal) << pair.server->error.message();
        EXPECT_EQ(pair.server->logged("open"), !one.refusal);
        if (one.refusal) {
            EXPECT_TRUE(pair.client->error) << "the client does not know";
            continue;
        }
        const bool known = one.sent && one.clients != client_certificates::ignored;
        EXPECT_EQ(pair.server->tls().peer_subject(), known ? "CN=me" : "");
    }
}

TEST_P(tls_peers, resume_sessions) {
    const auto serving = server({.certificates = {local_certificate()}});
    const auto connecting = client({.issuers = local_certificate().chain});
    for (int round = 0; round < 3; ++round) {
        tls_pair pair({.server = serving, .client = connecting});
        pair.open();
        EXPECT_EQ(pair.client->tls().resumed(), round != 0);
        EXPECT_EQ(pair.server->tls().resumed(), round != 0);
        EXPECT_EQ(pair.server->tls().server_name(), "localhost");
        pair.server->send("x"); // behind the ticket
        pair.driver.settle();
        EXPECT_EQ(pair.client->received, "x");
    }
    tls_pair elsewhere({.server = serving, .client = connecting, .host = "127.0.0.1"});
    elsewhere.open();
    EXPECT_FALSE(elsewhere.client->tls().resumed());
}

TEST_P(tls_peers, show_whose_connection_is_resumed) {
    const private_authority authority("Clients");
    const auto serving = server({.certificates = {local_certificate()},
                                 .clients = client_certificates::required,
                                 .client_issuers = authority.pem()});
    const auto connecting = client({.issuers = local_certificate().chain,
                                    .certificate = authority.sign({"me", {}})});
    for (int round = 0; round < 2; ++round) {
        tls_pair pair({.server = serving, .client = connecting});
        pair.open();
        EXPECT_EQ(pair.server->tls().peer_subject(), "CN=me") << pair.server->tls().resumed();
        pair.server->send("x"); // behind the ticket
        pair.driver.settle();
    }
}

TEST_P(tls_peers, report_a_reset_and_an_end_without_close_notify) {
    for (const bool reset : {false, true}) {
        tls_pair pair(between(local_certificate(), local_certificate().chain));
        pair.open();
        if (reset) {
            pair.below_server->reset();
        } else {
            pair.below_server->close();
        }
        pair.driver.settle();
        if (reset) {
            EXPECT_EQ(pair.client->error, std::errc::connection_reset);
        } else {
            EXPECT_EQ(pair.client->error, tls_error::truncated);
        }
    }
}

/// Passes bytes between the two ends of a handshake, up to a number of them from the server; then
/// the connection is lost.
struct cut_pair {
    cut_pair(const tls_pair_options& options, bool from_server, std::size_t cut_at) {
        auto [client_end, client_wire] = memory_pipe(driver, driver);
        auto [server_end, server_wire] = memory_pipe(driver, driver);
        server.emplace(options.server->cover(std::move(server_end), {}));
        client.emplace(options.client->cover(std::move(client_end), options.host));
        at_client.emplace(std::move(client_wire));
        at_server.emplace(std::move(server_wire));
        at_client->on_event = [this, from_server, cut_at](const std::string& what) {
            if (what == "receive") pass(*at_client, *at_server, !from_server, cut_at);
        };
        at_server->on_event = [this, from_server, cut_at](const std::string& what) {
            if (what == "receive") pass(*at_server, *at_client, from_server, cut_at);
        };
        if (cut_at == 0) lose();
        driver.settle();
    }

    void pass(tls_end& from, tls_end& to, bool counted, std::size_t cut_at) {
        auto bytes = std::exchange(from.received, {});
        if (lost) return;
        if (counted) {
            const bool last = passed + bytes.size() >= cut_at;
            bytes.resize(std::min(bytes.size(), cut_at - passed));
            passed += bytes.size();
            to.send(std::move(bytes));
            if (last) lose();
        } else {
            to.send(std::move(bytes));
        }
    }

    void lose() {
        lost = true;
        at_client->stream->half_close();
        at_server->stream->half_close();
    }

    manual_driver driver;
    std::optional<tls_end> server, client, at_client, at_server;
    std::size_t passed = 0;
    bool lost = false;
};

TEST_P(tls_peers, report_a_handshake_that_is_cut_anywhere) {
    const bool at_length = std::getenv("WEFT_AT_LENGTH") != nullptr;
    auto options = between(local_certificate(), local_certificate().chain);
    for (const bool from_server : {true, false}) {
        options.client = client({.issuers = local_certificate().chain});
        const std::size_t whole = cut_pair(options, from_server, SIZE_MAX).passed;
        EXPECT_GT(whole, 200U);
        for (std::size_t at = 0; at < whole && !HasFailure(); at += at_length ? 1 : 61) {
            SCOPED_TRACE(at);
            options.client = client({.issuers = local_certificate().chain}); // nothing to resume
            const cut_pair pair(options, from_server, at);
            if (!pair.lost) continue; // it was shorter: signatures differ in length
            for (const tls_end* end : {&*pair.client, &*pair.server}) {
                const bool opened = end->logged("open");
                EXPECT_EQ(end->error, opened ? tls_error::truncated
                                             : tls_error::handshake_truncated)
                    << end->error.message();
            }
        }
    }
}

TEST_P(tls_peers, meet_peers_without_tls) {
    for (const bool at_server : {true, false}) {
        for (const std::size_t piece : {std::size_t(1), SIZE_MAX}) {
            manual_driver driver;
            auto [near, far] = memory_pipe(driver, driver);
            near->deliver_at_most(piece);
            const auto options = between(local_certificate(), local_certificate().chain);
            tls_end tls(at_server ? options.server->cover(std::move(near), {})
                                  : options.client->cover(std::move(near), "localhost"));
            tls_end plain(std::move(far));
            plain.send(at_server ? "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                 : "HTTP/1.1 400 Bad Request\r\n\r\n");
            driver.settle();
            if (at_server) {
                EXPECT_EQ(tls.error, tls_error::http_request) << tls.error.message();
                EXPECT_TRUE(plain.received.starts_with("HTTP/1.1 400 ")) << plain.received;
            } else if (piece != 1) { // OpenSSL's client takes the bytes for a TLS record
                EXPECT_EQ(tls.error, tls_error::http_answer) << tls.error.message();
            }
            EXPECT_TRUE(tls.logged("error"));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    of, tls_peers,
    ::testing::Values(tls_sides{tls_library::mbedtls, tls_library::mbedtls},
                      tls_sides{tls_library::mbedtls, tls_library::openssl},
                      tls_sides{tls_library::openssl, tls_library::mbedtls},
                      tls_sides{tls_library::openssl, tls_library::openssl}),
    [](const auto& instance) {
        const auto name = [](tls_library one) {
            return std::string(one == tls_library::openssl ? "openssl" : "mbedtls");
        };
        return name(instance.param.first) + "_serves_" + name(instance.param.second);
    });

// --- what Mbed TLS alone does

TEST(mbedtls_options, that_the_library_lacks_are_refused) {
    std::string fault;
    const auto made = mbedtls_client::create({.minimum = tls_version::tls_1_3, .fault = &fault});
    if (made) {
        const auto server = *mbedtls_server::create({.certificates = {local_certificate()},
                                                     .minimum = tls_version::tls_1_3});
        tls_pair pair({.server = server, .client = trusting_client()});
        pair.open();
        EXPECT_EQ(pair.client->tls().version(), "TLSv1.3");
        return;
    }
    EXPECT_EQ(made.error(), tls_error::not_supported);
    EXPECT_TRUE(fault.starts_with("TLS 1.3 with Mbed TLS 2.")) << fault;
}

TEST(mbedtls_options, of_another_version_meet_no_peer) {
    const auto newer = *tls_client::create({.issuers = local_certificate().chain,
                                            .minimum = tls_version::tls_1_3});
    tls_pair pair({.server = local_server(), .client = newer});
    pair.driver.settle();
    if (pair.client->logged("open")) return; // Mbed TLS has TLS 1.3
    // Mbed TLS looks for a cipher of TLS 1.2, and such a client offers none.
    EXPECT_EQ(pair.client->error, tls_error::refused_by_peer) << pair.client->error.message();
    EXPECT_EQ(pair.server->error.category(), mbedtls_category()) << pair.server->error.message();
}

TEST(mbedtls_options, another_protocol_is_refused) {
    const auto other = *tls_client::create({.issuers = local_certificate().chain,
                                            .configure = [](SSL_CTX* context) -> result<void> {
                                                static const unsigned char h2[] = "\x02h2";
                                                SSL_CTX_set_alpn_protos(context, h2, 3);
                                                return {};
                                            }});
    tls_pair pair({.server = local_server(), .client = other});
    pair.driver.settle();
    EXPECT_EQ(pair.client->error, tls_error::no_common_protocol) << pair.client->error.message();
    EXPECT_EQ(pair.server->error, tls_error::no_common_protocol) << pair.server->error.message();
}

TEST(mbedtls_options, say_which_file_is_at_fault) {
    const auto& good = local_certificate();
    const auto other_kind = private_authority("CA").sign({.key_kind = "ED25519"}, false);
    const auto fault_with = [](tls_certificate with) {
        std::string fault;
        const auto made =
            mbedtls_server::create({.certificates = {std::move(with)}, .fault = &fault});
        EXPECT_FALSE(made);
        return std::pair(made ? std::error_code() : made.error(), fault);
    };
    const std::string memory = "PEM in memory";
    EXPECT_EQ(fault_with({.chain_file = "/none/chain.pem"}),
              std::pair(std::make_error_code(std::errc::no_such_file_or_directory),
                        std::string("/none/chain.pem")));
    EXPECT_EQ(fault_with({.chain = "none", .key = good.key}),
              std::pair(make_error_code(tls_error::bad_certificate_file), memory));
    EXPECT_EQ(fault_with({.chain = good.chain, .key = "none"}),
              std::pair(make_error_code(tls_error::bad_key_file), memory));
    EXPECT_EQ(fault_with({.chain = good.chain, .key = make_self_signed()->key}),
              std::pair(make_error_code(tls_error::key_mismatch), memory));
    EXPECT_EQ(fault_with({.chain = good.chain, .key = other_kind.key}),
              std::pair(make_error_code(tls_error::not_supported), memory));
    EXPECT_EQ(fault_with(other_kind),
              std::pair(make_error_code(tls_error::not_supported), memory));
    EXPECT_EQ(mbedtls_server::create({}).error(), tls_error::bad_certificate_file);
    EXPECT_EQ(mbedtls_client::create({.issuers = "none"}).error(), tls_error::bad_trust_file);
}

TEST(mbedtls_records, that_are_empty_hide_nothing_behind_them) {
    for (int count = 1; count <= 3; ++count) { // the library allows at most three in a row
        tls_pair pair;
        pair.open();
        mbedtls_ssl_context* const sender = mbedtls_of(pair.client->tls());
        const unsigned char nothing = 0;
        for (int sent = 0; sent < count; ++sent) {
            ASSERT_EQ(::mbedtls_ssl_write(sender, &nothing, 0), 0);
        }
        pair.client->send("behind");
        pair.driver.settle();
        EXPECT_EQ(pair.server->received, "behind") << count;
        pair.client->stream->half_close();
        pair.driver.settle();
        EXPECT_EQ(pair.server->events.back(), "eof") << count;
    }
}

TEST(mbedtls_options, show_foreign_names_as_printable_text) {
    const private_authority authority("Authority");
    const auto leaf = authority.sign({"x", "DNS:a\x1b[2Jb\x07\xc3\xa9.example"});
    tls_pair pair({.server = *mbedtls_server::create({.certificates = {leaf}}),
                   .client = *mbedtls_client::create({.issuers = authority.pem()})});
    pair.driver.settle();
    EXPECT_EQ(pair.client->error, tls_error::wrong_name);
    EXPECT_EQ(pair.client->stream->error_detail(), "depth 0, CN=x, is for DNS:a.[2Jb....example");
}

/// A TLS 1.2 ClientHello that asks for `name`.
std::string hello_for(const std::string& name) {
    const auto sized = [](std::size_t size, std::string content) {
        std::string prefix;
        while (size-- != 0) prefix += static_cast<char>((content.size() >> (8 * size)) & 0xff);
        return prefix + content;
    };
    using namespace std::string_literals;
    const auto names = sized(2, "\0"s + sized(2, name));
    const auto groups = "\0\x0a"s + sized(2, sized(2, "\0\x17"s)); // secp256r1
    const auto signatures = "\0\x0d"s + sized(2, sized(2, "\x04\x03"s)); // ECDSA with SHA-256
    const auto extensions = "\0\0"s + sized(2, names) + groups + signatures;
    const auto ciphers = "\xc0\x2b"s; // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    const auto hello = "\x03\x03"s + std::string(32, 'r') + sized(1, {}) + sized(2, ciphers) +
        sized(1, "\0"s) + sized(2, extensions);
    return "\x16\x03\x01"s + sized(2, "\x01"s + sized(3, hello));
}

TEST(mbedtls_options, let_servers_refuse_what_is_no_host_name) {
    using namespace std::string_literals;
    for (const auto& name : {"localhost"s, "local\0host"s, std::string(256, 'a')}) {
        manual_driver driver;
        auto [near, far] = memory_pipe(driver, driver);
        tls_end server(local_server()->cover(std::move(near), {}));
        tls_end client(std::move(far));
        client.send(hello_for(name));
        driver.settle();
        const bool good = name == "localhost";
        EXPECT_EQ(server.error.value() == 0, good) << server.error.message();
        ASSERT_FALSE(client.received.empty());
        EXPECT_EQ(client.received[0], good ? '\x16' : '\x15');
        if (!good) { EXPECT_EQ(client.received.back(), 112) << "unrecognized_name"; }
        EXPECT_EQ(server.tls().server_name(), good ? "localhost" : "");
    }
}

TEST(mbedtls_options, are_replaced_by_a_reload) {
    const private_authority authority("Authority");
    const auto server = *mbedtls_server::create({.certificates = {local_certificate()}});
    const auto client = trusting_client();
    ASSERT_TRUE(server->reload());
    tls_pair before({.server = server, .client = client});
    before.open();
    ASSERT_FALSE(server->reload({.certificates = {{.chain = "none"}}}));
    ASSERT_TRUE(server->reload({.certificates = {authority.sign({"new", "DNS:localhost"})}}));
    const auto other = *mbedtls_client::create({.issuers = authority.pem()});
    tls_pair after({.server = server, .client = other});
    after.open();
    EXPECT_EQ(after.client->tls().peer_subject(), "CN=new");
    before.client->send("still here");
    before.driver.settle();
    EXPECT_EQ(before.server->received, "still here");
}

} // namespace
} // namespace weft
