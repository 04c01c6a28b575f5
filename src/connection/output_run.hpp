// SPDX-License-Identifier: MIT
// A batch of frames that many connections send in one turn, such as the publications to a topic.
// The frames are contiguous, in memory that the connections share. Knows nothing of topics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <weft/core/output_queue.hpp>
#include <weft/core/prepared_message.hpp>

namespace weft {

class connection;
class output_run;

/// A connection's place in a run. The connection's part is all frames from `begin` on.
struct run_place {
    output_run* run = nullptr;   // null: the connection is in no run
    std::uint32_t begin = 0;     // offset in bytes
    std::uint32_t messages = 0;  // number of messages in the run before `begin`
};

/// The memory of several runs. Keeps unused pieces for later runs, up to a limit.
class run_memory {
public:
    /// The size of each piece of memory, in bytes.
    static constexpr std::size_t piece_size = 16 * 1024;

    /// Takes a piece. Returns null if there is no memory, or if too many pieces are in use.
    [[nodiscard]] std::shared_ptr<std::byte[]> take() noexcept;

    /// Takes back a piece. It is not used again while something still refers to it.
    void give_back(std::shared_ptr<std::byte[]>&& piece) noexcept;

    [[nodiscard]] std::size_t used() const noexcept { return used_; }
    [[nodiscard]] std::size_t spare() const noexcept { return spare_.size(); }

private:
    std::vector<std::shared_ptr<std::byte[]>> spare_;
    std::size_t used_ = 0;
};

/// Appends each frame once, for all connections that have joined. The frame becomes output of each.
///
/// A connection costs a few instructions to join in each turn, and nothing for each further frame.
/// At the end of the turn, it leaves the run and writes its part. It leaves earlier if anything
/// else is to be added to its output, so that its output is in the order of the calls. While it is
/// in the run, its part counts as queued output. The run has memory only while connections are in
/// it. A connection that cannot write its whole part keeps a reference to that memory.
class output_run {
public:
    /// Longer frames are not added to runs, because copying them would cost more than sending them
    /// to each connection separately.
    static constexpr std::size_t frame_size_max = 1024;

    output_run() = default;
    output_run(const output_run&) = delete;
    output_run& operator=(const output_run&) = delete;

    /// Returns the number of connections in the run.
    [[nodiscard]] std::size_t size() const noexcept { return members_; }

    /// Returns whether `what` is short enough for a run.
    [[nodiscard]] static bool takes(const prepared_message& what) noexcept;

    /// Returns whether the run has room for `what`. If not, all connections must leave first.
    [[nodiscard]] bool has_room_for(const prepared_message& what) const noexcept;

    /// Appends a message to the output of all connections in the run. If the run has no room for
    /// it, or `from` has no memory, returns false and does nothing.
    bool append(const prepared_message& what, run_memory& from) noexcept;

    /// Adds `who` to the run. Its part begins with the last message. Returns false if that message
    /// must be sent to `who` separately. Reasons: its output waits for the peer, is being written,
    /// or was so large that it was written now; one of its handlers is running; it compresses; or
    /// all others have left, so that the run has no message.
    bool join(connection& who, run_place& at) noexcept;

    /// Removes `who` from its run, if it is in one, and queues its part.
    static void leave(connection& who) noexcept;

    /// Removes `who` from its run, if it is in one, and writes its part.
    static void write(connection& who) noexcept;

    /// Frees the memory if no connection has joined after the last message was appended.
    void settle() noexcept {
        if (members_ == 0) free();
    }

private:
    friend class connection;

    [[nodiscard]] shared_bytes frames_of(const run_place& at) const noexcept;
    void remove(run_place& at) noexcept;
    [[nodiscard]] std::size_t size_of(const run_place& at) const noexcept {
        return size_ - at.begin;
    }
    [[nodiscard]] std::size_t messages_of(const run_place& at) const noexcept {
        return messages_ - at.messages;
    }
    void free() noexcept;

    run_memory* memory_ = nullptr;
    std::shared_ptr<std::byte[]> bytes_; // null while no connection is in the run
    std::uint32_t size_ = 0;
    std::uint32_t messages_ = 0;
    std::uint32_t last_ = 0; // where the last message begins
    std::uint32_t members_ = 0;
};

} // namespace weft
