// SPDX-License-Identifier: MIT
//
// What zlib alone costs: decompresses a message and compresses it again, over and over, with the
// settings of deflate_echo and without a socket. Usage: zlib_deflate FILE SECONDS; FILE holds the
// message as it travels (RFC 7692 §7.2.1). Prints one line of JSON.

#include <zlib.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>

namespace {

constexpr int raw_window = -15;
constexpr std::size_t tail_size = 4; // of an empty stored block, which does not travel

double cpu_seconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Runs one of zlib's two functions over all of `in`; returns how many bytes came out.
template <class Function>
std::size_t run(Function function, z_stream& by, std::string& in, std::string& out) {
    by.next_in = reinterpret_cast<Bytef*>(in.data());
    by.avail_in = static_cast<uInt>(in.size());
    by.next_out = reinterpret_cast<Bytef*>(out.data());
    by.avail_out = static_cast<uInt>(out.size());
    if (function(&by, Z_SYNC_FLUSH) != Z_OK) return 0;
    return out.size() - by.avail_out;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return EXIT_FAILURE;
    std::ifstream file{argv[1], std::ios::binary};
    std::string travels{std::istreambuf_iterator<char>{file}, {}};
    travels.append("\0\0\xff\xff", tail_size);
    const double wanted = std::atof(argv[2]);
    z_stream inflating{}, deflating{};
    if (inflateInit2(&inflating, raw_window) != Z_OK ||
        deflateInit2(&deflating, 6, Z_DEFLATED, raw_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return EXIT_FAILURE;
    }
    std::string message(1024 * 1024, '\0'), again(1024 * 1024, '\0'), input;
    std::uint64_t count = 0;
    const double began = cpu_seconds();
    double took = 0;
    for (; took < wanted; took = cpu_seconds() - began) {
        for (int i = 0; i < 100; ++i, ++count) {
            const std::size_t size = run(::inflate, inflating, travels, message);
            input.assign(message, 0, size);
            const std::size_t compressed = run(::deflate, deflating, input, again);
            if (size == 0 || compressed == 0) return EXIT_FAILURE;
            ::inflateReset(&inflating);
            ::deflateReset(&deflating);
        }
    }
    std::printf("{\"messages_per_cpu_second\": %.0f, \"zlib\": \"%s\"}\n",
                static_cast<double>(count) / took, ::zlibVersion());
    ::inflateEnd(&inflating);
    ::deflateEnd(&deflating);
    return EXIT_SUCCESS;
}
