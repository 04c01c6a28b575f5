// SPDX-License-Identifier: MIT
// What a loop has for streams keeps what a stream promises, on every engine: TCP and Unix-domain
// sockets, and descriptors of any kind.
#include <weft/testing/stream_kit.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <ostream>

#include <gtest/gtest.h>

#include "support/descriptors.hpp"

#include "every_engine.hpp"
#include "loop/posix/file_stream.hpp"
#include "loop_probes.hpp"
#include "sockets.hpp"

namespace weft::testing {
namespace {

using two_sockets = std::array<owned_socket, 2>;

two_sockets unix_pair() {
    std::array<int, 2> both{};
    open_socket_pair(SOCK_STREAM, both.data(), blocking::no);
    return {owned_socket(both[0]), owned_socket(both[1])};
}

two_sockets tcp_pair() {
    const owned_socket listening(open_socket(AF_INET, SOCK_STREAM));
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    auto* plain = reinterpret_cast<sockaddr*>(&where);
    ::bind(listening.get(), plain, size);
    ::listen(listening.get(), 1);
    ::getsockname(listening.get(), plain, &size);
    owned_socket near(open_socket(AF_INET, SOCK_STREAM));
    ::connect(near.get(), plain, size);
    owned_socket far(accept_one(listening.get()));
    for (const int each : {near.get(), far.get()}) {
        ::fcntl(each, F_SETFL, ::fcntl(each, F_GETFL) | O_NONBLOCK);
    }
    return {std::move(near), std::move(far)};
}

using maker = std::unique_ptr<stream> (*)(loop_state& loop, owned_socket connected);

std::unique_ptr<stream> as_socket(loop_state& loop, owned_socket connected) {
    return std::make_unique<socket_stream>(loop, std::move(connected));
}

std::unique_ptr<stream> as_file(loop_state& loop, owned_socket connected) {
    auto made = file_stream::open(loop, connected.get(), file_owner::stream);
    static_cast<void>(connected.release());
    return std::move(*made);
}

/// Two descriptors on one loop.
class descriptors_under_test final : public streams_under_test {
public:
    descriptors_under_test(const loop_options& options, two_sockets both, maker make)
        : loop_(options), both_(std::move(both)), make_(make) {}

    std::unique_ptr<stream> near() override { return make_(*loop_.state(), std::move(both_[0])); }
    std::unique_ptr<stream> far() override { return make_(*loop_.state(), std::move(both_[1])); }
    bool turn(duration at_most) override {
        if (loop_.run_ready({}).did_something) return true;
        wakes(loop_, std::chrono::duration_cast<std::chrono::milliseconds>(at_most));
        return loop_.run_ready({}).did_something;
    }

private:
    event_loop loop_;
    two_sockets both_;
    maker make_;
};

class descriptors : public on_every_engine {
public:
    static void check(two_sockets (*pair)(), maker how) {
        const auto make = [&] {
            return std::make_unique<descriptors_under_test>(options(), pair(), how);
        };
        for (const auto& one : check_stream(make)) ADD_FAILURE() << one;
    }
};

TEST_P(descriptors, as_unix_sockets_pass_the_stream_kit) {
    check(unix_pair, as_socket);
}

TEST_P(descriptors, as_tcp_sockets_pass_the_stream_kit) {
    check(tcp_pair, as_socket);
}

TEST_P(descriptors, as_files_pass_the_stream_kit) {
    check(unix_pair, as_file);
}

WEFT_ON_EVERY_ENGINE(descriptors);

} // namespace
} // namespace weft::testing
