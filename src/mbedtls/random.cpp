// SPDX-License-Identifier: MIT
// Random bytes for Mbed TLS, from the system. The library's own generators keep a state, which a
// forked child would share with its parent.
#include <algorithm>

#include "mbedtls/objects.hpp"

namespace weft {
namespace {

using entropy_source = owned_object<mbedtls_entropy_context, mbedtls_entropy_init,
                                    mbedtls_entropy_free>;

/// Returns the one source for all threads, which locks itself.
mbedtls_entropy_context* entropy() noexcept {
    static entropy_source source;
    return source.get();
}

} // namespace

int draw_random(void*, unsigned char* to, std::size_t size) noexcept {
    while (size != 0) {
        const std::size_t part = std::min<std::size_t>(size, MBEDTLS_ENTROPY_BLOCK_SIZE);
        const int outcome = mbedtls_entropy_func(entropy(), to, part);
        if (outcome != 0) return outcome;
        to += part;
        size -= part;
    }
    return 0;
}

} // namespace weft
