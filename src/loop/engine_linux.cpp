// SPDX-License-Identifier: MIT
// Which engines this system has. Linux.
#include "loop/engine.hpp"
#include "loop/epoll_engine.hpp"
#include "loop/virtual_engine.hpp"

namespace weft {

std::unique_ptr<engine> make_engine(const loop_options& options) {
    switch (options.engine) {
    case engine_kind::automatic:
    case engine_kind::epoll: return std::make_unique<epoll_engine>();
    case engine_kind::virtual_time: return std::make_unique<virtual_engine>(options.clock);
    }
    throw std::system_error(std::make_error_code(std::errc::invalid_argument), "engine");
}

} // namespace weft
