// SPDX-License-Identifier: MIT
// Memory for an operation of another library, such as Asio, reserved in advance so that the
// operation cannot fail for lack of memory. Depends on no library.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include <weft/core/language.hpp>

namespace weft {

/// Memory for one operation at a time. If the memory is in use or too small, `take` allocates from
/// the heap instead.
class reserved_memory {
public:
    reserved_memory() = default;
    reserved_memory(const reserved_memory&) = delete;
    reserved_memory& operator=(const reserved_memory&) = delete;

    [[nodiscard]] void* take(std::size_t size) {
        if (taken_ || size > sizeof(bytes_)) return ::operator new(size);
        taken_ = true;
        return bytes_;
    }
    void give_back(void* taken) noexcept {
        if (taken != bytes_) return ::operator delete(taken);
        taken_ = false;
    }

private:
    alignas(std::max_align_t) std::byte bytes_[384];
    bool taken_ = false;
};

/// A standard allocator over `reserved_memory`. Shares ownership of the memory.
template <class T>
class reserved_allocator {
public:
    using value_type = T;

    explicit reserved_allocator(std::shared_ptr<reserved_memory> of) noexcept
        : memory_(std::move(of)) {}
    reserved_allocator(const reserved_allocator&) noexcept = default; // no move: a moved-from
    reserved_allocator& operator=(const reserved_allocator&) = default; // one must still free
    template <class Other>
    reserved_allocator(const reserved_allocator<Other>& other) noexcept : memory_(other.memory()) {}

    [[nodiscard]] T* allocate(std::size_t count) {
        return static_cast<T*>(memory_->take(count * sizeof(T)));
    }
    void deallocate(T* taken, std::size_t) noexcept { memory_->give_back(taken); }

    [[nodiscard]] const std::shared_ptr<reserved_memory>& memory() const noexcept {
        return memory_;
    }
    template <class Other>
    bool operator==(const reserved_allocator<Other>& other) const noexcept {
        return memory_ == other.memory();
    }

private:
    std::shared_ptr<reserved_memory> memory_;
};

/// A completion handler whose operation is allocated in reserved memory. Asio uses its associated
/// allocator.
template <class Call>
class in_reserved_memory {
public:
    using allocator_type = reserved_allocator<std::byte>;

    in_reserved_memory(std::shared_ptr<reserved_memory> memory, Call call)
        : allocator_(std::move(memory)), call_(std::move(call)) {}

    [[nodiscard]] allocator_type get_allocator() const noexcept { return allocator_; }

    template <class... Results>
    void operator()(Results&&... results) {
        call_(std::forward<Results>(results)...);
    }

private:
    allocator_type allocator_;
    Call call_;
};

} // namespace weft
