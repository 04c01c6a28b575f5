// SPDX-License-Identifier: MIT
// Creates the engine that the options select, from those that exist on FreeBSD and macOS.
#include <array>

#include "loop/bsd/kqueue_engine.hpp"
#include "loop/engine.hpp"
#include "loop/posix/poll_engine.hpp"
#include "loop/posix/readiness_network.hpp"
#include "loop/virtual_engine.hpp"

namespace weft {

std::span<const engine_kind> available_engines() noexcept {
    static constexpr std::array here{engine_kind::kqueue, engine_kind::poll};
    return here;
}

std::unique_ptr<engine> make_engine(const loop_options& options, std::error_code*) {
    switch (options.engine) {
    case engine_kind::automatic:
    case engine_kind::kqueue: return std::make_unique<kqueue_engine>();
    case engine_kind::poll: return std::make_unique<poll_engine>();
    case engine_kind::virtual_time:
        return std::make_unique<virtual_engine>(options.clock, readiness_network::instance());
    case engine_kind::epoll:
    case engine_kind::io_uring: break;
    }
    throw std::system_error(std::make_error_code(std::errc::function_not_supported), "engine");
}

} // namespace weft
