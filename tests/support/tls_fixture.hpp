// SPDX-License-Identifier: MIT
// A TLS client and a TLS server, joined in memory, and the events of both. The file tls_library.hpp
// in the test's folder selects the TLS library. Include it first.
#pragma once

#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>
#include <weft/stream/secure_layer.hpp>
#include <weft/stream/tls_certificate.hpp>
#include <weft/stream/tls_error.hpp>
#include <weft/stream/tls_stream.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace weft {

/// Owns a stream, and records its events.
class tls_end final : public stream_events {
public:
    explicit tls_end(std::unique_ptr<weft::stream> end) : stream(std::move(end)) {
        stream->start(*this);
    }

    /// Sends text. What the stream does not accept is sent when it has room again.
    void send(std::string text) {
        outbox += text;
        flush();
    }

    void flush() {
        while (stream && !outbox.empty()) {
            const auto half = outbox.size() / 2; // in pieces, as connections write
            const auto bytes = std::as_bytes(std::span(outbox));
            const std::array pieces{bytes.first(half), bytes.subspan(half)};
            const auto taken = stream->write(pieces);
            if (!taken) {
                write_error = taken.error();
                return;
            }
            outbox.erase(0, *taken);
            if (*taken == 0) return;
        }
    }

    [[nodiscard]] tls_stream& tls() { return dynamic_cast<tls_stream&>(*stream); }

    [[nodiscard]] bool wants_bytes() noexcept override {
        ++asked;
        return willing;
    }
    void on_receive(std::span<std::byte> bytes) override {
        received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        tell("receive");
        std::ranges::fill(bytes, std::byte{0xee}); // allowed, also after `close`
    }
    void on_eof() override { tell("eof"); }
    void on_writable() override {
        flush();
        tell("writable");
    }
    void on_open() override { tell("open"); }
    void on_error(std::error_code why) override {
        error = why;
        tell("error");
    }

    [[nodiscard]] bool logged(const std::string& what) const {
        return std::ranges::count(events, what) != 0;
    }

    std::unique_ptr<weft::stream> stream;
    bool willing = true;
    int asked = 0;
    std::string outbox;
    std::string received;
    std::vector<std::string> events;
    std::error_code error;
    std::error_code write_error;
    std::function<void(const std::string&)> on_event;

private:
    void tell(const std::string& what) {
        events.push_back(what);
        if (on_event) on_event(what);
    }
};

inline std::string many(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t at = 0; at < size; ++at) text[at] = static_cast<char>('a' + at * 7 % 26);
    return text;
}

/// One certificate for all tests of a program; making one takes a while.
inline const tls_certificate& local_certificate() {
    static const tls_certificate made = certificate_under_test();
    return made;
}

inline std::shared_ptr<server_under_test> local_server() {
    static const auto made = *server_under_test::create({.certificates = {local_certificate()}});
    return made;
}

inline std::shared_ptr<client_under_test> trusting_client() {
    return *client_under_test::create({.issuers = local_certificate().chain});
}

struct tls_pair_options {
    std::shared_ptr<secure_layer> server = local_server();
    std::shared_ptr<secure_layer> client = trusting_client();
    std::string host = "localhost";
    std::size_t capacity = 64 * 1024;
    std::size_t delivery_max = SIZE_MAX;
};

/// Both ends over a pipe.
struct tls_pair {
    explicit tls_pair(const tls_pair_options& options = {}) {
        auto [near, far] = memory_pipe(driver, driver, options.capacity);
        near->deliver_at_most(options.delivery_max);
        far->deliver_at_most(options.delivery_max);
        below_client = near.get();
        below_server = far.get();
        server.emplace(options.server->cover(std::move(far), {}));
        client.emplace(options.client->cover(std::move(near), options.host));
    }

    /// Completes the handshake; it must succeed.
    void open() {
        driver.settle();
        ASSERT_FALSE(client->stream->opening()) << client->error.message();
        ASSERT_FALSE(server->stream->opening()) << server->error.message();
        client->events.clear();
        server->events.clear();
    }

    manual_driver driver;
    memory_stream* below_client = nullptr;
    memory_stream* below_server = nullptr;
    std::optional<tls_end> server;
    std::optional<tls_end> client;
};

} // namespace weft
