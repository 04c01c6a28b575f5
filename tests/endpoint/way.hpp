// SPDX-License-Identifier: MIT
// The ways to drive an event loop, each of which runs the whole endpoint suite. A host library adds
// its loop to tests/host_loops. Knows no endpoint.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weft/loop/event_loop.hpp>

namespace weft::testing {

/// An event loop and what drives it.
class way {
public:
    explicit way(engine_kind engine = engine_kind::automatic)
        : loop_(std::in_place, loop_options{.engine = engine}) {}
    way(const way&) = delete;
    way& operator=(const way&) = delete;
    virtual ~way() = default;

    [[nodiscard]] event_loop& loop() { return *loop_; }
    [[nodiscard]] bool has_loop() const { return loop_.has_value(); }

    /// Whether `run_until` may be called in a handler.
    [[nodiscard]] virtual bool nests() const { return true; }

    /// Legal in a handler of the loop.
    void destroy_loop() { loop_.reset(); }

    /// Makes turns when there is something to do, until `holds` or until it has taken too long.
    ///
    /// `holds` may look at things that the loop does not know, and is asked again and again.
    bool run_until(const std::function<bool()>& holds) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!holds()) {
            if (!has_loop() || std::chrono::steady_clock::now() > end) return false;
            step();
        }
        return true;
    }

protected:
    /// So long a step may last when nothing happens.
    static constexpr std::chrono::milliseconds patience{2};

    /// Does what there is to do, or waits for it, but not for long.
    virtual void step() = 0;

private:
    std::optional<event_loop> loop_;
};

struct way_registration {
    using factory = std::function<std::unique_ptr<way>()>;

    std::string name;
    factory make;

    way_registration(std::string called, factory how)
        : name(std::move(called)), make(std::move(how)) {
        registered().push_back(this);
    }

    /// Those registered, and one for each host library; not before the tests are.
    static const std::vector<const way_registration*>& all();

private:
    static std::vector<const way_registration*>& registered() {
        static std::vector<const way_registration*> ways;
        return ways;
    }
};

template <class Way, class... Options>
way_registration register_way(std::string name, Options... options) {
    return {std::move(name), [options...] { return std::make_unique<Way>(options...); }};
}

} // namespace weft::testing
