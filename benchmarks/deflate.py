#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs Weft's echo server with permessage-deflate, and zlib alone on the same bytes.

Owns the message, the table of that comparison, and that of the memory of idle connections; how a
round is played is run.py's. Prints, and never judges.
"""

import base64
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import zlib

import run
from run import Failure, Server, median_of, parse_arguments, print_conditions, ratio_text, rows_of

FLOOR = "zlib"
TAIL = b"\0\0\xff\xff"
IDLE = 500
OFFER = "permessage-deflate; client_no_context_takeover; server_no_context_takeover"
MEMORY = [  # what the table says, and the arguments of deflate_echo
    ("no compression", None),
    ("shared compressors (the default)", ()),
    ("own window, 15 bits, memory level 8", ("15", "8", "takeover")),
    ("own window, 12 bits, memory level 5", ("12", "5", "takeover")),
    ("own window, 9 bits, memory level 1", ("9", "1", "takeover")),
]


def json_message(size=1024):
    """JSON as a service of prices would send it: keys that repeat, and numbers that do not."""
    state, records = 1, []
    while len(json.dumps(records)) < size:
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        records.append({"id": state >> 40, "price": (state >> 33) % 100000 / 100,
                        "name": f"item-{state >> 50}", "available": bool(state >> 63)})
    return json.dumps(records)[:size].encode()


def compressed(message):
    work = zlib.compressobj(6, zlib.DEFLATED, -15, 8)
    return (work.compress(message) + work.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)


def frame(payload, rsv1):
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else \
        b"\xfe" + len(payload).to_bytes(2, "big")
    return bytes([0xc2 if rsv1 else 0x82]) + length + bytes(4) + payload  # masked with zeros


def receive(peer, size):
    got = b""
    while len(got) < size:
        got += peer.recv(size - len(got)) or sys.exit("the server closed a connection")
    return got


def open_connection(port, offer):
    peer = socket.create_connection(("127.0.0.1", port))
    key = base64.b64encode(bytes(16)).decode()
    extension = f"Sec-WebSocket-Extensions: {offer}\r\n" if offer else ""
    peer.sendall(f"GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                 f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n{extension}"
                 f"Sec-WebSocket-Version: 13\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += receive(peer, 1)
    return peer


def echo_of(peer, payload, rsv1):
    peer.sendall(frame(payload, rsv1))
    first, length = receive(peer, 2)
    if length == 126:
        length = int.from_bytes(receive(peer, 2), "big")
    back = receive(peer, length)
    return zlib.decompressobj(-15).decompress(back + TAIL) if first & 0x40 else back


def anonymous_memory(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) * 1024


def memory_per_connection(server, message):
    """Bytes for each of the connections that have echoed one message and are idle since."""
    core, _ = run.cores()
    takeover = "takeover" in server.command
    offer = "permessage-deflate; client_max_window_bits" if takeover else OFFER
    plain = server.protocol == "plain"
    payload = message if plain else compressed(message)
    with run.running(server, core) as (pid, port), contextlib.ExitStack() as all_of_them:
        def one_more():
            peer = all_of_them.enter_context(open_connection(int(port), None if plain else offer))
            if echo_of(peer, payload, not plain) != message:
                raise Failure(f"{server.name}: the echo differs from what was sent")
        for _ in range(20):  # what is allocated once
            one_more()
        before = anonymous_memory(pid)
        for _ in range(IDLE):
            one_more()
        return (anonymous_memory(pid) - before) / IDLE


def print_memory(binaries, message):
    print(f"\nmemory of the server per idle connection after one message ({IDLE} connections)")
    for title, choice in MEMORY:
        if choice is None:
            server = Server(title, (binaries / "weft_echo",), "plain")
        else:
            server = Server(title, (binaries / "deflate_echo", *(choice or ("15", "8"))), "ws")
        print(f"{title:<38}{memory_per_connection(server, message):>13,.0f} B", flush=True)


def measure(binaries, server, scene, seconds, warmup):
    if server.protocol != FLOOR:
        return run_load(binaries, server, scene, seconds, warmup)
    core, _ = run.cores()
    done = subprocess.run([*server.command, str(seconds)], capture_output=True, text=True,
                          check=False, preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    if done.returncode != 0:
        raise Failure("zlib_deflate failed")
    return json.loads(done.stdout)


run_load, run.measure = run.measure, measure


def print_rows(scene, figures):
    for row, name, good in rows_of(scene, figures):
        row += f"{median_of(good, 'messages_per_cpu_second'):>13,.0f}"
        if name != FLOOR:
            row += f"{median_of(good, 'p50_us'):>9,.0f}{median_of(good, 'p99_us'):>9,.0f}  "
            row += ratio_text(figures[name], figures[FLOOR])
        print(row.rstrip(), flush=True)


def main():
    message = json_message()
    with tempfile.NamedTemporaryFile() as file:
        file.write(compressed(message))
        file.flush()
        scenes = [
            run.Scenario("1K", "1 KiB of JSON, 200 connections",
                         ("--connections", "200", "--deflated", file.name)),
            run.Scenario("1Kx16", "the same, 16 in flight",
                         ("--connections", "200", "--depth", "16", "--deflated", file.name)),
        ]
        arguments = parse_arguments(__doc__, scenes)
        binaries = arguments.binaries
        if not (binaries / "deflate_echo").is_file():
            sys.exit("this build has no compression: zlib was not found")
        print_conditions(arguments)
        print(f"{len(message)} bytes of JSON become {len(compressed(message))}")
        print(f"{'scenario':<38}{'server':<14}{'msg / CPU s':>13}{'p50 us':>9}{'p99 us':>9}  "
              f"ratio to {FLOOR} (min .. max)", flush=True)
        servers = [
            Server(FLOOR, (binaries / "zlib_deflate", file.name), FLOOR),
            Server("weft", (binaries / "deflate_echo",), "ws"),
        ] + arguments.peer
        status = run.play(arguments, scenes, servers, print_rows)
    print_memory(binaries, message)
    return status


if __name__ == "__main__":
    sys.exit(main())
