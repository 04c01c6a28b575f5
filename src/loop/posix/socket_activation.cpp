// SPDX-License-Identifier: MIT
// Reads the environment variables of a service manager. POSIX.
#include <weft/loop/socket_activation.hpp>

#include <fcntl.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/posix/system_calls.hpp"

namespace weft {
namespace {

constexpr int first_passed = 3;
constexpr int passed_max = 1 << 20;

/// Returns the number in a variable; empty if it is not set, -1 if it is not a number.
std::optional<long> number_in(const char* variable) {
    const char* const set = std::getenv(variable);
    if (!set) return std::nullopt;
    const std::string_view text(set);
    long number = -1;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() ? number : -1;
}

/// Returns how many descriptors were passed to this process. LISTEN_PID distinguishes them from its
/// parent's.
result<int> count_passed() {
    const auto pid = number_in("LISTEN_PID");
    const auto count = number_in("LISTEN_FDS");
    if (!pid || !count) return failure(errc::not_activated);
    if (*pid < 0 || *count < 0 || *count > passed_max) return failure(errc::bad_argument);
    if (*pid != sys::getpid() || *count == 0) return failure(errc::not_activated);
    return static_cast<int>(*count);
}

/// Returns the names, separated by colons: as many as there are descriptors, or none at all.
result<std::vector<std::string>> names_of(int count) {
    const char* const set = std::getenv("LISTEN_FDNAMES");
    const auto expected = static_cast<std::size_t>(count);
    if (!set) return std::vector<std::string>(expected, "unknown");
    std::vector<std::string> names;
    std::string_view rest(set);
    for (auto colon = rest.find(':'); colon != rest.npos; colon = rest.find(':')) {
        names.emplace_back(rest.substr(0, colon));
        rest.remove_prefix(colon + 1);
    }
    names.emplace_back(rest);
    if (names.size() != expected) return failure(errc::bad_argument);
    return names;
}

} // namespace

result<std::vector<activated_descriptor>> activated_descriptors(std::string_view name) {
    const auto count = count_passed();
    if (!count) return failure(count.error());
    auto names = names_of(*count);
    if (!names) return failure(names.error());
    std::vector<activated_descriptor> passed;
    for (int i = 0; i < *count; ++i) {
        const int descriptor = first_passed + i;
        if (sys::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) return failure(last_error());
        auto& called = (*names)[static_cast<std::size_t>(i)];
        if (name.empty() || called == name) passed.push_back({descriptor, std::move(called)});
    }
    if (passed.empty()) return failure(errc::not_activated);
    return passed;
}

} // namespace weft
