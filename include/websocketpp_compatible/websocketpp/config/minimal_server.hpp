// SPDX-License-Identifier: MIT
// The minimal config of a server, to derive from: no transport, no logs.
#pragma once

#include <websocketpp/config/core.hpp>
#include <websocketpp/transport/stub/endpoint.hpp>

namespace websocketpp::config {

struct minimal_server : public core {
    typedef minimal_server type;

    typedef websocketpp::concurrency::none concurrency_type;
    typedef websocketpp::log::stub elog_type;
    typedef websocketpp::log::stub alog_type;
    typedef websocketpp::random::none::int_generator<uint32_t> rng_type;

    static constexpr bool enable_multithreading = false;

    struct transport_config : public core::transport_config {
        typedef type::concurrency_type concurrency_type;
        typedef type::elog_type elog_type;
        typedef type::alog_type alog_type;

        static constexpr bool enable_multithreading = false;
    };

    typedef websocketpp::transport::stub::endpoint<transport_config> transport_type;

    static constexpr websocketpp::log::level elog_level = websocketpp::log::elevel::none;
    static constexpr websocketpp::log::level alog_level = websocketpp::log::alevel::none;
    static constexpr bool enable_extensions = false;
};

} // namespace websocketpp::config
