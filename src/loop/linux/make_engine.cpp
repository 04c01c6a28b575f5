// SPDX-License-Identifier: MIT
// Creates the engine that the options select, from those that exist on Linux.
#include <array>

#include "loop/engine.hpp"
#include "loop/linux/epoll_engine.hpp"
#include "loop/linux/make_uring_engine.hpp"
#include "loop/posix/poll_engine.hpp"
#include "loop/posix/readiness_network.hpp"
#include "loop/virtual_engine.hpp"

namespace weft {
namespace {

/// Creates an epoll engine, or a poll engine if the system reports that epoll does not exist
/// (ENOSYS): some kernels are built without it, and some sandboxes hide it.
std::unique_ptr<engine> make_best_engine() {
    try {
        return std::make_unique<epoll_engine>();
    } catch (const std::system_error& refused) {
        if (refused.code() != std::errc::function_not_supported) throw;
    }
    return std::make_unique<poll_engine>();
}

/// Creates an io_uring engine, or the best other engine if the system refuses io_uring: the kernel
/// may be too old, or io_uring may be switched off or forbidden by a sandbox.
std::unique_ptr<engine> make_uring_or_epoll(std::error_code* refused) {
    try {
        return make_uring_engine();
    } catch (const std::system_error& why) {
        if (why.code() == std::errc::too_many_files_open) throw;
        if (refused) *refused = why.code();
    }
    return make_best_engine();
}

} // namespace

std::span<const engine_kind> available_engines() noexcept {
    static constexpr std::array here{engine_kind::epoll, engine_kind::io_uring,
                                     engine_kind::poll};
    return here;
}

std::unique_ptr<engine> make_engine(const loop_options& options, std::error_code* refused) {
    switch (options.engine) {
    case engine_kind::automatic: return make_best_engine();
    case engine_kind::epoll: return std::make_unique<epoll_engine>();
    case engine_kind::io_uring: return make_uring_or_epoll(refused);
    case engine_kind::poll: return std::make_unique<poll_engine>();
    case engine_kind::virtual_time:
        return std::make_unique<virtual_engine>(options.clock, readiness_network::instance());
    case engine_kind::kqueue: break;
    }
    throw std::system_error(std::make_error_code(std::errc::function_not_supported), "engine");
}

} // namespace weft
