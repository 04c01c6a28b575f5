// SPDX-License-Identifier: MIT
// The handle to a set of connections.
#include <weft/connection/service.hpp>

#include <utility>

#include <weft/core/error.hpp>

#include "connection/connection_details.hpp"
#include "connection/connection_set.hpp"

namespace weft {

service::service(weft::driver& owner) : set_(new connection_set(owner)) {}

service::~service() {
    if (set_) set_->dismiss();
}

service::service(service&& other) noexcept : set_(std::exchange(other.set_, nullptr)) {}

service& service::operator=(service&& other) noexcept {
    std::swap(set_, other.set_);
    return *this;
}

void service::route(std::string_view path, handlers what, const route_options& options) {
    set_->add_route(path, std::move(what), options);
}

void service::on_fail(function<void(const report&)> handler) {
    set_->unrouted().handlers.fail = std::move(handler);
}

void service::on_interrupt(function<void()> handler) {
    set_->unrouted().handlers.interrupt = std::move(handler);
}

void service::handshake_options(const session_limits& limits, const session_timeouts& timeouts) {
    set_->unrouted().session.limits = limits;
    set_->unrouted().session.timeouts = timeouts;
}

connection& service::serve(std::unique_ptr<stream>&& client,
                           std::span<const std::byte> already_read) {
    connection& served = set_->add_served();
    served.receive_early(already_read);
    attach(served, std::move(client));
    return served;
}

result<connection*> service::accept(std::unique_ptr<stream>&& client, http_request request,
                                    std::span<const std::byte> already_read) {
    driver().require_owner("service::accept");
    if (set_->shutting_down()) return failure(errc::shut_down);
    connection& served = set_->add_served();
    if (const auto taken = served.receive_request(std::move(request)); !taken) {
        served.dismiss();
        return failure(taken.error());
    }
    served.receive_early(already_read);
    attach(served, std::move(client));
    return &served;
}

connection& service::dial(std::unique_ptr<stream>&& server, const uri& target, handlers what,
                          dial_options options, std::span<const std::byte> already_read) {
    connection& dialled = begin_dial(target, std::move(what), std::move(options));
    dialled.receive_early(already_read);
    attach(dialled, std::move(server));
    return dialled;
}

connection& service::begin_dial(const uri& target, handlers what, dial_options options) {
    return set_->add_dialled(target, std::move(what), std::move(options));
}

const dial_options& service::options_of(const connection& dialled) noexcept {
    return dialled.extras()->dialled_with;
}

void service::dialling(connection& dialled, phase at, function<void()> cancel) noexcept {
    dialled.dialling(at, std::move(cancel));
}

void service::dialling_queued(connection& dialled, phase at, function<void()> cancel) noexcept {
    dialled.dialling_queued(at, std::move(cancel));
}

void service::attach(connection& dialled, std::unique_ptr<stream> connected) noexcept {
    dialled.attach(std::move(connected));
}

void service::note_target(connection& dialled, std::string_view target,
                          const address& tried) noexcept {
    dialled.note_target(target, tried);
}

void service::fail_dialling(connection& dialled, phase at, std::error_code why,
                            int http_status) noexcept {
    dialled.fail_dialling(at, why, http_status);
}

void service::shutdown(duration within, function<void()> done) {
    driver().require_owner("service::shutdown");
    set_->shut_down(later(driver().now(), within), std::move(done));
}

void service::stop() noexcept {
    driver().require_owner("service::stop");
    set_->stop(errc::aborted);
}

std::size_t service::connection_count() const noexcept {
    return set_->size();
}

std::size_t service::handshake_count() const noexcept {
    return set_->unopened();
}

void service::memory_max(std::size_t bytes) noexcept {
    set_->memory().limit(bytes);
    set_->keep_budget();
}

std::size_t service::memory_used() const noexcept {
    return set_->memory().used();
}

bool service::has_memory(std::size_t more) const noexcept {
    return set_->memory().has_room(more);
}

void service::on_gone(function<void(const connection&)> hear) {
    set_->on_gone(std::move(hear));
}

void service::on_opened(function<void(const connection&)> hear) {
    set_->on_opened(std::move(hear));
}

void service::on_redial(function<void(connection&)> dial) {
    set_->on_redial(std::move(dial));
}

void service::take_forwarded_for(std::vector<address_prefix> trusted,
                                 function<void(connection&, const address&)> hear) {
    set_->take_forwarded_for(std::move(trusted), std::move(hear));
}

void service::refuse(connection& served, std::error_code why) noexcept {
    served.end_for_shutdown(why);
}

void service::drop(connection& served, std::error_code why) noexcept {
    served.end_at_once(why);
}

bool service::may_drop(const connection& served) noexcept {
    const bool awaits = served.deferred_ && served.state() == session_state::connecting;
    return served.depth_ == 0 && !awaits;
}

void service::for_each(function<void(connection&)> visit) {
    set_->for_each(visit);
}

driver& service::driver() const noexcept {
    return set_->driver();
}

} // namespace weft
