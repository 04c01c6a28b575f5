// SPDX-License-Identifier: MIT
// What is said to proxies, what they may answer, and how every fault is reported; each answer
// whole and byte by byte.
#include <gtest/gtest.h>

#include <algorithm>

#include <weft/core/error.hpp>

#include "endpoint/proxy_dialog.hpp"

namespace weft::testing {
namespace {

using namespace std::string_literals;

struct dialog_end {
    std::string said;
    bool over = false;
    std::error_code error;
    int http_status = 0;

    friend bool operator==(const dialog_end&, const dialog_end&) = default;
};

/// The whole dialog with a proxy that answers each word of the client with the next of `answers`.
dialog_end speak(const std::string& through, const std::string& target,
                 const std::vector<std::string>& answers, std::size_t piece) {
    const auto words = proxy_dialog::make(*proxy::parse(through), *uri::parse(target));
    dialog_end end;
    if (!words) return {{}, true, words.error(), 0};
    end.said = (*words)->take_output();
    for (const auto& answer : answers) {
        auto bytes = std::as_bytes(std::span(answer));
        while (!bytes.empty()) {
            const auto next = bytes.first(std::min(piece, bytes.size()));
            (*words)->receive(next);
            bytes = bytes.subspan(next.size());
        }
        end.said += (*words)->take_output();
    }
    end.over = (*words)->over();
    end.error = (*words)->error();
    end.http_status = (*words)->http_status();
    return end;
}

dialog_end after(const std::string& through, const std::string& target,
                 const std::vector<std::string>& answers) {
    const auto whole = speak(through, target, answers, SIZE_MAX);
    EXPECT_EQ(whole, speak(through, target, answers, 1)) << "byte by byte";
    return whole;
}

const std::string http_proxy = "http://proxy.example:3128";
const std::string socks_proxy = "socks5://proxy.example";
const std::string chat_room = "ws://server.example/chat";

dialog_end after_http(const std::string& answer) {
    return after(http_proxy, chat_room, {answer});
}

TEST(http_connect, names_the_target_with_its_port_twice) {
    EXPECT_EQ(after_http("").said,
              "CONNECT server.example:80 HTTP/1.1\r\nHost: server.example:80\r\n\r\n");
    EXPECT_EQ(after(http_proxy, "wss://[2001:db8::1]/", {}).said,
              "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n");
}

TEST(http_connect, sends_basic_credentials) {
    const auto end = after("http://Aladdin:open%20sesame@proxy.example", chat_room, {});
    EXPECT_NE(end.said.find("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"),
              std::string::npos);
}

TEST(http_connect, takes_every_success_and_skips_what_comes_before) {
    for (const std::string answer :
         {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 Connection established\r\n\r\n",
          "HTTP/1.1 204 Fine\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"}) {
        const auto end = after_http(answer);
        EXPECT_TRUE(end.over) << answer;
        EXPECT_FALSE(end.error) << answer << end.error.message();
    }
    EXPECT_FALSE(after_http("HTTP/1.1 200 OK\r\n").over);
}

TEST(http_connect, tells_a_refusal_with_its_status) {
    const auto refused = after_http("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    EXPECT_EQ(refused.error, errc::proxy_refused);
    EXPECT_EQ(refused.http_status, 403);
    EXPECT_EQ(after_http("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n").error, errc::proxy_refused);
    const auto locked =
        after_http("HTTP/1.1 407 Locked\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n");
    EXPECT_EQ(locked.error, errc::proxy_authentication);
    EXPECT_EQ(locked.http_status, 407);
}

TEST(http_connect, refuses_what_is_no_answer_or_too_much_of_one) {
    const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    std::string many;
    for (int i = 0; i < 9; ++i) many += interim;
    for (const std::string& answer :
         {"SSH-2.0-OpenSSH\r\n\r\n"s, "HTTP/1.1 101 Switching Protocols\r\n\r\n"s, many,
          "HTTP/1.1 200 OK\r\nA : b\r\n\r\n"s, "HTTP/1.1 200 OK\r\n\r\nearly"s}) {
        EXPECT_EQ(after_http(answer).error, errc::bad_proxy_answer) << answer;
    }
    const auto endless = after_http("HTTP/1.1 200 OK\r\nA: " + std::string(20'000, 'a'));
    EXPECT_EQ(endless.error, errc::header_too_large);
}

TEST(http_connect, holds_an_answer_to_the_limits_of_heads) {
    const auto with_headers = [](int count) {
        std::string answer = "HTTP/1.1 200 OK\r\n";
        for (int i = 0; i < count; ++i) answer += "A: b\r\n";
        return after_http(answer + "\r\n").error;
    };
    EXPECT_FALSE(with_headers(100));
    EXPECT_EQ(with_headers(101), errc::too_many_headers);
    const auto words = proxy_dialog::make(*proxy::parse(http_proxy), *uri::parse(chat_room));
    const std::string endless = "HTTP/1.1 200 " + std::string(1 << 20, 'a');
    std::size_t fed = 0;
    for (; !(*words)->over() && fed < endless.size(); ++fed)
        (*words)->receive(std::as_bytes(std::span(endless).subspan(fed, 1)));
    EXPECT_LE(fed, 16U * 1024 + 1);
    EXPECT_EQ((*words)->error(), errc::header_too_large);
}

TEST(http_connect, takes_folds_but_no_control_characters) {
    EXPECT_FALSE(after_http("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n").error); // RFC 9112 §5.2
    for (const std::string& line :
         {"A: b\rc"s, "A: b\0c"s, "A\r: b"s, " A: b"s, "A: b\x7f"s, ": b"s}) {
        EXPECT_EQ(after_http("HTTP/1.1 200 OK\r\n" + line + "\r\n\r\n").error,
                  errc::bad_proxy_answer)
            << line;
    }
}

// --- SOCKS5

const std::string accepted = "\x05\x00\x00\x01\x7f\x00\x00\x01\x12\x34"s;

TEST(socks5, names_the_target_and_leaves_the_name_to_the_proxy) {
    const auto end = after(socks_proxy, chat_room, {"\x05\x00"s, accepted});
    EXPECT_EQ(end.said, "\x05\x01\x00"s + "\x05\x01\x00\x03\x0eserver.example\x00\x50"s);
    EXPECT_TRUE(end.over);
    EXPECT_FALSE(end.error);
}

TEST(socks5, sends_numeric_addresses_as_such) {
    const auto ipv4 = after(socks_proxy, "ws://192.0.2.1:258/", {"\x05\x00"s});
    EXPECT_EQ(ipv4.said.substr(3), "\x05\x01\x00\x01\xc0\x00\x02\x01\x01\x02"s);
    const auto ipv6 = after(socks_proxy, "wss://[::1]/", {"\x05\x00"s});
    EXPECT_EQ(ipv6.said.substr(3),
              "\x05\x01\x00\x04"s + std::string(15, '\0') + "\x01"s + "\x01\xbb"s);
}

TEST(socks5, sends_credentials_only_when_it_is_asked_for_them) {
    const std::string named = "socks5h://me:secret@proxy.example:9050";
    const auto asked = after(named, chat_room, {"\x05\x02"s, "\x01\x00"s, accepted});
    EXPECT_EQ(asked.said.substr(0, 4), "\x05\x02\x00\x02"s);
    EXPECT_EQ(asked.said.substr(4, 11), "\x01\x02me\x06secret"s);
    EXPECT_FALSE(asked.error);
    EXPECT_TRUE(asked.over);
    const auto free = after(named, chat_room, {"\x05\x00"s, accepted});
    EXPECT_EQ(free.said.find("secret"), std::string::npos);
    EXPECT_FALSE(free.error);
    EXPECT_EQ(after(named, chat_room, {"\x05\x02"s, "\x01\x01"s}).error,
              errc::proxy_authentication);
    EXPECT_EQ(after(socks_proxy, chat_room, {"\x05\xff"s}).error, errc::proxy_authentication);
}

TEST(socks5, takes_an_address_of_any_kind) {
    for (const std::string& answer :
         {"\x05\x00\x00\x04"s + std::string(18, 'x'), "\x05\x00\x00\x03\x03"s + "abcxx"s,
          "\x05\x00\x00\x03\x00xx"s, "\x05\x00\x00\x03\xff"s + std::string(257, 'x')}) {
        const auto end = after(socks_proxy, chat_room, {"\x05\x00"s, answer});
        EXPECT_TRUE(end.over);
        EXPECT_FALSE(end.error);
        EXPECT_EQ(after(socks_proxy, chat_room, {"\x05\x00"s, answer + 'e'}).error,
                  errc::bad_proxy_answer)
            << "early bytes";
    }
}

TEST(socks5, tells_why_it_was_refused) {
    const auto refused_with = [](char code) {
        return after(socks_proxy, chat_room,
                     {"\x05\x00"s, "\x05"s + code + "\x00\x01\x00\x00\x00\x00\x00\x00"s})
            .error;
    };
    EXPECT_EQ(refused_with(1), errc::proxy_refused);
    EXPECT_EQ(refused_with(2), errc::proxy_refused);
    EXPECT_EQ(refused_with(3), std::errc::network_unreachable);
    EXPECT_EQ(refused_with(4), std::errc::host_unreachable);
    EXPECT_EQ(refused_with(5), std::errc::connection_refused);
    EXPECT_EQ(refused_with(6), std::errc::timed_out);
    EXPECT_EQ(refused_with(9), errc::proxy_refused);
}

TEST(socks5, does_not_wait_for_the_address_in_an_answer_that_opens_nothing) {
    EXPECT_EQ(after(socks_proxy, chat_room, {"\x05\x00"s, "\x05\x05\x00\x01\x00"s}).error,
              std::errc::connection_refused);
    EXPECT_EQ(after(socks_proxy, chat_room, {"\x05\x00"s, "\x04\x00\x00\x03\xff"s}).error,
              errc::bad_proxy_answer);
}

TEST(socks5, refuses_what_is_no_answer) {
    for (const std::vector<std::string>& answers : std::vector<std::vector<std::string>>{
             {"\x04\x00"s},
             {"HTTP/1.1 400 Bad Request\r\n\r\n"},
             {"\x05\x02"s}, // credentials, which were not offered
             {"\x05\x01"s},
             {"\x05\x00"s, "\x04\x00\x00\x01\x00\x00\x00\x00\x00\x00"s},
             {"\x05\x00"s, "\x05\x00\x00\x02\x00"s}}) {
        EXPECT_EQ(after(socks_proxy, chat_room, answers).error, errc::bad_proxy_answer);
    }
    const std::string long_name(256, 'a');
    EXPECT_EQ(after(socks_proxy, "ws://" + long_name + "/", {}).error, errc::bad_proxy);
}

} // namespace
} // namespace weft::testing
