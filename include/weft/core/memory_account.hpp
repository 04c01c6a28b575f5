// SPDX-License-Identifier: MIT
// A memory budget: counts the bytes that connections hold on behalf of their peers, and finds the
// largest holder. Knows no connection.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <weft/core/language.hpp>

namespace weft {

/// Counts the memory of one server's connections. Its parent counts all connections of a loop.
///
/// Counting takes constant time. Belongs to one thread. All counted bytes must be returned before
/// the account is destroyed (asserted). The parent must outlive the account.
class memory_account {
public:
    /// One connection's share. Its destructor returns the bytes to the account.
    class holder {
    public:
        holder() noexcept = default;
        ~holder() { leave(); }
        holder(const holder&) = delete;
        holder& operator=(const holder&) = delete;

        [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
        [[nodiscard]] void* owner() const noexcept { return owner_; }

        /// Returns all bytes of this holder to the account.
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

    /// Sets the budget, in bytes. Unlimited by default.
    void limit(std::size_t max) noexcept { max_ = max; }
    [[nodiscard]] std::size_t limit() const noexcept { return max_; }
    [[nodiscard]] std::size_t used() const noexcept { return used_; }

    /// Returns whether this budget, or that of an ancestor, is exceeded.
    [[nodiscard]] bool exceeded() const noexcept {
        return used_ > max_ || (parent_ && parent_->exceeded());
    }

    /// Returns whether `more` bytes fit, or could fit if one holder were removed.
    ///
    /// True if, in this account and in each ancestor, the bytes fit or the largest holder has more
    /// than `more` bytes.
    [[nodiscard]] bool has_room(std::size_t more) noexcept;

    /// Sets how many bytes `which` holds. `holder::owner` then returns `owner`, the object to which
    /// the bytes belong.
    void change(holder& which, void* owner, std::size_t bytes) noexcept;

    /// Returns the largest holder, within a factor of two; null if there is none.
    ///
    /// Searches the first account whose budget is exceeded, beginning with this one and going up to
    /// its ancestors. If no budget is exceeded, searches this account. Of holders of similar size,
    /// prefers the one whose size has been unchanged for the longest time.
    [[nodiscard]] holder* largest() noexcept;

private:
    /// Holders whose sizes have the same number of bits share a list.
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
    memory_account* next_ = nullptr;     // in the parent's list of children
    memory_account* previous_ = nullptr;
    std::size_t used_ = 0;
    std::size_t max_ = std::numeric_limits<std::size_t>::max();
    std::array<list, size_classes> by_size_{};
};

} // namespace weft
