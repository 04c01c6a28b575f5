#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Writes the module unit of `import weft;` from the public headers: it exports each name that
# weft.hpp declares in namespace weft.
# Usage: module_unit.py <root of the sources> <unit>

import pathlib
import re
import sys

OPENING = """// SPDX-License-Identifier: MIT
// The module `weft`: all names of <weft/weft.hpp>. Written by cmake/module_unit.py.
module;

#include <weft/weft.hpp>

export module weft;

export namespace weft {
"""
NO_TEXT = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'", re.S)
TYPE = re.compile(r"(?:class|struct|union|enum(?: class| struct)?) (\w+)(?: final)?(?:$| *:(?!:))")
ALIAS = re.compile(r"(?:using|concept) (\w+) *=")
OPERATOR = re.compile(r"\b(operator *(?:\(\)|\[\]|[^\s\w(]+)) *\(")
FUNCTION = re.compile(r"(?<![:\w.])([a-z]\w*) *\(")
NO_FUNCTION = {"alignas", "decltype", "noexcept", "requires", "explicit", "sizeof"}


def declarations(text):
    """Yields the declarations directly in namespace weft, without bodies."""
    text = NO_TEXT.sub(lambda found: "" if found[0].startswith("/") else "0", text)
    text = re.sub(r"^ *#(?:[^\n]*\\\n)*[^\n]*", "", text, flags=re.M)
    for part in re.split(r"^namespace weft \{", text, flags=re.M)[1:]:
        depth, begin = 0, 0
        for at, char in enumerate(part):
            if char in "{(":
                if char == "{" and depth == 0:
                    yield " ".join(part[begin:at].split())
                depth += 1
            elif char in "})":
                depth -= 1
                if depth < 0:
                    break
                if char == "}" and depth == 0:
                    begin = at + 1
            elif char == ";" and depth == 0:
                yield " ".join(part[begin:at].split())
                begin = at + 1


def without_template(text):
    """Drops `template <...>`, including nested brackets, and attributes."""
    text = re.sub(r"\[\[.*?\]\] *", "", text)
    while text.startswith("template"):
        depth, at = 0, text.index("<")
        for at in range(at, len(text)):
            depth += {"<": 1, ">": -1}.get(text[at], 0)
            if depth == 0:
                break
        text = text[at + 1:].strip()
        if text.startswith("requires"):
            return ""  # a constrained overload or specialisation: its name is declared elsewhere
    return text


def name_of(text):
    if text.startswith(("template <>", "extern template", "static_assert", "static ")):
        return None
    text = without_template(text)
    for pattern in (TYPE, ALIAS):
        if found := pattern.match(text):
            return found[1]
    if found := OPERATOR.search(text):
        return found[1].replace(" ", "")
    if "=" not in text.split("(")[0]:
        for found in FUNCTION.finditer(text):
            if found[1] not in NO_FUNCTION and found.start() > 0:
                return found[1]
    if text.startswith("inline constexpr") or text.startswith("constexpr inline"):
        found = re.search(r"(\w+)(?:\[\w*\])?$", text.split("=")[0].strip())
        return found[1] if found else None
    return None


def included_headers(root, name, found):
    """Adds the text of `name` and of all <weft/...> headers that it includes."""
    if name not in found:
        found[name] = (root / "include" / name).read_text(encoding="utf-8")
        for other in re.findall(r"^#include [<\"](weft/[^>\"]+)", found[name], re.M):
            included_headers(root, other, found)
    return found


def module_unit(root):
    names = set()
    for header in included_headers(root, "weft/weft.hpp", {}).values():
        names.update(name_of(text) for text in declarations(header) if text)
    names.discard(None)
    return OPENING + "".join(f"using weft::{name};\n" for name in sorted(names)) + "}\n"


source, unit = (pathlib.Path(text) for text in sys.argv[1:])
wanted = module_unit(source)
unit.parent.mkdir(parents=True, exist_ok=True)
if not unit.exists() or unit.read_text(encoding="utf-8") != wanted:
    unit.write_text(wanted, encoding="utf-8")
