// SPDX-License-Identifier: MIT
// The state shared by a lookup and its caller. Everything that a resolver reports passes through
// the loop's mailbox, so no two threads use it at the same time.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/loop/resolver.hpp>
#include <weft/stream/mailbox.hpp>

namespace weft {

/// Receives a name's addresses, in turns.
class address_sink {
public:
    virtual void on_found(std::span<const address> some) noexcept = 0;

    /// Called when there are no more addresses; `why` is empty unless the resolver has failed.
    virtual void on_no_more(std::error_code why) noexcept = 0;

protected:
    ~address_sink() = default;
};

class lookup_state final : public std::enable_shared_from_this<lookup_state> {
public:
    lookup_state(std::string_view host, std::shared_ptr<weft::mailbox> box, address_sink& sink)
        : host_(host), mailbox_(std::move(box)), sink_(&sink) {}

    [[nodiscard]] const std::string& host() const noexcept { return host_; }

    /// Stops reporting to the caller, which no longer waits or is destroyed. Must be called on the
    /// loop's thread.
    void cancel() noexcept;

    // --- from any thread
    void found(std::vector<address> some);
    void finish(std::error_code why);
    void on_cancel(function<void()> stop);
    [[nodiscard]] bool cancelled() const noexcept {
        return cancelled_.load(std::memory_order_acquire);
    }

private:
    std::string host_;
    std::shared_ptr<weft::mailbox> mailbox_;
    std::atomic<bool> cancelled_ = false;

    // used on the loop's thread only
    address_sink* sink_;
    function<void()> stop_;
};

} // namespace weft
