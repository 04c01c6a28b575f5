// SPDX-License-Identifier: MIT
// Records the thread that a driver belongs to, and reports calls on other threads.
#pragma once

#include <string>
#include <thread>

#include <weft/core/language.hpp>

namespace weft {

/// The thread that may make calls; initially the thread that creates this object.
class thread_check {
public:
    thread_check() noexcept : owner_(std::this_thread::get_id()) {}

    /// Makes the calling thread the owner.
    void own() noexcept { owner_ = std::this_thread::get_id(); }

    /// Allows calls on any thread.
    void disown() noexcept { owner_ = std::thread::id(); }

    [[nodiscard]] std::thread::id owner() const noexcept { return owner_; }
    [[nodiscard]] bool owned_here() const noexcept {
        return owner_ == std::this_thread::get_id();
    }

    /// Returns whether the calling thread may make calls.
    [[nodiscard]] bool passes() const noexcept {
        return owned_here() || owner_ == std::thread::id();
    }

    /// Returns the id of a thread as text. Throws std::bad_alloc.
    [[nodiscard]] static std::string number_of(std::thread::id which);

    /// Prints on standard error that `function` was called on thread `here` but belongs to `owner`.
    /// If these are empty, prints only that it was called on a foreign thread.
    static void print_foreign_call(const char* function, const std::string& here,
                                   const std::string& owner) noexcept;

private:
    std::thread::id owner_;
};

} // namespace weft
