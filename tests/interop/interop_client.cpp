// SPDX-License-Identifier: MIT
// A client for other people's servers: does the steps that its arguments name, checks what comes
// back, and prints how the connection ended as lines of `key value`.

#include <weft/weft.hpp>

#include <charconv>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view usage =
    "usage: interop_client URL [option...] step...\n"
    "options: --via ADDRESS, --subprotocol NAME, --header NAME:VALUE\n"
    "steps:   text:TEXT, binary:SIZE, parts:SIZE   send it and wait for the same message\n"
    "         ping:PAYLOAD                         send it and wait for the pong\n"
    "         receive:TEXT                         wait for this message\n"
    "         echo                                 echo everything until the peer closes\n"
    "         wait                                 wait for the peer to close\n"
    "         close:CODE:REASON                    close; 1000 by default\n"
    "         abort                                end without a closing handshake\n";

constexpr std::string_view between = "between fragments";

struct step {
    std::string_view what;
    std::string_view rest;
};

step parse_step(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return {text, {}};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

std::size_t number_in(std::string_view text) {
    std::size_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// Bytes that are text too and repeat at no power of two.
std::string pattern(std::size_t size) {
    std::string bytes(size, ' ');
    for (std::size_t at = 0; at < size; ++at)
        bytes[at] = static_cast<char>('!' + at % 89);
    return bytes;
}

/// Goes through the steps; a step that waits is done when what it waits for has come.
class script {
public:
    explicit script(std::vector<step> steps) : steps_(std::move(steps)) {}

    void open(weft::connection& peer) {
        std::cout << "open " << peer.subprotocol() << '\n';
        proceed(peer);
    }

    void message(weft::connection& peer, weft::message what) {
        if (echoes_) {
            peer.send(what);
            return;
        }
        const bool same = what.text() == expected_ && what.is_text() == expected_text_;
        if (!awaits_message_ || !same) {
            fail(peer, "an unexpected message");
            return;
        }
        awaits_message_ = false;
        proceed(peer);
    }

    void pong(weft::connection& peer, std::span<const std::byte> payload) {
        const std::string_view answered = weft::message(payload).text();
        if (answered == between) return;
        if (answered != expected_) {
            fail(peer, "an unexpected pong");
            return;
        }
        proceed(peer);
    }

    void end(std::string_view how, const weft::report& why) {
        std::cout << how << ' ' << why << '\n'
                  << "phase " << name(why.phase) << '\n'
                  << "began " << name(why.began) << '\n'
                  << "clean " << why.clean() << '\n'
                  << "status " << why.http_status << '\n';
        if (why.error) std::cout << "error " << why.error.message() << '\n';
        tell("sent", why.sent);
        tell("received", why.received);
    }

    [[nodiscard]] bool kept() const noexcept { return kept_ && next_ == steps_.size(); }

private:
    void proceed(weft::connection& peer) {
        if (next_ == steps_.size()) {
            peer.close();
            return;
        }
        const step now = steps_[next_++];
        if (now.what == "text") exchange(peer, std::string(now.rest), true);
        if (now.what == "binary") exchange(peer, pattern(number_in(now.rest)), false);
        if (now.what == "parts") send_in_parts(peer, pattern(number_in(now.rest)));
        if (now.what == "receive") expect(std::string(now.rest), true);
        if (now.what == "ping") {
            expected_ = now.rest;
            peer.ping(now.rest);
        }
        if (now.what == "echo") echoes_ = true;
        if (now.what == "close") close(peer, now.rest);
        if (now.what == "abort") peer.abort();
    }

    void expect(std::string what, bool is_text) {
        expected_ = std::move(what);
        expected_text_ = is_text;
        awaits_message_ = true;
    }

    void exchange(weft::connection& peer, std::string what, bool is_text) {
        expect(std::move(what), is_text);
        peer.send(is_text ? weft::message(expected_) : weft::message::binary(expected_));
    }

    void send_in_parts(weft::connection& peer, std::string what) {
        expect(std::move(what), true);
        const std::string_view whole = expected_;
        const std::size_t half = whole.size() / 2;
        peer.send_part(whole.substr(0, half), false);
        peer.ping(between);
        peer.send_part("", false);
        peer.send_part(whole.substr(half), true);
    }

    static void close(weft::connection& peer, std::string_view how) {
        const step parts = parse_step(how);
        const auto code = static_cast<weft::close_code>(number_in(parts.what));
        peer.close(how.empty() ? weft::close_code::normal : code, parts.rest);
    }

    void fail(weft::connection& peer, std::string_view why) {
        std::cerr << "step " << next_ << ": " << why << '\n';
        kept_ = false;
        peer.abort();
    }

    static void tell(std::string_view key, const std::optional<weft::close_frame>& frame) {
        if (!frame) return;
        std::cout << key << ' ' << static_cast<int>(frame->code) << ' ' << frame->reason << '\n';
    }

    std::vector<step> steps_;
    std::size_t next_ = 0;
    std::string expected_;
    bool expected_text_ = true;
    bool awaits_message_ = false;
    bool echoes_ = false;
    bool kept_ = true;
};

/// Reads options and steps; false when they make no sense.
bool parse(const std::vector<std::string_view>& words, weft::connect_options& options,
           std::vector<step>& steps) {
    for (std::size_t at = 0; at < words.size(); ++at) {
        if (!words[at].starts_with("--")) {
            steps.push_back(parse_step(words[at]));
            continue;
        }
        if (at + 1 == words.size()) return false;
        const std::string value{words[at + 1]};
        const step field = parse_step(words[at + 1]);
        if (words[at] == "--via") options.via = value;
        if (words[at] == "--subprotocol") options.subprotocols.push_back(value);
        if (words[at] == "--header") {
            options.headers.push_back({std::string(field.what), std::string(field.rest)});
        }
        ++at;
    }
    return true;
}

} // namespace

int main(int count, char** arguments) {
    const std::vector<std::string_view> words(arguments + 1, arguments + count);
    weft::connect_options options;
    options.connection.limits.message_size_max = 64 * 1024 * 1024;
    options.connection.queue_size_max = 64 * 1024 * 1024;
    std::vector<step> steps;
    if (words.empty() || !parse({words.begin() + 1, words.end()}, options, steps)) {
        std::cerr << usage;
        return 2;
    }
    weft::event_loop loop;
    weft::client client{loop};
    script play{std::move(steps)};
    client.connect(words.front(),
                   {.open = [&](auto& peer) { play.open(peer); },
                    .message = [&](auto& peer, auto what) { play.message(peer, what); },
                    .pong = [&](auto& peer, auto payload) { play.pong(peer, payload); },
                    .close = [&](auto&, auto& why) { play.end("close", why); },
                    .fail = [&](auto& why) { play.end("fail", why); }},
                   std::move(options));
    loop.run();
    return play.kept() ? 0 : 1;
}
