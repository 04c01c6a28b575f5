// SPDX-License-Identifier: MIT
// The conformance suite over a connection that is fed by hand, whose output is taken in parts.
#include <algorithm>
#include <utility>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/stream/io_stream.hpp>
#include <weft/stream/manual_driver.hpp>

#include "conformance/echo.hpp"
#include "conformance/subject.hpp"

namespace weft::testing {
namespace {

class fed_by_hand : public subject {
public:
    fed_by_hand(role ours, echo_by how) : endpoint_(driver_) {
        io_.on_shutdown([this] { ended_ = true; });
        connection_options options;
        options.queue_size_max = unlimited; // the suite writes all before it reads
        if (ours == role::server) {
            endpoint_.route("*", echo_handlers(how), {.connection = options, .subprotocol = {}});
            endpoint_.serve(io_.take_stream());
        } else {
            connect_options dial;
            dial.connection = options;
            connect_echo(driver_, how, [&](handlers echo) {
                return endpoint_
                    .connect(io_.take_stream(), *uri::parse("ws://localhost/"), std::move(echo),
                             std::move(dial))
                    .handle();
            });
        }
        turn();
    }

    void write(std::span<const std::byte> bytes) override {
        io_.read_all(bytes);
        turn();
    }

    void write_end() override {
        io_.eof();
        turn();
    }

    bool read(byte_string& into) override {
        into.insert(into.end(), output_.begin(), output_.end());
        return !std::exchange(output_, {}).empty();
    }

    [[nodiscard]] bool ended() const override { return ended_; }

private:
    static constexpr std::size_t most_of_a_write = 50'000;

    void turn() {
        for (driver_.settle(); io_.output_waits(); driver_.settle()) io_.writable();
    }

    std::size_t take(std::span<const std::span<const std::byte>> pieces) {
        std::size_t taken = 0;
        for (const auto piece : pieces) {
            const auto part = piece.first(std::min(piece.size(), most_of_a_write - taken));
            output_.insert(output_.end(), part.begin(), part.end());
            taken += part.size();
        }
        return taken;
    }

    manual_driver driver_;
    byte_string output_;
    bool ended_ = false;
    io_stream io_{driver_, [this](auto pieces) { return take(pieces); }};
    stream_endpoint endpoint_;
};

[[maybe_unused]] const bool registered_fed_by_hand = register_conformance(
    "fed_by_hand", [](role ours) { return std::make_unique<fed_by_hand>(ours, echo_by::handler); });

[[maybe_unused]] const bool registered_coroutine_by_hand =
    register_conformance("fed_by_hand_by_coroutine", [](role ours) {
        return std::make_unique<fed_by_hand>(ours, echo_by::coroutine);
    });

} // namespace
} // namespace weft::testing
