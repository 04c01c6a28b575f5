// SPDX-License-Identifier: MIT
// Makes TLS layers with the library that was chosen, and explains errors.
#include "weft/tls.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <weft/stream/tls_error.hpp>

#include "without_loop/print_error.hpp"

namespace weft_tool {
namespace {

tls_fault no_tls(std::string why) {
    return {.what = "no TLS", .why = std::move(why), .what_to_try = {}};
}

tls_fault no_library() {
    auto made = no_tls("this build is without a TLS library");
    made.what_to_try = "Install OpenSSL (Debian, Ubuntu: libssl-dev) or Mbed TLS "
                       "(libmbedtls-dev), and build again";
    return made;
}

/// Writes `pem` to a temporary file that only this user can read. Where a descriptor has a path
/// (/proc), the file is unlinked at once, so it disappears even if the process is killed. Elsewhere
/// it is removed with `into`.
weft::result<void> write_for_clients(const std::string& pem, serving_tls& into) {
    const std::string name = std::string("weft-").append(6, 'X'); // mkstemp chooses these
    std::string path = (std::filesystem::temp_directory_path() / name).string();
    const int file = ::mkstemp(path.data());
    if (file < 0) return weft::failure(std::error_code(errno, std::generic_category()));
    const std::string by_descriptor =
        "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file);
    const bool stays = ::access(by_descriptor.c_str(), R_OK) != 0;
    if (!stays) ::unlink(path.c_str());
    into.issuers_file = stays ? path : by_descriptor;
    into.file_guard = std::shared_ptr<void>(nullptr, [file, stays, path](void*) {
        if (stays) ::unlink(path.c_str());
        ::close(file);
    });
    const auto written = ::write(file, pem.data(), pem.size());
    if (written == static_cast<ssize_t>(pem.size())) return {};
    return weft::failure(std::make_error_code(std::errc::io_error));
}

/// Returns the certificate in the files of `identity`. If it names none, creates a certificate, and
/// writes it to a file for clients.
weft::result<weft::tls_certificate> certificate_of(const tls_library& library,
                                                   const tls_identity& identity,
                                                   serving_tls& into) {
    if (!identity.certificate_file.empty()) {
        return weft::tls_certificate{.chain_file = identity.certificate_file,
                                     .key_file = identity.key_file};
    }
    auto made = library.make_self_signed();
    if (!made) return made;
    if (const auto written = write_for_clients(made->chain, into); !written) {
        return weft::failure(written.error());
    }
    return made;
}

/// Returns advice on a certificate or key that `library` does not support.
std::string other_library_advice(std::string_view library) {
    std::string text = "Try a certificate with an ECDSA or RSA key that is not encrypted";
    for (const auto& one : tls_library_names()) {
        if (one != library) text += ", or --tls-library " + one;
    }
    return text;
}

/// `file` is the one that the error is about; empty for none.
tls_fault fault_of(const tls_identity& identity, const tls_library& library,
                   const std::string& file, std::error_code why) {
    if (identity.certificate_file.empty() || file.empty()) return no_tls(why.message());
    const bool is_key = file == identity.key_file && file != identity.certificate_file;
    return {.what = (is_key ? "--key " : "--cert ") + file,
            .why = why.message(),
            .what_to_try = why == weft::tls_error::not_supported
                ? other_library_advice(library.name)
                : "--cert and --key need PEM files that this user can read: the certificate, "
                  "followed by those of its issuers, and its key"};
}

} // namespace

void print_tls_error(const char* command, const tls_fault& fault) {
    print_error(command, fault.what + ": " + fault.why, fault.what_to_try);
}

std::optional<serving_tls> serve_tls(const std::string& library, const tls_identity& identity,
                                     tls_fault& fault) {
    const auto* by = tls_library_named(library);
    if (!by) {
        fault = no_library();
        return std::nullopt;
    }
    serving_tls made;
    auto certificate = certificate_of(*by, identity, made);
    if (!certificate) {
        fault = no_tls(certificate.error().message());
        return std::nullopt;
    }
    std::string file;
    auto layer = by->make_server(std::move(*certificate), file);
    if (!layer) {
        fault = fault_of(identity, *by, file, layer.error());
        return std::nullopt;
    }
    made.layer = std::move(*layer);
    return made;
}

std::shared_ptr<weft::secure_layer> connect_tls(const tls_trust& trust, tls_fault& fault) {
    const auto* by = tls_library_named(trust.library);
    if (!by) {
        fault = no_library();
        return nullptr;
    }
    std::string file;
    auto made = by->make_client(trust.issuers_file, !trust.insecure, file);
    if (made) return std::move(*made);
    fault = no_tls(made.error().message());
    if (!trust.issuers_file.empty()) {
        fault.what = "--ca " + trust.issuers_file;
        fault.what_to_try = made.error() == weft::tls_error::not_supported
            ? other_library_advice(by->name)
            : "--ca needs a readable file of PEM certificates";
    }
    return nullptr;
}

std::string tls_library_fault(const std::string& name) {
    if (tls_library_named(name)) return {};
    std::string here;
    for (const auto& one : tls_library_names()) here += (here.empty() ? "" : " and ") + one;
    if (here.empty()) return "this build has no TLS library";
    for (const auto& one : known_tls_libraries) {
        if (one.name == name) {
            return "this build has no " + std::string(one.own_name) + "; it has " + here;
        }
    }
    return "there is no TLS library '" + name + "'; this build has " + here;
}

bool is_distrust(std::error_code why) noexcept {
    return why == weft::tls_error::self_signed || why == weft::tls_error::unknown_issuer;
}

} // namespace weft_tool
