// SPDX-License-Identifier: MIT
// One connection that carries bytes unchanged over a stream. The same code serves sockets, adopted
// sockets and files, and depends neither on them nor on WebSocket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <weft/connection/channel.hpp>
#include <weft/core/byte_queue.hpp>
#include <weft/core/message.hpp>
#include <weft/core/output_rate.hpp>
#include <weft/core/report.hpp>
#include <weft/endpoint/raw_handle.hpp>
#include <weft/endpoint/raw_handlers.hpp>
#include <weft/endpoint/raw_options.hpp>

namespace weft {

class raw_set;
struct raw_route;
template <class Member>
class registry;
template <class Member>
class member_table;

/// A stream of bytes in both directions, with function names like those of `connection`.
///
/// Handlers receive a reference, which is valid until the `close` or `fail` handler has returned.
/// All functions must be called on the loop's thread; a command on another thread aborts the
/// program with a message. To refer to the connection later, or on other threads, use `handle()`.
///
/// A command that runs out of memory either throws std::bad_alloc and has no effect, or ends the
/// connection with `std::errc::not_enough_memory`. A handler that throws std::bad_alloc ends the
/// connection with the same error.
class raw_connection final : public channel {
public:
    // --- commands

    /// Sends bytes; `accepted` and `backed_up` mean that all of them were sent or queued.
    ///
    /// Bytes sent while a handler runs are written together. They are copied or written before this
    /// returns, so a handler can send the view that it received.
    send_result send(std::span<const std::byte> bytes);
    send_result send(std::string_view bytes) { return send(std::as_bytes(std::span(bytes))); }
    template <bytes_like Bytes>
    send_result send(const Bytes& bytes) {
        return send(view_bytes(bytes));
    }

    /// Ends the output after everything that was sent, so that the peer sees the end: half-closes a
    /// socket, or closes the writing end of a pipe. Reading continues. The connection ends when
    /// both sides have ended their output.
    void finish() noexcept;

    /// Ends the connection after all output has been sent. Input from now on is read and dropped:
    /// unread input could cause a reset, which destroys the last bytes. Before the connection is
    /// open, this acts like `abort`.
    void close() noexcept;

    /// Ends the connection at once and drops queued output. `close` or `fail` is called in the next
    /// round of work with `errc::aborted`.
    void abort() noexcept;

    /// Does the same, and sends a reset if the stream is a socket of TCP, also below TLS, so that
    /// the peer does not take what it has received for the whole. Output that the peer's system has
    /// not received is lost. Over other streams, such as Asio's, this is `abort`.
    void reset() noexcept;

    /// Stops reading until `resume`: neither bytes nor the end of the input are reported, and input
    /// does not wake the loop.
    void pause() noexcept;
    void resume() noexcept;

    // --- getters

    /// Returns whether `send` may accept output.
    [[nodiscard]] bool is_open() const noexcept {
        return stream_ && !finishing_ && !closing_ && !end_waits_ && !ended_;
    }
    [[nodiscard]] bool paused() const noexcept { return paused_; }

    /// Returns the size of the queued output, in bytes.
    [[nodiscard]] std::size_t buffered_amount() const noexcept { return queue_.size(); }

    /// Returns the peer's address. It remains available until the `close` or `fail` handler has
    /// returned, however the connection ended.
    [[nodiscard]] address remote_address() const;

    /// Returns how the connection ended, once it has.
    [[nodiscard]] const report& outcome() const noexcept { return outcome_; }

    /// Returns a weak reference, which may be kept, copied, and used on any thread.
    [[nodiscard]] raw_handle handle();

private:
    friend class channel;
    friend class handle_posts;
    friend class raw_set;
    friend class registry<raw_connection>;
    friend class member_table<raw_connection>;
    friend class raw_client;
    friend class raw_file;

    struct details;

    raw_connection(raw_set& home, raw_route& by, std::unique_ptr<details> own);
    ~raw_connection() override;

    // lifetime, called by raw_set and the code that connects
    void receive_early(std::span<const std::byte> bytes);
    void attach(std::unique_ptr<stream> connected) noexcept override;
    void end_unopened(phase at, std::error_code why, int http_status) noexcept override;
    void end_at_once(std::error_code why) noexcept;
    void end_for_shutdown(std::error_code why) noexcept;
    void leave() noexcept override;

    // the memory budget
    void count_memory() noexcept;
    bool give_up_memory() noexcept override;

    // from the stream
    bool wants_bytes() noexcept override;
    void on_receive(std::span<std::byte> bytes) noexcept override;
    void on_eof() noexcept override;
    void on_writable() noexcept override;
    void on_open() noexcept override;
    void on_error(std::error_code why) noexcept override;

    // from the driver
    void run() noexcept override;
    void finish_turn() noexcept override;
    void suspend() noexcept override;
    void expire() noexcept override;

    // implementation of channel
    [[nodiscard]] std::unique_ptr<extra> make_extra() const override;
    [[nodiscard]] queue_limit limit() const noexcept override;
    [[nodiscard]] std::size_t queued() const noexcept override { return queue_.size(); }
    [[nodiscard]] bool takes_output() const noexcept override {
        return !finishing_ && !closing_ && !over();
    }
    [[nodiscard]] bool holds_back() const noexcept override;
    void send_posted(posted_message& what) override;
    void share_queue() noexcept {
        if (extra_) publish(queued(), !takes_output());
    }
    void run_out_of_memory() noexcept override;
    void end_for_full_queue() noexcept override;
    bool end_for_exception(const std::exception_ptr& what) noexcept override;

    // events
    scratch* begin_running() noexcept { return nullptr; }
    void end_running(scratch* lent) noexcept;
    void pump();
    bool deliver_next();
    bool deliver_early_data();
    void deliver_data(std::span<std::byte> bytes);
    void report_end() noexcept;
    void note_facts() noexcept;
    void end_with(std::error_code why, side began) noexcept;

    // output
    send_result send_counted(std::span<const std::byte> bytes);
    void write_now(std::span<const std::byte> more = {}) noexcept;
    void keep(std::span<const std::byte> rest, std::size_t later) noexcept;
    [[nodiscard]] bool writable_waits() const noexcept {
        return writable_may_come() && is_open();
    }

    // deadlines
    void follow_output(std::size_t count) noexcept;
    void note_pending(time_point now) noexcept;
    void peer_took(time_point now) noexcept;
    [[nodiscard]] bool output_waits() const noexcept { return waits_ || pending_ != 0; }
    [[nodiscard]] time_point stall_deadline() const noexcept;
    [[nodiscard]] time_point output_deadline() const noexcept;
    void follow_rate(std::size_t taken, time_point now) noexcept;
    void check_deadline(time_point now) noexcept;
    void end_in_time(time_point now) noexcept;
    [[nodiscard]] bool input_comes_first() noexcept;

    // after each call of `enter`
    void update() noexcept;
    void half_close_if_done() noexcept;
    void update_reading() noexcept;
    [[nodiscard]] time_point next_deadline() const noexcept;
    void update_timer() noexcept override { move_timer(next_deadline()); }

    [[nodiscard]] bool over() const noexcept { return dead_ || ended_ || end_waits_; }

    /// Returns whether the TLS handshake is under way, or was when it failed.
    [[nodiscard]] bool opening() const noexcept {
        return stream_ && !opened_ && stream_->opening();
    }
    [[nodiscard]] details* extras() const noexcept;
    details& more();

    bool paused_ : 1 = false;     // by the application
    bool finishing_ : 1 = false;  // no more output is sent
    bool eof_ : 1 = false;        // the peer sends no more
    bool closing_ : 1 = false;    // closed by this side: input is dropped
    bool end_waits_ : 1 = false;  // the end is still to be reported
    bool lingers_ : 1 = true;     // after `close`, reads until the peer's end
    bool peer_has_sent_ : 1 = false;
    bool waits_ : 1 = false;      // the last write was only partly taken by the stream
    raw_set& set_;
    raw_route* route_;
    byte_queue queue_;
    report outcome_;
    time_point until_ = never; // deadline for the TLS handshake, or for closing
    time_point alive_at_{};    // when the peer last sent a byte or took output
    time_point taken_at_{};    // when the peer took waiting output, or the wait began
    std::size_t pending_ = 0;  // accepted bytes that have not reached the peer; 0 if few
    output_rate rate_;         // measured while output waits, if there is a minimum
};

} // namespace weft
