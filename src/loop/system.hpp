// SPDX-License-Identifier: MIT
// What the loop and the endpoints ask of the operating system, whatever the engine. Each system
// defines all of this in its folder of src/loop; what an engine brings is in engine.hpp and
// network.hpp.
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

/// A number that changes in every forked child.
[[nodiscard]] unsigned fork_generation() noexcept;

/// The name that the calling thread was given; of the program unless it has one of its own.
[[nodiscard]] std::string this_thread_name();

/// Starts a thread that takes no signals. Throws std::system_error, or std::bad_alloc.
[[nodiscard]] std::thread start_thread(std::function<void()> body);

/// Random bytes that cannot be predicted, buffered: a masking key costs no system call.
[[nodiscard]] std::unique_ptr<random_source> make_system_random();

/// Signals of the process, heard on one loop. Does not count as work of the loop.
class signal_watch {
public:
    /// Gives the signals back what they did before, and dies when the last frame has left it.
    virtual void close() noexcept = 0;

protected:
    ~signal_watch() = default;
};

/// Calls `hear` in a turn for each of these signals. Fails with `errc::signals_taken`, `forked`, or
/// what the system says, such as `invalid_argument` for a signal that cannot be caught; then all
/// is as it was.
result<signal_watch*> begin_signal_watch(loop_state& loop, std::span<const int> numbers,
                                         function<void(int number)> hear);

// --- descriptors

/// `not_pollable` for regular files, directories and disks, which are always called ready although
/// reading them blocks; or what the system says.
[[nodiscard]] std::error_code check_pollable(int descriptor) noexcept;

/// What an engine has said, with epoll's EPERM as `not_pollable`.
[[nodiscard]] std::error_code as_pollable_error(std::error_code why) noexcept;

/// A thread's wait for one descriptor, which another thread can end.
class descriptor_wait {
public:
    /// What the system says if there can be no wait.
    std::error_code open() noexcept;

    /// True when `descriptor` is readable, false from `end` on.
    [[nodiscard]] bool readable(int descriptor) const noexcept;

    /// On any thread, once.
    void end() noexcept { end_.reset(); }

private:
    owned_socket ended_; // readable when `end_` is closed
    owned_socket end_;
};

// --- sockets

/// Whether `socket` is a stream socket that is connected; changes nothing. `bad_argument` for
/// another kind of socket, otherwise what the system says.
[[nodiscard]] std::error_code check_connected(native_socket socket) noexcept;

/// Makes it not block, close on exec, and not delay.
[[nodiscard]] std::error_code make_fit(native_socket socket) noexcept;

/// The peer, where the system tells also after a reset; otherwise no address.
[[nodiscard]] address remote_address_of(native_socket socket);

/// The address in a sockaddr of `size` bytes, for libraries that hand out such.
[[nodiscard]] address as_address(const void* sockaddr, std::size_t size);

/// Sends `words` if the socket takes them at once, which a fresh one does, and closes it.
///
/// Nothing is read, so the end of a peer that has sent something already is a reset; what it was
/// sent before stands in its queue.
void refuse(owned_socket refused, std::string_view words) noexcept;

// --- names

/// The index of the network interface with this name, for the scope of an address; 0 when there is
/// none.
[[nodiscard]] std::uint32_t interface_index(std::string_view name) noexcept;

/// The content of the file at `path`; empty when there is none, or why it cannot be read.
[[nodiscard]] result<std::string> read_hosts_file(const std::string& path);

/// Finds addresses as other programs of this system do, on a thread of its own.
[[nodiscard]] resolver make_system_resolver();

} // namespace weft
