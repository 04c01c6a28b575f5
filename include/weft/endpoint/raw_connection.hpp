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

#include <weft/connection/connection.hpp> // send_result
#include <weft/core/byte_queue.hpp>
#include <weft/endpoint/raw_handle.hpp>
#include <weft/endpoint/raw_handlers.hpp>
#include <weft/endpoint/raw_options.hpp>
#include <weft/stream/stream.hpp>

namespace weft {

class raw_set;
struct posted_bytes;
struct raw_route;

/// A stream of bytes in both directions, with the words of `connection`.
///
/// Handlers are given a reference; it is good until the handler of the end (`close` or `fail`) has
/// returned. All functions belong to the loop's thread, and a command on another one ends the
/// program with a message; for other threads and for keeping there is `handle()`.
///
/// A command that finds no memory throws std::bad_alloc and has done nothing, or ends the
/// connection with `std::errc::not_enough_memory`, as does a handler that lets std::bad_alloc out.
class raw_connection final : private timed_task, private stream_events {
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

    [[nodiscard]] bool secure() const noexcept { return stream_ && stream_->secure(); }

    /// The stream itself, such as a `tls_stream`; null while it is dialled. For reading only.
    [[nodiscard]] const stream* transport() const noexcept { return stream_.get(); }
    [[nodiscard]] address local_address() const;
    [[nodiscard]] address remote_address() const;

    /// How the connection ended, once it has.
    [[nodiscard]] const report& outcome() const noexcept { return outcome_; }

    /// Anything the application wants to keep with the connection, which need not be copyable.
    [[nodiscard]] any_value& data();

    /// The data of type `T`, or null.
    template <class T>
    [[nodiscard]] T* data_as() {
        return data().get_if<T>();
    }

    /// A weak reference that may be kept, copied, and used on any thread.
    [[nodiscard]] raw_handle handle();

    [[nodiscard]] weft::driver& driver() const noexcept;

private:
    friend class raw_set;
    friend class registry<raw_connection>;
    friend class member_table<raw_connection>;
    friend class raw_handle;
    friend class raw_client;
    friend class raw_file;

    struct details;
    class visit;

    raw_connection(raw_set& home, raw_route& by, std::unique_ptr<details> own);
    ~raw_connection() override;

    // life, by raw_set and who dials
    void receive_early(std::span<const std::byte> bytes);
    void attach(std::unique_ptr<stream> connected) noexcept;
    void dialling(phase at, function<void()> cancel) noexcept;
    void note_tried() noexcept;
    void dialling_begins() noexcept;
    void fail_dialling(phase at, std::error_code why) noexcept;
    void end_at_once(std::error_code why) noexcept;
    void end_for_shutdown(std::error_code why) noexcept;
    void dismiss() noexcept;

    // from a handle
    void take_posted(posted_bytes&& what) noexcept;
    void send_posted(const posted_bytes& what);
    void send_held() noexcept;
    void do_posted(function<void(raw_connection&)>& work);
    void posts_done(std::size_t size) noexcept;
    void share_queue() noexcept;

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

    // events
    template <class Action>
    void enter(Action&& action) noexcept;
    void pump();
    bool tell_next();
    bool tell_early();
    void tell_data(std::span<std::byte> bytes);
    void tell_end() noexcept;
    void note_facts() noexcept;
    template <class Handler, class... Args>
    void call(Handler& handler, Args&&... args) noexcept;
    void handler_threw() noexcept;
    void run_out_of_memory() noexcept;
    void end_with(std::error_code why, side began) noexcept;

    // output
    send_result send_counted(std::span<const std::byte> bytes);
    std::size_t write_now(std::span<const std::byte> more = {}) noexcept;
    void keep(std::span<const std::byte> rest) noexcept;
    void after_writing() noexcept;
    send_result refuse_to_queue() noexcept;
    [[nodiscard]] bool queue_is_full(std::size_t more) const noexcept;
    [[nodiscard]] bool queue_pauses() noexcept;
    [[nodiscard]] bool writable_waits() const noexcept;

    // deadlines
    void follow_output(std::size_t count) noexcept;
    void note_pending(time_point now) noexcept;
    void peer_took(time_point now) noexcept;
    [[nodiscard]] bool output_waits() const noexcept { return waits_ || pending_ != 0; }
    [[nodiscard]] time_point stall_deadline() const noexcept;
    void judge_deadline(time_point now) noexcept;
    void end_in_time(time_point now) noexcept;
    [[nodiscard]] bool input_comes_first() noexcept;
    void postpone() noexcept;

    // after each entry
    void update() noexcept;
    void half_close_if_done() noexcept;
    void update_reading() noexcept;
    [[nodiscard]] time_point next_deadline() const noexcept;
    void update_timer() noexcept;
    void end_handles() noexcept;
    void die() noexcept;

    [[nodiscard]] bool over() const noexcept { return dead_ || ended_ || end_waits_; }

    /// Whether TLS's handshake is still under way, or was when it failed.
    [[nodiscard]] bool opening() const noexcept {
        return stream_ && !opened_ && stream_->opening();
    }
    details& more();

    raw_set& set_;
    raw_route* route_;
    std::unique_ptr<stream> stream_;
    std::unique_ptr<details> details_;
    byte_queue queue_;
    report outcome_;
    time_point until_ = never; // for connecting, for TLS's handshake, or for closing
    time_point alive_at_{};    // the peer's last sign of life
    time_point taken_at_{};    // the peer took output that waits, or the wait began
    std::size_t pending_ = 0;  // bytes that the stream took and the peer has not; few are none
    std::size_t owed_ = 0;     // bytes of input to read before a deadline counts
    std::uint32_t index_ = 0;  // in the set
    std::uint8_t looks_ = 0;   // at such a deadline, without input read in between
    std::uint8_t depth_ = 0;   // frames of handlers on the stack
    bool dialling_ = false;
    bool paused_ = false;
    bool reading_ = true; // the stream has not been paused
    bool dead_ = false;
    bool opened_ : 1 = false;     // `open` has been called
    bool finishing_ : 1 = false;  // nothing more is sent
    bool half_closed_ : 1 = false;
    bool eof_ : 1 = false;        // the peer sends no more
    bool closing_ : 1 = false;    // nothing more is heard either
    bool end_waits_ : 1 = false;  // and is to be told
    bool ended_ : 1 = false;      // the last handler has been called
    bool lingers_ : 1 = true;     // after the end, until the peer's
    bool declined_ : 1 = false;   // the stream waits for resume
    bool continues_ : 1 = false;  // there is more to tell in another turn
    bool blocked_ : 1 = false;    // the stream took only a part
    bool waits_ : 1 = false;      // likewise, as of the last write
    bool looked_ : 1 = false;     // a deadline has passed, and `owed_` is read before it counts
    bool postponed_ : 1 = false;  // and is judged again in a later round
    bool suspended_ : 1 = false;  // a nested turn runs, or has run, inside a handler
    bool tell_writable_ : 1 = false; // a send has said backed_up or dropped
    bool answers_wait_ : 1 = false;  // what is queued grew by answers to this peer
    bool held_back_ : 1 = false;     // nothing is heard of the peer until it has read
    bool awaited_ : 1 = false;       // by the shutdown of its endpoint
};

} // namespace weft
