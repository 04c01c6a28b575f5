// SPDX-License-Identifier: MIT
// An operation of a conversation that completes by calling an Asio handler. Respects the
// handler's associated executor and cancellation slot, and counts as work of that executor.
#pragma once

#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

#include <weft/asio/executor_driver.hpp>
#include <weft/connection/conversation.hpp>
#include <weft/core/error.hpp>
#include <weft/stream/task_context.hpp>

namespace weft {

/// A conversation and its driver. Operations keep both while they wait.
template <class Asio>
struct executor_conversation_parts {
    explicit executor_conversation_parts(std::shared_ptr<executor_driver<Asio>> on,
                                         weft::conversation opened = {}) noexcept
        : driver(std::move(on)), peer(std::move(opened)) {}

    std::shared_ptr<executor_driver<Asio>> driver; // drops its executor when the context ends
    weft::conversation peer;

    /// Returns Asio's error code for the error of an operation on `peer`.
    [[nodiscard]] typename Asio::error_code translate(std::error_code why) const {
        if (why == errc::not_open && peer.outcome().clean()) return Asio::eof();
        if (why == errc::aborted || why == std::errc::operation_canceled) {
            return Asio::operation_aborted();
        }
        return why;
    }

    /// Ends the connection because memory for calling a completion handler could not be allocated.
    void fail(std::exception_ptr thrown) noexcept {
        if (peer.connection()) return peer.fail(std::move(thrown));
        driver->handler_threw(std::move(thrown));
    }
};

/// An operation that owns itself until its handler is called with the elements of `Results`, a
/// tuple. `Translate` converts a completed operation to `Results`.
///
/// The handler is called on its associated executor, or on the driver's executor if it has none. It
/// is never called inside `start` or a cancellation; otherwise it is called at once if the caller
/// runs on that executor. If the context ends first, the handler is destroyed without a call,
/// unless it is associated with another context.
template <class Asio, class Operation, class Results, class Translate, class Handler>
class executor_operation final : private task_context, private driver_observer {
    using parts = executor_conversation_parts<Asio>;
    using executor = decltype(Asio::associated_executor(
        std::declval<const Handler&>(),
        std::declval<const typename Asio::any_io_executor&>()));
    using work_guard = decltype(Asio::work_guard(std::declval<const executor&>()));

public:
    /// Begins the operation that `begin` returns. Everything that waiting needs is allocated before
    /// `begin` is called, so that a message is not sent if there is no memory.
    template <class Begin>
    static void start(std::shared_ptr<parts> of, Translate translate, Handler handler,
                      Begin begin) {
        std::unique_ptr<executor_operation> made(new executor_operation(
            std::move(of), std::move(translate), std::move(handler)));
        made->operation_.emplace(begin());
        if constexpr (requires { made->operation_->borrow(); }) made->operation_->borrow();
        if (made->operation_->await_ready() || !made->operation_->start_waiting(&*made, nullptr)) {
            made->finish(made->results(), true);
        } else {
            static_cast<void>(made.release());
        }
    }

    ~executor_operation() { detach(); }

private:
    executor_operation(std::shared_ptr<parts>&& of, Translate&& translate, Handler&& handler)
        : task_context(*of->driver), of_(std::move(of)), translate_(std::move(translate)),
          executor_(Asio::associated_executor(handler, of_->driver->executor())),
          work_(Asio::work_guard(executor_)), handler_(std::move(handler)) {
        if (auto slot = Asio::cancellation_slot(*handler_); slot.is_connected()) {
            slot.assign([this](auto) { stop(); });
        }
        driver_.enroll(*this); // last: if this constructor throws, nothing leaves
    }

    void ended() noexcept override {
        over_ = true;
        try {
            finish(results(), stopping());
        } catch (...) {
            of_->fail(std::current_exception());
        }
    }

    void destroy() noexcept override { delete this; }

    void on_interrupt() override {}

    void on_driver_closed() noexcept override {
        try {
            finish(error_results(Asio::operation_aborted()), true);
        } catch (...) {
            detach(); // destroys the handler without a call
        }
        delete this;
    }

    /// If a received message cannot be stored, the operation fails and the connection ends.
    [[nodiscard]] Results results() {
        try {
            return translate_(of_, *operation_);
        } catch (const std::bad_alloc&) {
            of_->fail(std::current_exception());
            return error_results(std::make_error_code(std::errc::not_enough_memory));
        }
    }

    [[nodiscard]] static Results error_results(typename Asio::error_code why) {
        Results made;
        std::get<0>(made) = why;
        return made;
    }

    void finish(Results results, bool posted) {
        auto call = [handler = detach(), results = std::move(results)]() mutable {
            std::apply(*handler, std::move(results));
        };
        if (posted) return Asio::post(executor_, std::move(call));
        Asio::dispatch(executor_, std::move(call));
    }

    /// Releases the handler, for the caller to call or destroy.
    std::optional<Handler> detach() {
        if (!handler_) return {};
        driver_.leave(*this);
        if (auto slot = Asio::cancellation_slot(*handler_); slot.is_connected()) slot.clear();
        return std::exchange(handler_, std::nullopt);
    }

    std::shared_ptr<parts> of_;
    Translate translate_;
    executor executor_;
    work_guard work_;
    std::optional<Handler> handler_;
    std::optional<Operation> operation_;
};

} // namespace weft
