# SPDX-License-Identifier: MIT
# Runs the program in tests: to its end, or while a test talks to it; `weft serve`, and a fake
# server whose answers the test chooses. Every wait has a limit, and none is a sleep.

import base64
import faulthandler
import functools
import hashlib
import os
import queue
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

PROGRAM = os.environ["WEFT_PROGRAM"]
PATIENCE = 60  # seconds until something that never comes is a failure

faulthandler.dump_traceback_later(4 * PATIENCE - 10, exit=True)  # says where, before ctest ends it

# These variables of the user who runs the tests must not change what the programs do.
for name in list(os.environ):
    if name.lower().endswith("_proxy") or name.startswith(("LISTEN_", "REMOTE_", "SOCAT_")):
        del os.environ[name]


def run(*arguments, stdin=b"", **more):
    """Runs the program to its end; `stdin` is bytes for a pipe, or a file."""
    given = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
    return subprocess.run([PROGRAM, *arguments], **given, capture_output=True, timeout=PATIENCE,
                          check=False, **more)


@functools.cache
def tls_libraries():
    """The values of --tls-library in this build, the default first."""
    listed = run("loops").stdout.decode().partition("TLS libraries:\n")[2]
    return re.findall(r"^  (\w+)", re.match(r"(?:  .*\n)*", listed)[0], re.MULTILINE)


def read_line(source):
    """Returns the next line of a pipe, empty at its end. Reads single bytes, so that all bytes
    after the line stay in the pipe."""
    line, end = b"", time.monotonic() + PATIENCE
    while not line.endswith(b"\n"):
        if not select.select([source], [], [], max(0, end - time.monotonic()))[0]:
            raise AssertionError(f"nothing came after {line!r}")
        byte = os.read(source.fileno(), 1)
        if not byte:
            break
        line += byte
    return line.decode()


def wait_until_served(process, connect):
    """Calls `connect` until the process listens, that is, until the call does not fail with
    ConnectionRefusedError or FileNotFoundError. Fails if the process ends first."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return connect()
        except (ConnectionRefusedError, FileNotFoundError):
            if time.monotonic() > end:
                raise
        try:
            raise AssertionError(f"{process.args[0]} ended with {process.wait(timeout=0.02)}")
        except subprocess.TimeoutExpired:
            pass


def read_rest(source):
    """Returns everything up to the end of a pipe."""
    return "".join(iter(lambda: read_line(source), ""))


# Passes sockets as systemd does: descriptors from 3 on, and the id of the process in LISTEN_PID.
PASS = """
import os, sys
names, *numbers = sys.argv[1].split(",")
for place, copy in enumerate([os.dup(int(one)) for one in numbers], 3):
    os.dup2(copy, place)
    os.set_inheritable(place, True)  # it may have been there already
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(numbers)), LISTEN_FDNAMES=names)
os.execv(sys.argv[2], sys.argv[2:])
"""


def passing(**sockets):
    """Returns arguments for `Running`, so that the program starts with these listening sockets."""
    numbers = [one.fileno() for one in sockets.values()]
    words = ",".join([":".join(sockets), *map(str, numbers)])
    return {"before": [sys.executable, "-c", PASS, words], "pass_fds": numbers}


class Running:
    """The program while it runs, with its output as lines; started by `before` if given."""

    def __init__(self, *arguments, stdin=subprocess.PIPE, stderr=subprocess.PIPE, before=(),
                 **more):
        self.process = subprocess.Popen([*before, PROGRAM, *arguments], stdin=stdin,
                                        stdout=subprocess.PIPE, stderr=stderr, **more)
        self.out = self._lines(self.process.stdout)
        self.err = self._lines(self.process.stderr) if self.process.stderr else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        if self.process.stdin:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass

    @staticmethod
    def _lines(stream):
        lines = queue.Queue()

        def read():
            with stream:
                for line in stream:
                    lines.put(line.decode())
            lines.put(None)
        threading.Thread(target=read, daemon=True).start()
        return lines

    def wait_for(self, pattern, lines):
        """Waits for a line that contains `pattern`, and returns the match. Skips other lines."""
        seen = []
        while True:
            line = lines.get(timeout=PATIENCE)
            if line is None:
                raise AssertionError(f"ended without {pattern!r}: {''.join(seen)}")
            seen.append(line)
            found = re.search(pattern, line)
            if found:
                return found

    def send(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def end_input(self):
        self.process.stdin.close()

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """Ends the program as systemd does, and returns its exit code."""
        self.signal(signal.SIGTERM)
        return self.exit_code()

    def exit_code(self):
        return self.process.wait(timeout=PATIENCE)


class Server(Running):
    """`weft serve --port 0`, listening at `host` and `port`."""

    def __init__(self, *arguments, **more):
        super().__init__("serve", "--port", "0", *arguments, stdin=subprocess.DEVNULL, **more)
        found = self.wait_for(r"http://([^/\s]+):(\d+)/", self.out)
        self.host, self.port = found[1], int(found[2])

    def url(self, path):
        return f"ws://{self.host}:{self.port}{path}"


class TlsServer(Running):
    """`weft serve --tls` with this TLS library, or the default. `issuers` is the file that clients
    must trust if it has made its certificate."""

    def __init__(self, *arguments, library=None):
        if not tls_libraries():
            raise unittest.SkipTest("this build is without a TLS library")
        chosen = ["--tls-library", library] if library else []
        super().__init__("serve", "--port", "0", "--tls", *chosen, *arguments,
                         stdin=subprocess.DEVNULL)
        found = self.wait_for(r"https://127\.0\.0\.1:(\d+)/ \(.*, TLS by (\w+)\)", self.out)
        self.port, self.library = int(found[1]), found[2]
        self.issuers = self.wait_for(r"connect (?:--ca (\S+) )?wss://", self.out)[1]

    def url(self, host="localhost"):
        return f"wss://{host}:{self.port}/echo"


class FakeServer:
    """A server on a free port that calls `serve(socket, request)` for its one client."""

    def __init__(self, serve):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE)
        self.port = self._listener.getsockname()[1]
        self._serve = serve
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._thread.join(PATIENCE)
        self._listener.close()

    def url(self, path="/"):
        return f"ws://127.0.0.1:{self.port}{path}"

    def _run(self):
        client, _ = self._listener.accept()
        with client:
            client.settimeout(PATIENCE)
            request = b""
            while b"\r\n\r\n" not in request:
                piece = client.recv(4096)
                if not piece:
                    return
                request += piece
            self._serve(client, request.decode())


def upgrade(request, extra=""):
    """The response that accepts `request`, with `extra` header lines."""
    key = re.search(r"(?i)sec-websocket-key: *(\S+)", request)[1]
    digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    return ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}\r\n{extra}\r\n").encode()


def frame(opcode, payload=b""):
    """A short unmasked frame, as a server sends it."""
    return bytes([0x80 | opcode, len(payload)]) + payload


def read_to_end(client):
    """Reads until the peer ends the stream."""
    received = bytearray()
    while True:
        piece = client.recv(65536)
        if not piece:
            return bytes(received)
        received += piece


def handshake(path, host="localhost", extra=""):
    """The request for a WebSocket, with `extra` header lines."""
    return (f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{extra}\r\n").encode()


def read_until(client, ending):
    """Reads until the received bytes contain `ending`; returns them."""
    got = b""
    while ending not in got:
        piece = client.recv(65536)
        if not piece:
            raise AssertionError(f"ended after {got[-200:]!r}")
        got += piece
    return got
