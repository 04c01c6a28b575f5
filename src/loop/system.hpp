// SPDX-License-Identifier: MIT
// The operating-system functions that the loop and the endpoints need, independent of the engine.
// Each system's folder in src/loop defines all of them; engine.hpp and network.hpp declare what an
// engine provides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include <weft/core/address.hpp>
#include <weft/core/function.hpp>
#include <weft/core/random_source.hpp>
#include <weft/core/result.hpp>
#include <weft/loop/resolver.hpp>

#include "loop/owned_socket.hpp"

namespace weft {

class loop_state;

// --- processes and threads

/// Returns a number that changes in every forked child.
[[nodiscard]] unsigned fork_generation() noexcept;

/// Returns the calling thread's name; the program's name if the thread has none of its own.
[[nodiscard]] std::string this_thread_name();

/// Starts a thread that blocks all signals. Throws std::system_error, or std::bad_alloc.
[[nodiscard]] std::thread start_thread(std::function<void()> body);

/// Makes a source of unpredictable random bytes, buffered: a masking key costs no system call.
[[nodiscard]] std::unique_ptr<random_source> make_system_random();

/// Handles signals of the process on one loop. Does not count as work of the loop.
class signal_watch {
public:
    /// Handles these signals instead, without a moment in which a signal of both sets is not
    /// handled. Those that have arrived reach the new handler. On an error nothing changes.
    virtual std::error_code replace(std::span<const int> numbers,
                                    function<void(int number)> handler) = 0;

    /// Restores the earlier dispositions. The watch is destroyed once none of its functions is on
    /// the stack.
    virtual void close() noexcept = 0;

protected:
    ~signal_watch() = default;
};

/// Calls `handler` in a turn for each of these signals. Fails with `errc::signals_taken`, `forked`,
/// or the system's error, such as `invalid_argument` for a signal that cannot be caught; then
/// nothing changes.
result<signal_watch*> begin_signal_watch(loop_state& loop, std::span<const int> numbers,
                                         function<void(int number)> handler);

// --- descriptors

/// Calls `work`, by which another library writes to `descriptor`, so that it raises no SIGPIPE.
/// `work` calls no user code, and returns false if the write has failed.
void call_without_sigpipe(int descriptor, bool (*work)(void* with) noexcept, void* with) noexcept;

/// The two sockets between which the caller of `divert` relays bytes.
struct diverted_socket {
    owned_socket peer;    ///< the original connection
    owned_socket library; ///< the other end of the pair: connected to the library's descriptor
};

/// Replaces `descriptor`, a connected socket that another library uses, with one end of a pair of
/// sockets, so that the caller can change the bytes on their way. The descriptor's number stays the
/// same. On an error the descriptor is unchanged.
result<diverted_socket> divert(int descriptor) noexcept;

/// Returns `not_pollable` for regular files, directories and disks, which poll(2) always reports as
/// ready although reading them blocks; or the system's error.
[[nodiscard]] std::error_code check_pollable(int descriptor) noexcept;

/// Returns `why`, the error of an engine, but `not_pollable` instead of epoll's EPERM.
[[nodiscard]] std::error_code as_pollable_error(std::error_code why) noexcept;

/// Lets a thread wait for one descriptor; another thread can end the wait.
class descriptor_wait {
public:
    /// Returns the system's error if the wait cannot be set up.
    std::error_code open() noexcept;

    /// Waits; returns true if `descriptor` is readable, false from `end` on.
    [[nodiscard]] bool readable(int descriptor) const noexcept;

    /// Ends the wait. May be called once, on any thread.
    void end() noexcept { end_.reset(); }

private:
    owned_socket ended_; // readable when `end_` is closed
    owned_socket end_;
};

// --- sockets

/// Checks that `socket` is a connected stream socket, without changing it. `bad_argument` for
/// another kind of socket, otherwise the system's error.
[[nodiscard]] std::error_code check_connected(native_socket socket) noexcept;

/// Makes the socket non-blocking and close-on-exec, and sets TCP_NODELAY.
[[nodiscard]] std::error_code prepare_socket(native_socket socket) noexcept;

/// Returns the peer's address, even after a reset if the system supports that; otherwise no
/// address.
[[nodiscard]] address remote_address_of(native_socket socket);

/// Returns the address in a sockaddr of `size` bytes, for libraries that provide those.
[[nodiscard]] address as_address(const void* sockaddr, std::size_t size);

/// Sends as much of `words` as the socket accepts at once (a new socket accepts all of it), and
/// closes the socket. Reads nothing, so a peer that has sent something also receives a reset, after
/// the words.
void refuse(owned_socket refused, std::string_view words) noexcept;

// --- names

/// Returns the index of the network interface with this name, for the scope of an address; 0 if
/// there is none.
[[nodiscard]] std::uint32_t interface_index(std::string_view name) noexcept;

/// Returns the content of the file at `path`; empty if there is none; fails if it cannot be read.
[[nodiscard]] result<std::string> read_hosts_file(const std::string& path);

/// Returns a resolver that resolves names as other programs of this system do, on its own thread.
[[nodiscard]] resolver make_system_resolver();

} // namespace weft
