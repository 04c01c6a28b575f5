// SPDX-License-Identifier: MIT
// The options of a TLS server and the context made from them, which any thread may replace. Knows
// no TLS library.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include <weft/core/result.hpp>

namespace weft {

/// `Context::make(options, earlier)` returns a context or an error; `earlier` is the context that
/// this one replaces, null for the first one.
template <class Options, class Context>
class reloadable {
public:
    /// Makes the context again, from the same options. If that fails, nothing changes.
    result<void> reload() {
        const std::lock_guard locked(lock_);
        return replace(options_);
    }

    /// Does the same from other options. `options.fault` is not used after the call has returned.
    result<void> reload(Options options) {
        const std::lock_guard locked(lock_);
        if (const auto replaced = replace(options); !replaced) return replaced;
        options_ = std::move(options);
        options_.fault = nullptr;
        return {};
    }

    [[nodiscard]] std::shared_ptr<Context> current() {
        const std::lock_guard locked(lock_);
        return current_;
    }

private:
    result<void> replace(const Options& options) {
        auto made = Context::make(options, current_.get());
        if (!made) return failure(made.error());
        current_ = std::move(*made);
        return {};
    }

    std::mutex lock_;
    Options options_;
    std::shared_ptr<Context> current_;
};

} // namespace weft
