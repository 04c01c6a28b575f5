// SPDX-License-Identifier: MIT
// Creates raw connections.
#include "endpoint/raw_set.hpp"

#include <utility>

namespace weft {

raw_set::raw_set(weft::driver& owner, raw_route shared)
    : registry(owner), shared_(std::move(shared)) {}

raw_connection& raw_set::add(raw_route& by, std::unique_ptr<raw_connection::details> own) {
    return add_made([&] { return new raw_connection(*this, by, std::move(own)); });
}

raw_connection& raw_set::serve(std::unique_ptr<stream>&& connected,
                               std::span<const std::byte> already_read) {
    raw_connection& served = add(shared_, nullptr);
    try {
        served.receive_early(already_read);
    } catch (const std::bad_alloc&) {
        served.dismiss();
        throw;
    }
    served.attach(std::move(connected));
    return served;
}

raw_connection& raw_set::begin_connect(raw_handlers&& what, const raw_options& options,
                                       connect_options&& with) {
    auto own = std::make_unique<raw_connection::details>();
    own->own_route = std::make_unique<raw_route>(raw_route{std::move(what), options});
    raw_route& by = *own->own_route;
    own->pending = std::make_unique<pending_connection>(
        std::move(with), driver().now(), pending_connection::deadlines::all_phases);
    return add(by, std::move(own));
}

raw_connection& raw_set::add_file() {
    raw_connection& added = add(shared_, nullptr);
    added.lingers_ = false;
    return added;
}

raw_connection* raw_set::only() const noexcept {
    return members().empty() || members().back().ended_ ? nullptr : &members().back();
}

void raw_set::remove(raw_connection& gone) noexcept {
    take_out(gone);
    if (on_removed_) on_removed_(gone);
}

void raw_set::on_interrupt() {
    interrupt(shared_.handlers.interrupt);
    walk([&](raw_connection& one) {
        if (one.route_ != &shared_) interrupt(one.route_->handlers.interrupt);
    });
}

} // namespace weft
