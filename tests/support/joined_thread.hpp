// SPDX-License-Identifier: MIT
// A thread that its destructor joins. The standard's own, std::jthread, is missing in libc++ 19.
#pragma once

#include <thread>
#include <utility>

namespace weft::testing {

class joined_thread {
public:
    template <class Call>
    explicit joined_thread(Call&& call) : thread_(std::forward<Call>(call)) {}
    joined_thread(joined_thread&&) noexcept = default;
    ~joined_thread() {
        if (thread_.joinable()) thread_.join();
    }

    void join() { thread_.join(); }

private:
    std::thread thread_;
};

} // namespace weft::testing
