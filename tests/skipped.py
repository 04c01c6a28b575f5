# SPDX-License-Identifier: MIT
# Says which tests of the last ctest run were skipped, and why: a test that ends with 77, and cases
# that Python's unittest or GoogleTest has skipped.
# Usage: skipped.py <build folder>

import os
import re
import sys

LOG = os.path.join(sys.argv[1], "Testing", "Temporary", "LastTest.log")
TEST = re.compile(r"^\d+/\d+ Testing: (\S+)\n(.*?)^-{58}\n(.*?)<end of output>\n(.*?)(?=^-{58}$)",
                  re.M | re.S)
CASE = [re.compile(r"^(\w+) \(.*?\).*? \.\.\. skipped ['\"](.*)['\"]$", re.M),
        re.compile(r"^.*: Skipped\n(.+)\n", re.M)]


def skipped(text):
    for name, _, output, end in TEST.findall(text):
        if "Test Skipped" in end or "Skip return code" in end:
            yield name, (output.strip() or "no reason given").splitlines()[-1]
            continue
        for pattern in CASE:
            for found in pattern.findall(output):
                case, reason = found if isinstance(found, tuple) else ("", found)
                yield f"{name} {case}".strip(), reason


if os.path.exists(LOG):
    with open(LOG, encoding="utf-8", errors="replace") as log:
        for name, reason in dict.fromkeys(skipped(log.read())):
            print(f"   skipped: {name}: {reason.removeprefix('skipped: ')}")
