// SPDX-License-Identifier: MIT
//
// Opens connections to the server under test: the socket and its opening exchange, blocking, before
// anything is measured. Knows no frames.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
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
descriptor dial(std::uint16_t port, std::size_t index);

/// Sends `request` and reads until an empty line ends the answer, which has to contain `wanted`.
///
/// A raw echo answers with the request itself, so that both protocols know here that the server has
/// accepted the connection. Leaves the socket non-blocking.
void exchange_opening(const descriptor& socket, std::string_view request, std::string_view wanted);

}  // namespace weft::load
