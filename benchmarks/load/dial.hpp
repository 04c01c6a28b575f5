// SPDX-License-Identifier: MIT
//
// Opens connections to the server under test: the socket, blocking. Knows no protocol.

#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace weft::load {

/// Owns one file descriptor.
class descriptor {
public:
    explicit descriptor(int number) : number_{number} {}
    descriptor(descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    descriptor& operator=(descriptor&&) = delete;
    ~descriptor();

    int number() const { return number_; }

private:
    int number_;
};

/// Connects to 127.0.0.1:`port`.
///
/// Local addresses 127.0.0.1, 127.0.0.2, ... follow from `index`, as one address has too few ports
/// for many connections.
descriptor connect(std::uint16_t port, std::size_t index);

}  // namespace weft::load
