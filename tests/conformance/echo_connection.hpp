// SPDX-License-Identifier: MIT
// A connection that echoes on a memory pipe, plain or below what encrypts, without any loop; and
// the peer's end of that pipe. Knows no case.
#pragma once

#include <memory>
#include <span>
#include <utility>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>
#include <weft/stream/secure_layer.hpp>

#include "conformance/echo.hpp"
#include "conformance/subject.hpp"

namespace weft::testing {

class echo_connection : public subject, private stream_events {
public:
    /// `ours_over` and `peers_over` lie over the ends of the pipe, where they are given.
    echo_connection(role ours, std::size_t capacity, secure_layer* ours_over = nullptr,
                    secure_layer* peers_over = nullptr, echo_by how = echo_by::handler)
        : endpoint_(driver_) {
        auto [pipe, other] = memory_pipe(driver_, driver_, capacity);
        auto end = covered(std::move(pipe), ours_over);
        end_ = covered(std::move(other), peers_over);
        end_->start(*this);
        if (ours == role::server) {
            endpoint_.route("*", echo_handlers(how),
                            {.connection = unbounded(), .subprotocol = {}});
            endpoint_.serve(std::move(end));
        } else {
            connect_options options;
            options.connection = unbounded();
            connect_echo(driver_, how, [&](handlers echo) {
                return endpoint_
                    .connect(std::move(end), *uri::parse("ws://localhost/"), std::move(echo),
                             std::move(options))
                    .handle();
            });
        }
        driver_.settle();
    }

    void write(std::span<const std::byte> bytes) override {
        waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
        on_writable();
        driver_.settle();
    }

    void write_end() override {
        ends_ = true;
        on_writable();
        driver_.settle();
    }

    bool read(byte_string& into) override {
        into.insert(into.end(), output_.begin(), output_.end());
        return !std::exchange(output_, {}).empty();
    }

    [[nodiscard]] bool ended() const override { return ended_; }

private:
    /// The suite writes all before it reads, so answers must be allowed to wait.
    static connection_options unbounded() {
        connection_options options;
        options.queue_size_max = unlimited;
        return options;
    }

    static std::unique_ptr<stream> covered(std::unique_ptr<stream> plain, secure_layer* over) {
        return over ? over->cover(std::move(plain), "localhost") : std::move(plain);
    }

    bool wants_bytes() noexcept override { return true; }
    void on_receive(std::span<std::byte> bytes) override {
        output_.insert(output_.end(), bytes.begin(), bytes.end());
    }
    void on_eof() override { ended_ = true; }
    void on_error(std::error_code) override { ended_ = true; }
    void on_writable() override {
        if (taken_ < waiting_.size()) {
            const auto piece = std::span<const std::byte>(waiting_).subspan(taken_);
            const auto taken = end_->write(std::span(&piece, 1));
            taken_ += taken ? *taken : piece.size();
        }
        if (taken_ < waiting_.size()) return;
        waiting_.clear();
        taken_ = 0;
        if (ends_) end_->half_close();
    }

    manual_driver driver_;
    stream_endpoint endpoint_;
    std::unique_ptr<stream> end_;
    byte_string waiting_;
    std::size_t taken_ = 0;
    byte_string output_;
    bool ends_ = false;
    bool ended_ = false;
};

} // namespace weft::testing
