// SPDX-License-Identifier: MIT
// A running relay: its listener or its one link, on one event loop.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <weft/core/origin_policy.hpp>
#include <weft/endpoint/client.hpp>
#include <weft/endpoint/raw_client.hpp>
#include <weft/endpoint/raw_server.hpp>
#include <weft/endpoint/server.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/loop/timer.hpp>

#include "weft/relay/relay.hpp"
#include "weft/relay/relay_address.hpp"
#include "weft/relay/relay_link.hpp"
#include "weft/relay/relay_log.hpp"
#include "weft/stop_signals.hpp"
#include "weft/tls.hpp"

namespace weft_tool {

/// The two ends of a relay, after all checks. If one of them listens, it is `client`.
struct relay_plan {
    relay_address client;
    relay_address server;
    std::optional<target> to_client = {}; ///< for a WebSocket that connects
    std::optional<target> to_server = {};
    std::shared_ptr<weft::secure_layer> tls = {}; ///< for streams that connect
    serving_tls serving = {};
    weft::origin_policy origins = {};
    std::shared_ptr<weft::extension_negotiator> compression = {}; ///< for accepted WebSockets
};

class relay_run final : private relay_observer {
public:
    /// `recorder` observes the links, too, unless it is null.
    relay_run(const relay_options& options, relay_plan plan, const char* command,
              relay_observer* recorder);

    /// Begins to listen, if one of the ends listens. On error, prints why, and returns false. `run`
    /// calls it if it was not called before.
    [[nodiscard]] bool listen();

    exit_code run();

    /// Ends all connections, as on a stop signal. The program then ends with this exit code.
    void end(exit_code outcome);

    /// Does the same, and logs why.
    void end(exit_code outcome, std::string_view why);

private:
    // accepting
    void serve_websockets();
    void serve_streams();
    void accept(weft::connection& peer);
    void accept(weft::raw_connection& peer);
    [[nodiscard]] bool may_begin() const noexcept;

    // links
    [[nodiscard]] std::unique_ptr<relay_end> make_end(const relay_address& at,
                                                      const std::optional<target>& to);
    void begin(std::unique_ptr<relay_end> first, std::unique_ptr<relay_end> second);
    void link_opened(relay_link& which) override;
    void link_passes(relay_link& which, std::size_t from, const relay_piece& what) override;
    void link_input_ended(relay_link& which, std::size_t from) override;
    void link_ended(relay_link& which) override;

    // the end
    void handle_signals();
    void close_endpoints(weft::duration websockets, weft::duration streams);
    void end_all();

    const relay_options& options_;
    relay_plan plan_;
    relay_log log_;
    relay_observer* recorder_;
    weft::event_loop loop_;
    std::shared_ptr<void> names_;
    stop_signals signals_;
    std::list<relay_link> links_; // until both connections have ended
    weft::client client_;
    weft::raw_client raw_client_;
    weft::server server_;
    std::optional<weft::raw_server> raw_server_;
    weft::timer last_resort_;
    std::uint64_t count_ = 0;
    std::string listening_at_; // empty until the relay listens
    exit_code outcome_ = exit_code::ok;
    int signals_handled_ = 0;
    bool single_; // there is only one link, and the program ends with it
    bool ending_ = false;
};

} // namespace weft_tool
