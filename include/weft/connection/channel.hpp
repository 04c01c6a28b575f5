// SPDX-License-Identifier: MIT
// The base class of WebSocket and raw connections. Joins a stream and its driver, and implements
// what both kinds share: turns and handlers, the limit on queued output, deadlines that wait for
// input, handles, the memory budget, and the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

#include <weft/connection/channel_observer.hpp>
#include <weft/connection/connection_options.hpp>
#include <weft/core/any_value.hpp>
#include <weft/core/report.hpp>
#include <weft/stream/handle_state.hpp>
#include <weft/stream/stream.hpp>

namespace weft {

class memory_account;
class pending_connection;
struct posted_message;

/// The part that every kind of connection shares; see `connection` and `raw_connection`.
///
/// Derived classes override the virtual functions. The driver and the stream call those of
/// `timed_work_item` and `stream_events`. The other virtual functions are not called while a small
/// message is handled, so that this path stays fast.
class channel : protected timed_work_item, protected stream_events {
public:
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;

    /// Returns whether TLS encrypts the bytes. Whether TLS also authenticates the peer depends on
    /// the TLS options.
    [[nodiscard]] bool secure() const noexcept { return stream_ && stream_->secure(); }

    /// Returns the stream that carries the bytes; null until the connection has one. Valid as long
    /// as the connection. For the functions of one kind of stream, see for example
    /// `tls_stream::of`.
    [[nodiscard]] const stream* transport() const noexcept { return stream_.get(); }

    /// Returns this side's address. It remains available until the `close` or `fail` handler has
    /// returned, however the connection ended.
    [[nodiscard]] address local_address() const;

    /// Returns a slot for any value that the application wants to keep with the connection. The
    /// value need not be copyable: `peer.data() = std::make_unique<player>()`. The first call may
    /// throw std::bad_alloc.
    [[nodiscard]] any_value& data();

    /// Returns the data if it is of type `T`, otherwise null.
    template <class T>
    [[nodiscard]] T* data_as() {
        return data().template get_if<T>();
    }

    /// Adds an observer, which is notified when queued output has drained and when the connection
    /// has ended. The caller owns it; destroying it removes it. It must observe no other
    /// connection. Throws std::bad_alloc; then nothing was done.
    void observe(channel_observer& added);

    /// Returns an observer that was created with `owner`; null if there is none. Takes time in
    /// proportion to the number of observers.
    [[nodiscard]] channel_observer* observer_of(const void* owner) const noexcept;

    [[nodiscard]] weft::driver& driver() const noexcept { return *timer_queue::owner_of(*this); }

protected:
    friend class conversation_state;
    friend class handle_posts;
    friend class pending_connection;

    struct extra; // optional state, allocated only when needed

    /// Whether the stream reads input.
    enum class reading : std::uint8_t {
        on,
        refused, ///< `wants_bytes` returned false, and the stream waits for `resume`
        paused
    };

    /// The limit on queued output, and what happens when output exceeds it.
    struct queue_limit {
        std::size_t size_max;
        queue_policy when_full;
    };

    /// Registers its timer with `owner`. Throws std::bad_alloc. With a pending connection in
    /// `outbound` the connection begins unconnected.
    channel(weft::driver& owner, std::unique_ptr<extra> outbound);
    ~channel() override;

    // --- implemented by each kind of connection

    [[nodiscard]] virtual std::unique_ptr<extra> make_extra() const = 0;
    [[nodiscard]] virtual queue_limit limit() const noexcept = 0;

    /// Returns the bytes of output that wait for the stream.
    [[nodiscard]] virtual std::size_t queued() const noexcept = 0;

    /// Returns whether output can still be sent or queued: the connection is open or still opening.
    [[nodiscard]] virtual bool takes_output() const noexcept = 0;

    /// Returns whether posted output must wait, for `open` or behind older output.
    [[nodiscard]] virtual bool holds_back() const noexcept = 0;

    /// Sends a posted message, which the limit on queued output already counts, if the connection
    /// is open. May throw std::bad_alloc.
    virtual void send_posted(posted_message& what) = 0;

    virtual void run_out_of_memory() noexcept = 0;

    /// Ends the connection because it holds the most memory. Returns false if its memory is freed
    /// only later.
    virtual bool give_up_memory() noexcept = 0;
    virtual void end_for_full_queue() noexcept = 0;

    /// Ends the connection because a handler threw; returns whether a report will carry the
    /// exception.
    virtual bool end_for_exception(const std::exception_ptr& what) noexcept = 0;

    /// Removes the connection from its endpoint's registry.
    virtual void leave() noexcept = 0;

    /// Takes over the stream, and starts it.
    virtual void attach(std::unique_ptr<stream> connected) noexcept = 0;

    /// Ends the connection because its stream could not be opened.
    virtual void end_unopened(phase at, std::error_code why, int http_status) noexcept = 0;

    /// Sets the timer for the next deadline.
    virtual void update_timer() noexcept = 0;

    // --- turns and handlers

    /// Runs `action`, then reports the events that it caused (`here.pump()`). All calls from the
    /// stream and the driver go through this. Handlers may run meanwhile; when the outermost call
    /// returns, it writes output and updates reading and the timer.
    template <class Kind, class Action>
    static void enter(Kind& here, Action&& action) noexcept {
        const running<Kind> now(here);
        try {
            action();
            here.pump();
        } catch (const std::bad_alloc&) {
            here.run_out_of_memory(); // reported in the next round
        }
    }

    template <class Handler, class... Args>
    void call(Handler& handler, Args&&... args) noexcept {
        driver().handler_called();
        if (!handler) return;
        try {
            handler(std::forward<Args>(args)...);
        } catch (...) {
            handler_threw();
        }
    }

    // --- output

    [[nodiscard]] bool queue_is_full(std::size_t more) const noexcept;
    send_result refuse_to_queue() noexcept;
    [[nodiscard]] bool queue_pauses() noexcept {
        return (blocked_ || answers_wait_) && full_queue_pauses();
    }
    [[nodiscard]] bool writable_may_come() const noexcept {
        return writable_due_ && !blocked_ && posts_leave_room();
    }
    void stream_has_drained() noexcept { answers_wait_ = held_back_ = false; }

    /// Schedules the write. Output that this connection's own handlers send is written when the
    /// outermost `enter` returns; other output, and output after a nested turn, at the end of the
    /// turn.
    void after_writing() noexcept {
        if (depth_ == 0 || suspended_) [[unlikely]] {
            driver().at_turn_end(*this);
        } else if (!blocked_) {
            driver().output_waits();
        }
    }

    // --- reading

    /// Records the answer to `wants_bytes`, and returns it.
    bool answer_stream(bool wanted) noexcept {
        if (reading_ != reading::paused) reading_ = wanted ? reading::on : reading::refused;
        return wanted;
    }
    void set_reading(bool wanted, bool may_resume = true) noexcept;
    void suspend_reading() noexcept;

    // --- deadlines

    [[nodiscard]] bool input_is_due() noexcept;
    void input_came(std::size_t size) noexcept;
    void postpone() noexcept;
    void move_timer(time_point deadline) noexcept {
        if (!postponed_) driver().move_deadline(*this, deadline);
    }

    // --- handles

    /// Returns the state shared with handles. The first call creates it.
    [[nodiscard]] const std::shared_ptr<handle_state>& shared_state();
    [[nodiscard]] bool has_handles() const noexcept;
    void share_limit() noexcept;
    void publish(std::size_t queued_now, bool closed) noexcept;
    void take_posted(std::unique_ptr<posted_message> what) noexcept;
    void hold(std::unique_ptr<posted_message> what);
    [[nodiscard]] bool awaits_posts() const noexcept;
    void send_held() noexcept;
    void end_handles() noexcept;

    // --- observers

    void notify_drained() noexcept;
    void end_observers() noexcept;

    template <class Work>
    void do_posted(Work&& work) {
        const posted_work counted(*this);
        try {
            work();
        } catch (const std::bad_alloc&) {
            run_out_of_memory();
            driver().defer(*this);
        }
    }

    // --- the memory budget

    /// Ends the connections that hold the most memory, in the endpoint that `account` belongs to or
    /// in the whole driver, until no budget is exceeded. Each holder in an account must belong to a
    /// channel.
    static void keep_budget(memory_account& account) noexcept;

    // --- the end

    /// Returns the target and the addresses for the report. May throw std::bad_alloc.
    [[nodiscard]] std::shared_ptr<report_facts> take_facts(const address& remote);
    void dismiss() noexcept;
    void die() noexcept;

    [[nodiscard]] extra& some_extra();

    /// Returns the pending connection, which an outbound connection owns until it is open.
    [[nodiscard]] pending_connection& pending() const noexcept;

    std::unique_ptr<stream> stream_;
    std::unique_ptr<extra> extra_;
    std::uint32_t index_ = 0; // in the registry
    std::uint32_t owed_ = 0;  // bytes of input to read before an expired deadline counts
    std::uint8_t looks_ = 0;  // checks of an expired deadline since input was last read
    std::uint8_t depth_ = 0;  // nested calls of `enter`
    bool connecting_ = false; // there is no stream yet, or it is not open yet
    bool ended_ = false;      // the last handler has been called
    bool dead_ = false;

    // Whether the stream reads depends on three things, each kept in one place:
    // - whether the application wants input (`pause` and `resume`): kept by each derived class;
    // - whether the peer's input may be processed now: `held_back_`, set while answers to the peer
    //   fill the queue, and what a session needs before it can go on (`session::wants_input`);
    // - whether the stream reads: `reading_`, which `set_reading` updates to match the other two
    //   when the outermost handler has returned.
    reading reading_ : 2 = reading::on;
    bool held_back_ : 1 = false;    // no input is processed until the peer reads its answers
    bool answers_wait_ : 1 = false; // the queue holds answers to this peer
    bool blocked_ : 1 = false;      // the stream took only part of the output
    bool writable_due_ : 1 = false; // `send` returned backed_up or dropped: `writable` is due
    bool suspended_ : 1 = false;    // a nested turn runs, or has run, inside a handler
    bool continues_ : 1 = false;    // events are left for another turn
    bool looked_ : 1 = false;       // a deadline has passed; `owed_` is read before it counts
    bool postponed_ : 1 = false;    // the deadline is checked again in a later round
    bool opened_ : 1 = false;       // `open` has been called
    bool half_closed_ : 1 = false;
    bool awaited_ : 1 = false;      // its endpoint's shutdown waits for it
    bool in_run_ : 1 = false;       // its part of an `output_run` comes after the queued output
    bool writing_ : 1 = false;      // the stream is taking output, and may call the application

private:
    /// Lives on the stack while handlers may run.
    template <class Kind>
    class running {
    public:
        explicit running(Kind& here) noexcept : here_(here), activity_(here.driver(), here) {
            if (here_.depth_++ == 0) lent_ = here_.begin_running();
        }
        running(const running&) = delete;
        running& operator=(const running&) = delete;
        ~running() {
            if (--here_.depth_ != 0) return;
            here_.suspended_ = false;
            here_.end_running(lent_);
        }

    private:
        Kind& here_;
        scratch* lent_ = nullptr;
        driver::activity activity_;
    };

    /// On destruction, releases the size that was counted for posted work, even if the work throws.
    class posted_work {
    public:
        explicit posted_work(channel& by) noexcept : by_(by) {}
        posted_work(const posted_work&) = delete;
        posted_work& operator=(const posted_work&) = delete;
        ~posted_work() { by_.release_posts(handle_state::post_overhead); }

    private:
        channel& by_;
    };

    void handler_threw() noexcept;
    [[nodiscard]] bool full_queue_pauses() noexcept;
    [[nodiscard]] bool posts_leave_room() const noexcept;
    void release_posts(std::size_t size) noexcept;
};

} // namespace weft
