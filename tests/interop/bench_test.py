# SPDX-License-Identifier: MIT
# `weft bench` against Python's websockets: echoing, not answering, compressing, and closing after a
# few messages. Usage: bench_test.py <the weft program> <whether it compresses: 0 or 1>

import contextlib
import json
import subprocess
import sys
import threading

from websockets.sync.server import serve

WEFT = sys.argv[1]
COMPRESSES = sys.argv[2] == "1"
PATIENCE = 60


@contextlib.contextmanager
def serving(handler, **options):
    with serve(handler, "127.0.0.1", 0, max_size=None, **options) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/"
        finally:
            server.shutdown()
            thread.join(PATIENCE)


def bench(*arguments, code=0):
    done = subprocess.run([WEFT, "bench", "--json", "--warmup", "0", "-d", "0.2", "--wait", "30",
                           "-c", "3", *arguments], capture_output=True, timeout=PATIENCE,
                          check=False)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return json.loads(done.stdout)


def echo(peer):
    for message in peer:
        peer.send(message)


def drop(peer):
    for _ in peer:
        pass


def leave_after_two(peer):
    for _ in range(2):
        peer.send(peer.recv())
    peer.close(1001)


with serving(echo, compression=None) as url:
    for more in ([], ["--binary", "--size", "100k"], ["--in-flight", "8"], ["--messages", "3"],
                 ["--rate", "100"]):
        got = bench(*more, url)
        assert got["messages"] > 0 and got["latency_ms"]["count"] > 0, got
        assert got["differing"] == got["unexpected"] == got["unanswered"] == 0, got
        assert got["extensions"] == "" and not got["failures"], got
    assert got["latency_ms"]["count"] == 20, got
with serving(drop, compression=None) as url:
    got = bench("--no-answer", url)
    assert got["messages"] > 0 and not got["failures"], got
with serving(leave_after_two, compression=None) as url:
    got = bench(url, code=3)
    assert got["failures"] == [{"reason": "closed by the server: 1001 going away", "count": 3}], got
if COMPRESSES:
    with serving(echo) as url:
        got = bench("--deflate", "--size", "4k", url)
        assert "permessage-deflate" in got["extensions"] and got["differing"] == 0, got
