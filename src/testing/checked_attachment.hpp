// SPDX-License-Identifier: MIT
// Sits between a guest and the host under test: forwards every call, and records those that break a
// rule of `host_ops`, whatever the check is about.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <weft/testing/host_kit.hpp>

namespace weft::testing {

/// The defects that one check has found, each once. May be used from any thread.
class host_complaints {
public:
    void add(std::string what);
    [[nodiscard]] std::vector<std::string> all() const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> said_;
};

/// One attachment to the host under test.
class checked_attachment : public std::enable_shared_from_this<checked_attachment> {
public:
    checked_attachment(host_ops of_host, std::shared_ptr<host_complaints> complaints);

    /// Returns the operations for the guest. If the host calls them after this was destroyed, they
    /// do nothing.
    [[nodiscard]] host_ops ops();

    [[nodiscard]] std::size_t turns() const noexcept { return turns_; }
    [[nodiscard]] bool is_done() const noexcept { return done_ != 0; }

private:
    result<void> watch(int descriptor, function<void()> turn);
    void unwatch(function<void()> done);
    void turn();
    void done();
    bool rule(bool kept, const char* otherwise);

    host_ops host_;
    std::shared_ptr<host_complaints> complaints_;
    std::thread::id thread_ = std::this_thread::get_id();
    function<void()> turn_;
    function<void()> done_function_;
    std::size_t turns_ = 0;
    std::size_t done_ = 0;
    bool watching_ = false; // inside the host's `watch`
    bool left_ = false;     // the host's `unwatch` has returned
    bool leaving_ = false;  // the host's `unwatch` was called
};

} // namespace weft::testing
