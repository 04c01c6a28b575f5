// SPDX-License-Identifier: MIT
// A weak reference to a raw connection, which may be kept and used on any thread.
#pragma once

#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <weft/core/function.hpp>
#include <weft/stream/handle_state.hpp>

namespace weft {

class raw_connection;

/// Refers to a raw connection without keeping it alive; copyable, and safe on any thread.
///
/// The functions act like those of `connection_handle`. `close`, `abort` and `with` return false
/// when the loop no longer exists. On an empty handle they return false too, and `send` returns
/// `closed`.
class raw_handle {
public:
    raw_handle() = default;

    send_result send(std::string bytes) const;
    send_result send(std::vector<std::byte> bytes) const;

    /// Returns the size of the waiting output, in bytes; see `connection_handle::queued_bytes`.
    [[nodiscard]] std::size_t queued_bytes() const noexcept {
        return state_ ? state_->waiting() : 0;
    }

    /// Ends the connection after all output has been sent; before it is open, this acts like
    /// `abort`.
    bool close() const;

    /// Ends the connection at once.
    bool abort() const;

    /// Calls `work` with the connection on the loop's thread. Posting has no limit.
    bool with(function<void(raw_connection&)> work) const;

    friend bool operator==(const raw_handle&, const raw_handle&) = default;
    friend std::strong_ordering operator<=>(const raw_handle& one,
                                            const raw_handle& other) noexcept {
        return std::compare_three_way()(one.state_.get(), other.state_.get());
    }

private:
    friend class raw_connection;
    friend struct std::hash<raw_handle>;

    explicit raw_handle(std::shared_ptr<handle_state> state) noexcept : state_(std::move(state)) {}

    template <class Bytes>
    send_result send_or_post(Bytes&& bytes) const;

    std::shared_ptr<handle_state> state_;
};

} // namespace weft

template <>
struct std::hash<weft::raw_handle> {
    std::size_t operator()(const weft::raw_handle& of) const noexcept {
        return std::hash<const void*>()(of.state_.get());
    }
};
