// SPDX-License-Identifier: MIT
// Which thread a driver belongs to, and what is said of a call on another.
#pragma once

#include <string>
#include <thread>

#include <weft/core/language.hpp>

namespace weft {

/// The thread that may make calls; at first the one that makes this.
class thread_check {
public:
    thread_check() noexcept : owner_(std::this_thread::get_id()) {}

    /// From now on the calling thread.
    void own() noexcept { owner_ = std::this_thread::get_id(); }

    /// From now on any.
    void disown() noexcept { owner_ = std::thread::id(); }

    [[nodiscard]] std::thread::id owner() const noexcept { return owner_; }
    [[nodiscard]] bool owned_here() const noexcept {
        return owner_ == std::this_thread::get_id();
    }

    /// Whether the calling thread may make calls.
    [[nodiscard]] bool passes() const noexcept {
        return owned_here() || owner_ == std::thread::id();
    }

    /// The number of a thread as text. Throws std::bad_alloc.
    [[nodiscard]] static std::string number_of(std::thread::id which);

    /// Prints on standard error that `function` was called on thread `here`, but belongs to
    /// `owner`; or, where these are empty, on a foreign one.
    static void print_foreign_call(const char* function, const std::string& here,
                                   const std::string& owner) noexcept;

private:
    std::thread::id owner_;
};

} // namespace weft
