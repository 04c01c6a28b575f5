# SPDX-License-Identifier: MIT
# `weft bench`: against `weft serve` and against servers that break what it expects. No test
# depends on the machine's speed: counts are exact, and times have lower bounds only.

import contextlib
import json
import os
import pty
import re
import signal
import socket
import tempfile
import threading
import unittest
import xml.etree.ElementTree

from weft_program import (PATIENCE, FakeServer, Running, Server, frame, read_to_end, read_until,
                          run, upgrade)

SHORT = ("--warmup", "0", "-d", "0.1")
LEAVE = ("--wait", "0")  # for servers that do not close
QUANTILES = ["p50", "p90", "p99", "p99.9", "max"]


def read_message(client):
    """The next short frame of the client; nothing at its end, and for a close frame."""
    got = b""
    while len(got) < 6 or len(got) < 6 + (got[1] & 127):
        piece = client.recv(1)
        if not piece:
            return None
        got += piece
    return None if got[0] == 0x88 else got


def payload_of(message):
    key = message[2:6]
    return bytes(byte ^ key[at % 4] for at, byte in enumerate(message[6:]))


def bench(*arguments, code=0):
    done = run("bench", "--json", *arguments)
    if done.returncode != code:
        raise AssertionError(f"exit code {done.returncode}: {done.stdout} {done.stderr}")
    return json.loads(done.stdout)


@contextlib.contextmanager
def serving(*clients):
    """A server that calls each of these for one connection, after its handshake, all at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)

        def serve(client, action):
            with client:
                client.settimeout(PATIENCE)
                client.sendall(upgrade(read_until(client, b"\r\n\r\n").decode()))
                action(client)

        def accept():
            threads = []
            for action in clients:
                threads.append(threading.Thread(target=serve,
                                                args=(listener.accept()[0], action)))
                threads[-1].start()
            for thread in threads:
                thread.join(PATIENCE)
        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/"
        accepting.join(PATIENCE)


class Answered(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--log", "quiet", "--max-message", "4m")
        cls.url = cls.server.url("/echo")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def test_figures_fit_together(self):
        got = bench(*SHORT, "-c", "7", "--in-flight", "3", self.url)
        self.assertEqual(got["openings"]["at_start"], 7)
        self.assertEqual(got["openings"]["ms"]["count"], 7)
        self.assertGreater(got["messages"], 0)
        self.assertGreaterEqual(got["seconds"], 0.1)
        rate = got["messages_per_second"]
        self.assertAlmostEqual(rate, got["messages"] / got["seconds"],
                               delta=1 + rate * 1e-6 / got["seconds"])  # of rounded seconds
        self.assertAlmostEqual(got["megabytes_per_second"], rate * 20 / 1e6, delta=0.001)
        for times in (got["latency_ms"], got["openings"]["ms"]):
            values = [times[name] for name in QUANTILES]
            self.assertEqual(values, sorted(values))
            self.assertGreater(values[0], 0)
            self.assertLessEqual(times["mean"], times["max"])
        # Those in flight at the end are waited for, and have a latency.
        late = got["latency_ms"]["count"] - got["messages"]
        self.assertTrue(0 <= late <= 7 * 3, late)
        for name in ("unanswered", "unsent", "differing", "unexpected", "failures"):
            self.assertFalse(got[name], name)

    def test_the_schema(self):
        got = bench(*SHORT, self.url)
        number, text = (int, float), str
        quantiles = {**{name: number for name in QUANTILES}, "mean": number, "count": int}
        schema = {
            "url": text, "date": text, "weft": text, "extensions": text, "seconds": number,
            "options": {"connections": int, "bytes": int, "kind": text, "answers": bool,
                        "in_flight": int, "rate": type(None),
                        "messages_per_connection": type(None), "warmup_seconds": number,
                        "duration_seconds": number},
            "openings": {"at_start": int, "start_seconds": number, "again": int,
                         "again_per_second": number, "ms": quantiles},
            "messages": int, "messages_per_second": number, "megabytes_per_second": number,
            "latency_ms": quantiles, "unanswered": int, "unsent": int, "differing": int,
            "unexpected": int, "failures": list, "interrupted": bool,
            "generator_cpu_seconds": number, "samples": list}

        def check(value, wanted, place):
            if not isinstance(wanted, dict):
                return self.assertIsInstance(value, wanted, place)
            self.assertEqual(list(sorted(value)), list(sorted(wanted)), place)
            return [check(value[name], wanted[name], f"{place}.{name}") for name in wanted]
        check(got, schema, "report")
        self.assertRegex(got["date"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        for sample in got["samples"]:
            check(sample, {name: number for name in (
                "begin", "seconds", "messages_per_second", "p50_ms", "p99_ms", "max_ms",
                "openings_per_second", "open")}, "sample")

    def test_sizes_and_kinds(self):
        for size in ("0", "1", "125", "126", "70000", "3m"):
            for kind in ("--text", "--binary"):
                with self.subTest(size=size, kind=kind):
                    got = bench("--warmup", "0", "-d", "0.02", "-c", "2", "--wait", "30",
                                "--size", size, kind, self.url)
                    self.assertGreater(got["latency_ms"]["count"], 0)
                    self.assertEqual((got["differing"], got["unexpected"]), (0, 0))

    def test_a_connection_for_a_few_messages(self):
        got = bench(*SHORT, "-c", "3", "--opening", "2", "--messages", "5", self.url)
        self.assertGreater(got["openings"]["again"], 0)
        self.assertEqual(got["openings"]["at_start"], 3)
        self.assertGreaterEqual(got["openings"]["ms"]["count"], 3 + got["openings"]["again"])
        self.assertFalse(got["failures"])
        got = bench(*SHORT, "-c", "2", "--messages", "3", "--rate", "200", self.url)
        self.assertEqual(got["latency_ms"]["count"], 20)

    def test_a_rate_sends_exactly_what_is_due(self):
        for rate, seconds in ((500, 0.2), (33.3, 0.1), (20_000, 0.1), (1e-300, 0.1)):
            with self.subTest(rate=rate):
                got = bench("--warmup", "0", "-d", str(seconds), "-c", "3", "--wait", "30",
                            "--rate", str(rate), self.url)
                self.assertEqual(got["options"]["in_flight"], 1000)
                due = -int(-rate * seconds // 1)  # the first at once: rounded up
                self.assertEqual(got["latency_ms"]["count"], due)
                self.assertGreaterEqual(got["seconds"], seconds)
                self.assertEqual((got["unsent"], got["unanswered"]), (0, 0))

    def test_what_is_sent_in_the_warm_up_does_not_count(self):
        got = bench("--warmup", "0.1", "-d", "0.1", "--rate", "100", "--wait", "30", self.url)
        self.assertLessEqual(got["latency_ms"]["count"], 10)
        self.assertEqual(got["unanswered"], 0)

    def test_only_sending(self):
        got = bench(*SHORT, "--no-answer", "-c", "3", "--size", "1k", self.url)
        self.assertGreater(got["messages"], 0)
        self.assertIsNone(got["latency_ms"])
        got = bench(*SHORT, "--no-answer", "--messages", "10", self.url)
        self.assertGreater(got["openings"]["again"], 0)
        self.assertFalse(got["failures"])

    def test_text_for_people(self):
        done = run("bench", "-d", "0.1", "--warmup", "0", "-c", "2", self.url + "?token=SECRET")
        self.assertEqual((done.returncode, done.stderr), (0, b""), done.stdout)
        for line in (rf"target +{re.escape(self.url)}\?token=\*\*\*\n",
                     r"load +2 connections, text messages of 20 bytes, 1 in flight on each\n",
                     r"opened +2 in [\d.]+ s  p50 [\d.]+ ms  .*max [\d.]+ ms\n",
                     r"messages +[\d,]+ messages? answered in [\d.]+ s\n",
                     r"throughput +[\d,]+ messages/s, [\d.]+ MB/s\n",
                     r"latency +p50 [\d.]+ ms  p90 [\d.]+ ms  p99 [\d.]+ ms  p99.9 [\d.]+ ms  "
                     r"max [\d.]+ ms\n", r"this program +\d+ % of a core\n"):
            self.assertRegex(done.stdout.decode(), line)
        self.assertNotIn(b"SECRET", done.stdout)

    def test_a_page_that_refers_to_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "report.html")
            done = run("bench", "-d", "0.5", "--warmup", "0", "--messages", "20", "--html", path,
                       self.url + "?a=1&token=SECRET")
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(path, encoding="utf-8") as file:
                page = file.read()
        self.assertNotRegex(page, r"(?i)https?:|\bsrc\s*=|\bhref\s*=|url\(|@import|<script|<link|"
                                  r"<iframe|<object|<embed|<img")
        self.assertIn("?a=1&amp;token=***", page)
        self.assertNotIn("SECRET", page)
        charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
        self.assertEqual(len(charts), 4)
        for chart in charts:
            root = xml.etree.ElementTree.fromstring(chart)
            self.assertTrue(root.get("aria-label"))
            width, height = map(float, root.get("viewBox").split()[2:])
            lines = root.findall("polyline")
            self.assertTrue(lines)
            for line in lines:
                points = [tuple(map(float, one.split(","))) for one in line.get("points").split()]
                self.assertGreaterEqual(len(points), 2)
                for x, y in points:
                    self.assertTrue(0 <= x <= width and 0 <= y <= height, (x, y))

    def test_a_stop_signal_ends_early_with_the_figures(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number), Server("--log", "debug") as server, \
                    Running("bench", "--json", "-d", "600", "--warmup", "0", "--rate", "50",
                            server.url("/echo")) as one:
                server.wait_for("text", server.err)
                one.signal(number)
                got = json.loads(one.out.get(timeout=PATIENCE))
                self.assertEqual(one.exit_code(), 0)
                self.assertTrue(got["interrupted"])
                self.assertLess(got["seconds"], 600)
                self.assertGreater(got["latency_ms"]["count"], 0)

    def test_the_line_on_a_terminal(self):
        ours, theirs = pty.openpty()
        with Running("bench", "--warmup", "0", "-d", "600", self.url, stderr=theirs) as one:
            os.close(theirs)
            seen = b""
            while not re.search(rb"\d s  [\d,]+ messages/s  [\d.]+ MB/s  p50 [\d.]+ ms  "
                                rb"p99 [\d.]+ ms  10 connections open", seen):
                seen += os.read(ours, 4096)
            one.signal(signal.SIGINT)
            one.wait_for("throughput", one.out)
            self.assertEqual(one.exit_code(), 0)
            os.close(ours)


class Broken(unittest.TestCase):
    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        done = run("bench", "--json", "-c", "3", f"ws://127.0.0.1:{port}/")
        self.assertEqual(done.returncode, 1)
        got = json.loads(done.stdout)
        self.assertEqual(got["openings"]["at_start"], 0)
        self.assertEqual([one["count"] for one in got["failures"]], [3])
        self.assertIn("refused", got["failures"][0]["reason"])
        self.assertIn(b"could not connect", done.stderr)
        self.assertIn(b"weft serve", done.stderr)

    def test_a_server_that_refuses_some(self):
        with Server("--max-connections", "2") as server:
            done = run("bench", "--json", *SHORT, "-c", "5", server.url("/echo"))
        self.assertEqual(done.returncode, 3, done.stderr)
        got = json.loads(done.stdout)
        self.assertEqual(got["openings"]["at_start"], 2)
        # The server answers 503 before it has read the request, so the client may see a reset.
        self.assertEqual(sum(one["count"] for one in got["failures"]), 3)
        for one in got["failures"]:
            self.assertRegex(one["reason"], r"could not open \(HTTP\): (HTTP status 503|.*reset|"
                                             r".*ended the stream)")
        self.assertGreater(got["messages"], 0)
        self.assertIn(b"could not connect", done.stderr)

    def test_a_server_that_closes(self):
        def close(client):
            read_message(client)
            client.sendall(frame(8, (1011).to_bytes(2, "big")))
            read_to_end(client)
        with serving(close, close) as url:
            got = bench(*LEAVE, "-d", "600", "-c", "2", url, code=3)  # ends when none is left
        self.assertEqual(got["failures"],
                         [{"reason": "closed by the server: 1011 internal error", "count": 2}])
        self.assertEqual(got["unanswered"], 2)

    def test_a_server_that_hangs_up(self):
        with serving(read_message) as url:
            got = bench("-d", "600", "-c", "1", url, code=3)
        self.assertIn("broken: ", got["failures"][0]["reason"])

    def test_a_server_that_does_not_answer(self):
        with serving(read_to_end) as url:
            done = run("bench", *SHORT, *LEAVE, "-c", "1", url)
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"1 message unanswered", done.stdout)
        self.assertIn(b"--no-answer", done.stdout)
        with serving(read_to_end) as url:
            got = bench(*SHORT, *LEAVE, "--no-answer", "-c", "1", url)
        self.assertGreater(got["messages"], 0)
        self.assertEqual(got["unanswered"], 0)

    def test_a_server_that_reads_nothing(self):
        ended = threading.Event()

        def wait(_):
            ended.wait(PATIENCE)
        with serving(wait) as url, Running("bench", "--json", *SHORT, *LEAVE, "--no-answer",
                                           "--size", "1m", "-c", "1", url) as one:
            got = json.loads(one.out.get(timeout=PATIENCE))
            ended.set()
        self.assertLess(got["messages"], 1000)

    def test_a_stop_signal_before_anything_is_open(self):
        asked = threading.Event()

        def serve(client, _):
            asked.set()
            read_to_end(client)
        with FakeServer(serve) as server, \
                Running("bench", "--json", "-c", "1", server.url()) as one:
            self.assertTrue(asked.wait(PATIENCE))
            one.signal(signal.SIGINT)
            got = json.loads(one.out.get(timeout=PATIENCE))
            self.assertEqual(one.exit_code(), 1)
        self.assertTrue(got["interrupted"])
        self.assertEqual((got["messages"], got["seconds"], got["failures"]), (0, 0, []))

    def test_a_stop_signal_while_answers_are_missing(self):
        """After one signal, the program waits for answers; after two, it does not."""
        asked = threading.Event()

        def wait(client):
            read_message(client)
            asked.set()
            read_to_end(client)
        with serving(wait) as url, Running("bench", "--json", "--warmup", "0", "-d", "600",
                                           "--wait", "600", "-c", "1", url) as one:
            self.assertTrue(asked.wait(PATIENCE))
            one.signal(signal.SIGINT)
            one.signal(signal.SIGTERM)
            got = json.loads(one.out.get(timeout=PATIENCE))
            self.assertEqual(one.exit_code(), 3)
        self.assertEqual(got["unanswered"], 1)

    def test_answers_that_are_no_echo(self):
        def greet_and_answer(client):
            client.sendall(frame(1, b"welcome"))
            while read_message(client):
                client.sendall(frame(1, b"ok"))
        with serving(greet_and_answer) as url:
            got = bench(*SHORT, "--wait", "30", "--rate", "100", "-c", "1", url)
        self.assertEqual(got["differing"] + got["unexpected"], 11)
        self.assertEqual(got["latency_ms"]["count"], 10)

    def test_latency_begins_when_a_message_is_due(self):
        """Messages are due on two connections in turn. The first gets no answer until the second
        has sent its last message. Messages that become due on the first meanwhile have to wait,
        and this time is part of their latency."""
        last = threading.Event()

        def answer_late(client):
            message = read_message(client)
            last.wait(PATIENCE)
            while message:
                client.sendall(frame(1, payload_of(message)))
                message = read_message(client)

        def answer(client):
            for _ in range(10):
                client.sendall(frame(1, payload_of(read_message(client))))
            last.set()
            read_message(client)
        # Which of the two connections is the first does not matter for the bounds.
        with serving(answer_late, answer) as url:
            got = bench("--warmup", "0", "-d", "0.2", "--rate", "100", "--in-flight", "1", "-c",
                        "2", "--wait", "30", url)
        self.assertEqual(got["latency_ms"]["count"], 20)
        self.assertGreaterEqual(got["latency_ms"]["max"], 180)
        self.assertGreaterEqual(got["latency_ms"]["p90"], 140)  # so several messages had to wait
        self.assertEqual(got["differing"], 0)

    def test_what_a_slow_server_leaves_unsent(self):
        with serving(read_to_end) as url:
            got = bench(*SHORT, *LEAVE, "--rate", "100", "--in-flight", "4", "-c", "1", url,
                        code=3)
        self.assertEqual((got["unanswered"], got["unsent"]), (4, 6))


class Usage(unittest.TestCase):
    def test_wrong_options(self):
        url = "ws://127.0.0.1:1/"
        for bad in ([], ["http://127.0.0.1/"], ["-c", "0", url], ["-c", "-1", url],
                    ["-c", "x", url], ["--size", "-1", url], ["--size", "2g", url],
                    ["--rate", "0", url], ["--rate", "-5", url], ["--rate", "nan", url],
                    ["--rate", "inf", url], ["-d", "0", url], ["-d", "x", url],
                    ["--in-flight", "0", url], ["--messages", "0", url], ["--opening", "0", url],
                    ["--warmup", "-1", url], ["--wait", "nan", url], ["--html", "", url],
                    ["--binary", "--text", url], ["--no-answer", "--in-flight", "2", url],
                    ["--insecure", "--ca", "x", url], ["-H", "no colon", url],
                    ["-H", "Upgrade: x", url], ["-s", "a b", url], ["--nonsense", url]):
            with self.subTest(bad):
                done = run("bench", *bad)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(done.stdout, b"")
                self.assertNotEqual(done.stderr, b"")

    def test_a_page_that_cannot_be_written(self):
        def refuse(_, __):
            raise AssertionError("connected, although the page cannot be written")
        server = FakeServer(refuse)
        done = run("bench", "--html", "/nonexistent/x.html", server.url())
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"/nonexistent/x.html", done.stderr)

    def test_more_connections_than_open_files(self):
        import resource

        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
        done = run("bench", "-c", "200", "ws://127.0.0.1:1/", preexec_fn=limit)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"ulimit -n 264", done.stderr)

    def test_headers_and_subprotocol_are_sent(self):
        requests = []

        def serve(client, request):
            requests.append(request)
            client.sendall(upgrade(request, "Sec-WebSocket-Protocol: two\r\n"))
            read_to_end(client)
        with FakeServer(serve) as server:
            run("bench", *SHORT, *LEAVE, "--no-answer", "-c", "1", "-H", "X-A: b", "-s", "two",
                server.url("/p?q"))
        for line in ("GET /p?q HTTP/1.1\r\n", "X-A: b\r\n", "Sec-WebSocket-Protocol: two\r\n"):
            self.assertIn(line, requests[0])


if __name__ == "__main__":
    unittest.main()
