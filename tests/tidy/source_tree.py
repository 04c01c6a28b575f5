# SPDX-License-Identifier: MIT
# The tree as the checks see it: which files there are, which layer each is in, and how findings
# are reported. Knows no rule.

import pathlib
import sys

CPP_FOLDERS = ["include", "src", "tools", "examples", "benchmarks", "bindings", "tests"]
SCRIPT_FOLDERS = ["bindings", "cmake", "benchmarks", "packaging", "tests"]


def cpp_files(root):
    """All C++ and C files below `root`, as paths relative to it."""
    return files(root, CPP_FOLDERS, {".hpp", ".cpp", ".h", ".c"})


def script_files(root):
    """Python, shell and CMake files below `root`, as paths relative to it."""
    found = files(root, SCRIPT_FOLDERS, {".py", ".sh", ".cmake"})
    found += [path for path in files(root, ["src", "tests", "bindings"], {".txt"})
              if path.name == "CMakeLists.txt"]
    return found + [pathlib.Path(name) for name in ("CMakeLists.txt", "dev")
                    if (root / name).exists()]


def leftovers(root):
    """Files that patch, merges, editors and compilers leave behind."""
    suffixes = {".orig", ".rej", ".bak", ".o", ".out"}
    at_the_top = [path.relative_to(root) for path in root.iterdir() if path.suffix in suffixes]
    return at_the_top + files(root, CPP_FOLDERS + ["docs", "cmake", "web"], suffixes)


def files(root, folders, suffixes):
    return sorted(
        path.relative_to(root) for folder in folders for path in (root / folder).rglob("*")
        if path.suffix in suffixes and path.is_file()
        and not {"build", "node_modules", "target"} & set(path.relative_to(root).parts))


def layer_of(path):
    """The layer of a file below include/weft/ or src/; of others the first folder."""
    parts = path.parts
    if parts[:2] == ("include", "weft"):
        return parts[2] if len(parts) > 3 else "weft"
    if parts[:2] == ("include", "websocketpp_compatible"):
        return "websocketpp"
    return parts[1] if parts[0] == "src" else parts[0]


def lines_of(root, path):
    text = (root / path).read_text(encoding="utf-8")
    return list(enumerate(text.splitlines(), start=1))


def run(check):
    """Prints what `check(root)` yields and exits with 1 if that was anything. The root is the first
    argument, or else the tree of this file."""
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]
    findings = list(check(pathlib.Path(root).resolve()))
    for finding in findings:
        print(finding)
    print(f"{len(findings)} finding(s)")
    sys.exit(1 if findings else 0)
