// SPDX-License-Identifier: MIT
// The public handle to a channel, shared with the loop's resolver function.
#include <weft/cares/cares_resolver.hpp>

#include <system_error>
#include <utility>

#include "cares/cares_channel.hpp"
#include "loop/loop_state.hpp"

namespace weft {

cares_resolver::cares_resolver(event_loop& loop, const cares_options& options)
    : loop_(loop.state()), channel_(std::make_shared<cares_channel>(*loop_)) {
    if (const auto why = channel_->open(options)) throw std::system_error(why, "c-ares");
    loop.resolver([channel = channel_](lookup asked) { channel->resolve(std::move(asked)); });
}

result<cares_resolver> cares_resolver::create(event_loop& loop, const cares_options& options) {
    try {
        return cares_resolver(loop, options);
    } catch (const std::system_error& refused) {
        return failure(refused.code());
    }
}

cares_resolver::~cares_resolver() {
    if (!channel_) return;
    loop_->require_owner("~cares_resolver");
    channel_->close();
}

cares_resolver& cares_resolver::operator=(cares_resolver&& other) noexcept {
    std::swap(loop_, other.loop_);
    std::swap(channel_, other.channel_);
    return *this;
}

std::string cares_resolver::version() {
    return ares_version(nullptr);
}

} // namespace weft
