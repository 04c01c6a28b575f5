// SPDX-License-Identifier: MIT
// Operations on an Asio stream besides reading and writing, chosen by the stream's interface:
// closing and addresses, for sockets, for TLS over them, and for stream types of the application.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <weft/core/address.hpp>

namespace weft {

/// A socket: a layer that supports non-blocking writes and waiting until it is writable.
template <class Asio, class Layer>
concept asio_socket = requires(Layer& layer, typename Asio::error_code& why) {
    layer.non_blocking(true, why);
    layer.write_some(typename Asio::const_buffer(), why);
    layer.async_wait(Layer::wait_write, [](const typename Asio::error_code&) {});
};

/// A layer that signals its end to the peer with an operation of its own: TLS.
template <class Layer>
concept has_async_shutdown = requires(Layer& layer) { layer.async_shutdown([](auto) {}); };

/// Sets TCP_NODELAY: small messages do not wait for acknowledgements. TCP only.
template <class Asio, class Layer>
void do_not_delay(Layer& layer) {
    if constexpr (requires { typename Layer::lowest_layer_type::protocol_type::no_delay; }) {
        typename Asio::error_code ignored;
        using no_delay = typename Layer::lowest_layer_type::protocol_type::no_delay;
        layer.lowest_layer().set_option(no_delay(true), ignored);
    }
}

/// Closes `layer` in both directions; pending operations are aborted.
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

/// Ends writing if `layer` supports that; otherwise the peer sees no end before `layer` is closed.
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

/// Returns how many bytes can be read from the socket below `layer`; 0 if there is no socket.
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

/// Returns how many bytes the socket below `layer` has accepted that the peer's system has not
/// acknowledged; 0 if the system does not report it.
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

/// Converts an Asio endpoint, IP or local, to an address.
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

/// A socket option in Asio's form (GettableSocketOption): the peer's address, even after a reset.
template <class Asio, class Endpoint>
struct former_peer {
    Endpoint where; // initially the local address, which has the same family and size

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

/// Returns the peer's address, even after a reset if the system supports that.
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
