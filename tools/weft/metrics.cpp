// SPDX-License-Identifier: MIT
// Asks each server for its counters, on its own loop, and answers with their sum.
#include "weft/metrics.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

#include <weft/connection/endpoint_counters.hpp>
#include <weft/loop/turn_times.hpp>

#include "without_loop/web_pages.hpp"

namespace weft_tool {
namespace {

/// One request; every loop adds its part, and the last one answers.
class collection {
public:
    collection(weft::connection_handle asker, std::size_t parts)
        : asker_(std::move(asker)), missing_(parts) {}

    void add(const weft::endpoint_counters& part, const weft::turn_times& turns) {
        const std::lock_guard lock(mutex_);
        sum_ += part;
        turns_ += turns;
        if (--missing_ != 0) return;
        auto text = weft::prometheus_text(sum_) + weft::prometheus_text(turns_);
        asker_.with([text = std::move(text)](weft::connection& peer) {
            static_cast<void>(peer.respond({200,
                                            {{"Content-Type", "text/plain; version=0.0.4"},
                                             {"Cache-Control", "no-store"}},
                                            text}));
        });
    }

private:
    std::mutex mutex_;
    weft::connection_handle asker_;
    weft::endpoint_counters sum_;
    weft::turn_times turns_;
    std::size_t missing_;
};

} // namespace

weft::handlers metrics_page(weft::event_loops& loops, std::list<weft::server>& servers) {
    return {.http = [&loops, &servers](weft::connection& peer) {
        if (!is_read(peer)) return;
        peer.defer();
        const auto all = std::make_shared<collection>(peer.handle(), loops.size());
        std::size_t at = 0;
        for (auto& server : servers) {
            auto& loop = loops[at++];
            loop.post([all, &loop, &server] { all->add(server.counters(), loop.turn_times()); });
        }
    }};
}

} // namespace weft_tool
