#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Checks that each relative link of a document leads to a file of the tree, and to a heading that
# the file has, and that docs/README.md or a page that it names leads to every page of docs/.

import os
import pathlib
import re

import source_tree

FOLDERS = ["docs", "tests", "benchmarks", "bindings", "examples"]
AT_THE_TOP = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.*?)[ \t]*$", re.MULTILINE)


def documents(root):
    here = [pathlib.Path(name) for name in AT_THE_TOP if (root / name).is_file()]
    return here + source_tree.files(root, FOLDERS, {".md"})


def text_of(root, path):
    """Without blocks of code, in which nothing is a link or a heading."""
    return FENCED.sub("", (root / path).read_text(encoding="utf-8"))


def anchor(heading):
    """The name that a heading gets: lower case, words joined by hyphens, no punctuation."""
    heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
    return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")


def anchors_of(root, path):
    return {anchor(heading) for heading in HEADING.findall(text_of(root, path))}


def links_of(root, path):
    """The targets of a document's relative links: files, as paths below the root, and anchors."""
    for target in LINK.findall(SPAN.sub("", text_of(root, path)).replace("\n", " ")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        there = os.path.normpath(path.parent / name) if name else str(path)
        yield target, pathlib.Path(there), fragment


def check(root):
    reached = {pathlib.Path("docs/README.md")}
    for path in documents(root):
        for target, there, fragment in links_of(root, path):
            reached.add(there)
            if not (root / there).exists():
                yield f"{path}: there is no {target}"
            elif fragment and there.suffix == ".md" and fragment not in anchors_of(root, there):
                yield f"{path}: {there} has no heading for #{fragment}"
    for page in source_tree.files(root, ["docs"], {".md"}):
        if page not in reached and page.parent not in reached:
            yield f"{page}: no document has a link to it"


if __name__ == "__main__":
    source_tree.run(check)
