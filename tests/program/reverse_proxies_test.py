# SPDX-License-Identifier: MIT
# The close frame of a fault through nginx and HAProxy: both end both directions as soon as one side
# ends its own, so the code arrives only if the server leaves the stream open behind it.

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from weft_program import PATIENCE, Server

NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{server};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header Host "127.0.0.1:{server}";
        }}
    }}
}}
"""

HAPROXY = """
defaults
    mode http
    timeout connect 60s
    timeout client 60s
    timeout server 60s
    timeout tunnel 60s
frontend in
    bind 127.0.0.1:{port}
    default_backend out
backend out
    http-request set-header Host 127.0.0.1:{server}
    server one 127.0.0.1:{server}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Through:
    """A reverse proxy in front of `server`."""

    def __init__(self, program, words, arguments, server):
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "configuration")
        with open(path, "w", encoding="ascii") as file:
            file.write(words.format(folder=self.folder.name, port=self.port, server=server))
        self.process = subprocess.Popen([program, *arguments, path], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(PATIENCE * 50):
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
            except ConnectionRefusedError:
                try:
                    raise AssertionError(f"ended with {self.process.wait(timeout=0.02)}")
                except subprocess.TimeoutExpired:
                    pass
        raise AssertionError("does not listen")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.folder.cleanup()


def receive(peer, size):
    found = b""
    while len(found) < size:
        more = peer.recv(size - len(found))
        if not more:
            raise AssertionError(f"the end after {found!r}")
        found += more
    return found


def open_websocket(peer, port):
    peer.sendall(f"GET /echo HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += receive(peer, 1)
    assert head.startswith(b"HTTP/1.1 101 "), head


def close_code(peer):
    """That of the next close frame."""
    while True:
        first, size = receive(peer, 2)
        if size == 126:
            size = int.from_bytes(receive(peer, 2), "big")
        payload = receive(peer, size)
        if first == 0x88:
            return int.from_bytes(payload[:2], "big")


class ReverseProxies(unittest.TestCase):
    def check(self, program, words, arguments):
        if not shutil.which(program):
            self.skipTest(f"{program} is not installed")
        large = 17 * 1024 * 1024
        faults = [(1007, b"\x81\x81\0\0\0\0\xff"), (1002, b"\xc1\x80\0\0\0\0"),
                  (1009, b"\x82\xff" + large.to_bytes(8, "big") + bytes(4) + bytes(large))]
        with Server() as server:
            for code, frame in faults:
                with self.subTest(code=code), \
                        Through(program, words, arguments, server.port) as peer, peer:
                    open_websocket(peer, server.port)
                    peer.sendall(frame)
                    self.assertEqual(close_code(peer), code)
                    peer.sendall(b"\x88\x82\0\0\0\0" + code.to_bytes(2, "big"))
                    self.assertEqual(peer.recv(1), b"")

    def test_nginx(self):
        self.check("nginx", NGINX, ["-c"])

    def test_haproxy(self):
        self.check("haproxy", HAPROXY, ["-f"])


if __name__ == "__main__":
    if not shutil.which("nginx") and not shutil.which("haproxy"):
        print("neither nginx nor haproxy is installed")
        sys.exit(77)
    unittest.main()
