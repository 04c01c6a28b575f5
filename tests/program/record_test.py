# SPDX-License-Identifier: MIT
# `weft record` and `weft replay`: what a recording contains, which differences a replay finds, and
# the errors for files and addresses that cannot be used.

import base64
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

import websocket_peer as peers
from weft_program import Running, Server, TlsServer, handshake, read_to_end, run
from websocket_peer import CLOSE, TEXT, Servers


class Recorder(Running):
    def __init__(self, file, server, *options, kind="ws"):
        super().__init__("record", str(file), f"listen:{kind}://127.0.0.1:0", server, *options,
                         stdin=subprocess.DEVNULL)
        self.port = int(self.wait_for(r"listening at \S+?:(\d+)", self.err)[1])


def entries(file):
    """The lines of a recording: time, connection, event, bytes."""
    head, *lines = file.read_text(encoding="ascii").splitlines()
    assert head == "weft-recording 1", head
    found = []
    for line in lines:
        moment, number, event, *rest = line.split(" ")
        data = base64.b64decode(rest[0], validate=True) if rest else b""
        if rest:
            assert rest[1] == f"{zlib.crc32(data):08x}", line
        found.append((float(moment), int(number), event, data))
    return found


class WithFolder(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.file = pathlib.Path(self._folder.name, "session.rec")

    def record_echo(self, server, *texts):
        with Recorder(self.file, f"ws://127.0.0.1:{server.port}") as recorder:
            with peers.connect(recorder.port, "/echo") as client:
                for text in texts:
                    client.send(TEXT, text)
                    self.assertEqual(client.read(), (TEXT, text))
                client.close(1000)
                self.assertEqual(client.read()[0], CLOSE)
                self.assertEqual(read_to_end(client.socket), b"")
            self.assertEqual(recorder.stop(), 0)


class Recording(WithFolder):
    def test_every_byte_is_there(self):
        sent = handshake("/x") + b"\x81\x85\1\2\3\4" + os.urandom(70000)
        answered = os.urandom(50000)

        def serve(peer):
            peer.sendall(answered)
            self.assertEqual(read_to_end(peer), sent)
        with Servers(serve, plain=True) as server:
            with Recorder(self.file, f"ws://127.0.0.1:{server.port}") as recorder:
                self.assertEqual(peers.exchange(recorder.port, sent), answered)
                self.assertEqual(recorder.stop(), 0)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        found = entries(self.file)
        self.assertEqual(b"".join(data for _, _, event, data in found if event == "client"), sent)
        self.assertEqual(b"".join(data for _, _, event, data in found if event == "server"),
                         answered)
        self.assertEqual([one[2] for one in found if not one[3]],
                         ["open", "client-end", "close"])
        times = [one[0] for one in found]
        self.assertEqual((times, times[0]), (sorted(times), 0))

    def test_a_recorder_that_is_killed_leaves_whole_lines(self):
        with Servers(peers.echo) as server:
            with Recorder(self.file, f"ws://127.0.0.1:{server.port}") as recorder:
                with peers.connect(recorder.port) as client:
                    client.send(TEXT, b"hi")
                    client.read()
                    recorder.process.kill()
                    recorder.exit_code()
            self.assertEqual([one[2] for one in entries(self.file)][:2], ["open", "client"])
            done = run("replay", "--wait", "0.1", self.file, f"ws://127.0.0.1:{server.port}")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_tls_outside_and_text_inside(self):
        with TlsServer() as server:
            with Recorder(self.file, f"wss://localhost:{server.port}", "--insecure", kind="wss"
                          ) as recorder:
                done = run("connect", "--insecure", f"wss://localhost:{recorder.port}/echo",
                           stdin=b"hi\n")
                self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)
                self.assertEqual(recorder.stop(), 0)
        self.assertTrue(entries(self.file)[1][3].startswith(b"GET /echo HTTP/1.1\r\n"))

    def test_mistakes(self):
        good = ["listen:ws://127.0.0.1:0", "ws://127.0.0.1:1"]
        for arguments, code, says in (
                ([self.file, "ws://127.0.0.1:1", good[1]], 2, "must listen"),
                ([self.file, good[0], good[1] + "/echo"], 2, "must not have a path"),
                ([self.file, good[0] + "/echo", good[1]], 2, "must not have a path"),
                (["/nonexistent/x", *good], 4, "cannot write /nonexistent/x"),
                ([self.file, *good, "-H", "A: b"], 2, "-H")):
            done = run("record", *arguments)
            self.assertEqual((done.returncode, done.stdout), (code, b""), done.stderr)
            self.assertIn(says, done.stderr.decode())
        self.file.write_text("kept", encoding="ascii")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            done = run("record", self.file, f"listen:ws://127.0.0.1:{taken.getsockname()[1]}",
                       good[1])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(self.file.read_text(encoding="ascii"), "kept")
        if os.path.exists("/dev/full"):
            done = run("record", "/dev/full", *good)
            self.assertEqual(done.returncode, 4, done.stderr)


class Replay(WithFolder):
    def replay(self, server, *options):
        done = run("replay", *options, self.file, f"ws://127.0.0.1:{server.port}")
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def test_the_same_server_answers_the_same(self):
        with Server() as server:
            self.record_echo(server, b"one", b"two", b"x" * 70000)
            for options in ((), ("--fast",)):
                self.assertEqual(
                    self.replay(server, *options),
                    (0, "1 connection, 5 recorded answers: all the same\n", ""))

    def test_another_server_answers_differently(self):
        def shout(websocket):
            while True:
                opcode, payload = websocket.read()
                websocket.send(opcode, payload if opcode == CLOSE else payload.upper())
                if opcode == CLOSE:
                    return
        with Servers(peers.echo) as server:
            self.record_echo(server, b"1", b"two")
        with Servers(shout) as server:
            self.assertEqual(
                self.replay(server, "--fast"),
                (3, 'connection 1: answer 3: recorded text "two", received text "TWO"\n'
                 "1 connection, 4 recorded answers: 1 connection differs\n", ""))

    def test_a_server_that_does_not_answer(self):
        with Servers(peers.echo) as server:
            self.record_echo(server, b"1")
        with Servers(read_to_end, plain=True) as server:
            code, out, _ = self.replay(server, "--fast", "--wait", "0.05")
        self.assertEqual(code, 3)
        self.assertIn('answers 1 to 3 are missing; the first is response "HTTP/1.1 101', out)

    def test_the_pace_is_that_of_the_recording(self):
        with Servers(read_to_end, plain=True) as server:
            self.write_greeting(at=0.3)
            before = time.monotonic()
            self.assertEqual(self.replay(server)[0], 0)
            self.assertGreaterEqual(time.monotonic() - before, 0.3)
            self.write_greeting(at=3600)  # the program would be ended long before
            self.assertEqual(self.replay(server, "--fast")[0], 0)

    def write_greeting(self, at):
        self.file.write_text(f"weft-recording 1\n0 1 open\n{at} 1 client aGk=\n",
                             encoding="ascii")

    def test_damaged_and_cut(self):
        with Servers(peers.echo) as server:
            self.record_echo(server, b"hello")
            whole = self.file.read_bytes()
            cut = whole[:-10]
            middle = whole.index(b" client ") + 20
            flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1:]
            for damaged, says in ((cut, "is cut off"), (flipped, "line 3: "), (b"", "is empty"),
                                  (b"\x89PNG", "not a recording"),
                                  (whole.replace(b"ing 1", b"ing 9"), "another version")):
                self.file.write_bytes(damaged)
                code, out, err = self.replay(server)
                self.assertEqual((code, out), (4, ""), err)
                self.assertIn(says, err)

    def test_mistakes(self):
        self.file.write_text("weft-recording 1\n0 1 open\n", encoding="ascii")
        bound = socket.socket()  # does not listen, and keeps others from the port
        self.addCleanup(bound.close)
        bound.bind(("127.0.0.1", 0))
        for arguments, code, says in (
                ([self.file, f"ws://127.0.0.1:{bound.getsockname()[1]}"], 1, "refused"),
                ([self.file, "ws://127.0.0.1:1/echo"], 2, "must not have a path"),
                ([self.file, "listen:ws://127.0.0.1:1"], 2, "not the address of a server"),
                ([self.file, "x"], 2, "not an address"),
                ([self.file.parent, "ws://127.0.0.1:1"], 4, "directory"),
                (["/nonexistent", "ws://127.0.0.1:1"], 4, "No such file")):
            done = run("replay", *arguments)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(says, done.stderr.decode())


if __name__ == "__main__":
    if b"without the component" in run("replay", "/nonexistent", "ws://127.0.0.1:1").stderr:
        print("skipped: this build is without the component testing")
        sys.exit(77)
    unittest.main()
