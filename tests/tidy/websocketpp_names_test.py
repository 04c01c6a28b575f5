#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Compares the page on the names of WebSocket++ with the headers: names that it calls the same,
# different or added exist, and those that do not exist are called refused.
# Usage: names_test.py <folder of the repository>

import pathlib
import re
import sys

# Endpoints, and connections with their base classes.
INTERFACE = ("endpoint.hpp", "connection.hpp", "detail/connection_handshake.hpp",
             "detail/connection_turns.hpp")

root = pathlib.Path(sys.argv[1])
headers = root / "include/websocketpp_compatible/websocketpp"
text = "\n".join(path.read_text(encoding="utf-8") for path in headers.rglob("*.hpp"))
known = set(re.findall(r"\w+", re.sub(r"//.*", "", text)))

faults = []
rows = 0
page = (root / "docs/websocketpp-names.md").read_text(encoding="utf-8")
for line in page.splitlines():
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    if not line.startswith("| `") or len(cells) != 2:
        continue
    rows += 1
    for name in re.findall(r"`([\w:]+)`", cells[0]):
        exists = all(part in known for part in name.split("::"))
        if not exists and not cells[1].startswith("refused"):
            faults.append(f"{name} does not exist")
members = re.findall(r"(?m)^    [^\n;{}=]*?\b((?:set|get)_\w+)\(",
                     "".join((headers / name).read_text(encoding="utf-8") for name in INTERFACE))
for name in sorted(set(members)):
    if f"`{name}`" not in page and name not in ("set_handle",):
        faults.append(f"{name} is not on the page")

print("\n".join(faults) or f"{rows} rows agree with the headers")
sys.exit(1 if faults or rows < 20 else 0)
