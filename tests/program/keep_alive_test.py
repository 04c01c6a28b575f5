# SPDX-License-Identifier: MIT
# Several plain requests on one connection to `weft serve`, and a WebSocket behind them: with
# Python's http.client, curl and HAProxy, each over TCP and over TLS.

import http.client
import shutil
import socket
import ssl
import subprocess
import tempfile
import unittest

from weft_program import PATIENCE, Running, run, tls_libraries

HAPROXY = """
defaults
    mode http
    timeout connect 60s
    timeout client 60s
    timeout check 60s
    timeout server 60s
frontend in
    bind 127.0.0.1:{port}
    default_backend out
backend out
    http-reuse always
    option httpchk
    http-check send meth GET uri /health ver HTTP/1.1 hdr Host localhost
    http-request set-header Host localhost
    server one 127.0.0.1:{server} check inter 100ms {tls}
"""


class Served(Running):
    """`weft serve`, with or without TLS."""

    def __init__(self, secure):
        tls = ["--tls"] if secure else []
        super().__init__("serve", "--port", "0", "--log", "debug", *tls, stdin=subprocess.DEVNULL)
        self.port = int(self.wait_for(r"https?://127\.0\.0\.1:(\d+)/", self.out)[1])
        self.issuers = self.wait_for(r"connect --ca (\S+)", self.out)[1] if secure else None

    def connect(self):
        if not self.issuers:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        trusting = ssl.create_default_context(cafile=self.issuers)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE,
                                           context=trusting)


def ask(client, path, method="GET", **more):
    client.request(method, path, **more)
    answer = client.getresponse()
    return answer, answer.read()


class KeepAlive:
    secure = False

    def test_requests_and_a_websocket_on_one_connection(self):
        with Served(self.secure) as server:
            client = server.connect()
            answer, body = ask(client, "/health")
            self.assertEqual((answer.status, body), (200, b"ok\n"))
            self.assertRegex(answer.headers["Date"], r"^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$")
            port = client.sock.getsockname()[1]
            self.assertEqual(ask(client, "/nowhere")[0].status, 404)
            self.assertEqual(ask(client, "/health", "HEAD")[1], b"")
            self.assertEqual(ask(client, "/", "POST", body=b"x" * 5000)[0].status, 405)
            self.assertEqual(ask(client, "/echo")[0].status, 426)
            self.assertEqual(client.sock.getsockname()[1], port, "the connection is another")
            client.sock.sendall(
                b"GET /echo HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\x82\0\0\0\0hi")
            said = b""
            while not said.endswith(b"\r\n\r\n\x81\x02hi"):
                piece = client.sock.recv(4096)
                self.assertTrue(piece, said)
                said += piece
            self.assertTrue(said.startswith(b"HTTP/1.1 101 "), said)
            client.close()
            for line in ("GET /health", "GET /nowhere", "HEAD /health", "POST /", "GET /echo"):
                server.wait_for(rf"{line} from 127\.0\.0\.1:{port}$", server.err)
            server.wait_for(rf"opened /echo from 127\.0\.0\.1:{port}", server.err)

    def test_close_is_heeded(self):
        with Served(self.secure) as server:
            client = server.connect()
            self.assertEqual(ask(client, "/health")[0].headers["Connection"], "keep-alive")
            answer = ask(client, "/health", headers={"Connection": "close"})[0]
            self.assertEqual(answer.headers["Connection"], "close")

    def test_stopping_waits_for_no_idle_client(self):
        with Served(self.secure) as server:
            client = server.connect()
            ask(client, "/health")
            server.signal(2)
            self.assertEqual(client.sock.recv(1), b"")
            client.close()
            self.assertEqual(server.exit_code(), 0)

    def test_curl(self):
        if not shutil.which("curl"):
            self.skipTest("curl is not installed")
        with Served(self.secure) as server:
            scheme = "https" if self.secure else "http"
            where = f"{scheme}://127.0.0.1:{server.port}/health"
            trust = ["--cacert", server.issuers] if self.secure else []
            done = subprocess.run(
                ["curl", "--silent", "--show-error", "--noproxy", "*", *trust, "--write-out",
                 "%{http_code} %{num_connects}\n", where, where, where],
                capture_output=True, timeout=PATIENCE, check=True)
            self.assertEqual(done.stdout, b"ok\n200 1\nok\n200 0\nok\n200 0\n")

    def test_haproxy(self):
        if not shutil.which("haproxy"):
            self.skipTest("haproxy is not installed")
        with Served(self.secure) as server, tempfile.NamedTemporaryFile("w") as file:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                port = listener.getsockname()[1]
            file.write(HAPROXY.format(port=port, server=server.port,
                                      tls="ssl verify none" if self.secure else ""))
            file.flush()
            proxy = subprocess.Popen(["haproxy", "-f", file.name], stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
            try:
                for _ in range(3):
                    server.wait_for("GET /health from", server.err)
                client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
                peers = set()
                for number in range(3):
                    self.assertEqual(ask(client, f"/?{number}")[0].status, 200)
                    line = server.wait_for(rf"GET /\?{number} from (\S+)$", server.err)
                    peers.add(line[1])
                self.assertEqual(len(peers), 1, "HAProxy's connection is kept, too")
                client.close()
            finally:
                proxy.terminate()
                proxy.wait(PATIENCE)


class OverTcp(KeepAlive, unittest.TestCase):
    pass


class OverTls(KeepAlive, unittest.TestCase):
    secure = True

    @classmethod
    def setUpClass(cls):
        if not tls_libraries():
            raise unittest.SkipTest("this build is without a TLS library")


if __name__ == "__main__":
    unittest.main()
