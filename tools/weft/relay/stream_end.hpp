// SPDX-License-Identifier: MIT
// A stream of bytes as an end of a relay: TCP, TLS or a Unix-domain socket, accepted or connecting.
#pragma once

#include <string>
#include <utility>

#include <weft/endpoint/raw_client.hpp>
#include <weft/endpoint/raw_connection.hpp>

#include "weft/relay/relay_end.hpp"

namespace weft_tool {

class stream_end : public relay_end {
public:
    [[nodiscard]] bool send(const relay_piece& what) override;
    [[nodiscard]] bool finish() override;
    void close(const relay_ending& why) override;
    void abort() override;
    void pause() override;
    void resume() override;
    [[nodiscard]] bool was_reset() const noexcept override { return was_reset_; }
    [[nodiscard]] std::string name() const override { return name_; }

    /// Returns handlers for connections whose `data()` is a `stream_end`; not `open` and `fail`.
    [[nodiscard]] static weft::raw_handlers handlers();

protected:
    /// With `lines`, a line end follows each text message.
    stream_end(std::string name, bool lines) : name_(std::move(name)), lines_(lines) {}

    void follow(weft::raw_connection& peer);
    void ended(const relay_ending& why);

    const std::string name_;
    relay_events* events_ = nullptr;
    weft::raw_connection* peer_ = nullptr;

private:
    void reset_when_sent();

    const bool lines_;
    bool finished_ = false; // the output is whole
    bool resets_ = false;   // when all output has been sent
    bool was_reset_ = false;
};

class accepted_stream final : public stream_end {
public:
    accepted_stream(weft::raw_connection& peer, bool lines);

    void start(relay_events& to) override;
    void admit(std::string_view subprotocol) override;
};

class connecting_stream final : public stream_end {
public:
    /// `where` is an address for `weft::raw_client::connect`.
    connecting_stream(weft::raw_client& by, std::string where, weft::raw_connect_options how,
                      bool lines);

    void start(relay_events& to) override;
    void admit(std::string_view /*subprotocol*/) override {}
    void close(const relay_ending& why) override;
    void abort() override;

private:
    void failed(const weft::report& why);

    weft::raw_client& client_;
    weft::raw_connect_options how_;
    weft::raw_handle handle_;
};

} // namespace weft_tool
