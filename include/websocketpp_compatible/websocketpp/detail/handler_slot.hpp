// SPDX-License-Identifier: MIT
// A handler that may be replaced while it runs, and that many connections share.
#pragma once

#include <memory>
#include <utility>

#include <websocketpp/common/functional.hpp>

namespace websocketpp::detail {

template <class Signature>
class handler_slot {
public:
    void set(lib::function<Signature> handler) {
        if (handler) {
            shared_ = std::make_shared<lib::function<Signature>>(std::move(handler));
        } else {
            shared_.reset();
        }
    }

    explicit operator bool() const noexcept { return shared_ != nullptr; }

    template <class... Arguments>
    auto operator()(Arguments&&... arguments) const {
        const auto running = shared_; // it may be replaced meanwhile
        return (*running)(std::forward<Arguments>(arguments)...);
    }

private:
    std::shared_ptr<lib::function<Signature>> shared_;
};

} // namespace websocketpp::detail
