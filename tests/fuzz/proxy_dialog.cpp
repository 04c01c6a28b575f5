// SPDX-License-Identifier: MIT
// What a proxy answers to a client, over HTTP and over SOCKS5: whatever the cuts the same outcome,
// which for SOCKS5 is also that of a reader that has the whole answer before it; and credentials go
// only to a proxy that has asked for them.
//
// Input: two bytes of cuts, a line with the proxy's URL, one with the target's, then the answer.
#include <optional>
#include <string>

#include <weft/core/base64.hpp>
#include <weft/core/error.hpp>
#include <weft/core/http_head.hpp>

#include "endpoint/proxy_dialog.hpp"
#include "fuzz_input.hpp"

namespace weft::fuzz::proxy_dialog_target {
namespace {

struct outcome {
    std::string said;
    std::error_code error;
    int http_status = 0;
    bool over = false;

    friend bool operator==(const outcome&, const outcome&) = default;
};

outcome speak(const proxy& through, const uri& target, byte_view answer, cutter cuts) {
    const auto dialog = proxy_dialog::make(through, target);
    outcome end;
    if (!dialog) {
        must(dialog.error() == errc::bad_proxy, "a dialog is refused for a reason");
        return end;
    }
    end.said = (*dialog)->take_output();
    while (!answer.empty()) {
        const auto piece = answer.first(cuts.next(answer.size()));
        const bool was_over = (*dialog)->over();
        (*dialog)->receive(piece);
        must((*dialog)->over() || !was_over, "what is over stays so");
        answer = answer.subspan(piece.size());
        const auto words = (*dialog)->take_output();
        must(words.empty() || !was_over, "and nothing more is said");
        end.said += words;
    }
    end.error = (*dialog)->error();
    end.http_status = (*dialog)->http_status();
    end.over = (*dialog)->over();
    must(end.over || !end.error, "an error ends it");
    return end;
}

void check_proxy(const proxy& found) {
    must(!found.host.empty() && found.port != 0, "a proxy has a place");
    must(found.host.find_first_of("[]/?#@\r\n") == std::string::npos, "and a clean host");
    must(found.password.empty() || !found.user.empty(), "a password is somebody's");
    if (found.speaks == proxy::kind::http) {
        must(found.user.find_first_of(":\r\n") == std::string::npos &&
                 found.password.find_first_of("\r\n") == std::string::npos,
             "credentials fit into a header");
    } else {
        must(found.user.size() <= 255 && found.password.size() <= 255, "credentials are counted");
    }
}

// --- HTTP

void check_connect(const proxy& through, const outcome& end) {
    constexpr std::string_view method = "CONNECT ";
    constexpr std::string_view version = " HTTP/1.1";
    const auto line = end.said.substr(0, end.said.find('\r'));
    must(line.starts_with(method) && line.ends_with(version), "it asks for a way");
    const auto where =
        line.substr(method.size(), line.size() - method.size() - version.size());
    must(where.find_first_of(" /@") == std::string::npos, "to a host and a port");

    // The rest is read as of a request whose target servers know.
    const auto text = "GET /" + end.said.substr(line.size() - version.size());
    http_head_parser parser(http_kind::request);
    must(parser.feed(std::as_bytes(std::span(text))) == text.size(), "one request is all");
    must(parser.status() == http_head_parser::state::done, "and it is well-formed");
    const auto request = parser.take_request();
    must(request.header("Host") == where, "it names the same host");
    must(request.size() == (through.user.empty() ? 1U : 2U), "and little else");
    const auto given = request.header("Proxy-Authorization");
    must(given.has_value() == !through.user.empty(), "with credentials if there are some");
    if (!given) return;
    const auto both = through.user + ':' + through.password;
    must(*given == "Basic " + base64_encode(std::as_bytes(std::span(both))), "and these");
}

// --- SOCKS5

/// RFC 1928 and RFC 1929, by a reader that sees all of the answer at once.
class socks_reader {
public:
    socks_reader(byte_view answer, bool has_credentials)
        : left_(answer), has_credentials_(has_credentials) {}

    /// Whether the way is open; nothing if more has to come.
    std::optional<bool> verdict() {
        const auto chosen = take(2);
        if (!chosen) return std::nullopt;
        const unsigned method = at(*chosen, 1);
        if (at(*chosen, 0) != 5) return false;
        if (method == 2 && has_credentials_) {
            asked_ = true;
            const auto checked = take(2);
            if (!checked) return std::nullopt;
            if (at(*checked, 0) != 1 || at(*checked, 1) != 0) return false;
        } else if (method != 0) {
            return false;
        }
        return reply();
    }

    [[nodiscard]] bool asked() const { return asked_; }

private:
    static unsigned at(byte_view bytes, std::size_t index) {
        return std::to_integer<unsigned>(bytes[index]);
    }

    std::optional<byte_view> take(std::size_t count) {
        if (left_.size() < count) return std::nullopt;
        const auto taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }

    std::optional<bool> reply() {
        const auto begin = take(5);
        if (!begin) return std::nullopt;
        if (at(*begin, 0) != 5 || at(*begin, 1) != 0) return false;
        std::size_t rest = 0;
        switch (at(*begin, 3)) {
        case 1: rest = 3 + 2; break;
        case 3: rest = at(*begin, 4) + 2; break;
        case 4: rest = 15 + 2; break;
        default: return false;
        }
        if (!take(rest)) return std::nullopt;
        return left_.empty(); // nobody speaks behind it
    }

    byte_view left_;
    bool has_credentials_;
    bool asked_ = false;
};

void check_socks(const proxy& through, const outcome& end, byte_view answer) {
    socks_reader reader(answer, !through.user.empty());
    const auto expected = reader.verdict();
    must(end.over == expected.has_value(), "it is over when all has been said");
    must(!expected || *expected == !end.error, "and open when the proxy says so");
    must(end.http_status == 0, "and knows nothing of HTTP");
    const auto greeting =
        through.user.empty() ? std::string("\5\1\0", 3) : std::string("\5\2\0\2", 4);
    must(end.said.starts_with(greeting), "it begins with what it offers");
    const bool tells = end.said.size() > greeting.size() && end.said[greeting.size()] == '\1';
    must(tells == reader.asked(), "it tells credentials to whom has asked for them");
}

void run(byte_view bytes) {
    fuzz_input input(bytes);
    const cutter cuts(input);
    const auto through = proxy::parse(input.text_until('\n'));
    const auto target = uri::parse(input.text_until('\n'));
    if (!through) return must(through.error() == errc::bad_proxy, "a URL is refused for a reason");
    check_proxy(*through);
    if (!target) return;
    const auto answer = input.rest();
    fuzz_input uncut({});
    const auto whole = speak(*through, *target, answer, cutter(uncut));
    must(whole == speak(*through, *target, answer, cuts), "cuts do not change the outcome");
    if (whole.said.empty()) return;
    if (through->speaks == proxy::kind::http) return check_connect(*through, whole);
    check_socks(*through, whole, answer);
}

const fuzz_target proxy_dialog_target("proxy_dialog", run);

} // namespace
} // namespace weft::fuzz::proxy_dialog_target
