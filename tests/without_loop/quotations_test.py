# SPDX-License-Identifier: MIT
# What a page quotes of an example is there, line for line: quotations_test.py page example
# Checked are the blocks below `<!-- quotation -->`.

import pathlib
import re
import sys

QUOTATION = re.compile(r"<!-- quotation -->\n<!-- compile: none -->\n```cpp\n(.*?)```", re.DOTALL)


def lines_of(text):
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


page = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
example = lines_of(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
quoted = QUOTATION.findall(page)
assert quoted, "the page quotes nothing"
missing = [one for one in quoted if lines_of(one) not in example]
for one in missing:
    print("not in the example:\n" + one)
sys.exit(1 if missing else 0)
