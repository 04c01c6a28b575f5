// SPDX-License-Identifier: MIT
// Runs event loops as guests of Boost.Asio. Header-only, since Boost.Asio's configuration depends
// on the program.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/strand.hpp>

#include <weft/hosts/asio_strands.hpp>
#include <weft/hosts/asio_watch.hpp>

namespace weft {

/// The names and functions that differ between standalone Asio and Boost.Asio.
struct boost_asio_names {
    using execution_context = ::boost::asio::execution_context;
    using io_context = ::boost::asio::io_context;
    using any_io_executor = ::boost::asio::any_io_executor;
    using error_code = ::boost::system::error_code;
    template <class Executor>
    using strand = ::boost::asio::strand<Executor>;
    template <class Executor>
    using descriptor = ::boost::asio::posix::basic_stream_descriptor<Executor>;
    static constexpr auto wait_read = descriptor<any_io_executor>::wait_read;

    template <class Executor, class Call>
    static void post(const Executor& executor, Call&& call) {
        boost::asio::post(executor, std::forward<Call>(call));
    }

    template <class Executor>
    static execution_context& context_of(const Executor& executor) {
        return ::boost::asio::query(executor, ::boost::asio::execution::context);
    }
    template <class Service>
    static Service& service_of(execution_context& context) {
        return ::boost::asio::use_service<Service>(context);
    }
};

/// Returns the host operations of Boost.Asio, for one attachment. The context may be destroyed
/// first; then Weft gets no more turns.
template <class Executor>
[[nodiscard]] host_ops boost_asio_host(const Executor& executor) {
    return asio_watch_ops<boost_asio_names>(executor);
}
[[nodiscard]] inline host_ops boost_asio_host(boost::asio::io_context& context) {
    return boost_asio_host(context.get_executor());
}

/// Attaches an event loop to an io_context that one thread runs, or to a strand.
///
/// The context's `run` lasts while Weft has work. After a detach, the context releases Weft's last
/// wait later, possibly after the guest was destroyed; then it calls the `done` of `detach`. On a
/// strand, the event loop and everything on it belong to the strand. Functions posted to the event
/// loop from other threads count as work of the context, too.
class boost_asio_guest : public guest {
public:
    /// Throws std::system_error with Boost.Asio's error, or as `guest` does; `guest::create(loop,
    /// boost_asio_host(context))` returns the error instead.
    boost_asio_guest(event_loop& loop, boost::asio::io_context& host, budget limit = guest_budget)
        : guest(loop, boost_asio_host(host), limit) {}

    /// Attaches to an executor of an io_context, such as a strand.
    template <class Executor>
    boost_asio_guest(event_loop& loop, const Executor& executor, budget limit = guest_budget)
        : guest(loop, boost_asio_host(executor), limit) {}
};

/// Attaches several event loops to a context that many threads run: each loop on its own strand.
using boost_asio_guests = asio_strands<boost_asio_names>;

/// Runs an event loop inside an io_context that Weft creates.
class boost_asio_runner : public runner {
public:
    /// Throws as `boost_asio_guest` does.
    explicit boost_asio_runner(event_loop& loop, budget limit = guest_budget)
        : runner(loop, std::make_unique<owned_asio<boost_asio_names>>(), limit) {}

    /// Returns the io_context, for the application's own operations.
    [[nodiscard]] boost::asio::io_context& host() const noexcept {
        return static_cast<owned_asio<boost_asio_names>&>(owned()).get();
    }
};

} // namespace weft
