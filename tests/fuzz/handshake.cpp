// SPDX-License-Identifier: MIT
// The opening handshake in its parts and as a whole, for both roles: whatever the cuts, the result
// is the same, what was found can be written and read again, and what is sent is well-formed.
//
// Input: what to try, two bytes of cuts, then text; some trials take several lines of it.
#include <algorithm>

#include <weft/core/base64.hpp>
#include <weft/core/error.hpp>
#include <weft/core/handshake.hpp>
#include <weft/core/http_head.hpp>
#include <weft/core/uri.hpp>

#include "sent_frames.hpp"
#include "session_run.hpp"

namespace weft::fuzz::handshake_target {
namespace {

byte_view as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

bool within(std::string_view part, std::string_view whole) {
    return part.empty() ||
        (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// --- heads

struct parsed_head {
    http_head_parser parser;
    std::size_t used = 0;
};

parsed_head parse(http_kind kind, byte_view bytes, cutter cuts) {
    parsed_head parsed{http_head_parser(kind, {.bytes = 600, .count = 12})};
    while (!bytes.empty() && parsed.parser.status() == http_head_parser::state::more) {
        const auto piece = bytes.first(cuts.next(bytes.size()));
        const auto used = parsed.parser.feed(piece);
        must(used == piece.size() || parsed.parser.status() != http_head_parser::state::more,
             "a parser that wants more takes all");
        must(used <= piece.size(), "a parser takes what there is");
        parsed.used += used;
        bytes = bytes.subspan(piece.size());
    }
    return parsed;
}

parsed_head parse_whole(http_kind kind, byte_view bytes) {
    fuzz_input uncut({});
    return parse(kind, bytes, cutter(uncut));
}

/// The head in its normal form: the same for the same content.
std::string written(const http_head& head, const std::string& first_line) {
    std::string text = first_line + "\r\n";
    for (const auto& [name, value] : head.headers()) {
        must(is_token(name) && is_field_value(value) && trim(value) == value, "fields are clean");
        must(head.header(name).has_value(), "a header is found by its name");
        must(head.header_count(name) >= 1, "and counted");
        text.append(name).append(": ").append(value).append("\r\n");
    }
    must(head.headers().size() == head.size() && head.size() <= 12, "headers are limited");
    return text + "\r\n";
}

std::string written(const http_request& request) {
    return written(request,
                   std::string(request.method()) + ' ' + std::string(request.target()) +
                       " HTTP/1." + std::to_string(request.version_minor()));
}

std::string written(const http_response_head& response) {
    return written(response,
                   "HTTP/1." + std::to_string(response.version_minor()) + ' ' +
                       std::to_string(response.status()) + ' ' + std::string(response.reason()));
}

void check_getters(const http_request& request) {
    must(within(request.path(), request.target()) || request.path() == "/", "a path is a part");
    must(within(request.query(), request.target()), "a query is a part");
    must(request.path().find('?') == std::string_view::npos, "a path has no query");
    (void)request.host();
    (void)request.origin();
    for (const auto name : {"a", "b", "", "sid"}) {
        (void)request.query_value(name);
        (void)request.cookie(name);
    }
}

void check_answers(const http_request& request) {
    const auto offer = check_upgrade(request);
    if (!offer) {
        must(serialize(refusal(offer.error())).has_value(), "a refusal can be sent");
        return;
    }
    must(wants_upgrade(request), "who may upgrade wants to");
    const auto& names = offer->subprotocols;
    const auto chosen = names.empty() ? std::string_view{} : std::string_view(names.front());
    const auto text = make_upgrade_response(*offer, chosen);
    must(text.has_value(), "what was offered can be accepted");
    auto read = parse_whole(http_kind::response, as_bytes(*text));
    must(read.used == text->size(), "a response ends with its head");
    must(read.parser.status() == http_head_parser::state::done || text->size() > 600,
         "a response that is sent is well-formed");
    if (read.parser.status() != http_head_parser::state::done) return;
    const auto nonce = base64_decode(offer->key);
    std::string agreed;
    must(!check_upgrade_response(read.parser.take_response(),
                                 handshake_nonce(nonce->data(), nonce->size()), names, agreed),
         "a client takes the response");
    must(agreed == chosen, "and the subprotocol");
}

template <class Take, class Check>
void try_head(http_kind kind, byte_view bytes, cutter cuts, Take take, Check check) {
    auto whole = parse_whole(kind, bytes);
    auto pieces = parse(kind, bytes, cuts);
    must(whole.parser.status() == pieces.parser.status(), "cuts do not change the verdict");
    must(whole.parser.error() == pieces.parser.error(), "cuts do not change the fault");
    if (whole.parser.status() != http_head_parser::state::done) return;
    must(whole.used == pieces.used, "cuts do not change the end");
    const auto head = take(whole.parser);
    const auto text = written(head);
    must(text == written(take(pieces.parser)), "cuts do not change the content");
    auto again = parse_whole(kind, as_bytes(text));
    must(again.used == text.size() || text.size() > 600, "what was read can be written");
    if (again.parser.status() == http_head_parser::state::done) {
        must(written(take(again.parser)) == text, "and read again");
    }
    check(head);
}

void try_request(byte_view bytes, cutter cuts) {
    try_head(
        http_kind::request, bytes, cuts,
        [](http_head_parser& parser) { return parser.take_request(); },
        [](const http_request& request) {
            check_getters(request);
            check_answers(request);
        });
}

void try_response(byte_view bytes, cutter cuts) {
    try_head(
        http_kind::response, bytes, cuts,
        [](http_head_parser& parser) { return parser.take_response(); },
        [](const http_response_head& response) {
            const std::array<std::byte, 16> nonce{};
            std::string chosen;
            (void)check_upgrade_response(response, nonce, {"chat"}, chosen);
        });
}

// --- sessions

/// Answers a request as `how` says.
void answer(session_run& run, const event& reported, unsigned how) {
    session& tested = run.tested;
    if (reported.type == event_type::request) {
        const auto& names = tested.offer()->subprotocols;
        const std::string chosen = names.empty() || how & 1U ? std::string() : names.back();
        const auto done = how & 2U ? tested.reject({403, {{"X-Why", "no"}}, "no"}, run.now)
                                   : tested.accept(chosen, {{"X-By", "weft"}}, run.now);
        must(done.has_value(), "a request can be answered");
        must(!tested.accept({}, {}, run.now), "but once");
    } else if (reported.type == event_type::body && reported.payload.empty()) {
        must(tested.receive_body_in_parts(run.now).has_value(), "a body can be received in parts");
        if (!(how & 4U) || tested.state() != session_state::connecting) return;
        must(tested.respond({403, {}, "no"}, run.now).has_value(), "or refused");
    } else if (reported.type == event_type::http) {
        must(!tested.accept({}, {}, run.now), "a plain request is no handshake");
        must(tested.respond({200, {}, tested.request()->body()}, run.now).has_value(),
             "a plain request can be answered");
    } else if (reported.type == event_type::opened && how & 4U) {
        tested.forget_handshake();
    }
}

void check_sent(const session_run& run) {
    const auto text = testing::to_text(run.sent);
    if (text.empty()) return;
    const bool serves = run.tested.role() == role::server;
    http_head_parser parser(serves ? http_kind::response : http_kind::request);
    const auto used = parser.feed(as_bytes(text));
    must(parser.status() == http_head_parser::state::done, "a head that is sent is well-formed");
    const bool upgraded = !serves || parser.take_response().status() == 101;
    if (upgraded) (void)sent_frames(byte_view(run.sent).subspan(used), run.tested.role(), false);
}

trace run_session(role ours, byte_view bytes, cutter cuts, unsigned how) {
    session_limits limits;
    limits.header_size_max = 600;
    limits.header_count_max = 12;
    limits.body_size_max = 40;
    session_run run(ours, limits, [how](session_run& of, const event& e) { answer(of, e, how); });
    run.lends = how & 8U;
    if (how & 2U) run.report_bodies();
    if (ours == role::client) {
        const auto target = uri::parse("wss://example.org:81/chat?a=b");
        must(run.tested.start(*target, {"chat", "superchat"}).has_value(), "a client can start");
        run.collect();
    }
    run.feed(bytes, cuts);
    if (how & 16U) {
        run.tested.receive_eof(run.now);
        run.pull();
    }
    run.collect();
    check_sent(run);
    return run.seen();
}

void try_session(role ours, byte_view bytes, cutter cuts, unsigned how) {
    fuzz_input uncut({});
    const auto whole = run_session(ours, bytes, cutter(uncut), how);
    const auto pieces = run_session(ours, bytes, cuts, how);
    must(whole.events == pieces.events, "cuts do not change the events");
    must(whole.sent == pieces.sent, "cuts do not change the output");
    must(whole == pieces, "cuts do not change the outcome");
}

// --- URIs, fields, responses

http_fields fields_of(fuzz_input& input) {
    http_fields fields;
    while (input.size() != 0 && fields.size() < 6) {
        std::string name(input.text_until(':'));
        fields.push_back({std::move(name), std::string(input.text_until('\n'))});
    }
    return fields;
}

void check_request_for(const uri& target, fuzz_input& input) {
    std::vector<std::string> names;
    fuzz_input list(as_bytes(input.text_until('\n')));
    while (list.size() != 0 && names.size() < 4)
        names.emplace_back(list.text_until(','));
    const std::array<std::byte, 16> nonce{};
    const auto text = make_upgrade_request(target, nonce, names, fields_of(input));
    if (!text) return;
    http_head_parser parser(http_kind::request);
    must(parser.feed(as_bytes(*text)) == text->size(), "a request ends with its head");
    must(parser.status() == http_head_parser::state::done, "a request that is sent is well-formed");
    const auto request = parser.take_request();
    must(request.target() == target.resource(), "a request is for its target");
    const auto offer = check_upgrade(request);
    must(offer.has_value() || offer.error() == errc::bad_host, "a server takes the request");
    must(!offer || offer->subprotocols == names, "and the subprotocols");
}

void try_uri(fuzz_input input) {
    const auto found = uri::parse(input.text_until('\n'));
    if (!found) {
        must(found.error() == errc::bad_uri || found.error() == errc::unsupported_scheme,
             "a URI is refused for a reason");
        return;
    }
    const auto again = uri::parse(found->str());
    must(again && *again == *found && again->str() == found->str(), "a URI reads as it is written");
    must(!found->host().empty() && found->port() != 0, "a URI names a host and a port");
    must(found->resource().starts_with('/'), "a resource is a path");
    must(found->resource().starts_with(found->path()), "which comes first");
    check_request_for(*found, input);
}

void try_response_fields(fuzz_input input) {
    http_response response;
    response.status = static_cast<int>(input.byte() + input.byte() + input.byte());
    response.body = input.text_until('\n');
    response.headers = fields_of(input);
    const auto text = serialize(response);
    if (!text) return;
    http_head_parser parser(http_kind::response);
    const auto used = parser.feed(as_bytes(*text));
    must(parser.status() == http_head_parser::state::done, "a response is well-formed");
    const auto head = parser.take_response();
    must(head.status() == response.status, "a response has its status");
    must(text->size() == used || text->substr(used) == response.body, "and its body");
    for (std::size_t i = 0; i < response.headers.size(); ++i) {
        must(head.at(i).name == response.headers[i].name, "and its headers");
    }
}

void try_list(std::string_view list) {
    std::size_t items = 0;
    for_each_list_item(list, [&](std::string_view item) {
        must(within(item, list) && !item.empty() && trim(item) == item, "an item is a part");
        must(list_contains(list, item), "a list contains its items");
        ++items;
    });
    must(items <= list.size(), "items are not empty");
    must(equal_ignoring_case(to_lower(list), list), "case does not matter");
    must(equal_in_constant_time(list, std::string(list)), "a text equals itself");
}

void try_base64(std::string_view text) {
    const auto bytes = as_bytes(text);
    const auto decoded = base64_decode(base64_encode(bytes));
    must(decoded && std::ranges::equal(*decoded, bytes), "base64 reads as it is written");
    if (const auto found = base64_decode(text)) {
        must(base64_encode(*found) == text, "and is written in one way");
    }
}

void try_text(byte_view bytes, cutter cuts) {
    utf8_validator validator;
    bool valid = true;
    for (auto left = bytes; !left.empty();) {
        const auto size = cuts.next(left.size());
        valid = validator.feed(left.first(size)) && valid;
        left = left.subspan(size);
    }
    must(is_utf8(bytes) == (valid && validator.complete()), "cuts do not change the text");
    const auto text = fuzz_input::as_text(bytes);
    try_list(text);
    try_base64(text);
}

void run(byte_view bytes) {
    fuzz_input input(bytes);
    const unsigned what = input.byte();
    const cutter cuts(input);
    switch (what % 8) {
    case 0: try_request(input.rest(), cuts); break;
    case 1: try_response(input.rest(), cuts); break;
    case 2: try_session(role::server, input.rest(), cuts, what >> 3); break;
    case 3: try_session(role::client, input.rest(), cuts, what >> 3); break;
    case 4: try_uri(input); break;
    case 5: try_response_fields(input); break;
    default: try_text(input.rest(), cuts); break;
    }
}

const fuzz_target handshake("handshake", run);

} // namespace
} // namespace weft::fuzz::handshake_target
