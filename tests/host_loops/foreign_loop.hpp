// SPDX-License-Identifier: MIT
// The loop of a host library as an application has it, with things of the application's own on it.
// A library adds one file: a class derived from `foreign_loop`, and a `foreign_loop_registration`.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <weft/testing/host_under_test.hpp>

namespace weft::testing {

/// Its destructor fails the test when something that is not the application's is left on it.
class foreign_loop : public host_under_test {
public:
    /// The library's own run, until `quit`, or for lack of work where it `ends_by_itself`.
    void run() override = 0;

    /// The application breaks its own loop; in one of its callbacks.
    void quit() override = 0;

    [[nodiscard]] bool ends_by_itself() const override = 0;

    /// Calls `readable` whenever `descriptor`, of the application's own, is; one at a time.
    virtual void watch(int descriptor, function<void()> readable) = 0;
    virtual void unwatch() = 0;

    /// Calls `work` again and again when the library has nothing better to do, until it is false.
    virtual void on_idle(function<bool()> work) = 0;

    /// How many watches, timers and other things the library holds, the application's included;
    /// nothing where it does not tell.
    [[nodiscard]] virtual std::optional<std::size_t> things() = 0;

    /// The call that the library needs in a forked child.
    virtual void forked() {}

    /// Whether the library can be used in a forked child.
    [[nodiscard]] virtual bool survives_fork() const { return true; }

    /// Turns until `holds`; false if that takes too long.
    bool turn_until(const std::function<bool()>& holds) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!holds()) {
            if (std::chrono::steady_clock::now() > end) return false;
            turn(std::chrono::milliseconds(2));
        }
        return true;
    }
};

/// A kind of foreign loop.
struct foreign_loop_registration {
    using factory = std::function<std::unique_ptr<foreign_loop>()>;

    std::string name;
    factory make;
    bool many; ///< several can exist at once

    foreign_loop_registration(std::string called, factory how, bool several = true)
        : name(std::move(called)), make(std::move(how)), many(several) {
        all().push_back(this);
    }

    static std::vector<const foreign_loop_registration*>& all() {
        static std::vector<const foreign_loop_registration*> registered;
        return registered;
    }

    [[nodiscard]] static bool is_one(const std::string& name) {
        return std::any_of(all().begin(), all().end(),
                           [&](const auto* one) { return one->name == name; });
    }
};

} // namespace weft::testing
