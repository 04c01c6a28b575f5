# SPDX-License-Identifier: MIT
# `weft pipe`: one connection over standard input and output, which are files, pipes or a socket as
# with inetd, or belong to a launcher; with partial output, timeouts, signals and ends of all kinds.

import os
import pathlib
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from weft_program import PATIENCE, PROGRAM, read_line, read_rest, run

REQUEST = (b"GET /echo HTTP/1.1\r\nHost: pipe\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
CLOSE = b"\x88\x82\0\0\0\0\x03\xe8"  # 1000, with a mask of zeros as all here
CLOSED = b"\x88\x02\x03\xe8"


def message(payload):
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65536:
        length = b"\xfe" + size.to_bytes(2, "big")
    else:
        length = b"\xff" + size.to_bytes(8, "big")
    return b"\x82" + length + bytes(4) + payload


def read_until(source, ending):
    """Reads from a socket until the received bytes end with `ending`; returns them."""
    got = b""
    while not got.endswith(ending):
        piece = source.recv(65536)
        if not piece:
            raise AssertionError(f"ended after {got!r}")
        got += piece
    return got


def cpu_of_children():
    """Returns the processor time of all child processes that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Files(unittest.TestCase):
    def test_from_file_to_file(self):
        with tempfile.TemporaryDirectory() as folder:
            asked = pathlib.Path(folder, "request.bin")
            answered = pathlib.Path(folder, "answer.bin")
            asked.write_bytes(REQUEST + message(b"hi") + CLOSE)
            with asked.open("rb") as source, answered.open("wb") as target:
                done = subprocess.run([PROGRAM, "pipe"], stdin=source, stdout=target,
                                      stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
            answer = answered.read_bytes()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(answer.startswith(b"HTTP/1.1 101 "))
        self.assertTrue(answer.endswith(b"\r\n\r\n\x82\x02hi" + CLOSED), answer)
        self.assertIn(b"1000", done.stderr)

    def test_much_goes_through_a_pipe(self):
        payload = os.urandom(8 << 20)
        done = run("pipe", stdin=REQUEST + message(payload) + CLOSE)
        self.assertEqual(done.returncode, 0)
        self.assertIn(payload, done.stdout)

    def test_quiet(self):
        done = run("pipe", "-q", stdin=REQUEST + CLOSE)
        self.assertEqual((done.returncode, done.stderr), (0, b""))


class Services(unittest.TestCase):
    """The same as `weft serve` has."""

    def test_pages(self):
        done = run("pipe", stdin=b"GET /health HTTP/1.1\r\nHost: pipe\r\n\r\n")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertTrue(done.stdout.endswith(b"\r\n\r\nok\n"), done.stdout)
        done = run("pipe", "--log", "debug", stdin=b"GET / HTTP/1.1\r\nHost: pipe\r\n\r\n")
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"<html", done.stdout)
        self.assertIn(b"GET / from -", done.stderr)

    def test_who_the_launcher_says_it_is(self):
        for said, shown in (({"REMOTE_ADDR": "192.0.2.7", "REMOTE_PORT": "80"}, b"192.0.2.7:80"),
                            ({"REMOTE_ADDR": "nonsense"}, b"-"),
                            ({"SOCAT_PEERADDR": "[::1]", "SOCAT_PEERPORT": "1"}, b"[::1]:1")):
            done = run("pipe", stdin=REQUEST + CLOSE, env={**os.environ, **said})
            self.assertIn(b"opened /echo from " + shown + b"\n", done.stderr)


class Ends(unittest.TestCase):
    def test_an_input_that_ends_early(self):
        done = run("pipe", stdin=REQUEST + message(b"hi"))
        self.assertEqual(done.returncode, 3)
        self.assertTrue(done.stdout.endswith(b"\x82\x02hi"), done.stdout)  # was still served
        done = run("pipe", stdin=REQUEST[:40])
        self.assertEqual(done.returncode, 1)
        self.assertNotEqual(done.stderr, b"")

    def refuses(self, asked, answer, why):
        done = run("pipe", stdin=asked)
        self.assertEqual(done.returncode, 1, done)
        self.assertTrue(done.stdout.startswith(answer), done.stdout)
        self.assertIn(why, done.stderr)

    def test_what_is_not_served(self):
        self.refuses(b"GET /echo HTTP/1.1\r\nHost: pipe\r\n\r\n", b"HTTP/1.1 426 ", b"plain")
        self.refuses(b"GET /x HTTP/1.1\r\nHost: pipe\r\n\r\n", b"HTTP/1.1 404 ", b"plain")
        self.refuses(REQUEST.replace(b"/echo", b"/x"), b"HTTP/1.1 404 ", b"404")

    def test_what_is_no_request(self):
        self.refuses(b"\x16\x03\x01\0", b"HTTP/1.1 400 ", b"malformed")
        self.refuses(b"", b"", b"the peer ended the stream")

    def test_what_cannot_be_read_or_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "pipe"], input=REQUEST, stdout=full,
                                  stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"standard output: No space left", done.stderr)
        folder = os.open("/", os.O_RDONLY)
        try:
            done = subprocess.run([PROGRAM, "pipe"], stdin=folder, capture_output=True,
                                  timeout=PATIENCE, check=False)
        finally:
            os.close(folder)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"standard input: Is a directory", done.stderr)

    def test_a_message_that_is_too_large(self):
        done = run("pipe", "--max-message", "1k", stdin=REQUEST + message(bytes(2000)))
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"\x03\xf1", done.stdout)  # 1009

    def test_an_output_that_nobody_reads(self):
        reading, writing = os.pipe()
        os.close(reading)
        try:
            done = subprocess.run([PROGRAM, "pipe"], input=REQUEST, stdout=writing,
                                  stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
        finally:
            os.close(writing)
        self.assertIn(done.returncode, (1, 3), done.stderr)
        self.assertIn(b"ipe", done.stderr)  # broken pipe


class Inetd(unittest.TestCase):
    """One socket is standard input, output and error."""

    def setUp(self):
        self.client, server = socket.socketpair()
        self.client.settimeout(PATIENCE)
        self.addCleanup(self.client.close)
        self.process = subprocess.Popen([PROGRAM, "pipe", *self.arguments()], stdin=server,
                                        stdout=server, stderr=server)
        self.addCleanup(self.process.wait, PATIENCE)
        self.addCleanup(self.process.kill)
        self.flags = server  # the same open file as the program's
        self.addCleanup(server.close)

    def arguments(self):
        return ["--idle-timeout", "0.2"] if "idle" in self.id() else []

    def talk(self):
        self.client.sendall(REQUEST)
        read_until(self.client, b"\r\n\r\n")

    def test_a_conversation_and_nothing_else(self):
        self.talk()
        for word in (b"one", b"two"):
            self.client.sendall(message(word))
            self.assertEqual(read_until(self.client, word), b"\x82\x03" + word)
        self.client.sendall(CLOSE)
        self.assertEqual(read_until(self.client, CLOSED), CLOSED)
        self.flags.close()
        self.assertEqual(self.client.recv(100), b"")  # it ends its direction first
        self.client.close()
        self.assertEqual(self.process.wait(PATIENCE), 0)

    def test_a_chat_with_oneself(self):
        self.client.sendall(REQUEST.replace(b"/echo", b"/chat?name=ann"))
        read_until(self.client, b"* ann joined (1 here)")
        self.client.sendall(message(b"hi").replace(b"\x82", b"\x81", 1))
        self.assertEqual(read_until(self.client, b"hi"), b"\x81\x07ann: hi")

    def test_its_flags_are_left_alone(self):
        self.talk()
        self.assertTrue(os.get_blocking(self.flags.fileno()))

    def test_a_client_that_does_not_read_is_not_read_from(self):
        self.talk()
        self.client.setblocking(False)
        frame = message(bytes(50_000))
        sent = 0
        try:
            while sent < 64 << 20:
                sent += self.client.send(frame[sent % len(frame):])
                select.select([], [self.client], [], 0.2)
        except BlockingIOError:
            pass
        self.assertLess(sent, 64 << 20)  # it has stopped reading
        self.client.settimeout(PATIENCE)
        got = 0
        whole = sent // len(frame)
        while got < whole * (len(frame) - 4):  # an echo has no mask
            got += len(self.client.recv(1 << 20))

    def test_an_idle_client_is_closed(self):
        self.talk()
        self.assertEqual(read_until(self.client, b"idle timeout"), b"\x88\x0e\x03\xe9idle timeout")
        self.client.close()
        self.assertEqual(self.process.wait(PATIENCE), 3)


class Signals(unittest.TestCase):
    def setUp(self):
        self.client, server = socket.socketpair()
        self.client.settimeout(PATIENCE)
        self.addCleanup(self.client.close)
        with server:
            self.process = subprocess.Popen([PROGRAM, "pipe"], stdin=server, stdout=server,
                                            stderr=subprocess.PIPE)
        self.addCleanup(self.process.stderr.close)
        self.addCleanup(self.process.wait, PATIENCE)
        self.addCleanup(self.process.kill)
        self.client.sendall(REQUEST)
        read_until(self.client, b"\r\n\r\n")

    def signalled(self, number):
        self.process.send_signal(number)
        self.assertEqual(read_until(self.client, b"down"), b"\x88\x0f\x03\xe9shutting down")

    def test_the_first_closes_properly(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                if number != signal.SIGTERM:
                    self.setUp()
                self.signalled(number)
                self.client.sendall(b"\x88\x82\0\0\0\0\x03\xe9")
                self.assertEqual(self.client.recv(100), b"")
                self.client.close()
                self.assertEqual(self.process.wait(PATIENCE), 0)
                self.assertIn("1001", read_rest(self.process.stderr))

    def test_the_second_ends_at_once(self):
        self.signalled(signal.SIGTERM)
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(PATIENCE), 0)
        self.assertLess(time.monotonic() - started, 2.5)  # one signal: three seconds

    def test_a_client_that_does_not_answer_is_waited_for_asleep(self):
        self.signalled(signal.SIGTERM)
        before = cpu_of_children()
        self.assertEqual(self.process.wait(PATIENCE), 0)
        self.assertLess(cpu_of_children() - before, 1)  # second, of the three for which it waits


class Socat(unittest.TestCase):
    """Runs the socat command of docs/command-line.md, at a free port."""

    COMMAND = shutil.which("socat")

    def start(self, *how):
        listener = "TCP-LISTEN:0,bind=127.0.0.1,fork"
        socat = subprocess.Popen([self.COMMAND, "-d", "-d", listener, *how], stderr=subprocess.PIPE)
        self.addCleanup(socat.stderr.close)
        self.addCleanup(socat.wait, PATIENCE)
        self.addCleanup(socat.terminate)
        return socat, self.wait_for(socat, r"listening on .*:(\d+)")[1]

    @staticmethod
    def wait_for(socat, pattern):
        while line := read_line(socat.stderr):
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"socat ended without {pattern}")

    @unittest.skipUnless(COMMAND, "no socat here")
    def test_each_client_has_a_process(self):
        for way in (f"EXEC:{PROGRAM} pipe", f"EXEC:{PROGRAM} pipe,pipes"):
            socat, port = self.start(way)
            for word in (b"one\n", b"two\n"):
                done = run("connect", f"ws://127.0.0.1:{port}/echo", stdin=word)
                self.assertEqual((done.returncode, done.stdout), (0, word), done.stderr)
                self.wait_for(socat, r"opened /echo from 127\.0\.0\.1:\d")


class Launcher(unittest.TestCase):
    """systemd's own launcher, as with Accept=yes and StandardInput=socket."""

    COMMAND = shutil.which("systemd-socket-activate")

    @unittest.skipUnless(COMMAND, "no systemd-socket-activate here")
    def test_each_client_has_a_process(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/socket"
            with subprocess.Popen([self.COMMAND, "--inetd", "--accept", "--listen", path, PROGRAM,
                                   "pipe"], stderr=subprocess.PIPE) as launcher:
                try:
                    read_line(launcher.stderr)  # it listens
                    for word in (b"one\n", b"two\n"):
                        done = run("connect", "--unix", path, "ws://localhost/echo",
                                   stdin=word)
                        self.assertEqual((done.returncode, done.stdout), (0, word), done.stderr)
                finally:
                    launcher.terminate()


if __name__ == "__main__":
    unittest.main()
