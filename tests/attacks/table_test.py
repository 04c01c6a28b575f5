#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Proves that every test named in the tables of README.md exists, and that every test beside this
# file is named there: table_test.py <folder of all tests>

import pathlib
import re
import sys

TEST = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
CONFORMANCE_CASE = re.compile(r'"(own\.\w+)"')
NAMED = re.compile(r"`(\w+\.\w+)`")


def tests_in(folder):
    found = set()
    for path in folder.rglob("*.cpp"):
        text = path.read_text(encoding="utf-8")
        found.update(f"{suite}.{name}" for suite, name in TEST.findall(text))
        found.update(CONFORMANCE_CASE.findall(text))
    return found


def named_in(readme):
    rows = [line for line in readme.read_text(encoding="utf-8").splitlines()
            if line.startswith("|")]
    return set(NAMED.findall("\n".join(rows)))


here = pathlib.Path(__file__).resolve().parent
named = named_in(here / "README.md")
findings = [f"{name}: named in README.md, but there is no such test"
            for name in sorted(named - tests_in(pathlib.Path(sys.argv[1])))]
findings += [f"{name}: not named in README.md" for name in sorted(tests_in(here) - named)]
print(*findings, f"{len(named)} tests named, {len(findings)} finding(s)", sep="\n")
sys.exit(1 if findings or not named else 0)
