// SPDX-License-Identifier: MIT
// What the engines that report readiness share: the clock, the network, the process that they
// belong to, and a table of the descriptors that they watch. Does not wait.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <new>
#include <system_error>
#include <vector>

#include "loop/engine.hpp"
#include "loop/posix/readiness_network.hpp"
#include "loop/system.hpp"

namespace weft {

class readiness_engine : public engine {
public:
    [[nodiscard]] weft::network& network() noexcept override {
        return readiness_network::instance();
    }
    [[nodiscard]] time_point now() const noexcept override {
        return std::chrono::steady_clock::now();
    }
    [[nodiscard]] bool in_own_process() const noexcept override {
        return made_in_ == fork_generation();
    }

private:
    unsigned made_in_ = fork_generation();
};

/// What an engine knows of each descriptor that it watches, indexed by its number. `Watched` has a
/// `target`, which is null for a descriptor that is not watched.
template <class Watched>
class descriptor_table {
public:
    /// Returns null for a descriptor that is not watched. Valid until the next `add`.
    [[nodiscard]] Watched* find(int descriptor) noexcept {
        const auto number = static_cast<std::size_t>(descriptor);
        return number < all_.size() && all_[number].target ? &all_[number] : nullptr;
    }

    std::error_code add(int descriptor, source& target) noexcept {
        if (descriptor < 0) return std::make_error_code(std::errc::bad_file_descriptor);
        if (find(descriptor)) return std::make_error_code(std::errc::file_exists);
        const auto number = static_cast<std::size_t>(descriptor);
        try {
            if (number >= all_.size()) all_.resize(std::max(number + 1, all_.size() * 2));
        } catch (const std::bad_alloc&) {
            return std::make_error_code(std::errc::not_enough_memory);
        }
        all_[number].target = &target;
        return {};
    }

    /// Returns the entry of a descriptor for which `add` was called before, watched now or not.
    [[nodiscard]] Watched& at(int descriptor) noexcept {
        return all_[static_cast<std::size_t>(descriptor)];
    }

    /// Returns the room of the table: more than the number of any watched descriptor.
    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

private:
    std::vector<Watched> all_;
};

} // namespace weft
