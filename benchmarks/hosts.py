#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs Weft's echo server inside each host loop of this build beside its own loop alone.

Where libwebsockets is, its echo runs on its own loop and on libuv as well. Owns the scenarios and
the table of that comparison; how a round is played is run.py's. Prints, and never judges.
"""

import subprocess
import sys

from run import (IDLE_CONNECTIONS, Server, median_of, parse_arguments, play, print_conditions,
                 ratio_text, rows_of, scenario, times_of)

ALONE = "weft alone"
PEER = "lws"
PEER_ALONE = ("20B", "20Bx16", "one")  # On poll(2): 10,000 connections take it minutes to open.
REST_SECONDS = 3

SCENARIOS = [
    scenario("20B", "20 B, 200 connections", 200, 20),
    scenario("20Bx16", "20 B, 200 connections, 16 in flight", 200, 20, depth=16),
    scenario("neighbours", f"20 B, 200 among {IDLE_CONNECTIONS:,} idle", 200, 20,
             idle=IDLE_CONNECTIONS, rest=REST_SECONDS),
    scenario("one", "20 B, 1 connection", 1, 20),
]


def hosts_of(echo):
    return subprocess.run([echo, "--hosts"], capture_output=True, text=True,
                          check=True).stdout.split()


def servers_from(arguments):
    echo = arguments.binaries / "weft_echo"
    servers = [Server(ALONE, (echo,), "ws")]
    servers += [Server(f"weft in {host}", (echo, host), "ws") for host in hosts_of(echo)]
    peer = arguments.binaries / "lws_echo"
    if peer.is_file():
        servers += [Server(PEER, (peer,), "ws", PEER_ALONE),
                    Server(f"{PEER} in uv", (peer, "uv"), "ws")]
    else:
        print("libwebsockets is left out: it was not found when this was configured")
    return servers + arguments.peer


def print_rows(scene, figures):
    for row, name, good in rows_of(scene, figures, name_width=18):
        own_loop = figures.get(PEER, []) if name.startswith(PEER) else figures[ALONE]
        row += f"{median_of(good, 'messages_per_cpu_second'):>13,.0f}{times_of(good)}"
        row += f"{ratio_text(figures[name], own_loop):<22}"
        row += f"{ratio_text(figures[name], figures[ALONE]):<22}"
        if scene.idle:
            row += f"{median_of(good, 'idle_bytes_per_connection'):>10,.0f}"
            row += f"{median_of(good, 'idle_cpu_percent'):>10.1f} %"
        print(row.rstrip(), flush=True)


def main():
    arguments = parse_arguments(__doc__, SCENARIOS)
    print_conditions(arguments)
    print(f"{'scenario':<38}{'server':<18}{'msg / CPU s':>13}{'p50 us':>9}{'p99 us':>9}  "
          f"{'ratio to own loop':<22}{'ratio to ' + ALONE:<22}{'B / idle':>10}{'idle CPU':>12}",
          flush=True)
    return play(arguments, SCENARIOS, servers_from(arguments), print_rows)


if __name__ == "__main__":
    sys.exit(main())
