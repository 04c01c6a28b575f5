// SPDX-License-Identifier: MIT
// Joins the session of one connection with its transport: turns, commands from any thread, and
// output. Knows neither configs nor Asio.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <weft/core/session.hpp>

namespace websocketpp::detail {

/// The random bytes of clients whose config has no source of its own; for any thread.
weft::random_source& default_random();

/// The base class of all connections.
///
/// A turn feeds input to the session, calls `on_event` for each event, and writes output. Turns of
/// one connection never overlap: the transport runs them one after another. The lock is free while
/// `on_event` runs, so that other threads may send meanwhile; what they send leaves with the turn,
/// or in one that `request_turn` asks for.
class session_link : public std::enable_shared_from_this<session_link> {
public:
    session_link() = default;
    virtual ~session_link() = default;
    session_link(session_link const&) = delete;
    session_link& operator=(session_link const&) = delete;

    /// Ends all use of the endpoint's io_context, which is about to be destroyed. Calls no handler.
    virtual void detach() noexcept = 0;

protected:
    typedef std::unique_lock<std::mutex> hold_type;

    /// Begins the session, with `options_`. Called once, before its first turn.
    void begin_session();

    // --- turns, called by the transport

    void receive(std::span<std::byte> bytes) { turn(input::bytes, bytes, {}); }
    void receive_eof() { turn(input::eof, {}, {}); }
    void receive_error(std::error_code why) { turn(input::error, {}, why); }
    void run_turn() { turn(input::none, {}, {}); }

    // --- commands, called on any thread

    /// Calls `command(session&)` and returns its result; `otherwise` before the session begins. The
    /// output leaves soon.
    template <class Command, class Result>
    Result with_session(Command&& command, Result otherwise) {
        hold_type hold(lock_);
        if (!session_) return otherwise;
        Result result = command(*session_);
        after_command(hold);
        return result;
    }

    /// Calls `reader(session const&)`, which must not change it.
    template <class Reader, class Result>
    Result read_session(Reader&& reader, Result otherwise) const {
        hold_type hold(lock_);
        return session_ ? reader(std::as_const(*session_)) : otherwise;
    }

    static weft::time_point now() noexcept { return std::chrono::steady_clock::now(); }

    /// Ends the session without an event, for `detach`.
    void drop_session() noexcept;

    // --- what the connection defines

    /// Called once by the transport: without an error when bytes can be exchanged, else with one.
    virtual void on_stream_ready(std::error_code why) = 0;

    /// Called in a turn, without the lock. An exception ends the connection and leaves the turn.
    virtual void on_event(weft::event const& what) = 0;

    // --- what the transport defines; with the lock unless noted

    /// Writes as much of the session's output as it can now. May release and regain the lock.
    virtual void write_output(hold_type& hold) = 0;

    /// Arranges that `run_turn` is called soon. Called without the lock.
    virtual void request_turn() = 0;

    /// Called at the end of each turn: the transport reads on if the session wants input, and waits
    /// for the session's deadline.
    virtual void continue_stream() = 0;

    /// `end_output` is called once, when no more output follows; `end_stream` once, when the stream
    /// is no longer needed. May release and regain the lock.
    virtual void end_output(hold_type& hold) = 0;
    virtual void end_stream(hold_type& hold) = 0;

    weft::session_options options_; ///< of the session; change it with the lock
    std::optional<weft::session> session_;
    mutable std::mutex lock_;

private:
    enum class input { none, bytes, eof, error };

    struct queued_input {
        input kind;
        std::vector<std::byte> bytes;
        std::error_code why;
    };

    void turn(input kind, std::span<std::byte> bytes, std::error_code why);
    void feed(input kind, std::span<std::byte> bytes, std::error_code why);
    void finish_turn(hold_type& hold) noexcept;
    void after_command(hold_type& hold);

    std::vector<queued_input> queued_; // input that arrived inside a turn
    std::thread::id turn_thread_;
    bool in_turn_ = false;
    bool turn_requested_ = false;
    bool output_ended_ = false;
    bool stream_ended_ = false;
};

} // namespace websocketpp::detail
