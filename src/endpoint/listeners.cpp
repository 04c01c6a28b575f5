// SPDX-License-Identifier: MIT
// Opens, adopts, releases and closes the listeners of one endpoint.
#include "endpoint/listeners.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/loop_state.hpp"
#include "stream/reserve_one.hpp"

namespace weft {

result<address> listeners::open(const address& where, listen_options options) {
    accept_settings by{std::move(options.after_accept), std::move(options.tls)};
    return keep(loop_.network().listen(loop_, where, std::move(options), through(std::move(by)),
                                       otherwise()),
                [](listener& one) { one.close(); });
}

result<address> listeners::adopt(native_socket socket, listen_options options) {
    accept_settings by{std::move(options.after_accept), std::move(options.tls)};
    return keep(loop_.network().adopt_listener(loop_, socket, through(std::move(by)), otherwise()),
                [](listener& one) { one.give_back(); });
}

result<std::vector<address>> listeners::adopt(std::span<const activated_descriptor> passed,
                                              const std::shared_ptr<secure_layer>& tls) {
    const std::size_t before = listeners_.size();
    std::vector<address> all;
    try {
        for (const auto& one : passed) {
            auto where = adopt(one.descriptor, {.tls = tls});
            if (!where) {
                give_back_all_but(before);
                return failure(where.error());
            }
            all.push_back(std::move(*where));
        }
    } catch (const std::bad_alloc&) {
        give_back_all_but(before);
        throw;
    }
    return all;
}

// --- host names

namespace {

/// Returns the options for one of several listeners. The callbacks are shared, as they cannot be
/// copied.
listen_options one_of(const std::shared_ptr<listen_options>& all) {
    listen_options one;
    one.backlog = all->backlog;
    one.reuse_address = all->reuse_address;
    one.reuse_port = all->reuse_port;
    one.ipv6_only = all->ipv6_only;
    one.tls = all->tls;
    if (all->before_bind) {
        one.before_bind = [all](native_socket descriptor) { return all->before_bind(descriptor); };
    }
    if (all->after_accept) {
        one.after_accept = [all](native_socket descriptor, const address& peer) {
            return all->after_accept(descriptor, peer);
        };
    }
    return one;
}

/// Returns whether `why` means that the address belongs to another machine, or is of a family that
/// this machine does not support; a host name may have such addresses.
bool is_elsewhere(std::error_code why) noexcept {
    return why == std::errc::address_not_available ||
        why == std::errc::address_family_not_supported;
}

} // namespace

void listeners::open_named(std::string_view host, std::uint16_t port, listen_options options,
                           function<void(result<std::vector<address>>)> done) {
    reserve_one(named_);
    named_.push_back(&pending_listen::start(
        loop_, host, port,
        [this, options = std::move(options), done = std::move(done)](
            pending_listen& which, result<std::vector<address>> found) mutable {
            std::erase(named_, &which);
            auto outcome = found ? open_all(*found, std::move(options)) : std::move(found);
            if (done) loop_.call(which, [&] { done(std::move(outcome)); });
        }));
}

/// Opens all addresses on one port. If the port that the system chose for the first address is
/// taken at another, lets the system choose again.
result<std::vector<address>> listeners::open_all(std::span<const address> all,
                                                 listen_options options) noexcept {
    const int tries = all.front().port() == 0 ? 16 : 1;
    try {
        const auto shared = std::make_shared<listen_options>(std::move(options));
        for (int left = tries;;) {
            auto where = open_each(all, shared);
            const bool clash = !where && where.error() == std::errc::address_in_use;
            if (!clash || --left == 0) return where;
        }
    } catch (const std::bad_alloc&) {
        return failure(std::make_error_code(std::errc::not_enough_memory));
    }
}

/// Opens all addresses that belong to this machine, on one port, or none.
result<std::vector<address>>
listeners::open_each(std::span<const address> all,
                     const std::shared_ptr<listen_options>& options) noexcept {
    const std::size_t before = listeners_.size();
    std::vector<address> where;
    std::error_code why;
    try {
        for (const address& one : all) {
            const auto port = where.empty() ? one.port() : where.front().port();
            auto opened = open(with_port(one, port), one_of(options));
            if (opened)
                where.push_back(std::move(*opened));
            else
                why = opened.error();
            if (why && !is_elsewhere(why)) break;
        }
    } catch (const std::bad_alloc&) {
        why = std::make_error_code(std::errc::not_enough_memory);
    }
    if (!where.empty() && (!why || is_elsewhere(why))) return where;
    while (listeners_.size() > before) {
        listeners_.back()->close();
        listeners_.pop_back();
    }
    return failure(why);
}

void listeners::give_back_all_but(std::size_t first) noexcept {
    while (listeners_.size() > first) {
        listeners_.back()->give_back();
        listeners_.pop_back();
    }
}

result<address> listeners::keep(result<listener*> opened, void (*undo)(listener&)) {
    if (!opened) return failure(opened.error());
    listener* const one = *opened;
    try {
        result<address> where = one->where();
        listeners_.push_back(one);
        return where;
    } catch (const std::bad_alloc&) {
        undo(*one);
        throw;
    }
}

void listeners::close() noexcept {
    for (pending_listen* one : std::exchange(named_, {})) one->cancel();
    while (!listeners_.empty()) {
        listener* last = listeners_.back();
        listeners_.pop_back();
        last->close();
    }
}

bool listeners::close(const address& where) noexcept {
    const auto count = std::erase_if(listeners_, [&](listener* one) {
        const bool meant = one->where() == where;
        if (meant) one->close();
        return meant;
    });
    return count != 0;
}

result<native_socket> listeners::release(const address& where) noexcept {
    const auto found = std::ranges::find(listeners_, where, &listener::where);
    if (found == listeners_.end()) return failure(errc::bad_argument);
    listener* const one = *found;
    listeners_.erase(found);
    return one->give_back();
}

void listeners::retry_accept() noexcept {
    for (listener* one : listeners_) one->retry_accept();
}

std::vector<address> listeners::where() const {
    std::vector<address> all;
    for (const listener* one : listeners_) all.push_back(one->where());
    return all;
}

listener::accepted listeners::through(accept_settings by) {
    return [this, by = std::move(by)](owned_socket client, const address& peer) mutable {
        owner_.on_accept(std::move(client), peer, by);
    };
}

/// Reports a shortage once: all listeners of a process run out of descriptors together.
listener::starved listeners::otherwise() {
    return [this](std::error_code why, bool begins) {
        owner_.on_scarcity(why);
        const auto starving = std::ranges::count_if(listeners_, &listener::is_starved);
        if (begins && starving == 1) owner_.on_starved(why);
    };
}

} // namespace weft
