#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs Weft's echo server over TLS beside an echo of OpenSSL's on epoll, and both without TLS.

Owns the table of that comparison; how a round is played is run.py's. Prints, and never judges.
"""

import statistics
import subprocess
import sys
import tempfile

from run import (SCENARIOS, Scenario, Server, median_of, parse_arguments, per_cpu_second, play,
                 print_conditions, ratio_text, rows_of, scenario, times_of)

OPENINGS = Scenario("openings", "connections opened, one by one", ("--count", "openings"))
# To open ten thousand takes too long here.
IDLE = scenario("idle", "20 B, 1 among 2,000 idle", 1, 20, idle=2000)
SCENES = [scene for scene in SCENARIOS if not scene.idle] + [IDLE, OPENINGS]
FLOORS = {"tls weft": "tls raw", "resumed weft": "resumed raw", "plain weft": "plain raw"}


def servers_from(binaries, pem):
    """In pairs, the floor first. How a session began tells only while connections are opened."""
    raw, weft = (binaries / "raw_tls_echo", pem), (binaries / "weft_tls_echo", pem)
    full, resumed = ("--tls", "full"), ("--tls", "resumed")
    return [
        Server("tls raw", raw, "raw", (), full),
        Server("tls weft", weft, "ws", (), full),
        Server("resumed raw", raw, "raw", (OPENINGS.key,), resumed),
        Server("resumed weft", weft, "ws", (OPENINGS.key,), resumed),
        Server("plain raw", (binaries / "raw_echo",), "raw"),
        Server("plain weft", (binaries / "weft_echo",), "ws"),
    ]


def print_rows(scene, figures):
    for row, name, good in rows_of(scene, figures):
        row += f"{statistics.median(map(per_cpu_second, good)):>13,.0f}"
        if scene is OPENINGS:
            row += f"{median_of(good, 'openings_per_second'):>9,.0f}{'/ s':<9}  "
        else:
            row += times_of(good)
        row += f"{ratio_text(figures[name], figures.get(FLOORS.get(name), [])):<22}"
        if scene.idle:
            row += f"{median_of(good, 'idle_bytes_per_connection'):,.0f} B per idle connection"
        print(row.rstrip(), flush=True)


def main():
    arguments = parse_arguments(__doc__, SCENES)
    echo = arguments.binaries / "weft_tls_echo"
    if not echo.is_file():
        sys.exit("this build has no TLS: OpenSSL was not found")
    print_conditions(arguments)
    print(f"{'scenario':<38}{'server':<14}{'n / CPU s':>13}{'p50 us':>9}{'p99 us':>9}  "
          f"ratio to raw (min .. max)", flush=True)
    with tempfile.NamedTemporaryFile(suffix=".pem") as pem:
        pem.write(subprocess.run([echo], check=True, capture_output=True).stdout)
        pem.flush()
        servers = servers_from(arguments.binaries, pem.name) + arguments.peer
        return play(arguments, SCENES, servers, print_rows)


if __name__ == "__main__":
    sys.exit(main())
