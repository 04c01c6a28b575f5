// SPDX-License-Identifier: MIT
// The state of a server, which outlives it if one of its handlers destroys it: listeners,
// admission, and a stream_endpoint. Does not depend on the engine or a host.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <weft/endpoint/server.hpp>
#include <weft/stream/address_prefix.hpp>

#include "endpoint/admission.hpp"
#include "endpoint/listeners.hpp"

namespace weft {

class server::state final : public work_item, public driver_observer, private listeners::owner {
public:
    explicit state(loop_state& loop);

    void dismiss() noexcept;

    [[nodiscard]] weft::listeners& listeners() noexcept { return listeners_; }

    // --- clients that other code has accepted
    result<connection*> adopt(native_socket socket, std::span<const std::byte> already_read,
                              secure_layer* tls);
    result<connection*> accept(native_socket socket, http_request&& request,
                               std::span<const std::byte> already_read);
    result<connection*> accept(std::unique_ptr<stream>&& client, http_request&& request,
                               std::span<const std::byte> already_read);

    // --- admission
    void limits(const server_limits& limits);
    void on_accept_error(function<void(std::error_code)> handler);
    void on_refused(function<void(const address&, std::error_code)> handler);
    result<void> trust(const trusted_proxies& proxies);
    [[nodiscard]] std::uint64_t refused_count() const noexcept { return refused_; }

    [[nodiscard]] stream_endpoint& connections() noexcept { return *endpoint_; }

private:
    void on_interrupt() override {}
    void on_shutdown(time_point, function<void()> done) noexcept override;
    void on_driver_closed() noexcept override { listeners_.close(); }

    void on_accept(owned_socket client, const address& peer,
                   listeners::accept_settings& by) override;
    void on_starved(std::error_code why) override;
    void on_scarcity(std::error_code why) noexcept override;

    void count_in(connection& served, const address& peer) noexcept;
    void apply_client_address(connection& served, const address& who);
    void refuse_client(owned_socket client, const address& peer, bool uses_tls,
                       std::error_code why);
    void gone(const connection& who) noexcept;
    void log_refused(const address& peer, std::error_code why) noexcept;
    void log_accept_error(std::error_code why) noexcept;
    [[nodiscard]] std::error_code judge(const address& peer);
    [[nodiscard]] std::error_code judge_adopted(native_socket socket);

    loop_state& loop_;
    weft::listeners listeners_;
    admission admission_;
    function<void(std::error_code)> accept_error_;
    function<void(const address&, std::error_code)> on_refused_;
    std::uint64_t refused_ = 0;
    std::vector<address_prefix> trusted_;
    bool expects_proxy_header_ = false;
    std::optional<stream_endpoint> endpoint_;
};

} // namespace weft
