// SPDX-License-Identifier: MIT
// Replaces operator new and delete of the test program.
#include "support/allocations.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "support/allocated_size.hpp"

namespace weft::testing {
namespace {

struct tally {
    std::size_t count = 0;
    std::size_t bytes = 0;
    std::size_t freed = 0;
    std::size_t held = 0; // bytes, as malloc(3) rounds them up
    std::size_t most_held = 0;
    std::size_t until_failure = 0;
    bool watching = false; // one is to fail
    bool lasting = false;
    bool failed = false;
};

constinit thread_local tally all;

bool is_to_fail() noexcept {
    if (!all.watching) return false;
    if (all.until_failure != 0 && --all.until_failure == 0) return all.failed = true;
    return all.failed && all.lasting;
}

void* allocate(std::size_t size) {
    if (is_to_fail()) throw std::bad_alloc{};
    void* const memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc{};
    ++all.count;
    all.held += allocated_size(memory);
    all.most_held = std::max(all.most_held, all.held);
    all.bytes += size;
    return memory;
}

void release(void* memory) noexcept {
    if (memory == nullptr) return;
    ++all.freed;
    all.held -= allocated_size(memory);
    std::free(memory);
}

void* allocate_or_nothing(std::size_t size) noexcept {
    try {
        return allocate(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

} // namespace

allocation_counter::allocation_counter() noexcept
    : count_(all.count), bytes_(all.bytes), live_(all.count - all.freed) {}

std::size_t allocation_counter::count() const noexcept {
    return all.count - count_;
}
std::size_t allocation_counter::bytes() const noexcept {
    return all.bytes - bytes_;
}
std::size_t allocation_counter::live() const noexcept {
    return all.count - all.freed - live_;
}

live_memory::live_memory() noexcept : before_(all.held) {
    all.most_held = all.held;
}

std::size_t live_memory::now() const noexcept {
    return all.held > before_ ? all.held - before_ : 0;
}
std::size_t live_memory::peak() const noexcept {
    return all.most_held - before_;
}

failing_allocation::failing_allocation(std::size_t nth, shortage kind) noexcept {
    all.failed = false;
    all.lasting = kind == shortage::lasting;
    all.until_failure = nth;
    all.watching = true;
}

failing_allocation::~failing_allocation() {
    all.watching = false;
}

void failing_allocation::pause() noexcept {
    all.watching = false;
}
void failing_allocation::resume() noexcept {
    all.watching = true;
}

bool failing_allocation::happened() const noexcept {
    return all.failed;
}

} // namespace weft::testing

void* operator new(std::size_t size) {
    return weft::testing::allocate(size);
}
void* operator new[](std::size_t size) {
    return weft::testing::allocate(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return weft::testing::allocate_or_nothing(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return weft::testing::allocate_or_nothing(size);
}
void operator delete(void* memory) noexcept {
    weft::testing::release(memory);
}
void operator delete[](void* memory) noexcept {
    weft::testing::release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    weft::testing::release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    weft::testing::release(memory);
}
