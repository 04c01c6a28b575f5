# SPDX-License-Identifier: MIT
# `weft serve --tls` and `weft connect wss://` with each TLS library: with the certificate that the
# server makes and with a given one, against Python's ssl and `openssl s_client`.

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

from weft_program import PATIENCE, Running, TlsServer, passing, run, tls_libraries


class Tls:
    """The tests, with the TLS library of this name on our side."""

    library = ""

    @classmethod
    def setUpClass(cls):
        if cls.library not in tls_libraries():
            raise unittest.SkipTest(f"this build is without {cls.library}")
        without_it = rf"^  {cls.library} .*without TLS 1.3".encode()
        loops = run("loops").stdout
        cls.newest = "TLSv1.2" if re.search(without_it, loops, re.MULTILINE) else "TLSv1.3"

    def weft(self, command, *arguments, **more):
        return run(command, "--tls-library", self.library, *arguments, **more)

    def echo(self, *arguments):
        return self.weft("connect", *arguments, stdin=b"hi\n")

    def serving(self, *arguments):
        return TlsServer(*arguments, library=self.library)

    def test_a_certificate_of_its_own_making(self):
        with self.serving() as server:
            for host in ["localhost", "127.0.0.1"]:
                done = self.echo("--ca", server.issuers, server.url(host))
                self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)
            server.signal(2)
            self.assertEqual(server.exit_code(), 0)
            self.assertFalse(os.path.exists(server.issuers))

    def test_nothing_is_left_of_a_server_that_was_killed(self):
        with self.serving() as server:
            with open(server.issuers, encoding="ascii") as file:
                self.assertIn("BEGIN CERTIFICATE", file.read())
            server.signal(9)
            server.exit_code()
            self.assertFalse(os.path.exists(server.issuers))

    def test_sockets_that_were_passed(self):
        with tempfile.TemporaryDirectory() as folder, \
                socket.create_server(("127.0.0.1", 0)) as web, \
                socket.socket(socket.AF_UNIX) as local:
            path = os.path.join(folder, "weft.sock")
            local.bind(path)
            local.listen()
            with Running("serve", "--systemd", "--tls", "--tls-library", self.library,
                         stdin=subprocess.DEVNULL, **passing(web=web, local=local)) as server:
                port = web.getsockname()[1]
                server.wait_for(f"https://127.0.0.1:{port}/", server.out)
                issuers = server.wait_for(r"connect --ca (\S+) wss://", server.out)[1]
                server.wait_for(f"--unix '{path}' wss://localhost/echo", server.out)
                for way in [[f"wss://127.0.0.1:{port}/echo"],
                            ["--unix", path, "wss://localhost/echo"]]:
                    done = self.echo("--ca", issuers, *way)
                    self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)

    def test_who_is_not_trusted_is_refused_with_advice(self):
        with self.serving() as server:
            done = self.echo(server.url())
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"during TLS: the peer's certificate is self-signed", done.stderr)
            self.assertIn(b"--ca FILE", done.stderr)
            done = self.echo("--insecure", server.url())
            self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)

    def test_the_load_generator(self):
        brief = ["bench", "--warmup", "0", "-d", "0.05", "-c", "2"]
        with self.serving() as server:
            for trust in (["--ca", server.issuers], ["--insecure"]):
                done = self.weft(*brief, *trust, server.url())
                self.assertEqual((done.returncode, done.stderr), (0, b""), done.stdout)
            done = self.weft(*brief, server.url())
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"2 connections could not open (TLS)", done.stdout)
            self.assertIn(b"--ca FILE", done.stderr)

    def test_a_certificate_with_an_issuer(self):
        openssl = shutil.which("openssl")
        if not openssl:
            self.skipTest("there is no openssl")
        with tempfile.TemporaryDirectory() as folder:
            root, root_key, leaf, leaf_key = [os.path.join(folder, name) for name in
                                              ["root.pem", "root.key", "leaf.pem", "leaf.key"]]

            def make(name, key, *arguments):
                subprocess.run(
                    [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout", key,
                     "-out", name, *arguments], check=True, capture_output=True)

            make(root, root_key, "-subj", "/CN=root")
            make(leaf, leaf_key, "-subj", "/CN=leaf", "-CA", root, "-CAkey", root_key,
                 "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=CA:FALSE")
            for key, why in (("/none.pem", "No such file"), (leaf, "no PEM key"),
                             (root_key, "the key does not belong")):
                done = self.weft("serve", "--tls", "--port", "0", "--cert", leaf, "--key", key)
                self.assertIn(f": {why}", done.stderr.decode())
                self.assertIn(key, done.stderr.decode().split("\n")[0])
            with self.serving("--cert", leaf, "--key", leaf_key) as server:
                done = self.echo("--ca", root, server.url())
                self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)
                done = self.echo(server.url())
                self.assertEqual(done.returncode, 1)
                self.assertIn(b"during TLS: unknown authority: the issuer of the peer's "
                              b"certificate is not trusted",
                              done.stderr)

    def test_another_name_is_refused(self):
        with self.serving() as server:
            done = self.echo("--ca", server.issuers, "--via", f"127.0.0.1:{server.port}",
                        "wss://example.org/echo")
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"certificate is for another host", done.stderr)

    def test_plain_and_tls_are_told_apart(self):
        with Running("serve", "--port", "0", stdin=subprocess.DEVNULL) as server:
            port = server.wait_for(r"http://127\.0\.0\.1:(\d+)/", server.out)[1]
            done = self.echo("--insecure", f"wss://127.0.0.1:{port}/echo")
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"does not speak TLS", done.stderr)

    def test_files_that_are_no_certificates(self):
        with tempfile.NamedTemporaryFile() as empty:
            done = self.echo("--ca", empty.name, "wss://127.0.0.1:1/")
            self.assertEqual(done.returncode, 2)
            self.assertIn(b"no certificates to trust", done.stderr)
            done = self.weft("serve", "--tls", "--port", "0", "--cert", empty.name)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"no PEM certificate", done.stderr)
            self.assertIn(empty.name.encode(), done.stderr)
        done = self.weft("serve", "--tls", "--port", "0", "--cert", "/nonexistent/cert.pem")
        self.assertIn(b"--cert /nonexistent/cert.pem: No such file", done.stderr)
        done = self.echo("--ca", "/nonexistent/ca.pem", "wss://127.0.0.1:1/")
        self.assertIn(b"--ca /nonexistent/ca.pem: ", done.stderr)

    def test_pythons_ssl_gets_a_page(self):
        with self.serving() as server:
            trusting = ssl.create_default_context(cafile=server.issuers)
            with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as plain, \
                    trusting.wrap_socket(plain, server_hostname="localhost") as peer:
                for kept in (b"", b"Connection: close\r\n"):
                    peer.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + kept + b"\r\n")
                answer = b"".join(iter(lambda: peer.recv(4096), b""))
                self.assertEqual(answer.count(b"HTTP/1.1 200 "), 2, answer)
                self.assertEqual(answer.count(b"\r\nDate: "), 2, answer)
                self.assertEqual(peer.version(), self.newest)

    def test_openssls_program_resumes(self):
        openssl = shutil.which("openssl")
        if not openssl:
            self.skipTest("there is no openssl")
        with self.serving() as server, tempfile.TemporaryDirectory() as folder:
            kept = os.path.join(folder, "session")

            def talk(*arguments):
                done = subprocess.run(
                    [openssl, "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile",
                     server.issuers, "-verify_return_error", "-alpn", "http/1.1", "-ign_eof",
                     *arguments],
                    input=b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
                          b"Connection: close\r\n\r\n",
                    capture_output=True, timeout=PATIENCE, check=False)
                self.assertIn(b"HTTP/1.1 200 ", done.stdout)
                self.assertIn(b"ALPN protocol: http/1.1", done.stdout)
                return re.search(rb"^(New|Reused), (TLSv1\.\d)", done.stdout, re.MULTILINE)[1]

            self.assertEqual(talk("-sess_out", kept), b"New")
            self.assertEqual(talk("-sess_in", kept), b"Reused")
            self.assertEqual(talk("-tls1_2", "-sess_out", kept), b"New")
            self.assertEqual(talk("-tls1_2", "-sess_in", kept), b"Reused")


class OpenSsl(Tls, unittest.TestCase):
    library = "openssl"


class MbedTls(Tls, unittest.TestCase):
    library = "mbedtls"


if __name__ == "__main__":
    if not tls_libraries():
        inbound = run("serve", "--tls", "--host", "256.0.0.1")
        assert b"no TLS: this build is without a TLS library" in inbound.stderr, inbound
        outbound = run("connect", "wss://127.0.0.1:1/x")
        assert b"TLS" in outbound.stderr and b"ws://127.0.0.1:1/x" in outbound.stderr, outbound
        print("skipped: this build is without a TLS library, and says so")
        sys.exit(77)
    unittest.main()
