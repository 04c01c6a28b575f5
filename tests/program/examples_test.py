# SPDX-License-Identifier: MIT
# Runs the examples, except those that listen at a fixed port, which are only compiled.

import contextlib
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import redis_place
from weft_program import PATIENCE, Running, Server, read_line, read_rest, run

EXAMPLES = os.environ.get("WEFT_EXAMPLES", "")
CLIENT = os.path.join(EXAMPLES, "client")
GUESTS = sorted(glob.glob(os.path.join(glob.escape(EXAMPLES), "*_guest")))  # one for each host


class Client(unittest.TestCase):
    def run_client(self, target):
        return subprocess.run([CLIENT, target], capture_output=True, timeout=PATIENCE, check=False)

    def test_says_hello(self):
        with Server("--log", "quiet") as server:
            done = self.run_client(server.url("/echo"))
        self.assertEqual((done.returncode, done.stdout), (0, b"hello\n"))
        self.assertIn(b"1000 normal", done.stderr)

    def test_tells_why_not(self):
        with Server("--log", "quiet") as server:
            done = self.run_client(server.url("/nowhere"))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"404", done.stderr)


class Guest(unittest.TestCase):
    def test_serves_until_interrupted(self):
        for program in GUESTS:
            with self.subTest(os.path.basename(program)):
                self.serve_until_interrupted(program)

    def serve_until_interrupted(self, program):
        with subprocess.Popen([program, "0"], stdout=subprocess.PIPE) as guest:
            try:
                target = read_line(guest.stdout).strip()
                done = run("connect", target, stdin=b"hi\n")
                self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"))
                guest.send_signal(signal.SIGINT)
                self.assertEqual(guest.wait(PATIENCE), 0)
            finally:
                guest.kill()


class JsonLog(unittest.TestCase):
    def test_writes_an_object_per_event(self):
        program = os.path.join(EXAMPLES, "json_log")
        with subprocess.Popen([program, "0"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as server:
            try:
                target = read_line(server.stderr).strip() + "?token=SECRET&who=%ff"
                done = run("connect", target, stdin=b"hi\n")
                self.assertEqual(done.stdout, b"hi\n")
                opened, closed = (json.loads(read_line(server.stdout)) for _ in range(2))
                self.assertEqual(opened["event"], "opened")
                self.assertEqual(opened["target"], "/echo?token=***&who=%ff")
                self.assertEqual(closed["event"], "closed")
                self.assertEqual(closed["connection"], opened["connection"])
                self.assertEqual((closed["level"], closed["code"]), ("info", 1000))
                self.assertEqual(closed["messages_received"], 1)
            finally:
                server.kill()


class Successor(unittest.TestCase):
    """The example `successor`: a server that starts its program again, and passes its listener to
    the new process."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.program = os.path.join(self.folder, "server")
        shutil.copy(f"{EXAMPLES}/successor", self.program)
        reading, writing = os.pipe()
        self.out = self.enterContext(os.fdopen(reading))
        self.first = subprocess.Popen([self.program, "0"], stdout=writing)
        os.close(writing)  # the output ends with the last successor
        self.url, self.process = self.generation()
        self.addCleanup(self.end)

    def generation(self):
        """Returns the URL and the process of the next server."""
        line = read_line(self.out).split()
        return line[0], int(line[2])

    def end(self):
        os.kill(self.process, signal.SIGINT)
        self.assertEqual(read_rest(self.out), "")
        self.assertEqual(self.first.wait(PATIENCE), 0)

    def test_refuses_nobody_while_generations_change(self):
        over, failures, count = threading.Event(), [], 0

        def keep_coming():
            nonlocal count
            while not over.is_set():
                done = run("connect", self.url, stdin=b"hi\n")
                count += 1
                # A client that the old server had accepted may receive 1001 instead of an echo.
                if done.returncode != 0 or not (done.stdout == b"hi\n" or b"1001" in done.stderr):
                    failures.append(done)

        clients = [threading.Thread(target=keep_coming) for _ in range(2)]
        for one in clients:
            one.start()
        try:
            for _ in range(5):
                with Running("connect", "--stay", self.url) as guest:
                    guest.send("hi\n")
                    guest.wait_for("^hi$", guest.out)
                    os.kill(self.process, signal.SIGHUP)
                    url, process = self.generation()
                    self.assertEqual(url, self.url)
                    self.assertNotEqual(process, self.process)
                    self.process = process
                    guest.wait_for("closed by the peer: 1001", guest.err)
        finally:
            over.set()
            for one in clients:
                one.join(PATIENCE)
        self.assertEqual(failures, [])
        self.assertGreater(count, 0)

    def test_goes_on_when_its_successor_does_not_start(self):
        os.rename(self.program, self.program + ".kept")
        with open(self.program, "w", encoding="utf-8") as broken:
            broken.write("#!/bin/false\n")
        os.chmod(self.program, 0o700)
        with Running("connect", "--stay", self.url) as guest:
            guest.send("before\n")
            guest.wait_for("^before$", guest.out)
            os.kill(self.process, signal.SIGHUP)
            done = run("connect", self.url, stdin=b"hi\n")  # waits until it listens again
            self.assertEqual(done.stdout, b"hi\n")
            guest.send("after\n")
            guest.wait_for("^after$", guest.out)


class Cores(unittest.TestCase):
    """The examples with several loops: each loop has a server, which counts for itself."""

    def test_count_for_themselves_until_interrupted(self):
        self.count_until_interrupted("cores", "core")

    def test_count_for_themselves_on_strands(self):
        if not os.path.exists(f"{EXAMPLES}/boost_asio_strands"):
            self.skipTest("boost_asio_strands was not built")
        self.count_until_interrupted("boost_asio_strands", "strand")

    def count_until_interrupted(self, name, word):
        firsts = {f"{word} {which}: 1\n".encode() for which in range(2)}
        with subprocess.Popen([f"{EXAMPLES}/{name}", "0", "2"], stdout=subprocess.PIPE) as server:
            try:
                target = read_line(server.stdout).strip()
                received = set()
                while not firsts <= received:
                    self.assertLess(len(received), 1000)
                    received.add(run("connect", target, stdin=b"count\n").stdout)
                server.send_signal(signal.SIGINT)
                self.assertEqual(server.wait(PATIENCE), 0)
            finally:
                server.kill()


class Neighbours(unittest.TestCase):
    """The examples in which another library, or a thread, answers a WebSocket client."""

    @contextlib.contextmanager
    def asking(self, name, *arguments):
        """A client of the example."""
        program = os.path.join(EXAMPLES, name)
        if not os.path.exists(program):
            self.skipTest(f"{name} was not built")
        with subprocess.Popen([program, *arguments], stdout=subprocess.PIPE) as server:
            try:
                with Running("connect", read_line(server.stdout).strip()) as client:
                    yield client
            finally:
                server.kill()

    def test_a_worker_thread_answers(self):
        with self.asking("worker_thread", "0") as client:
            client.send("1000000007\n")
            client.wait_for("1000000007 is prime", client.out)

    def test_curl_fetches(self):
        with Server("--log", "quiet") as site, self.asking("glib_with_curl", "0") as client:
            client.send(site.url("/").replace("ws:", "http:") + "\n")
            client.wait_for("(?i)<!doctype html", client.out)

    @unittest.skipUnless(redis_place.IS_INSTALLED, f"{redis_place.PROGRAM} is not installed")
    def test_redis_tells_what_was_said(self):
        with redis_place.Redis() as redis, self.asking("uv_with_redis", redis.path, "0") as client:
            client.send("hello\n")
            client.wait_for("hello", client.out)


class Example:
    """An example that is a server, and whose first line of output is its URL."""

    def __init__(self, name, *arguments):
        path = os.path.join(os.environ.get("WEFT_EXAMPLES", ""), name)
        self.process = subprocess.Popen([path, *arguments], stdout=subprocess.PIPE)

    def __enter__(self):
        self.url = read_line(self.process.stdout).strip()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


class FollowLog(unittest.TestCase):
    def test_survives_truncation_and_rotation(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "app.log")

            def write(text, mode="a"):
                with open(path, mode, encoding="utf-8") as log:
                    log.write(text)

            write("of yesterday\n")
            with Example("follow_log", path, "0") as example, \
                    Running("connect", example.url) as client:
                client.wait_for("connected|open", client.err)
                write("first\nhalf a ")
                client.wait_for("^first$", client.out)
                write("line\n")
                client.wait_for("^half a line$", client.out)
                write("cut\n", "w")
                client.wait_for("^cut$", client.out)
                os.rename(path, path + ".1")
                write("rotated\n")
                client.wait_for("^rotated$", client.out)


class PtyBridge(unittest.TestCase):
    def test_bridges_both_ways_until_the_command_ends(self):
        with Example("pty_bridge", "0", "sh", "-c",
                     "stty raw -echo; echo ready; echo received $(head -c 5)") as example, \
                Running("connect", example.url) as client:
            client.wait_for("ready", client.out)
            client.send("hello\n")  # one message, without the line's end
            client.wait_for("received hello", client.out)

    def test_loses_nothing(self):
        with Example("pty_bridge", "0", "sh", "-c", "stty -opost; seq 200000; exit") as example, \
                Running("connect", example.url) as client:
            client.wait_for("^200000$", client.out)


class LoopsOfTheirOwn(unittest.TestCase):
    """The examples of echo servers in an application's own loop. The end of standard input ends
    them."""

    def test_echo_until_the_end_of_input(self):
        for name in ("custom_loop", "dispatcher", "edge_triggered"):
            command = [f"{EXAMPLES}/{name}", "0"]
            with self.subTest(name), subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
                try:
                    target = read_line(server.stdout).strip()
                    done = run("connect", target, stdin=b"hi\n")
                    self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"))
                    server.stdin.close()
                    self.assertEqual(server.wait(PATIENCE), 0)
                finally:
                    server.kill()

    def test_frames_go_on_until_somebody_quits(self):
        with subprocess.Popen([f"{EXAMPLES}/frame_loop", "0"], stdout=subprocess.PIPE) as game:
            try:
                target = read_line(game.stdout).strip()
                run("connect", target, stdin=b"quit\n")
                self.assertEqual(game.wait(PATIENCE), 0)
            finally:
                game.kill()


class Streams(unittest.TestCase):
    def test_a_stream_of_ones_own_carries_a_conversation(self):
        done = subprocess.run([f"{EXAMPLES}/custom_stream"], capture_output=True, check=True,
                              timeout=PATIENCE)
        self.assertEqual(done.stdout, b"through a stream of my own\n")


class Auction(unittest.TestCase):
    """The program of docs/tutorial.md."""

    def test_answers_bids(self):
        with subprocess.Popen([f"{EXAMPLES}/auction", "0"], stdout=subprocess.PIPE) as server:
            try:
                target = read_line(server.stdout).strip()
                refused = run("connect", target.replace("=ann", "="))
                self.assertIn(b"400", refused.stderr)
                with Running("connect", "--stay", target) as ann:
                    ann.wait_for("a lamp, from 10", ann.out)
                    ann.send("bid 12\n")
                    ann.wait_for("ann bids 12", ann.out)
                    server.send_signal(signal.SIGINT)
                    self.assertEqual(server.wait(PATIENCE), 0)
                    ann.wait_for("1001", ann.err)
            finally:
                server.kill()


if __name__ == "__main__":
    if not os.path.exists(CLIENT):
        print("skipped: the examples were not built")
        sys.exit(77)
    unittest.main()
