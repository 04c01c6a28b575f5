// SPDX-License-Identifier: MIT
//
// Stands in for tls_by_openssl.cpp in a build without OpenSSL.

#include "wire.hpp"

#include <stdexcept>

namespace weft::load {

std::unique_ptr<wire> encrypt(descriptor, encryption) {
    throw std::runtime_error{"this build has no TLS"};
}

}  // namespace weft::load
