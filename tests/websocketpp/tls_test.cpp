// SPDX-License-Identifier: MIT
// TLS over Asio with the interface of WebSocket++: contexts, SNI, failures, large messages.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <websocketpp/client.hpp>
#include <websocketpp/config/asio.hpp>
#include <websocketpp/config/asio_client.hpp>
#include <websocketpp/server.hpp>

#include "asio/self_signed.hpp"

namespace websocketpp {
namespace {

typedef websocketpp::server<config::asio_tls> tls_server;
typedef websocketpp::client<config::asio_tls_client> tls_client;
typedef lib::shared_ptr<lib::asio::ssl::context> context_ptr;

class websocketpp_tls : public ::testing::Test {
protected:
    websocketpp_tls() {
        for (auto* log : {&server.get_alog(), &client.get_alog()}) {
            log->clear_channels(log::alevel::all);
        }
        for (auto* log : {&server.get_elog(), &client.get_elog()}) {
            log->clear_channels(log::elevel::all);
        }
        server.init_asio(&context);
        client.init_asio(&context);
        server.set_tls_init_handler([this](connection_hdl) {
            const auto made = lib::make_shared<lib::asio::ssl::context>(
                lib::asio::ssl::context::tls_server);
            EXPECT_TRUE(weft::testing::use_self_signed(made->native_handle()));
            SSL_CTX_set_tlsext_servername_arg(made->native_handle(), this);
            SSL_CTX_set_tlsext_servername_callback(
                made->native_handle(), +[](SSL* ssl, int*, void* self) {
                    char const* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
                    static_cast<websocketpp_tls*>(self)->server_name = name ? name : "none";
                    return SSL_TLSEXT_ERR_OK;
                });
            return made;
        });
        client.set_tls_init_handler([](connection_hdl) {
            return lib::make_shared<lib::asio::ssl::context>(lib::asio::ssl::context::tls_client);
        });
        note(server, "server");
        note(client, "client");
        server.listen(lib::asio::ip::tcp::v4(), 0);
    }

    template <class Endpoint>
    void note(Endpoint& endpoint, std::string who) {
        endpoint.set_fail_handler([this, who](connection_hdl) { seen.push_back(who + " fail"); });
        endpoint.set_close_handler([this, who](connection_hdl) { seen.push_back(who + " close"); });
    }

    tls_client::connection_ptr connect(std::string const& host) {
        server.start_accept();
        lib::asio::error_code ignored;
        lib::error_code ec;
        const auto con = client.get_connection(
            "wss://" + host + ':' +
                std::to_string(server.get_local_endpoint(ignored).port()) + '/',
            ec);
        EXPECT_FALSE(ec);
        return client.connect(con);
    }

    lib::asio::io_context context;
    tls_server server;
    tls_client client;
    std::string server_name;
    std::vector<std::string> seen;
};

TEST_F(websocketpp_tls, echoes_names_the_host_and_ends) {
    const std::string large(300'000, 'x');
    bool same = false;
    server.set_message_handler([&](connection_hdl hdl, tls_server::message_ptr msg) {
        EXPECT_TRUE(server.get_con_from_hdl(hdl)->get_secure());
        server.send(hdl, msg);
    });
    client.set_open_handler([&](connection_hdl hdl) {
        server.stop_listening();
        client.send(hdl, large, frame::opcode::text);
    });
    client.set_message_handler([&](connection_hdl hdl, tls_client::message_ptr msg) {
        same = msg->get_payload() == large;
        client.close(hdl, close::status::normal, "");
    });
    EXPECT_TRUE(client.is_secure());
    connect("localhost");
    context.run_for(std::chrono::seconds(20));
    EXPECT_TRUE(context.stopped());
    EXPECT_TRUE(same);
    EXPECT_EQ(server_name, "localhost");
    EXPECT_EQ(seen, (std::vector<std::string>{"server close", "client close"}));
}

TEST_F(websocketpp_tls, a_certificate_that_is_not_trusted_fails) {
    client.set_tls_init_handler([](connection_hdl) {
        const auto made = lib::make_shared<lib::asio::ssl::context>(
            lib::asio::ssl::context::tls_client);
        made->set_verify_mode(lib::asio::ssl::verify_peer);
        return made;
    });
    server.set_fail_handler([&](connection_hdl) { server.stop_listening(); });
    const auto con = connect("127.0.0.1");
    context.run_for(std::chrono::seconds(20));
    EXPECT_TRUE(context.stopped());
    EXPECT_EQ(seen, (std::vector<std::string>{"client fail"}));
    namespace tls_socket = transport::asio::socket;
    EXPECT_EQ(con->get_ec(), tls_socket::make_error_code(tls_socket::error::tls_handshake_failed));
    EXPECT_TRUE(con->get_transport_ec());
    EXPECT_EQ(server_name, "none");
}

/// A client that waits 50 ms for the handshake of TLS.
struct hasty_client : public config::asio_tls_client {
    struct transport_config : public config::asio_tls_client::transport_config {
        static constexpr long timeout_socket_post_init = 50;
    };
    typedef transport::asio::endpoint<transport_config> transport_type;
};

TEST_F(websocketpp_tls, the_handshake_of_tls_has_a_timeout) {
    lib::asio::ip::tcp::acceptor silent(
        context, {lib::asio::ip::address_v4::loopback(), 0});
    server.stop_listening();
    websocketpp::client<hasty_client> hasty;
    hasty.clear_access_channels(log::alevel::all);
    hasty.clear_error_channels(log::elevel::all);
    hasty.init_asio(&context);
    hasty.set_tls_init_handler([](connection_hdl) {
        return lib::make_shared<lib::asio::ssl::context>(lib::asio::ssl::context::tls_client);
    });
    note(hasty, "hasty");
    lib::error_code ec;
    const auto con = hasty.get_connection(
        "wss://127.0.0.1:" + std::to_string(silent.local_endpoint().port()), ec);
    hasty.connect(con);
    context.run_for(std::chrono::seconds(20));
    EXPECT_TRUE(context.stopped());
    EXPECT_EQ(seen, (std::vector<std::string>{"hasty fail"}));
    EXPECT_EQ(con->get_ec(), transport::asio::socket::error::tls_handshake_timeout);
}

TEST_F(websocketpp_tls, without_a_context_no_connection_is_created) {
    client.set_tls_init_handler([](connection_hdl) { return context_ptr(); });
    lib::error_code ec;
    EXPECT_EQ(client.get_connection("wss://localhost/", ec), nullptr);
    EXPECT_EQ(ec, error::con_creation_failed);
}

} // namespace
} // namespace websocketpp
