// SPDX-License-Identifier: MIT
// The environment of one check: a host, a loop attached to it, and a time limit. Does not know what
// is checked.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weft/loop/timer.hpp>
#include <weft/testing/host_kit.hpp>

#include "testing/checked_attachment.hpp"

namespace weft::testing {

/// An event loop, and its attachment to a host.
class staying_loop {
public:
    staying_loop(host_under_test& host, std::shared_ptr<host_complaints> complaints);

    [[nodiscard]] event_loop& loop() { return *loop_; }

    /// Returns the number of turns, in all attachments.
    [[nodiscard]] std::size_t turns() const;

    /// Attaches the loop. If the host refuses, records a defect and returns false.
    bool attach(budget limit = guest_budget);

    /// Destroys the guest, or the loop; both may be called at any point.
    void destroy_guest() { guest_.reset(); }
    void destroy_loop() { loop_.reset(); }

    /// Returns true if the host has released every attachment.
    [[nodiscard]] bool is_done() const;

private:
    host_under_test& host_;
    std::shared_ptr<host_complaints> complaints_;
    std::optional<event_loop> loop_{std::in_place};
    std::vector<std::shared_ptr<checked_attachment>> attachments_;
    std::optional<guest> guest_;
};

/// The environment of one check.
class host_stage {
public:
    host_stage(const host_factory& make, duration patience);

    [[nodiscard]] host_under_test& host() { return *host_; }
    [[nodiscard]] duration patience() const { return patience_; }

    /// Returns the loop that every check begins with, not attached yet.
    [[nodiscard]] staying_loop& first() { return *staying_.front(); }
    [[nodiscard]] event_loop& loop() { return first().loop(); }

    /// Makes another loop for the same host.
    staying_loop& another();

    /// Runs the host until `holds` is true; records `otherwise` if that takes too long.
    bool until(const std::function<bool()>& holds, std::string_view otherwise);

    /// Records `otherwise` if `holds` is false.
    bool expect(bool holds, std::string_view otherwise);

    /// Runs the host until it no longer calls a guest, or until a time limit.
    void settle();

    /// Detaches all guests, and waits for their `done`.
    void leave();

    /// Returns the defects found, including those found while the host is destroyed.
    [[nodiscard]] std::vector<std::string> end();

private:
    std::shared_ptr<host_complaints> complaints_ = std::make_shared<host_complaints>();
    duration patience_;
    std::unique_ptr<host_under_test> host_;
    std::vector<std::unique_ptr<staying_loop>> staying_;
};

/// A check's name and function.
struct host_check {
    std::string_view name;
    void (*play)(host_stage& stage);
};

/// Wake-ups: everything that the host must detect, from its own thread and from others.
extern const std::vector<host_check> wake_up_checks;

/// How the host runs a guest: its own work, idleness, nested turns, two guests.
extern const std::vector<host_check> manner_checks;

/// Attaching, detaching and destruction.
extern const std::vector<host_check> ending_checks;

} // namespace weft::testing
