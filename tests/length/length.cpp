// SPDX-License-Identifier: MIT
// One message of many mebibytes in each direction at once, over a loopback socket, from sources and
// in parts: every byte arrives, and the program never needs more than 16 MiB beyond what it needed
// before. Usage: length [mebibytes]
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include <weft/weft.hpp>

namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;

/// Byte `at` of each message.
constexpr std::byte byte_at(std::uint64_t at) {
    return static_cast<std::byte>((at >> 3) * 0x9e3779b97f4a7c15ULL >> 56);
}

std::uint64_t most_memory() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<std::uint64_t>(used.ru_maxrss) * WEFT_MAXRSS_UNIT;
}

/// One side: sends a message of `size` bytes, and checks the other one.
struct side {
    std::uint64_t size;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    bool correct = true;
    bool complete = false;

    std::size_t read(std::span<std::byte> to) {
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(to.size(), size - sent));
        for (std::size_t i = 0; i < count; ++i) to[i] = byte_at(sent + i);
        sent += count;
        return count;
    }

    void take(const weft::message_part& part) {
        for (const std::byte each : part.bytes()) correct &= each == byte_at(received++);
        complete |= part.is_last();
    }
};

weft::handlers talks(side& here, const side& there) {
    weft::handlers made;
    made.open = [&here](weft::connection& peer) {
        peer.send_from(weft::message_source::reading(
            [&here](std::span<std::byte> to) { return here.read(to); }));
    };
    made.part = [&here, &there](weft::connection& peer, weft::message_part part) {
        here.take(part);
        if (here.complete && there.complete) peer.close();
    };
    made.close = [](weft::connection&, const weft::report& why) {
        if (!why.clean()) std::puts(to_string(why).c_str());
    };
    return made;
}

/// Returns whether a message of `size` bytes arrives at each side.
bool exchange(std::uint64_t size) {
    side here{size};
    side there{size};
    weft::event_loop loop;
    weft::server server{loop};
    weft::client client{loop};
    server.route("/", talks(there, here));
    const auto bound = server.listen("127.0.0.1", 0);
    if (!bound) return false;
    auto outbound = talks(here, there);
    outbound.close = [&](weft::connection&, const weft::report&) {
        server.shutdown(std::chrono::seconds(5));
    };
    outbound.fail = [&](const weft::report&) { server.stop(); };
    client.connect("ws://" + bound->str() + "/", std::move(outbound));
    loop.run();
    for (const side* one : {&here, &there}) {
        const bool whole = one->complete && one->correct && one->received == size;
        if (!whole) {
            std::printf("%llu of %llu bytes arrived%s\n",
                        static_cast<unsigned long long>(one->received),
                        static_cast<unsigned long long>(size), one->correct ? "" : ", not as sent");
            return false;
        }
    }
    return true;
}

} // namespace

int main(int argc, char** argv) {
    std::uint64_t mebibytes = 256;
    if (argc > 1) {
        const std::string_view given = argv[1];
        std::from_chars(given.data(), given.data() + given.size(), mebibytes);
    }
    if (!exchange(1000)) return 1; // so that libraries are loaded, and buffers exist
    const std::uint64_t before = most_memory();
    const auto began = std::chrono::steady_clock::now();
    if (!exchange(mebibytes * mebibyte)) return 1;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const std::uint64_t grown = most_memory() - before;
    std::printf("%llu MiB each way in %.1f s: %llu KiB of memory before, %llu KiB more at most\n",
                static_cast<unsigned long long>(mebibytes), took.count(),
                static_cast<unsigned long long>(before / 1024),
                static_cast<unsigned long long>(grown / 1024));
    return grown <= 16 * mebibyte ? 0 : 1;
}
