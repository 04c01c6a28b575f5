// SPDX-License-Identifier: MIT
// What is wrong with a certificate or a peer is called by its name: which certificate of the chain,
// which file, and who speaks plain HTTP.
#include "private_authority.hpp"
#include "tls_endpoints.hpp"

#include "endpoint/raw_peer.hpp"

namespace weft {
namespace {

using testing::raw_peer;

class tls_faults : public tls_endpoints {
protected:
    /// How connecting a server with `certificate` fails for a client that trusts `issuers`.
    report failure_with(const tls_certificate& certificate, const std::string& issuers,
                        const std::string& name = "localhost") {
        serve({.certificates = {certificate}});
        const auto seen = connect(*client_under_test::create({.issuers = issuers}), name);
        EXPECT_TRUE(seen.failed);
        return seen.failed.value_or(report{});
    }
};

TEST_F(tls_faults, a_common_name_alone_does_not_count) {
    const private_authority known("Known CA");
    const auto why = failure_with(known.sign({.alternative_names = ""}), known.pem());
    EXPECT_EQ(why.error, tls_error::no_alternative_name) << why;
    EXPECT_NE(why.error.message().find("subjectAltName"), std::string::npos);
    EXPECT_EQ(why.detail, "depth 0, CN=localhost");
}

TEST_F(tls_faults, nor_does_one_beside_other_alternative_names) {
    const private_authority known("Known CA");
    const auto mail = known.sign({.alternative_names = "email:someone@example.org"});
    const auto why = failure_with(mail, known.pem());
    EXPECT_EQ(why.error, tls_error::wrong_name) << why;
}

TEST_F(tls_faults, nor_does_one_that_looks_like_an_address) {
    const private_authority known("Known CA");
    const auto address = known.sign({.common_name = "127.0.0.1", .alternative_names = ""});
    const auto why = failure_with(address, known.pem(), "127.0.0.1");
    EXPECT_EQ(why.error, tls_error::no_alternative_name) << why;
}

TEST_F(tls_faults, a_wrong_name_is_reported_with_those_of_the_certificate) {
    const private_authority known("Known CA");
    const auto why = failure_with(known.sign(), known.pem(), "example.org");
    EXPECT_EQ(why.error, tls_error::wrong_name) << why;
    EXPECT_NE(why.detail.find("DNS:localhost"), std::string::npos) << why.detail;
}

TEST_F(tls_faults, a_private_authority_is_unknown_and_not_self_signed) {
    const private_authority unknown("Private CA");
    const private_authority known("Known CA");
    for (const bool sends_root : {true, false}) {
        const auto why = failure_with(unknown.sign({}, sends_root), known.pem());
        EXPECT_EQ(why.error, tls_error::unknown_issuer) << why;
        EXPECT_TRUE(why.error.message().starts_with("unknown authority")) << why;
        EXPECT_NE(why.detail.find("CN=Private CA"), std::string::npos) << why.detail;
        EXPECT_TRUE(why.detail.starts_with(sends_root ? "depth 1" : "depth 0")) << why.detail;
    }
}

TEST_F(tls_faults, only_one_that_vouches_for_itself_is_self_signed) {
    const private_authority known("Known CA");
    const auto why = failure_with(local_certificate(), known.pem());
    EXPECT_EQ(why.error, tls_error::self_signed) << why;
    EXPECT_EQ(why.detail, "depth 0, CN=localhost, issued by CN=localhost");
}

TEST_F(tls_faults, an_expired_authority_differs_from_an_expired_certificate) {
    const private_authority old("Old CA", -3600);
    const auto why = failure_with(old.sign(), old.pem());
    EXPECT_EQ(why.error, tls_error::certificate_expired) << why;
    EXPECT_EQ(why.detail, "depth 1, CN=Old CA, issued by CN=Old CA");
    EXPECT_NE(to_string(why).find("(depth 1, CN=Old CA"), std::string::npos) << why;
}

TEST_F(tls_faults, names_are_cut_and_hold_no_control_characters) {
    const private_authority known("Known CA");
    const private_authority rude(std::string("\x1b[2J\n\u202e") + std::string(40, 'x'));
    const auto why = failure_with(rude.sign(), known.pem());
    for (const char one : why.detail) EXPECT_TRUE(one >= ' ' && one <= '~') << why.detail;
    EXPECT_LT(why.detail.size(), 500U);
}

TEST_F(tls_faults, a_clients_certificate_is_named_to_the_server) {
    const private_authority known("Known CA");
    const private_authority unknown("Private CA");
    serve({.certificates = {local_certificate()},
           .clients = client_certificates::required,
           .client_issuers = known.pem()});
    const auto with =
        *client_under_test::create({.issuers = local_certificate().chain,
                                    .certificate = unknown.sign({.common_name = "me"})});
    EXPECT_TRUE(connect(with).failed);
    ASSERT_EQ(server_failed.size(), 1U);
    EXPECT_EQ(server_failed.front().error, tls_error::unknown_issuer) << server_failed.front();
    EXPECT_NE(server_failed.front().detail.find("CN=Private CA"), std::string::npos)
        << server_failed.front();
}

// --- plain HTTP

TEST_F(tls_faults, an_http_request_to_an_https_server_is_reported_and_answered) {
    serve();
    raw_peer plain = raw_peer::connected_to(port);
    plain.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    until([&] { return !server_failed.empty(); });
    EXPECT_EQ(server_failed.front().error, tls_error::http_request);
    EXPECT_EQ(server_failed.front().error.message(), "HTTP request to an HTTPS server");
    EXPECT_EQ(server_failed.front().phase, phase::tls);
    EXPECT_EQ(server_failed.front().began, side::peer);
    pollfd readable{plain.descriptor(), POLLIN, 0};
    ASSERT_EQ(::poll(&readable, 1, 5000), 1);
    EXPECT_TRUE(plain.received().starts_with("HTTP/1.1 400 ")) << plain.received();
    EXPECT_TRUE(plain.received().ends_with("expects TLS.\n")) << plain.received();
}

TEST_F(tls_faults, a_server_that_answers_in_http_is_reported) {
    raw_server web(loop, {.data = [](raw_connection& peer, std::span<std::byte>) {
        peer.send("HTTP/1.0 400 Bad Request\r\n\r\n");
        peer.finish();
    }});
    port = web.listen("127.0.0.1", 0)->port();
    const auto seen = connect(client_that_trusts(local_certificate()));
    ASSERT_TRUE(seen.failed);
    EXPECT_EQ(seen.failed->error, tls_error::http_answer) << *seen.failed;
    EXPECT_EQ(seen.failed->error.message(),
              "the server does not speak TLS (it answered in HTTP)");
}

TEST_F(tls_faults, another_protocol_is_not_taken_for_http) {
    serve();
    const auto report_of = [&](std::string_view sent) {
        server_failed.clear();
        raw_peer plain = raw_peer::connected_to(port);
        plain.send(sent);
        until([&] { return !server_failed.empty(); });
        EXPECT_EQ(server_failed.front().error, tls_error::not_tls) << server_failed.front();
        return to_string(server_failed.front());
    };
    EXPECT_NE(report_of("SSH-2.0-OpenSSH_9.2\r\n")
                  .find("ended by the peer during TLS: the peer does not speak TLS (it sent "
                        "\"SSH-2.0-OpenSSH_\")"),
              std::string::npos);
    EXPECT_NE(report_of({"\x01\xff\0\0\0\0\0\0\0\0", 10}).find("(it sent 0x01ff000000000000)"),
              std::string::npos);
    server_failed.clear();
    raw_peer cut = raw_peer::connected_to(port);
    cut.send("\x16");
    cut.close();
    until([&] { return !server_failed.empty(); });
    EXPECT_EQ(server_failed.front().error, tls_error::handshake_truncated);
    EXPECT_EQ(server_failed.front().began, side::peer);
}

// --- files

TEST(tls_files, at_fault_are_named) {
    const auto& good = local_certificate();
    std::string fault;
    EXPECT_FALSE(server_under_test::create(
        {.certificates = {{.chain_file = "/nowhere.pem"}}, .fault = &fault}));
    EXPECT_EQ(fault, "/nowhere.pem");
    EXPECT_FALSE(server_under_test::create(
        {.certificates = {{.key_file = "/nowhere.key", .chain = good.chain}}, .fault = &fault}));
    EXPECT_EQ(fault, "/nowhere.key");
    EXPECT_FALSE(client_under_test::create({.issuers_file = "/nowhere.crt", .fault = &fault}));
    EXPECT_EQ(fault, "/nowhere.crt");
    EXPECT_FALSE(client_under_test::create({.issuers = "nonsense", .fault = &fault}));
    EXPECT_EQ(fault, "PEM in memory");
}

} // namespace
} // namespace weft
