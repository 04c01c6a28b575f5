// SPDX-License-Identifier: MIT
// The conformance suite over a connection on a memory pipe, with handlers and without any loop.
#include <utility>

#include <weft/connection/service.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>

#include "conformance/subject.hpp"

namespace weft::testing {
namespace {

class echo_connection : public subject, private stream_events {
public:
    echo_connection(role ours, std::size_t capacity) : service_(driver_) {
        handlers echo{.message = [](connection& c, message m) { c.send(m); }};
        auto [end, other] = memory_pipe(driver_, driver_, capacity);
        end_ = std::move(other);
        end_->start(*this);
        if (ours == role::server) {
            service_.route("*", std::move(echo), {.connection = unbounded(), .subprotocol = {}});
            service_.serve(std::move(end));
        } else {
            dial_options options;
            options.connection = unbounded();
            service_.dial(std::move(end), *uri::parse("ws://localhost/"), std::move(echo),
                          std::move(options));
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
    service service_;
    std::unique_ptr<memory_stream> end_;
    byte_string waiting_;
    std::size_t taken_ = 0;
    byte_string output_;
    bool ends_ = false;
    bool ended_ = false;
};

[[maybe_unused]] const bool registered_connection =
    register_conformance("connection", [](role ours) {
        return std::make_unique<echo_connection>(ours, 64 * 1024);
    });

[[maybe_unused]] const bool registered_narrow =
    register_conformance("connection_in_a_narrow_pipe", [](role ours) {
        return std::make_unique<echo_connection>(ours, 1000);
    });

} // namespace
} // namespace weft::testing
