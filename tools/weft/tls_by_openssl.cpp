// SPDX-License-Identifier: MIT
// TLS with OpenSSL; built if that is installed.
#include "weft/tls.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <weft/tls/tls_client.hpp>
#include <weft/tls/tls_error.hpp>
#include <weft/tls/tls_server.hpp>

namespace weft_tool {
namespace {

/// Writes `pem` to a file that only this user's programs can read. If descriptors have paths, the
/// file disappears with the process in any case, otherwise when the process ends properly.
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

} // namespace

weft::result<serving_tls> serve_tls(const std::string& certificate_file,
                                    const std::string& key_file, std::string& fault) {
    serving_tls made;
    weft::tls_certificate certificate{.chain_file = certificate_file, .key_file = key_file};
    if (certificate_file.empty()) {
        auto own = weft::make_self_signed();
        if (!own) return weft::failure(own.error());
        certificate = std::move(*own);
        const auto written = write_for_clients(certificate.chain, made);
        if (!written) return weft::failure(written.error());
    }
    weft::tls_server_options options{.certificates = {std::move(certificate)}};
    options.fault = &fault;
    auto layer = weft::tls_server::create(std::move(options));
    if (!layer) return weft::failure(layer.error());
    made.layer = std::move(*layer);
    return made;
}

weft::result<std::shared_ptr<weft::secure_layer>> connect_tls(const std::string& issuers_file,
                                                              bool verify) {
    auto layer = weft::tls_client::create({.issuers_file = issuers_file, .verify = verify});
    if (!layer) return weft::failure(layer.error());
    return std::shared_ptr<weft::secure_layer>(std::move(*layer));
}

bool is_distrust(std::error_code why) noexcept {
    return why == weft::tls_error::self_signed || why == weft::tls_error::unknown_issuer;
}

} // namespace weft_tool
