// SPDX-License-Identifier: MIT
// A completion handler of Asio's that waits for its operation to end: what is associated with it
// (executor, work, cancellation) is honoured here. Knows no connection.
#pragma once

#include <memory>
#include <tuple>
#include <utility>

#include <weft/core/function.hpp>

namespace weft {

/// Holds a handler of `void(Results...)`, or none.
///
/// It is called on its own executor, `fallback` where it has none; at once if that is where the
/// caller is, unless it is posted. Destroyed without a call, it is as if its context had ended.
template <class Asio, class... Results>
class pending_completion {
public:
    pending_completion() = default;

    /// `cancel` is called when the handler's cancellation slot says so.
    template <class Handler, class Cancel>
    pending_completion(Handler handler, const typename Asio::any_io_executor& fallback,
                       Cancel cancel) {
        auto slot = Asio::cancellation_slot(handler);
        if (slot.is_connected()) slot.assign([cancel](auto) mutable { cancel(); });
        auto executor = Asio::associated_executor(handler, fallback);
        complete_ = [handler = std::move(handler), executor, work = Asio::work_guard(executor),
                     slot](bool posted, std::tuple<Results...>&& results) mutable {
            if (slot.is_connected()) slot.clear();
            auto call = [handler = std::move(handler), results = std::move(results)]() mutable {
                std::apply(handler, std::move(results));
            };
            posted ? Asio::post(executor, std::move(call))
                   : Asio::dispatch(executor, std::move(call));
        };
    }

    explicit operator bool() const noexcept { return static_cast<bool>(complete_); }

    void dispatch(Results... results) { complete(false, std::move(results)...); }

    /// For operations that end while they begin.
    void post(Results... results) { complete(true, std::move(results)...); }

private:
    void complete(bool posted, Results... results) {
        auto last = std::exchange(complete_, nullptr);
        last(posted, std::tuple<Results...>(std::move(results)...));
    }

    function<void(bool, std::tuple<Results...>&&)> complete_;
};

} // namespace weft
