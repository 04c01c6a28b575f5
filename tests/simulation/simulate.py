#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Runs any number of seeds of the simulation, spread over the cores, and sums up what they did.
"""usage: simulate.py PROGRAM [--seeds N] [--from S]"""

import argparse
import collections
import concurrent.futures
import os
import re
import subprocess
import sys
import time

CHUNK = 400  # seeds that one process runs


def run_chunk(program, start, count):
    """The output of one process, and whether all was well."""
    environment = dict(os.environ, WEFT_FROM=str(start), WEFT_SEEDS=str(count))
    made = subprocess.run([program, "--gtest_filter=*conversations*", "--gtest_brief=1"],
                          env=environment, capture_output=True, text=True)
    return made.stdout + made.stderr, made.returncode == 0


def find_crash(program, start, count):
    """Which of the seeds it is that ends the program without a word of the test's."""
    for seed in range(start, start + count):
        output, good = run_chunk(program, seed, 1)
        if not good:
            return f"{output}\nrepeat it with WEFT_SEED={seed}"
    return f"seeds from {start} on: a failure that was not met again"


def tallies(output):
    for line in re.findall(r"^tally (.*)$", output, re.MULTILINE):
        yield {name: int(value) for name, value in (pair.split("=") for pair in line.split())}


def progress(done, seeds, start):
    rate = done / max(time.monotonic() - start, 0.001)
    print(f"\r{done} of {seeds} seeds, {rate:.0f} a second", end="", flush=True)


def run(program, seeds, first):
    total, bad = collections.Counter(), 0
    start = time.monotonic()
    chunks = [(at, min(CHUNK, first + seeds - at)) for at in range(first, first + seeds, CHUNK)]
    done = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(run_chunk, program, *chunk): chunk for chunk in chunks}
        for ended in concurrent.futures.as_completed(running):
            output, good = ended.result()
            for one in tallies(output):
                total.update(one)
            done += running[ended][1]
            if not good:
                bad += 1
                print("\n" + (output if "WEFT_SEED=" in output
                              else find_crash(program, *running[ended]))[-6000:])
            progress(done, seeds, start)
    print()
    for name, value in total.items():
        print(f"{name.replace('_', ' '):>12} {value}")
    return bad == 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("program")
    parser.add_argument("--seeds", type=int, default=10000)
    parser.add_argument("--from", type=int, default=1, dest="first")
    options = parser.parse_args()
    sys.exit(0 if run(options.program, options.seeds, options.first) else 1)


if __name__ == "__main__":
    main()
