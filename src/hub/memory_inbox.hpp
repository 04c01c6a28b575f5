// SPDX-License-Identifier: MIT
// The publications that wait for one session of a memory broker. Filled by any thread, emptied on
// the session's.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <weft/hub/broker.hpp>
#include <weft/stream/driver.hpp>

namespace weft {

class memory_inbox : public std::enable_shared_from_this<memory_inbox> {
public:
    memory_inbox(broker_client& client, weft::driver& on) noexcept
        : client_(&client), driver_(on), mailbox_(on.mailbox()) {}

    // --- any thread

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Adds a publication; called in the order of the publications. Throws std::bad_alloc.
    void add(std::string_view topic, const shared_publication& what);

    /// Takes back the last `add`.
    void take_back() noexcept;

    /// Schedules `deliver` on the session's thread, unless it is scheduled already. Throws
    /// std::bad_alloc.
    void wake();

    // --- the session's thread

    [[nodiscard]] weft::driver& driver() const noexcept { return driver_; }

    /// Delivers up to `at_most` waiting publications to the client, in order; the rest follow in a
    /// later turn. A nested call has no effect.
    void deliver(std::size_t at_most = SIZE_MAX);
    void close() noexcept { client_ = nullptr; }
    [[nodiscard]] bool is_open() const noexcept { return client_ != nullptr; }

private:
    struct entry {
        std::string topic;
        shared_publication what;
    };

    bool take(entry& next) noexcept;

    broker_client* client_; // null: the session is closed
    weft::driver& driver_;
    std::shared_ptr<weft::mailbox> mailbox_;
    bool delivering_ = false;

    std::mutex mutex_; // of what follows
    std::deque<entry> waiting_;
    std::atomic<std::size_t> size_ = 0;
    bool woken_ = false;
};

} // namespace weft
