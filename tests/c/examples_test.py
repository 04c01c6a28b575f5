#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Runs the client of examples/c against each server there: examples_test.py CLIENT SERVER...

import pathlib
import signal
import subprocess
import sys

LIMIT = 20  # seconds


def fault_of(client, server):
    with subprocess.Popen([server, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as running:
        try:
            uri = running.stdout.readline().strip()
            done = subprocess.run([client, uri, "from C"], capture_output=True, text=True,
                                  timeout=LIMIT, check=False)
            if done.returncode != 0 or done.stdout != "from C\n":
                return f"{done.stdout}{done.stderr}"
            if pathlib.Path(server).name == "custom_loop":
                running.stdin.close()
            else:
                running.send_signal(signal.SIGINT)
            running.wait(LIMIT)
            return f"it ended with {running.returncode}" if running.returncode else None
        except subprocess.TimeoutExpired as late:
            return str(late)
        finally:
            running.kill()


def main():
    client, *servers = sys.argv[1:]
    faults = 0
    for server in servers:
        fault = fault_of(client, server)
        print(f"{pathlib.Path(server).name}: {fault or 'ok'}")
        faults += fault is not None
    sys.exit(1 if faults or not servers else 0)


if __name__ == "__main__":
    main()
