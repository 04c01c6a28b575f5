// SPDX-License-Identifier: MIT
// Owns a value of any type: like std::any, but for types that can be moved and not copied.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <weft/core/language.hpp>

namespace weft {

/// Holds one value of any movable type, or nothing. Movable, not copyable.
class any_value {
public:
    any_value() noexcept = default;
    any_value(any_value&&) noexcept = default;
    any_value& operator=(any_value&&) noexcept = default;

    template <class Value>
        requires(!std::same_as<std::remove_cvref_t<Value>, any_value> &&
                 std::constructible_from<std::decay_t<Value>, Value>)
    any_value(Value&& value) { emplace<std::decay_t<Value>>(std::forward<Value>(value)); }

    /// Replaces the held value by a `Value` constructed from `arguments`. If that throws, nothing
    /// changes.
    template <class Value, class... Arguments>
    Value& emplace(Arguments&&... arguments) {
        auto made = std::make_unique<holder<Value>>(std::forward<Arguments>(arguments)...);
        Value& value = made->value;
        auto old = std::exchange(held_, std::move(made)); // its destructor may read this object
        return value;
    }

    void reset() noexcept { auto old = std::exchange(held_, nullptr); }
    [[nodiscard]] bool has_value() const noexcept { return held_ != nullptr; }

    /// Returns the held value if its type is `Value`, otherwise null.
    template <class Value>
    [[nodiscard]] Value* get_if() noexcept {
        if (!held_ || held_->type != &type_of<Value>) return nullptr;
        return &static_cast<holder<Value>&>(*held_).value;
    }
    template <class Value>
    [[nodiscard]] const Value* get_if() const noexcept {
        return const_cast<any_value*>(this)->get_if<Value>();
    }

private:
    /// The address of this variable identifies the type, so that RTTI is not needed.
    template <class Value>
    static constexpr char type_of = 0;

    struct any_holder {
        explicit any_holder(const char* of) noexcept : type(of) {}
        virtual ~any_holder() = default;
        const char* type;
    };

    template <class Value>
    struct holder final : any_holder {
        template <class... Arguments>
        explicit holder(Arguments&&... arguments)
            : any_holder(&type_of<Value>), value(std::forward<Arguments>(arguments)...) {}
        Value value;
    };

    std::unique_ptr<any_holder> held_;
};

} // namespace weft
