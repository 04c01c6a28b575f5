// SPDX-License-Identifier: MIT
// Two ends of a TLS session, for either Asio.
#pragma once

#include <asio/ssl/context.hpp>
#include <asio/ssl/stream.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <type_traits>
#include <utility>

#include "asio/self_signed.hpp"
#include "asio/two_asios.hpp"

namespace weft::testing {

template <class Asio>
struct ssl_of {
    static constexpr bool standalone = std::is_same_v<Asio, standalone_asio>;
    using context = std::conditional_t<standalone, ::asio::ssl::context,
                                       ::boost::asio::ssl::context>;
    using stream = std::conditional_t<standalone, ::asio::ssl::stream<::asio::ip::tcp::socket>,
                                      ::boost::asio::ssl::stream<::boost::asio::ip::tcp::socket>>;
};

/// A client's end and a server's, with the handshake done.
template <class Asio>
auto ssl_pair(typename Asio::io_context& context) {
    using ssl_context = typename ssl_of<Asio>::context;
    using stream = typename ssl_of<Asio>::stream;
    static ssl_context server_side = [] {
        ssl_context made(ssl_context::tls_server);
        EXPECT_TRUE(use_self_signed(made.native_handle()));
        return made;
    }();
    static ssl_context client_side(ssl_context::tls_client);
    auto [near, far] = tcp_pair<Asio>(context);
    std::pair both(stream(std::move(near), client_side), stream(std::move(far), server_side));
    int done = 0;
    both.first.async_handshake(stream::client, [&](auto why) { done += why ? 10 : 1; });
    both.second.async_handshake(stream::server, [&](auto why) { done += why ? 10 : 1; });
    while (done < 2) context.run_one();
    EXPECT_EQ(done, 2);
    context.restart(); // which had run out of work
    return both;
}

} // namespace weft::testing
