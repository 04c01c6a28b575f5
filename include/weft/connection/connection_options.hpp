// SPDX-License-Identifier: MIT
// What a connection may spend, and what it does when a peer does not read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <weft/core/address.hpp>
#include <weft/core/extension.hpp>
#include <weft/core/http_fields.hpp>
#include <weft/core/result.hpp>
#include <weft/core/session_options.hpp>
#include <weft/stream/native_socket.hpp>
#include <weft/stream/secure_layer.hpp>

namespace weft {

/// What happens when the peer reads slower than this side writes.
enum class queue_policy : std::uint8_t {
    /// From half the limit on, nothing more is read from this peer until its queue has drained,
    /// so that answers cannot fill it: what `message` and `ping` handlers send to the peer that
    /// they hear. A `send` beyond the limit is dropped. Two sides that both hold back wait for each
    /// other until a deadline ends them.
    pause,
    drop, ///< a `send` beyond the limit is dropped
    close ///< a `send` beyond the limit ends the connection with 1008
};

/// The options of a route or of an outbound connection.
struct connection_options {
    session_limits limits = {};
    session_timeouts timeouts = {};

    /// Bytes of output that may wait. A message that finds the queue empty is always taken; with
    /// `pause` also one that finds it at most half full, so that no answer is dropped for its size.
    /// Nothing counts as waiting before the stream has refused some, so what was gathered until
    /// then (up to 64 KiB and a message) may exceed a smaller limit.
    std::size_t queue_size_max = 1024 * 1024;
    queue_policy when_full = queue_policy::pause;

    /// What messages may be compressed with: offered by a client, chosen by a server. Null for
    /// nothing. Connections of one thread may share it.
    std::shared_ptr<extension_negotiator> extension = {};

    /// Keeps request and response readable after `open` has returned, at their cost in memory.
    bool keep_handshake = false;
};

/// The options of a route.
struct route_options {
    connection_options connection = connection_options(); // GCC 12 warns of `{}` in callers

    /// A route with a subprotocol serves clients that offer it; without, all others.
    std::string subprotocol = {};

    /// A route with a host serves requests to that name, whatever its port: "chat.example.org", or
    /// "*.example.org" for all names below. It comes before every route without, which serves all.
    /// Who has opened TLS for a name that has other routes (SNI) is refused with 421.
    std::string host = {};
};

/// What a client asks for beside the URI.
struct connect_options {
    connection_options connection = connection_options(); // GCC 12 warns of `{}` in callers

    /// In the order of preference. RFC 6455 §1.9.
    std::vector<std::string> subprotocols = {};

    /// Fails with `errc::no_subprotocol` if the server agrees on none of them. Without this the
    /// connection opens without a subprotocol then, as RFC 6455 §4.1 has it.
    bool subprotocol_required = false;

    /// Further headers: Origin, Cookie, Authorization, User-Agent, ...
    http_fields headers = {};

    /// One for each phase of connecting, which begins when the one before has ended; the
    /// handshake's is `session_timeouts::handshake`. Zero means never.
    duration resolve_timeout = std::chrono::seconds(10); ///< until the first address is known
    duration connect_timeout = std::chrono::seconds(10); ///< until one of them is connected
    duration proxy_timeout = std::chrono::seconds(10);   ///< until the proxy has opened the way
    duration tls_timeout = std::chrono::seconds(10);     ///< for the handshake of TLS

    /// Connects to this address instead of the URI's host, such as "unix:/run/app.sock",
    /// "unix:@name" or "127.0.0.1:9001"; the URI then only names the resource and the Host header.
    /// With a proxy it is the proxy that is connected to there.
    std::string via = {};

    /// The proxy to go through: "http://user:password@host:port" (CONNECT, RFC 9110 §9.3.6, with
    /// Basic credentials) or "socks5://user:password@host:port" (RFC 1928, RFC 1929).
    ///
    /// The server's name is looked up by the proxy, also with "socks5h:", which says so. User and
    /// password may be left out, and stand percent-encoded; they are sent to nobody else and told
    /// in no report. Ports are 80 and 1080 by default. What is wrong with it is `errc::bad_proxy`.
    std::string proxy = {};

    /// Asks the environment for a proxy when `proxy` names none; see `environment_proxy`.
    bool proxy_from_environment = false;

    /// Encrypts for a `wss:` URI; without it the client's own does. See `client::tls`.
    std::shared_ptr<secure_layer> tls = {};

    /// So many redirects of the server are followed, each with all timeouts and the same handlers
    /// and handle; none by default. One from `wss:` to `ws:` is not.
    ///
    /// To another host, port or scheme (but for `ws:` at port 80 to `wss:` at 443) go neither the
    /// headers Authorization, Cookie, Proxy-Authorization and Host, nor `via` without a proxy. A
    /// server can redirect to any host that this program can reach, this machine included.
    std::size_t redirects_max = 0;

    /// A name's addresses are tried in turns of IPv6 and IPv4, each this long after the one before,
    /// or as soon as that has failed; the first to connect wins. RFC 8305 §5.
    duration attempt_delay = std::chrono::milliseconds(250);

    /// So long IPv6 addresses are waited for when others are known first. RFC 8305 §3.
    duration resolution_delay = std::chrono::milliseconds(50);

    /// Connect from this address, usually with port 0; addresses of another family then fail.
    address local_address = {};

    /// Called for each socket before it connects to one address, to set its options or to bind it;
    /// an error is as if that address had failed. May end the connection, but must not close the
    /// descriptor.
    std::function<result<void>(native_socket socket, const address& to)> before_connect = {};
};

} // namespace weft
