#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs Weft's hub beside plain sends to each subscriber, and two hubs that share a Redis.

Owns the scenarios and the tables; how a round is played is broadcast_load's. Prints, and never
judges.
"""

import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from run import Failure, Scenario, Server, allow_many_descriptors, cores, parse_arguments, running

ONE, SIXTEEN, HUNDRED = "one", "sixteen", "hundred"
REDIS, LATENCY = "redis", "latency"
SCENES = [
    Scenario(ONE, "5,000 subscribers, 1 in flight", ("5000", "1")),
    Scenario(SIXTEEN, "5,000 subscribers, 16 in flight", ("5000", "16")),
    Scenario(HUNDRED, "100 subscribers, 16 in flight", ("100", "16")),
    Scenario(REDIS, "5,000 subscribers, 16 in flight", ("5000", "16")),
    Scenario(LATENCY, "1 subscriber, 1 in flight", ("1", "1")),
]
REDIS_SERVER = os.environ.get("WEFT_REDIS_SERVER", "redis-server")
SENDS, HUB = "sends", "hub"
TWO_HUBS = "2 hubs, Redis"


@contextlib.contextmanager
def redis_on(core):
    """A Redis on that core, as the path of its socket."""
    with tempfile.TemporaryDirectory(prefix="weft-redis-") as place:
        path = os.path.join(place, "redis")
        words = [REDIS_SERVER, "--port", "0", "--save", "", "--dir", place, "--unixsocket", path]
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              preexec_fn=lambda: os.sched_setaffinity(0, {core})) as process:
            try:
                await_redis(path)
                yield path
            finally:
                process.kill()


def await_redis(path):
    end = time.monotonic() + 10
    while True:
        try:
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(path)
                return
        except OSError as error:
            if time.monotonic() > end:
                raise Failure("Redis does not start") from error
            time.sleep(0.01)  # nothing says when it listens


def play_once(arguments, name, scene):
    """One run, as the figures of the generator."""
    binaries = arguments.binaries
    server_core, load_core = cores()
    with contextlib.ExitStack() as stack:
        if name == TWO_HUBS:
            path = stack.enter_context(redis_on(load_core))
            one = Server(name, (binaries / "broadcast_hub_with_redis", path), "ws")
            servers = [stack.enter_context(running(one, server_core)) for _ in range(2)]
        else:
            program = "broadcast_hub" if name == HUB else "broadcast_sends"
            one = Server(name, (binaries / program,), "ws" if name == HUB else "raw")
            servers = [stack.enter_context(running(one, server_core))]
        command = [binaries / "broadcast_load", one.protocol, *scene.load, str(arguments.seconds),
                   *(f"{pid},{port}" for pid, port in servers)]
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=arguments.seconds + 60,
                              preexec_fn=lambda: os.sched_setaffinity(0, {load_core}))
    if done.returncode != 0:
        raise Failure(done.stderr.strip())
    return json.loads(done.stdout)


def figures_of(arguments, scene, names):
    """Figures by name, one for each round."""
    figures = {name: [] for name in names}
    for number in range(arguments.rounds):
        for name in names[number % len(names):] + names[:number % len(names)]:
            print(f"{scene.key}: round {number + 1}, {name}", file=sys.stderr)
            figures[name].append(play_once(arguments, name, scene))
    return figures


def median(figures, key):
    return statistics.median(one[key] for one in figures)


def print_rows(scene, figures, floor):
    title = scene.title
    for name, results in figures.items():
        ratios = [own["deliveries_per_cpu_second"] / base["deliveries_per_cpu_second"]
                  for own, base in zip(results, figures[floor])]
        print(f"{title:<34}{name:<15}{median(results, 'deliveries_per_cpu_second'):>13,.0f}"
              f"{median(results, 'deliveries_per_second'):>12,.0f}"
              f"{median(results, 'p50_us'):>10,.0f}{median(results, 'p99_us'):>10,.0f}  "
              f"{statistics.median(ratios):.2f} ({min(ratios):.2f} .. {max(ratios):.2f})",
              flush=True)
        title = ""


def main():
    arguments = parse_arguments(__doc__, SCENES)
    allow_many_descriptors()
    server_core, load_core = cores()
    print(f"machine: {os.cpu_count()} cores; servers on core {server_core}, Redis and the "
          f"subscribers on core {load_core}")
    print(f"rounds: {arguments.rounds} interleaved, {arguments.seconds} s each; figures are "
          "medians; messages of 100 bytes\n")
    print(f"{'scenario':<34}{'server':<15}{'n / CPU s':>13}{'n / s':>12}{'p50 us':>10}"
          f"{'p99 us':>10}  ratio to the first (min .. max)", flush=True)
    has_redis = (arguments.binaries / "broadcast_hub_with_redis").is_file()
    if not has_redis or shutil.which(REDIS_SERVER) is None:
        print(f"without Redis: this build has no weft::redis, or there is no {REDIS_SERVER}")
        has_redis = False
    try:
        for scene in SCENES:
            if arguments.only and scene.key not in arguments.only:
                continue
            names = [SENDS, HUB] if scene.key in (ONE, SIXTEEN, HUNDRED) else [HUB, TWO_HUBS]
            if TWO_HUBS not in names or has_redis:
                print_rows(scene, figures_of(arguments, scene, names), names[0])
    except Failure as why:
        print(f"failed: {why}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
