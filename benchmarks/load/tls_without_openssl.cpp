// SPDX-License-Identifier: MIT
//
// Stands in where OpenSSL is not.

#include "wire.hpp"

#include <stdexcept>

namespace weft::load {

std::unique_ptr<wire> encrypt(descriptor, encryption) {
    throw std::runtime_error{"this build has no TLS"};
}

}  // namespace weft::load
