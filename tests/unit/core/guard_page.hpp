// SPDX-License-Identifier: MIT
// A buffer that ends against an inaccessible page, so that reading or writing one byte too far is
// a crash; and the ways in which every vector is cut into pieces. Knows nothing of what is tested.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <new>
#include <random>
#include <span>
#include <string_view>
#include <vector>

namespace weft::testing {

/// The bytes of a text.
inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

/// Memory whose last byte is the last byte that may be touched. Gone memory reads as noise.
class guard_page {
public:
    explicit guard_page(std::size_t capacity) {
        const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        room_ = (capacity + page - 1) / page * page;
        auto& gone = gone_with(room_);
        begin_ = gone.empty() ? map(room_, page) : gone.back();
        if (!gone.empty()) gone.pop_back();
    }
    explicit guard_page(std::span<const std::byte> bytes) : guard_page(bytes.size()) {
        place(bytes);
    }
    guard_page(const guard_page&) = delete;
    guard_page& operator=(const guard_page&) = delete;
    ~guard_page() {
        std::ranges::fill(last(room_), std::byte{0xdd});
        gone_with(room_).push_back(begin_);
    }

    /// The last `size` bytes before the inaccessible page.
    std::span<std::byte> last(std::size_t size) { return {begin_ + room_ - size, size}; }

    /// Copies `bytes` to the end and shows them there.
    std::span<std::byte> place(std::span<const std::byte> bytes) {
        const auto there = last(bytes.size());
        std::ranges::copy(bytes, there.begin());
        return there;
    }

private:
    static std::byte* map(std::size_t room, std::size_t page) {
        void* const memory = ::mmap(nullptr, room + page, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc{};
        auto* const begin = static_cast<std::byte*>(memory);
        ::mprotect(begin + room, page, PROT_NONE);
        return begin;
    }

    /// Mapping costs more than all that the tests do in between.
    static std::vector<std::byte*>& gone_with(std::size_t room) {
        static std::map<std::size_t, std::vector<std::byte*>> by_room;
        return by_room[room];
    }

    std::byte* begin_ = nullptr;
    std::size_t room_ = 0;
};

/// The sizes of the pieces: whole, byte by byte, cut once at each byte when short, and at random.
inline std::vector<std::vector<std::size_t>> splittings(std::size_t size, unsigned seed = 1) {
    std::vector<std::vector<std::size_t>> all{{size}, std::vector<std::size_t>(size, 1)};
    for (std::size_t first = 1; first < size && size <= 64; ++first) {
        all.push_back({first, size - first});
    }
    std::mt19937 random{seed};
    for (int times = 0; times < 8; ++times) {
        std::vector<std::size_t> sizes;
        for (std::size_t left = size; left > 0; left -= sizes.back()) {
            sizes.push_back(std::min<std::size_t>(left, random() % 40));
        }
        all.push_back(sizes);
    }
    return all;
}

/// Calls `take(std::span<std::byte>)` with each piece, which ends against an inaccessible page.
template <class Take>
void feed_pieces(std::span<const std::byte> bytes, const std::vector<std::size_t>& sizes,
                 Take&& take) {
    guard_page memory{bytes.size()};
    for (const auto size : sizes) {
        take(memory.place(bytes.first(size)));
        bytes = bytes.subspan(size);
    }
}

} // namespace weft::testing
