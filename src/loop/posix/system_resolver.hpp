// SPDX-License-Identifier: MIT
// Looks up names with getaddrinfo(3), which may block for a long time, on its own thread. Knows no
// loop: the `lookup` delivers the addresses. POSIX.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <weft/loop/resolver.hpp>

namespace weft {

/// Returns the addresses of `host` from getaddrinfo(3), in the system's order. Blocks.
[[nodiscard]] result<std::vector<address>> system_addresses(const std::string& host);

/// Translates an error of getaddrinfo(3); the caller handles EAI_SYSTEM, since errno is there.
[[nodiscard]] std::error_code address_info_error(int code) noexcept;

/// A `resolver` with one thread, which exists while there are names to look up, and looks up one at
/// a time.
///
/// Destroying it does not wait: a thread inside getaddrinfo(3) ends when the call returns, and the
/// result is dropped. Waiting lookups fail with `resolve_error::cancelled`. In a forked child,
/// which does not have the thread, it does nothing.
class system_resolver {
public:
    using finder = std::function<result<std::vector<address>>(const std::string& host)>;

    /// Runs its argument on a new thread; throws std::system_error if none can be created.
    using thread_starter = std::function<void(std::function<void()>)>;

    system_resolver();
    system_resolver(finder find, thread_starter start);
    system_resolver(system_resolver&&) noexcept = default;
    ~system_resolver();

    void operator()(lookup asked);

private:
    class queue;

    std::shared_ptr<queue> queue_;
};

} // namespace weft
