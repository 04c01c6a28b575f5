// SPDX-License-Identifier: MIT
// Base class for a stream on top of another: passes through everything that a derived class does
// not override. Does not depend on the stream below.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <weft/stream/stream.hpp>

namespace weft {

class stream_filter : public stream, protected stream_events {
public:
    void start(stream_events& sink) noexcept override {
        sink_ = &sink;
        under_->start(*this);
    }
    void pause() noexcept override { under_->pause(); }
    void resume() noexcept override { under_->resume(); }
    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override {
        return under_->write(pieces);
    }
    void half_close() noexcept override { under_->half_close(); }
    void close() noexcept override { under_->close(); }
    void close_with_reset() noexcept override { under_->close_with_reset(); }
    [[nodiscard]] address local_address() const override { return under_->local_address(); }
    [[nodiscard]] address remote_address() const override { return under_->remote_address(); }
    [[nodiscard]] bool secure() const noexcept override { return under_->secure(); }
    [[nodiscard]] bool opening() const noexcept override { return under_->opening(); }
    [[nodiscard]] std::optional<phase> error_phase() const noexcept override {
        return under_->error_phase();
    }
    [[nodiscard]] std::size_t memory_used() const noexcept override {
        return under_->memory_used();
    }
    [[nodiscard]] std::string_view error_detail() const noexcept override {
        return under_->error_detail();
    }
    [[nodiscard]] std::size_t input_pending() const noexcept override {
        return under_->input_pending();
    }
    [[nodiscard]] std::size_t output_pending() const noexcept override {
        return under_->output_pending();
    }
    [[nodiscard]] bool calls_application() const noexcept override {
        return under_->calls_application();
    }

protected:
    explicit stream_filter(std::unique_ptr<stream> under) noexcept
        : stream(under->driver()), under_(std::move(under)) {}

    [[nodiscard]] stream& under() const noexcept { return *under_; }

    bool wants_bytes() noexcept override { return sink_->wants_bytes(); }
    std::span<std::byte> input_room() noexcept override {
        return sink_ ? sink_->input_room() : std::span<std::byte>{};
    }
    void on_receive(std::span<std::byte> bytes) override { sink_->on_receive(bytes); }
    void on_eof() override { sink_->on_eof(); }
    void on_writable() override { sink_->on_writable(); }
    void on_open() override { sink_->on_open(); }
    void on_error(std::error_code why) override { sink_->on_error(why); }

    stream_events* sink_ = nullptr; // set by `start`

private:
    std::unique_ptr<stream> under_;
};

} // namespace weft
