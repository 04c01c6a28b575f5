#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the hand-made inputs below corpus/: one rule, limit or attack each, named after it.

Files of other names stay: the fuzzers found those. The opening comment of each target says how its
input is read.
"""

import base64
import hashlib
import pathlib
import struct
import zlib

HERE = pathlib.Path(__file__).resolve().parent
SNOWMAN = "☃".encode()
NO_KEY = bytes(4)
KEY = bytes([0x37, 0xFA, 0x21, 0x3D])


def frame(first, payload=b"", key=NO_KEY, length=None, form=None):
    """A frame; masked unless `key` is None, with any length in any form."""
    length = len(payload) if length is None else length
    form = form or (127 if length > 0xFFFF else 126 if length > 125 else 7)
    short = length if form == 7 else form
    head = bytes([first, short | (0 if key is None else 0x80)])
    head += {7: b"", 126: struct.pack("!H", length & 0xFFFF), 127: struct.pack("!Q", length)}[form]
    if key is None:
        return head + payload
    return head + key + bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))


def close(code, reason=b""):
    return struct.pack("!H", code) + reason


# What a peer may send or not, as frames without their mask: (first byte, payload, arguments)...
STREAMS = {
    "text": [(0x81, b"Hello")],
    "text_empty": [(0x81, b"")],
    "text_snowman": [(0x81, SNOWMAN * 5)],
    "binary": [(0x82, bytes(range(256)))],
    "size_125": [(0x82, b"x" * 125)],
    "size_126": [(0x82, b"x" * 126)],
    "size_200": [(0x82, b"x" * 200)],
    "size_201": [(0x82, b"x" * 201)],
    "fragments": [(0x01, b"Hel"), (0x80, b"lo")],
    "fragments_empty": [(0x02, b""), (0x00, b""), (0x80, b"")],
    "fragments_and_ping": [(0x01, SNOWMAN[:1]), (0x89, b"now"), (0x80, SNOWMAN[1:])],
    "fragments_four": [(0x02, b"a"), (0x00, b"b"), (0x00, b"c"), (0x80, b"d")],
    "fragments_five": [(0x02, b"a"), (0x00, b"b"), (0x00, b"c"), (0x00, b"d"), (0x80, b"e")],
    "fragments_of_301": [(0x02, b"a" * 200), (0x80, b"b" * 101)],
    "pings": [(0x89, b""), (0x89, b"x" * 125), (0x8A, b"unasked")],
    "ping_too_long": [(0x89, b"x" * 126)],
    "ping_fragmented": [(0x09, b"a")],
    "close_empty": [(0x88, b"")],
    "close_one_byte": [(0x88, b"\x03")],
    "close_normal": [(0x88, close(1000, b"bye")), (0x81, b"after")],
    "close_reason_123": [(0x88, close(4999, b"r" * 123))],
    "close_reason_not_utf8": [(0x88, close(1000, b"\xff"))],
    "message_then_close": [(0x81, b"last"), (0x88, close(1001))],
    "half_a_message_then_close": [(0x01, b"half"), (0x88, close(1001))],
    "continuation_of_nothing": [(0x80, b"a")],
    "message_in_a_message": [(0x01, b"a"), (0x81, b"b")],
    "text_surrogate": [(0x81, b"\xed\xa0\x80")],
    "text_overlong": [(0x81, b"\xc0\x80")],
    "text_too_high": [(0x81, b"\xf4\x90\x80\x80")],
    "text_cut_character": [(0x81, SNOWMAN[:2])],
    "text_cut_in_fragments": [(0x01, SNOWMAN[:2]), (0x80, b"")],
    "text_many": [(0x81, b"one"), (0x81, b"two"), (0x82, b"three"), (0x81, b"four")],
    "length_not_minimal_16": [(0x82, b"a", {"form": 126})],
    "length_not_minimal_64": [(0x82, b"a" * 126, {"form": 127})],
    "length_top_bit": [(0x82, b"", {"form": 127, "length": 2**63})],
    "length_all_bits": [(0x82, b"", {"form": 127, "length": 2**64 - 1})],
    "length_wraps": [(0x82, b"", {"form": 127, "length": 2**64 - 4})],
    "length_largest": [(0x82, b"", {"form": 127, "length": 2**63 - 1})],
    "length_of_a_control_64": [(0x88, b"", {"form": 127, "length": 2**32})],
    "length_sum_wraps": [(0x02, b"a"), (0x80, b"", {"form": 127, "length": 2**63 - 1})],
    **{f"reserved_bit_{bit}": [(0x81 | 0x80 >> bit, b"a")] for bit in (1, 2, 3)},
    **{f"reserved_opcode_{code}": [(0x80 | code, b"")] for code in (3, 7, 11, 15)},
    **{
        f"close_{code}": [(0x88, close(code))]
        for code in (0, 999, 1003, 1004, 1005, 1006, 1011, 1014, 1015, 1016, 2999, 3000, 5000)
    },
}


def stream(frames, key=NO_KEY):
    made = b""
    for first, payload, *more in frames:
        made += frame(first, payload, key=key, **(more[0] if more else {}))
    return made


REQUEST = (
    b"GET /chat?a=b HTTP/1.1\r\nHost: example.org\r\nUpgrade: websocket\r\n"
    b"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\n%s\r\n"
)

# `counting_random` makes the nonce of a client.
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
ACCEPT = base64.b64encode(hashlib.sha1(base64.b64encode(bytes(range(16))) + GUID).digest())
RESPONSE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: " + ACCEPT + b"\r\n%s\r\n"
)

REQUESTS = {
    "good": REQUEST % b"",
    "subprotocols": REQUEST % b"Sec-WebSocket-Protocol: chat, superchat\r\n",
    "subprotocol_twice": REQUEST % b"Sec-WebSocket-Protocol: chat, chat\r\n",
    "extensions": REQUEST % b'Sec-WebSocket-Extensions: a; b="c", permessage-deflate\r\n',
    "extension_broken": REQUEST % b"Sec-WebSocket-Extensions: a; =b\r\n",
    "cookies": REQUEST % b'Cookie: a=1; sid="x y"; b\r\nOrigin: null\r\n',
    "key_twice": REQUEST % b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    "host_twice": REQUEST % b"Host: example.com\r\n",
    "with_body": REQUEST % b"Content-Length: 5\r\n" + b"hello",
    "then_frames": REQUEST % b"" + stream(STREAMS["text"]) + stream(STREAMS["close_normal"]),
    "version_8": (REQUEST % b"").replace(b": 13", b": 8"),
    "method": (REQUEST % b"").replace(b"GET", b"POST"),
    "http_1_0": (REQUEST % b"").replace(b"1.1", b"1.0"),
    "http_2": (REQUEST % b"").replace(b"1.1", b"2.0"),
    "key_short": (REQUEST % b"").replace(b"dGhl", b""),
    "absolute_target": (REQUEST % b"").replace(b"/chat", b"http://other.org/chat"),
    "folded": REQUEST % b"X-A: b\r\n c\r\n",
    "bare_line_feeds": (REQUEST % b"").replace(b"\r\n", b"\n"),
    "nul": REQUEST % b"X-A: \0\r\n",
    "space_before_colon": REQUEST % b"X-A : b\r\n",
    "twelve_headers": REQUEST % (b"X: y\r\n" * 7),
    "thirteen_headers": REQUEST % (b"X: y\r\n" * 8),
    "long_line": REQUEST % (b"X-A: " + b"a" * 600 + b"\r\n"),
    "long_line_with_noise": b"GET /" + b"a" * 600 + b"\0",
    "plain": b"GET /?q=%20+&q HTTP/1.1\r\nHost: a\r\n\r\n",
    "plain_with_body": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "plain_body_too_large": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 41\r\n\r\n",
    "plain_lengths_differ": b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    "plain_chunked": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "options_asterisk": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "tls_hello": b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
}

RESPONSES = {
    "good": RESPONSE % b"",
    "subprotocol": RESPONSE % b"Sec-WebSocket-Protocol: chat\r\n",
    "subprotocol_not_offered": RESPONSE % b"Sec-WebSocket-Protocol: other\r\n",
    "extension_not_offered": RESPONSE % b"Sec-WebSocket-Extensions: permessage-deflate\r\n",
    "then_frames": RESPONSE % b"" + frame(0x81, b"Hello", None) + frame(0x88, close(1000), None),
    "no_accept": b"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "wrong_accept": (RESPONSE % b"").replace(ACCEPT, ACCEPT.swapcase()),
    "not_found": b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: ws://other.org/\r\n\r\n",
    "no_reason": b"HTTP/1.1 101\r\nUpgrade: websocket\r\n\r\n",
    "status_of_four": b"HTTP/1.1 1011 OK\r\n\r\n",
    "http_1_0": (RESPONSE % b"").replace(b"1.1", b"1.0"),
    "long_line_with_noise": b"HTTP/1.1 200 " + b"a" * 600 + b"\0",
    "not_http": b"SSH-2.0-OpenSSH_9.2\r\n",
}

URIS = {
    "plain": b"ws://example.org/chat?a=b",
    "secure_port": b"wss://EXAMPLE.org:8443",
    "default_port": b"wss://example.org:443/",
    "port_zero": b"ws://example.org:0/",
    "port_too_high": b"ws://example.org:65536/",
    "ipv6": b"ws://[::1]:9001/x",
    "ipv6_mapped": b"ws://[::ffff:127.0.0.1]/",
    "ipv6_zone": b"ws://[fe80::1%25eth0]/",
    "user": b"ws://me:secret@example.org/",
    "fragment": b"ws://example.org/#top",
    "stray_percent": b"ws://example.org/%zz",
    "crlf": b"ws://example.org/a\r\nX: y",
    "http": b"http://example.org/",
    "query_only": b"ws://example.org?x",
    "with_subprotocols_and_headers": b"ws://a/b\nchat,superchat\nOrigin:http://a\nX-A: b",
    "with_header_injection": b"ws://a/b\n\nX-A:b\r\nX-B:c",
    "with_host": b"ws://a/b\n\nHost:other.org",
}

TEXTS = {
    "list": b' a , "b,c" ,, d=\\", ',
    "base64": b"dGhlIHNhbXBsZSBub25jZQ==",
    "base64_one_left": b"dGhlIA=",
    "utf8": "aé☃𝄞".encode(),
    "utf8_cut": "𝄞".encode()[:3],
}

# What proxies answer: the words of one dialog each.
CONNECT_ANSWERS = {
    "ok": b"HTTP/1.1 200 Connection established\r\nProxy-Agent: x\r\n\r\n",
    "ok_with_length": b"HTTP/1.1 204 Fine\r\nContent-Length: 7\r\n\r\n",
    "ok_and_early_bytes": b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n\r\n",
    "interim": b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + b"HTTP/1.1 200 OK\r\n\r\n",
    "interim_without_end": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 10,
    "switching": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "refused": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
    "locked": b"HTTP/1.1 407 Locked\r\nProxy-Authenticate: Basic realm=x\r\n\r\n",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://other.org/\r\n\r\n",
    "folded": b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
    "long_line": b"HTTP/1.1 200 " + b"a" * 9000,
    "not_http": b"SSH-2.0-OpenSSH_9.2\r\n",
}
SOCKS_ANSWERS = {
    "ok": b"\5\0" + b"\5\0\0\1\x7f\0\0\1\x12\x34",
    "ok_ipv6": b"\5\0" + b"\5\0\0\4" + bytes(18),
    "ok_name": b"\5\0" + b"\5\0\0\3\3abcxx",
    "ok_name_empty": b"\5\0" + b"\5\0\0\3\0xx",
    "ok_name_of_255": b"\5\0" + b"\5\0\0\3\xff" + bytes(257),
    "ok_with_credentials": b"\5\2" + b"\1\0" + b"\5\0\0\1" + bytes(6),
    "ok_and_early_bytes": b"\5\0" + b"\5\0\0\1" + bytes(6) + b"HTTP/1.1 101 ",
    "wrong_credentials": b"\5\2\1\1",
    "no_method": b"\5\xff",
    "method_not_offered": b"\5\1",
    "refused": b"\5\0" + b"\5\5\0\1" + bytes(6),
    "refused_without_address": b"\5\0" + b"\5\5\0\1\0",
    "reply_of_version_4": b"\5\0" + b"\4\xfa\0\3\xff" + bytes(90),
    "unknown_address": b"\5\0" + b"\5\0\0\2" + bytes(6),
    "version_4": b"\0\x5a" + bytes(6),
    "http": b"HTTP/1.1 400 Bad Request\r\n\r\n",
}

PROXY_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def proxy_binary(command, kind, content, length=None):
    length = len(content) if length is None else length
    return PROXY_SIGNATURE + bytes([command, kind]) + struct.pack("!H", length) + content


PROXY_HEADERS = {
    "v1_ipv4": b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\nGET / HTTP/1.1\r\n",
    "v1_ipv6": b"PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 1 65535\r\n",
    "v1_unknown": b"PROXY UNKNOWN ffff::1 x 1 2\r\n",
    "v1_endless": b"PROXY UNKNOWN " + b"x" * 200,
    "v1_bare_line_feed": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n",
    "v1_port_with_zero": b"PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n",
    "v1_families_mixed": b"PROXY TCP4 ::1 192.0.2.2 1 2\r\n",
    "v1_twice": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" * 2,
    "v2_ipv4": proxy_binary(0x21, 0x11, bytes([192, 0, 2, 1] * 2 + [1, 2, 3, 4]) + b"\4\0\1x"),
    "v2_ipv6": proxy_binary(0x21, 0x21, bytes(range(36))) + b"GET",
    "v2_unix": proxy_binary(0x21, 0x31, b"/run/x".ljust(216, b"\0")),
    "v2_local": proxy_binary(0x20, 0, b""),
    "v2_local_with_addresses": proxy_binary(0x20, 0x11, bytes(12)),
    "v2_unspecified": proxy_binary(0x21, 0, b"abc"),
    "v2_too_short": proxy_binary(0x21, 0x11, bytes(11)) + bytes(20),
    "v2_length_all_bits": proxy_binary(0x21, 0x11, bytes(12), 0xFFFF),
    "v2_version_1": proxy_binary(0x11, 0x11, bytes(12)),
    "v2_datagram": proxy_binary(0x21, 0x12, bytes(12)),
    "v2_cut_signature": PROXY_SIGNATURE[:5] + b"GET",
    "request": b"GET / HTTP/1.1\r\n\r\n",
    "tls_hello": b"\x16\x03\x01",
}
FORWARDED_FOR = {
    "one": b"192.0.2.1",
    "chain": b"198.51.100.7, 192.0.2.1:80, 10.0.0.2\n10.0.0.3, [fd00::1]:81",
    "all_trusted": b"10.0.0.2, 10.0.0.3",
    "empty": b"\n , ,",
    "unknown": b"192.0.2.1, unknown",
    "obfuscated_left": b"_hidden, 192.0.2.1",
    "ipv6_ambiguous": b"::1:80",
}

# The first bytes of what the targets read: options and cuts.
CUTS = {"whole": bytes([0, 0]), "bytes": bytes([1, 1]), "cut": bytes([7, 9])}


def section(content):
    return bytes([len(content)]) + content


def frame_parser_inputs():
    for name, frames in STREAMS.items():
        as_server = stream(frames, KEY if len(name) % 2 else NO_KEY)
        yield f"server_{name}", b"\x22" + CUTS["bytes"] + section(b"") + as_server
        yield f"client_{name}", b"\x01" + CUTS["cut"] + section(b"") + stream(frames, None)
    many = stream(STREAMS["text_many"] + STREAMS["pings"] + STREAMS["close_normal"])
    for name, commands in {
        "echo": [1] * 9, "parts": [3, 3, 4, 5, 6, 3, 4], "close": [2, 8, 1], "pause": [7, 9, 7],
    }.items():
        yield f"server_script_{name}", b"\x00" + CUTS["bytes"] + section(bytes(commands)) + many
    for ending in range(7):
        options = bytes([0x04 | ending << 5])
        yield f"server_ending_{ending}", options + CUTS["bytes"] + section(b"\x07") + many[:-9]
    yield "server_backlog", b"\x18" + CUTS["bytes"] + section(b"") + stream(STREAMS["pings"] * 3)


BODIES = {
    "counted": REQUESTS["plain_with_body"] + REQUESTS["plain_with_body"],
    "too_large": REQUESTS["plain_body_too_large"] + b"x" * 41,
    "chunked": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
               b"5;a=b\r\nhello\r\n23\r\n" + b"x" * 35 + b"\r\n0\r\nA: b\r\n\r\n",
    "chunks_too_large": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                        b"5\r\nhello\r\n24\r\n" + b"x" * 36 + b"\r\n0\r\n\r\n",
    "chunk_malformed": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                       b"5\r\nhelloX\r\n0\r\n\r\n",
}


def handshake_inputs():
    for number, requests in ((0, REQUESTS), (1, RESPONSES), (2, REQUESTS), (3, RESPONSES)):
        kind = ("request", "response", "server", "client")[number]
        for name, text in requests.items():
            options = bytes([number | len(text) % 32 << 3])
            yield f"{kind}_{name}", options + CUTS["cut"] + text
    for name, text in BODIES.items():  # in parts; the others are refused at the head
        yield f"server_body_{name}", b"\x12" + CUTS["cut"] + text
        yield f"server_body_{name}_by_bytes", b"\x52" + CUTS["bytes"] + text
        yield f"server_body_{name}_refused", b"\x32" + CUTS["cut"] + text
    for name, text in URIS.items():
        yield f"uri_{name}", b"\x04" + CUTS["whole"] + text
    yield "answer_with_header", b"\x05" + CUTS["whole"] + bytes([200, 0, 4]) + b"body\nX-A:b\nX-B:c"
    yield "answer_with_length", b"\x05" + CUTS["whole"] + bytes([200, 0, 0]) + b"\nContent-Length:3"
    for name, text in TEXTS.items():
        yield f"text_{name}", b"\x06" + CUTS["bytes"] + text


def connection_inputs():
    """Steps and actions as connection.cpp numbers them."""
    said = STREAMS["text_many"] + STREAMS["pings"] + STREAMS["fragments_and_ping"]
    bytes_of = {0: stream(said), 1: stream(said, None)}
    steps = {
        "all_at_once": [0, 3],
        "in_pieces": [0x51, 3, 0x31, 3, 2, 9, 4, 4, 4, 0, 3],
        "ping_times_out": [5, 70, 3, 5, 50, 3],
        "shut_down": [14, 10, 1, 0x51, 3, 6, 3],
        "peer_does_not_read": [8, 0, 3, 7, 3, 7, 3, 3, 9, 3],
        "peer_half_closes": [0, 10, 3, 6],
        "peer_resets": [0x51, 12, 3],
        "peer_goes": [0, 11, 3],
        "pause_and_resume": [7, 10, 0, 3, 5, 200, 7, 11, 3],
        "closed_outside": [7, 8, 3, 6, 3],
        "destroyed_outside": [0x51, 7, 12, 3],
        "stopped": [7, 14, 3],
        "answered_late": [0, 3, 15, 3],
    }
    actions = {
        "echo": [1] * 10,
        "send_much": [3, 3, 2, 0, 3],
        "parts": [4, 4, 5, 1, 4, 5],
        "close": [0, 8, 1], "abort": [0, 9], "destroy": [0, 12], "shut_down": [0, 13],
        "stop": [0, 0, 14], "throw": [0, 255], "nest": [19, 19, 19, 39], "by_handle": [15, 16, 17],
        "pause": [10, 0, 11],
    }
    for as_client, frames in bytes_of.items():
        role = ("server", "client")[as_client]
        for name, chosen in steps.items():
            start = bytes([0x02 | as_client]) + section(bytes(chosen)) + section(bytes([1] * 4))
            yield f"{role}_{name}", start + frames
        for name, chosen in actions.items():
            start = bytes([0x0E | as_client]) + section(b"\0\3\6\3") + section(bytes(chosen))
            yield f"{role}_handlers_{name}", start + frames
    for answer, name in enumerate(("nothing", "accept", "reject", "respond", "defer")):
        start = b"\x10" + section(b"\0\3\x0f\3") + section(bytes([answer]))
        yield f"server_validate_{name}", start + REQUESTS["then_frames"]
        yield f"server_http_{name}", start + REQUESTS["plain_with_body"]
    yield "server_bad_request", b"\0" + section(b"\0\3") + section(b"") + REQUESTS["nul"]
    yield "client_good_response", b"\1" + section(b"\0\3") + section(b"") + RESPONSES["then_frames"]
    yield "client_bad_response", b"\1" + section(b"\0\3") + section(b"") + RESPONSES["not_found"]


def differential_inputs():
    for name, frames in STREAMS.items():
        yield f"server_{name}", b"\0" + stream(frames, KEY)
        yield f"client_{name}", b"\1" + stream(frames, None)
    yield "server_unmasked", b"\0" + stream(STREAMS["text"], None)
    yield "client_masked", b"\1" + stream(STREAMS["text"], KEY)
    yield "server_size_65535", b"\0" + frame(0x82, bytes(65535))
    yield "client_size_65536", b"\1" + frame(0x82, bytes(65536), None)


def proxy_dialog_inputs():
    target = b"ws://server.example:81/chat\n"
    for scheme, answers in (("http", CONNECT_ANSWERS), ("socks5", SOCKS_ANSWERS)):
        for name, words in answers.items():
            me = b"me:se%3acret@" if len(words) % 2 else b""
            url = scheme.encode() + b"://" + me + b"proxy.example:3128\n"
            yield f"{scheme}_{name}", CUTS["bytes"] + url + target + words
    named = b"socks5h://me:secret@[::1]\n"
    for name in ("ok_with_credentials", "wrong_credentials"):
        yield f"socks5_named_{name}", CUTS["cut"] + named + target + SOCKS_ANSWERS[name]
    for name, host in {"name_too_long": b"a" * 256, "ipv4": b"192.0.2.1", "ipv6": b"[::1]"}.items():
        where = b"wss://" + host + b"/\n"
        yield f"socks5_target_{name}", CUTS["whole"] + b"socks5://p\n" + where + b"\5\0"
        yield f"http_target_{name}", CUTS["whole"] + b"p:1\n" + where + CONNECT_ANSWERS["ok"]
    for name, url in {
        "line_end": b"http://a%0d%0a:b@p", "colon": b"http://a%3ab:c@p", "bad_percent": b"a%zz@p",
        "scheme": b"socks4://p", "port_zero": b"p:0", "query": b"http://p?x", "two_ats": b"a@b@p",
        "nobody": b"http://:x@p", "user_of_256": b"socks5://" + b"u" * 256 + b"@p",
    }.items():
        yield f"url_{name}", CUTS["whole"] + url + b"\n" + target + CONNECT_ANSWERS["ok"]


def proxy_header_inputs():
    for name, text in PROXY_HEADERS.items():
        yield name, b"\0" + CUTS["bytes"] + text
    for name, text in FORWARDED_FOR.items():
        yield f"forwarded_{name}", b"\3" + CUTS["whole"] + text


# Messages as a peer compresses them: the examples of RFC 7692 §7.2.3, final blocks, and others.
COMPRESSED = {
    "hello": ["f248cdc9c90700"], "hello_again": ["f248cdc9c90700", "f200110000"],
    "stored": ["000500faff48656c6c6f00"], "final": ["f348cdc9c9070000"],
    "final_and_nothing": ["f348cdc9c90700"], "two_blocks": ["f24805000000ffffcac9c90700"],
    "final_twice": ["f348cdc9c90700f348cdc9c9070000"], "empty": ["00"],
    "empty_block_at_the_end": ["f248cdc9c90700000000ffff00"], "nothing": [""],
    "across_a_final_block": ["f348cdc9c90700", "f200110000"], "cut": ["f248cd"],
    "stored_cut": ["000500faff4865"], "stored_wrong": ["0105000000"], "no_block_type": ["07"],
    "too_far_back": ["f200110000"],
}


def compression_inputs():
    def compressed(text, bits=15):
        work = zlib.compressobj(9, zlib.DEFLATED, -bits)
        return (work.compress(text) + work.flush(zlib.Z_SYNC_FLUSH))[:-4]
    for name, messages in COMPRESSED.items():
        first, last = map(bytes.fromhex, (messages + [""])[:2])
        for context in (7, 135):
            content = bytes([context]) + CUTS["bytes"] + bytes([len(first)]) + first + last
            yield f"{name}_{'with' if context > 127 else 'without'}_context", content
    yield "many_zeros", b"\7" + CUTS["whole"] + b"\0" + compressed(bytes(40_000))
    yield "window_exceeded", b"\1" + CUTS["whole"] + b"\0" + compressed(
        hashlib.sha512(b"").digest() * 12)
    yield "plain_text", b"\7" + CUTS["bytes"] + b"\5Hello" + b"Hello, hello, hello"


def main():
    for target in ("frame_parser", "handshake", "connection", "differential", "proxy_dialog",
                   "proxy_header", "compression"):
        folder = HERE / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in globals()[target + "_inputs"]():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
