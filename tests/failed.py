# SPDX-License-Identifier: MIT
# Prints the end of what each failed test of the last ctest run has printed.
# Usage: failed.py <build folder>

import os
import re
import sys

FOLDER = os.path.join(sys.argv[1], "Testing", "Temporary")
LINES = 40


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8", errors="replace") as file:
        return file.read()


failed = [line.partition(":")[2] for line in read("LastTestsFailed.log").splitlines()]
outputs = dict(re.findall(r"^\d+/\d+ Testing: (\S+)\n.*?^-{58}\n(.*?)<end of output>",
                          read("LastTest.log"), re.M | re.S))
for name in failed:
    print(f"{name}:", *outputs.get(name, "").splitlines()[-LINES:], sep="\n   ")
