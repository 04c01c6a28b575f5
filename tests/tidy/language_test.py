#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Checks that each public header, included alone in a language that Weft cannot be compiled in, says
# so in one sentence before anything else: language_test.py ROOT COMPILER

import concurrent.futures
import pathlib
import subprocess
import sys

LANGUAGES = {
    "-std=c++17": "Weft needs C++20 or later: compile with -std=c++20",
    "-fno-exceptions": "Weft needs exceptions: compile without -fno-exceptions",
}
# Headers whose own library may not be here are includes of other people's headers, first of all.
FOREIGN = ("#include <asio/", "#include <boost/")


def is_checked(path, text):
    """Some headers of WebSocket++'s interface include nothing of Weft, so any language will do."""
    of_weft = "websocketpp" not in path.parts or "<weft/" in text or "<websocketpp/" in text
    return of_weft and not any(word in text for word in FOREIGN)


def include_roots(root):
    """Each begins the names of some headers; the last one begins with the others' folder."""
    return [root / "include" / "websocketpp_compatible", root / "include"]


def include_paths(root):
    return [word for path in include_roots(root) for word in ("-I", path)]


def name_of(root, path):
    return next(path.relative_to(one) for one in include_roots(root) if one in path.parents)


def fault_of(root, compiler, header, flag):
    language = [] if "std" in flag else ["-std=c++20"]
    done = subprocess.run(
        [compiler, *language, flag, "-fsyntax-only", *include_paths(root), "-x", "c++", "-"],
        input=f"#include <{header}>\n", capture_output=True, text=True, timeout=120, check=False,
        env={"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin"})
    errors = [line for line in done.stderr.splitlines() if "error: " in line]
    if not errors or LANGUAGES[flag] not in errors[0]:
        return f"{header} with {flag}: {(errors or ['nothing is said'])[0]}"
    if len(errors) > 2 or "compilation ends here" not in errors[-1]:
        return f"{header} with {flag}: {len(errors)} errors"
    return None


def jobs_for(headers):
    """Both sentences are in one header: it is enough to look for the second in a few."""
    first, second = LANGUAGES
    few = [header for header in headers if header.count("/") == 1 or "/core/" in header]
    return [(header, first) for header in headers] + [(header, second) for header in few]


def main():
    root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2]
    headers = [name_of(root, path).as_posix()
               for path in sorted((root / "include").rglob("*.hpp"))
               if is_checked(path, path.read_text(encoding="utf-8"))]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        faults = pool.map(lambda job: fault_of(root, compiler, *job),
                          jobs_for(headers))
        found = [fault for fault in faults if fault]
    print("\n".join(found))
    print(f"{len(headers)} headers, {len(found)} finding(s)")
    sys.exit(1 if found or not headers else 0)


if __name__ == "__main__":
    main()
