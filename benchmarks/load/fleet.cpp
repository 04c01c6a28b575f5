// SPDX-License-Identifier: MIT
//
// All connections of one run and the loop that drives them.

#include "fleet.hpp"

#include "client_frames.hpp"
#include "opening.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>

namespace weft::load {
namespace {

using clock = conversation::clock;

// Large reads keep the generator cheaper than any server that it measures.
constexpr std::size_t scratch_size = 512 * 1024;

int milliseconds_until(clock::time_point end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock::now());
    return static_cast<int>(std::max<std::chrono::milliseconds::rep>(0, left.count()));
}

std::string content_of(const std::string& file) {
    std::ifstream in{file, std::ios::binary};
    std::string content{std::istreambuf_iterator<char>{in}, {}};
    if (content.empty()) throw std::runtime_error{file + " cannot be read, or is empty"};
    return content;
}

}  // namespace

fleet::fleet(const options& wanted)
    : wanted_{wanted},
      payload_{wanted.deflated.empty() ? random_payload(wanted.size) : content_of(wanted.deflated)},
      batch_{client_frames(payload_, wanted.depth, !wanted.deflated.empty())},
      request_{upgrade_request(wanted.path, wanted.port, !wanted.deflated.empty())},
      scratch_(scratch_size),
      set_{::epoll_create1(EPOLL_CLOEXEC)} {
    if (set_.number() < 0) throw std::system_error{errno, std::generic_category(), "epoll_create1"};
    if (wanted.counts == measure_of::openings) return;
    while (busy_.size() < wanted.connections) {
        busy_.push_back(std::make_unique<conversation>(open_connection(), batch_, wanted.depth,
                                                       make_counter()));
        watch(*busy_.back());
    }
}

void fleet::start() {
    for (const auto& talk : busy_)
        talk->send_batch();
}

std::uint64_t fleet::run_for(std::chrono::duration<double> time, latency_histogram& into) {
    const auto end = clock::now() + std::chrono::duration_cast<clock::duration>(time);
    std::array<epoll_event, 1024> events;
    std::uint64_t messages = 0;
    while (clock::now() < end) {
        const int count =
            ::epoll_wait(set_.number(), events.data(), int{events.size()}, milliseconds_until(end));
        for (int i = 0; i < count; ++i) {
            auto* talk = static_cast<conversation*>(events[static_cast<std::size_t>(i)].data.ptr);
            messages += talk->handle_ready(scratch_, into);
        }
    }
    if (messages == 0) throw std::runtime_error{"nothing came back"};
    return messages;
}

void fleet::open_idle() {
    idle_.reserve(wanted_.idle);
    while (idle_.size() < wanted_.idle)
        idle_.push_back(open_connection());
}

std::uint64_t fleet::open_for(std::chrono::duration<double> time) {
    const auto end = clock::now() + std::chrono::duration_cast<clock::duration>(time);
    std::uint64_t count = 0;
    for (; clock::now() < end; ++count)
        open_connection();
    return count;
}

std::unique_ptr<wire> fleet::open_connection() {
    auto over = open_wire(wanted_, opened_++);
    const bool raw = wanted_.speaks == protocol::raw;
    exchange_opening(*over, request_, raw ? std::string_view{request_} : expected_accept);
    return over;
}

std::unique_ptr<reply_counter> fleet::make_counter() const {
    if (wanted_.speaks == protocol::raw) {
        return std::make_unique<raw_reply_counter>(client_frame_size(wanted_.size));
    }
    return std::make_unique<frame_reply_counter>(payload_, !wanted_.deflated.empty());
}

// One registration for the connection's life; edges cost no epoll_ctl later.
void fleet::watch(conversation& talk) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = &talk;
    if (::epoll_ctl(set_.number(), EPOLL_CTL_ADD, talk.number(), &event) < 0) {
        throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
    }
}

}  // namespace weft::load
