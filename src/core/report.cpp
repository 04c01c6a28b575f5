// SPDX-License-Identifier: MIT
// Reports as text.
#include <weft/core/report.hpp>

#include <algorithm>
#include <ostream>

namespace weft {
namespace {

/// Returns the close frame of the side that ended the connection, or else the only one; may be
/// null.
const close_frame* decisive_frame(const report& why) noexcept {
    const auto& first = why.began == side::peer ? why.received : why.sent;
    const auto& second = why.began == side::peer ? why.sent : why.received;
    if (first) return &*first;
    return second ? &*second : nullptr;
}

/// Returns the size of the control character at `at`, in bytes; 0 for any other character. Includes
/// U+0080 to U+009F, which some terminals interpret too.
std::size_t control_size(std::string_view text, std::size_t at) noexcept {
    const auto value = static_cast<unsigned char>(text[at]);
    if (value < 0x20 || value == 0x7f) return 1;
    const bool is_c1 = value == 0xc2 && at + 1 < text.size() &&
        static_cast<unsigned char>(text[at + 1]) < 0xa0;
    return is_c1 ? 2 : 0;
}

/// Appends `text` with question marks for control characters: the peer chooses the reason, and must
/// not insert line ends or terminal commands into logs.
void append_in_one_line(std::string& out, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t control = control_size(text, at);
        out.push_back(control == 0 ? text[at] : '?');
        at += std::max<std::size_t>(control, 1);
    }
}

std::string describe(const close_frame& frame) {
    std::string text = std::to_string(static_cast<unsigned>(frame.code));
    text.append(" ").append(name(frame.code));
    if (frame.reason.empty()) return text;
    text.append(" (");
    append_in_one_line(text, frame.reason);
    return text.append(")");
}

/// Appends "example.org:80 at 192.0.2.1:80", or the known part of it.
void append_peer(std::string& out, const report& why) {
    const bool has_address = why.remote_address().kind() != address::family::none;
    const auto where = has_address ? why.remote_address().str() : std::string();
    const bool has_target = !why.target().empty() && why.target() != where;
    if (!has_target && !has_address) return;
    out.append("; peer ");
    if (has_target) append_in_one_line(out, why.target());
    if (has_target && has_address) out.append(" at ");
    append_in_one_line(out, where);
}

std::string_view beginner(side which) noexcept {
    switch (which) {
    case side::local: return "by this side";
    case side::peer: return "by the peer";
    case side::system: return "by the system";
    }
    return "";
}

/// Returns the exception's `what()`; empty if it is not a std::exception.
std::string text_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& what) {
        return what.what();
    } catch (...) {
        return {};
    }
}

} // namespace

close_code report::code() const noexcept {
    const close_frame* frame = decisive_frame(*this);
    return frame ? frame->code : close_code::abnormal;
}

std::string_view report::reason() const noexcept {
    const close_frame* frame = decisive_frame(*this);
    return frame ? std::string_view(frame->reason) : std::string_view();
}

const address& report::local_address() const noexcept {
    static const address none;
    return facts ? facts->local : none;
}

const address& report::remote_address() const noexcept {
    static const address none;
    return facts ? facts->remote : none;
}

std::string_view report::target() const noexcept {
    return facts ? std::string_view(facts->target) : std::string_view();
}

const http_response_head* report::response() const noexcept {
    return facts && facts->response ? &*facts->response : nullptr;
}

std::string_view report::response_body() const noexcept {
    return facts ? std::string_view(facts->response_body) : std::string_view();
}

std::string_view name(phase which) noexcept {
    switch (which) {
    case phase::resolve: return "resolve";
    case phase::connect: return "connect";
    case phase::proxy: return "proxy";
    case phase::tls: return "TLS";
    case phase::http: return "HTTP";
    case phase::websocket: return "WebSocket";
    case phase::transfer: return "transfer";
    }
    return "";
}

std::string_view name(side which) noexcept {
    switch (which) {
    case side::local: return "local";
    case side::peer: return "peer";
    case side::system: return "system";
    }
    return "";
}

std::string to_string(const report& why) {
    std::string text;
    if (why.clean()) {
        text.append("closed ").append(beginner(why.began));
    } else {
        text.append("ended ").append(beginner(why.began));
        text.append(" during ").append(name(why.phase));
    }
    if (why.error) text.append(": ").append(why.error.message());
    if (why.exception) {
        if (const auto words = text_of(why.exception); !words.empty()) {
            text.append(" (");
            append_in_one_line(text, words);
            text.append(")");
        }
    }
    if (!why.detail.empty()) {
        text.append(" (");
        append_in_one_line(text, why.detail);
        text.append(")");
    }
    if (why.http_status != 0) text.append("; HTTP status ").append(std::to_string(why.http_status));
    if (const close_frame* frame = decisive_frame(why)) {
        text.append(why.error ? "; close code " : ": ").append(describe(*frame));
    }
    append_peer(text, why);
    return text;
}

std::ostream& operator<<(std::ostream& out, const report& why) {
    return out << to_string(why);
}

} // namespace weft
