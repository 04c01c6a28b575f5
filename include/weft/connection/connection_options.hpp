// SPDX-License-Identifier: MIT
// Options of routes and connections: limits, timeouts, what happens when a peer does not read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <weft/core/address.hpp>
#include <weft/core/extension.hpp>
#include <weft/core/function.hpp>
#include <weft/core/http_fields.hpp>
#include <weft/core/result.hpp>
#include <weft/core/session_options.hpp>
#include <weft/stream/native_socket.hpp>
#include <weft/stream/secure_layer.hpp>

namespace weft {

/// What happens when the peer reads slower than this side writes.
enum class queue_policy : std::uint8_t {
    /// Reading from this peer pauses when more than half of the limit is queued and the queue
    /// contains answers, until the queue has drained. So answers cannot fill the queue. Answers are
    /// what `message` and `ping` handlers send to their own peer. A `send` beyond the limit is
    /// dropped. If both sides pause, each waits for the other until a deadline ends the connection.
    pause,
    drop, ///< a `send` beyond the limit is dropped
    close ///< a `send` beyond the limit ends the connection with 1008
};

/// The options of a route or of an outbound connection.
struct connection_options {
    session_limits limits = {};
    session_timeouts timeouts = {};

    /// Limit on the queued output, in bytes. A message of any size is queued if the queue is empty,
    /// or, with `queue_policy::pause`, at most half full: so no answer is dropped for its size. The
    /// limit applies once the stream has accepted a write only in part. What was gathered for that
    /// write, up to 64 KiB and one message, may exceed a smaller limit.
    std::size_t queue_size_max = 1024 * 1024;
    queue_policy when_full = queue_policy::pause;

    /// The extension that compresses messages, such as `permessage_deflate`: a client offers it,
    /// and a server accepts it. Null disables it. Connections of one thread may share it; some
    /// kinds, such as `permessage_deflate`, may be shared by several threads.
    std::shared_ptr<extension_negotiator> extension = {};

    /// The longest time that a connection may stay open; then this side closes it with 1001
    /// "maximum lifetime". Zero means no limit. A limit moves load to new servers, and makes peers
    /// show their credentials again.
    duration lifetime_max{};

    /// Shortens the lifetime of each connection by a random part, at most this fraction (0 to 1) of
    /// `lifetime_max`, so that connections that opened together do not all end together.
    double lifetime_jitter = 0.1;

    /// Server: how long a client may take, from `open`, to authenticate by its first message. Zero
    /// means that it need not.
    ///
    /// The `message` handler checks that message, and calls `connection::confirm_authentication`.
    /// Until then, a second message or the end of this time closes the connection with 3000
    /// "unauthorized" and `errc::unauthenticated`, and a hub accepts no subscription of it. A check
    /// that takes longer than the handler should `pause` the connection, so that later messages
    /// wait; the time continues.
    duration authenticate_within{};

    /// Limit on the bytes of that first message, if it is less than `message_size_max`. A larger
    /// message closes the connection with 1009.
    std::size_t unauthenticated_size_max = 4096;

    /// Keeps the request and response readable after `open` has returned, which costs memory.
    bool keep_handshake = false;
};

/// The options of a route.
struct route_options {
    connection_options connection = connection_options(); // GCC 12 warns of `{}` in callers

    /// A route with a subprotocol serves clients that offer it; a route without one serves all
    /// others.
    std::string subprotocol = {};

    /// A route with a host serves requests for that host name on any port: "chat.example.org", or
    /// "*.example.org" for all names below. It takes precedence over routes without a host, which
    /// serve all hosts. A client is refused with 421 if it opened TLS for a name (SNI) whose routes
    /// differ from those of the host that it requests.
    std::string host = {};
};

/// The options of a client's connection, besides the URI.
struct connect_options {
    connection_options connection = connection_options(); // GCC 12 warns of `{}` in callers

    /// In order of preference. RFC 6455 §1.9.
    std::vector<std::string> subprotocols = {};

    /// True: connecting fails with `errc::no_subprotocol` if the server selects none of them.
    /// False: the connection then opens without a subprotocol, as RFC 6455 §4.1 allows.
    bool subprotocol_required = false;

    /// Further headers: Origin, Cookie, Authorization, User-Agent, ...
    http_fields headers = {};

    /// One timeout for each phase of connecting; it starts when the previous phase has ended. The
    /// handshake's is `session_timeouts::handshake`. Zero means never.
    duration resolve_timeout = std::chrono::seconds(10); ///< until the first address is known
    duration connect_timeout = std::chrono::seconds(10); ///< until one of them is connected
    duration proxy_timeout = std::chrono::seconds(10);   ///< until the proxy has opened the tunnel
    duration tls_timeout = std::chrono::seconds(10);     ///< for the TLS handshake

    /// Connects to this address instead of the URI's host, such as "unix:/run/app.sock",
    /// "unix:@name" or "127.0.0.1:9001"; the URI then only supplies the resource and the Host
    /// header. With a proxy, connects to the proxy at this address.
    std::string via = {};

    /// The proxy to go through: "http://user:password@host:port" (CONNECT, RFC 9110 §9.3.6, with
    /// Basic credentials) or "socks5://user:password@host:port" (RFC 1928, RFC 1929).
    ///
    /// The proxy looks up the server's name; "socks5h:" means the same as "socks5:". User and
    /// password are optional and percent-encoded; they are sent only to the proxy and appear in no
    /// report. The default ports are 80 and 1080. A malformed value is `errc::bad_proxy`.
    std::string proxy = {};

    /// Takes the proxy from the environment when `proxy` is empty; see `environment_proxy`.
    bool proxy_from_environment = false;

    /// The TLS layer for `wss:` URIs; when null, the one of the client is used. See `client::tls`.
    std::shared_ptr<secure_layer> tls = {};

    /// The number of server redirects to follow; none by default. Each restarts all timeouts, and
    /// keeps the handlers and the handle. A redirect from `wss:` to `ws:` is not followed.
    ///
    /// On a redirect to another host, port or scheme (except from `ws:` at port 80 to `wss:` at
    /// 443) the headers Authorization, Cookie, Proxy-Authorization and Host are not sent, and `via`
    /// is not used unless there is a proxy. A server can redirect to any host that this program can
    /// reach, including this machine.
    std::size_t redirects_max = 0;

    /// The delay between attempts to connect to the addresses of one name. IPv6 and IPv4 addresses
    /// alternate. If an attempt fails earlier, the next one begins at once. The first attempt that
    /// connects wins. RFC 8305 §5.
    duration attempt_delay = std::chrono::milliseconds(250);

    /// How long to wait for IPv6 addresses when the IPv4 ones are known first. RFC 8305 §3.
    duration resolution_delay = std::chrono::milliseconds(50);

    /// Connects from this address, usually with port 0; attempts to addresses of another family
    /// fail.
    address local_address = {};

    /// Called for each socket before it connects to one address, to set its options or to bind it;
    /// an error counts as a failure of that address. It may end the connection, but must not close
    /// the descriptor.
    copyable_function<result<void>(native_socket socket, const address& to)> before_connect = {};
};

} // namespace weft
