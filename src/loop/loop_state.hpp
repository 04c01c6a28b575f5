// SPDX-License-Identifier: MIT
// An event loop's state: its driver, its engine, and the turns that both make. It exists until the
// last handle is gone and none of its functions is on the stack.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include <weft/loop/event_loop.hpp>

#include "loop/engine.hpp"
#include "loop/network.hpp"

namespace weft {

/// Notifies a loop's host.
class host_link {
public:
    /// Called when the loop's work count has become zero or nonzero.
    virtual void work_changed(bool any) noexcept = 0;

    /// Called when the loop is destroyed. The guest must detach.
    virtual void loop_closed() noexcept = 0;

protected:
    ~host_link() = default;
};

class loop_state final : public driver, public std::enable_shared_from_this<loop_state> {
public:
    explicit loop_state(const loop_options& options);
    ~loop_state() override;

    [[nodiscard]] loop_state* as_loop() noexcept override { return this; }
    [[nodiscard]] weft::engine& engine() noexcept { return *engine_; }
    [[nodiscard]] const weft::engine& engine() const noexcept { return *engine_; }
    [[nodiscard]] std::error_code engine_refused() const noexcept { return engine_refused_; }
    [[nodiscard]] weft::network& network() noexcept { return engine_->network(); }

    /// Ends everything on the loop; called when the event loop is destroyed. After that, only
    /// handles and functions on the stack own the state.
    void close() noexcept;
    [[nodiscard]] bool closed() const noexcept { return closed_; }

    // --- turns
    std::size_t run();
    std::size_t run_one();
    std::size_t poll(budget limit);
    turn_result run_ready(budget limit);

    void stop() noexcept;
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }
    void restart() noexcept { stopped_ = false; }
    void perpetual(bool wanted) noexcept;

    /// Makes the calling thread the owner.
    void take_ownership();
    void interrupt() noexcept;

    // --- as a guest
    result<int> descriptor();
    [[nodiscard]] std::optional<duration> next_timeout() const;

    /// Attaches a host, which is not notified before `report_work`. `detach` reports that there is
    /// no work.
    std::error_code attach(host_link& host, bool on_strand = false) noexcept;
    void report_work() noexcept { work_changed(); }
    void detach() noexcept;

    [[nodiscard]] std::size_t work() const noexcept { return work_count() + (perpetual_ ? 1 : 0); }

    /// Posts `work`; may be called from any thread. On the loop's own thread, the host is notified
    /// at once.
    void post(function<void()> work);

    /// Returns false after `close` and in a forked child, where there are no more turns.
    [[nodiscard]] bool alive() const noexcept { return !closed_ && engine_->in_own_process(); }

    /// Returns why nothing new can begin here: `forked` in a forked child, `gone` after `close`.
    [[nodiscard]] std::error_code check_alive() const noexcept;

    /// Returns the receive buffer of the current turn; a nested turn has its own. Empty if there is
    /// no memory for one.
    [[nodiscard]] std::span<std::byte> receive_buffer() noexcept;

    /// Returns the limit on the size of one read, also into other memory.
    [[nodiscard]] std::size_t receive_size_max() const noexcept { return receive_size_max_; }

    /// Makes the next buffer larger, because a read has filled this one.
    void buffer_was_filled() noexcept;

    // --- names
    void resolver(weft::resolver names);

    /// Returns the resolver in use: the one that was set, otherwise the system's, except in virtual
    /// time. Null if there is none. Throws std::bad_alloc.
    [[nodiscard]] std::shared_ptr<weft::resolver> resolver();
    [[nodiscard]] const std::string& hosts_file() const noexcept { return hosts_file_; }

    /// Returns how long turns took so far, if that is measured.
    [[nodiscard]] const weft::turn_times& turn_times() const noexcept { return turn_times_; }

    /// Handles these signals of the process from now on; none if `numbers` is empty.
    result<void> watch_signals(std::span<const int> numbers, function<void(int)> handler);

    // driver
    [[nodiscard]] time_point read_clock() const noexcept override { return engine_->now(); }
    [[nodiscard]] std::chrono::sys_seconds utc() const noexcept override;
    [[nodiscard]] random_source& random() noexcept override { return *random_; }
    void post_arrived() noexcept override { engine_->wake(); }

private:
    struct receive_memory {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size = 0;
    };

    void work_arrived() noexcept override;
    void work_changed() noexcept override;
    [[nodiscard]] std::string describe_thread(std::thread::id which) const override;

    void set_and_wake(std::atomic<bool>& flag, bool value = true) noexcept;
    void await_outside_calls() const noexcept;
    void leave_to_strand() noexcept;
    bool make_turn(budget limit, bool may_wait);
    bool serve_events();
    bool serve();
    void take_back_signal();
    [[nodiscard]] bool nothing_can_happen() const noexcept;
    void keep_contract() noexcept;

    std::error_code engine_refused_; // initialised before the engine
    std::unique_ptr<weft::engine> engine_;
    std::unique_ptr<random_source> system_random_; // unless one was given
    random_source* random_;
    std::shared_ptr<weft::resolver> resolver_; // the system's, from its first use on
    std::string hosts_file_;
    class signal_watch* signals_ = nullptr;
    host_link* host_ = nullptr;
    std::size_t receive_size_;
    std::size_t receive_size_max_;
    std::vector<receive_memory> buffers_; // by the nesting depth of the turn
    weft::turn_times turn_times_;
    std::string owner_name_;
    std::atomic<std::thread::id> owner_; // the driver's owner, for other threads to read
    std::size_t first_kind_ = 0;         // the kind of work with which the next turn begins
    std::atomic<bool> stopped_ = false;
    std::atomic<bool> interrupted_ = false;
    std::atomic<bool> perpetual_ = false;
    std::atomic<int> outside_calls_ = 0; // calls of other threads that still need the engine
    bool measures_turns_ = false;
    bool shown_ = false;     // `descriptor()` was called
    bool signalled_ = false; // the loop itself has made its descriptor readable
    bool closed_ = false;
    bool resolver_given_ = false; // set or removed by the application
    bool on_strand_ = false; // turns run on the host's strand: between them no thread owns this
    bool crowded_ = false;  // more is ready than one wait could report
    bool had_work_ = false; // as reported to the host
};

} // namespace weft
