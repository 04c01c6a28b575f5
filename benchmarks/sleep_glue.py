#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures what two loops glued by short sleeps cost: the wait for an answer, and CPU time at rest.

One connection asks again as soon as it is answered; then nobody speaks. How a server is started
and loaded is run.py's.
"""

import sys

from run import Server, median_of, parse_arguments, play, print_conditions, scenario

SCENARIOS = [scenario("one", "20 B, 1 connection", 1, 20, rest=3)]
NAPS = (0, 1, 10)


def print_rows(_, figures):
    for name, results in figures.items():
        good = [result for result in results if result]
        if good:
            print(f"{name:<16}{median_of(good, 'p50_us'):>10,.0f}"
                  f"{median_of(good, 'p99_us'):>10,.0f}"
                  f"{median_of(good, 'idle_cpu_percent'):>12.2f} %", flush=True)


def main():
    arguments = parse_arguments(__doc__, SCENARIOS)
    print_conditions(arguments)
    servers = [Server(f"naps of {nap} ms" if nap else "one loop",
                      (arguments.binaries / "sleep_glue", str(nap)), "ws") for nap in NAPS]
    print(f"{'':<16}{'p50 us':>10}{'p99 us':>10}{'idle CPU':>14}", flush=True)
    return play(arguments, SCENARIOS, servers, print_rows)


if __name__ == "__main__":
    sys.exit(main())
