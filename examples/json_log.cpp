// SPDX-License-Identifier: MIT
// An echo server whose log is one JSON object per line on standard output, for log collectors.
//
//     build/release/examples/json_log [port]
#include <weft/weft.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

namespace {

/// JSON's escapes (RFC 8259 §7). Bytes that are not UTF-8 become U+FFFD.
std::string quoted(std::string_view text) {
    const bool is_utf8 = weft::is_utf8(std::as_bytes(std::span(text)));
    std::string out = "\"";
    for (const char each : text) {
        const auto byte = static_cast<unsigned char>(each);
        if (each == '"' || each == '\\') {
            out += '\\';
            out += each;
        } else if (byte < 0x20 || byte == 0x7f) {
            constexpr std::string_view digits = "0123456789abcdef";
            out += "\\u00";
            out += digits[byte >> 4U];
            out += digits[byte & 0xfU];
        } else if (byte >= 0x80 && !is_utf8) {
            out += "\xef\xbf\xbd";
        } else {
            out += each;
        }
    }
    return out += '"';
}

std::string as_json(const weft::log_record& what) {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch);
    std::string line = "{\"time_ms\":" + std::to_string(now.count());
    line += ",\"level\":" + quoted(name(what.level)) + ",\"event\":" + quoted(what.event);
    for (const weft::log_field& field : what.fields) {
        line += ',' + quoted(field.name) + ':';
        line += field.number ? std::to_string(*field.number) : quoted(field.text);
    }
    return line + '}';
}

} // namespace

int main(int argc, char** argv) {
    const int port = argc > 1 ? std::atoi(argv[1]) : 9001;
    weft::event_loop loop;
    loop.on_log(weft::log_level::info, [](const weft::log_record& what) {
        std::cout << as_json(what) << std::endl;
    });
    weft::server server{loop};
    server.route("/echo", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    const auto bound = server.listen("127.0.0.1", static_cast<std::uint16_t>(port));
    if (!bound) {
        std::cerr << bound.error().message() << '\n';
        return 1;
    }
    std::cerr << "ws://" << bound->str() << "/echo" << std::endl;
    loop.run();
}
