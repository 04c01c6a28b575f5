// SPDX-License-Identifier: MIT
// The raw connections of one endpoint, and the handlers they share.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <weft/endpoint/raw_connection.hpp>

#include "stream/registry.hpp"

namespace weft {

/// What connections share: the handlers that hear them, and their options.
struct raw_route {
    raw_handlers handlers;
    raw_options options;
};

/// Bytes on their way from a handle to their connection.
struct posted_bytes {
    std::variant<std::string, std::vector<std::byte>> content;
    std::size_t size; // as which they were counted

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        if (const auto* const text = std::get_if<std::string>(&content)) {
            return std::as_bytes(std::span(*text));
        }
        return *std::get_if<std::vector<std::byte>>(&content);
    }
};

/// What only some raw connections have.
struct raw_connection::details {
    any_value data;
    std::shared_ptr<handle_state> shared; // with handles, if there are any
    std::vector<posted_bytes> held;       // that cannot be sent before `open`
    byte_queue early; // bytes that somebody else has read

    // of one that was dialled, or of a file
    std::unique_ptr<raw_route> own_route;
    phase dialling_phase = phase::connect;
    function<void()> cancel; // gives up resolving and connecting
    class connector* connecting = nullptr;   // until it has told
    std::unique_ptr<report_facts> facts; // where it was going, until it is open
    duration connect_timeout{};
    int rounds = 0; // that its deadline, which has passed, was put off for
};

class raw_set final : public registry<raw_connection> {
public:
    /// `shared` is for those connections that have no handlers of their own.
    raw_set(weft::driver& owner, raw_route shared);

    /// Both throw std::bad_alloc; then nothing was done. The stream is left where it was.
    raw_connection& serve(std::unique_ptr<stream>&& connected,
                          std::span<const std::byte> already_read);
    raw_connection& begin_dial(raw_handlers&& what, const raw_options& options,
                               duration connect_timeout);

    /// One whose stream comes at once. Nobody waits for the end of its other side.
    raw_connection& add_file();
    void remove(raw_connection& gone) noexcept;

    /// The connection of a file, until its end has been told.
    [[nodiscard]] raw_connection* only() const noexcept;

    /// Hears of each connection that is no more; calls no handler.
    void on_gone(function<void()> hear) { gone_hears_ = std::move(hear); }

    void on_interrupt() override;

    /// Hears of `wake` with or without connections.
    void interrupt_handler(function<void()> handler) {
        shared_.handlers.interrupt = std::move(handler);
    }

private:
    raw_connection& add(raw_route& by, std::unique_ptr<raw_connection::details> own);

    raw_route shared_;
    function<void()> gone_hears_;
};

} // namespace weft
