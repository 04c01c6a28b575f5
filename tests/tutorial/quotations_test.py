# SPDX-License-Identifier: MIT
# What a page shows below `<!-- from FILE -->` is in that file, line for line, and all of the
# program's files are shown or named: quotations_test.py PAGE FILE...

import pathlib
import re
import sys

QUOTATION = re.compile(
    r"<!-- from (\w+\.[ch]pp) -->\n<!-- compile: none -->\n```cpp\n(.*?)```", re.DOTALL)


def lines_of(text):
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


page = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
files = {pathlib.Path(name).name: lines_of(pathlib.Path(name).read_text(encoding="utf-8"))
         for name in sys.argv[2:]}
quoted = QUOTATION.findall(page)
faults = [f"no block is from {name}" for name in files.keys() - {name for name, _ in quoted}]
faults += [f"not in {name}:\n{code}" for name, code in quoted
           if lines_of(code) not in files.get(name, "")]
if page.count("```cpp") != len(quoted):
    faults.append("a block of C++ does not say which file it is from")
print("\n".join(faults))
sys.exit(1 if faults else 0)
