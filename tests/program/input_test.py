# SPDX-License-Identifier: MIT
# Where `weft connect` reads from and writes to: pipes, files, terminals, and nothing at all.

import fcntl
import os
import pty
import select
import signal
import subprocess
import tempfile
import termios
import unittest

from weft_program import PATIENCE, PROGRAM, FakeServer, Running, Server, frame, read_to_end, run, \
    upgrade


class Input(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--log", "quiet")
        cls.echo = cls.server.url("/echo")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def expect(self, done, code, out):
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, out)

    def test_pipe(self):
        self.expect(run("connect", self.echo, stdin=b"hi\nthere\n"), 0, b"hi\nthere\n")

    def test_last_line_without_end(self):
        self.expect(run("connect", self.echo, stdin=b"hi\n\nthere"), 0, b"hi\n\nthere\n")

    def test_nothing(self):
        self.expect(run("connect", "--wait", "0", self.echo, stdin=b""), 0, b"")

    def test_dev_null(self):
        self.expect(run("connect", "--wait", "0", self.echo, stdin=subprocess.DEVNULL), 0, b"")

    def test_closed(self):
        for closed in ("<&-", "<&- 2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                done = subprocess.run(["sh", "-c", f'exec "$0" connect --wait 0 "$1" {closed}',
                                       PROGRAM, self.echo], timeout=PATIENCE, check=False,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_file(self):
        with tempfile.TemporaryFile() as file:
            lines = b"".join(b"line %d\n" % number for number in range(20000))
            file.write(lines)
            file.seek(0)
            self.expect(run("connect", self.echo, stdin=file), 0, lines)

    def test_more_than_any_buffer(self):
        lines = (b"x" * 99 + b"\n") * 100000
        self.expect(run("connect", "--wait", "30", self.echo, stdin=lines), 0, lines)

    def test_long_line(self):
        line = b"y" * (4 * 1024 * 1024) + b"\n"
        self.expect(run("connect", "--wait", "30", self.echo, stdin=line * 3), 0, line * 3)

    def test_line_that_is_too_long(self):
        done = run("connect", self.echo, stdin=b"z" * (17 * 1024 * 1024))
        self.assertEqual(done.returncode, 4)

    def test_directory(self):
        folder = os.open("/", os.O_RDONLY)
        done = run("connect", self.echo, stdin=folder)
        os.close(folder)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"standard input", done.stderr)

    def test_not_text(self):
        done = run("connect", self.echo, stdin=b"fine\n\xff\n")
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"line 2 is not UTF-8", done.stderr)
        self.assertIn(b"--binary", done.stderr)

    def test_binary_is_raw_in_a_pipe(self):
        self.expect(run("connect", "--binary", self.echo, stdin=b"\xff\x00a\nb\n"), 0,
                    b"\xff\x00ab")

    def test_text_is_raw_in_a_pipe(self):
        self.expect(run("connect", self.echo, stdin=b"\x1b[31mred\n"), 0, b"\x1b[31mred\n")

    def test_refused_connection_reads_nothing(self):
        with tempfile.TemporaryFile() as file:
            file.write(b"still here\n")
            file.seek(0)
            run("connect", "--unix", "/nonexistent/x", "ws://localhost/", stdin=file)
            self.assertEqual(file.read(), b"still here\n")

    def test_description_stays_blocking(self):
        read_end, write_end = os.pipe()
        os.write(write_end, b"hi\n")
        os.close(write_end)
        run("connect", self.echo, stdin=read_end)
        self.assertFalse(fcntl.fcntl(read_end, fcntl.F_GETFL) & os.O_NONBLOCK)
        os.close(read_end)

    def test_lines_are_sent_as_they_come(self):
        with Running("connect", self.echo) as client:
            for word in ("one", "two"):
                client.send(word + "\n")
                client.wait_for(f"^{word}$", client.out)
            client.end_input()
            self.assertEqual(client.exit_code(), 0)


class Waiting(unittest.TestCase):
    def test_silent_server_is_not_waited_for(self):
        def serve(client, request):
            client.sendall(upgrade(request))
            read_to_close(client)
        with FakeServer(serve) as server:
            done = run("connect", "--wait", "0.1", server.url(), stdin=b"hi\n")
        self.assertEqual((done.returncode, done.stdout), (0, b""), done.stderr)

    def test_close_that_is_not_answered(self):
        def serve(client, request):
            client.sendall(upgrade(request))
            read_to_end(client)
        with FakeServer(serve) as server:
            done = run("connect", "--wait", "0", server.url())
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"timed out", done.stderr)

    def test_stays_when_told(self):
        def serve(client, request):
            client.sendall(upgrade(request) + frame(1, b"a") + frame(1, b"b") + frame(8))
            read_to_end(client)
        with FakeServer(serve) as server:
            done = run("connect", "--stay", server.url(), stdin=b"")
        self.assertEqual((done.returncode, done.stdout), (0, b"a\nb\n"))


def read_to_close(client):
    """Reads frames of up to 125 bytes until a close frame, and answers it."""
    received = b""
    while True:
        received += client.recv(4096)
        while len(received) >= 2 and len(received) >= 6 + (received[1] & 0x7f):
            opcode, size = received[0] & 0x0f, received[1] & 0x7f
            mask, payload = received[2:6], received[6:6 + size]
            received = received[6 + size:]
            if opcode == 8:
                plain = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
                return client.sendall(frame(8, plain))


class Terminal(unittest.TestCase):
    """The program on a pseudo-terminal, as input and output."""

    def setUp(self):
        self.server = Server("--log", "quiet")
        self.ours, theirs = pty.openpty()
        self.before = (termios.tcgetattr(self.ours), fcntl.fcntl(theirs, fcntl.F_GETFL))
        self.theirs = theirs
        self.shown = b""

    def tearDown(self):
        self.server.__exit__()
        os.close(self.ours)
        os.close(self.theirs)

    def start(self, *arguments):
        self.process = subprocess.Popen([PROGRAM, "connect", *arguments], stdin=self.theirs,
                                        stdout=self.theirs, stderr=self.theirs,
                                        start_new_session=True)
        self.wait_for(b"connected")

    def wait_for(self, text):
        while text not in self.shown:
            ready, _, _ = select.select([self.ours], [], [], PATIENCE)
            self.assertTrue(ready, f"no {text} in {self.shown}")
            self.shown += os.read(self.ours, 4096)

    def end(self, code=0):
        self.assertEqual(self.process.wait(PATIENCE), code)
        after = (termios.tcgetattr(self.ours), fcntl.fcntl(self.theirs, fcntl.F_GETFL))
        self.assertEqual(after, self.before, "the terminal is as it was")

    def test_echo_and_end_of_input(self):
        self.start(self.server.url("/echo"))
        os.write(self.ours, b"hello\n")
        self.wait_for(b"< hello\r\n")
        os.write(self.ours, b"\x04")  # Ctrl-D
        self.wait_for(b"closed by this side: 1000 normal")
        self.end()

    def test_signal(self):
        self.start(self.server.url("/echo"))
        self.process.send_signal(signal.SIGINT)
        self.end()

    def test_binary_is_shown_in_hex(self):
        self.start("--binary", self.server.url("/echo"))
        os.write(self.ours, b"hi\n")
        self.wait_for(b"< 68 69 (2 bytes)\r\n")
        os.write(self.ours, b"\x04")
        self.end()

    def test_messages_cannot_steer_the_terminal(self):
        def serve(client, request):
            client.sendall(upgrade(request) + frame(1, "\x1b[2J \u009b7m tab\t".encode()) +
                           frame(1, "\u202eleft\u2066 \u200bno\ufeff \U000e0041".encode()) +
                           frame(1, "one\ntwo\r\nthree\u2028four".encode()) +
                           frame(8, b"\x03\xe8\x1b[2J"))
            read_to_end(client)
        with FakeServer(serve) as server:
            self.start(server.url())
            self.wait_for(rb"< \x1b[2J \u{9b}7m tab")
            self.wait_for(rb"< \u{202e}left\u{2066} \u{200b}no\u{feff} \u{e0041}")
            self.wait_for(b"< one\r\n| two\r\n| three\r\n| four\r\n")
            self.wait_for(rb"1000 normal (?[2J)")
            self.end()
        self.assertNotIn(b"\x1b", self.shown)

    def test_line_that_is_not_text_is_not_the_end(self):
        self.start(self.server.url("/echo"))
        os.write(self.ours, b"\xff\n")
        self.wait_for(b"line 1 is not UTF-8")
        os.write(self.ours, b"fine\n")
        self.wait_for(b"< fine")
        os.write(self.ours, b"\x04")
        self.end()


if __name__ == "__main__":
    unittest.main()
