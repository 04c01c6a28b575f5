# SPDX-License-Identifier: MIT
# The configurations of docs/reverse-proxies.md, with other ports, names and certificates, each with
# `weft serve` behind it: an echo, the client's address, and a close code.

import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest

from reverse_proxy import ReverseProxy
from weft_program import PATIENCE, PROGRAM, Running, Server, run
from websocket_peer import TEXT, open_websocket

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "reverse-proxies.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Addresses of this machine that nothing else uses, and the additional headers of each client.
CLIENTS = {"127.0.0.5": "",
           "127.0.0.6": "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\n"}


def blocks(language):
    return [code for kind, code in BLOCK.findall(PAGE.read_text(encoding="utf-8"))
            if kind == language]


def replaced(text, **pairs):
    """Returns the text with each `old` replaced by `new`, for `pairs` of both. Each `old` must be
    in the text."""
    for old, new in pairs.items():
        assert old in text, f"{old!r} is not on the page"
        text = text.replace(old, new)
    return text


def needs(*programs):
    missing = [one for one in programs if not shutil.which(one)]
    return unittest.skipIf(missing, f"not installed: {', '.join(missing)}")


class Proxies(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.certificate = os.path.join(self.folder, "chat.pem")

    def make_certificate(self):
        key = os.path.join(self.folder, "chat.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out",
             self.certificate], check=True, capture_output=True, timeout=PATIENCE)
        both = os.path.join(self.folder, "chat-with-key.pem")
        with open(both, "w", encoding="ascii") as file:
            for one in (self.certificate, key):
                file.write(pathlib.Path(one).read_text(encoding="ascii"))

    def check(self, command, configuration, kind, secure=False):
        with Server("--any-host", "--trust-proxy", "127.0.0.1", kind) as server:
            port = f"127.0.0.1:{server.port}"
            proxy = ReverseProxy(command, replaced(configuration, **{"127.0.0.1:9001": port}))
            with proxy as first:
                first.close()
                self.check_echo(proxy, secure)
                for client, extra in CLIENTS.items():
                    with self.subTest(client=client):
                        self.check_address(proxy, server, secure, client, extra)

    def check_echo(self, proxy, secure):
        url = f"{'wss' if secure else 'ws'}://localhost:{proxy.port}/echo"
        trust = ["--ca", self.certificate] if secure else []
        done = run("connect", *trust, "--via", f"127.0.0.1:{proxy.port}", url, stdin=b"hi\n")
        self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)

    def check_address(self, proxy, server, secure, client, extra):
        """Checks that the server logs the client's address, and that the close code of an error
        arrives."""
        with self.open(proxy, secure, client) as peer:
            opened = open_websocket(peer, "/echo", extra, f"localhost:{proxy.port}")
            self.assertIn(" 101 ", opened.head)
            opened.send(TEXT, b"hi")
            self.assertEqual(opened.read(), (TEXT, b"hi"))
            server.wait_for(re.escape(client), server.err)
            opened.send(TEXT, b"\xff")
            self.assertEqual(opened.read_close()[0], 1007)

    def open(self, proxy, secure, client):
        peer = proxy.connect(client)
        if not secure:
            return peer
        trusting = ssl.create_default_context(cafile=self.certificate)
        return trusting.wrap_socket(peer, server_hostname="localhost")

    @needs("nginx", "openssl")
    def test_nginx(self):
        self.make_certificate()
        # nginx must write only to the test's folder, and stay in the foreground.
        here = "".join(f"{one}_temp_path {{folder}}/{one};" for one in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration = replaced(blocks("nginx")[0], **{
            "events {}": "daemon off; pid {folder}/pid; error_log {folder}/log; events {}",
            "http {": "http { access_log off; " + here,
            "listen 443": "listen 127.0.0.1:{port}",
            "/etc/ssl": self.folder,
        })
        self.check(["nginx", "-p", "{folder}", "-c", "{configuration}"], configuration,
                   "--forwarded-for", secure=True)

    @needs("haproxy", "openssl")
    def test_haproxy(self):
        self.make_certificate()
        configuration = replaced(blocks("haproxy")[0], **{
            "bind :443": "bind 127.0.0.1:{port}", "/etc/ssl": self.folder})
        self.check(["haproxy", "-f", "{configuration}"], configuration, "--forwarded-for",
                   secure=True)

    @needs("haproxy")
    def test_haproxy_with_the_proxy_protocol(self):
        configuration = replaced(blocks("haproxy")[1], **{"bind :9000": "bind 127.0.0.1:{port}"})
        self.check(["haproxy", "-f", "{configuration}"], configuration, "--proxy-protocol")

    @needs("caddy")
    def test_caddy(self):
        configuration = "{\n admin off\n}\n" + replaced(
            blocks("caddy")[0], **{"chat.example.org": "http://localhost:{port}"})
        self.check(["caddy", "run", "--adapter", "caddyfile", "--config", "{configuration}"],
                   configuration, "--forwarded-for")


class Systemd(unittest.TestCase):
    def setUp(self):
        self.socket, self.service = blocks("ini")

    def setting(self, unit, name):
        return re.search(rf"^{name}=(.*)$", unit, re.MULTILINE)[1]

    @needs("systemd-socket-activate")
    def test_activation(self):
        program, *arguments = self.setting(self.service, "ExecStart").split()
        self.assertEqual(os.path.basename(program), os.path.basename(PROGRAM))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "chat.sock")
            name = self.setting(self.socket, "FileDescriptorName")
            activate = ["systemd-socket-activate", "-l", path, f"--fdname={name}"]
            with Running(*arguments, before=activate) as server:
                server.wait_for("Listening on", server.err)
                done = run("connect", "--unix", path, "ws://localhost/echo", stdin=b"hi\n")
                self.assertEqual(done.stdout, b"hi\n", done.stderr)
                server.signal(15)
                self.assertEqual(server.exit_code(), 0)

    @needs("systemd-analyze")
    def test_units(self):
        """systemd finds no error in the units. Skipped where it does not find one in a wrong
        unit."""
        service = self.service.replace("/usr/bin/weft", PROGRAM)
        if not self.verify(self.socket, service + "Unknown=yes\n"):
            self.skipTest("systemd-analyze cannot read units here")
        self.assertEqual(self.verify(self.socket, service), [])

    def verify(self, *texts):
        """Returns the errors that systemd finds in chat.socket and chat.service."""
        with tempfile.TemporaryDirectory() as folder:
            units = [os.path.join(folder, name) for name in ("chat.socket", "chat.service")]
            for unit, text in zip(units, texts):
                pathlib.Path(unit).write_text(text, encoding="utf-8")
            done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True,
                                  timeout=PATIENCE, check=False)
            return [line for line in done.stderr.decode().splitlines() if "chat." in line]


if __name__ == "__main__":
    if not any(map(shutil.which, ("nginx", "haproxy", "caddy", "systemd-analyze"))):
        print("none of nginx, haproxy, caddy and systemd-analyze is installed")
        sys.exit(77)
    unittest.main()
