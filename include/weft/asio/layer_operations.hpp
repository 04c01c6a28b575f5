// SPDX-License-Identifier: MIT
// What can be done to somebody's stream beside reading and writing, by what it offers: ends and
// addresses of sockets, of TLS over them, and of streams of the user's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <weft/core/address.hpp>

namespace weft {

/// A socket, which can be written to at once and waited for.
template <class Asio, class Layer>
concept asio_socket = requires(Layer& layer, typename Asio::error_code& why) {
    layer.non_blocking(true, why);
    layer.write_some(typename Asio::const_buffer(), why);
    layer.async_wait(Layer::wait_write, [](const typename Asio::error_code&) {});
};

/// A layer whose end the peer is told by itself: TLS.
template <class Layer>
concept has_async_shutdown = requires(Layer& layer) { layer.async_shutdown([](auto) {}); };

/// Small messages do not wait for the peer's acknowledgement of earlier ones; TCP only.
template <class Asio, class Layer>
void do_not_delay(Layer& layer) {
    if constexpr (requires { typename Layer::lowest_layer_type::protocol_type::no_delay; }) {
        typename Asio::error_code ignored;
        using no_delay = typename Layer::lowest_layer_type::protocol_type::no_delay;
        layer.lowest_layer().set_option(no_delay(true), ignored);
    }
}

/// Ends both directions of `layer`; what is under way is aborted.
template <class Asio, class Layer>
void close_layer(Layer& layer) {
    typename Asio::error_code ignored;
    if constexpr (requires { layer.close(ignored); }) {
        layer.close(ignored);
    } else if constexpr (requires { layer.lowest_layer().close(ignored); }) {
        layer.lowest_layer().close(ignored);
    } else {
        layer.close();
    }
}

/// Ends writing where there is a way to; a peer of one that has none waits for its close.
template <class Asio, class Layer>
void half_close_layer(Layer& layer) {
    typename Asio::error_code ignored;
    constexpr auto how = Asio::shutdown_send;
    if constexpr (requires { layer.shutdown(how, ignored); }) {
        layer.shutdown(how, ignored);
    } else if constexpr (requires { layer.lowest_layer().shutdown(how, ignored); }) {
        layer.lowest_layer().shutdown(how, ignored);
    }
}

/// Bytes that the socket at the bottom of `layer` has received; 0 where there is none to ask.
template <class Asio, class Layer>
[[nodiscard]] std::size_t available_in(const Layer& layer) noexcept {
    typename Asio::error_code none;
    if constexpr (requires { layer.lowest_layer().available(none); }) {
        const std::size_t size = layer.lowest_layer().available(none);
        return none ? 0 : size;
    } else {
        return 0;
    }
}

/// Bytes that the socket at the bottom of `layer` has taken and the peer's system has not
/// confirmed; 0 where the system does not tell.
template <class Asio, class Layer>
[[nodiscard]] std::size_t unconfirmed_in(Layer& layer) noexcept {
    struct query {
        int size = 0;
        [[nodiscard]] int name() const noexcept { return Asio::unconfirmed_output; }
        [[nodiscard]] void* data() noexcept { return &size; }
    };
    query asked;
    typename Asio::error_code none;
    if constexpr (Asio::unconfirmed_output != 0 &&
                  requires { layer.lowest_layer().io_control(asked, none); }) {
        layer.lowest_layer().io_control(asked, none);
        return none || asked.size < 0 ? 0 : static_cast<std::size_t>(asked.size);
    } else {
        return 0;
    }
}

/// An endpoint of Asio's, IP or local, as an address.
template <class Endpoint>
[[nodiscard]] address address_of(const Endpoint& endpoint) {
    if constexpr (requires { endpoint.address().to_v4(); }) {
        const auto where = endpoint.address();
        if (where.is_v4()) return address::ipv4(where.to_v4().to_bytes(), endpoint.port());
        const auto wide = where.to_v6();
        return address::ipv6(wide.to_bytes(), endpoint.port(),
                             static_cast<std::uint32_t>(wide.scope_id()));
    } else if constexpr (requires { std::string_view(endpoint.path()); }) {
        std::string path = endpoint.path();
        if (path.empty()) return {};
        if (path.front() == '\0') path.front() = '@';
        return address::local(path);
    } else {
        return {};
    }
}

template <class Asio, class Layer>
[[nodiscard]] address local_address_of(const Layer& layer) {
    typename Asio::error_code none;
    if constexpr (requires { layer.lowest_layer().local_endpoint(none); }) {
        const auto where = layer.lowest_layer().local_endpoint(none);
        if (!none) return address_of(where);
    }
    return {};
}

/// The peer of a socket that was reset, as a socket option of Asio's.
template <class Asio, class Endpoint>
struct former_peer {
    Endpoint where; // of the same family and so of the same size

    template <class Protocol>
    [[nodiscard]] int level(const Protocol&) const noexcept {
        return Asio::former_peer_level;
    }
    template <class Protocol>
    [[nodiscard]] int name(const Protocol&) const noexcept {
        return Asio::former_peer_option;
    }
    template <class Protocol>
    [[nodiscard]] void* data(const Protocol&) noexcept {
        return where.data();
    }
    template <class Protocol>
    [[nodiscard]] std::size_t size(const Protocol&) const noexcept {
        return where.size();
    }
    template <class Protocol>
    void resize(const Protocol&, std::size_t size) {
        where.resize(size);
    }
};

/// Also that of a connection that was reset, where the system tells.
template <class Asio, class Layer>
[[nodiscard]] address remote_address_of(const Layer& layer) {
    typename Asio::error_code none;
    if constexpr (requires { layer.lowest_layer().remote_endpoint(none); }) {
        const auto where = layer.lowest_layer().remote_endpoint(none);
        if (!none) return address_of(where);
        if constexpr (Asio::former_peer_option != 0 && requires { where.address().to_v4(); }) {
            auto local = layer.lowest_layer().local_endpoint(none);
            if (none) return {};
            former_peer<Asio, decltype(local)> asked{local};
            layer.lowest_layer().get_option(asked, none);
            if (!none) return address_of(asked.where);
        }
    }
    return {};
}

} // namespace weft
