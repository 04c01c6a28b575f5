# SPDX-License-Identifier: MIT
# The programs under test as tests see them: started, ended, and their output taken apart. Knows
# no peer; Python 2.7 and 3 run it.

import contextlib
import os
import subprocess
import sys


def end(status):
    """Ends this process without the interpreter's own end, which threads of kosoku's runtime may
    abort after all is done."""
    sys.stdout.flush()
    os._exit(status)


class Server(object):
    """Runs interop_server while it is entered; `where` is "127.0.0.1:port" or "unix:path"."""

    def __init__(self, folder, where="127.0.0.1:0"):
        self.command = [os.path.join(folder, "interop_server"), where]

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)
        self.where = self.process.stdout.readline().strip()
        assert self.where, "the server did not start"
        return self

    def __exit__(self, kind, value, trace):
        self.process.stdin.close()
        status = self.process.wait()
        self.process.stdout.close()
        assert status == 0, "the server ended with %d" % status

    @property
    def port(self):
        return int(self.where.rpartition(":")[2])

    @property
    def url(self):
        return "ws://" + self.where


class ClientRun(object):
    """What interop_client printed: a dictionary of its lines, and its exit status."""

    def __init__(self, output, status):
        self.status = status
        self.lines = {}
        for line in output.splitlines():
            key, _, value = line.partition(" ")
            self.lines[key] = value

    def __getitem__(self, key):
        return self.lines.get(key)

    def __repr__(self):
        return "exit status %d, %r" % (self.status, self.lines)


def run_client(folder, url, *arguments):
    """Runs interop_client to its end; call it beside the server that it talks to."""
    process = subprocess.Popen([os.path.join(folder, "interop_client"), url] + list(arguments),
                               stdout=subprocess.PIPE, universal_newlines=True)
    output, _ = process.communicate()
    return ClientRun(output, process.returncode)


def run_all(tests):
    """Calls each function, says which ones failed, and returns the exit status."""
    failures = 0
    for test in tests:
        try:
            test()
        except Exception as error:  # each test is to be reported, whatever the peer threw
            failures += 1
            print("FAILED %s: %s: %s" % (test.__name__, type(error).__name__, error))
        else:
            print("ok     %s" % test.__name__)
    return 1 if failures else 0


def tests_in(module):
    """The functions of a module whose names begin with test_, in their order."""
    return [value for name, value in list(module.items()) if name.startswith("test_")]


@contextlib.contextmanager
def raises(kind):
    """Asserts that the body throws `kind`, and hands it out as the attribute `error`."""
    class Caught(object):
        error = None
    caught = Caught()
    try:
        yield caught
    except kind as error:
        caught.error = error
    else:
        raise AssertionError("nothing was thrown")
