// SPDX-License-Identifier: MIT
// The config of a server that the application feeds with bytes.
#pragma once

#include <stdint.h>

#include <websocketpp/common/cpp11.hpp>
#include <websocketpp/common/platforms.hpp>
#include <websocketpp/concurrency/basic.hpp>
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/connection_base.hpp>
#include <websocketpp/endpoint_base.hpp>
#include <websocketpp/extensions/permessage_deflate/disabled.hpp>
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>
#include <websocketpp/logger/basic.hpp>
#include <websocketpp/logger/stub.hpp>
#include <websocketpp/message_buffer/alloc.hpp>
#include <websocketpp/message_buffer/message.hpp>
#include <websocketpp/random/none.hpp>
#include <websocketpp/random/random_device.hpp>
#include <websocketpp/transport/iostream/endpoint.hpp>

namespace websocketpp::config {

/// Derive from a config, and replace what should differ. Times are in milliseconds; 0 means no
/// timeout.
struct core {
    typedef core type;

#ifndef _WEBSOCKETPP_NO_THREADING_
    typedef websocketpp::concurrency::basic concurrency_type;
#else
    typedef websocketpp::concurrency::none concurrency_type;
#endif

    typedef http::parser::request request_type;
    typedef http::parser::response response_type;

    typedef message_buffer::message<message_buffer::alloc::con_msg_manager> message_type;
    typedef message_buffer::alloc::con_msg_manager<message_type> con_msg_manager_type;
    typedef message_buffer::alloc::endpoint_msg_manager<con_msg_manager_type>
        endpoint_msg_manager_type;

    typedef websocketpp::log::basic<concurrency_type, websocketpp::log::elevel> elog_type;
    typedef websocketpp::log::basic<concurrency_type, websocketpp::log::alevel> alog_type;

    typedef websocketpp::random::random_device::int_generator<uint32_t, concurrency_type>
        rng_type;

    static constexpr bool enable_multithreading = true;

    struct transport_config {
        typedef type::concurrency_type concurrency_type;
        typedef type::elog_type elog_type;
        typedef type::alog_type alog_type;
        typedef type::request_type request_type;
        typedef type::response_type response_type;

        static constexpr bool enable_multithreading = true;

        static constexpr long timeout_socket_pre_init = 5000;
        static constexpr long timeout_proxy = 5000;
        static constexpr long timeout_socket_post_init = 5000;
        static constexpr long timeout_dns_resolve = 5000;
        static constexpr long timeout_connect = 5000;
        static constexpr long timeout_socket_shutdown = 5000;
    };

    typedef websocketpp::transport::iostream::endpoint<transport_config> transport_type;

    typedef websocketpp::endpoint_base endpoint_base;
    typedef websocketpp::connection_base connection_base;

    static constexpr long timeout_open_handshake = 5000;
    static constexpr long timeout_close_handshake = 5000;
    static constexpr long timeout_pong = 5000;

    static constexpr int client_version = 13;

    /// The channels that can be enabled.
    static constexpr websocketpp::log::level elog_level =
        websocketpp::log::elevel::all ^ websocketpp::log::elevel::devel;
    static constexpr websocketpp::log::level alog_level =
        websocketpp::log::alevel::all ^ websocketpp::log::alevel::devel;

    static constexpr size_t connection_read_buffer_size = 16384; ///< has no effect
    static constexpr bool drop_on_protocol_error = false;
    static constexpr bool silent_close = false;
    static constexpr size_t max_message_size = 32000000;
    static constexpr size_t max_http_body_size = 32000000;
    static constexpr bool enable_extensions = true;

    struct permessage_deflate_config {
        typedef type::request_type request_type;

        static constexpr bool allow_disabling_context_takeover = true;
        static constexpr uint8_t minimum_outgoing_window_bits = 8;
    };

    typedef websocketpp::extensions::permessage_deflate::disabled<permessage_deflate_config>
        permessage_deflate_type;
};

} // namespace websocketpp::config
