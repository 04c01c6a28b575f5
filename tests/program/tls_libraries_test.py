# SPDX-License-Identifier: MIT
# `--tls-library`: each TLS library as server with each as client, what they refuse, which commands
# have the option, and the error for a library that this build does not have.

import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

from weft_program import FakeServer, Running, TlsServer, run, tls_libraries

OWN_NAMES = {"openssl": "OpenSSL", "mbedtls": "Mbed TLS"}
PAIRS = [(server, client) for server in OWN_NAMES for client in OWN_NAMES]


def connect(library, *arguments):
    return run("connect", "--tls-library", library, *arguments, stdin=b"hi\n")


def make_certificate(folder, kind, *arguments):
    """A certificate and its key in one file, by the program openssl."""
    if not shutil.which("openssl"):
        raise unittest.SkipTest("there is no openssl")
    path = os.path.join(folder, "both.pem")
    done = subprocess.run(["openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "2",
                           "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                           "-keyout", path, *arguments], capture_output=True, check=True)
    with open(path, "ab") as file:
        file.write(done.stdout)
    return path


class Pairs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        missing = set(OWN_NAMES) - set(tls_libraries())
        if missing:
            raise unittest.SkipTest(f"this build is without {' and '.join(sorted(missing))}")

    def on_each_pair(self, check, *arguments):
        for serving, connecting in PAIRS:
            with self.subTest(server=serving, client=connecting), \
                    TlsServer(*arguments, library=serving) as server:
                self.assertEqual(server.library, serving)
                check(server, connecting)

    def test_talk(self):
        def check(server, client):
            for host in ("localhost", "127.0.0.1"):
                done = connect(client, "--ca", server.issuers, server.url(host))
                self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)
                self.assertRegex(done.stderr.decode(), f"TLSv1.[23] by {OWN_NAMES[client]}")
            done = connect(client, "--insecure", server.url())
            self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)
            server.signal(signal.SIGTERM)
            self.assertEqual(server.exit_code(), 0)
        self.on_each_pair(check)

    def test_refuse_who_is_not_trusted(self):
        with TlsServer(library="openssl") as other:
            def check(server, client):
                for trust in ([], ["--ca", other.issuers]):
                    done = connect(client, *trust, server.url())
                    self.assertEqual((done.returncode, done.stdout), (1, b""))
                    self.assertIn(b"during TLS: the peer's certificate is self-signed", done.stderr)
                    self.assertIn(b"--ca FILE", done.stderr)
                server.wait_for("during TLS: the peer does not accept this certificate",
                                server.err)
            self.on_each_pair(check)

    def test_refuse_another_name(self):
        def check(server, client):
            done = connect(client, "--ca", server.issuers, "--via", f"127.0.0.1:{server.port}",
                           "wss://example.org/echo")
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"certificate is for another host", done.stderr)
        self.on_each_pair(check)

    def test_use_a_certificate_in_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            for kind in (["rsa:2048"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]):
                file = make_certificate(folder, kind)

                def check(server, client, trusted=file):
                    self.assertIsNone(server.issuers)
                    done = connect(client, "--ca", trusted, server.url())
                    self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)
                self.on_each_pair(check, "--cert", file)

    def test_a_redirect_into_tls(self):
        def check(server, client):
            answer = (f"HTTP/1.1 302 Found\r\nLocation: {server.url()}\r\n"
                      "Content-Length: 0\r\n\r\n").encode()
            with FakeServer(lambda peer, _: peer.sendall(answer)) as plain:
                done = connect(client, "--follow", "1", "--ca", server.issuers, plain.url())
            self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)
        self.on_each_pair(check)

    def test_other_commands(self):
        brief = ["--warmup", "0", "-d", "0.05", "-c", "2"]

        def check(server, client):
            chosen = ["--tls-library", client, "--ca", server.issuers]
            done = run("bench", *chosen, *brief, server.url())
            self.assertEqual((done.returncode, done.stderr), (0, b""), done.stdout)
            with tempfile.TemporaryDirectory() as folder:
                recording = os.path.join(folder, "session.rec")
                to = f"wss://localhost:{server.port}"
                for command, here, there in (("relay", "listen:wss://127.0.0.1:0/", server.url()),
                                             ("record", "listen:wss://127.0.0.1:0", to)):
                    file = [recording] if command == "record" else []
                    with Running(command, *file, here, there, *chosen,
                                 stdin=subprocess.DEVNULL) as relay:
                        found = relay.wait_for(r"wss://127\.0\.0\.1:(\d+)\S* *.*--ca (\S+)",
                                               relay.err)
                        done = connect(client, "--ca", found[2],
                                       f"wss://localhost:{found[1]}/echo")
                        self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)
                        relay.signal(signal.SIGTERM)
                        self.assertEqual(relay.exit_code(), 0)
                done = run("replay", recording, to, "--fast", *chosen)
                self.assertEqual(done.returncode, 0, done)
        self.on_each_pair(check)

    def test_a_key_that_mbed_tls_does_not_know(self):
        with tempfile.TemporaryDirectory() as folder:
            file = make_certificate(folder, ["ed25519"])
            done = run("serve", "--tls", "--tls-library", "mbedtls", "--port", "0", "--cert", file)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"--cert {file}: the TLS library does not support".encode(), done.stderr)
            self.assertIn(b"ECDSA or RSA key", done.stderr)
            self.assertIn(b"--tls-library openssl", done.stderr)
            done = connect("mbedtls", "--ca", file, "wss://127.0.0.1:1/")
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"--ca {file}: the TLS library does not support".encode(), done.stderr)
            with TlsServer("--cert", file, library="openssl") as server:
                done = connect("openssl", "--ca", file, server.url())
                self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)


class Option(unittest.TestCase):
    def refused(self, library, text):
        for command in (["serve", "--tls"], ["connect", "wss://127.0.0.1:1/"],
                        ["bench", "wss://127.0.0.1:1/"], ["relay", "-", "wss://127.0.0.1:1/"],
                        ["record", "x", "listen:ws://127.0.0.1:0", "wss://127.0.0.1:1"],
                        ["replay", "x", "wss://127.0.0.1:1"]):
            done = run(*command, "--tls-library", library)
            self.assertEqual((done.returncode, done.stdout), (2, b""), command)
            self.assertIn(f"--tls-library: {text}", done.stderr.decode())

    def test_of_no_library(self):
        has = " and ".join(tls_libraries())
        self.refused("gnutls", f"there is no TLS library 'gnutls'; this build has {has}" if has
                     else "this build has no TLS library")

    def test_of_a_library_that_this_build_is_without(self):
        libraries = tls_libraries()
        for name in set(OWN_NAMES) - set(libraries):
            self.refused(name, f"this build has no {OWN_NAMES[name]}; it has {libraries[0]}"
                         if libraries else "this build has no TLS library")

    def test_needs_tls(self):
        for name in tls_libraries():
            done = run("serve", "--tls-library", name)
            self.assertEqual((done.returncode, done.stdout), (2, b""))
            self.assertIn(b"try with --tls", done.stderr)

    def test_has_a_default(self):
        libraries = tls_libraries()
        if not libraries:
            self.skipTest("this build is without a TLS library")
        self.assertEqual(libraries, [name for name in OWN_NAMES if name in libraries])
        for command in ("serve", "connect", "bench", "relay", "record", "replay"):
            self.assertRegex(run(command, "--help").stdout.decode(),
                             rf"--tls-library LIBRARY *[=\[]{libraries[0]}")
        with Running("serve", "--tls", "--port", "0", stdin=subprocess.DEVNULL) as server:
            server.wait_for(rf"https://.*TLS by {libraries[0]}\)", server.out)

    def test_is_completed_and_documented(self):
        libraries = tls_libraries()
        if not libraries:
            self.skipTest("this build is without a TLS library")
        script = run("completion", "bash").stdout.decode()
        self.assertIn(f"--tls-library) COMPREPLY=($(compgen -W '{' '.join(libraries)}'", script)
        page = run("man").stdout.decode().replace("\\-", "-")
        self.assertIn(f"one of {', '.join(libraries)} (default {libraries[0]})", page)

    def test_is_listed_with_versions(self):
        listed = run("loops").stdout.decode()
        for name in tls_libraries():
            found = re.search(rf"^  {name} +{OWN_NAMES[name]} \d+\.\d+.*$", listed, re.MULTILINE)
            self.assertEqual(found[0].endswith("(default)"), name == tls_libraries()[0])
        for name in set(OWN_NAMES) - set(tls_libraries()):
            component = "tls" if name == "openssl" else name
            self.assertRegex(listed, rf"(?m)^  {component} \(left out: ")


if __name__ == "__main__":
    unittest.main()
