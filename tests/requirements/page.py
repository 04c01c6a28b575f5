# SPDX-License-Identifier: MIT
# Writes docs/rfc6455.md and docs/rfc7692.md from the lists beside this file: each requirement with
# the line that implements it and the tests that check it. `page.py` checks that the code and the
# tests exist, and that the pages are up to date except for line numbers; `page.py --write` writes
# the pages.

import functools
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TEST = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
CASE = re.compile(r'"(own\.\w+|\d+(?:\.\d+)*\.?)"')
ENTRY = re.compile(r"^(\d[\d.]*) (MUST(?: NOT)?): (.+)$")
LINE_NUMBER = re.compile(r"#L\d+\)")


class Requirement:
    def __init__(self, section, level, what):
        self.section, self.level, self.what = section, level, what
        self.code, self.tests, self.none, self.note = [], [], "", ""


def read(path):
    """Headings and requirements in their order."""
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            entries.append(line[3:])
        elif found := ENTRY.match(line):
            entries.append(Requirement(*found.groups()))
        elif line.startswith(" "):
            word, _, rest = line.strip().partition(" ")
            if word == "code":
                entries[-1].code.append(rest.split(": ", 1))
            elif word == "test":
                entries[-1].tests += rest.split(", ")
            else:
                setattr(entries[-1], word, rest)
        elif line and not line.startswith("# "):
            raise SystemExit(f"{path.name}: not understood: {line}")
    return entries


def line_of(text, position):
    return text.count("\n", 0, position) + 1


@functools.cache
def tests():
    """Where each test begins, by its name."""
    found = {}
    for path in sorted((ROOT / "tests").rglob("*.cpp")):
        text = path.read_text(encoding="utf-8")
        for one in TEST.finditer(text):
            found[".".join(one.groups())] = (path.relative_to(ROOT), line_of(text, one.start()))
        if path.parent.name == "conformance":
            for one in CASE.finditer(text):
                case = one[1] if one[1].startswith("own.") else f"case {one[1]}"
                found.setdefault(case, (path.relative_to(ROOT), line_of(text, one.start())))
    return found


def place_of_test(name):
    """Of the test, of the first of a suite with `suite.*`, or of the group of a numbered case."""
    if name.endswith(".*"):
        return next((place for test, place in tests().items() if test.startswith(name[:-1])), None)
    if not name.startswith("case "):
        return tests().get(name)
    while name not in tests() and "." in name.rstrip("."):
        name = name.rstrip(".").rpartition(".")[0] + "."
    return tests().get(name)


def place_of_code(name, piece):
    path = ROOT / name
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    position = text.find(piece)
    return None if position < 0 else (pathlib.Path(name), line_of(text, position))


def link(text, place):
    path, line = place
    return f"[{text}](../{path}#L{line})"


def faults_of(one, number):
    if one.none:
        return
    if not one.code or not one.tests:
        yield f"RFC {number} §{one.section}: no code or no test: {one.what}"
    for name, piece in one.code:
        if not place_of_code(name, piece):
            yield f"RFC {number} §{one.section}: {name} has no line with: {piece}"
    for name in one.tests:
        if not place_of_test(name):
            yield f"RFC {number} §{one.section}: there is no test {name}"


def row(one):
    what = f"{one.what} {one.note}".strip()
    if one.none:
        return f"| §{one.section} | {one.level} | {what} | {one.none} | |"
    code = ", ".join(link(f"`{pathlib.Path(name).name}`", place_of_code(name, piece))
                     for name, piece in one.code)
    shown = ", ".join(link(f"`{name}`" if "." in name and " " not in name else name,
                           place_of_test(name)) for name in one.tests)
    return f"| §{one.section} | {one.level} | {what} | {code} | {shown} |"


def page(number, entries):
    own = [one for one in entries if isinstance(one, Requirement)]
    without = sum(1 for one in own if one.none)
    link_to_rfc = f"[RFC {number}](https://www.rfc-editor.org/rfc/rfc{number})"
    counts = f"{len(own)} requirements; {len(own) - without} with code and tests"
    text = [f"# RFC {number}: each requirement, its code and its tests", "",
            "`tests/requirements/page.py` writes this page. It lists each MUST and MUST NOT of",
            f"{link_to_rfc} for endpoints, in our own words,",
            "with the line that implements it and the tests that check it. The second column has",
            "the RFC's term; the third says what is true as a result. The daily tests check that",
            "the code and the tests in this table exist.", "",
            f"{counts}, {without} without, with the reason.",
            "`case` is a case of the conformance suite, with its number in the Autobahn suite."]
    for one in entries:
        if isinstance(one, str):
            text += ["", f"## {one}", "", "| section | | requirement | code | tests |",
                     "|---|---|---|---|---|"]
        else:
            text.append(row(one))
    return "\n".join(text) + "\n"


def main():
    findings = []
    for number in ("6455", "7692"):
        entries = read(HERE / f"rfc{number}.txt")
        faults = [fault for one in entries if isinstance(one, Requirement)
                  for fault in faults_of(one, number)]
        findings += faults
        if faults:
            continue
        target = ROOT / "docs" / f"rfc{number}.md"
        made = page(number, entries)
        if "--write" in sys.argv[1:]:
            target.write_text(made, encoding="utf-8")
        there = target.read_text(encoding="utf-8") if target.is_file() else ""
        if LINE_NUMBER.sub(")", there) != LINE_NUMBER.sub(")", made):
            findings.append(f"docs/rfc{number}.md is out of date: run {sys.argv[0]} --write")
    print(*findings, f"{len(findings)} finding(s)", sep="\n")
    sys.exit(1 if findings else 0)


main()
