# SPDX-License-Identifier: MIT
# The chat room of `weft serve`: which members receive what, that names and texts cannot forge
# lines, and how much memory many messages cost.

import contextlib
import os
import re
import selectors
import signal
import socket
import threading
import unittest

from weft_program import PATIENCE, Running, Server, handshake, read_until, run


class Chat(unittest.TestCase):
    def test_a_text_with_line_ends_forges_no_line(self):
        ends = ("\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029")
        with Server() as server, socket.create_connection((server.host, server.port)) as mallory, \
                Running("connect", "--stay", server.url("/chat?name=ann")) as ann:
            ann.wait_for("ann joined", ann.out)
            mallory.sendall(handshake("/chat?name=mallory%0Abob%E2%80%AE%7C"))
            ann.wait_for(r"^\* mallory\\x0abob\\u{202e} joined", ann.out)
            for end in ends:
                text = f"hi{end}bob: forged{end}* bob left".encode()
                mallory.sendall(bytes([0x81, 0x80 | len(text)]) + bytes(4) + text)
                ann.wait_for(r"^mallory\S+: hi$", ann.out)
                self.assertEqual(ann.out.get(timeout=PATIENCE), "| bob: forged\n")
                self.assertEqual(ann.out.get(timeout=PATIENCE), "| * bob left\n")

    def test_a_large_room_hears_of_many_at_once(self):
        with Server("--log", "quiet") as server, contextlib.ExitStack() as room:
            members = []
            for number in range(60):
                one = room.enter_context(socket.create_connection((server.host, server.port)))
                one.settimeout(PATIENCE)
                one.sendall(handshake(f"/chat?name=m{number}"))
                read_until(one, f"* m{number} joined ({number + 1} here)".encode())
                members.append(one)
            received = read_until(members[0], b" joined (60 here)")
            self.assertIn(b"* m49 joined", received)
            self.assertNotIn(b"* m51 joined", received)
            members.pop().close()
            members.pop().close()
            received = read_until(members[0], b"* 2 left (58 here)")

    def test_two_clients_hear_each_other(self):
        with Server() as server, \
                Running("connect", "--stay", server.url("/chat?name=ann")) as ann:
            ann.wait_for(r"^\* ann joined \(1 here\)$", ann.out)
            with Running("connect", "--stay", server.url("/chat?name=b%C3%B6b")) as bob:
                ann.wait_for(r"^\* böb joined \(2 here\)$", ann.out)
                bob.wait_for(r"^\* böb joined", bob.out)
                ann.send("hello\n")
                bob.wait_for(r"^ann: hello$", bob.out)
                ann.wait_for(r"^ann: hello$", ann.out)
                bob.signal(signal.SIGINT)
                self.assertEqual(bob.exit_code(), 0)
            ann.wait_for(r"^\* böb left \(1 here\)$", ann.out)

    def test_names_are_unique_and_cannot_pretend(self):
        with Server() as server, Running("connect", "--stay", server.url("/chat?name=a")) as first:
            first.wait_for(r"^\* a joined", first.out)
            for query, name in (("?name=a", "a 2"), ("", "guest 1"), ("?name=%2A%20a:", "a 2"),
                                ("?name=%0A%1b%5B2J", r"\\x1b\[2J"), ("?name=%ff", r"\\xff")):
                run("connect", "--wait", "0", server.url("/chat" + query))
                first.wait_for(rf"^\* (\\x0a)?{name} joined", first.out)
                first.wait_for(rf"^\* (\\x0a)?{name} left", first.out)

    def test_who_does_not_read_is_closed(self):
        with Server() as server, socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect((server.host, server.port))
            deaf.sendall(handshake("/chat?name=deaf"))
            server.wait_for("#1 opened", server.err)
            with Running("connect", "--stay", server.url("/chat?name=loud")) as loud:
                for part in range(40):  # 500 KB each, and loud has received it before it goes on
                    loud.send(("x" * 999 + "\n") * 499 + f"part {part}\n")
                    loud.wait_for(f"^loud: part {part}$", loud.out)
                server.wait_for("#1 .*1008", server.err)
                loud.signal(signal.SIGINT)
                self.assertEqual(loud.exit_code(), 0)

    def test_binary_is_not_chat(self):
        with Server() as server:
            done = run("connect", "--stay", "--binary", server.url("/chat"), stdin=b"x\n")
            self.assertEqual(done.returncode, 3)
            self.assertIn(b"1003", done.stderr)


def text(payload):
    """A text frame as a client sends it."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0xfe]) + size.to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + payload


class Flood(unittest.TestCase):
    MEMBERS = 60
    GROWTH_MAX = 320 * 1024  # bytes for each member: its queue of 128 KiB, in memory that doubles

    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        # AddressSanitizer keeps what was freed, and that counts as memory of the process.
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=0"
        self.server = stack.enter_context(Server(env=dict(os.environ, ASAN_OPTIONS=sanitizer)))
        self.members = []
        for number in range(self.MEMBERS):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.settimeout(PATIENCE)
            one.connect((self.server.host, self.server.port))
            one.sendall(handshake(f"/chat?name=m{number}"))
            read_until(one, f"* m{number} joined ".encode())
            self.members.append(one)
        self.loud = self.members[0]
        self.before = self.peak()

    def peak(self):
        """The most memory that the server has ever had, in bytes."""
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as status:
            return 1024 * int(re.search(r"VmHWM:\s*(\d+)", status.read())[1])

    def assert_small(self):
        self.assertLess(self.peak() - self.before, self.MEMBERS * self.GROWTH_MAX)

    def read_all(self):
        """Reads for all members, each until it has received "the end", or that the speaker has
        left, or until its connection has ended. Returns the members whose connections ended."""
        closed = set()
        tails = {one: b"" for one in self.members}
        with selectors.DefaultSelector() as waiting:
            for one in self.members:
                waiting.register(one, selectors.EVENT_READ)
            while waiting.get_map():
                ready = waiting.select(PATIENCE)
                self.assertTrue(ready, "nothing came for too long")
                for key, _ in ready:
                    one = key.fileobj
                    try:
                        piece = one.recv(65536)
                    except ConnectionResetError:
                        piece = b""
                    if not piece:
                        closed.add(one)
                    tails[one] = (tails[one] + piece)[-200:]
                    if not piece or b"m0: the end" in tails[one] or b" left (" in tails[one]:
                        waiting.unregister(one)
        return closed

    def say(self, *texts):
        """Sends these texts on another thread, while the others read."""
        def send():
            with contextlib.suppress(OSError):  # closed, if it reads too slowly
                for one in texts:
                    self.loud.sendall(one)
        speaking = threading.Thread(target=send, daemon=True)
        speaking.start()
        return speaking

    def test_of_short_texts_to_members_who_read(self):
        speaking = self.say(text(b"x") * 20_000, text(b"the end"))
        self.assertFalse(self.read_all(), "somebody was closed")
        speaking.join()
        self.assert_small()

    def test_of_long_texts_to_members_who_read(self):
        speaking = self.say(*[text(b"x" * 60_000)] * 40, text(b"the end"))
        self.read_all()
        speaking.join(PATIENCE)
        self.assert_small()

    def test_of_long_texts_to_members_who_do_not_read(self):
        self.say(*[text(b"x" * 60_000)] * 400)
        self.server.wait_for("#1 .*1008", self.server.err)  # the speaker does not read either
        self.assert_small()


if __name__ == "__main__":
    unittest.main()
