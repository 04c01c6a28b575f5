// SPDX-License-Identifier: MIT
// A call to the operating system that a test can make fail, at the place where it is made. POSIX.
#pragma once

#include <cerrno>
#include <source_location>

namespace weft {

/// Asked before each call while a test has set it: the errno to fail with, or 0 to let it happen.
using fault_source = int (*)(const char* call, const std::source_location& site) noexcept;

inline fault_source system_faults = nullptr;

template <class Signature>
class system_call;

/// Calls `real`, unless a fault is wanted here; then -1, with errno set.
template <class Result, class... Arguments>
class system_call<Result(Arguments...)> {
public:
    constexpr system_call(const char* name, Result (*real)(Arguments...)) noexcept
        : name_(name), real_(real) {}

    Result operator()(Arguments... arguments, std::source_location site =
                                                  std::source_location::current()) const noexcept {
        if (system_faults) [[unlikely]] {
            if (const int error = system_faults(name_, site)) {
                errno = error;
                return static_cast<Result>(-1);
            }
        }
        return real_(arguments...);
    }

private:
    const char* name_;
    Result (*real_)(Arguments...);
};

} // namespace weft
