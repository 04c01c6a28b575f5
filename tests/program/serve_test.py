# SPDX-License-Identifier: MIT
# `weft serve` and `weft loops`: HTTP, names, listeners, signals, limits and errors.

import contextlib
import fcntl
import http.client
import os
import re
import shutil
import signal
import socket
import stat
import tempfile
import unittest

from weft_program import PATIENCE, Running, Server, handshake, passing, read_line, run


def get(server, path, method="GET", **headers):
    client = http.client.HTTPConnection(server.host, server.port, timeout=30)
    client.request(method, path, headers=headers)
    answer = client.getresponse()
    body = answer.read()
    client.close()
    return answer, body


class Http(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def test_health(self):
        answer, body = get(self.server, "/health")
        self.assertEqual((answer.status, body), (200, b"ok\n"))

    def test_head_has_no_body(self):
        answer, body = get(self.server, "/health", "HEAD")
        self.assertEqual((answer.status, body), (200, b""))

    def test_metrics(self):
        run("connect", self.server.url("/echo"), stdin=b"hi\n")
        answer, body = get(self.server, "/metrics")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.getheader("Content-Type"), "text/plain; version=0.0.4")
        self.assertRegex(body, rb'\nweft_route_opened_total\{path="/echo"\} [1-9]\d*\n')
        self.assertRegex(body, rb"\nweft_received_bytes_total [1-9]\d*\n")
        self.assertRegex(body, rb"\nweft_turn_seconds_count [1-9]\d*\n")
        self.assertEqual(get(self.server, "/metrics", "HEAD")[1], b"")
        self.assertEqual(get(self.server, "/metrics", "POST")[0].status, 405)

    def test_page(self):
        answer, body = get(self.server, "/")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.getheader("Content-Type"), "text/html; charset=utf-8")
        self.assertIn(b"<title>Weft</title>", body)
        policy = answer.getheader("Content-Security-Policy")
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertNotRegex(body, rb"<style|<script>| style=| on[a-z]+=")

    def test_the_page_loads_its_own_files_only(self):
        types = {"css": "text/css", "js": "text/javascript"}
        wanted, seen = [name.decode() for name in
                        re.findall(rb'(?:src|href)="([^"]*)"', get(self.server, "/")[1])], set()
        while wanted:
            name = wanted.pop()
            if name in seen:
                continue
            seen.add(name)
            answer, body = get(self.server, "/" + name)
            self.assertEqual(answer.status, 200, name)
            kind = types.get(name.rsplit(".", 1)[1])
            if kind:
                self.assertEqual(answer.getheader("Content-Type"), kind + "; charset=utf-8")
            wanted += re.findall(r'from "\./([^"]*)"', body.decode())
        self.assertLessEqual({"page.css", "page.js", "words.js", "favicon.ico"}, seen)

    def test_icon(self):
        answer, body = get(self.server, "/favicon.ico")
        self.assertEqual((answer.status, answer.getheader("Content-Type")), (200, "image/svg+xml"))
        self.assertIn(b"<svg", body)
        page = get(self.server, "/")[0].getheader("Content-Security-Policy")
        self.assertIn("img-src 'self'", page)

    def test_unknown_path(self):
        self.assertEqual(get(self.server, "/nowhere")[0].status, 404)

    def test_other_methods(self):
        refused = get(self.server, "/", "DELETE")[0]
        self.assertEqual((refused.status, refused.getheader("Allow")), (405, "GET, HEAD, OPTIONS"))
        asked, body = get(self.server, "/metrics", "OPTIONS")
        self.assertEqual((asked.status, asked.getheader("Allow"), body),
                         (204, "GET, HEAD, OPTIONS", b""))

    def test_pages_that_the_client_has_are_not_sent_again(self):
        for path in "/", "/page.js", "/favicon.ico":
            answer, body = get(self.server, path)
            tag = answer.getheader("ETag")
            self.assertRegex(tag, r'^"[^"]+"$')
            again, nothing = get(self.server, path, **{"If-None-Match": f'"x", W/{tag}'})
            self.assertEqual((again.status, nothing), (304, b""))
            self.assertEqual(again.getheader("ETag"), tag)
            self.assertEqual(again.getheader("Cache-Control"), answer.getheader("Cache-Control"))
            other = get(self.server, path, **{"If-None-Match": '"x"'})
            self.assertEqual((other[0].status, other[1]), (200, body))

    def test_plain_request_to_a_websocket(self):
        self.assertEqual(get(self.server, "/echo")[0].status, 426)

    def test_websocket_to_a_plain_path(self):
        done = run("connect", self.server.url("/health"))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"404", done.stderr)


class OwnNames(unittest.TestCase):
    """A page that has made its own name mean our address (DNS rebinding) reads nothing."""

    def status(self, server, host, path="/"):
        with socket.create_connection((server.host, server.port), PATIENCE) as client:
            client.sendall(handshake(path, host) if path == "/echo" else
                           f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            return int(client.recv(4096).split()[1])

    def test_others_are_misdirected(self):
        with Server() as server:
            for host in ("evil.example", "evil.example:80", "192.0.2.1", "localhost.evil.example",
                         "127.0.0.1.evil.example", "[2001:db8::1]", "3221225985"):
                with self.subTest(host):
                    for path in ("/", "/page.js", "/health", "/metrics", "/favicon.ico",
                                 "/echo"):
                        self.assertEqual(self.status(server, host, path), 421)
            done = run("connect", "--via", f"127.0.0.1:{server.port}", "ws://evil.example/chat")
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"--name evil.example", done.stderr)

    def test_its_own(self):
        with Server() as server:
            for host in ("localhost", "LOCALHOST.", "app.localhost:1", "A:80", "127.0.0.1",
                         "127.1.2.3", "[::1]:9001", "[::ffff:127.0.0.1]", "[::1%lo]:80",
                         f"127.0.0.1:{server.port}",
                         socket.gethostname()):
                with self.subTest(host):
                    self.assertEqual(self.status(server, host), 200)
                    self.assertEqual(self.status(server, host, "/echo"), 101)

    def test_names_that_were_given(self):
        with Server("--name", "Weft.example", "--name", "192.0.2.1") as server:
            for host, status in (("weft.example:80", 200), ("192.0.2.1", 200),
                                 ("a.weft.example", 421)):
                self.assertEqual(self.status(server, host), status)
        with Server("--any-host") as server:
            self.assertEqual(self.status(server, "evil.example"), 200)
            self.assertEqual(self.status(server, "evil.example", "/echo"), 101)

    def test_behind_a_proxy(self):
        with Server("--trust-proxy", "127.0.0.1", "--forwarded-for",
                    "--name", "www.example") as server:
            answer, _ = get(server, "/", Host="www.example", **{"X-Forwarded-For": "192.0.2.7"})
            self.assertEqual(answer.status, 200)
            server.wait_for(r"GET / from 192\.0\.2\.7", server.err)

    def test_usage(self):
        for bad in (["--name", ""], ["--name", "a b"], ["--name", "x", "--any-host"]):
            self.assertEqual(run("serve", *bad).returncode, 2)


class Listening(unittest.TestCase):
    def test_port_in_use(self):
        with Server() as server:
            done = run("serve", "--port", str(server.port))
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"--port 0", done.stderr)

    def test_foreign_address(self):
        done = run("serve", "--port", "0", "--host", "192.0.2.1")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"--host 127.0.0.1", done.stderr)

    def test_host_name(self):
        done = run("serve", "--port", "0", "--host", "www.example.org")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"numeric", done.stderr)

    def test_usage(self):
        for bad in (["serve", "--port", "65536"], ["serve", "--loop", "steam"],
                    ["serve", "--log", "loud"], ["serve", "--max-message", "much"],
                    ["serve", "--idle-timeout", "-1"], ["serve", "--idle-timeout", "nan"],
                    ["serve", "--idle-timeout", "1e999"], ["serve", "--drain", "nan"],
                    ["serve", "--drain", "-1"], ["serve", "--port", "-1"],
                    ["serve", "--port", "x"], ["serve", "--port", ""],
                    ["serve", "--cores", "-1"], ["serve", "--max-connections", "-1"],
                    ["serve", "--max-per-address", "-1"], ["serve", "--max-message", "-1"],
                    ["serve", "--max-queue", "1x"], ["serve", "--max-queue", "-1k"],
                    ["serve", "--unix", ""],
                    ["serve", "--name", "a b"], ["serve", "--trust-proxy", "10.0.0.0/33"],
                    ["serve", "extra"], ["nonsense"], []):
            with self.subTest(bad):
                done = run(*bad)
                self.assertEqual(done.returncode, 2)
                self.assertIn(b"help", done.stderr)
        self.assertIn(b"there are: automatic epoll", run("serve", "--loop", "steam").stderr)

    def test_on_every_loop(self):
        listed = run("loops").stdout.decode().split("Any other")[0]
        loops = re.findall(r"^  (\w+)  (?!.*left out)", listed, re.MULTILINE)
        self.assertLess({"automatic", "epoll", "poll"}, set(loops))
        for loop in loops:
            with self.subTest(loop), Server("--loop", loop) as server:
                done = run("connect", "--loop", loop, server.url("/echo"), stdin=b"hi\n")
                self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"))
                server.signal(signal.SIGTERM)
                self.assertEqual(server.exit_code(), 0)

    def test_unix_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "weft.sock")
            with Running("serve", "--unix", path) as server:
                server.wait_for("listening at unix:" + re.escape(path), server.out)
                done = run("connect", "--unix", path, "ws://localhost/echo", stdin=b"hi\n")
                self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"))
                server.signal(signal.SIGTERM)
                self.assertEqual(server.exit_code(), 0)
            self.assertFalse(os.path.exists(path), "the socket file is removed")

    def test_mode_of_a_unix_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "weft.sock")
            with Running("serve", "--unix", path, "--mode", "622") as server:
                server.wait_for("listening at unix:", server.out)
                self.assertEqual(stat.S_IMODE(os.lstat(path).st_mode), 0o622)
        for bad in ("888", "1777", "rw", ""):
            self.assertEqual(run("serve", "--unix", "@x", "--mode", bad).returncode, 2)

    def test_two_share_a_port(self):
        with Server("--reuse-port") as first:
            with Running("serve", "--port", str(first.port), "--reuse-port") as second:
                second.wait_for(f":{first.port}/", second.out)

    def test_abstract_socket_beside_tcp(self):
        name = f"@weft-test-{os.getpid()}"
        with Server("--unix", name) as server:
            for where in (["--unix", name, "ws://localhost/echo"], [server.url("/echo")]):
                self.assertEqual(run("connect", *where, stdin=b"hi\n").stdout, b"hi\n")

    def test_ipv6(self):
        if not has_ipv6():
            self.skipTest("no IPv6 loopback here")
        with Server("--host", "::1") as server:
            self.assertEqual(run("connect", server.url("/echo"), stdin=b"hi\n").stdout, b"hi\n")

    def test_unix_socket_in_no_directory(self):
        done = run("serve", "--unix", "/nonexistent/weft.sock")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"directory", done.stderr)


class Activation(unittest.TestCase):
    def expect_echo(self, port):
        done = run("connect", f"ws://127.0.0.1:{port}/echo", stdin=b"hi\n")
        self.assertEqual(done.stdout, b"hi\n")

    def test_sockets_that_were_passed(self):
        for name, served in (((), (0, 1)), (("admin",), (1,))):
            with self.subTest(name), socket.create_server(("127.0.0.1", 0)) as web, \
                    socket.create_server(("127.0.0.1", 0)) as admin:
                with Running("serve", "--systemd", *name,
                             **passing(web=web, admin=admin)) as server:
                    for port in [(web, admin)[i].getsockname()[1] for i in served]:
                        server.wait_for(f"http://127.0.0.1:{port}/", server.out)
                        self.expect_echo(port)
                    server.signal(signal.SIGTERM)
                    self.assertEqual(server.exit_code(), 0)

    @unittest.skipUnless(shutil.which("systemd-socket-activate"), "systemd-socket-activate")
    def test_systemd_socket_activate(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "weft.sock")
            command = ["systemd-socket-activate", "-l", path, "--fdname=web"]
            with Running("serve", "--systemd", "web", before=command) as server:
                server.wait_for("Listening on", server.err)
                done = run("connect", "--unix", path, "ws://localhost/echo", stdin=b"hi\n")
                self.assertEqual(done.stdout, b"hi\n")
                server.wait_for("listening at unix:" + re.escape(path), server.out)
                server.signal(signal.SIGTERM)
                self.assertEqual(server.exit_code(), 0)
            self.assertTrue(os.path.exists(path), "the file is systemd's")

    def test_nothing_was_passed(self):
        done = run("serve", "--systemd")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"no descriptor was passed", done.stderr)
        self.assertIn(b"systemd-socket-activate", done.stderr)


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


class Cores(unittest.TestCase):
    def test_share_a_port_and_a_room(self):
        with Server("--cores", "2") as server, contextlib.ExitStack() as room:
            members = []
            for number in range(8):  # all on one core by chance: once in 128
                one = room.enter_context(
                    Running("connect", "--stay", server.url(f"/chat?name=m{number}")))
                one.wait_for(rf"^\* m{number} joined \({number + 1} here\)$", one.out)
                members.append(one)
            members[0].send("hello\n")
            for one in members:
                one.wait_for("^m0: hello$", one.out)
            server.signal(signal.SIGTERM)
            for one in members:
                one.wait_for("closed by the peer: 1001 going away", one.err)
            self.assertEqual(server.exit_code(), 0)

    def test_metrics_are_those_of_all_cores(self):
        with Server("--cores", "2") as server, contextlib.ExitStack() as clients:
            for number in range(8):  # all on one core by chance: once in 128
                one = clients.enter_context(Running("connect", "--stay", server.url("/echo")))
                one.send("hello\n")
                one.wait_for("^hello$", one.out)
            body = get(server, "/metrics")[1]
            self.assertIn(b'\nweft_route_open{path="/echo"} 8\n', body)

    def test_all_of_them(self):
        with Server("--cores", "0") as server:
            self.assertEqual(run("connect", server.url("/echo"), stdin=b"hi\n").stdout, b"hi\n")

    def test_need_a_loop_of_our_own(self):
        loops = re.findall(r"^  (\w+)  ", run("loops").stdout.decode(), re.MULTILINE)
        if "uv" not in loops:
            self.skipTest("no libuv here")
        done = run("serve", "--cores", "2", "--loop", "uv")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"--help", done.stderr)


class Ending(unittest.TestCase):
    def test_signals_close_what_is_open(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number), Server() as server, \
                    Running("connect", "--stay", server.url("/echo")) as client:
                client.send("hi\n")
                client.wait_for("hi", client.out)
                server.signal(number)
                client.wait_for("closed by the peer: 1001 going away", client.err)
                self.assertEqual(server.exit_code(), 0)
                self.assertEqual(client.exit_code(), 0)

    def test_drain_spreads_the_closes(self):
        with Server("--drain", "0.5") as server, contextlib.ExitStack() as crowd:
            clients = [self.greeted(server, crowd) for _ in range(3)]
            server.signal(signal.SIGTERM)
            server.wait_for(r"draining: closing 3 connections over 0\.5 seconds", server.err)
            for client in clients:
                client.wait_for(r"closed by the peer: 1012 service restart \(restart\)",
                                client.err)
            self.assertEqual(server.exit_code(), 0)

    @staticmethod
    def greeted(server, crowd):
        """A client that is connected before this returns."""
        client = crowd.enter_context(Running("connect", "--stay", server.url("/echo")))
        client.send("hi\n")
        client.wait_for("hi", client.out)
        return client

    def test_a_second_signal_ends_a_drain(self):
        with Server("--drain", "3600") as server, contextlib.ExitStack() as crowd:
            for _ in range(2):
                self.greeted(server, crowd)
            server.signal(signal.SIGTERM)
            # One of the two clients is closed at once.
            server.wait_for("closed by this side: 1012", server.err)
            server.signal(signal.SIGTERM)
            self.assertEqual(server.exit_code(), 0)

    def test_port_is_free_afterwards(self):
        with Server() as server:
            server.signal(signal.SIGINT)
            self.assertEqual(server.exit_code(), 0)
            port = server.port
        with Running("serve", "--port", str(port)) as again:
            again.wait_for(f":{port}/", again.out)

    def test_silent_clients_do_not_keep_it(self):
        with Server() as server:
            with socket.create_connection((server.host, server.port)) as silent:
                get(server, "/health")
                server.signal(signal.SIGINT)
                self.assertEqual(server.exit_code(), 0)
                silent.close()

    def test_second_signal_ends_at_once(self):
        with Server() as server:
            with socket.create_connection((server.host, server.port)) as stubborn:
                stubborn.sendall(handshake("/echo"))  # and never answers a close
                server.wait_for("opened /echo", server.err)
                server.signal(signal.SIGINT)
                server.wait_for("ending", server.err)
                server.signal(signal.SIGINT)
                self.assertEqual(server.exit_code(), 0)


class Log(unittest.TestCase):
    def run_one_echo(self, level):
        with Server("--log", level) as server:
            run("connect", server.url("/echo"), stdin=b"hi\n")
            server.signal(signal.SIGINT)
            server.exit_code()
            lines = []
            while (line := server.err.get(timeout=30)) is not None:
                lines.append(line)
            return "".join(lines)

    def test_levels(self):
        self.assertEqual(self.run_one_echo("quiet"), "")
        info = self.run_one_echo("info")
        self.assertRegex(info, r"#1 opened /echo from 127\.0\.0\.1:\d+\n")
        self.assertIn("#1 closed by the peer: 1000 normal", info)
        self.assertNotIn("text, 2 bytes", info)
        self.assertIn("#1 text, 2 bytes", self.run_one_echo("debug"))


    def test_secrets_are_not_logged(self):
        secrets = {"Authorization": "Bearer SECRET", "Cookie": "session=SECRET",
                   "Proxy-Authorization": "Basic SECRET", "Origin": "http://me:SECRET@127.0.0.1"}
        headers = [part for name, value in secrets.items() for part in ("-H", f"{name}: {value}")]
        with Server("--log", "debug") as server:
            for query in ("token=SECRET", "a=b&Access_Token=SECRET", "api%5fkey=SECRET"):
                get(server, f"/?{query}", **secrets)
                get(server, f"/nowhere?{query}", **secrets)
                run("connect", *headers, server.url(f"/echo?{query}"), stdin=b"x\n")
                run("connect", *headers, server.url(f"/nowhere?{query}"))
            with socket.create_connection((server.host, server.port), PATIENCE) as client:
                client.sendall(b"GET http://me:SECRET@127.0.0.1/?sig=SECRET HTTP/1.1\r\n"
                               b"Host: 127.0.0.1\r\n\r\n")
                client.recv(4096)
            server.signal(signal.SIGINT)
            self.assertEqual(server.exit_code(), 0)
            log = "".join(iter(lambda: server.err.get(timeout=PATIENCE) or "", ""))
        for part in ("GET /?token=*** from", "opened /echo?a=b&Access_Token=*** from",
                     "opened /echo?api%5fkey=*** from"):
            self.assertIn(part, log)
        self.assertNotIn("SECRET", log)

    def test_plain_requests(self):
        with Server() as server:
            get(server, "/health")
            get(server, "/?q")
            found = server.wait_for(r"(GET \S+) from 127\.0\.0\.1:\d+$", server.err)
            self.assertEqual(found[1], "GET /?q")  # /health is for --log debug

    def test_lines_are_bounded_and_show_what_is_hidden(self):
        with Server() as server, socket.create_connection((server.host, server.port)) as client:
            origin = "Origin: a\u202eb\u200bc\U000e0041d\ufeff\xa0\r\n"
            client.sendall(handshake("/echo?" + "x" * 12000, extra=origin))
            line = server.wait_for(r".*opened .*", server.err)[0]
            self.assertLess(len(line), 1100)
            self.assertRegex(line, r"x\.\.\. \(\d+ more bytes\) from 127\.0\.0\.1:\d+, origin ")
            self.assertIn(r"origin a\u{202e}b\u{200b}c\u{e0041}d\u{feff}", line)

    def test_who_has_not_opened(self):
        with Server() as server, socket.create_connection((server.host, server.port)) as client:
            port = client.getsockname()[1]
            client.sendall(b"\x16\x03\x01 no request\r\n\r\n")
            server.wait_for(rf"not opened: .* 127\.0\.0\.1:{port}$", server.err)

    def test_the_path_of_a_client_forges_no_line(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as client:
            path = os.path.join(folder, "weft.sock")
            with Running("serve", "--unix", path) as server:
                server.wait_for("listening at unix:", server.out)
                client.bind(os.path.join(folder, "a\n12:00:00 forged"))
                client.connect(path)
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                server.wait_for(r"GET / from unix:.*a\\x0a12:00:00 forged$", server.err)

    def test_a_reader_that_stands_still_stops_nothing(self):
        reading, writing = os.pipe()
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        with os.fdopen(reading, "rb", buffering=0) as lines, Server(stderr=writing) as server:
            for _ in range(100):
                self.assertEqual(get(server, "/?" + "x" * 200)[0].status, 200)
            self.assertTrue(os.get_blocking(writing), "its flags are everybody's")
            os.close(writing)
            written = os.read(reading, 65536).count(b"\n")
            get(server, "/?again")
            self.assertRegex(read_line(lines), rf"^[\d:]+ {100 - written} lines were lost$")
            self.assertIn("GET /?again from", read_line(lines))

    def test_it_goes_on_when_writing_works_again(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log")
            os.mkfifo(path)
            reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            with open(path, "wb", buffering=0) as log, Server(stderr=log) as server:
                os.close(reading)
                for _ in range(3):
                    get(server, "/")  # the reader of the log has gone
                again = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                with os.fdopen(again, "rb", buffering=0) as lines:
                    get(server, "/?again")
                    self.assertRegex(read_line(lines), r"^[\d:]+ 3 lines were lost$")
                    self.assertIn("GET /?again", read_line(lines))


class Limits(unittest.TestCase):
    def test_max_message(self):
        with Server("--max-message", "1k") as server:
            fits = run("connect", server.url("/echo"), stdin=b"x" * 1024)
            self.assertEqual((fits.returncode, len(fits.stdout)), (0, 1025))
            exceeds = run("connect", server.url("/echo"), stdin=b"x" * 1025)
            self.assertEqual(exceeds.returncode, 3)
            self.assertIn(b"1009", exceeds.stderr)


    def test_max_connections(self):
        with Server("--max-connections", "1") as server:
            with Running("connect", "--stay", server.url("/echo")) as first:
                first.send("hi\n")
                first.wait_for("hi", first.out)
                second = run("connect", server.url("/echo"))
                self.assertEqual(second.returncode, 1)
                self.assertIn(b"503", second.stderr)
                server.wait_for("refused 127.0.0.1:.*too many connections", server.err)

    def test_max_per_address(self):
        with Server("--max-per-address", "0") as server:
            self.assertEqual(run("connect", server.url("/echo")).returncode, 1)
            server.wait_for("too many connections from one address", server.err)


class Loops(unittest.TestCase):
    def test_lists_engines(self):
        done = run("loops")
        self.assertEqual(done.returncode, 0)
        for word in (b"epoll", b"poll", b"localhost", b"Host loops"):
            self.assertIn(word, done.stdout)

    def test_version_and_help(self):
        self.assertRegex(run("--version").stdout, rb"^weft \d+\.\d+\.\d+\n$")
        for command in ([], ["serve"], ["connect"]):
            done = run(*command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertIn(b"Exit codes:", done.stdout)


if __name__ == "__main__":
    unittest.main()
