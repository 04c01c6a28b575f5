// SPDX-License-Identifier: MIT
// Watches the loop's descriptor with an Asio descriptor object. Shared by standalone Asio and
// Boost.Asio. Knows nothing else of either loop, and includes neither library.
#pragma once

#include <atomic>
#include <concepts>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include <weft/loop/runner.hpp>
#include <weft/stream/reserved_memory.hpp>

namespace weft {

/// A watch, as an element of the intrusive list of its execution context.
class asio_watch_link {
public:
    asio_watch_link() = default;
    asio_watch_link(const asio_watch_link&) = delete;
    asio_watch_link& operator=(const asio_watch_link&) = delete;

    /// Releases everything that belongs to the context; called while the context is destroyed.
    virtual void context_ends() noexcept = 0;

protected:
    ~asio_watch_link() = default;

private:
    template <class>
    friend class asio_end;

    asio_watch_link* next_ = nullptr;
    asio_watch_link* previous_ = nullptr;
};

/// Notifies the watches of an execution context that is destroyed before they have ended. It is an
/// Asio service, because the `shutdown` of a service is called while everything of the context
/// still exists.
template <class Asio>
class asio_end final : public Asio::execution_context::service {
public:
    static inline typename Asio::execution_context::id id;

    explicit asio_end(typename Asio::execution_context& context)
        : Asio::execution_context::service(context) {}

    void add(asio_watch_link& one) noexcept {
        const std::lock_guard locked(lock_); // each watch may be on its own strand
        one.next_ = std::exchange(first_, &one);
        if (one.next_) one.next_->previous_ = &one;
    }

    void remove(asio_watch_link& one) noexcept {
        const std::lock_guard locked(lock_);
        (one.previous_ ? one.previous_->next_ : first_) = one.next_;
        if (one.next_) one.next_->previous_ = one.previous_;
    }

private:
    void shutdown() noexcept override {
        while (asio_watch_link* const one = first_) {
            remove(*one);
            one->context_ends();
        }
    }

    std::mutex lock_;
    asio_watch_link* first_ = nullptr;
};

/// Watches the descriptor of one event loop.
///
/// `Asio` supplies what differs between the libraries: `execution_context`, `io_context`,
/// `any_io_executor`, `strand` and `descriptor` of an executor, `error_code`, `post`, `context_of`
/// an executor, and `service_of` a context.
///
/// A pending wait counts as work of the context. While Weft has no work, the watch calls
/// `on_work_finished` for the wait, so that `run` can end although the wait still detects posted
/// functions. This is done only in a handler, because a context whose work count drops to zero
/// stops.
template <class Asio, class Executor>
class asio_watch final : public std::enable_shared_from_this<asio_watch<Asio, Executor>>,
                         private asio_watch_link {
public:
    /// True if the executor is a strand: several threads may run it, but its handlers do not nest.
    static constexpr bool on_strand =
        !std::same_as<Executor, typename Asio::io_context::executor_type>;

    explicit asio_watch(const Executor& executor)
        : executor_(executor), descriptor_(below(executor)) {}

    result<void> start(int descriptor, function<void()> turn) {
        auto& context = Asio::context_of(below(*executor_));
        auto& end = Asio::template service_of<asio_end<Asio>>(context);
        typename Asio::error_code why;
        descriptor_->assign(descriptor, why);
        if (why) return failure(std::error_code(why));
        end.add(*this);
        end_ = &end;
        turn_ = std::move(turn);
        watching_ = true;
        wait();
        let_run_end();
        return {};
    }

    /// Stops watching. The descriptor may be closed when this returns; the handler of the last wait
    /// runs later.
    void stop(function<void()> done) {
        if (!executor_) return done();
        count();
        watching_ = false;
        end_->remove(*this);
        descriptor_->release();
        post_or_call(std::move(done));
        expected_turn_came(expected_.exchange(false));
        descriptor_.reset(); // the context may end before this
        executor_.reset();
    }

    void work(bool any) {
        any_work_ = any;
        any ? count() : let_run_end();
    }

    /// Counts as work of the context until the next turn, which calls the posted functions. May be
    /// called on any thread.
    void expect_turn() noexcept {
        if constexpr (can_count) {
            if (executor_ && !expected_.exchange(true)) executor_->on_work_started();
        }
    }

private:
    /// Returns the executor below a strand. A wait on the strand itself would count as work twice.
    static auto below(const Executor& executor) {
        if constexpr (requires { executor.get_inner_executor(); }) {
            return executor.get_inner_executor();
        } else {
            return executor;
        }
    }
    using lower_executor = decltype(below(std::declval<const Executor&>()));
    static constexpr bool is_above = !std::same_as<Executor, lower_executor>;
    static constexpr bool can_count =
        std::same_as<lower_executor, typename Asio::io_context::executor_type> &&
        requires(const Executor& executor) { executor.on_work_started(); };

    /// Releases the descriptor. The context's counts and posted handlers are destroyed with it.
    void context_ends() noexcept override {
        watching_ = false;
        descriptor_->release();
        descriptor_.reset();
        executor_.reset();
    }

    /// Starts a wait. Only one is pending at a time, so the reserved memory suffices.
    void wait() {
        auto done = [trigger = turn_trigger{this->weak_from_this(), *executor_, memory_}](
                        const typename Asio::error_code&) { trigger.go(); };
        descriptor_->async_wait(Asio::wait_read, in_reserved_memory(memory_, std::move(done)));
    }

    /// Called by the context's handler; runs a turn on the watch's executor, if the watch still
    /// exists.
    struct turn_trigger {
        std::weak_ptr<asio_watch> watch;
        Executor executor;
        std::shared_ptr<reserved_memory> memory;

        void operator()() const {
            if (const auto here = watch.lock()) here->ready();
        }

        /// Posts the turn to the strand; if there is no memory for that, tries again while the
        /// context runs.
        void go() const {
            if constexpr (is_above) {
                try {
                    Asio::post(executor, *this);
                } catch (const std::bad_alloc&) {
                    Asio::post(below(executor),
                               in_reserved_memory(memory, [trigger = *this] { trigger.go(); }));
                }
            } else {
                (*this)();
            }
        }
    };

    /// Posts `done`, to be called after the handlers that are pending. If there is no memory for
    /// that, calls `done` at once.
    void post_or_call(function<void()> done) {
        auto shared = std::shared_ptr<function<void()>>();
        try {
            shared = std::make_shared<function<void()>>(std::move(done));
            Asio::post(*executor_, [shared] { (*shared)(); });
        } catch (const std::bad_alloc&) {
            shared ? (*shared)() : done();
        }
    }

    void ready() noexcept {
        if (!watching_) return;
        count();
        if (!on_strand) wait(); // a handler may run the context
        make_turn();
        if (!watching_) return;
        if (on_strand) wait();
        if (!any_work_) take_back();
    }

    /// Functions posted from here on count as work again, even if this turn calls them.
    void make_turn() noexcept {
        const bool expected = expected_.exchange(false);
        const bool outer = std::exchange(in_turn_, true);
        turn_();
        in_turn_ = outer;
        expected_turn_came(expected);
    }

    void expected_turn_came(bool expected) noexcept {
        if constexpr (can_count) {
            if (expected && executor_) executor_->on_work_finished();
        }
    }

    void count() noexcept {
        if constexpr (can_count) {
            if (executor_ && !std::exchange(counted_, true)) executor_->on_work_started();
        }
    }

    void take_back() noexcept {
        if constexpr (can_count) {
            if (executor_ && std::exchange(counted_, false)) executor_->on_work_finished();
        }
    }

    /// Posts a handler that stops counting the wait as work, so that `run` can end. The handler
    /// runs a turn first, because a thread outside the strand may have added work that is not known
    /// yet.
    void let_run_end() {
        if (!can_count || !executor_ || in_turn_ || std::exchange(asked_, true)) return;
        try {
            Asio::post(*executor_, [weak = this->weak_from_this()] {
                if (const auto here = weak.lock()) here->look_for_work();
            });
        } catch (const std::bad_alloc&) {
            asked_ = false; // `run` lasts until the next turn
        }
    }

    void look_for_work() noexcept {
        asked_ = false;
        if (watching_ && !any_work_) make_turn();
        if (watching_ && !any_work_) take_back();
    }

    // Both are empty once the attachment, or the context, has ended.
    std::optional<Executor> executor_;
    std::optional<typename Asio::template descriptor<lower_executor>> descriptor_;
    asio_end<Asio>* end_ = nullptr;
    std::shared_ptr<reserved_memory> memory_ = std::make_shared<reserved_memory>();
    function<void()> turn_;
    bool watching_ = false;
    bool in_turn_ = false;
    bool any_work_ = false;
    bool counted_ = true;                // the wait counts as work of the context
    bool asked_ = false;                 // a handler that stops counting it is posted
    std::atomic<bool> expected_ = false; // a turn, which counts as work of the context
};

/// Returns the host operations for a guest on `executor`, for one attachment.
template <class Asio, class Executor>
host_ops asio_watch_ops(const Executor& executor) {
    using plain = typename Asio::io_context::executor_type;
    if constexpr (std::same_as<Executor, typename Asio::any_io_executor>) {
        if (const auto* known = executor.template target<plain>()) {
            return asio_watch_ops<Asio>(*known);
        }
        using strand = typename Asio::template strand<plain>;
        if (const auto* known = executor.template target<strand>()) {
            return asio_watch_ops<Asio>(*known);
        }
    }
    const auto watch = std::make_shared<asio_watch<Asio, Executor>>(executor);
    auto ops = ops_of(watch);
    ops.posted = [watch] { watch->expect_turn(); };
    ops.on_strand = watch->on_strand;
    return ops;
}

/// An io_context that Weft creates.
template <class Asio>
class owned_asio final : public owned_host {
public:
    using io_context = typename Asio::io_context;

    [[nodiscard]] io_context& get() noexcept { return context_; }
    host_ops ops() override { return asio_watch_ops<Asio>(context_.get_executor()); }
    void run() override {
        context_.restart();
        context_.run();
    }
    void quit() noexcept override { context_.stop(); }

private:
    io_context context_{1};
};

} // namespace weft
