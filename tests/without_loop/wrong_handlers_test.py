# SPDX-License-Identifier: MIT
# A handler with a wrong signature does not compile, and the error names it:
# wrong_handlers_test.py compiler include_folder...

import subprocess
import sys

COMPILER, *FOLDERS = sys.argv[1:]

PROGRAM = """
#include <weft/connection/connection.hpp>
%s
"""

# What is written, and what the message must name; nothing if it has to compile.
CASES = [
    ("weft::handlers all{.message = [](weft::connection&, int*) {}};", "handlers::message"),
    ("weft::handlers all{.open = [] {}};", "handlers::open"),
    ("weft::handlers all{.close = [](weft::connection&) {}};", "handlers::close"),
    ("weft::handlers all{.fail = 7};", "handlers::fail"),
    ("weft::handlers all{.open = [](auto&) {}, .message = [](auto&, auto) {}};", None),
    ("void f(weft::connection& c, weft::http_response r = {.status = 200, .body = \"x\"})"
     " { static_cast<void>(c.respond(r));"
     " static_cast<void>(c.respond({.status = 200, .body = \"x\"})); }", None),
    ("const weft::report some{.error = {}}; const weft::http_field field{\"X\"};"
     "const weft::close_frame frame{.code = weft::close_code::normal};"
     "const weft::connect_options dial{.via = \"x\"};"
     "const weft::connection_options options{.keep_handshake = true};", None),
]


def compile_errors(source):
    command = [COMPILER, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-x", "c++",
               *("-I" + folder for folder in FOLDERS if folder), "-"]
    done = subprocess.run(command, input=PROGRAM % source, text=True, capture_output=True,
                          check=False)
    return None if done.returncode == 0 else done.stderr


failed = False
for written, named in CASES:
    errors = compile_errors(written)
    if named is None:
        right = errors is None
    else:
        right = errors is not None and named in errors and "called with other arguments" in errors
    if not right:
        failed = True
        print("wrong:", written, "\n", errors or "it compiles")
sys.exit(1 if failed else 0)
