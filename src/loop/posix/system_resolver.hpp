// SPDX-License-Identifier: MIT
// Names looked up by the system: getaddrinfo(3), which may block for long, on a thread of its own.
// Knows no loop: a lookup finds its own way back. POSIX.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <weft/loop/resolver.hpp>

namespace weft {

/// The addresses of `host` by getaddrinfo(3), in the system's order. Blocks.
[[nodiscard]] result<std::vector<address>> system_addresses(const std::string& host);

/// An error of getaddrinfo(3) as what it means; EAI_SYSTEM is for the caller, who has errno.
[[nodiscard]] std::error_code address_info_error(int code) noexcept;

/// A `resolver` with one thread, which lives while there are names to look up; one after another.
///
/// Destroying it waits for nobody: a thread that is inside getaddrinfo(3) ends when that returns,
/// and what it found is dropped. Lookups that still wait fail with `resolve_error::cancelled`. In a
/// forked child, which does not have the thread, it does nothing.
class system_resolver {
public:
    using finder = std::function<result<std::vector<address>>(const std::string& host)>;

    /// Runs its argument on a thread of its own; throws std::system_error if there can be none.
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
