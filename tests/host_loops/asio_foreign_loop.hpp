// SPDX-License-Identifier: MIT
// An io_context as an application has it, for both Asios. Includes neither.
#pragma once

#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "host_loops/foreign_loop.hpp"

namespace weft::testing {

/// `Asio` names what differs, as for `asio_watch`, and `steady_timer`.
template <class Asio>
class asio_foreign_loop final : public foreign_loop {
public:
    ~asio_foreign_loop() override {
        unwatch();
        for (context_.restart(); context_.poll() != 0; context_.restart()) {}
    }

    host_ops ops() override { return asio_watch_ops<Asio>(context_.get_executor()); }

    void turn(duration at_most) override {
        context_.restart();
        context_.get_executor().on_work_started(); // without any it would not wait
        if (context_.poll_one() == 0) context_.run_one_for(at_most); // no time is no turn
        for (int i = 0; i < 4; ++i) context_.poll_one(); // what was cancelled has handlers, too
        context_.get_executor().on_work_finished();
    }

    void call_after(duration delay, function<void()> rings) override {
        auto alarm = std::make_unique<typename Asio::steady_timer>(context_, delay);
        auto& timer = *alarm;
        timer.async_wait(
            [alarm = std::move(alarm), rings = std::move(rings)](const auto&) mutable { rings(); });
    }

    void run() override {
        context_.restart();
        context_.run();
    }
    void quit() override { context_.stop(); }
    [[nodiscard]] bool ends_by_itself() const override { return true; }

    void watch(int descriptor, function<void()> readable) override {
        watch_ = std::make_shared<watcher>(
            watcher{descriptor_type(context_, descriptor), std::move(readable)});
        wait(watch_);
    }

    void unwatch() override {
        if (const auto last = std::exchange(watch_, nullptr)) last->descriptor.release();
    }

    void on_idle(function<bool()> work) override {
        Asio::post(context_.get_executor(), [this, work = std::move(work)]() mutable {
            if (work()) on_idle(std::move(work));
        });
    }

    std::optional<std::size_t> things() override { return std::nullopt; }

    void forked() override { context_.notify_fork(Asio::io_context::fork_child); }

private:
    using descriptor_type =
        typename Asio::template descriptor<typename Asio::io_context::executor_type>;

    struct watcher {
        descriptor_type descriptor;
        function<void()> call;
    };

    static void wait(const std::shared_ptr<watcher>& which) {
        which->descriptor.async_wait(Asio::wait_read,
                                     [weak = std::weak_ptr(which)](const auto& cancelled) {
                                         const auto here = weak.lock();
                                         if (cancelled || !here) return;
                                         here->call();
                                         if (here->descriptor.is_open()) wait(here);
                                     });
    }

    typename Asio::io_context context_{1};
    std::shared_ptr<watcher> watch_;
};

} // namespace weft::testing
