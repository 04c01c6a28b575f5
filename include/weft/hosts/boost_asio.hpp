// SPDX-License-Identifier: MIT
// Boost.Asio as a host. Only headers, since what Boost.Asio is depends on the
// program's own settings.
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

/// What differs between the two Asios.
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

/// What Boost.Asio does for a guest, for one stay. The context may be destroyed first; Weft gets
/// no turns from then on.
template <class Executor>
[[nodiscard]] host_ops boost_asio_host(const Executor& executor) {
    return asio_watch_ops<boost_asio_names>(executor);
}
[[nodiscard]] inline host_ops boost_asio_host(boost::asio::io_context& context) {
    return boost_asio_host(context.get_executor());
}

/// An event loop's stay in an io_context that one thread runs, or on a strand.
///
/// `run` goes on for as long as Weft has work. The context lets go of a wait later, also after this
/// was destroyed: `done` of `detach` says when. On a strand the event loop and all on it belong to
/// the strand. What is posted to it from elsewhere counts as work, too.
class boost_asio_guest : public guest {
public:
    /// Throws std::system_error with what Boost.Asio says, or as `guest` does;
    /// `guest::create(loop, boost_asio_host(context))` returns the error instead.
    boost_asio_guest(event_loop& loop, boost::asio::io_context& host, budget limit = guest_budget)
        : guest(loop, boost_asio_host(host), limit) {}

    /// The same on an executor of an io_context's, such as a strand.
    template <class Executor>
    boost_asio_guest(event_loop& loop, const Executor& executor, budget limit = guest_budget)
        : guest(loop, boost_asio_host(executor), limit) {}
};

/// The same for several event loops and many threads: each loop on a strand.
using boost_asio_guests = asio_strands<boost_asio_names>;

/// An io_context of our own with an event loop in it.
class boost_asio_runner : public runner {
public:
    /// Throws as `boost_asio_guest` does.
    explicit boost_asio_runner(event_loop& loop, budget limit = guest_budget)
        : runner(loop, std::make_unique<owned_asio<boost_asio_names>>(), limit) {}

    /// For what is the application's own on it.
    [[nodiscard]] boost::asio::io_context& host() const noexcept {
        return static_cast<owned_asio<boost_asio_names>&>(owned()).get();
    }
};

} // namespace weft
