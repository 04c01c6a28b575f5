// SPDX-License-Identifier: MIT
// Turns callbacks of C programs into functions of Weft. The pointer `user` of a callback is
// released when the last function that may use it is destroyed.
#pragma once

#include <memory>

#include <weft/connection/connection.hpp>
#include <weft/connection/handlers.hpp>
#include <weft/core/function.hpp>
#include <weft/core/report.hpp>
#include <weft/weft.h>

namespace weft::c {

/// A callback and its pointer. The destructor releases the pointer if `own` was called. `own` is
/// called when the function that received the pointer can no longer fail.
template <class Callback>
class owned_callback {
public:
    owned_callback(const Callback& called, void* user, weft_callback release) noexcept
        : callback(called), user_(user), release_(release) {}
    ~owned_callback() {
        if (owned_ && release_) release_(user_);
    }
    owned_callback(const owned_callback&) = delete;
    owned_callback& operator=(const owned_callback&) = delete;

    void own() noexcept { owned_ = true; }
    [[nodiscard]] void* user() const noexcept { return user_; }

    const Callback callback;

private:
    void* user_;
    weft_callback release_;
    bool owned_ = false;
};

template <class Callback>
using shared_callback = std::shared_ptr<owned_callback<Callback>>;

using shared_handlers = shared_callback<weft_handlers>;

/// Shares a callback. Throws std::bad_alloc.
template <class Callback>
shared_callback<Callback> share(Callback callback, void* user, weft_callback release) {
    return std::make_shared<owned_callback<Callback>>(callback, user, release);
}

/// Returns a function that calls `what`. The pointer outlives the call, even if its owner does not.
inline function<void()> to_function(const shared_callback<weft_callback>& what) {
    return [what] {
        const auto kept = what;
        kept->callback(kept->user());
    };
}

/// Returns handlers that call those of `what`; callbacks that are not set are left empty.
[[nodiscard]] handlers to_handlers(const shared_handlers& what);

[[nodiscard]] inline connection& from_c(weft_connection* peer) noexcept {
    return *reinterpret_cast<connection*>(peer);
}
[[nodiscard]] inline const connection& from_c(const weft_connection* peer) noexcept {
    return *reinterpret_cast<const connection*>(peer);
}
[[nodiscard]] inline weft_connection* to_c(connection& peer) noexcept {
    return reinterpret_cast<weft_connection*>(&peer);
}

} // namespace weft::c
