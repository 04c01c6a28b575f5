# SPDX-License-Identifier: MIT
# Writes docs/autobahn.md: the verdicts of the original Autobahn test suite, by group and role.
# Usage: autobahn_page.py <folder of the reports> <role>...

import collections
import datetime
import os
import sys

import autobahn_verdicts

GROUPS = {"1": "framing", "2": "pings and pongs", "3": "reserved bits", "4": "opcodes",
          "5": "fragmentation", "6": "UTF-8", "7": "closing", "9": "limits and large messages",
          "10": "automatic fragmentation", "12": "compression of different payloads",
          "13": "parameters of compression"}
TITLES = {"server": "server", "client": "client", "tls_server": "server, TLS",
          "tls_client": "client, TLS"}
HEAD = """\
# Autobahn

What the original [Autobahn test suite](https://github.com/crossbario/autobahn-testsuite) says about
Weft, on the loop's default engine. `./dev autobahn` runs all of its cases and writes this page,
last on %s. Each cell has the number of cases that are OK, and of all cases.
"""


def counts(verdicts):
    """By group: how many cases are OK, informational, and how many there are."""
    table = collections.defaultdict(lambda: [0, 0, 0])
    for case, behavior, close in verdicts:
        row = table[case.split(".")[0]]
        row[0] += behavior == "OK" and close == "OK"
        row[1] += "INFORMATIONAL" in (behavior, close)
        row[2] += 1
    return table


def cell(row):
    ok, informational, total = row
    more = f", {informational} informational" if informational else ""
    return f"{ok} of {total}{more}"


def write_page(reports, roles):
    found = {role: autobahn_verdicts.read_index(os.path.join(reports, role, "index.json"))
             for role in roles}
    tables = {role: counts(found[role]) for role in roles}
    print(HEAD % datetime.date.today().isoformat())
    print("| group | " + " | ".join(TITLES[role] for role in roles) + " |")
    print("|---" * (len(roles) + 1) + "|")
    for group, title in GROUPS.items():
        cells = [cell(tables[role][group]) for role in roles]
        print(f"| {group}, {title} | " + " | ".join(cells) + " |")
    sums = [cell([sum(column) for column in zip(*tables[role].values())]) for role in roles]
    print("| all | " + " | ".join(sums) + " |")
    print("\nInformational are cases where the RFC leaves the behavior open: "
          + ", ".join(autobahn_verdicts.INFORMATIONAL) + ".")


if __name__ == "__main__":
    write_page(sys.argv[1], sys.argv[2:])
