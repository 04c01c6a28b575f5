#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# The C that a page shows is in an example, line for line: quotations_test.py PAGE EXAMPLE...

import pathlib
import re
import sys


def lines_of(text):
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


page, *examples = (pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[1:])
quoted = re.findall(r"```c\n(.*?)```", page, re.DOTALL)
assert quoted, "the page shows no C"
missing = [one for one in quoted
           if not any(lines_of(one) in lines_of(example) for example in examples)]
for one in missing:
    print("in no example:\n" + one)
sys.exit(1 if missing else 0)
