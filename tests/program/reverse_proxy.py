# SPDX-License-Identifier: MIT
# Runs a reverse proxy with a configuration of a test, at a free port of this machine.

import os
import socket
import subprocess
import tempfile

from weft_program import PATIENCE, wait_until_served


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class ReverseProxy:
    """A proxy that runs; `with` returns a connection to it. `{folder}` and `{port}` are replaced in
    the configuration and in the arguments, and `{configuration}` in the arguments by the name of
    its file."""

    def __init__(self, command, configuration):
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "configuration")
        with open(path, "w", encoding="ascii") as file:
            file.write(self.filled_in(configuration))
        self.process = subprocess.Popen(
            [self.filled_in(word).replace("{configuration}", path) for word in command],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self.folder.name, "XDG_DATA_HOME": self.folder.name,
                 "XDG_CONFIG_HOME": self.folder.name})

    def filled_in(self, words):
        return words.replace("{folder}", self.folder.name).replace("{port}", str(self.port))

    def connect(self, source="127.0.0.1"):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE,
                                        source_address=(source, 0))

    def __enter__(self):
        try:
            return wait_until_served(self.process, self.connect)
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.folder.cleanup()
