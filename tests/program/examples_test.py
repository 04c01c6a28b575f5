# SPDX-License-Identifier: MIT
# The examples that can run beside anything: those that listen at a fixed port are only compiled.

import glob
import os
import signal
import subprocess
import sys
import unittest

from weft_program import PATIENCE, Server, run

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
                target = guest.stdout.readline().decode().strip()
                done = run("connect", target, stdin=b"hi\n")
                self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"))
                guest.send_signal(signal.SIGINT)
                self.assertEqual(guest.wait(PATIENCE), 0)
            finally:
                guest.kill()


if __name__ == "__main__":
    if not os.path.exists(CLIENT):
        print("skipped: the examples were not built")
        sys.exit(77)
    unittest.main()
