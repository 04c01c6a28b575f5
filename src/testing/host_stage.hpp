// SPDX-License-Identifier: MIT
// Where one check is played: a host, a loop that stays in it, and patience. What is checked it does
// not know.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weft/loop/timer.hpp>
#include <weft/testing/host_kit.hpp>

#include "testing/host_stay.hpp"

namespace weft::testing {

/// An event loop, and its stay in a host.
class staying_loop {
public:
    staying_loop(host_under_test& host, std::shared_ptr<host_complaints> complaints);

    [[nodiscard]] event_loop& loop() { return *loop_; }

    /// In all its stays.
    [[nodiscard]] std::size_t turns() const;

    /// False when the host does not want it, which was told then.
    bool attach(budget limit = guest_budget);

    /// Legal everywhere, as for a guest and a loop.
    void destroy_guest() { guest_.reset(); }
    void destroy_loop() { loop_.reset(); }

    /// Whether the host has let go of every stay.
    [[nodiscard]] bool is_done() const;

private:
    host_under_test& host_;
    std::shared_ptr<host_complaints> complaints_;
    std::optional<event_loop> loop_{std::in_place};
    std::vector<std::shared_ptr<host_stay>> stays_;
    std::optional<guest> guest_;
};

/// A check's surroundings.
class host_stage {
public:
    host_stage(const host_factory& make, duration patience);

    [[nodiscard]] host_under_test& host() { return *host_; }
    [[nodiscard]] duration patience() const { return patience_; }

    /// The loop with which every check begins, not attached yet.
    [[nodiscard]] staying_loop& first() { return *staying_.front(); }
    [[nodiscard]] event_loop& loop() { return first().loop(); }

    /// Another one on the same host.
    staying_loop& another();

    /// Turns the host until `holds`; complains if that takes too long.
    bool until(const std::function<bool()>& holds, std::string_view otherwise);

    /// Complains if it does not hold.
    bool expect(bool holds, std::string_view otherwise);

    /// Turns the host until it no longer calls a guest, or for a while.
    void settle();

    /// Ends all stays, and waits for their `done`.
    void leave();

    /// What was found, when the host is gone, too.
    [[nodiscard]] std::vector<std::string> end();

private:
    std::shared_ptr<host_complaints> complaints_ = std::make_shared<host_complaints>();
    duration patience_;
    std::unique_ptr<host_under_test> host_;
    std::vector<std::unique_ptr<staying_loop>> staying_;
};

/// A check, and how it is called.
struct host_check {
    std::string_view name;
    void (*play)(host_stage& stage);
};

/// Everything that the host has to hear, from inside and outside.
extern const std::vector<host_check> wake_up_checks;

/// How the host lives with a guest: its own work, rest, nested turns, two guests.
extern const std::vector<host_check> manner_checks;

/// Coming, leaving and dying.
extern const std::vector<host_check> ending_checks;

} // namespace weft::testing
