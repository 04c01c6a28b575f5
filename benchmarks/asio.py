#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs Weft's echo server over Boost.Asio's sockets beside Boost.Beast's, and the floor of both.

Owns the table of that comparison; how a round is played is run.py's. Prints, and never judges.
"""

import sys

from run import (FLOOR, SCENARIOS, Server, median_of, parse_arguments, play, print_conditions,
                 ratio_text)

BEAST = "beast"
SMALL = [scene for scene in SCENARIOS if scene.key in ("20B", "20Bx16", "1K", "one")]


def servers_from(arguments):
    echoes = [("weft", "weft_echo", "ws"), ("asio_stream", "boost_asio_stream_echo", "ws"),
              (BEAST, "boost_asio_beast_echo", "ws"), (FLOOR, "raw_echo", "raw")]
    return [Server(name, (arguments.binaries / program,), protocol)
            for name, program, protocol in echoes] + arguments.peer


def print_rows(scene, figures):
    title = scene.title
    for name, results in figures.items():
        row = f"{title:<38}{name:<14}"
        title = ""
        good = [result for result in results if result]
        if not good:
            print(row + "failed", flush=True)
            continue
        row += f"{median_of(good, 'messages_per_cpu_second'):>13,.0f}"
        row += f"{median_of(good, 'p50_us'):>9,.0f}{median_of(good, 'p99_us'):>9,.0f}  "
        row += f"{ratio_text(results, figures[BEAST]):<22}{ratio_text(results, figures[FLOOR])}"
        print(row, flush=True)


def main():
    arguments = parse_arguments(__doc__, SMALL)
    print_conditions(arguments)
    print(f"{'scenario':<38}{'server':<14}{'msg / CPU s':>13}{'p50 us':>9}{'p99 us':>9}  "
          f"{'ratio to ' + BEAST:<22}ratio to {FLOOR}", flush=True)
    return play(arguments, SMALL, servers_from(arguments), print_rows)


if __name__ == "__main__":
    sys.exit(main())
