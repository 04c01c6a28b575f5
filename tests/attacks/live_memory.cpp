// SPDX-License-Identifier: MIT
// Replaces operator new and delete of the test program, which has one thread.
#include "attacks/live_memory.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace weft::testing {
namespace {

constinit std::size_t live = 0;
constinit std::size_t most = 0;

void* allocate(std::size_t size) {
    void* const memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc{};
    live += ::malloc_usable_size(memory);
    most = std::max(most, live);
    return memory;
}

void release(void* memory) noexcept {
    if (memory == nullptr) return;
    live -= ::malloc_usable_size(memory);
    std::free(memory);
}

} // namespace

live_memory::live_memory() noexcept : before_(live) {
    most = live;
}

std::size_t live_memory::peak() const noexcept {
    return most - before_;
}

std::size_t live_memory::now() const noexcept {
    return live > before_ ? live - before_ : 0;
}

} // namespace weft::testing

void* operator new(std::size_t size) {
    return weft::testing::allocate(size);
}
void* operator new[](std::size_t size) {
    return weft::testing::allocate(size);
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
