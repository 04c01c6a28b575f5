// SPDX-License-Identifier: MIT
// What WebSocket and raw connections are both built on: a stream and its driver joined, turns and
// handlers, the limit on queued output, deadlines that wait for input, handles, the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

#include <weft/connection/connection_options.hpp>
#include <weft/core/any_value.hpp>
#include <weft/stream/handle_state.hpp>
#include <weft/stream/stream.hpp>

namespace weft {

struct posted_message;

/// The part that is the same for every kind of connection; see `connection` and `raw_connection`.
///
/// Who derives from it overrides the virtual functions. Those of `timed_work_item` and
/// `stream_events` are the ways in; the others are called off the path of a small message.
class channel : protected timed_work_item, protected stream_events {
public:
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;

    /// Whether bytes are encrypted and the peer is authenticated by TLS.
    [[nodiscard]] bool secure() const noexcept { return stream_ && stream_->secure(); }

    /// What the bytes go over, null until the connection has a stream: for what a stream of a kind
    /// knows beside, such as `tls_stream::of`.
    [[nodiscard]] const stream* transport() const noexcept { return stream_.get(); }

    /// Known until the handler of the end has returned, however the connection has ended.
    [[nodiscard]] address local_address() const;

    /// Anything the application wants to keep with the connection, which need not be copyable:
    /// `peer.data() = std::make_unique<player>()`. Throws std::bad_alloc the first time.
    [[nodiscard]] any_value& data();

    /// The data if it is of type `T`, otherwise null.
    template <class T>
    [[nodiscard]] T* data_as() {
        return data().template get_if<T>();
    }

    [[nodiscard]] weft::driver& driver() const noexcept { return *timer_queue::owner_of(*this); }

protected:
    friend class handle_posts;

    struct extra; // what only some have, so that the others need no memory for it

    /// What the stream does about input.
    enum class reading : std::uint8_t {
        on,
        refused, ///< it was told that no bytes are wanted, and waits for `resume`
        paused
    };

    /// Where the limit on queued output is, and what happens beyond it.
    struct queue_limit {
        std::size_t size_max;
        queue_policy when_full;
    };

    /// Takes a place among the deadlines of `owner`. Throws std::bad_alloc. One with extras is to
    /// be connected first.
    channel(weft::driver& owner, std::unique_ptr<extra> outbound);
    ~channel() override;

    // --- what each kind has of its own

    [[nodiscard]] virtual std::unique_ptr<extra> make_extra() const = 0;
    [[nodiscard]] virtual queue_limit limit() const noexcept = 0;

    /// Bytes of output that wait for the stream.
    [[nodiscard]] virtual std::size_t queued() const noexcept = 0;

    /// Whether output may still be given: the connection is open, or will be.
    [[nodiscard]] virtual bool takes_output() const noexcept = 0;

    /// Whether output that was posted has to wait, for `open` or for older output.
    [[nodiscard]] virtual bool holds_back() const noexcept = 0;

    /// Sends what the limit has taken before, if the connection is open. May throw std::bad_alloc.
    virtual void send_posted(const posted_message& what) = 0;

    virtual void run_out_of_memory() noexcept = 0;
    virtual void end_for_full_queue() noexcept = 0;

    /// Ends for an exception that left a handler; returns whether a report will carry it.
    virtual bool end_for_exception(const std::exception_ptr& what) noexcept = 0;

    /// It is no longer a member of its endpoint's registry.
    virtual void leave() noexcept = 0;

    // --- turns and handlers

    /// The one way in: does `action`, then reports what has come of it (`here.pump()`). Handlers
    /// may run meanwhile; when the outermost call leaves, stream and timer are brought up to date.
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
    [[nodiscard]] bool queue_pauses() noexcept { return blocked_ && full_queue_pauses(); }
    [[nodiscard]] bool writable_may_come() const noexcept {
        return tell_writable_ && !blocked_ && posts_leave_room();
    }
    void stream_has_drained() noexcept { answers_wait_ = held_back_ = false; }
    void after_writing() noexcept;

    // --- reading

    /// Answers `wants_bytes`.
    bool answer_stream(bool wanted) noexcept {
        if (reading_ != reading::paused) reading_ = wanted ? reading::on : reading::refused;
        return wanted;
    }
    void set_reading(bool wanted, bool may_resume = true) noexcept;
    void suspend_reading() noexcept;

    // --- deadlines

    [[nodiscard]] bool owes_input() noexcept;
    void input_came(std::size_t size) noexcept;
    void postpone() noexcept;
    void look_at(time_point deadline) noexcept {
        if (!postponed_) driver().move_deadline(*this, deadline);
    }

    // --- handles

    /// What this shares with its handles, made when it is first asked for.
    [[nodiscard]] const std::shared_ptr<handle_state>& shared_state();
    [[nodiscard]] bool has_handles() const noexcept;
    void share_limit() noexcept;
    void publish(std::size_t queued_now, bool closed) noexcept;
    void take_posted(std::unique_ptr<posted_message> what) noexcept;
    void send_held() noexcept;
    void end_handles() noexcept;

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

    // --- the end

    void dismiss() noexcept;
    void die() noexcept;

    [[nodiscard]] extra& some_extra();

    std::unique_ptr<stream> stream_;
    std::unique_ptr<extra> extra_;
    std::uint32_t index_ = 0; // in the registry
    std::uint32_t owed_ = 0;  // bytes of input to read before a deadline counts
    std::uint8_t looks_ = 0;  // at such a deadline, without input read in between
    std::uint8_t depth_ = 0;  // frames of handlers on the stack
    bool connecting_ = false; // there is no stream yet, or none that is open
    bool ended_ = false;      // the last handler has been called
    bool dead_ = false;

    // Whether the stream is read follows from three questions, each with one answer:
    // - does the application want input: `pause` and `resume`, kept by each kind;
    // - may the peer be heard now: `held_back_`, while its answers fill the queue, and what a
    //   session needs before it can go on;
    // - does the stream read: `reading_`, which `set_reading` brings in line with the others when
    //   the outermost handler has returned.
    reading reading_ : 2 = reading::on;
    bool held_back_ : 1 = false;    // nothing is heard of the peer until it has read
    bool answers_wait_ : 1 = false; // what is queued grew by answers to this peer
    bool blocked_ : 1 = false;      // the stream took only a part
    bool tell_writable_ : 1 = false; // a send has said backed_up or dropped
    bool suspended_ : 1 = false;    // a nested turn runs, or has run, inside a handler
    bool continues_ : 1 = false;    // there are events left for another turn
    bool looked_ : 1 = false;       // a deadline has passed, and `owed_` is read before it counts
    bool postponed_ : 1 = false;    // and is judged again in a later round
    bool opened_ : 1 = false;       // `open` has been called
    bool half_closed_ : 1 = false;
    bool awaited_ : 1 = false;      // by the shutdown of its endpoint

private:
    /// Stands on the stack while handlers may run.
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

    /// Takes back what posted work was counted as, also when the work throws.
    class posted_work {
    public:
        explicit posted_work(channel& by) noexcept : by_(by) {}
        posted_work(const posted_work&) = delete;
        posted_work& operator=(const posted_work&) = delete;
        ~posted_work() { by_.posts_done(handle_state::post_overhead); }

    private:
        channel& by_;
    };

    void handler_threw() noexcept;
    [[nodiscard]] bool full_queue_pauses() noexcept;
    [[nodiscard]] bool posts_leave_room() const noexcept;
    void posts_done(std::size_t size) noexcept;
};

} // namespace weft
