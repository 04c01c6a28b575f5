// SPDX-License-Identifier: MIT
// Reading back what is registered from proc(5), and registering it again.
#include "faults/new_edges.hpp"

#include <poll.h>
#include <sys/epoll.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace weft::testing {
namespace {

/// The descriptors of the sets, which cannot be listed and changed at the same time.
std::vector<int> epoll_sets() {
    std::vector<int> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(entry.path(), gone);
        if (target == "anon_inode:[eventpoll]") found.push_back(std::stoi(entry.path().filename()));
    }
    return found;
}

bool is_ready(int descriptor, std::uint32_t events) {
    pollfd one{descriptor, static_cast<short>(events & (EPOLLIN | EPOLLOUT | EPOLLRDHUP)), 0};
    return ::poll(&one, 1, 0) > 0;
}

bool register_again(int set) {
    bool any = false;
    std::ifstream lines("/proc/self/fdinfo/" + std::to_string(set));
    for (std::string line; std::getline(lines, line);) {
        int descriptor = 0;
        unsigned events = 0;
        unsigned long long data = 0;
        if (std::sscanf(line.c_str(), "tfd: %d events: %x data: %llx", &descriptor, &events,
                        &data) != 3) {
            continue;
        }
        epoll_event event{};
        event.events = events;
        event.data.u64 = data;
        if (!event.data.ptr || !is_ready(descriptor, event.events)) continue;
        any |= ::epoll_ctl(set, EPOLL_CTL_MOD, descriptor, &event) == 0;
    }
    return any;
}

} // namespace

bool make_new_edges() {
    bool any = false;
    for (const int set : epoll_sets())
        any |= register_again(set);
    return any;
}

} // namespace weft::testing
