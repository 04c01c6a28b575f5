# SPDX-License-Identifier: MIT
# `weft connect` to names: by DNS where the program has c-ares, else by the system.

import socket
import struct
import threading
import unittest

from weft_program import PATIENCE, Server, run


class NameServer:
    """Answers A queries for `names` with 127.0.0.1, AAAA with nothing, all else with NXDOMAIN."""

    def __init__(self, *names):
        self._names = names
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(PATIENCE)
        self.where = "127.0.0.1:%d" % self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())
        self._thread.join(PATIENCE)
        self._socket.close()

    def _run(self):
        while True:
            query, sender = self._socket.recvfrom(4096)
            if not query:
                return
            self._socket.sendto(self._reply(query), sender)

    def _reply(self, query):
        end = query.index(b"\0", 12)
        labels, rest = [], query[12:end]
        while rest:
            labels.append(rest[1:1 + rest[0]].decode())
            rest = rest[1 + rest[0]:]
        (kind,) = struct.unpack("!H", query[end + 1:end + 3])
        known = ".".join(labels) in self._names
        answers = []
        if known and kind == 1:
            answers.append(b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes((127, 0, 0, 1)))
        head = query[:2] + struct.pack("!HHHHH", 0x8180 if known else 0x8183, 1, len(answers), 0, 0)
        return head + query[12:end + 5] + b"".join(answers)


HAS_DNS = b"c-ares" in run("loops").stdout


class Names(unittest.TestCase):
    @unittest.skipUnless(HAS_DNS, "the program was built without c-ares")
    def test_a_name_is_found(self):
        with Server("--name", "echo.test") as server, NameServer("echo.test") as names:
            url = server.url("/echo").replace("127.0.0.1", "echo.test")
            done = run("connect", "--dns", names.where, url, stdin=b"hi\n")
            self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)

    @unittest.skipUnless(HAS_DNS, "the program was built without c-ares")
    def test_a_name_is_not_found(self):
        with NameServer() as names:
            done = run("connect", "--dns", names.where, "ws://missing.test:81/")
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"there is no host of this name", done.stderr)
            self.assertIn(b"--via ADDRESS:81", done.stderr)

    @unittest.skipIf(HAS_DNS, "the program was built with c-ares")
    def test_without_c_ares_the_system_is_asked(self):
        with Server("--name", "127.1") as server:
            url = server.url("/echo").replace("127.0.0.1", "127.1")
            done = run("connect", url, stdin=b"hi\n")
            self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)

    def test_name_servers_that_make_no_sense(self):
        for servers in ("nonsense", "127.0.0.1:99999", "127.0.0.1:0", "127.0.0.1:", "[::1", ""):
            with self.subTest(servers):
                done = run("connect", "--dns", servers, "ws://127.0.0.1:1/")
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(b"--dns: ", done.stderr)
                self.assertIn(b"ADDRESS[:PORT]" if HAS_DNS else b"c-ares", done.stderr)


if __name__ == "__main__":
    unittest.main()
