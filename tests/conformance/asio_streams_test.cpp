// SPDX-License-Identifier: MIT
// The conformance suite over Asio's own streams, with no event loop of Weft's: TCP on one Asio and
// TLS on the other. The peer is a stream of the same kind.
#include <chrono>

#include "asio/ssl_pair.hpp"
#include "conformance/echo.hpp"
#include "conformance/subject.hpp"

namespace weft::testing {
namespace {

template <class Asio, class Layer>
class echo_over_layer : public subject {
    using library = typename Asio::library;

public:
    template <class MakePair>
    echo_over_layer(role ours, MakePair make_pair, echo_by how)
        : both_(make_pair(context_)), peer_(both_.first) {
        if (ours == role::server) {
            endpoint_.route("*", echo_handlers(how),
                            {.connection = unbounded(), .subprotocol = {}});
            endpoint_.serve(std::move(both_.second));
        } else {
            connect_options options;
            options.connection = unbounded();
            connect_echo(endpoint_.driver(), how, [&](handlers echo) {
                return endpoint_
                    .connect(std::move(both_.second), *uri::parse("ws://localhost/"),
                             std::move(echo), std::move(options))
                    .handle();
            });
        }
        read_more();
    }

    void write(std::span<const std::byte> bytes) override {
        waiting_.append(bytes);
        if (!writing_) write_more();
        context_.restart();
        context_.poll();
    }

    void write_end() override {
        ends_ = true;
        if (!writing_) end_writing();
    }

    bool read(byte_string& into) override {
        context_.restart();
        while (output_.empty() && !ended_ && context_.run_one_for(patience) != 0) {}
        into.insert(into.end(), output_.begin(), output_.end());
        return !std::exchange(output_, {}).empty();
    }

    [[nodiscard]] bool ended() const override { return ended_; }

private:
    static constexpr std::chrono::seconds patience{5};

    /// The suite writes all before it reads, so answers must be allowed to wait.
    static connection_options unbounded() {
        connection_options options;
        options.queue_size_max = unlimited;
        return options;
    }

    void read_more() {
        peer_.async_read_some(typename library::mutable_buffer(buffer_.data(), buffer_.size()),
                              [this](const auto& why, std::size_t size) {
                                  output_.insert(output_.end(), buffer_.begin(),
                                                 buffer_.begin() + static_cast<long>(size));
                                  ended_ = !!why;
                                  if (!ended_) read_more();
                              });
    }

    void write_more() {
        if (sending_.empty()) std::swap(sending_, waiting_);
        if (sending_.empty()) {
            if (ends_) end_writing();
            return;
        }
        writing_ = true;
        peer_.async_write_some(
            typename library::const_buffer(sending_.bytes().data(), sending_.size()),
            [this](const auto& why, std::size_t size) {
                writing_ = false;
                if (why) return; // it has ended, as it may
                sending_.consume(size);
                write_more();
            });
    }

    void end_writing() {
        if constexpr (has_async_shutdown<Layer>) {
            peer_.async_shutdown([](auto) {});
        } else {
            half_close_layer<library>(peer_);
        }
    }

    typename Asio::io_context context_;
    typename Asio::service endpoint_{context_};
    std::pair<Layer, Layer> both_;
    Layer& peer_;
    std::vector<std::byte> buffer_ = std::vector<std::byte>(256 * 1024);
    byte_queue waiting_;
    byte_queue sending_;
    byte_string output_;
    bool writing_ = false;
    bool ends_ = false;
    bool ended_ = false;
};

template <class Asio, class MakePair>
bool register_layer(const std::string& name, MakePair make_pair, echo_by how = echo_by::handler) {
    using layer = typename decltype(make_pair(
        std::declval<typename Asio::io_context&>()))::first_type;
    return register_conformance(name, [=](role ours) {
        return std::make_unique<echo_over_layer<Asio, layer>>(ours, make_pair, how);
    });
}

[[maybe_unused]] const bool registered_sockets = register_layer<standalone_asio>(
    "asio_stream", [](auto& context) { return tcp_pair<standalone_asio>(context); });

[[maybe_unused]] const bool registered_coroutine = register_layer<standalone_asio>(
    "asio_stream_by_coroutine", [](auto& context) { return tcp_pair<standalone_asio>(context); },
    echo_by::coroutine);

[[maybe_unused]] const bool registered_tls = register_layer<boost_asio>(
    "boost_asio_stream_over_tls", [](auto& context) { return ssl_pair<boost_asio>(context); });

} // namespace
} // namespace weft::testing
