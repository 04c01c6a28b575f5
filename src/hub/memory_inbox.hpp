// SPDX-License-Identifier: MIT
// The queue of publications for one session of a memory broker. Any thread adds publications; the
// session's thread delivers them.
#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include <weft/hub/broker.hpp>
#include <weft/stream/driver.hpp>

namespace weft {

class memory_inbox : public std::enable_shared_from_this<memory_inbox> {
public:
    struct entry {
        std::string topic;
        shared_publication what;
    };
    using entries = std::list<entry>;

    memory_inbox(broker_client& client, weft::driver& on) noexcept
        : client_(&client), driver_(on), mailbox_(on.mailbox()) {}

    // --- any thread

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Adds publications; called in the order of the publications.
    void add(entries& added) noexcept;

    /// Returns a function to `wake` with. Throws std::bad_alloc.
    [[nodiscard]] std::list<function<void()>> make_wake_up();

    /// Schedules `deliver` on the session's thread, unless it is scheduled already.
    void wake(std::list<function<void()>>& wake_up) noexcept;

    // --- the session's thread

    [[nodiscard]] weft::driver& driver() const noexcept { return driver_; }

    /// Delivers up to `at_most` waiting publications to the client, in order; the rest follow in a
    /// later turn. A nested call has no effect.
    void deliver(std::size_t at_most = SIZE_MAX) noexcept;
    void close() noexcept { client_ = nullptr; }
    [[nodiscard]] bool is_open() const noexcept { return client_ != nullptr; }

private:
    void take(entries& next) noexcept;
    bool schedule_delivery() noexcept;

    broker_client* client_; // null: the session is closed
    weft::driver& driver_;
    std::shared_ptr<weft::mailbox> mailbox_;
    bool delivering_ = false;

    std::mutex mutex_; // of what follows
    entries waiting_;
    std::atomic<std::size_t> size_ = 0;
    bool woken_ = false;
};

} // namespace weft
