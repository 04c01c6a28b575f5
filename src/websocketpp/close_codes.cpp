// SPDX-License-Identifier: MIT
// The names of close codes, and the payload of close frames.
#include <websocketpp/close.hpp>
#include <websocketpp/processors/base.hpp>
#include <websocketpp/utf8_validator.hpp>

namespace websocketpp {

std::string close::status::get_string(value code) {
    switch (code) {
    case normal: return "Normal close";
    case going_away: return "Going away";
    case protocol_error: return "Protocol error";
    case unsupported_data: return "Unsupported data";
    case no_status: return "No status set";
    case abnormal_close: return "Abnormal close";
    case invalid_payload: return "Invalid payload";
    case policy_violation: return "Policy violation";
    case message_too_big: return "Message too big";
    case extension_required: return "Extension required";
    case internal_endpoint_error: return "Internal endpoint error";
    case service_restart: return "Service restart";
    case try_again_later: return "Try again later";
    case bad_gateway: return "Bad gateway";
    case tls_handshake: return "TLS handshake failure";
    case subprotocol_error: return "Generic subprotocol error";
    case invalid_subprotocol_data: return "Invalid subprotocol data";
    default: return "Unknown";
    }
}

close::status::value close::extract_code(std::string const& payload, lib::error_code& ec) {
    ec = lib::error_code();
    if (payload.empty()) return status::no_status;
    if (payload.size() == 1) {
        ec = error::make_error_code(error::bad_close_code);
        return status::protocol_error;
    }
    const auto code = static_cast<status::value>(static_cast<unsigned char>(payload[0]) << 8 |
                                                 static_cast<unsigned char>(payload[1]));
    if (status::invalid(code)) ec = error::make_error_code(error::invalid_close_code);
    if (status::reserved(code)) ec = error::make_error_code(error::reserved_close_code);
    return code;
}

std::string close::extract_reason(std::string const& payload, lib::error_code& ec) {
    ec = lib::error_code();
    std::string reason = payload.size() > 2 ? payload.substr(2) : std::string();
    if (!utf8_validator::validate(reason)) ec = error::make_error_code(error::invalid_utf8);
    return reason;
}

close::status::value processor::error::to_ws(lib::error_code ec) {
    if (ec.category() != get_processor_category()) return close::status::blank;
    switch (ec.value()) {
    case protocol_violation:
    case control_too_big:
    case invalid_opcode:
    case invalid_rsv_bit:
    case fragmented_control:
    case invalid_continuation:
    case masking_required:
    case masking_forbidden:
    case reserved_close_code:
    case invalid_close_code: return close::status::protocol_error;
    case invalid_payload:
    case invalid_utf8: return close::status::invalid_payload;
    case message_too_big: return close::status::message_too_big;
    default: return close::status::internal_endpoint_error;
    }
}

} // namespace websocketpp
