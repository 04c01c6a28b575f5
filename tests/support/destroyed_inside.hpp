// SPDX-License-Identifier: MIT
// For tests that destroy an object from inside a coroutine that uses it. Counts the coroutine
// frames that are left.
#pragma once

namespace weft::testing {

/// Counts coroutine frames: a coroutine has it as a local variable.
class counted_frame {
public:
    explicit counted_frame(int& count) : count_(count) { ++count_; }
    counted_frame(const counted_frame&) = delete;
    counted_frame& operator=(const counted_frame&) = delete;
    ~counted_frame() { --count_; }

private:
    int& count_;
};

/// Destroys a `Victim` at a chosen point: coroutines call `tick` at each possible point.
template <class Victim>
class destroyed_inside {
public:
    virtual void destroy(Victim which) = 0;

    /// Chooses the point by its number.
    void destroy_in_coroutine(int point, Victim which) {
        points_left_ = point;
        victim_ = which;
    }
    [[nodiscard]] bool has_destroyed() const { return has_destroyed_; }

protected:
    destroyed_inside() = default;
    ~destroyed_inside() = default;

    void tick() {
        if (points_left_ < 0 || points_left_-- != 0) return;
        has_destroyed_ = true;
        destroy(victim_);
    }

private:
    int points_left_ = -1;
    Victim victim_{};
    bool has_destroyed_ = false;
};

} // namespace weft::testing
