// SPDX-License-Identifier: MIT
// The error categories of the WebSocket++ interface.
#include <string>

#include <websocketpp/error.hpp>
#include <websocketpp/extensions/extension.hpp>
#include <websocketpp/http/constants.hpp>
#include <websocketpp/processors/base.hpp>
#include <websocketpp/transport/base/connection.hpp>
#include <websocketpp/transport/iostream/base.hpp>
#include <websocketpp/transport/stub/base.hpp>

namespace websocketpp::error {
namespace {

class error_category_of_library final : public std::error_category {
public:
    char const* name() const noexcept override { return "websocketpp"; }
    std::string message(int which) const override {
        switch (which) {
        case general: return "Generic error";
        case send_queue_full: return "send queue full";
        case payload_violation: return "payload violation";
        case endpoint_not_secure: return "endpoint not secure";
        case endpoint_unavailable: return "endpoint not available";
        case invalid_uri: return "invalid uri";
        case no_outgoing_buffers: return "no outgoing message buffers";
        case no_incoming_buffers: return "no incoming message buffers";
        case invalid_state: return "invalid state";
        case bad_close_code: return "the close frame has no whole close code";
        case reserved_close_code: return "the close code is reserved";
        case invalid_close_code: return "the close code is not allowed";
        case invalid_utf8: return "invalid UTF-8";
        case invalid_subprotocol: return "invalid subprotocol";
        case bad_connection: return "bad connection";
        case test: return "Test Error";
        case con_creation_failed: return "the connection could not be created";
        case unrequested_subprotocol: return "the client did not request this subprotocol";
        case client_only: return "only clients can do this";
        case server_only: return "only servers can do this";
        case http_connection_ended: return "HTTP connection ended";
        case open_handshake_timeout: return "the opening handshake timed out";
        case close_handshake_timeout: return "the closing handshake timed out";
        case invalid_port: return "invalid port";
        case async_accept_not_listening: return "accepting needs a listening endpoint";
        case operation_canceled: return "operation canceled";
        case rejected: return "connection rejected";
        case upgrade_required: return "upgrade required";
        case invalid_version: return "invalid version";
        case unsupported_version: return "unsupported version";
        case http_parse_error: return "HTTP parse error";
        case extension_neg_failed: return "extension negotiation failed";
        case transport_error: return "an error of the transport";
        default: return "unknown error";
        }
    }
};

} // namespace

lib::error_category const& get_category() {
    static const error_category_of_library only;
    return only;
}

} // namespace websocketpp::error

namespace websocketpp::processor::error {
namespace {

class error_category_of_processor final : public std::error_category {
public:
    char const* name() const noexcept override { return "websocketpp.processor"; }
    std::string message(int which) const override {
        switch (which) {
        case general: return "generic processor error";
        case bad_request: return "invalid handshake";
        case protocol_violation: return "protocol violation";
        case message_too_big: return "message too big";
        case invalid_payload: return "invalid payload";
        case invalid_arguments: return "invalid arguments";
        case invalid_opcode: return "invalid opcode";
        case control_too_big: return "control frames are limited to 125 bytes";
        case invalid_rsv_bit: return "invalid use of reserved bits";
        case fragmented_control: return "control frames cannot be fragmented";
        case invalid_continuation: return "invalid continuation";
        case masking_required: return "frames of clients must be masked";
        case masking_forbidden: return "frames of servers must not be masked";
        case non_minimal_encoding: return "a payload length was not encoded minimally";
        case requires_64bit: return "frame size requires a 64-bit system";
        case invalid_utf8: return "invalid UTF-8";
        case not_implemented: return "not implemented";
        case invalid_http_method: return "invalid HTTP method";
        case invalid_http_version: return "invalid HTTP version";
        case invalid_http_status: return "invalid HTTP status";
        case missing_required_header: return "a required HTTP header is missing";
        case sha1_library: return "SHA-1 library error";
        case no_protocol_support: return "unsupported version of the protocol";
        case reserved_close_code: return "the close code is reserved";
        case invalid_close_code: return "the close code is not allowed";
        case reason_requires_code: return "a close reason needs a close code";
        case subprotocol_parse_error: return "the subprotocols are malformed";
        case extension_parse_error: return "the extensions are malformed";
        case extensions_disabled: return "extensions are disabled";
        case short_key3: return "short key 3";
        default: return "unknown error";
        }
    }
};

} // namespace

lib::error_category const& get_processor_category() {
    static const error_category_of_processor only;
    return only;
}

} // namespace websocketpp::processor::error

namespace websocketpp::http::error {
namespace {

class error_category_of_http final : public std::error_category {
public:
    char const* name() const noexcept override { return "websocketpp.http"; }
    std::string message(int which) const override {
        switch (which) {
        case general: return "generic HTTP error";
        case invalid_format: return "malformed HTTP";
        case invalid_header_name: return "the name of a header is not a token";
        case body_too_large: return "the body is larger than its limit";
        case unsupported_transfer_encoding: return "unsupported transfer encoding";
        case unknown_transfer_encoding: return "unknown transfer encoding";
        case missing_header_separator: return "a header line has no colon";
        case request_header_fields_too_large: return "the head is larger than its limit";
        case incomplete_request: return "the request line or the Host header is missing";
        case incomplete_status_line: return "the status line is malformed";
        case istream_bad: return "the input stream has failed";
        case istream_overread: return "bytes after the response were read and are lost";
        default: return "unknown error";
        }
    }
};

} // namespace

lib::error_category const& get_category() {
    static const error_category_of_http only;
    return only;
}

} // namespace websocketpp::http::error

namespace websocketpp::extensions::error {
namespace {

class error_category_of_extensions final : public std::error_category {
public:
    char const* name() const noexcept override { return "websocketpp.extension"; }
    std::string message(int which) const override {
        switch (which) {
        case general: return "generic extension error";
        case disabled: return "this extension is disabled";
        default: return "unknown error";
        }
    }
};

} // namespace

lib::error_category const& get_category() {
    static const error_category_of_extensions only;
    return only;
}

} // namespace websocketpp::extensions::error

namespace websocketpp::transport::error {
namespace {

class error_category_of_transport final : public std::error_category {
public:
    char const* name() const noexcept override { return "websocketpp.transport"; }
    std::string message(int which) const override {
        switch (which) {
        case general: return "generic transport error";
        case pass_through: return "underlying transport error";
        case invalid_num_bytes: return "invalid number of bytes";
        case double_read: return "a read is in progress";
        case operation_aborted: return "the operation was aborted";
        case operation_not_supported: return "this transport does not support the operation";
        case eof: return "end of file";
        case tls_short_read: return "TLS short read";
        case timeout: return "timer expired";
        case action_after_shutdown: return "the transport is shut down";
        case tls_error: return "generic TLS error";
        default: return "unknown error";
        }
    }
};

} // namespace

lib::error_category const& get_category() {
    static const error_category_of_transport only;
    return only;
}

} // namespace websocketpp::transport::error

namespace websocketpp::transport::iostream::error {
namespace {

class error_category_of_iostream final : public std::error_category {
public:
    char const* name() const noexcept override { return "websocketpp.transport.iostream"; }
    std::string message(int which) const override {
        switch (which) {
        case general: return "generic iostream transport error";
        case invalid_num_bytes: return "invalid number of bytes";
        case double_read: return "a read is in progress";
        case output_stream_required: return "an output stream or a write handler is required";
        case bad_stream: return "a stream operation failed";
        default: return "unknown error";
        }
    }
};

} // namespace

lib::error_category const& get_category() {
    static const error_category_of_iostream only;
    return only;
}

} // namespace websocketpp::transport::iostream::error

namespace websocketpp::transport::stub::error {
namespace {

class error_category_of_stub final : public std::error_category {
public:
    char const* name() const noexcept override { return "websocketpp.transport.stub"; }
    std::string message(int which) const override {
        switch (which) {
        case general: return "generic stub transport error";
        case not_implemented: return "the stub transport moves no bytes";
        default: return "unknown error";
        }
    }
};

} // namespace

lib::error_category const& get_category() {
    static const error_category_of_stub only;
    return only;
}

} // namespace websocketpp::transport::stub::error
