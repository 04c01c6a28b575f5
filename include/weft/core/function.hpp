// SPDX-License-Identifier: MIT
// A move-only std::function for handlers, and a copyable one for options. Weft uses these types at
// every language level, so that a user's language level never changes the ABI. They do not include
// <functional>, which is slow to compile.
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>

#include <weft/core/language.hpp>

namespace weft {

template <class Signature>
class copyable_function;

template <class Signature>
class function;

/// Owns a callable, which need not be copyable; empty by default.
///
/// A callable of at most three pointers in size is stored inside, without an allocation, if its
/// move constructor is noexcept. Calling an empty function is a programming error and asserts.
template <class Result, class... Args>
class function<Result(Args...)> {
public:
    function() noexcept = default;
    function(std::nullptr_t) noexcept {}

    template <class Callable>
    requires(!std::is_base_of_v<function, std::remove_cvref_t<Callable>> &&
             std::is_invocable_r_v<Result, std::decay_t<Callable>&, Args...>)
        function(Callable&& callable) {
        using stored = std::decay_t<Callable>;
        using given = std::remove_cvref_t<Callable>; // not decayed: a function is never null
        if constexpr (std::is_pointer_v<given> || std::is_member_pointer_v<given>) {
            if (callable == nullptr) return;
        }
        if constexpr (fits_inside<stored>) {
            ::new (static_cast<void*>(&storage_)) stored(std::forward<Callable>(callable));
            operations_ = &inside<stored>;
        } else {
            ::new (static_cast<void*>(&storage_))
                stored*(new stored(std::forward<Callable>(callable)));
            operations_ = &outside<stored>;
        }
    }

    function(function&& other) noexcept { take(other); }
    function& operator=(function&& other) noexcept {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    function& operator=(std::nullptr_t) noexcept {
        reset();
        return *this;
    }
    function(const function&) = delete;
    function& operator=(const function&) = delete;
    ~function() { reset(); }

    explicit operator bool() const noexcept { return operations_ != nullptr; }

    Result operator()(Args... args) {
        assert(operations_);
        return operations_->call(&storage_, std::forward<Args>(args)...);
    }

private:
    struct operations {
        Result (*call)(void*, Args&&...);
        void (*move)(void* to, void* from) noexcept;
        void (*destroy)(void*) noexcept;
    };

    friend class copyable_function<Result(Args...)>;

    static constexpr std::size_t room = 3 * sizeof(void*);

    template <class Stored>
    static constexpr bool fits_inside = sizeof(Stored) <= room &&
        alignof(Stored) <= alignof(void*) && std::is_nothrow_move_constructible_v<Stored>;

    template <class Stored>
    static Result invoke(Stored& callable, Args&&... args) {
        if constexpr (std::is_void_v<Result>) {
            static_cast<void>(invoke_as_is(callable, std::forward<Args>(args)...));
        } else {
            return invoke_as_is(callable, std::forward<Args>(args)...);
        }
    }

    template <class Stored>
    static decltype(auto) invoke_as_is(Stored& callable, Args&&... args) {
        if constexpr (std::is_member_pointer_v<Stored>) {
            return std::apply(callable, std::forward_as_tuple(std::forward<Args>(args)...));
        } else {
            return callable(std::forward<Args>(args)...);
        }
    }

    template <class Stored>
    static constexpr operations inside{
        [](void* at, Args&&... args) -> Result {
            return invoke(*static_cast<Stored*>(at), std::forward<Args>(args)...);
        },
        [](void* to, void* from) noexcept {
            auto* old = static_cast<Stored*>(from);
            ::new (to) Stored(std::move(*old));
            old->~Stored();
        },
        [](void* at) noexcept { static_cast<Stored*>(at)->~Stored(); },
    };

    template <class Stored>
    static constexpr operations outside{
        [](void* at, Args&&... args) -> Result {
            return invoke(**static_cast<Stored**>(at), std::forward<Args>(args)...);
        },
        [](void* to, void* from) noexcept { ::new (to) Stored*(*static_cast<Stored**>(from)); },
        [](void* at) noexcept { delete *static_cast<Stored**>(at); },
    };

    void take(function& other) noexcept {
        if (!other.operations_) return;
        other.operations_->move(&storage_, &other.storage_);
        operations_ = std::exchange(other.operations_, nullptr);
    }

    void reset() noexcept {
        if (operations_) std::exchange(operations_, nullptr)->destroy(&storage_);
    }

    alignas(void*) std::byte storage_[room];
    const operations* operations_ = nullptr;
};

/// Owns a callable, like std::function; copying it copies the callable. Empty by default.
///
/// Calling an empty function is a programming error and asserts.
template <class Result, class... Args>
class copyable_function<Result(Args...)> {
public:
    copyable_function() noexcept = default;
    copyable_function(std::nullptr_t) noexcept {}

    template <class Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, copyable_function> &&
             std::is_copy_constructible_v<std::decay_t<Callable>> &&
             std::is_invocable_r_v<Result, std::decay_t<Callable>&, Args...>)
        copyable_function(Callable&& callable) {
        if constexpr (std::is_assignable_v<std::remove_cvref_t<Callable>&, std::nullptr_t>) {
            if (!static_cast<bool>(callable)) return; // a pointer or another kind of function
        }
        using stored = std::decay_t<Callable>;
        held_ = std::make_unique<holder_of<stored>>(std::forward<Callable>(callable));
    }

    copyable_function(copyable_function&&) noexcept = default;
    copyable_function& operator=(copyable_function&&) noexcept = default;
    copyable_function(const copyable_function& other)
        : held_(other.held_ ? other.held_->copy() : nullptr) {}
    copyable_function& operator=(const copyable_function& other) {
        return *this = copyable_function(other);
    }
    ~copyable_function() = default;

    explicit operator bool() const noexcept { return held_ != nullptr; }

    Result operator()(Args... args) const {
        assert(held_);
        return held_->call(std::forward<Args>(args)...);
    }

private:
    struct holder {
        virtual ~holder() = default;
        virtual Result call(Args&&... args) = 0;
        [[nodiscard]] virtual std::unique_ptr<holder> copy() const = 0;
    };

    template <class Stored>
    struct holder_of final : holder {
        template <class Callable>
        explicit holder_of(Callable&& given) : callable(std::forward<Callable>(given)) {}

        Result call(Args&&... args) override {
            return function<Result(Args...)>::invoke(callable, std::forward<Args>(args)...);
        }
        [[nodiscard]] std::unique_ptr<holder> copy() const override {
            return std::make_unique<holder_of>(callable);
        }

        Stored callable;
    };

    std::unique_ptr<holder> held_;
};

/// A function that is a member of a struct of handlers.
///
/// `Name` exists for error messages: a callable that does not accept the handler's arguments does
/// not compile, and the compiler's message contains, for instance,
/// `weft::handlers::message_handler` for the member `handlers::message`.
template <class Name, class Signature>
class handler;

template <class Name, class Result, class... Args>
class handler<Name, Result(Args...)> : public function<Result(Args...)> {
    using function_type = function<Result(Args...)>;

public:
    handler() noexcept = default;
    handler(std::nullptr_t) noexcept {}
    handler(function_type&& other) noexcept : function_type(std::move(other)) {}

    template <class Callable>
        requires(!std::is_base_of_v<function_type, std::remove_cvref_t<Callable>>)
    handler(Callable&& callable) {
        constexpr bool callable_so =
            std::is_invocable_r_v<Result, std::decay_t<Callable>&, Args...>;
        static_assert(callable_so, "this handler is called with other arguments: the signature and "
                                   "the name that it needs stand in the type weft::handler<...>");
        if constexpr (callable_so) {
            function_type::operator=(function_type(std::forward<Callable>(callable)));
        }
    }
};

} // namespace weft
