// SPDX-License-Identifier: MIT
// A listening socket that gives connected ones. POSIX.
#pragma once

#include <memory>

#include <weft/core/function.hpp>
#include <weft/loop/listen_options.hpp>
#include <weft/stream/address.hpp>

#include "loop/descriptor_posix.hpp"
#include "loop/engine.hpp"
#include "loop/socket_file_posix.hpp"

namespace weft {

class loop_state;

/// Accepts while it lives; counts as work of the loop. Ends with its owner, who buries it.
class listener final : private source {
public:
    using accepted = function<void(owned_descriptor)>;

    /// Binds and listens at `where`. A Unix-domain path is taken over from a dead process, never
    /// from a living one, and removed at the end.
    static result<listener*> open(loop_state& loop, const address& where,
                                  const listen_options& options, accepted then);

    /// Stops listening, and dies when the last frame has left it.
    void close() noexcept;

    [[nodiscard]] const address& where() const noexcept { return where_; }

private:
    class retry;

    listener(loop_state& loop, owned_descriptor listening, const address& where, accepted then);
    ~listener() override;

    std::error_code begin() noexcept;
    void ready(readiness what) noexcept override;
    void run() noexcept override;
    void wait_for_descriptors();

    loop_state& loop_;
    owned_descriptor listening_;
    address where_;
    accepted then_;
    socket_file file_;
    std::unique_ptr<retry> retry_; // armed while the process has no descriptor left
    bool counted_ = false;
};

} // namespace weft
