// SPDX-License-Identifier: MIT
// A completion handler of an Asio operation that is pending. Respects the handler's associated
// executor and cancellation slot, and counts as work of that executor. Knows no connection.
#pragma once

#include <memory>
#include <tuple>
#include <utility>

#include <weft/core/function.hpp>

namespace weft {

/// Holds a handler of `void(Results...)`, or none.
///
/// The handler is called on its associated executor, or on `fallback` if it has none. `dispatch`
/// calls it at once if the caller is on that executor; `post` never does. If this object is
/// destroyed first, the handler is destroyed without a call.
template <class Asio, class... Results>
class pending_completion {
public:
    pending_completion() = default;

    /// Stores `handler`. `cancel` is called when the handler's cancellation slot is signalled.
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

    /// Completes an operation inside its initiating function.
    void post(Results... results) { complete(true, std::move(results)...); }

private:
    void complete(bool posted, Results... results) {
        auto last = std::exchange(complete_, nullptr);
        last(posted, std::tuple<Results...>(std::move(results)...));
    }

    function<void(bool, std::tuple<Results...>&&)> complete_;
};

} // namespace weft
