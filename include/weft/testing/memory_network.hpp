// SPDX-License-Identifier: MIT
// A network in memory for tests: named listeners, and links between drivers of one thread that
// split, delay and lose data as real ones do. The same seed gives the same run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/testing/dice.hpp>
#include <weft/testing/network_stream.hpp>

namespace weft::testing {

/// How connections are made, and how links behave.
struct network_conditions {
    line to_server = {};
    line to_client = {};
    std::uint32_t refused_one_in = 0;    ///< one in this many attempts is refused; 0: none
    std::uint32_t unanswered_one_in = 0; ///< one in this many gets no answer; 0: none
};

/// Connects streams in the virtual time of their drivers: a `manual_driver`, or event loops with
/// `engine_kind::virtual_time` that share a `virtual_clock`.
///
/// Runs are bit-for-bit reproducible if the drivers take their random bytes from `chance()` or
/// another deterministic source. The network must outlive its streams and drivers, and belongs to
/// their thread.
///
/// ```cpp
/// weft::testing::memory_network net(seed);
/// weft::manual_driver driver({}, net.chance());
/// weft::stream_endpoint server(driver), client(driver);
/// net.listen("server", server);
/// net.connect(client, "server", *weft::uri::parse("ws://example.org/"), {...});
/// net.streams()[0]->reset();
/// ```
class memory_network {
public:
    using stream_ptr = std::unique_ptr<network_stream>;

    explicit memory_network(std::uint64_t seed);
    ~memory_network();
    memory_network(const memory_network&) = delete;
    memory_network& operator=(const memory_network&) = delete;

    /// Sets the conditions of links made from now on; for an existing link use
    /// `network_stream::change`.
    void conditions(const network_conditions& wanted) { conditions_ = wanted; }
    [[nodiscard]] const network_conditions& conditions() const noexcept { return conditions_; }

    /// Listens at `name`, replacing an earlier listener: `accept` is called in turns of `owner`.
    void listen(std::string_view name, weft::driver& owner, function<void(stream_ptr)> accept);

    /// Makes `server` serve connections to `name`; call `stop_listening` before it is destroyed.
    void listen(std::string_view name, stream_endpoint& server);

    /// Stops listening. Links that have not been accepted are closed.
    void stop_listening(std::string_view name) noexcept;

    /// Connects to `name`: calls `done` once, in a turn of `owner`, with a stream that has not been
    /// started or with an error. Returns a function that cancels the attempt; it has no effect once
    /// `done` was called.
    function<void()> connect(std::string_view name, weft::driver& owner,
                             function<void(result<stream_ptr>)> done);

    /// Opens a WebSocket to `name`, like a client that creates its own streams.
    connection& connect(stream_endpoint& client, std::string_view name, const uri& target,
                        handlers what, connect_options options = {});

    /// Returns all existing ends of links, in the order in which they were made.
    [[nodiscard]] std::span<network_stream* const> streams() const noexcept { return streams_; }

    /// Returns the random source that decides everything in this network.
    [[nodiscard]] dice& chance() noexcept { return chance_; }

private:
    friend class network_stream;
    class acceptor;
    class attempt;

    [[nodiscard]] acceptor* find(std::string_view name) const noexcept;
    std::pair<stream_ptr, stream_ptr> link(weft::driver& server, weft::driver& client);

    dice chance_;
    network_conditions conditions_;
    std::vector<network_stream*> streams_;
    std::vector<acceptor*> acceptors_;
    std::vector<attempt*> attempts_;
    std::uint64_t attempts_made_ = 0;
};

} // namespace weft::testing
