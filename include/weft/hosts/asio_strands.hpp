// SPDX-License-Identifier: MIT
// Attaches several event loops to one Asio io_context, each on its own strand. Shared by standalone
// Asio and Boost.Asio. Knows nothing of what is on the loops.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <weft/hosts/asio_watch.hpp>
#include <weft/loop/event_loops.hpp>

namespace weft {

/// Attaches several event loops to an io_context that any number of threads run.
///
/// Objects that are created on a loop before the context runs belong to that loop's strand while
/// the context runs. When the context does not run, one thread at a time may use them. Handlers of
/// one loop are called one at a time, handlers of different loops concurrently. The context's `run`
/// lasts while a loop has work or posted functions to call. `Asio` supplies what differs between
/// the two libraries, as for `asio_watch`.
template <class Asio>
class asio_strands {
public:
    using io_context = typename Asio::io_context;
    using executor_type = typename Asio::template strand<typename io_context::executor_type>;

    /// Attaches the loops; `limit` is the budget of each turn. Throws as `guest` does; then no loop
    /// is attached. The context and the loops must outlive this object.
    asio_strands(event_loops& loops, io_context& host, budget limit = guest_budget) {
        attachments_.reserve(loops.size());
        for (auto& one : loops) {
            const executor_type own(host.get_executor());
            auto attached = std::make_shared<guest>(one, asio_watch_ops<Asio>(own), limit);
            attachments_.push_back({own, std::move(attached)});
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return attachments_.size(); }

    /// Returns the strand of a loop: handlers posted there do not run concurrently with that
    /// loop's.
    [[nodiscard]] const executor_type& operator[](std::size_t which) const noexcept {
        return attachments_[which].strand;
    }

    /// Detaches all loops, each on its strand, while the context runs. `done` is called once, on
    /// one of the strands, when the context no longer holds any resource of Weft; then the loops
    /// may be destroyed. If this throws std::bad_alloc, `done` is not called, and only some loops
    /// are detached.
    void detach(function<void()> done = {}) {
        const auto last = std::make_shared<call_at_end>();
        for (const auto& one : attachments_) {
            Asio::post(one.strand, [held = one.attachment, last] { held->detach([last] {}); });
        }
        last->call = std::move(done);
    }

private:
    struct loop_on_strand {
        executor_type strand;
        std::shared_ptr<guest> attachment;
    };

    /// Calls `call` when its last owner releases it.
    struct call_at_end {
        function<void()> call;

        ~call_at_end() {
            if (call) call();
        }
    };

    std::vector<loop_on_strand> attachments_;
};

} // namespace weft
