#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Checks what a reader meets first: the name of a file, its licence line and opening comment, its
# width, and that nothing was left for later.

import re

import source_tree

COLUMNS = 100
OPENING_LINES = 5
SPDX = "SPDX-License-Identifier: MIT"
BANNED = {"util", "utils", "common", "manager", "helper", "helpers", "base", "impl", "misc"}
SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z]+)?$")
OWN_NAMES = {"CMakeLists.txt", "weft-config.cmake"}
LEFT_FOR_LATER = re.compile("|".join(("TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK")))


def check(root):
    for path in source_tree.cpp_files(root):
        yield from faults_of(root, path, "//")
    for path in source_tree.script_files(root):
        yield from faults_of(root, path, "#")
    for path in source_tree.leftovers(root):
        yield f"{path}: a tool has left this file"


def faults_of(root, path, comment):
    lines = source_tree.lines_of(root, path)
    yield from name_faults(path)
    yield from opening_faults(path, [line for _, line in lines], comment)
    for number, line in lines:
        yield from (f"{path}:{number}: {fault}" for fault in line_faults(line))


def name_faults(path):
    if path.name not in OWN_NAMES and not SNAKE_CASE.match(path.name):
        yield f"{path}: the name is not snake_case"
    if "websocketpp_compatible" in path.parts:
        return  # these names are those of WebSocket++
    for word in BANNED & set(path.stem.split("_")):
        yield f"{path}: '{word}' says nothing about what the file is for"


def opening_faults(path, lines, comment):
    if lines and lines[0].startswith("#!"):
        lines = lines[1:]
    if not lines or lines[0] != f"{comment} {SPDX}":
        yield f"{path}:1: the first line must be '{comment} {SPDX}'"
        return
    if lines[1:2] and lines[1].startswith('"""'):
        return
    length = 0
    while length + 1 < len(lines) and lines[length + 1].startswith(comment):
        length += 1
    if length == 0:
        yield f"{path}:2: a comment must say what the file owns"
    elif length > OPENING_LINES:
        yield f"{path}:2: the opening comment has {length} lines, more than {OPENING_LINES}"


def line_faults(line):
    if len(line) > COLUMNS:
        yield f"{len(line)} columns, more than {COLUMNS}"
    if "\t" in line:
        yield "a tab"
    if line != line.rstrip():
        yield "white space at the end"
    if LEFT_FOR_LATER.search(line):
        yield "something was left for later"


if __name__ == "__main__":
    source_tree.run(check)
