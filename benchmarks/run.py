#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs echo servers in turn under the same load and prints what a message cost each of them.

Owns the scenarios, the pinning to cores and the table. It knows servers only as commands that
print their port, and never judges: it exits with 0 whenever everything ran.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import platform
import resource
import select
import shlex
import statistics
import subprocess
import sys

FLOOR = "raw"
OWN = "weft"  # The servers whose names begin so and go on are compared with this one, too.
START_SECONDS = 10
IDLE_CONNECTIONS = 10_000


@dataclasses.dataclass(frozen=True)
class Scenario:
    key: str
    title: str
    load: tuple

    @property
    def idle(self):
        return "--idle" in self.load


@dataclasses.dataclass(frozen=True)
class Server:
    name: str
    command: tuple
    protocol: str
    scenarios: tuple = ()  # Keys of the only scenarios in which it runs; empty means all.
    load: tuple = ()  # Further arguments of the generator, beside the scenario.


def scenario(key, title, connections, size, depth=1, idle=0, rest=0):
    load = ["--connections", connections, "--size", size, "--depth", depth]
    if idle:
        load += ["--idle", idle]
    if rest:
        load += ["--rest", rest]
    return Scenario(key, title, tuple(str(word) for word in load))


SCENARIOS = [
    scenario("20B", "20 B, 200 connections", 200, 20),
    scenario("20Bx16", "20 B, 200 connections, 16 in flight", 200, 20, depth=16),
    scenario("1K", "1 KiB, 200 connections", 200, 1024),
    scenario("16K", "16 KiB, 50 connections", 50, 16 * 1024),
    scenario("256K", "256 KiB, 10 connections", 10, 256 * 1024),
    scenario("neighbours", f"20 B, 200 among {IDLE_CONNECTIONS:,} idle", 200, 20,
             idle=IDLE_CONNECTIONS),
    scenario("one", "20 B, 1 connection", 1, 20),
    scenario("idle", f"20 B, 1 among {IDLE_CONNECTIONS:,} idle", 1, 20, idle=IDLE_CONNECTIONS),
]

# Where it matters how one waits. Of thousands of idle connections poll(2) looks at each in each
# wait, so that opening them alone takes minutes.
SMALL = ("20B", "20Bx16", "one")
BUSY = (*SMALL, "1K", "16K", "256K")


class Failure(Exception):
    """A run that gave no figures, with the reason in words."""


def cores():
    """The core of the server and the core of the generator; the same one if there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


def read_port(process):
    ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    line = process.stdout.readline().strip() if ready else ""
    if not line.isdigit():
        raise Failure(f"printed {line!r} where its port was expected; run it by hand to see why")
    return line


@contextlib.contextmanager
def running(server, core):
    """The server pinned to a core, as (pid, port); it is ended on the way out."""
    try:
        # Clients leave without a goodbye, which some servers lament at length: nobody listens.
        process = subprocess.Popen(
            server.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    except OSError as error:
        raise Failure(f"cannot start: {error}") from error
    with process:
        try:
            yield process.pid, read_port(process)
        finally:
            process.kill()


def measure(binaries, server, scene, seconds, warmup):
    server_core, load_core = cores()
    with running(server, server_core) as (pid, port):
        command = [binaries / "load", server.protocol, "--port", port, "--pid", str(pid),
                   "--seconds", str(seconds), "--warmup", str(warmup), *scene.load, *server.load]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=seconds + 60,
                preexec_fn=lambda: os.sched_setaffinity(0, {load_core}))
        except subprocess.TimeoutExpired as error:
            raise Failure("the run did not end in time") from error
    if done.returncode != 0:
        raise Failure(done.stderr.strip() or f"the generator ended with {done.returncode}")
    return json.loads(done.stdout)


def play_rounds(binaries, servers, scene, arguments):
    """Figures by server name, one per round; None in place of those of a run that failed."""
    figures = {server.name: [] for server in servers}
    failures = []
    for number in range(arguments.rounds):
        # The order changes from round to round, so that no server always runs first.
        for server in servers[number % len(servers):] + servers[:number % len(servers)]:
            print(f"{scene.key}: round {number + 1}, {server.name}", file=sys.stderr)
            try:
                result = measure(binaries, server, scene, arguments.seconds, arguments.warmup)
            except Failure as why:
                result = None
                failures.append(f"{scene.title}: {server.name}: {why}")
            figures[server.name].append(result)
    return figures, failures


def per_cpu_second(figure):
    return figure.get("messages_per_cpu_second") or figure["openings_per_cpu_second"]


def ratios_of(figures, floor):
    """One for each round in which both gave figures."""
    return [per_cpu_second(own) / per_cpu_second(base)
            for own, base in zip(figures, floor) if own and base]


def ratio_text(figures, floor, to=".."):
    ratios = ratios_of(figures, floor)
    if not ratios:
        return "-"
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} {to} {max(ratios):.2f})"


def median_of(figures, key):
    return statistics.median(figure[key] for figure in figures)


def rows_of(scene, figures, name_width=14):
    """The beginning of each server's row, with its name and its good results; tells who failed."""
    title = scene.title
    for name, results in figures.items():
        row = f"{title:<38}{name:<{name_width}}"
        title = ""
        good = [result for result in results if result]
        if good:
            yield row, name, good
        else:
            print(row + "failed", flush=True)


def times_of(good):
    return f"{median_of(good, 'p50_us'):>9,.0f}{median_of(good, 'p99_us'):>9,.0f}  "


def print_rows(scene, figures):
    for row, name, good in rows_of(scene, figures):
        row += f"{median_of(good, 'messages_per_cpu_second'):>13,.0f}{times_of(good)}"
        row += f"{ratio_text(figures[name], figures.get(FLOOR, [])):<22}"
        if name.startswith(f"{OWN} "):
            row += f"{ratio_text(figures[name], figures.get(OWN, []))} of {OWN}'s  "
        if scene.idle:
            row += f"{median_of(good, 'idle_bytes_per_connection'):,.0f} B per idle connection"
        print(row.rstrip(), flush=True)


def print_conditions(arguments):
    server_core, load_core = cores()
    print(f"machine: {os.cpu_count()} cores, {platform.system()} {platform.release()} "
          f"{platform.machine()}; server on core {server_core}, generator on core {load_core}")
    if server_core == load_core:
        print("only one core can be used: the server and the generator share it")
    print(f"rounds: {arguments.rounds} interleaved, {arguments.seconds} s each; "
          f"figures are medians")
    print(f"again: {shlex.join([sys.executable, *sys.argv])}\n")


def peer_from(text):
    name, separator, command = text.partition("=")
    if not (name and separator and command):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=COMMAND")
    return Server(name, tuple(shlex.split(command)), "ws")


def servers_from(binaries, peers):
    return [
        Server(FLOOR, (binaries / "raw_echo",), "raw"),
        Server("raw 512K", (binaries / "raw_echo", "--read-size", str(512 * 1024)), "raw",
               ("256K",)),
        Server(OWN, (binaries / "weft_echo",), "ws"),
        Server("weft coroutine", (binaries / "weft_echo", "automatic", "coroutine"), "ws"),
        Server("weft on poll", (binaries / "weft_echo", "poll"), "ws", SMALL),
        *on_io_uring(binaries),
    ] + peers


def on_io_uring(binaries):
    """The engine that only newer Linux systems have, and the floor of one that completes, unless
    the system refuses io_uring."""
    if platform.system() != "Linux":
        return []
    floor = Server("raw io_uring", (binaries / "raw_uring_echo",), "raw", BUSY)
    own = Server("weft on io_uring", (binaries / "weft_echo", "io_uring"), "ws", BUSY)
    try:
        with running(floor, cores()[0]):
            return [floor, own]
    except Failure:
        return [own]


def binaries_in(build):
    """The folder of the programs: `build` itself or `benchmarks` in it."""
    for folder in (build / "benchmarks", build):
        if (folder / "load").is_file():
            return folder.resolve()
    sys.exit(f"{build} holds no benchmark programs; build them first, with ./dev build")


def parse_arguments(purpose, scenarios, add_options=None):
    parser = argparse.ArgumentParser(description=purpose.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--rounds", type=int, help="interleaved rounds (5)")
    parser.add_argument("--seconds", type=float, help="measured seconds of each run (2)")
    parser.add_argument("--only", action="append", choices=[scene.key for scene in scenarios],
                        help="this scenario alone; may be repeated")
    parser.add_argument("--peer", action="append", default=[], type=peer_from,
                        metavar="NAME=COMMAND",
                        help="a further WebSocket echo server that prints its port")
    parser.add_argument("--quick", action="store_true", help="a rough answer within a minute")
    if add_options:
        add_options(parser)
    arguments = parser.parse_args()
    arguments.rounds = arguments.rounds or (3 if arguments.quick else 5)
    arguments.seconds = arguments.seconds or (0.4 if arguments.quick else 2.0)
    arguments.binaries = binaries_in(arguments.build)
    arguments.warmup = 0.2 if arguments.quick else 0.5
    return arguments


def allow_many_descriptors():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def play(arguments, scenarios, servers, print_rows):
    """All that is wanted of `scenarios`; the exit code."""
    allow_many_descriptors()
    failures = []
    for scene in scenarios:
        if arguments.only and scene.key not in arguments.only:
            continue
        taking_part = [s for s in servers if not s.scenarios or scene.key in s.scenarios]
        figures, failed = play_rounds(arguments.binaries, taking_part, scene, arguments)
        print_rows(scene, figures)
        failures += failed
    for failure in failures:
        print(f"failed: {failure}", file=sys.stderr)
    return 1 if failures else 0


def main():
    arguments = parse_arguments(__doc__, SCENARIOS)
    servers = servers_from(arguments.binaries, arguments.peer)
    print_conditions(arguments)
    print(f"{'scenario':<38}{'server':<14}{'msg / CPU s':>13}{'p50 us':>9}{'p99 us':>9}  "
          f"ratio to {FLOOR} (min .. max)", flush=True)
    return play(arguments, SCENARIOS, servers, print_rows)


if __name__ == "__main__":
    sys.exit(main())
