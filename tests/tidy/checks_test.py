#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Proves that the checks find what they look for, and only that.

import pathlib
import tempfile
import unittest

import document_links
import file_style
import include_direction
import repeated_lines
import system_headers
import umbrella

OPENING = "// SPDX-License-Identifier: MIT\n// Owns a thing.\n"


def findings(check, path, text):
    """What `check` says about a tree of one file."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return list(check.check(pathlib.Path(folder)))


class IncludeDirection(unittest.TestCase):
    def faults(self, path, include):
        return len(findings(include_direction, path, f"#include {include}\n"))

    def test_left_is_allowed(self):
        self.assertEqual(self.faults("src/endpoint/a.cpp", "<weft/loop/b.hpp>"), 0)
        self.assertEqual(self.faults("src/loop/a.cpp", '"stream/b.hpp"'), 0)
        self.assertEqual(self.faults("tools/weft/main.cpp", "<weft/weft.hpp>"), 0)
        self.assertEqual(self.faults("include/weft/weft.hpp", "<weft/core/b.hpp>"), 0)

    def test_right_and_across_are_faults(self):
        self.assertEqual(self.faults("include/weft/core/a.hpp", "<weft/stream/b.hpp>"), 1)
        self.assertEqual(self.faults("src/connection/a.cpp", "<weft/loop/b.hpp>"), 1)
        self.assertEqual(self.faults("src/loop/a.cpp", "<weft/connection/b.hpp>"), 1)
        self.assertEqual(self.faults("src/stream/a.cpp", '"loop/b.hpp"'), 1)
        self.assertEqual(self.faults("src/endpoint/a.cpp", "<weft/weft.hpp>"), 1)

    def test_private_headers_stay_private(self):
        self.assertEqual(self.faults("include/weft/core/a.hpp", '"core/b.hpp"'), 1)
        self.assertEqual(self.faults("examples/a.cpp", '"core/b.hpp"'), 1)

    def test_climbing_is_a_fault(self):
        self.assertEqual(self.faults("src/core/a.cpp", '"../stream/b.hpp"'), 1)


class DocumentLinks(unittest.TestCase):
    def faults(self, text):
        return len(findings(document_links, "docs/README.md", text))

    def test_files_and_headings(self):
        self.assertEqual(self.faults("# A `b` c\n[x](#a-b-c) [y](README.md#a-b-c)\n"), 0)
        self.assertEqual(self.faults("[a](https://example.org) `[b](gone.md)`\n"), 0)
        self.assertEqual(self.faults("# A\n[x](#b)\n"), 1)
        self.assertEqual(self.faults("[x](gone.md)\n"), 1)

    def test_a_page_without_a_link(self):
        self.assertEqual(len(findings(document_links, "docs/alone.md", "# Alone\n")), 1)


class SystemHeaders(unittest.TestCase):
    def faults(self, path, line):
        return len(findings(system_headers, path, line + "\n"))

    def test_headers(self):
        self.assertEqual(self.faults("src/loop/posix/a.cpp", "#include <unistd.h>"), 0)
        self.assertEqual(self.faults("src/loop/a.cpp", "#include <unistd.h>"), 1)
        self.assertEqual(self.faults("examples/a.cpp", "#include <poll.h>"), 0)
        self.assertEqual(self.faults("src/endpoint/a.cpp", "#include <sys/socket.h>"), 1)
        self.assertEqual(self.faults("include/weft/loop/a.hpp", "#include <netinet/in.h>"), 1)

    def test_files_of_one_system(self):
        include = '#include "loop/posix/a.hpp"'
        self.assertEqual(self.faults("src/loop/linux/a.cpp", include), 0)
        self.assertEqual(self.faults("tests/unit/loop/a.cpp", include), 0)
        self.assertEqual(self.faults("src/loop/a.cpp", '#include "loop/posix_2024/a.hpp"'), 1)
        for folder in ("endpoint", "cares", "connection", "loop", "hosts"):
            self.assertEqual(self.faults(f"src/{folder}/a.cpp", include), 1)

    def test_conditions(self):
        self.assertEqual(self.faults("src/loop/linux/epoll_engine.cpp", "#ifdef __linux__"), 0)
        self.assertEqual(self.faults("src/core/a.cpp", "#ifndef NDEBUG"), 0)
        self.assertEqual(self.faults("src/loop/timer.cpp", "#ifdef __linux__"), 1)
        self.assertEqual(self.faults("src/core/a.cpp", "#if defined(_WIN32)"), 1)


class Umbrella(unittest.TestCase):
    def faults(self, headers, left_out=()):
        """How much is found in a tree of headers, each given with what it includes."""
        with tempfile.TemporaryDirectory() as folder:
            for name, included in headers.items():
                file = pathlib.Path(folder) / "include/weft" / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text("".join(f"#include <weft/{one}>\n" for one in included))
            listed = {f"weft/{name}": "a reason" for name in left_out}
            return len(list(umbrella.check(pathlib.Path(folder), listed)))

    def test_complete(self):
        tree = {"weft.hpp": ["loop/a.hpp"], "loop/a.hpp": ["core/b.hpp"], "core/b.hpp": []}
        self.assertEqual(self.faults(tree), 0)
        self.assertEqual(self.faults({**tree, "tls/c.hpp": [], "hosts/d.hpp": []}), 0)
        self.assertEqual(self.faults({**tree, "core/c.hpp": []}, ["core/c.hpp"]), 0)

    def test_missing(self):
        self.assertEqual(self.faults({"weft.hpp": [], "core/a.hpp": [], "loop/b.hpp": []}), 2)

    def test_reasons_that_no_longer_hold(self):
        tree = {"weft.hpp": ["core/a.hpp"], "core/a.hpp": []}
        self.assertEqual(self.faults(tree, ["core/a.hpp"]), 1)
        self.assertEqual(self.faults(tree, ["core/gone.hpp"]), 1)


class FileStyle(unittest.TestCase):
    def faults(self, path, text):
        return len(findings(file_style, path, text))

    def test_good(self):
        self.assertEqual(self.faults("src/core/frame_parser.cpp", OPENING), 0)

    def test_names(self):
        self.assertEqual(self.faults("src/core/FrameParser.cpp", OPENING), 1)
        self.assertEqual(self.faults("src/core/frame_utils.cpp", OPENING), 1)

    def test_leftovers(self):
        self.assertEqual(self.faults("src/core/a.cpp.orig", OPENING), 1)
        self.assertEqual(self.faults("a.out", ""), 1)

    def test_opening(self):
        self.assertEqual(self.faults("src/core/a.cpp", "int a;\n"), 1)
        self.assertEqual(self.faults("src/core/a.cpp", OPENING.split("\n")[0] + "\n\n"), 1)
        self.assertEqual(self.faults("src/core/a.cpp", OPENING + "// and more\n" * 5), 1)

    def test_lines(self):
        self.assertEqual(self.faults("src/core/a.cpp", OPENING + "\tint a;\n"), 1)
        self.assertEqual(self.faults("src/core/a.cpp", OPENING + "int a; \n"), 1)
        self.assertEqual(self.faults("src/core/a.cpp", OPENING + "/" * 101 + "\n"), 1)
        self.assertEqual(self.faults("src/core/a.cpp", OPENING + "// TO" "DO\n"), 1)


class RepeatedLines(unittest.TestCase):
    def faults(self, lines, first="src/core/a.cpp", second="src/endpoint/raw_b.cpp"):
        """What is found in two files that have `lines` in common, and others before and after."""
        with tempfile.TemporaryDirectory() as folder:
            for path in (first, second):
                file = pathlib.Path(folder) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                own = [f"int {file.stem}_{number};" for number in range(8)]
                file.write_text("\n".join([*own, *lines, *own]), encoding="utf-8")
            return len(list(repeated_lines.check(pathlib.Path(folder))))

    def test_runs(self):
        lines = [f"call_{number}();" for number in range(25)]
        self.assertEqual(self.faults(lines[:9]), 0)
        self.assertEqual(self.faults(lines[:10]), 1)
        self.assertEqual(self.faults(lines), 2)

    def test_comments_and_the_prefix_do_not_count(self):
        lines = [f"raw_call_{number}(); // {number}" for number in range(9)]
        self.assertEqual(self.faults([*lines, "", "// twice", "#include <a>"]), 0)
        self.assertEqual(self.faults([*lines, "", "call();"]), 1)

    def test_tests_may_repeat(self):
        lines = [f"call_{number}();" for number in range(10)]
        self.assertEqual(self.faults(lines, "tests/a.cpp", "tests/b.cpp"), 0)


unittest.main()
