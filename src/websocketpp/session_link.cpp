// SPDX-License-Identifier: MIT
// Turns and commands of one connection's session.
#include <websocketpp/detail/session_link.hpp>

#include <exception>
#include <utility>

#include <weft/stream/device_random.hpp>

namespace websocketpp::detail {
namespace {

/// Draws from a source of the calling thread.
class thread_random final : public weft::random_source {
public:
    void fill(std::span<std::byte> bytes) noexcept override {
        static thread_local weft::device_random source;
        source.fill(bytes);
    }
};

/// Memory that sessions use in their turns. A thread needs more than one if a handler runs the
/// io_context.
class scratch_lease {
public:
    scratch_lease() {
        auto& unused = unused_of_thread();
        if (unused.empty()) {
            lent_ = std::make_unique<weft::scratch>();
        } else {
            lent_ = std::move(unused.back());
            unused.pop_back();
        }
    }
    ~scratch_lease() {
        try {
            unused_of_thread().push_back(std::move(lent_));
        } catch (const std::bad_alloc&) { // the next turn allocates another
        }
    }
    scratch_lease(scratch_lease const&) = delete;
    scratch_lease& operator=(scratch_lease const&) = delete;

    weft::scratch& operator*() const noexcept { return *lent_; }

private:
    static std::vector<std::unique_ptr<weft::scratch>>& unused_of_thread() {
        static thread_local std::vector<std::unique_ptr<weft::scratch>> unused;
        return unused;
    }

    std::unique_ptr<weft::scratch> lent_;
};

} // namespace

weft::random_source& default_random() {
    static thread_random all;
    return all;
}

void session_link::begin_session() {
    hold_type hold(lock_);
    session_.emplace(options_, now());
}

void session_link::drop_session() noexcept {
    hold_type hold(lock_);
    session_.reset();
    stream_ended_ = true;
}

void session_link::turn(input kind, std::span<std::byte> bytes, std::error_code why) {
    hold_type hold(lock_);
    if (!session_ || stream_ended_) return;
    if (in_turn_) { // a handler feeds its own connection
        if (kind != input::none) {
            queued_.push_back({kind, std::vector<std::byte>(bytes.begin(), bytes.end()), why});
        } else {
            turn_requested_ = false; // the turn in progress writes all output
        }
        return;
    }
    const scratch_lease lent;
    in_turn_ = true;
    turn_thread_ = std::this_thread::get_id();
    turn_requested_ = false;
    session_->borrow(*lent);
    feed(kind, bytes, why);
    std::vector<queued_input> fed;
    for (;;) {
        const weft::event next = session_->next_event(now());
        if (next.type == weft::event_type::none) {
            if (queued_.empty()) break;
            fed.push_back(std::move(queued_.front()));
            queued_.erase(queued_.begin());
            feed(fed.back().kind, fed.back().bytes, fed.back().why);
            continue;
        }
        hold.unlock();
        try {
            on_event(next);
        } catch (...) {
            hold.lock();
            session_->fail(std::current_exception(), now());
            finish_turn(hold);
            const bool asks = !std::exchange(turn_requested_, true);
            hold.unlock();
            if (asks) request_turn(); // for the events that follow
            throw;
        }
        hold.lock();
    }
    finish_turn(hold);
}

void session_link::feed(input kind, std::span<std::byte> bytes, std::error_code why) {
    switch (kind) {
    case input::none: session_->handle_deadline(now()); break;
    case input::bytes: session_->receive(bytes, now()); break;
    case input::eof: session_->receive_eof(now()); break;
    case input::error: session_->receive_error(why, now()); break;
    }
}

void session_link::finish_turn(hold_type& hold) noexcept {
    write_output(hold);
    session_->settle();
    in_turn_ = false;
    if (session_->end_waits() && !turn_requested_) { // the write has failed
        turn_requested_ = true;
        hold.unlock();
        request_turn();
        hold.lock();
    }
    if (!output_ended_ && session_->output_ends() && session_->output_size() == 0) {
        output_ended_ = true;
        end_output(hold);
    }
    if (!stream_ended_ && session_->finished() && !session_->end_waits()) {
        stream_ended_ = true;
        end_stream(hold);
        return;
    }
    continue_stream();
}

/// Writes the output of a command or requests a turn that does. Copies payloads that the session
/// still refers to, because their owner may free them after the command.
void session_link::after_command(hold_type& hold) {
    if (in_turn_) {
        if (session_->output_size() < weft::session::uncopied_size_min) return;
        if (turn_thread_ == std::this_thread::get_id()) write_output(hold);
        session_->settle_output();
        return;
    }
    if (turn_requested_ || stream_ended_) return;
    turn_requested_ = true;
    hold.unlock();
    request_turn();
}

} // namespace websocketpp::detail
