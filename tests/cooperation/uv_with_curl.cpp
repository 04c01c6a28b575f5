// SPDX-License-Identifier: MIT
// libcurl on libuv.
#include <unordered_map>

#include "curl_place.hpp"
#include "uv_place.hpp"

namespace weft::testing {
namespace {

class uv_with_curl final : public uv_place<curl_place> {
public:
    uv_with_curl() {
        uv_timer_init(&loop_, &timer_);
        timer_.data = this;
    }

    ~uv_with_curl() override {
        EXPECT_TRUE(watches_.empty());
        uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
        uv_run(&loop_, UV_RUN_DEFAULT);
    }

    void watch(int descriptor, bool read, bool write) override {
        auto& poll = watches_[descriptor];
        if (!read && !write) {
            uv_close(reinterpret_cast<uv_handle_t*>(poll),
                     [](uv_handle_t* closed) { delete reinterpret_cast<uv_poll_t*>(closed); });
            watches_.erase(descriptor);
            return;
        }
        if (!poll) {
            poll = new uv_poll_t;
            uv_poll_init(&loop_, poll, descriptor);
            poll->data = this;
        }
        const int events = (read ? UV_READABLE : 0) | (write ? UV_WRITABLE : 0);
        uv_poll_start(poll, events, [](uv_poll_t* which, int, int what) {
            int number = -1;
            uv_fileno(reinterpret_cast<uv_handle_t*>(which), &number);
            static_cast<uv_with_curl*>(which->data)
                ->ready(number, (what & UV_READABLE) != 0, (what & UV_WRITABLE) != 0);
        });
    }

    void ring_after(long milliseconds) override {
        uv_timer_stop(&timer_);
        if (milliseconds < 0) return;
        const auto rang = [](uv_timer_t* which) {
            static_cast<uv_with_curl*>(which->data)->rings();
        };
        uv_timer_start(&timer_, rang, static_cast<std::uint64_t>(milliseconds), 0);
    }

private:
    std::unordered_map<int, uv_poll_t*> watches_;
    uv_timer_t timer_{};
};

const place_registration<curl_place> uv("uv", [] { return std::make_unique<uv_with_curl>(); });

} // namespace
} // namespace weft::testing
