// SPDX-License-Identifier: MIT
// An echo server on Boost.Beast, as its own example of an asynchronous server is written, on one
// thread and without a strand: what asio_stream is compared with. Does not use Weft.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include <cstddef>
#include <iostream>
#include <memory>
#include <utility>

namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::asio::ip::tcp;

class session : public std::enable_shared_from_this<session> {
public:
    explicit session(tcp::socket&& client) : stream_(std::move(client)) {}

    void run() {
        stream_.set_option(
            websocket::stream_base::timeout::suggested(beast::role_type::server));
        stream_.async_accept(
            beast::bind_front_handler(&session::accepted, shared_from_this()));
    }

private:
    void accepted(beast::error_code why) {
        if (!why) read();
    }

    void read() {
        stream_.async_read(buffer_,
                           beast::bind_front_handler(&session::on_read, shared_from_this()));
    }

    void on_read(beast::error_code why, std::size_t) {
        if (why) return;
        stream_.text(stream_.got_text());
        stream_.async_write(buffer_.data(),
                            beast::bind_front_handler(&session::answered, shared_from_this()));
    }

    void answered(beast::error_code why, std::size_t) {
        if (why) return;
        buffer_.consume(buffer_.size());
        read();
    }

    websocket::stream<beast::tcp_stream> stream_;
    beast::flat_buffer buffer_;
};

void accept_all(tcp::acceptor& acceptor) {
    acceptor.async_accept([&acceptor](beast::error_code why, tcp::socket client) {
        if (!why) {
            client.set_option(tcp::no_delay(true), why);
            std::make_shared<session>(std::move(client))->run();
        }
        accept_all(acceptor);
    });
}

} // namespace

int main() {
    boost::asio::io_context context{1};
    tcp::acceptor acceptor{context, {boost::asio::ip::address_v4::loopback(), 0}};
    acceptor.listen(4096);
    std::cout << acceptor.local_endpoint().port() << '\n' << std::flush;
    accept_all(acceptor);
    context.run();
}
