// SPDX-License-Identifier: MIT
// A memory budget: bytes that peers make connections hold, counted as they grow and shrink, and who
// holds most of them. Knows no connection.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <weft/core/language.hpp>

namespace weft {

/// Counts what the connections of a server hold, and in its parent those of all on a loop.
///
/// Constant time each. Belongs to one thread. What is counted must have been returned when it dies
/// (asserted), and its parent outlives it.
class memory_account {
public:
    /// One connection's part. It leaves the account when it dies.
    class holder {
    public:
        holder() noexcept = default;
        ~holder() { leave(); }
        holder(const holder&) = delete;
        holder& operator=(const holder&) = delete;

        [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
        [[nodiscard]] void* owner() const noexcept { return owner_; }

        /// It holds nothing any more, as far as the account is concerned.
        void leave() noexcept;

    private:
        friend class memory_account;

        memory_account* account_ = nullptr;
        void* owner_ = nullptr;
        std::size_t bytes_ = 0;
        holder* previous_ = nullptr;
        holder* next_ = nullptr;
    };

    explicit memory_account(memory_account* parent = nullptr) noexcept;
    ~memory_account();
    memory_account(const memory_account&) = delete;
    memory_account& operator=(const memory_account&) = delete;

    void limit(std::size_t max) noexcept { max_ = max; }
    [[nodiscard]] std::size_t limit() const noexcept { return max_; }
    [[nodiscard]] std::size_t used() const noexcept { return used_; }

    /// Whether this budget, or one above, is exceeded.
    [[nodiscard]] bool exceeded() const noexcept {
        return used_ > max_ || (parent_ && parent_->exceeded());
    }

    /// Whether `more` bytes fit, here and above, or a holder of more than that could make room.
    [[nodiscard]] bool has_room(std::size_t more) noexcept;

    /// From now on `which`, a part of `owner`, holds so many bytes.
    void change(holder& which, void* owner, std::size_t bytes) noexcept;

    /// Who holds most, within a factor of two, and of those whose size changed first; in the budget
    /// that is exceeded, or in this one. Null if nobody holds anything.
    [[nodiscard]] holder* largest() noexcept;

private:
    /// Sizes with as many bits share a list.
    static constexpr std::size_t size_classes = std::numeric_limits<std::size_t>::digits + 1;

    struct list {
        holder* first = nullptr;
        holder* last = nullptr;
    };

    void add(std::size_t more, std::size_t less) noexcept;
    void link(holder& which) noexcept;
    void unlink(holder& which) noexcept;
    [[nodiscard]] holder* own_largest() const noexcept;
    [[nodiscard]] holder* largest_of_all() noexcept;

    memory_account* parent_;
    memory_account* children_ = nullptr;
    memory_account* next_ = nullptr;     // of the parent's children
    memory_account* previous_ = nullptr;
    std::size_t used_ = 0;
    std::size_t max_ = std::numeric_limits<std::size_t>::max();
    std::array<list, size_classes> by_size_{};
};

} // namespace weft
