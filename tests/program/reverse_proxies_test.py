# SPDX-License-Identifier: MIT
# The close frame for a protocol error through nginx and HAProxy. Both end both directions of a
# connection when one side ends its output, so the close code arrives only if the server leaves the
# stream open after the close frame.

import shutil
import sys
import unittest

from reverse_proxy import ReverseProxy
from weft_program import Server
from websocket_peer import open_websocket

NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {}
http {
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {
        listen 127.0.0.1:{port};
        location / {
            proxy_pass http://127.0.0.1:{server};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header Host "127.0.0.1:{server}";
        }
    }
}
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


class ReverseProxies(unittest.TestCase):
    def check(self, program, words, arguments):
        if not shutil.which(program):
            self.skipTest(f"{program} is not installed")
        faults = [(1007, 0x81, b"\xff"), (1002, 0xc1, b""), (1009, 0x82, bytes(17 << 20))]
        with Server() as server:
            for code, first_byte, payload in faults:
                with self.subTest(code=code), \
                        ReverseProxy([program, *arguments, "{configuration}"],
                                     words.replace("{server}", str(server.port))) as peer, peer:
                    opened = open_websocket(peer, "/echo", host=f"127.0.0.1:{server.port}")
                    self.assertIn(" 101 ", opened.head)
                    opened.send_frame(first_byte, payload)
                    self.assertEqual(opened.read_close()[0], code)
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
