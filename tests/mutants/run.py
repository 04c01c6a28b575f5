#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Breaks the library on purpose, one way after the other, in a copy of the tree: the simulation must
# notice every one. Fails if one survives, does not build, or is not found where it should be.
"""usage: run.py [-k TEXT] [--keep DIR] [--check]
TEXT: only mutants with it in their name; --check: only check that the text of each is found once"""

import argparse
import filecmp
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import conversation_mutants
import loop_mutants

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEST_LIMIT = 60  # seconds; a run that hangs is a mutant that was noticed
TRIES = 3  # runs before a verdict: some tests use real sockets, and depend on when the kernel acts
TARGET = "simulation"

# Which tests must notice which mutants.
SUITES = [("*descriptor_contract*", loop_mutants.MUTANTS),
          ("*conversations*", conversation_mutants.MUTANTS)]


def copy_tree(to):
    """All that git knows or would know, so that a mutant never touches the tree itself."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        source, copy = ROOT / name, to / name
        if not source.is_file() or (copy.is_file() and filecmp.cmp(source, copy, shallow=False)):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)


def configure(tree, build):
    command = ["cmake", "-S", tree, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
               "-DCMAKE_CXX_FLAGS_RELEASE=-O1", "-DWEFT_BUILD_TOOLS=OFF",
               "-DWEFT_BUILD_EXAMPLES=OFF", "-DWEFT_INSTALL=OFF"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def builds(build):
    made = subprocess.run(["cmake", "--build", build, "--target", TARGET], capture_output=True,
                          text=True)
    if made.returncode != 0:
        print(made.stdout[-3000:])
    return made.returncode == 0


def passes(build, suite):
    return failure_of(build, suite) is None


def failure_of(build, suite):
    """The end of what a run of the suite printed; None if it passes."""
    command = [build / "tests" / TARGET, f"--gtest_filter={suite}", "--gtest_fail_fast"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=TEST_LIMIT)
        return None if ran.returncode == 0 else ran.stdout[-2000:] + ran.stderr[-2000:]
    except subprocess.TimeoutExpired:
        return f"{suite} did not end within {TEST_LIMIT} s"


def passes_unbroken(build, suite):
    """Whether the suite passes in one of the runs without a mutant. Prints why a run failed."""
    for _ in range(TRIES):
        if (failure := failure_of(build, suite)) is None:
            return True
        print(failure, flush=True)
    return False


def misplaced(tree, path, text):
    """Why a mutant cannot be made; nothing if it can."""
    count = (tree / path).read_text().count(text)
    return None if count == 1 else f"its text stands in {path} {count} times, not once"


def check_places(mutants):
    problems = [(name, misplaced(ROOT, path, text)) for _, name, path, text, _ in mutants]
    for name, problem in problems:
        if problem:
            print(f"{name}: {problem}")
    return not any(problem for _, problem in problems)


def try_mutant(tree, build, suite, name, path, text, replacement):
    """What went wrong with it; nothing if it was noticed."""
    if problem := misplaced(tree, path, text):
        return problem
    target = tree / path
    sound = target.read_text()
    target.write_text(sound.replace(text, replacement))
    try:
        if not builds(build):
            return "does not build"
        return "SURVIVED" if all(passes(build, suite) for _ in range(TRIES)) else None
    finally:
        target.write_text(sound)


def run(workplace, wanted):
    tree, build = workplace / "tree", workplace / "build"
    copy_tree(tree)
    configure(tree, build)
    if not builds(build):
        sys.exit("mutants: the simulation does not build")
    if not all(passes_unbroken(build, suite) for suite, _ in SUITES):
        sys.exit("mutants: the simulation does not pass without any")
    bad = 0
    for mutant in wanted:
        start = time.monotonic()
        problem = try_mutant(tree, build, *mutant)
        bad += problem is not None
        print(f"{problem or 'noticed':10} {time.monotonic() - start:5.1f} s  {mutant[1]}",
              flush=True)
    print(f"{len(wanted) - bad} of {len(wanted)} mutants were noticed")
    return bad == 0 and bool(wanted)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("-k", default="")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    wanted = [(suite, *one) for suite, mutants in SUITES for one in mutants
              if options.k in one[0]]
    if options.check:
        good = check_places(wanted)
    elif options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        good = run(options.keep, wanted)
    else:
        with tempfile.TemporaryDirectory(prefix="weft-mutants-") as workplace:
            good = run(pathlib.Path(workplace), wanted)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
