// SPDX-License-Identifier: MIT
// Listeners kept.
#include "endpoint/doors.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

namespace weft {

result<address> doors::open(const address& where, listen_options options) {
    entrance by{std::move(options.after_accept), std::move(options.tls)};
    return keep(listener::open(loop_, where, std::move(options), through(std::move(by)),
                               otherwise()),
                [](listener& one) { one.close(); });
}

result<address> doors::adopt(int descriptor, listen_options options) {
    entrance by{std::move(options.after_accept), std::move(options.tls)};
    return keep(listener::adopt(loop_, descriptor, through(std::move(by)), otherwise()),
                [](listener& one) { one.give_back(); });
}

result<std::vector<address>> doors::adopt(std::span<const activated_descriptor> passed,
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

void doors::give_back_all_but(std::size_t first) noexcept {
    while (listeners_.size() > first) {
        listeners_.back()->give_back();
        listeners_.pop_back();
    }
}

result<address> doors::keep(result<listener*> opened, void (*undo)(listener&)) {
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

void doors::close() noexcept {
    while (!listeners_.empty()) {
        listener* last = listeners_.back();
        listeners_.pop_back();
        last->close();
    }
}

bool doors::close(const address& where) noexcept {
    const auto count = std::erase_if(listeners_, [&](listener* one) {
        const bool meant = one->where() == where;
        if (meant) one->close();
        return meant;
    });
    return count != 0;
}

result<int> doors::release(const address& where) noexcept {
    const auto found = std::ranges::find(listeners_, where, &listener::where);
    if (found == listeners_.end()) return failure(errc::bad_argument);
    listener* const one = *found;
    listeners_.erase(found);
    return one->give_back();
}

void doors::feed() noexcept {
    for (listener* one : listeners_) one->feed();
}

std::vector<address> doors::where() const {
    std::vector<address> all;
    for (const listener* one : listeners_) all.push_back(one->where());
    return all;
}

listener::accepted doors::through(entrance by) {
    return [this, by = std::move(by)](owned_descriptor client, const address& peer) mutable {
        owner_.on_enter(std::move(client), peer, by);
    };
}

/// All listeners of a process starve together: that is one episode.
listener::starved doors::otherwise() {
    return [this](std::error_code why) {
        const auto starving = std::ranges::count_if(listeners_, &listener::is_starved);
        if (starving == 1) owner_.on_starved(why);
    };
}

} // namespace weft
