// SPDX-License-Identifier: MIT
// One connection that carries bytes as they are: a stream and its driver joined. Written once for
// sockets, adopted ones and files; it knows none of them, and nothing of WebSocket.
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

/// A stream of bytes in both directions, with the words of `connection`.
///
/// Handlers are given a reference; it is good until the handler of the end (`close` or `fail`) has
/// returned. All functions belong to the loop's thread, and a command on another one ends the
/// program with a message; for other threads and for keeping there is `handle()`.
///
/// A command that finds no memory throws std::bad_alloc and has done nothing, or ends the
/// connection with `std::errc::not_enough_memory`, as does a handler that lets std::bad_alloc out.
class raw_connection final : public channel {
public:
    // --- commands

    /// Sends bytes; `accepted` and `backed_up` mean that all of them were taken.
    ///
    /// What is sent while a handler runs leaves together. The bytes are copied or written before
    /// this returns, so a handler can send what it was handed.
    send_result send(std::span<const std::byte> bytes);
    send_result send(std::string_view bytes) { return send(std::as_bytes(std::span(bytes))); }
    template <bytes_like Bytes>
    send_result send(const Bytes& bytes) {
        return send(view_bytes(bytes));
    }

    /// Tells the peer, after all that was sent, that no more will come: the half-close of a socket
    /// or of the writing end of a pipe. Reading goes on. When both sides have done so the
    /// connection has ended.
    void finish() noexcept;

    /// Ends the connection after all that was sent; what the peer sends from now on is read and
    /// dropped, so that no reset overtakes the last bytes. Before it is open, like `abort`.
    void close() noexcept;

    /// Ends the connection at once; what waits is dropped. `close` or `fail` is called in the next
    /// round of work with `errc::aborted`.
    void abort() noexcept;

    /// Stops reading: neither bytes nor the end are told, and what the peer sends wakes nobody.
    void pause() noexcept;
    void resume() noexcept;

    // --- getters

    /// Whether `send` may take something.
    [[nodiscard]] bool is_open() const noexcept {
        return stream_ && !finishing_ && !closing_ && !end_waits_ && !ended_;
    }
    [[nodiscard]] bool paused() const noexcept { return paused_; }

    /// Bytes of output that wait for the stream.
    [[nodiscard]] std::size_t buffered_amount() const noexcept { return queue_.size(); }

    [[nodiscard]] address remote_address() const;

    /// How the connection ended, once it has.
    [[nodiscard]] const report& outcome() const noexcept { return outcome_; }

    /// A weak reference that may be kept, copied, and used on any thread.
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

    // life, by raw_set and who connects
    void receive_early(std::span<const std::byte> bytes);
    void attach(std::unique_ptr<stream> connected) noexcept;
    void begin_phase(phase at, function<void()> cancel) noexcept;
    void note_tried() noexcept;
    void phase_begins() noexcept;
    void fail_connecting(phase at, std::error_code why) noexcept;
    void end_at_once(std::error_code why) noexcept;
    void end_for_shutdown(std::error_code why) noexcept;
    void leave() noexcept override;

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

    // for what all kinds of connections have in common
    [[nodiscard]] std::unique_ptr<extra> make_extra() const override;
    [[nodiscard]] queue_limit limit() const noexcept override;
    [[nodiscard]] std::size_t queued() const noexcept override { return queue_.size(); }
    [[nodiscard]] bool takes_output() const noexcept override {
        return !finishing_ && !closing_ && !over();
    }
    [[nodiscard]] bool holds_back() const noexcept override;
    void send_posted(const posted_message& what) override;
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
    bool tell_next();
    bool tell_early();
    void tell_data(std::span<std::byte> bytes);
    void tell_end() noexcept;
    void note_facts() noexcept;
    void end_with(std::error_code why, side began) noexcept;

    // output
    send_result send_counted(std::span<const std::byte> bytes);
    std::size_t write_now(std::span<const std::byte> more = {}) noexcept;
    void keep(std::span<const std::byte> rest) noexcept;
    [[nodiscard]] bool writable_waits() const noexcept {
        return writable_may_come() && is_open();
    }

    // deadlines
    void follow_output(std::size_t count) noexcept;
    void note_pending(time_point now) noexcept;
    void peer_took(time_point now) noexcept;
    [[nodiscard]] bool output_waits() const noexcept { return waits_ || pending_ != 0; }
    [[nodiscard]] time_point stall_deadline() const noexcept;
    void judge_deadline(time_point now) noexcept;
    void end_in_time(time_point now) noexcept;
    [[nodiscard]] bool input_comes_first() noexcept;

    // after each entry
    void update() noexcept;
    void half_close_if_done() noexcept;
    void update_reading() noexcept;
    [[nodiscard]] time_point next_deadline() const noexcept;
    void update_timer() noexcept { look_at(next_deadline()); }

    [[nodiscard]] bool over() const noexcept { return dead_ || ended_ || end_waits_; }

    /// Whether TLS's handshake is still under way, or was when it failed.
    [[nodiscard]] bool opening() const noexcept {
        return stream_ && !opened_ && stream_->opening();
    }
    [[nodiscard]] details* extras() const noexcept;
    details& more();

    bool paused_ : 1 = false;     // by the application
    bool finishing_ : 1 = false;  // nothing more is sent
    bool eof_ : 1 = false;        // the peer sends no more
    bool closing_ : 1 = false;    // nothing more is heard either
    bool end_waits_ : 1 = false;  // and is to be told
    bool lingers_ : 1 = true;     // after the end, until the peer's
    bool waits_ : 1 = false;      // the stream took only a part, as of the last write
    raw_set& set_;
    raw_route* route_;
    byte_queue queue_;
    report outcome_;
    time_point until_ = never; // for connecting, for TLS's handshake, or for closing
    time_point alive_at_{};    // the peer's last sign of life
    time_point taken_at_{};    // the peer took output that waits, or the wait began
    std::size_t pending_ = 0;  // bytes that the stream took and the peer has not; few are none
};

} // namespace weft
