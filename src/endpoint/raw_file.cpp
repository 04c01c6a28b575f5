// SPDX-License-Identifier: MIT
// Forwards the functions of raw_file to a set of one raw connection, whose stream is the file's.
#include <weft/endpoint/raw_file.hpp>

#include <utility>

#include <weft/core/error.hpp>

#include "endpoint/raw_set.hpp"
#include "loop/loop_state.hpp"

namespace weft {

result<raw_file> raw_file::adopt(event_loop& loop, int descriptor, raw_handlers what,
                                 const raw_options& options) {
    return open(loop, descriptor, closed_by::raw_file, std::move(what), options);
}

result<raw_file> raw_file::borrow(event_loop& loop, int descriptor, raw_handlers what,
                                  const raw_options& options) {
    return open(loop, descriptor, closed_by::caller, std::move(what), options);
}

result<raw_file> raw_file::open(event_loop& loop, int descriptor, closed_by who,
                                raw_handlers&& what, const raw_options& options) {
    const auto state = loop.state();
    state->require_owner("raw_file::open");
    if (const auto why = state->check_alive()) return failure(why);
    raw_file made(state, new raw_set(*state, raw_route{std::move(what), options}));
    raw_connection& connection = made.set_->add_file();
    auto opened = state->network().open_file(
        *state, descriptor,
        who == closed_by::raw_file ? file_owner::stream : file_owner::application);
    if (!opened) return failure(opened.error());
    connection.attach(std::move(*opened));
    return made;
}

raw_file::~raw_file() {
    if (set_) set_->dismiss();
}

raw_file::raw_file(raw_file&& other) noexcept
    : loop_(std::move(other.loop_)), set_(std::exchange(other.set_, nullptr)) {}

raw_file& raw_file::operator=(raw_file&& other) noexcept {
    std::swap(loop_, other.loop_);
    std::swap(set_, other.set_);
    return *this;
}

raw_connection* raw_file::connection() const noexcept {
    return set_ ? set_->only() : nullptr;
}

send_result raw_file::send(std::span<const std::byte> bytes) {
    raw_connection* const one = connection();
    return one ? one->send(bytes) : send_result::closed;
}

void raw_file::finish() noexcept {
    if (raw_connection* const one = connection()) one->finish();
}

void raw_file::close() noexcept {
    if (raw_connection* const one = connection()) one->close();
}

void raw_file::pause() noexcept {
    if (raw_connection* const one = connection()) one->pause();
}

void raw_file::resume() noexcept {
    if (raw_connection* const one = connection()) one->resume();
}

} // namespace weft
