# SPDX-License-Identifier: MIT
# Exchanges compressed messages between the program and Python's websockets, with the program as
# server and as client, with several windows, and with and without context takeover.
# Usage: deflate_test.py <the weft program>

import contextlib
import itertools
import random
import subprocess
import sys
import threading

from websockets.extensions.permessage_deflate import (ClientPerMessageDeflateFactory,
                                                      ServerPerMessageDeflateFactory)
from websockets.sync.client import connect
from websockets.sync.server import serve

WEFT = sys.argv[1]
PATIENCE = 60
ONCE = random.Random(1)
MESSAGES = ["", "x", "Hello", "Hello", "a" * 100_000, b"", bytes(range(256)) * 400,
            ONCE.randbytes(70_000), "{\"name\": \"weft\", \"id\": 17}" * 3, "\u2603" * 5000]


@contextlib.contextmanager
def weft_serves():
    server = subprocess.Popen([WEFT, "serve", "--port", "0", "--log", "quiet", "--deflate"],
                              stdout=subprocess.PIPE)
    try:
        yield int(server.stdout.readline().decode().split(":")[3].split("/")[0])
        server.terminate()
        assert server.wait(PATIENCE) == 0
    finally:
        server.kill()


def exchange(peer):
    for message in MESSAGES:
        peer.send(message)
        assert peer.recv(PATIENCE) == message
    pieces = ["in ", "several " * 1000, "", "parts"]
    peer.send(iter(pieces))
    assert peer.recv(PATIENCE) == "".join(pieces)


def clients_are_served():
    # The client has no window of 256 bytes (8 bits) here: `websockets` cannot compress for it.
    kinds = itertools.product([None, 9, 12, 15], [None, 8, 9, 12, 15], [False, True])
    with weft_serves() as port:
        for ours, theirs, forgets in kinds:
            offer = ClientPerMessageDeflateFactory(
                server_no_context_takeover=forgets, client_no_context_takeover=forgets,
                server_max_window_bits=theirs,
                client_max_window_bits=True if ours is None else ours)
            with connect(f"ws://127.0.0.1:{port}/echo", compression=None, extensions=[offer],
                         max_size=None) as peer:
                agreed = peer.protocol.extensions[0]
                assert agreed.remote_no_context_takeover == forgets
                assert agreed.remote_max_window_bits == (theirs or 15)
                exchange(peer)
        with connect(f"ws://127.0.0.1:{port}/echo", compression=None) as plain:
            assert plain.protocol.extensions == []
            plain.send("plain")
            assert plain.recv(PATIENCE) == "plain"


def servers_are_asked():
    seen = []

    def echo(peer):
        seen.append(peer.protocol.extensions)
        for message in peer:
            peer.send(message)
    lines = [b"x", b"Hello", b"Hello", b"a" * 100_000, b"z" * 3_000_000]
    for window, forgets in itertools.product([None, 9, 12, 15], [False, True]):
        answer = ServerPerMessageDeflateFactory(
            server_no_context_takeover=forgets, client_no_context_takeover=forgets,
            server_max_window_bits=window, client_max_window_bits=window)
        with serve(echo, "127.0.0.1", 0, compression=None, extensions=[answer],
                   max_size=None) as server:
            threading.Thread(target=server.serve_forever).start()
            url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/"
            done = subprocess.run([WEFT, "connect", "--deflate", url],
                                  input=b"\n".join(lines) + b"\n", capture_output=True,
                                  timeout=PATIENCE, check=False)
            server.shutdown()
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == lines
        assert b"permessage-deflate" in done.stderr, done.stderr
        assert b"compressed: sent 3100000 bytes as " in done.stderr, done.stderr
        assert len(seen.pop()) == 1


for one in [clients_are_served, servers_are_asked]:
    one()
    print("ok", one.__name__, flush=True)
