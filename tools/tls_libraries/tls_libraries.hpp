// SPDX-License-Identifier: MIT
// The TLS libraries for `--tls-library`. Each registers itself in a file of its own, which is built
// if the library is installed. Knows no command.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/core/result.hpp>
#include <weft/stream/secure_layer.hpp>
#include <weft/stream/tls_certificate.hpp>

namespace weft_tool {

/// The TLS of a server or a client, or why there is none.
using tls_layer = weft::result<std::shared_ptr<weft::secure_layer>>;

/// A TLS library, and how to use it. If a layer cannot be made, `fault` is the file that the error
/// is about; empty if it is about none.
struct tls_library {
    std::string_view name;     ///< the value of `--tls-library`
    std::string (*describe)(); ///< its own name and its version
    weft::result<weft::tls_certificate> (*make_self_signed)();
    tls_layer (*make_server)(weft::tls_certificate certificate, std::string& fault);
    tls_layer (*make_client)(const std::string& issuers_file, bool verify, std::string& fault);
};

/// Converts what `create` of a server or a client returns.
template <class Layer>
tls_layer as_layer(weft::result<std::shared_ptr<Layer>> made) {
    if (!made) return weft::failure(made.error());
    return std::shared_ptr<weft::secure_layer>(std::move(*made));
}

/// Registers a TLS library at the start of the program.
class tls_library_registration {
public:
    explicit tls_library_registration(tls_library which) { all().push_back(which); }

    static std::vector<tls_library>& all() {
        static std::vector<tls_library> registered;
        return registered;
    }
};

/// A TLS library that Weft can use, whether this build has it or not.
struct known_tls_library {
    std::string_view name;
    std::string_view own_name; ///< as the library writes it, such as "OpenSSL"
};

/// The first one that a build has is its default.
inline constexpr std::array known_tls_libraries{
    known_tls_library{"openssl", "OpenSSL"},
    known_tls_library{"mbedtls", "Mbed TLS"},
};

/// Returns the library of this name; null if this build is without it.
[[nodiscard]] inline const tls_library* tls_library_named(std::string_view name) {
    const auto& all = tls_library_registration::all();
    const auto found = std::ranges::find(all, name, &tls_library::name);
    return found == all.end() ? nullptr : &*found;
}

/// Returns the values that `--tls-library` accepts, the default first; empty in a build without
/// TLS.
[[nodiscard]] inline std::vector<std::string> tls_library_names() {
    std::vector<std::string> names;
    for (const auto& one : known_tls_libraries) {
        if (tls_library_named(one.name)) names.emplace_back(one.name);
    }
    return names;
}

/// Returns the default; empty in a build without TLS.
[[nodiscard]] inline std::string default_tls_library() {
    const auto names = tls_library_names();
    return names.empty() ? std::string() : names.front();
}

} // namespace weft_tool
