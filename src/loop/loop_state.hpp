// SPDX-License-Identifier: MIT
// An event loop's state: the driver of all on it, an engine, and the turns that both make. It
// lives until the last handle and the last frame have left it.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include <weft/loop/event_loop.hpp>

#include "loop/engine.hpp"
#include "loop/network.hpp"

namespace weft {

/// Hears of what concerns a loop's host.
class host_link {
public:
    /// The loop's work count has left or reached zero.
    virtual void work_changed(bool any) noexcept = 0;

    /// The loop dies: leave the host, and detach.
    virtual void loop_closed() noexcept = 0;

protected:
    ~host_link() = default;
};

class loop_state final : public driver, public std::enable_shared_from_this<loop_state> {
public:
    explicit loop_state(const loop_options& options);
    ~loop_state() override;

    [[nodiscard]] weft::engine& engine() noexcept { return *engine_; }
    [[nodiscard]] const weft::engine& engine() const noexcept { return *engine_; }
    [[nodiscard]] weft::network& network() noexcept { return engine_->network(); }

    /// The event loop is gone: everything on it dies; only frames and handles still hold this.
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

    /// From now on this belongs to the calling thread.
    void take_ownership();
    void interrupt() noexcept;

    // --- as a guest
    result<int> descriptor();
    [[nodiscard]] std::optional<duration> next_timeout() const;

    /// Nothing is told to `host` before `tell_work`. At the end it is told that there is no work.
    std::error_code attach(host_link& host, bool on_strand = false) noexcept;
    void tell_work() noexcept { work_changed(); }
    void detach() noexcept;

    [[nodiscard]] std::size_t work() const noexcept { return work_count() + (perpetual_ ? 1 : 0); }

    /// From any thread; a host hears of the new work at once if it is its own.
    void post(function<void()> work);

    /// False after `close`, and in a forked child: there is no turn any more.
    [[nodiscard]] bool alive() const noexcept { return !closed_ && engine_->in_own_process(); }

    /// Why nothing new can begin here: `forked` in a forked child, `gone` after `close`; else none.
    [[nodiscard]] std::error_code check_alive() const noexcept;

    /// Where the present turn reads to; a nested turn has a buffer of its own. Empty when there is
    /// no memory for one.
    [[nodiscard]] std::span<std::byte> receive_buffer() noexcept;

    /// A reader has filled the buffer: the next one may be larger.
    void buffer_was_filled() noexcept;

    // --- names
    void resolver(weft::resolver names);

    /// What resolves names at present: what the loop was given, or else the system, but not in
    /// virtual time. Null if nothing does. Throws std::bad_alloc.
    [[nodiscard]] std::shared_ptr<weft::resolver> resolver();
    [[nodiscard]] const std::string& hosts_file() const noexcept { return hosts_file_; }

    /// Hears these signals of the process from now on; none without numbers.
    result<void> watch_signals(std::span<const int> numbers, function<void(int)> hear);

    // driver
    [[nodiscard]] time_point read_clock() const noexcept override { return engine_->now(); }
    [[nodiscard]] std::chrono::sys_seconds utc() const noexcept override;
    [[nodiscard]] random_source& random() noexcept override { return *random_; }
    void mail_arrived() noexcept override { engine_->wake(); }

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
    bool serve();
    void take_back_signal();
    [[nodiscard]] bool nothing_can_happen() const noexcept;
    void keep_contract() noexcept;

    std::unique_ptr<weft::engine> engine_;
    std::unique_ptr<random_source> system_random_; // unless one is given
    random_source* random_;
    std::shared_ptr<weft::resolver> resolver_; // the system's from its first use on
    std::string hosts_file_;
    class signal_watch* signals_ = nullptr;
    host_link* host_ = nullptr;
    std::size_t receive_size_;
    std::size_t receive_size_max_;
    std::vector<receive_memory> buffers_; // by the depth of the turn
    time_point timer_set_for_ = never;
    std::string owner_name_;
    std::atomic<std::thread::id> owner_; // as the driver knows it, for other threads to read
    std::size_t first_kind_ = 0;         // of work, with which the next turn begins
    std::atomic<bool> stopped_ = false;
    std::atomic<bool> interrupted_ = false;
    std::atomic<bool> perpetual_ = false;
    std::atomic<int> outside_calls_ = 0; // that still need the engine
    bool shown_ = false;     // the descriptor is known outside
    bool signalled_ = false; // it is readable already, by a wake-up of ours
    bool closed_ = false;
    bool resolver_given_ = false; // or taken away, by the application
    bool on_strand_ = false; // of the host: between turns this belongs to no thread
    bool crowded_ = false;  // more is ready than one wait could tell
    bool had_work_ = false; // as the host was told
};

} // namespace weft
