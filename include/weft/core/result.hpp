// SPDX-License-Identifier: MIT
// A value or a std::error_code, with the interface of C++23's std::expected. Weft uses this type
// at every language level, so that a user's language level never changes the ABI.
#pragma once

#include <cassert>
#include <concepts>
#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#include <weft/core/language.hpp>

namespace weft {

/// Wraps an error that is converted to a `result`; the counterpart of `std::unexpected`.
struct failure {
    std::error_code code;

    explicit failure(std::error_code why) noexcept : code(why) {}
    template <class Enum>
        requires std::is_error_code_enum_v<Enum>
    explicit failure(Enum why) noexcept : code(make_error_code(why)) {}
};

/// A `T`, or the error that prevented it.
///
/// Reading the value of a result that contains an error is a programming error and asserts.
template <class T>
class [[nodiscard]] result {
public:
    using value_type = T;

    template <class U = T>
        requires(std::constructible_from<T, U> && !std::same_as<std::remove_cvref_t<U>, result> &&
                 !std::same_as<std::remove_cvref_t<U>, failure>)
    result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}
    result(failure why) noexcept : state_(std::in_place_index<1>, why.code) {}

    [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] T& value() & noexcept { return *operator->(); }
    [[nodiscard]] const T& value() const& noexcept { return *operator->(); }
    [[nodiscard]] T&& value() && noexcept { return std::move(*operator->()); }
    T& operator*() & noexcept { return *operator->(); }
    const T& operator*() const& noexcept { return *operator->(); }
    T&& operator*() && noexcept { return std::move(*operator->()); }
    T* operator->() noexcept {
        assert(has_value());
        return std::get_if<0>(&state_);
    }
    const T* operator->() const noexcept {
        assert(has_value());
        return std::get_if<0>(&state_);
    }

    template <class U>
    [[nodiscard]] T value_or(U&& other) const& {
        return has_value() ? **this : static_cast<T>(std::forward<U>(other));
    }

    /// Returns the error; empty if there is a value.
    [[nodiscard]] std::error_code error() const noexcept {
        const auto* code = std::get_if<1>(&state_);
        return code ? *code : std::error_code{};
    }

private:
    std::variant<T, std::error_code> state_;
};

/// Success, or an error. May be ignored, unless the function itself is `[[nodiscard]]`.
template <>
class result<void> {
public:
    using value_type = void;

    result() noexcept = default;
    result(failure why) noexcept : code_(why.code) {}

    [[nodiscard]] bool has_value() const noexcept { return !code_; }
    explicit operator bool() const noexcept { return has_value(); }
    [[nodiscard]] std::error_code error() const noexcept { return code_; }

private:
    std::error_code code_;
};

} // namespace weft
