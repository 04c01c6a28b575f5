// SPDX-License-Identifier: MIT
// Runs event loops as guests of standalone Asio. Header-only, since Asio's configuration depends on
// the program.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/execution/context.hpp>
#include <asio/execution_context.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/query.hpp>
#include <asio/strand.hpp>

#include <weft/hosts/asio_strands.hpp>
#include <weft/hosts/asio_watch.hpp>

namespace weft {

/// The names and functions that differ between standalone Asio and Boost.Asio.
struct asio_names {
    using execution_context = ::asio::execution_context;
    using io_context = ::asio::io_context;
    using any_io_executor = ::asio::any_io_executor;
    using error_code = std::error_code;
    template <class Executor>
    using strand = ::asio::strand<Executor>;
    template <class Executor>
    using descriptor = ::asio::posix::basic_stream_descriptor<Executor>;
    static constexpr auto wait_read = descriptor<any_io_executor>::wait_read;

    template <class Executor, class Call>
    static void post(const Executor& executor, Call&& call) {
        asio::post(executor, std::forward<Call>(call));
    }

    template <class Executor>
    static execution_context& context_of(const Executor& executor) {
        return ::asio::query(executor, ::asio::execution::context);
    }
    template <class Service>
    static Service& service_of(execution_context& context) {
        return ::asio::use_service<Service>(context);
    }
};

/// Returns the host operations of Asio, for one attachment. The context may be destroyed first;
/// then Weft gets no more turns.
template <class Executor>
[[nodiscard]] host_ops asio_host(const Executor& executor) {
    return asio_watch_ops<asio_names>(executor);
}
[[nodiscard]] inline host_ops asio_host(asio::io_context& context) {
    return asio_host(context.get_executor());
}

/// Attaches an event loop to an io_context that one thread runs, or to a strand.
///
/// The context's `run` lasts while Weft has work. After a detach, the context releases Weft's last
/// wait later, possibly after the guest was destroyed; then it calls the `done` of `detach`. On a
/// strand, the event loop and everything on it belong to the strand. Functions posted to the event
/// loop from other threads count as work of the context, too.
class asio_guest : public guest {
public:
    /// Throws std::system_error with Asio's error, or as `guest` does; `guest::create(loop,
    /// asio_host(context))` returns the error instead.
    asio_guest(event_loop& loop, asio::io_context& host, budget limit = guest_budget)
        : guest(loop, asio_host(host), limit) {}

    /// Attaches to an executor of an io_context, such as a strand.
    template <class Executor>
    asio_guest(event_loop& loop, const Executor& executor, budget limit = guest_budget)
        : guest(loop, asio_host(executor), limit) {}
};

/// Attaches several event loops to a context that many threads run: each loop on its own strand.
using asio_guests = asio_strands<asio_names>;

/// Runs an event loop inside an io_context that Weft creates.
class asio_runner : public runner {
public:
    /// Throws as `asio_guest` does.
    explicit asio_runner(event_loop& loop, budget limit = guest_budget)
        : runner(loop, std::make_unique<owned_asio<asio_names>>(), limit) {}

    /// Returns the io_context, for the application's own operations.
    [[nodiscard]] asio::io_context& host() const noexcept {
        return static_cast<owned_asio<asio_names>&>(owned()).get();
    }
};

} // namespace weft
