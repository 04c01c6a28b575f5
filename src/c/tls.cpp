// SPDX-License-Identifier: MIT
// TLS contexts for C programs, where the component tls is built.
#include <string>

#include "c/failures.hpp"
#include "c/objects.hpp"
#include "c/options.hpp"

#ifdef WEFT_C_HAS_TLS
#include <weft/tls/tls_client.hpp>
#include <weft/tls/tls_server.hpp>
#endif

using namespace weft::c;

#ifdef WEFT_C_HAS_TLS

namespace {

bool has_certificate(const weft_tls_options& given) noexcept {
    return given.certificate_file || given.certificate;
}

weft::tls_certificate certificate_of(const weft_tls_options& given) {
    weft::tls_certificate made;
    made.chain_file = text_or_empty(given.certificate_file);
    made.key_file = text_or_empty(given.key_file);
    made.chain = text_or_empty(given.certificate);
    made.key = text_or_empty(given.key);
    made.password = text_or_empty(given.key_password);
    return made;
}

weft::tls_client_options client_options(const weft_tls_options& given, std::string& fault) {
    weft::tls_client_options made;
    made.issuers_file = text_or_empty(given.issuers_file);
    made.issuers = text_or_empty(given.issuers);
    made.verify = given.accept_any_certificate == 0;
    if (has_certificate(given)) made.certificate = certificate_of(given);
    made.fault = &fault;
    return made;
}

weft::tls_server_options server_options(const weft_tls_options& given, std::string& fault) {
    weft::tls_server_options made;
    if (has_certificate(given)) made.certificates.push_back(certificate_of(given));
    made.clients = static_cast<weft::client_certificates>(given.client_certificates);
    made.client_issuers_file = text_or_empty(given.issuers_file);
    made.client_issuers = text_or_empty(given.issuers);
    made.fault = &fault;
    return made;
}

/// Makes a context of type `Layer` from the options, which `translate` converts.
template <class Layer, class Translate>
int create_tls(const weft_tls_options* options, weft_tls** out, Translate&& translate) noexcept {
    std::string fault;
    const int error = guarded([&]() -> int {
        weft_tls_options read;
        if (!out || !read_options(options, read)) return WEFT_E_BAD_ARGUMENT;
        if (read.client_certificates < WEFT_CLIENT_CERTIFICATES_IGNORED ||
            read.client_certificates > WEFT_CLIENT_CERTIFICATES_REQUIRED) {
            return WEFT_E_BAD_ARGUMENT;
        }
        auto made = Layer::create(translate(read, fault));
        if (!made) return number_of(made.error());
        *out = new weft_tls{std::move(*made)};
        return WEFT_OK;
    });
    if (error != WEFT_OK) set_detail(fault);
    return error;
}

} // namespace

int weft_tls_client_create(const weft_tls_options* options, weft_tls** out) {
    return create_tls<weft::tls_client>(options, out, client_options);
}

int weft_tls_server_create(const weft_tls_options* options, weft_tls** out) {
    if (!options) {
        set_detail({});
        return WEFT_E_BAD_ARGUMENT;
    }
    return create_tls<weft::tls_server>(options, out, server_options);
}

int weft_has_tls(void) {
    return 1;
}

#else

int weft_tls_client_create(const weft_tls_options*, weft_tls**) {
    set_detail("this library was built without TLS");
    return WEFT_E_NO_TLS;
}

int weft_tls_server_create(const weft_tls_options*, weft_tls**) {
    set_detail("this library was built without TLS");
    return WEFT_E_NO_TLS;
}

int weft_has_tls(void) {
    return 0;
}

#endif

void weft_tls_destroy(weft_tls* tls) {
    delete tls;
}
