// SPDX-License-Identifier: MIT
// Selects the proxy protocol, and implements what all of them share.
#include "endpoint/proxy_dialog.hpp"

#include <weft/core/error.hpp>

#include "endpoint/http_connect.hpp"
#include "endpoint/socks5.hpp"

namespace weft {

result<std::unique_ptr<proxy_dialog>> proxy_dialog::make(const proxy& through,
                                                         const uri& target) {
    std::unique_ptr<proxy_dialog> made;
    if (through.speaks == proxy::kind::http) {
        made = std::make_unique<http_connect>(through, target);
    } else if (target.host().size() > socks5::host_size_max) {
        return failure(errc::bad_proxy);
    } else {
        made = std::make_unique<socks5>(through, target);
    }
    return made;
}

void proxy_dialog::receive(std::span<const std::byte> bytes) {
    while (!over_ && !bytes.empty()) bytes = bytes.subspan(take(bytes));
    if (!error_ && !bytes.empty()) end(errc::bad_proxy_answer);
}

} // namespace weft
