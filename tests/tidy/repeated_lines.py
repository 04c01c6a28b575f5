#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Checks that no run of ten lines stands in two files of the library: what kinds of connections and
# endpoints have in common is written once. Comments, includes and the prefix `raw_` do not count.

import re

import source_tree

RUN = 10
FOLDERS = ("src/", "include/")
IGNORED = re.compile(r"//.*|^#.*|^(\} )?namespace.*|\braw_")


def check(root):
    seen = {}
    for path in source_tree.cpp_files(root):
        if not str(path).startswith(FOLDERS):
            continue
        lines = significant(source_tree.lines_of(root, path))
        clear_from = 0
        for at in range(len(lines) - RUN + 1):
            run = tuple(text for _, text in lines[at:at + RUN])
            first_path, first_line = seen.setdefault(run, (path, lines[at][0]))
            if first_path != path and at >= clear_from:
                clear_from = at + RUN
                yield (f"{path}:{lines[at][0]}: {RUN} lines that stand in "
                       f"{first_path}:{first_line}, too")


def significant(lines):
    kept = ((number, IGNORED.sub("", line).strip()) for number, line in lines)
    return [(number, text) for number, text in kept if text]


if __name__ == "__main__":
    source_tree.run(check)
