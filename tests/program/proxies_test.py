# SPDX-License-Identifier: MIT
# Connects through other programs' proxies: tinyproxy (CONNECT) and microsocks (SOCKS5), each with
# and without credentials, also as named by the environment. And a proxy that `weft serve` trusts.

import os
import shutil
import socket
import subprocess
import tempfile
import unittest

from weft_program import PATIENCE, Server, run, wait_until_served


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def first_address(name):
    """Returns the address to which microsocks connects. It depends on /etc/hosts and on IPv6."""
    return socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)[0][4][0]


class Proxy:
    """A proxy that listens; `words(port, folder)` returns its command line."""

    def __init__(self, words):
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(words(self.port, self.folder.name),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        where = ("127.0.0.1", self.port)
        wait_until_served(self.process, lambda: socket.create_connection(where, PATIENCE)).close()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(PATIENCE)
        self.folder.cleanup()


def tinyproxy(*lines):
    def words(port, folder):
        path = os.path.join(folder, "tinyproxy.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write("\n".join((f"Port {port}", "Listen 127.0.0.1", "Timeout 60", *lines, "")))
        return ["tinyproxy", "-d", "-c", path]
    return Proxy(words)


def microsocks(*more):
    return Proxy(lambda port, _: ["microsocks", "-i", "127.0.0.1", "-p", str(port), *more])


class ThroughProxies(unittest.TestCase):
    def echo(self, server, proxy, code=0, says="", name="localhost", **more):
        done = run("connect", "--proxy", proxy, f"ws://{name}:{server.port}/echo",
                   stdin=b"through\n", **more)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, b"" if code else b"through\n")
        self.assertIn(says, done.stderr.decode())
        self.assertNotIn("secret", done.stderr.decode())

    @unittest.skipUnless(shutil.which("tinyproxy"), "tinyproxy is not installed")
    def test_http(self):
        with Server() as server, tinyproxy() as proxy:
            self.echo(server, f"http://127.0.0.1:{proxy.port}", name="127.0.0.1")
            self.echo(server, "environment", name="127.0.0.1",
                      env={**os.environ, "http_proxy": f"127.0.0.1:{proxy.port}", "no_proxy": ""})
            self.echo(server, "environment", name="127.0.0.1",
                      env={**os.environ, "http_proxy": "127.0.0.1:1", "no_proxy": "127.0.0.0/8"})
        closed = free_port()
        with tinyproxy() as proxy:
            done = run("connect", "--proxy", f"127.0.0.1:{proxy.port}", f"ws://127.0.0.1:{closed}/")
            self.assertEqual(done.returncode, 1)
            self.assertIn("during proxy", done.stderr.decode())
            self.assertIn("HTTP status 5", done.stderr.decode())

    @unittest.skipUnless(shutil.which("tinyproxy"), "tinyproxy is not installed")
    def test_http_with_credentials(self):
        with Server() as server, tinyproxy("BasicAuth me secret") as proxy:
            self.echo(server, f"http://me:secret@127.0.0.1:{proxy.port}", name="127.0.0.1")
            for wrong in ("", "me:secret2@", "you:secret@"):
                self.echo(server, f"http://{wrong}127.0.0.1:{proxy.port}", name="127.0.0.1",
                          code=1, says="did not accept the credentials")

    @unittest.skipUnless(shutil.which("microsocks"), "microsocks is not installed")
    def test_socks(self):
        with Server() as server, microsocks() as proxy:
            self.echo(server, f"socks5://127.0.0.1:{proxy.port}", name="127.0.0.1")
            done = run("connect", "--proxy", f"socks5://127.0.0.1:{proxy.port}",
                       f"ws://127.0.0.1:{free_port()}/")
            self.assertIn("during proxy: Connection refused", done.stderr.decode())
            self.assertIn("The proxy is there", done.stderr.decode())
        done = run("connect", "--proxy", f"127.0.0.1:{free_port()}", "ws://127.0.0.1:1/")
        self.assertIn("Check --proxy", done.stderr.decode())
        with Server("--host", first_address("localhost")) as server, microsocks() as proxy:
            self.echo(server, f"socks5h://127.0.0.1:{proxy.port}", name="localhost")

    @unittest.skipUnless(shutil.which("microsocks"), "microsocks is not installed")
    def test_socks_with_credentials(self):
        with Server() as server, microsocks("-u", "me", "-P", "secret") as proxy:
            self.echo(server, f"socks5://me:secret@127.0.0.1:{proxy.port}", name="127.0.0.1")
            for wrong in ("", "me:secret2@"):
                self.echo(server, f"socks5://{wrong}127.0.0.1:{proxy.port}", name="127.0.0.1",
                          code=1, says="did not accept the credentials")

    def test_no_proxy_of_that_kind(self):
        done = run("connect", "--proxy", "https://127.0.0.1:1", "ws://127.0.0.1:1/")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the proxy's URL is not http://HOST:PORT or", done.stderr.decode())


class Trusted(unittest.TestCase):
    def test_a_proxy_names_the_client(self):
        with Server("--trust-proxy", "127.0.0.1", "--proxy-protocol") as server:
            with socket.create_connection((server.host, server.port), PATIENCE) as proxy:
                proxy.sendall(b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n"
                              b"GET /echo HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                              b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                              b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                self.assertTrue(proxy.recv(4096).startswith(b"HTTP/1.1 101 "))
                server.wait_for(r"192\.0\.2\.1:4711", server.err)

    def test_a_name_is_no_address(self):
        done = run("serve", "--trust-proxy", "proxy.example")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("neither an address", done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
