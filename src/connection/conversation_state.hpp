// SPDX-License-Identifier: MIT
// The state of a conversation, shared by the conversation and its connection: the messages that
// wait for the coroutine, and the operations that wait for the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include <weft/connection/conversation.hpp>
#include <weft/core/error.hpp>
#include <weft/stream/driver.hpp>

namespace weft {

/// Counts its owners without atomics, as all are on one thread. If an operation ends at a point
/// where no coroutine may run, the driver continues its coroutine later, through this work item.
class conversation_state final : private work_item {
public:
    /// Owns a reference: keeps the state while coroutines run, which may release it.
    class reference {
    public:
        explicit reference(conversation_state& to) noexcept : to_(&to) { to.keep(); }
        reference(reference&& other) noexcept : to_(std::exchange(other.to_, nullptr)) {}
        reference& operator=(const reference&) = delete;
        ~reference() {
            if (to_) to_->release();
        }
        conversation_state* operator->() const noexcept { return to_; }

    private:
        conversation_state* to_;
    };

    /// Creates a state with one reference.
    explicit conversation_state(weft::driver& on) noexcept : driver_(on) {}

    void keep() noexcept { ++owners_; }
    void release() noexcept {
        if (--owners_ == 0) delete this;
    }

    /// Returns the state of a connection that coroutines use; null if there is none.
    [[nodiscard]] static conversation_state* of(connection& peer) noexcept;

    /// Creates a state in the `open` handler, and runs `serve` with a conversation of it.
    static void serve(connection& peer, function<task<void>(conversation)>& serve,
                      std::shared_ptr<void> keeps, const stop_token& until);

    /// Creates a state in the `open` handler, and calls `begin` with a conversation of it.
    static void open(connection& peer, function<void(conversation)>& begin);

    [[nodiscard]] connection* peer() const noexcept { return peer_; }
    [[nodiscard]] const report& outcome() const noexcept { return outcome_; }

    // --- from the connection
    void opened(connection& peer);
    void received(message whole);
    void drained() noexcept;
    void ended(const report& why) noexcept;
    void connection_destroyed() noexcept;

    // --- from the conversation
    void close(close_code code, std::string_view reason) noexcept;
    void abandon() noexcept;
    void fail(std::exception_ptr thrown) noexcept;

    // --- from operations
    [[nodiscard]] bool take(receive_operation& into) noexcept;
    [[nodiscard]] bool connected_or_failed() const noexcept { return peer_ || end_; }
    [[nodiscard]] std::error_code end() const noexcept { return end_; }
    [[nodiscard]] std::error_code end_of_closing() const noexcept;
    [[nodiscard]] std::uint64_t drained_count() const noexcept { return drained_; }
    void wait(receive_operation& one) noexcept;
    void wait(send_operation& one) noexcept;
    void wait(close_operation& one) noexcept;
    void wait(connect_operation& one) noexcept;
    void forget(receive_operation& one) noexcept;
    void forget(send_operation& one) noexcept;
    void forget(close_operation& one) noexcept;
    void forget(connect_operation& one) noexcept;
    void connecting(connection_handle made) noexcept { handle_ = std::move(made); }
    void cancel_connecting() noexcept;
    void give_up_connecting() noexcept;

private:
    void run() noexcept override;
    void finish(std::error_code why) noexcept;
    void continue_all() noexcept;
    template <class Operation>
    void complete(Operation& one, std::error_code error = {}) noexcept;
    [[nodiscard]] bool anybody_waits() const noexcept;
    [[nodiscard]] bool drops() const noexcept { return abandoned_ || closers_.linked(); }

    weft::driver& driver_;
    connection* peer_ = nullptr; // while it is open
    std::uint32_t owners_ = 1;
    bool queued_ = false; // `next_` holds a message
    bool next_is_text_ = false;
    bool abandoned_ = false;         // the conversation is gone
    bool cancelled_ = false;         // while connecting
    std::vector<std::byte> current_; // the message that the coroutine has received last
    std::vector<std::byte> next_;    // a message that waits to be received
    receive_operation* receiver_ = nullptr;
    connect_operation* connector_ = nullptr;
    weft::list_link senders_;
    weft::list_link closers_;
    std::uint64_t drained_ = 0; // how often `writable` was called
    std::error_code end_;       // what operations end with; empty while there is a connection
    report outcome_{.phase = phase::http, .error = errc::not_open};
    connection_handle handle_; // of an outbound connection, to cancel it
};

/// Owns a reference to a conversation's state. Kept by the connection, it notices that the
/// connection is destroyed.
class conversation_anchor {
public:
    conversation_anchor() noexcept = default;
    explicit conversation_anchor(conversation_state& of) noexcept : state_(&of) { of.keep(); }
    conversation_anchor(conversation_anchor&& other) noexcept
        : state_(std::exchange(other.state_, nullptr)) {}
    conversation_anchor& operator=(conversation_anchor&& other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~conversation_anchor() {
        if (!state_) return;
        state_->connection_destroyed();
        state_->release();
    }

    [[nodiscard]] conversation_state* get() const noexcept { return state_; }

private:
    conversation_state* state_ = nullptr;
};

} // namespace weft
