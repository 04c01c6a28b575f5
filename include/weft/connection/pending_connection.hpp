// SPDX-License-Identifier: MIT
// The state of an outbound connection until it is open: the phase of connecting, its deadline, how
// to cancel it, and facts for the report of a failure. Does not depend on how a stream is made, or
// on the kind of connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include <weft/connection/connection_options.hpp>
#include <weft/core/error.hpp>
#include <weft/core/function.hpp>
#include <weft/core/http_head.hpp>
#include <weft/core/report.hpp>
#include <weft/core/result.hpp>
#include <weft/core/time.hpp>
#include <weft/core/uri.hpp>
#include <weft/stream/stream.hpp>

namespace weft {

class channel;

/// An outbound connection that has no open stream yet; see `stream_endpoint::begin_connect`.
///
/// Code that connects reports each phase to this object, and finally calls `attach` or `fail`.
/// After that, or after its cancel function was called, it must no longer use this object. All
/// functions must be called on the driver's thread.
class pending_connection final {
public:
    /// Which phases a timeout covers.
    enum class deadlines : std::uint8_t {
        each_phase, ///< each phase has its own timeout
        all_phases  ///< `connect_timeout` counts from the beginning of the first phase
    };

    /// Begins in the phase `connect`.
    pending_connection(connect_options options, time_point now,
                       deadlines which = deadlines::each_phase) noexcept;

    // --- for code that connects

    [[nodiscard]] const connect_options& options() const noexcept { return options_; }

    /// Begins a phase and its timeout. `cancel` is called if the connection ends before the phase
    /// does.
    void begin_phase(phase at, function<void()> cancel) noexcept;

    /// Sets a phase that is queued, and begins only in a later turn. No timeout runs until
    /// `begin_phase` is called for it.
    void queue_phase(phase at, function<void()> cancel) noexcept;

    /// Notes for the report the name of what the connection connects to, and the address that was
    /// tried last. If memory runs out, the report omits them.
    void note_target(std::string_view target) noexcept;
    void note_tried(const address& tried) noexcept;

    /// Gives the connection its stream. The connection waits until the stream's own handshake, such
    /// as TLS, is complete.
    void attach(std::unique_ptr<stream> connected) noexcept;

    /// Ends the connection; `fail` is called in a later round of work. `http_status` is the status
    /// of the response that refused the connection, 0 for none.
    void fail(phase at, std::error_code why, int http_status = 0) noexcept;

    // --- for the connection that owns this object

    /// Sets the connection that is connecting.
    void belong_to(channel& owner) noexcept { owner_ = &owner; }

    [[nodiscard]] phase current_phase() const noexcept { return phase_; }
    [[nodiscard]] time_point deadline() const noexcept { return deadline_; }

    /// Handles a deadline that may have passed.
    void handle_deadline() noexcept;

    /// Calls the cancel function, then fails in the current phase.
    void abandon(std::error_code why) noexcept;

    /// Calls the cancel function, once.
    void cancel() noexcept;

    /// Ends connecting, because the stream is open or because it failed. Returns false if
    /// connecting had ended already.
    bool finish() noexcept;

    /// Returns what was noted for the report, and forgets it.
    [[nodiscard]] report_facts take_facts() noexcept;

    /// Returns the target of the redirect to follow; nothing if `response` is final. Fails with the
    /// reason why a redirect cannot be followed. Throws std::bad_alloc.
    [[nodiscard]] result<std::optional<uri>>
    redirect_target(const uri& from, const http_response_head& response) const;

    /// Starts again for the connection `owner`, because `from` redirects to `to`. Removes options
    /// that must not be used for another host, such as credentials.
    void redirect(channel& owner, const uri& from, const uri& to) noexcept;

    /// Returns the error of a phase that takes too long.
    [[nodiscard]] static errc timeout_error(phase at) noexcept;

    /// Returns which side caused an error before the connection was open. The peer may be a server
    /// or a proxy.
    [[nodiscard]] static side side_of(std::error_code why) noexcept;

private:
    [[nodiscard]] duration limit(phase at) const noexcept;
    void enter(phase at, time_point deadline, function<void()> cancel) noexcept;
    template <class Note>
    void note(Note&& write) noexcept;

    channel* owner_ = nullptr;
    connect_options options_;
    function<void()> cancel_;
    std::unique_ptr<report_facts> facts_;
    time_point deadline_; // of the current phase
    std::size_t redirects_ = 0; // followed so far
    int rounds_ = 0; // how often the expired deadline was postponed
    phase phase_ = phase::connect;
    deadlines deadlines_;
};

} // namespace weft
