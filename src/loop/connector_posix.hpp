// SPDX-License-Identifier: MIT
// Connecting to the first of some addresses that answers. POSIX.
#pragma once

#include <vector>

#include <weft/core/function.hpp>
#include <weft/stream/address.hpp>

#include "loop/descriptor_posix.hpp"
#include "loop/engine.hpp"

namespace weft {

class loop_state;

/// Tries addresses one after the other, and tells once how it ended.
///
/// Made with `start`; it dies by itself after it has told, or by `cancel`. It tells in a turn,
/// never from inside `start`. The connection that it dials for counts as work, not this.
class connector final : private source {
public:
    using connected = function<void(result<owned_descriptor>)>;

    /// `where` is not empty.
    static connector& start(loop_state& loop, std::vector<address> where, connected then);

    /// Gives up without a word.
    void cancel() noexcept;

private:
    connector(loop_state& loop, std::vector<address> where, connected then);
    ~connector() override;

    void ready(readiness what) noexcept override;
    void run() noexcept override;
    void try_next();
    std::error_code begin_connecting(const address& where);
    void abandon() noexcept;
    void tell(result<owned_descriptor> outcome);

    loop_state& loop_;
    std::vector<address> where_;
    std::size_t next_ = 0;
    connected then_;
    owned_descriptor socket_;
    std::error_code last_error_;
    bool answered_ = false;
    bool ended_ = false;
};

} // namespace weft
