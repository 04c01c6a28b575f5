// SPDX-License-Identifier: MIT
// The lookup of a host name to listen at. Does not depend on listeners: the caller opens them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <weft/core/function.hpp>
#include <weft/core/http_fields.hpp>
#include <weft/core/result.hpp>
#include <weft/stream/work_item.hpp>

#include "loop/lookup_state.hpp"
#include "loop/name_query.hpp"

namespace weft {

/// One lookup. Destroys itself when it has reported or is cancelled. Counts as work of the loop.
class pending_listen final : public work_item, private address_sink {
public:
    /// Called once, in a turn, with all addresses, or the reason why there are none.
    using looked_up = function<void(pending_listen&, result<std::vector<address>>)>;

    static pending_listen& start(loop_state& loop, std::string_view host, std::uint16_t port,
                                 looked_up then);

    /// Cancels the lookup; `looked_up` is not called.
    void cancel() noexcept;

private:
    pending_listen(loop_state& loop, std::string_view host, std::uint16_t port, looked_up then)
        : loop_(loop), host_(to_lower(host)), port_(port), then_(std::move(then)) {}

    void run() noexcept override;
    void on_found(std::span<const address> some) noexcept override;
    void on_no_more(std::error_code why) noexcept override;
    void finish(result<std::vector<address>> outcome) noexcept;

    loop_state& loop_;
    std::string host_;
    std::uint16_t port_;
    looked_up then_;
    name_query query_;
    std::vector<address> found_;
    bool ended_ = false;
};

} // namespace weft
