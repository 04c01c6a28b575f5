// SPDX-License-Identifier: MIT
// The names that Asio removed in Boost 1.87, for versions without them and for programs that define
// BOOST_ASIO_NO_DEPRECATED or ASIO_NO_DEPRECATED. Include common/asio.hpp instead of this file.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace websocketpp::lib::removed {

#ifdef ASIO_STANDALONE
namespace current = ::asio;
typedef ::asio::error_code error_code;
#else
namespace current = ::boost::asio;
typedef ::boost::system::error_code error_code;
#endif

/// Returns a handler that runs on `executor`, even if the program itself calls it.
template <class Executor, class Handler>
auto wrap(Executor const& executor, Handler&& handler) {
    return current::bind_executor(
        executor, [executor, handler = std::decay_t<Handler>(std::forward<Handler>(handler))](
                      auto&&... arguments) mutable {
            current::dispatch(
                executor,
                [handler, held = std::make_tuple(std::decay_t<decltype(arguments)>(
                              std::forward<decltype(arguments)>(arguments))...)]() mutable {
                    std::apply(handler, std::move(held));
                });
        });
}

/// An io_context with the members that it had when it was called io_service.
///
/// It must not get data members: see `as_io_service`.
class io_service : public current::io_context {
public:
    class work;
    class strand;

    using current::io_context::io_context;
    io_service() = default;

    template <class Handler>
    auto post(Handler&& handler) {
        return current::post(get_executor(), std::forward<Handler>(handler));
    }
    template <class Handler>
    auto dispatch(Handler&& handler) {
        return current::dispatch(get_executor(), std::forward<Handler>(handler));
    }
    template <class Handler>
    auto wrap(Handler&& handler) {
        return removed::wrap(get_executor(), std::forward<Handler>(handler));
    }

    void reset() { restart(); }

    // `ec` never reports an error: exceptions of handlers leave these functions, too.
    using current::io_context::poll;
    using current::io_context::poll_one;
    using current::io_context::run;
    using current::io_context::run_one;
    std::size_t run(error_code& ec) {
        ec = error_code();
        return run();
    }
    std::size_t run_one(error_code& ec) {
        ec = error_code();
        return run_one();
    }
    std::size_t poll(error_code& ec) {
        ec = error_code();
        return poll();
    }
    std::size_t poll_one(error_code& ec) {
        ec = error_code();
        return poll_one();
    }
};

/// Returns an io_context with the interface of `Service`, which is io_context or `io_service`.
///
/// The io_context may be one that the application has not created as an io_service. An io_service
/// has no data and no virtual functions of its own, so its functions only use the io_context.
template <class Service>
Service& as_io_service(current::io_context& context) {
    static_assert(sizeof(Service) == sizeof(current::io_context));
    static_assert(!std::is_polymorphic_v<Service>);
    return static_cast<Service&>(context);
}

/// Keeps `run` from returning while this object or a copy of it exists.
class io_service::work {
public:
    explicit work(current::io_context& context) : guard_(context.get_executor()) {}

    io_service& get_io_context() { return get_io_service(); }
    io_service& get_io_service() {
        return as_io_service<io_service>(guard_.get_executor().context());
    }

private:
    current::executor_work_guard<current::io_context::executor_type> guard_;
};

class io_service::strand : public current::io_context::strand {
public:
    typedef current::io_context::strand base;

    explicit strand(current::io_context& context) : base(context) {}

    io_service& get_io_context() const { return get_io_service(); }
    io_service& get_io_service() const { return as_io_service<io_service>(context()); }

    using base::dispatch;
    using base::post;
    template <class Handler>
    void post(Handler&& handler) const {
        base::post(std::forward<Handler>(handler), std::allocator<void>());
    }
    template <class Handler>
    void dispatch(Handler&& handler) const {
        base::dispatch(std::forward<Handler>(handler), std::allocator<void>());
    }
    template <class Handler>
    auto wrap(Handler&& handler) const {
        return removed::wrap(static_cast<base const&>(*this), std::forward<Handler>(handler));
    }
};

/// A timer with `expires_from_now`, and with the overloads that take an error code.
template <class Timer>
class timer : public Timer {
public:
    typedef typename Timer::duration duration;
    typedef typename Timer::time_point time_point;
    typedef typename Timer::clock_type clock_type;

    using Timer::Timer;

    using Timer::expires_at;
    time_point expires_at() const { return this->expiry(); }
    std::size_t expires_at(time_point time, error_code& ec) {
        ec = error_code();
        return expires_at(time);
    }

    duration expires_from_now() const { return this->expiry() - clock_type::now(); }
    std::size_t expires_from_now(duration delay) { return this->expires_after(delay); }
    std::size_t expires_from_now(duration delay, error_code& ec) {
        ec = error_code();
        return expires_from_now(delay);
    }

    using Timer::cancel;
    using Timer::cancel_one;
    std::size_t cancel(error_code& ec) {
        ec = error_code();
        return cancel();
    }
    std::size_t cancel_one(error_code& ec) {
        ec = error_code();
        return cancel_one();
    }
};

namespace ip {

inline auto parse(current::ip::address const&, std::string const& text, error_code& ec) {
    return current::ip::make_address(text, ec);
}
inline auto parse(current::ip::address_v4 const&, std::string const& text, error_code& ec) {
    return current::ip::make_address_v4(text, ec);
}
inline auto parse(current::ip::address_v6 const&, std::string const& text, error_code& ec) {
    return current::ip::make_address_v6(text, ec);
}

/// An address with `from_string`.
template <class Address>
class parsed_address : public Address {
public:
    using Address::Address;
    parsed_address() = default;
    parsed_address(Address const& from) : Address(from) {}

    static parsed_address from_string(std::string const& text, error_code& ec) {
        return parse(Address(), text, ec);
    }
    /// Throws a system_error if `text` is not an address.
    static parsed_address from_string(std::string const& text) {
        error_code ec;
        const parsed_address parsed = from_string(text, ec);
        current::detail::throw_error(ec, "from_string");
        return parsed;
    }
};

/// What a resolver looks up.
class resolver_query : public current::ip::resolver_base {
public:
    typedef current::ip::tcp protocol_type;

    explicit resolver_query(std::string service, flags how = passive | address_configured)
        : resolver_query(std::string(), std::move(service), how) {}
    resolver_query(std::string host, std::string service, flags how = address_configured)
        : host_(std::move(host)), service_(std::move(service)), flags_(how) {}
    resolver_query(protocol_type const& protocol, std::string host, std::string service,
                   flags how = address_configured)
        : host_(std::move(host)), service_(std::move(service)), flags_(how),
          v4_(protocol == protocol_type::v4()), v6_(protocol == protocol_type::v6()) {}

    std::string host_name() const { return host_; }
    std::string service_name() const { return service_; }

    /// Calls `call` with the arguments that a resolver of Asio takes instead of a query.
    template <class Call>
    auto with_arguments(Call&& call) const {
        if (v4_) return call(protocol_type::v4(), host_, service_, flags_);
        if (v6_) return call(protocol_type::v6(), host_, service_, flags_);
        return call(host_, service_, flags_);
    }

private:
    std::string host_;
    std::string service_;
    flags flags_;
    bool v4_ = false;
    bool v6_ = false;
};

/// The endpoints that a query has found: an iterator at the first of them, and a range.
class resolver_results : public current::ip::tcp::resolver::results_type::const_iterator {
public:
    typedef current::ip::tcp::resolver::results_type::const_iterator iterator;
    typedef iterator const_iterator;

    resolver_results() = default;
    explicit resolver_results(current::ip::tcp::resolver::results_type const& from)
        : iterator(from.begin()) {}

    iterator begin() const { return *this; }
    iterator end() const { return {}; }
    bool empty() const { return begin() == end(); }
};

/// A resolver that takes queries.
class tcp_resolver : public current::ip::tcp::resolver {
public:
    typedef current::ip::tcp::resolver base;
    typedef resolver_query query;
    typedef resolver_results::iterator iterator;

    using base::base;

    using base::async_resolve;
    using base::resolve;
    resolver_results resolve(query const& what) {
        error_code ec;
        resolver_results found = resolve(what, ec);
        current::detail::throw_error(ec, "resolve");
        return found;
    }
    resolver_results resolve(query const& what, error_code& ec) {
        return resolver_results(what.with_arguments(
            [&](auto const&... arguments) { return base::resolve(arguments..., ec); }));
    }
    /// Calls `handler` with an error code and an `iterator`.
    template <class Handler>
    void async_resolve(query const& what, Handler&& handler) {
        const auto executor = current::get_associated_executor(handler, get_executor());
        what.with_arguments([&](auto const&... arguments) {
            base::async_resolve(
                arguments...,
                current::bind_executor(
                    executor, [handler = std::decay_t<Handler>(std::forward<Handler>(handler))](
                                  error_code const& ec, results_type const& found) mutable {
                        handler(ec, resolver_results(found));
                    }));
        });
    }
};

class tcp : public current::ip::tcp {
public:
    typedef tcp_resolver resolver;

    tcp(current::ip::tcp const& from) : current::ip::tcp(from) {}
};

} // namespace ip

} // namespace websocketpp::lib::removed
