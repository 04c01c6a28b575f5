// SPDX-License-Identifier: MIT
// An sd-event source for the loop's descriptor. Knows nothing else of either loop.
#include <weft/hosts/sd_event.hpp>

#include <sys/epoll.h>
#include <systemd/sd-event.h>

#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>

namespace weft {
namespace {

std::error_code as_error(int status) noexcept {
    return {-status, std::system_category()};
}

class sd_event_watch : public std::enable_shared_from_this<sd_event_watch> {
public:
    explicit sd_event_watch(sd_event* host) noexcept : host_(host) {}

    result<void> start(int descriptor, function<void()> turn) {
        turn_ = std::move(turn);
        const int status = sd_event_add_io(host_, &source_, descriptor, EPOLLIN, readable, this);
        if (status < 0) return failure(as_error(status));
        sd_event_source_set_description(source_, "weft");
        return {};
    }

    /// Disables the source, not only unreferences it: sd-event may hold a reference, too.
    void stop() noexcept { sd_event_source_disable_unref(std::exchange(source_, nullptr)); }

private:
    static int readable(sd_event_source*, int, std::uint32_t, void* which) noexcept {
        const auto here = static_cast<sd_event_watch*>(which)->shared_from_this();
        here->turn_();
        return 0; // a negative value would disable the source
    }

    sd_event* host_;
    sd_event_source* source_ = nullptr;
    function<void()> turn_;
};

} // namespace

host_ops sd_event_host(sd_event* host) {
    return ops_of(std::make_shared<sd_event_watch>(host));
}

// --- a host that Weft creates

namespace {

class owned_sd_event final : public owned_host {
public:
    owned_sd_event() {
        if (const int status = sd_event_new(&event_); status < 0) {
            throw std::system_error(as_error(status), "weft::sd_event_runner");
        }
    }
    ~owned_sd_event() override { sd_event_unref(event_); }

    [[nodiscard]] sd_event* get() const noexcept { return event_; }
    host_ops ops() override { return sd_event_host(event_); }

    /// Runs the loop step by step, since sd_event_loop cannot be run again after sd_event_exit.
    void run() override {
        has_quit_ = false;
        while (!has_quit_ && sd_event_run(event_, UINT64_MAX) >= 0) {}
    }
    void quit() noexcept override { has_quit_ = true; }

private:
    sd_event* event_ = nullptr;
    bool has_quit_ = false;
};

} // namespace

sd_event_runner::sd_event_runner(event_loop& loop, budget limit)
    : runner(loop, std::make_unique<owned_sd_event>(), limit) {}

sd_event* sd_event_runner::host() const noexcept {
    return static_cast<owned_sd_event&>(owned()).get();
}

} // namespace weft
