// SPDX-License-Identifier: MIT
// Opens, adopts and closes listeners: parses addresses and forwards to `listeners`.
#include <weft/endpoint/listening_endpoint.hpp>

#include <utility>

#include "endpoint/listeners.hpp"
#include "endpoint/target.hpp"
#include "loop/loop_state.hpp"

namespace weft {

result<address> listening_endpoint::listen(std::string_view host, std::uint16_t port,
                                           listen_options options) {
    loop_->require_owner("server::listen");
    const auto where = addresses_of(host, port);
    if (!where) return failure(where.error());
    return listeners_->open(where->back(), std::move(options));
}

result<address> listening_endpoint::listen(std::string_view where, listen_options options) {
    loop_->require_owner("server::listen");
    const auto found = addresses_of(where);
    if (!found) return failure(found.error());
    return listeners_->open(found->back(), std::move(options));
}

void listening_endpoint::listen(std::string_view host, std::uint16_t port, listen_options options,
                                function<void(result<std::vector<address>>)> done) {
    loop_->require_owner("server::listen");
    listeners_->open_named(host, port, std::move(options), std::move(done));
}

result<address> listening_endpoint::adopt_listener(native_socket socket, listen_options options) {
    loop_->require_owner("server::adopt_listener");
    return listeners_->adopt(socket, std::move(options));
}

result<native_socket> listening_endpoint::release_listener(const address& where) {
    loop_->require_owner("server::release_listener");
    return listeners_->release(where);
}

void listening_endpoint::stop_listening() {
    loop_->require_owner("server::stop_listening");
    listeners_->close();
}

bool listening_endpoint::stop_listening(const address& where) {
    loop_->require_owner("server::stop_listening");
    return listeners_->close(where);
}

bool listening_endpoint::is_listening() const noexcept {
    return listeners_->any();
}

std::vector<address> listening_endpoint::listening_at() const {
    return listeners_->where();
}

} // namespace weft
