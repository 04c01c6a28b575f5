// SPDX-License-Identifier: MIT
// A system call that a test can make fail; the test selects it by its place in the source. POSIX.
#pragma once

#include <cerrno>

namespace weft {

/// The place of a call in the source. Like std::source_location, which Clang supports from version
/// 16.
class call_site {
public:
    [[nodiscard]] static constexpr call_site current(const char* file = __builtin_FILE(),
                                                     unsigned line = __builtin_LINE()) noexcept {
        return {file, line};
    }

    [[nodiscard]] constexpr const char* file_name() const noexcept { return file_; }
    [[nodiscard]] constexpr unsigned line() const noexcept { return line_; }

private:
    constexpr call_site(const char* file, unsigned line) noexcept : file_(file), line_(line) {}

    const char* file_;
    unsigned line_;
};

/// Called before each system call if a test has set it. Returns the errno to fail with, or 0 to
/// make the call. A negated errno makes the call and fails nevertheless, as connect(2) does with
/// EINPROGRESS.
using fault_source = int (*)(const char* call, const call_site& site) noexcept;

inline fault_source system_faults = nullptr;

template <class Signature>
class system_call;

/// Calls `real`, unless a fault is injected here: then returns -1, with errno set.
template <class Result, class... Arguments>
class system_call<Result(Arguments...)> {
public:
    constexpr system_call(const char* name, Result (*real)(Arguments...)) noexcept
        : name_(name), real_(real) {}

    Result operator()(Arguments... arguments,
                      call_site site = call_site::current()) const noexcept {
        if (system_faults) [[unlikely]] {
            if (const int error = system_faults(name_, site)) {
                if (error < 0) real_(arguments...);
                errno = error < 0 ? -error : error;
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
