// SPDX-License-Identifier: MIT
// Looks up all addresses of a host name.
#include "endpoint/pending_listen.hpp"

#include <new>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/loop/resolve_error.hpp>

#include "loop/known_names.hpp"
#include "loop/loop_state.hpp"

namespace weft {
namespace {

std::error_code no_memory() noexcept {
    return std::make_error_code(std::errc::not_enough_memory);
}

} // namespace

pending_listen& pending_listen::start(loop_state& loop, std::string_view host, std::uint16_t port,
                                      looked_up then) {
    auto* const made = new pending_listen(loop, host, port, std::move(then));
    loop.work_started();
    loop.defer(*made);
    return *made;
}

void pending_listen::cancel() noexcept {
    if (std::exchange(ended_, true)) return;
    query_.cancel();
    loop_.cancel(*this);
    loop_.work_finished();
    loop_.retire(this);
}

void pending_listen::run() noexcept {
    try {
        auto known = known_addresses(host_, port_);
        if (known.empty()) {
            auto asked = query_.ask(loop_, host_, port_, *this, *this);
            if (ended_) return; // cancelled from inside the resolver
            if (!asked) return finish(failure(asked.error()));
            if (asked->empty()) return; // the resolver will answer later
            known = std::move(*asked);
        }
        finish(std::move(known));
    } catch (const std::bad_alloc&) {
        if (!ended_) finish(failure(no_memory()));
    }
}

void pending_listen::on_found(std::span<const address> some) noexcept {
    try {
        const auto more = usable(some, port_);
        found_.insert(found_.end(), more.begin(), more.end());
    } catch (const std::bad_alloc&) {
        finish(failure(no_memory()));
    }
}

void pending_listen::on_no_more(std::error_code why) noexcept {
    if (!found_.empty()) return finish(std::move(found_));
    finish(failure(why ? why : resolve_error::no_address));
}

void pending_listen::finish(result<std::vector<address>> outcome) noexcept {
    auto then = std::move(then_);
    cancel();
    then(*this, std::move(outcome));
}

} // namespace weft
