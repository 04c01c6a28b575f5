# SPDX-License-Identifier: MIT
# Judges what an Autobahn runner says about each case: which verdicts are accepted, and a table of
# those that are not. Python 2.7 and 3 run it; knows no runner but the report index it reads.

from __future__ import print_function

import json
import sys

CASES = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"]
CASE_COUNT = 301
CASES_OVER_TLS = [group for group in CASES if group != "9.*"]
CASE_COUNT_OVER_TLS = 247
COMPRESSED_CASES = ["12.*", "13.*"]
COMPRESSED_CASE_COUNT = 216
# Of the 18 cases in each group, those with messages of up to 16 KiB, some of them in fragments.
QUICK_COMPRESSED_CASES = ["%s.%d.%d" % (group, number, case)
                          for group, numbers in (("12", range(1, 6)), ("13", range(1, 8)))
                          for number in numbers for case in (1, 2, 3, 4, 5, 11, 12)]
# With this result kosoku 0.1.0 ends, before it connects, those cases whose payload it cannot hash.
KOSOKU_FAULT = "Strings must be encoded before hashing"
INFORMATIONAL = ["7.1.6"] + ["7.13.%d" % number for number in (1, 2)]


def chosen(over_tls, complete):
    """Patterns of cases, and how many cases they match."""
    if complete:
        return CASES + COMPRESSED_CASES, CASE_COUNT + COMPRESSED_CASE_COUNT
    return (CASES_OVER_TLS, CASE_COUNT_OVER_TLS) if over_tls else (CASES, CASE_COUNT)


def is_accepted(case, behavior, close):
    """OK in both columns; informational where the specification leaves it open."""
    allowed = {"OK", "INFORMATIONAL"} if case in INFORMATIONAL else {"OK"}
    return behavior in allowed and close in allowed


def judge(verdicts, count=CASE_COUNT):
    """Prints the cases that are not accepted and a summary; `verdicts` are (case, behavior,
    close). Returns the exit status."""
    faults = [verdict for verdict in verdicts if not is_accepted(*verdict)]
    for case, behavior, close in faults:
        print("%-8s %-14s close %s" % (case, behavior, close))
    print("%d cases, %d of them not OK" % (len(verdicts), len(faults)))
    if len(verdicts) != count:
        print("there should be %d cases" % count)
        return 1
    return 1 if faults else 0


def read_index(path):
    """The verdicts in an index.json of Autobahn, which holds one agent."""
    with open(path) as file:
        index = json.load(file)
    assert len(index) == 1, "the report names %d agents" % len(index)
    cases = list(index.values())[0]
    return [(name, str(case["behavior"]), str(case["behaviorClose"]))
            for name, case in sorted(cases.items(), key=lambda item: number_of(item[0]))]


def number_of(case):
    return [int(part) for part in case.split(".")]


if __name__ == "__main__":
    sys.exit(judge(read_index(sys.argv[1])))
