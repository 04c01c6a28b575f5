// SPDX-License-Identifier: MIT
// The raw connections of one endpoint, and how all of them end. It lives until the last frame has
// left, whoever destroys the endpoint.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <weft/endpoint/raw_connection.hpp>

namespace weft {

/// What connections share: the handlers that hear them, and their options.
struct raw_route {
    raw_handlers handlers;
    raw_options options;
};

/// What only some raw connections have.
struct raw_connection::details {
    std::any data;
    std::optional<driver::ticket> ticket;
    byte_queue early; // bytes that somebody else has read

    // of one that was dialled, or of a file
    std::unique_ptr<raw_route> own_route;
    phase dialling_phase = phase::connect;
    function<void()> cancel; // gives up resolving and connecting
};

class raw_set final : public timed_task, public resident {
public:
    /// `shared` is for those connections that have no handlers of their own.
    raw_set(weft::driver& owner, raw_route shared);

    [[nodiscard]] weft::driver& driver() const noexcept { return driver_; }

    /// The endpoint is gone: every connection dies, no handler is called but a pending `done`; then
    /// this buries itself.
    void dismiss() noexcept;

    /// Both throw std::bad_alloc; then nothing was done. The stream is left where it was.
    raw_connection& serve(std::unique_ptr<stream>&& connected,
                          std::span<const std::byte> already_read);
    raw_connection& begin_dial(raw_handlers&& what, const raw_options& options,
                               duration connect_timeout);

    /// One whose stream comes at once. Nobody waits for the end of its other side.
    raw_connection& add_file();
    void remove(raw_connection& gone) noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return connections_.size(); }
    void for_each(function<void(raw_connection&)>& visit);

    /// The connection of a file, until its end has been told.
    [[nodiscard]] raw_connection* only() const noexcept;

    /// Hears of each connection that is no more; calls no handler.
    void on_gone(function<void()> hear) { gone_hears_ = std::move(hear); }

    /// Throws std::bad_alloc; then nothing was done.
    void shut_down(time_point deadline, function<void()> done);
    void stop(std::error_code why) noexcept;
    [[nodiscard]] bool shutting_down() const noexcept { return shutting_down_; }

    void on_interrupt() override;
    void prepare_shutdown() override;
    void on_shutdown(time_point deadline, function<void()> done) noexcept override;
    void on_driver_closed() noexcept override;

private:
    void run() noexcept override;
    void expire() noexcept override;
    raw_connection& add(raw_route& by, std::unique_ptr<raw_connection::details> own);
    template <class Visit>
    void walk(Visit&& visit);
    void call(function<void()>& handler) noexcept;
    void call_done() noexcept;
    void call_due() noexcept;
    void drop_all() noexcept;

    weft::driver& driver_;
    raw_route shared_;
    std::vector<raw_connection*> connections_;
    std::vector<function<void()>> done_;
    std::vector<function<void()>> due_; // those of `done_` that are being called
    function<void()> gone_hears_;
    std::size_t awaited_ = 0; // connections that a shutdown waits for: none that came later
    bool walked_ = false;     // the mark of the latest walk
    bool shutting_down_ = false;
    bool gone_ = false;
};

} // namespace weft
