#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares budgets of a guest's turn: what a message costs, and how late the host's timer rings.

200 connections saturate Weft inside each host that has a file in benchmarks/lateness. Owns the
budgets and their table; how a server is started is run.py's.
"""

import json
import statistics
import subprocess
import sys
import urllib.request

from run import (Server, allow_many_descriptors, cores, parse_arguments, print_conditions,
                 ratio_text, running, scenario)

SCENARIOS = [scenario("20Bx16", "20 B, 200 connections, 16 in flight", 200, 20, depth=16),
             scenario("20B", "20 B, 200 connections", 200, 20)]
BUDGETS = [(64, 500), (256, 250), (256, 500), (512, 500), (1024, 250), (1024, 500), (1024, 1000),
           (0, 500), (0, 0)]  # Handlers and microseconds; 0 for no limit.


def lateness(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/lateness", timeout=10) as answer:
        return json.load(answer)


def measure(arguments, server, scene, tells):
    server_core, load_core = cores()
    with running(server, server_core) as (pid, port):
        if tells:
            lateness(port)  # From here on it counts.
        done = subprocess.run(
            ["taskset", "-c", str(load_core), arguments.binaries / "load", "ws", "--port", port,
             "--pid", str(pid), "--seconds", str(arguments.seconds), "--warmup", "0.1",
             *scene.load], capture_output=True, text=True, check=True)
        return {**json.loads(done.stdout), "late": lateness(port) if tells else None}


def name_of(budget):
    handlers, time = budget
    return f"{handlers or 'any'} / {f'{time} us' if time else 'any'}"


def compare(arguments, scene, host):
    alone = Server("alone", (arguments.binaries / "weft_echo",), "ws")
    servers = [(None, alone)] + [
        (budget, Server(name_of(budget), (arguments.binaries / "lateness", host,
                                          *(str(number) for number in budget)), "ws"))
        for budget in BUDGETS]
    figures = {server.name: [] for _, server in servers}
    for number in range(arguments.rounds):
        print(f"{scene.key} in {host}: round {number + 1}", file=sys.stderr)
        turn = number % len(servers)
        for budget, server in servers[turn:] + servers[:turn]:
            figures[server.name].append(measure(arguments, server, scene, budget))
    for budget in BUDGETS:
        mine = figures[name_of(budget)]
        row = f"{scene.key:<10}{host:<8}{name_of(budget):<18}"
        row += f"{ratio_text(mine, figures['alone']):<24}"
        for key in ("p50_us", "p99_us", "max_us"):
            row += f"{statistics.median(one['late']['host'][key] for one in mine):>10,.0f}"
        print(row, flush=True)


def main():
    arguments = parse_arguments(__doc__, SCENARIOS)
    allow_many_descriptors()
    print_conditions(arguments)
    hosts = subprocess.run([arguments.binaries / "lateness", "--hosts"], capture_output=True,
                           text=True, check=True).stdout.split()
    print(f"{'scenario':<10}{'host':<8}{'handlers / time':<18}{'ratio to alone':<24}"
          f"{'late p50':>10}{'p99':>10}{'max us':>10}", flush=True)
    for scene in SCENARIOS:
        if not arguments.only or scene.key in arguments.only:
            for host in hosts:
                compare(arguments, scene, host)
    return 0


if __name__ == "__main__":
    sys.exit(main())
