// SPDX-License-Identifier: MIT
// What one run is like: how patient everybody is, how large messages are, how bad the network.
#include <algorithm>
#include <array>

#include "simulation/conversations/world.hpp"

namespace weft::simulation {
namespace {

using namespace std::chrono_literals;

template <class T, std::size_t Count>
T any_of(testing::dice& chance, const std::array<T, Count>& choices) {
    return choices[chance.below(Count)];
}

} // namespace

void world::draw_character() {
    patience_ = any_of(chance, std::array<duration, 3>{10ms, 200ms, 3s});
    latency_max_ = any_of(chance, std::array<duration, 4>{0ms, 1ms, 20ms, 300ms});
    piece_max_ = any_of(chance, std::array<std::size_t, 5>{1, 9, 300, 9000, SIZE_MAX});
    capacity_ = any_of(chance, std::array<std::size_t, 4>{8, 500, 20'000, 200'000});
    const auto slowest = std::min(piece_max_, capacity_);
    size_max_ = std::min<std::size_t>(any_of(chance, std::array<std::size_t, 3>{100, 3000, 80'000}),
                                      slowest * 60);
    acts_in_handlers_ = any_of(chance, std::array<std::size_t, 3>{2, 2, 5});
    hurry_ = chance.one_in(2) ? 2 : 6;
    quality_ = any_of(chance, std::array<std::uint32_t, 4>{0, 0, 400, 60});
}

testing::line world::any_line() {
    testing::line made;
    made.latency_max = chance.between(duration{}, latency_max_);
    made.capacity = chance.one_in(3) ? 64 * 1024 : capacity_;
    made.piece_max = chance.one_in(3) ? SIZE_MAX : piece_max_;
    made.short_write_one_in = any_of(chance, std::array<std::uint32_t, 4>{0, 2, 5, 20});
    made.failed_write_one_in = quality_;
    return made;
}

void world::set_network() {
    testing::network_conditions made{any_line(), any_line()};
    if (quality_ != 0) made.refused_one_in = made.unanswered_one_in = 12;
    net.conditions(made);
}

duration world::any_timeout() {
    return chance.one_in(hurry_) ? chance.between(1us, patience_) : duration{};
}

connection_options world::any_options() {
    connection_options made;
    auto& limits = made.limits;
    if (chance.one_in(4)) limits.message_size_max = size_max_ - size_max_ / 8;
    if (chance.one_in(8)) limits.fragment_count_max = 3;
    if (chance.one_in(8)) limits.frame_size_max = size_max_ - size_max_ / 8;
    auto& timeouts = made.timeouts;
    for (duration* one : {&timeouts.handshake, &timeouts.close, &timeouts.idle,
                          &timeouts.ping_interval, &timeouts.pong}) {
        *one = any_timeout();
    }
    timeouts.write_stall = any_timeout();
    for (duration* one : {&timeouts.close, &timeouts.write_stall}) {
        if (*one == duration{}) *one = patience_; // so that all comes to an end
    }
    made.queue_size_max =
        any_of(chance, std::array<std::size_t, 5>{0, 10, size_max_, 8 * size_max_, 1024 * 1024});
    made.when_full = any_of(chance,
                            std::array{queue_policy::pause, queue_policy::pause, queue_policy::drop,
                                       queue_policy::close});
    made.keep_handshake = chance.one_in(2);
    return made;
}

/// Mostly small; a text begins and ends where a character does.
stretch world::any_stretch() {
    std::size_t size = chance.below(size_max_ + 1);
    if (!chance.one_in(4)) size = std::min(size, chance.below(130));
    const bool is_text = chance.one_in(2);
    std::size_t at = chance.below(content_size - size - text_step);
    if (is_text) {
        at -= at % text_step;
        size -= size % text_step;
    }
    return {is_text, at, size};
}

} // namespace weft::simulation
