// SPDX-License-Identifier: MIT
// Fills memory from std::random_device.
#include <weft/stream/device_random.hpp>

#include <random>

namespace weft {

struct device_random::device {
    std::random_device draw;
};

device_random::device_random() : device_(std::make_unique<device>()) {}

device_random::~device_random() = default;

void device_random::fill(std::span<std::byte> bytes) noexcept {
    unsigned drawn = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        drawn = i % sizeof(drawn) == 0 ? device_->draw() : drawn >> 8;
        bytes[i] = static_cast<std::byte>(drawn & 0xffU);
    }
}

} // namespace weft
