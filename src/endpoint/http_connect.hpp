// SPDX-License-Identifier: MIT
// The CONNECT method of HTTP/1.1. RFC 9110 §9.3.6.
#pragma once

#include "endpoint/proxy_dialog.hpp"

namespace weft {

class http_connect final : public proxy_dialog {
public:
    http_connect(const proxy& through, const uri& target);

private:
    std::size_t take(std::span<const std::byte> bytes) override;
    void judge(const http_response_head& answer);

    http_head_parser parser_{http_kind::response};
    int interim_count_ = 0;
};

} // namespace weft
