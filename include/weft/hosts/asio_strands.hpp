// SPDX-License-Identifier: MIT
// Several event loops in one io_context of Asio's, each on a strand of its own, written once for
// standalone Asio and for Boost.Asio. Knows nothing of what lives on the loops.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <weft/hosts/asio_watch.hpp>
#include <weft/loop/event_loops.hpp>

namespace weft {

/// The stay of several event loops in an io_context, for as many threads as run it.
///
/// What is made on each loop before the context runs belongs to that loop's strand from then on;
/// when it runs no more, to whoever comes. Handlers of one loop are called one at a time, those of
/// several at the same time. The context's `run` goes on for as long as a loop has work, or has
/// been posted something. `Asio` names what differs, as for `asio_watch`.
template <class Asio>
class asio_strands {
public:
    using io_context = typename Asio::io_context;
    using executor_type = typename Asio::template strand<typename io_context::executor_type>;

    /// Throws as `guest` does; then none has come. The context and the loops outlive it.
    asio_strands(event_loops& loops, io_context& host, budget limit = guest_budget) {
        stays_.reserve(loops.size());
        for (auto& one : loops) {
            const executor_type own(host.get_executor());
            stays_.push_back({own, std::make_shared<guest>(one, asio_watch_ops<Asio>(own), limit)});
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return stays_.size(); }

    /// The strand of a loop: what the application posts there runs between that loop's handlers.
    [[nodiscard]] const executor_type& operator[](std::size_t which) const noexcept {
        return stays_[which].strand;
    }

    /// Leaves the host while it runs: each loop on its strand. `done` is called once, on one of
    /// them, when nothing of ours is left; from then on the loops may be destroyed. Throws
    /// std::bad_alloc; then `done` is not called, and those that have left stay away.
    void detach(function<void()> done = {}) {
        const auto last = std::make_shared<call_at_end>();
        for (const auto& one : stays_) {
            Asio::post(one.strand, [stay = one.stay, last] { stay->detach([last] {}); });
        }
        last->call = std::move(done);
    }

private:
    struct stay_on_strand {
        executor_type strand;
        std::shared_ptr<guest> stay;
    };

    /// Who lets go of it last calls.
    struct call_at_end {
        function<void()> call;

        ~call_at_end() {
            if (call) call();
        }
    };

    std::vector<stay_on_strand> stays_;
};

} // namespace weft
