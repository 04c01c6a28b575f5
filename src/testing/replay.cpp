// SPDX-License-Identifier: MIT
// Recorded clients, each at one end of a memory pipe.
#include <weft/testing/replay.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include <weft/stream/memory_pipe.hpp>
#include <weft/testing/answers.hpp>

namespace weft::testing {
namespace {

using event_kind = recorded_event::kind;

/// A client that only sends what was recorded, and keeps the answers.
class recorded_client final : private stream_events {
public:
    recorded_client(stream_endpoint& server, driver& of_server) {
        auto [near, far] =
            memory_pipe(of_server, of_server, std::numeric_limits<std::size_t>::max());
        near->start(*this);
        stream_ = std::move(near);
        server.serve(std::move(far));
    }

    void play(const recorded_event& what) {
        if (what.what == event_kind::from_client) {
            const std::array<std::span<const std::byte>, 1> piece{what.bytes};
            static_cast<void>(stream_->write(piece)); // fails if the server has gone
        }
        if (what.what == event_kind::client_ended) stream_->half_close();
        if (what.what == event_kind::close) stream_->close();
    }

    [[nodiscard]] std::vector<answer> answers() const { return answers_.all(); }

private:
    [[nodiscard]] bool wants_bytes() noexcept override { return true; }
    void on_receive(std::span<std::byte> bytes) override { answers_.receive(bytes); }
    void on_eof() override {}
    void on_writable() override {}
    void on_error(std::error_code /*why*/) override {}

    std::unique_ptr<stream> stream_;
    answer_reader answers_;
};

std::vector<answer> recorded_answers(const recording& what, std::uint64_t connection) {
    answer_reader reader;
    reader.receive(what.received(connection, event_kind::from_server));
    return reader.all();
}

} // namespace

std::vector<std::string> replay(const recording& what, stream_endpoint& server,
                                driver& of_server, function<void(duration)> pass) {
    std::map<std::uint64_t, recorded_client> clients;
    duration now{};
    for (const auto& one : what.events) {
        pass(one.at - std::exchange(now, one.at));
        const auto client = clients.try_emplace(one.connection, server, of_server).first;
        client->second.play(one);
    }
    pass(std::chrono::seconds(1));
    std::vector<std::string> found;
    for (const auto& [number, client] : clients) {
        for (const auto& one : differences(recorded_answers(what, number), client.answers())) {
            found.push_back("connection " + std::to_string(number) + ": " + one);
        }
    }
    return found;
}

std::vector<std::string> replay(const recording& what, stream_endpoint& server,
                                manual_driver& of_server) {
    return replay(what, server, of_server, [&](duration time) {
        of_server.settle(); // what the clients have just sent arrives before time passes
        const auto end = of_server.now() + time;
        while (of_server.next_deadline() < end) {
            of_server.advance(of_server.next_deadline());
            of_server.settle();
        }
        of_server.advance(end);
        of_server.settle();
    });
}

} // namespace weft::testing
