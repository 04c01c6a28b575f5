// SPDX-License-Identifier: MIT
// What outlives a server that is destroyed from one of its handlers: its doors, who may come in
// through them, and the service behind. Knows neither the engine nor a host.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <weft/endpoint/server.hpp>
#include <weft/loop/socket_activation.hpp>

#include "endpoint/admission.hpp"
#include "loop/descriptor_posix.hpp"
#include "loop/listener_posix.hpp"

namespace weft {

class server::state final : public task, public resident {
public:
    explicit state(loop_state& loop);

    void dismiss() noexcept;

    // --- doors
    result<address> listen(const address& where, listen_options options);
    result<address> adopt_listener(int descriptor, listen_options options);
    result<std::vector<address>> adopt_listeners(std::span<const activated_descriptor> passed);
    void stop_listening() noexcept;
    bool stop_listening(const address& where) noexcept;
    [[nodiscard]] const std::vector<listener*>& listeners() const noexcept { return listeners_; }

    // --- clients that somebody else has met
    result<connection*> adopt(int descriptor, std::span<const std::byte> already_read);
    result<connection*> accept(int descriptor, http_request&& request,
                               std::span<const std::byte> already_read);
    result<connection*> accept(std::unique_ptr<stream>&& client, http_request&& request,
                               std::span<const std::byte> already_read);

    // --- who may come in
    void limits(const server_limits& limits) { admission_.set(limits); }
    void on_accept_error(function<void(std::error_code)> handler);
    void on_refused(function<void(const address&, std::error_code)> handler);
    [[nodiscard]] std::uint64_t refused_count() const noexcept { return refused_; }

    [[nodiscard]] service& connections() noexcept { return *service_; }

private:
    using greeting = function<bool(int, const address&)>;

    void on_interrupt() override {}
    void on_shutdown(time_point, function<void()> done) noexcept override;
    void on_driver_closed() noexcept override { stop_listening(); }

    result<address> keep(result<listener*> opened, void (listener::*undo)() noexcept);
    void give_back_all_but(std::size_t first) noexcept;
    listener::accepted through(greeting greet);
    listener::starved otherwise();
    void meet(owned_descriptor client, const address& peer, greeting& greet);
    void count_in(connection& served, const address& peer);
    void turn_away(owned_descriptor client, const address& peer, std::error_code why);
    void tell_starved(std::error_code why);
    void gone(const connection& who) noexcept;
    [[nodiscard]] std::error_code judge(const address& peer) const;
    [[nodiscard]] std::error_code judge_adopted(int descriptor) const;
    template <class Handler>
    void call(Handler&& handler);

    loop_state& loop_;
    std::vector<listener*> listeners_;
    admission admission_;
    function<void(std::error_code)> accept_error_;
    function<void(const address&, std::error_code)> refused_hears_;
    std::uint64_t refused_ = 0;
    std::optional<service> service_;
};

} // namespace weft
