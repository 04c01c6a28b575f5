// SPDX-License-Identifier: MIT
// A descriptor that is closed by its owner. POSIX.
#pragma once

#include <utility>

#include "loop/posix/system_calls.hpp"

namespace weft {

class owned_descriptor {
public:
    owned_descriptor() noexcept = default;
    explicit owned_descriptor(int descriptor) noexcept : descriptor_(descriptor) {}
    owned_descriptor(owned_descriptor&& other) noexcept : descriptor_(other.release()) {}
    owned_descriptor& operator=(owned_descriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~owned_descriptor() { reset(); }

    [[nodiscard]] int get() const noexcept { return descriptor_; }
    explicit operator bool() const noexcept { return descriptor_ >= 0; }
    int release() noexcept { return std::exchange(descriptor_, -1); }
    void reset() noexcept {
        if (descriptor_ >= 0) sys::close(release());
    }

private:
    int descriptor_ = -1;
};

} // namespace weft
