// SPDX-License-Identifier: MIT
// A WebSocket as an end of a relay: accepted by a server, or opened by a client. Turns bytes of a
// stream into messages.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <weft/connection/channel_observer.hpp>
#include <weft/connection/connection.hpp>
#include <weft/core/uri.hpp>
#include <weft/endpoint/client.hpp>

#include "weft/relay/relay_end.hpp"

namespace weft_tool {

/// How a stream of bytes is split into messages, and how messages become a stream.
struct relay_framing {
    bool lines = false; ///< each line is a text message, and each text message a line
    std::size_t message_size_max = std::size_t{16} * 1024 * 1024;
};

class websocket_end : public relay_end, private weft::channel_observer {
public:
    [[nodiscard]] bool send(const relay_piece& what) override;
    [[nodiscard]] bool finish() override;
    void close(const relay_ending& why) override;
    void abort() override;
    void pause() override;
    void resume() override;
    [[nodiscard]] std::string subprotocol() const override;

    /// Returns handlers for a route, for connections whose `data()` is a `websocket_end`.
    [[nodiscard]] static weft::handlers route_handlers();

protected:
    explicit websocket_end(const relay_framing& framing)
        : channel_observer(nullptr), framing_(framing) {}

    void follow(weft::connection& peer);
    [[nodiscard]] static weft::handlers handlers_of(websocket_end& (*end_of)(weft::connection&));
    void ended(const relay_ending& why);

    const relay_framing framing_;
    relay_events* events_ = nullptr;
    weft::connection* peer_ = nullptr;

private:
    [[nodiscard]] bool send_lines(std::string_view bytes);
    [[nodiscard]] bool send_line(std::string_view line);
    void received(const weft::message_part& part);
    void give_up(weft::close_code code, const std::string& why, bool bad_input);
    void on_drained() noexcept override {}
    void on_end() noexcept override;

    std::string line_;          // the beginning of a line whose end has not arrived
    std::size_t size_ = 0;      // of the message that is being received
    relay_ending ending_;       // why this side ended the connection
    bool gave_up_ = false;
};

/// An accepted client. It waits for the response to its handshake until `admit`.
class accepted_websocket final : public websocket_end {
public:
    /// Accepts it with `subprotocol` if the other end has none.
    accepted_websocket(weft::connection& peer, const relay_framing& framing,
                       std::string subprotocol);

    void start(relay_events& to) override { events_ = &to; }
    void admit(std::string_view subprotocol) override;
    void close(const relay_ending& why) override;
    [[nodiscard]] std::string name() const override { return name_; }

private:
    std::string name_;
    std::string own_subprotocol_;
};

class connecting_websocket final : public websocket_end {
public:
    connecting_websocket(weft::client& by, weft::uri target, weft::connect_options how,
                         const relay_framing& framing);

    void start(relay_events& to) override;
    void admit(std::string_view /*subprotocol*/) override {}
    void close(const relay_ending& why) override;
    void abort() override;
    [[nodiscard]] std::string name() const override;

private:
    void failed(const weft::report& why);

    weft::client& client_;
    weft::uri target_;
    weft::connect_options how_;
    std::string via_;
    std::string proxy_;
    weft::connection_handle handle_;
};

} // namespace weft_tool
