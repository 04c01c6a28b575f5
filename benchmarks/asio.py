#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs Weft's echo server over Boost.Asio's sockets beside Boost.Beast's, and the floor of both.

Owns the table of that comparison; how a round is played is run.py's. Prints, and never judges.
"""

import sys

from run import (FLOOR, SCENARIOS, Server, median_of, parse_arguments, play, print_conditions,
                 ratio_text, rows_of, times_of)

BEAST = "beast"
SMALL = [scene for scene in SCENARIOS if scene.key in ("20B", "20Bx16", "1K", "one")]


def servers_from(arguments):
    echoes = [("weft", "weft_echo", "ws"), ("asio_stream", "boost_asio_stream_echo", "ws"),
              (BEAST, "boost_asio_beast_echo", "ws"), (FLOOR, "raw_echo", "raw")]
    return [Server(name, (arguments.binaries / program,), protocol)
            for name, program, protocol in echoes] + arguments.peer


def print_rows(scene, figures):
    for row, name, good in rows_of(scene, figures):
        row += f"{median_of(good, 'messages_per_cpu_second'):>13,.0f}{times_of(good)}"
        row += f"{ratio_text(figures[name], figures[BEAST]):<24}"
        print(row + ratio_text(figures[name], figures[FLOOR]), flush=True)


def main():
    arguments = parse_arguments(__doc__, SMALL)
    print_conditions(arguments)
    print(f"{'scenario':<38}{'server':<14}{'msg / CPU s':>13}{'p50 us':>9}{'p99 us':>9}  "
          f"{'ratio to ' + BEAST:<24}ratio to {FLOOR}", flush=True)
    return play(arguments, SMALL, servers_from(arguments), print_rows)


if __name__ == "__main__":
    sys.exit(main())
