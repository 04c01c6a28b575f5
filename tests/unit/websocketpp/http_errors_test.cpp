// SPDX-License-Identifier: MIT
// Errors of HTTP requests and responses as codes, which WebSocket++ has after its version 0.8.2.
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>

namespace websocketpp {
namespace {

namespace fault = http::error;

template <class Message>
lib::error_code error_of(std::string const& text) {
    Message message;
    lib::error_code ec = fault::general;
    const size_t used = message.consume(text.data(), text.size(), ec);
    EXPECT_EQ(used, ec ? 0U : text.size()) << text;
    return ec;
}

template <class Message>
http::status_code::value status_of(std::string const& text) {
    try {
        Message message;
        message.consume(text.data(), text.size());
    } catch (http::exception const& thrown) {
        return thrown.m_error_code;
    }
    return http::status_code::ok;
}

TEST(websocketpp_http_errors, say_what_is_wrong_with_a_request) {
    struct {
        std::string text;
        lib::error_code ec;
        http::status_code::value status;
    } const cases[] = {
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", {}, http::status_code::ok},
        {"\r\n\r\n", fault::incomplete_request, http::status_code::bad_request},
        {"GET /\r\nHost: h\r\n\r\n", fault::incomplete_request, http::status_code::bad_request},
        {"GET / HTTP/1.1\r\n\r\n", fault::incomplete_request, http::status_code::bad_request},
        {"GE]T / HTTP/1.1\r\nHost: h\r\n\r\n", fault::invalid_format,
         http::status_code::bad_request},
        {"GET / FTP/1.1\r\nHost: h\r\n\r\n", fault::invalid_format,
         http::status_code::bad_request},
        {"GET / HTTP/1.1\r\nHo]st: h\r\n\r\n", fault::invalid_header_name,
         http::status_code::bad_request},
        {"GET / HTTP/1.1\r\nHost: h\r\nnothing\r\n\r\n", fault::missing_header_separator,
         http::status_code::bad_request},
        {"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", fault::invalid_format,
         http::status_code::bad_request},
        {"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 32000001\r\n\r\n", fault::body_too_large,
         http::status_code::request_entity_too_large},
        {"GET /" + std::string(http::max_header_size, 'x'),
         fault::request_header_fields_too_large,
         http::status_code::request_header_fields_too_large},
    };
    for (auto const& each : cases) {
        EXPECT_EQ(error_of<http::parser::request>(each.text), each.ec) << each.text.substr(0, 60);
        EXPECT_EQ(status_of<http::parser::request>(each.text), each.status);
    }
}

TEST(websocketpp_http_errors, say_what_is_wrong_with_a_response) {
    const auto error = [](std::string const& text) {
        return error_of<http::parser::response>(text + "\r\n\r\n");
    };
    EXPECT_FALSE(error("HTTP/1.1 200 OK\r\nContent-Length: 0"));
    EXPECT_EQ(error("HTTP/1.1"), fault::incomplete_status_line);
    EXPECT_EQ(error("HTTP/1.1 OK"), fault::incomplete_status_line);
    EXPECT_EQ(error("HTTP/1.1 2x0 OK"), fault::incomplete_status_line);
    EXPECT_EQ(error("HTTP/1.1 200 OK\r\nname"), fault::missing_header_separator);
    EXPECT_EQ(error("HTTP/1.1 200 OK\r\nna me: x"), fault::invalid_header_name);
    EXPECT_EQ(error("HTTP/1.1 200 OK\r\nContent-Length: -1"), fault::invalid_format);
}

TEST(websocketpp_http_errors, a_body_has_a_limit_that_can_be_set) {
    http::parser::request request;
    request.set_max_body_size(5);
    const std::string text = "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabcdef";
    lib::error_code ec;
    request.consume(text.data(), text.size(), ec);
    EXPECT_EQ(ec, fault::body_too_large);
    request.set_body("123456", ec);
    EXPECT_EQ(ec, fault::body_too_large);
    EXPECT_EQ(request.get_body(), "");
    request.set_body("12345", ec);
    EXPECT_FALSE(ec);
    EXPECT_EQ(request.get_body(), "12345");
    EXPECT_FALSE(request.set_body("longer than the limit"));
    EXPECT_EQ(request.get_header("Content-Length"), "21");
}

TEST(websocketpp_http_errors, changes_are_returned_thrown_or_assigned) {
    http::parser::request request;
    EXPECT_FALSE(request.set_method("GET"));
    EXPECT_FALSE(request.set_uri("/"));
    EXPECT_FALSE(request.set_version("HTTP/1.1"));
    EXPECT_FALSE(request.append_header("A", "1"));
    EXPECT_FALSE(request.append_header("A", "2"));
    EXPECT_FALSE(request.replace_header("B", "3"));
    EXPECT_EQ(request.raw(), "GET / HTTP/1.1\r\nA: 1, 2\r\nB: 3\r\n\r\n");
    lib::error_code ec;
    request.set_method("foo bar", ec);
    EXPECT_EQ(ec, fault::invalid_format);
    request.append_header("no token", "x", ec);
    EXPECT_EQ(ec, fault::invalid_header_name);
    request.replace_header("", "x", ec);
    EXPECT_EQ(ec, fault::invalid_header_name);
    EXPECT_EQ(request.remove_header("no token"), fault::invalid_header_name);
    EXPECT_THROW(request.set_method("foo bar"), http::exception);
    EXPECT_THROW(request.append_header("no token", "x"), http::exception);
    EXPECT_THROW(request.replace_header("no token", "x"), http::exception);
    request.remove_header("B", ec);
    EXPECT_FALSE(ec);
    EXPECT_EQ(request.raw(), "GET / HTTP/1.1\r\nA: 1, 2\r\n\r\n");
    http::parser::response response;
    EXPECT_FALSE(response.set_status(http::status_code::ok));
    EXPECT_FALSE(response.set_status(http::status_code::gone, "Away"));
    EXPECT_EQ(response.get_status_msg(), "Away");
}

TEST(websocketpp_http_errors, a_stream_may_fail_or_contain_more_than_the_response) {
    const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    lib::error_code ec = fault::general;
    std::istringstream exact(text);
    http::parser::response whole;
    EXPECT_EQ(whole.consume(exact, ec), text.size());
    EXPECT_FALSE(ec);
    std::istringstream longer(text + "NEXT");
    http::parser::response first;
    EXPECT_EQ(first.consume(longer, ec), text.size());
    EXPECT_EQ(ec, fault::istream_overread);
    EXPECT_EQ(first.get_body(), "hi");
    std::istringstream again(text + "NEXT");
    http::parser::response old;
    EXPECT_EQ(old.consume(again), text.size()); // as WebSocket++ 0.8.2
    std::istream broken(nullptr);
    http::parser::response none;
    EXPECT_EQ(none.consume(broken, ec), 0U);
    EXPECT_EQ(ec, fault::istream_bad);
    std::istringstream malformed("nonsense\r\n\r\n");
    EXPECT_THROW(none.consume(malformed), http::exception);
}

TEST(websocketpp_http_errors, have_a_category_and_a_status) {
    const lib::error_code ec = fault::make_error_code(fault::istream_overread);
    EXPECT_STREQ(ec.category().name(), "websocketpp.http");
    EXPECT_EQ(ec.value(), 12);
    EXPECT_EQ(fault::get_status_code(fault::body_too_large),
              http::status_code::request_entity_too_large);
    EXPECT_EQ(fault::get_status_code(fault::unsupported_transfer_encoding),
              http::status_code::internal_server_error);
    EXPECT_EQ(fault::get_status_code(fault::general), http::status_code::bad_request);
    for (int value = 1; value <= 12; ++value) {
        EXPECT_NE(fault::get_category().message(value), fault::get_category().message(0));
    }
}

} // namespace
} // namespace websocketpp
