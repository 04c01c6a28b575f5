# SPDX-License-Identifier: MIT
# `weft connect`: what it says, and with which code it ends, for every way a connection can go.

import os
import signal
import socket
import subprocess
import threading
import unittest

from weft_program import PATIENCE, FakeServer, Running, Server, frame, read_to_end, run, upgrade


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class CouldNotConnect(unittest.TestCase):
    def refused(self, *arguments, says, tries, code=1):
        done = run("connect", *arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, b"")
        self.assertIn(says, done.stderr.decode())
        self.assertIn(tries, done.stderr.decode())

    def answered(self, answer, says, tries, *arguments):
        def serve(client, request):
            client.sendall(answer(request) if callable(answer) else answer)
            client.shutdown(socket.SHUT_WR)
            read_to_end(client)
        with FakeServer(serve) as server:
            self.refused(*arguments, server.url(), says=says, tries=tries)

    def test_nobody_listens(self):
        self.refused(f"ws://127.0.0.1:{free_port()}/", says="refused", tries="weft serve")

    def test_no_unix_socket(self):
        self.refused("--unix", "/nonexistent/s", "ws://localhost/", says="No such file",
                     tries="/nonexistent/s")

    def test_not_found(self):
        with Server() as server:
            self.refused(server.url("/nope"), says="404", tries="/echo and /chat")

    def test_other_statuses(self):
        for status, tries in ((401, "Authorization"), (403, "Origin"), (302, "curl -I"),
                              (503, "later"), (200, "path"), (400, "--subprotocol")):
            with self.subTest(status):
                self.answered(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode(),
                              f"HTTP status {status}", tries)

    def test_wrong_subprotocol(self):
        self.answered(lambda request: upgrade(request, "Sec-WebSocket-Protocol: other\r\n"),
                      "subprotocol", "--subprotocol", "-s", "mine")

    def test_no_subprotocol(self):
        with Server() as server:
            self.refused("-s", "mine", server.url("/echo"), says="none of the subprotocols",
                         tries="--subprotocol")

    def test_not_http(self):
        self.answered(b"220 mail.example.org ESMTP\r\n\r\n", "malformed HTTP response", "port")

    def test_hangs_up(self):
        self.answered(b"", "ended the stream", "wss:")

    def test_wrong_accept_key(self):
        self.answered(lambda request: upgrade(request.replace("-Key: ", "-Key: A")),
                      "Sec-WebSocket-Accept", "")

    def test_never_answers(self):
        with FakeServer(lambda client, _: read_to_end(client)) as server:
            self.refused("--timeout", "0.1", server.url(), says="timed out", tries="--timeout")

    def test_bad_uris(self):
        for uri, tries in (("http://127.0.0.1:1/x", "Try ws://127.0.0.1:1/x"),
                           ("127.0.0.1:9001/echo", "Try ws://127.0.0.1:9001/echo"),
                           ("ws://127.0.0.1/#part", "Try ws://127.0.0.1/"),
                           ("ws://[::1", "ws://127.0.0.1:9001/echo"), ("", "ws://127.0.0.1")):
            with self.subTest(uri):
                self.refused(uri, says=f"weft connect: {uri}: ", tries=tries, code=2)

    def test_passwords_are_not_repeated(self):
        for uri in ("ws://me:SECRET@127.0.0.1:1/x", "http://me:SECRET@[::1", "me:SECRET@h:1",
                    "ws://me:SE/CRET@h", "ws://me:SE?CR@ET@h:1/"):
            done = run("connect", uri)
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"***@", done.stderr)
            for part in (b"SE", b"CR", b"ET"):
                self.assertNotIn(part, done.stderr)
            self.assertIn(b"-H 'Authorization", done.stderr)
        done = run("connect", "ws://a/", "ws://me:SECRET@b/")
        self.assertIn(b"***@b/", done.stderr)
        self.assertNotIn(b"SECRET", done.stderr)

    def test_usage(self):
        for bad in (["-H", "no colon", "ws://127.0.0.1/"], ["-H", "a b: c", "ws://127.0.0.1/"],
                    ["-H", "A: b\r\nC: d", "ws://127.0.0.1/"], ["-s", "a b", "ws://127.0.0.1/"],
                    ["--wait", "-1", "ws://127.0.0.1/"], ["--unix", "/x", "--via", "y:1", "ws://z"],
                    ["--wait", "nan", "ws://127.0.0.1/"], ["--timeout", "inf", "ws://127.0.0.1/"],
                    ["--ping", "1s", "ws://127.0.0.1/"], ["--ping", "", "ws://127.0.0.1/"],
                    ["--follow", "-1", "ws://127.0.0.1/"], ["--follow", "x", "ws://127.0.0.1/"],
                    ["--unix", "", "ws://127.0.0.1/"], ["--via", "", "ws://127.0.0.1/"],
                    ["--via", "127.0.0.1:0", "ws://127.0.0.1/"],
                    ["--via", "127.0.0.1:65536", "ws://127.0.0.1/"],
                    ["--proxy", "", "ws://127.0.0.1/"],
                    ["--nonsense", "ws://127.0.0.1/"], []):
            with self.subTest(bad):
                self.refused(*bad, says="", tries="", code=2)

    def test_header_of_the_handshake(self):
        with Server() as server:
            self.refused("-H", "Sec-WebSocket-Key: x", server.url("/echo"),
                         says="Sec-WebSocket-Key: belongs to the handshake", tries="-H", code=2)

    def test_via_without_a_port(self):
        self.refused("--via", "127.0.0.1", "ws://localhost/", says="via has no port",
                     tries="--via wants ADDRESS:PORT, such as --via 127.0.0.1:80", code=2)

    def test_a_proxy_that_is_none_is_named(self):
        self.refused("--proxy", "https://127.0.0.1:1", "ws://localhost/",
                     says="proxy https://127.0.0.1:1", tries="--proxy should look like", code=1)
        done = run("connect", "--proxy", "environment", "ws://example.org/",
                   env={**os.environ, "http_proxy": "gopher://127.0.0.1:1"})
        self.assertIn(b"proxy gopher://127.0.0.1:1", done.stderr)
        self.assertIn(b"http_proxy", done.stderr)

    def test_secrets_are_not_repeated(self):
        for arguments in (["ws://user:SECRET@127.0.0.1:9001/"], ["ws://user:SEC/SECRET@h/"],
                          ["ws://user:SECRET"], ["user:SECRET@127.0.0.1:9001"],
                          ["https://user:SECRET@h/"], ["ws:/user:SECRET@h"],
                          ["ws://127.0.0.1/", "ws://user:SECRET@h/"],
                          ["-H", "Authorization Basic SECRET", "ws://127.0.0.1/"],
                          ["-H", "Authorization: a\x01SECRET", "ws://127.0.0.1/"],
                          ["--proxy", "http://user:SECRET@[::1", "ws://127.0.0.1/"],
                          ["--proxy", "gopher://user:SECRET@h:1", "ws://127.0.0.1/"],
                          ["--via", "user:SECRET@h", "ws://127.0.0.1/"],
                          ["ws://127.0.0.1:1/?token=SECRET"], ["ws://127.0.0.1:1/?a=b&Sig=SECRET"],
                          ["wss://127.0.0.1:1/?access_token=SECRET"],
                          ["https://h/?api_key=SECRET"], ["ws://h/ ?password=SECRET"],
                          ["ws://127.0.0.1/", "ws://h/?secret=SECRET"],
                          ["ws://127.0.0.1/", "/x?auth=SECRET"],
                          ["-H", "Authorization:", "Bearer", "SECRET", "ws://127.0.0.1/"]):
            with self.subTest(arguments):
                done = run("connect", *arguments)
                self.assertNotEqual(done.returncode, 0)
                self.assertNotIn(b"SECRET", done.stderr + done.stdout)

    def test_secrets_of_a_target_are_not_repeated(self):
        with Server() as server:
            done = run("connect", server.url("/echo?token=SECRET&a=b"), stdin=b"x\n")
            self.assertEqual(done.returncode, 0)
            self.assertIn(b"connected to " + server.url("/echo?token=***&a=b").encode(),
                          done.stderr)
            refused = run("connect", server.url("/nowhere?token=SECRET"))
            self.assertIn(b"404", refused.stderr)
            self.assertNotIn(b"SECRET", done.stderr + refused.stderr)

    def test_credentials_in_a_uri(self):
        self.refused("ws://user:SECRET@127.0.0.1:9001/", says="ws://***@127.0.0.1:9001/",
                     tries="Authorization", code=2)


class Request(unittest.TestCase):
    def test_headers_and_subprotocols(self):
        requests = []

        def serve(client, request):
            requests.append(request)
            client.sendall(upgrade(request, "Sec-WebSocket-Protocol: two\r\n") +
                           frame(8, b"\x03\xe8"))
            read_to_end(client)
        with FakeServer(serve) as server:
            done = run("connect", "-H", "Origin: http://x", "-H", "X-A:b", "-s", "one", "-s", "two",
                       server.url("/p?q"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"subprotocol two", done.stderr)
        for line in ("GET /p?q HTTP/1.1\r\n", "Origin: http://x\r\n", "X-A: b\r\n",
                     "Sec-WebSocket-Protocol: one, two\r\n"):
            self.assertIn(line, requests[0])

    def test_via_keeps_the_host(self):
        def serve(client, request):
            self.assertIn("Host: www.example.org\r\n", request)
            client.sendall(upgrade(request) + frame(8))
            read_to_end(client)
        with FakeServer(serve) as server:
            done = run("connect", "--via", f"127.0.0.1:{server.port}", "ws://www.example.org/")
        self.assertEqual(done.returncode, 0, done.stderr)


class Ending(unittest.TestCase):
    def ended_by(self, *frames, close=True):
        def serve(client, request):
            client.sendall(upgrade(request) + b"".join(frames))
            if close:
                read_to_end(client)
        with FakeServer(serve) as server:
            return run("connect", "--stay", server.url())

    def test_codes_of_the_peer(self):
        for code, outcome in ((1000, 0), (1001, 0), (None, 0), (1008, 3), (1011, 3), (4000, 3)):
            with self.subTest(code):
                payload = b"" if code is None else code.to_bytes(2, "big") + b"why"
                done = self.ended_by(frame(1, b"last words"), frame(8, payload))
                self.assertEqual(done.returncode, outcome, done.stderr)
                self.assertEqual(done.stdout, b"last words\n")
                self.assertIn(f"{code or 1005}".encode(), done.stderr)

    def test_lost_connection(self):
        done = self.ended_by(frame(1, b"x"), close=False)
        self.assertEqual(done.returncode, 3)

    def test_protocol_error(self):
        done = self.ended_by(frame(3))
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"reserved opcode", done.stderr)

    def test_quiet(self):
        with Server() as server:
            done = run("connect", "-q", server.url("/echo"), stdin=b"hi\n")
        self.assertEqual((done.stdout, done.stderr), (b"hi\n", b""))

    def test_signals_close_properly(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number), Server() as server, \
                    Running("connect", server.url("/echo")) as client:
                client.wait_for("connected", client.err)
                client.signal(number)
                self.assertEqual(client.exit_code(), 0)
                server.wait_for("closed by the peer: 1000 normal", server.err)

    def test_signal_while_connecting(self):
        asked = threading.Event()

        def serve(client, _):
            asked.set()
            read_to_end(client)
        with FakeServer(serve) as server, Running("connect", server.url()) as client:
            self.assertTrue(asked.wait(PATIENCE))
            client.signal(signal.SIGINT)
            self.assertEqual(client.exit_code(), 1)

    def test_ping(self):
        with Server() as server, Running("connect", "--ping", "0.01", server.url("/echo")) as one:
            one.wait_for(r"pong after [\d.]+ ms", one.err)
            one.wait_for(r"pong after [\d.]+ ms", one.err)

    def test_output_that_is_gone(self):
        with Server() as server:
            read_end, write_end = os.pipe()
            os.close(read_end)
            with subprocess.Popen([os.environ["WEFT_PROGRAM"], "connect", server.url("/echo")],
                                  stdin=subprocess.PIPE, stdout=write_end,
                                  stderr=subprocess.PIPE) as client:
                os.close(write_end)
                _, err = client.communicate(b"hi\n", timeout=60)
            self.assertEqual(client.returncode, 4)
            self.assertIn(b"standard output", err)


if __name__ == "__main__":
    unittest.main()
