# SPDX-License-Identifier: MIT
# Starts a Redis server for one test, on a Unix-domain socket. WEFT_REDIS_SERVER names another
# program, such as valkey-server.

import os
import shutil
import socket
import subprocess
import tempfile

from weft_program import PATIENCE, wait_until_served

PROGRAM = os.environ.get("WEFT_REDIS_SERVER", "redis-server")
IS_INSTALLED = shutil.which(PROGRAM) is not None


class Redis:
    def __init__(self, *arguments):
        self._arguments = arguments
        self._place = tempfile.TemporaryDirectory(prefix="weft-redis-")
        self.path = os.path.join(self._place.name, "redis")
        self.url = "unix:" + self.path
        self.process = None
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self._place.cleanup()

    def start(self):
        words = [PROGRAM, "--port", "0", "--save", "", "--dir", self._place.name,
                 "--unixsocket", self.path, *self._arguments]
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wait_until_served(self.process, self._ping)

    def _ping(self):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(PATIENCE)
            peer.connect(self.path)
            peer.sendall(b"PING\r\n")
            peer.recv(100)

    def kill(self):
        """Kills the server; its files stay, and `start` reads them."""
        self.process.kill()
        self.process.wait(PATIENCE)
        if os.path.exists(self.path):
            os.remove(self.path)
