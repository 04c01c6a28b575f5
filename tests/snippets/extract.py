#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Turns the C++ blocks of documents into source files, and prints their names for CMake.
# A block with a main is a program. `<!-- compile: body -->` on the line before a block puts it into
# a function; `<!-- compile: program -->` takes it as it is; `<!-- compile: run -->` as well, and a
# test runs the program; `<!-- compile: none -->` leaves it out.

import argparse
import pathlib
import re

BLOCK = re.compile(
    r"(?:^<!-- compile: (?P<mark>\w+)(?: with (?P<components>[\w ]+?))? -->[ \t]*\n\s*)?"
    r"^```cpp[ \t]*\n(?P<code>.*?)^```[ \t]*$",
    re.MULTILINE | re.DOTALL)
HAS_MAIN = re.compile(r"^int main\(", re.MULTILINE)

# What a reader takes for granted around a fragment; one that the fragment declares is left out.
SURROUNDINGS = {
    "loop": "weft::event_loop",
    "server": "weft::server",
    "client": "weft::client",
    "peer": "weft::connection",
    "mine": "int",
    "do_my_work": "weft::function<void()>",
}
HEADERS = ["algorithm", "array", "chrono", "csignal", "functional", "iostream", "memory", "set",
           "span", "string", "string_view", "thread", "vector", "poll.h", "unistd.h",
           "weft/weft.hpp"]


def kind_of(mark, code):
    if mark not in (None, "program", "run", "body", "none"):
        raise SystemExit(f"unknown mark: compile: {mark}")
    return mark or ("program" if HAS_MAIN.search(code) else "none")


# What a fragment with components includes beside them.
HEADERS_OF = {
    "deflate": ["weft/deflate/permessage_deflate.hpp"],
    "redis": ["weft/redis/redis_broker.hpp", "weft/redis/redis_url.hpp"],
    "tls": ["weft/tls/tls_client.hpp"],
}


def wrapped(code, name, line, components):
    parameters = ", ".join(
        f"[[maybe_unused]] {kind}& {word}" for word, kind in SURROUNDINGS.items()
        if not re.search(rf"\bweft::\w+&? {word}\b", code))
    headers = HEADERS + [header for each in components for header in HEADERS_OF.get(each, [])]
    includes = "".join(f"#include <{header}>\n" for header in headers)
    return f"{includes}void {name}({parameters});\nvoid {name}({parameters}) {{\n{line}{code}}}\n"


def program(code, line):
    """A program may leave out the headers of the library's own sketch, never weft's."""
    return f"#include <iostream>\n{line}{code}"


def sources_of(document, root, components):
    text = document.read_text(encoding="utf-8")
    shown = document.relative_to(root)
    stem = re.sub(r"\W", "_", str(shown.with_suffix("")))
    for number, block in enumerate(BLOCK.finditer(text), start=1):
        kind = kind_of(block["mark"], block["code"])
        needed = (block["components"] or "").split()
        if kind == "none" or not set(needed) <= set(components):
            continue
        name = f"{stem}_{number}" + ("_run" if kind == "run" else "")
        first = text.count("\n", 0, block.start("code")) + 1
        line = f'#line {first} "{shown}"\n'
        body = program(block["code"], line) if kind in ("program", "run") else wrapped(
            block["code"], name, line, needed)
        yield f"{name}.cpp", body


def write_if_changed(path, content):
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        path.write_text(content, encoding="utf-8")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--root", type=pathlib.Path, required=True)
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    arguments.add_argument("--components", nargs="*", default=[])
    arguments.add_argument("documents", type=pathlib.Path, nargs="*")
    options = arguments.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    written = []
    for document in options.documents:
        for name, content in sources_of(document, options.root, options.components):
            write_if_changed(options.out / name, content)
            written.append(str(options.out / name))
    print(";".join(written))


main()
