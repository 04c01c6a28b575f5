#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds many connections at once: several server processes, each with a client process that opens
its share of the connections, and all of them exchange messages while all are held.

One process may have 20,000 descriptors on many systems, so the crowd is spread over processes.
"""

import argparse
import pathlib
import resource
import subprocess
import sys
import time


class Process:
    """One program that is spoken to in lines."""

    def __init__(self, *command):
        self.child = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)

    def say(self, line):
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()

    def hear(self):
        return self.child.stdout.readline().strip()

    def ask(self, line):
        self.say(line)
        return self.hear()

    def end(self):
        self.child.stdin.close()
        return self.child.wait(60)


def own_memory(process):
    """Bytes that only this process has, of the user's memory."""
    with open(f"/proc/{process.child.pid}/smaps_rollup", encoding="ascii") as lines:
        fields = dict(line.split(":") for line in lines if ":" in line and "-" not in line)
    return int(fields["Private_Dirty"].split()[0]) * 1024


def raise_descriptor_limit(wanted):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < wanted:
        sys.exit(f"crowd: a process may open {hard} descriptors here and needs {wanted}: "
                 "try more --processes")


def everyone(clients, said, wanted):
    for one in clients:
        if said is not None:
            one.say(said)
    answers = [one.hear() for one in clients]
    if answers != [wanted] * len(clients):
        sys.exit(f"crowd: the clients say {answers}")


def last_count(server):
    """What it holds once it has answers of the clients' ends."""
    answers = (server.ask("count") for _ in range(1000))
    return next((one for one in answers if one.startswith("0 ")), "too many")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--build", type=pathlib.Path, required=True, help="a build directory")
    options.add_argument("--connections", type=int, default=54_000)
    options.add_argument("--processes", type=int, default=3)
    options.add_argument("--rounds", type=int, default=3)
    asked = options.parse_args()
    share = asked.connections // asked.processes
    raise_descriptor_limit(share + 50)

    programs = asked.build / "tests" / "crowd"
    servers = [Process(programs / "crowd_server") for _ in range(asked.processes)]
    ports = [one.hear() for one in servers]
    empty = [own_memory(one) for one in servers]

    began = time.monotonic()
    clients = [Process(programs / "crowd_client", port, share) for port in ports]
    everyone(clients, None, "open")
    print(f"{share * asked.processes:,} connections open after {time.monotonic() - began:.1f} s")
    for turn in range(asked.rounds):
        began = time.monotonic()
        everyone(clients, "converse", "converse")
        print(f"round {turn + 1}: 3 messages on each and back in {time.monotonic() - began:.1f} s")

    held = [one.ask("count") for one in servers]
    memory = [own_memory(one) - before for one, before in zip(servers, empty)]
    everyone(clients, "part", "part")
    left = [last_count(one) for one in servers]
    codes = [one.end() for one in clients + servers]
    print(f"held by the servers (connections, failures): {', '.join(held)}; in the end: "
          f"{', '.join(left)}")
    print(f"user memory per connection: {sum(memory) / (share * asked.processes):.0f} bytes")
    if held != [f"{share} 0"] * len(held) or left != ["0 0"] * len(left) or any(codes):
        sys.exit(f"crowd: something went wrong; exit codes {codes}")
    print("no error")


if __name__ == "__main__":
    main()
