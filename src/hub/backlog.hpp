// SPDX-License-Identifier: MIT
// The messages that wait for one slow subscription: bounded by bytes, the oldest dropped first;
// optionally only the newest for each key. Knows no connection.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <weft/core/prepared_message.hpp>
#include <weft/hub/publication.hpp>

namespace weft {

/// A publication as subscribers receive it: formatted and encoded once, and shared by all of them.
struct outgoing {
    std::shared_ptr<const publication> what;
    prepared_message message;
    bool withheld = false; // `hub_options::format` threw: nobody receives it

    [[nodiscard]] std::string_view key() const noexcept { return what->key; }
    [[nodiscard]] std::size_t size() const noexcept { return message.size() + what->key.size(); }
};

using shared_outgoing = std::shared_ptr<const outgoing>;

class hub_backlog {
public:
    /// What `push` had to give up.
    struct given_up {
        std::size_t dropped = 0;
        std::size_t conflated = 0;
    };

    /// Adds `what`; drops the oldest ones beyond `limit` bytes, but never the newest. May throw
    /// std::bad_alloc; then nothing was added.
    given_up push(shared_outgoing what, bool conflate, std::size_t limit);

    [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Returns the oldest one; the backlog must not be empty.
    [[nodiscard]] const shared_outgoing& front() const noexcept { return waiting_.front(); }
    void pop() noexcept { remove(waiting_.begin()); }

private:
    using list = std::list<shared_outgoing>;

    std::size_t index(list::iterator newest);
    void remove(list::iterator which) noexcept;

    list waiting_; // oldest first
    std::unordered_map<std::string_view, list::iterator> by_key_; // only with conflation
    std::size_t size_ = 0;
};

} // namespace weft
