// SPDX-License-Identifier: MIT
// The messages of `resolve_error`.
#include <weft/loop/resolve_error.hpp>

#include <string>

namespace weft {
namespace {

class resolve_errors final : public std::error_category {
public:
    const char* name() const noexcept override { return "weft-resolve"; }
    std::string message(int code) const override {
        switch (static_cast<resolve_error>(code)) {
        case resolve_error::host_not_found: return "there is no host of this name";
        case resolve_error::no_address: return "the host has no address";
        case resolve_error::timeout: return "no name server answered in time";
        case resolve_error::no_server: return "there is no name server, or all of them have failed";
        case resolve_error::refused: return "the name server refused the query";
        case resolve_error::server_failure: return "the name server failed";
        case resolve_error::bad_answer: return "the name server's answer is malformed";
        case resolve_error::cancelled: return "the resolver was destroyed";
        }
        return "unknown error";
    }
    std::error_condition default_error_condition(int code) const noexcept override {
        if (code == static_cast<int>(resolve_error::timeout)) return std::errc::timed_out;
        return {code, *this};
    }
};

} // namespace

const std::error_category& resolve_category() noexcept {
    static const resolve_errors category;
    return category;
}

} // namespace weft
