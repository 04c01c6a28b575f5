// SPDX-License-Identifier: MIT
// A name server in the hands of a test: UDP and TCP on one ephemeral port of the loopback
// interface, served by the loop that asks it. What it answers is a function of the query.
#pragma once

#include <netinet/in.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <weft/loop/event_loop.hpp>

#include "dns_message.hpp"

namespace weft::testing {

class dns_server {
public:
    /// A query, and where it came from.
    struct asker : dns::query {
        sockaddr_in from{};
        int tcp = -1; // the connection; -1 for UDP
    };

    explicit dns_server(event_loop& loop);
    ~dns_server();

    /// "127.0.0.1:port".
    [[nodiscard]] std::string where() const;

    /// The bytes to answer with, or nothing for silence: `answer` may follow.
    std::function<std::optional<std::string>(const asker&)> on_query;

    void answer(const asker& to, const std::string& bytes);

    int asked_by_udp = 0;
    int asked_by_tcp = 0;

private:
    class socket;
    using service = void (dns_server::*)(int descriptor);

    void add(int descriptor, service serve);
    void serve_udp(int descriptor);
    void serve_listener(int descriptor);
    void serve_tcp(int descriptor);
    void received(std::string_view bytes, const sockaddr_in& from, int tcp);

    std::shared_ptr<loop_state> loop_;
    std::map<int, socket*> sockets_;
    std::map<int, std::string> partial_; // what has come by TCP
    int udp_ = -1;
    std::uint16_t port_ = 0;
};

} // namespace weft::testing
