// SPDX-License-Identifier: MIT
// What a server sets in its answer to a plain request, with error codes and with exceptions; and
// requests and responses of the program's own types.
#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <string>
#include <utility>

#include <websocketpp/client.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/config/core_client.hpp>
#include <websocketpp/server.hpp>

namespace websocketpp {
namespace {

typedef server<config::core> core_server;

/// Returns the bytes that a server sends if `handler` is its http handler.
template <class Server>
std::string answer_of(std::function<void(typename Server::connection_ptr const&)> handler,
                      std::string const& request = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n") {
    Server server;
    server.clear_access_channels(log::alevel::all);
    server.set_user_agent("");
    std::ostringstream out;
    server.register_ostream(&out);
    server.set_http_handler(
        [&](connection_hdl hdl) { handler(server.get_con_from_hdl(hdl)); });
    const auto con = server.get_connection();
    con->start();
    con->read_all(request.data(), request.size());
    return out.str();
}

TEST(websocketpp_answers, have_headers_and_a_body_set_with_error_codes) {
    const std::string answer = answer_of<core_server>([](core_server::connection_ptr con) {
        lib::error_code ec = error::test;
        con->append_header("A", "1", ec);
        EXPECT_FALSE(ec);
        con->append_header("no token", "1", ec);
        EXPECT_EQ(ec, http::error::invalid_header_name);
        con->replace_header("A", "2", ec);
        EXPECT_FALSE(ec);
        con->replace_header("no:token", "2", ec);
        EXPECT_EQ(ec, http::error::invalid_header_name);
        con->append_header("B", "1");
        con->remove_header("B", ec);
        EXPECT_FALSE(ec);
        con->remove_header("no token", ec);
        EXPECT_EQ(ec, http::error::invalid_header_name);
        EXPECT_NO_THROW(con->remove_header("no token"));
        EXPECT_THROW(con->append_header("no token", "1"), http::exception);
        EXPECT_THROW(con->replace_header("no token", "1"), http::exception);
        std::string body = con->get_resource();
        con->set_body(std::move(body), ec);
        EXPECT_FALSE(ec);
        con->set_body(std::string(http::max_body_size + 1, 'x'), ec);
        EXPECT_EQ(ec, http::error::body_too_large);
        con->set_status(http::status_code::ok, "Fine", ec);
        EXPECT_FALSE(ec);
    });
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
    EXPECT_NE(answer.find("\r\nA: 2\r\n"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("\r\nB: "), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n/x")) << answer;
}

TEST(websocketpp_answers, cannot_be_changed_at_other_times) {
    core_server server;
    const auto con = server.get_connection();
    lib::error_code ec;
    con->set_body("x", ec);
    EXPECT_EQ(ec, error::invalid_state);
    con->set_status(http::status_code::ok, ec);
    EXPECT_EQ(ec, error::invalid_state);
    con->append_header("A", "1", ec);
    EXPECT_EQ(ec, error::invalid_state);
    con->remove_header("A", ec);
    EXPECT_EQ(ec, error::invalid_state);
    EXPECT_THROW(con->set_body(std::string("x")), exception);
    EXPECT_THROW(con->replace_header("A", "1"), exception);
    EXPECT_EQ(con->get_response().get_body(), "");
}

TEST(websocketpp_answers, accept_a_handshake_for_an_address_of_a_future_format) {
    core_server server;
    server.clear_access_channels(log::alevel::all);
    std::ostringstream out;
    server.register_ostream(&out);
    const auto con = server.get_connection();
    con->start();
    const std::string request = "GET / HTTP/1.1\r\nHost: [v1.a]:81\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    con->read_all(request.data(), request.size());
    EXPECT_TRUE(out.str().starts_with("HTTP/1.1 101 ")) << out.str();
    EXPECT_EQ(con->get_host(), "[v1.a]");
    EXPECT_EQ(con->get_port(), 81);
    con->eof();
}

struct own_request : public http::parser::request {
    std::string first_segment() const { return get_uri().substr(1, get_uri().find('/', 1) - 1); }
};
struct own_response : public http::parser::response {
    bool is_empty() const { return get_body().empty(); }
    void append_header(std::string const& key, std::string const& value) {
        response::append_header("Own-" + key, value);
    }
    void replace_header(std::string const& key, std::string const& value) {
        response::replace_header("Own-" + key, value);
    }
};

struct own_types : public config::core {
    typedef own_types type;
    typedef own_request request_type;
    typedef own_response response_type;

    struct transport_config : public config::core::transport_config {
        typedef type::request_type request_type;
        typedef type::response_type response_type;
    };
    typedef transport::iostream::endpoint<transport_config> transport_type;
};

TEST(websocketpp_answers, use_the_request_and_response_types_of_the_config) {
    typedef server<own_types> own_server;
    const std::string answer = answer_of<own_server>(
        [](own_server::connection_ptr con) {
            EXPECT_TRUE(con->get_response().is_empty());
            con->set_body(con->get_request().first_segment() + con->get_request_body());
            con->set_status(http::status_code::ok);
            con->append_header("A", "1");
            con->append_header("A", "2");
            con->replace_header("B", "3");
            EXPECT_FALSE(con->get_response().is_empty());
        },
        "POST /one/two HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n-x");
    EXPECT_TRUE(answer.ends_with("\r\n\r\none-x")) << answer;
    EXPECT_NE(answer.find("\r\nOwn-A: 1, 2\r\n"), std::string::npos) << answer;
    EXPECT_NE(answer.find("\r\nOwn-B: 3\r\n"), std::string::npos) << answer;
}

} // namespace
} // namespace websocketpp
