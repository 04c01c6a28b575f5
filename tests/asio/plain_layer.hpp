// SPDX-License-Identifier: MIT
// The least that a user's own AsyncReadStream and AsyncWriteStream has: it cannot be written to at
// once, takes only a part of a large write, and ends by `close`.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

namespace weft::testing {

template <class Socket>
class plain_layer {
public:
    using executor_type = typename Socket::executor_type;

    explicit plain_layer(Socket socket) : socket_(std::move(socket)) {}

    executor_type get_executor() { return socket_.get_executor(); }

    template <class Buffer, class Token>
    auto async_read_some(const Buffer& into, Token&& token) {
        return socket_.async_read_some(into, std::forward<Token>(token));
    }

    template <class Buffer, class Token>
    auto async_write_some(const Buffer& from, Token&& token) {
        return socket_.async_write_some(Buffer(from.data(), std::min(from.size(), part)),
                                        std::forward<Token>(token));
    }

    void close() { socket_.close(); }

private:
    static constexpr std::size_t part = 5000;

    Socket socket_;
};

} // namespace weft::testing
