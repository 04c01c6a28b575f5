# SPDX-License-Identifier: MIT
# Writes the input of MkDocs from docs/: site.py OUT. It contains the pages in the order of
# docs/README.md, the source files that they link to as plain text, and a reference of the public
# names with the first sentence of each docstring. What pages look like is in mkdocs.yml.

import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = pathlib.Path(sys.argv[1]).resolve()
PAGES = OUT / "pages"
LINK = re.compile(r"(\[(?:[^\[\]]|\[[^\]]*\])*\]\()([^()\s]+)(\))")
FENCE = re.compile(r"(^```.*?^```[ \t]*$)", re.MULTILINE | re.DOTALL)
COMPILE_MARK = re.compile(r"^<!-- (?:compile|from|quotation).*-->\n", re.MULTILINE)
OTHER_PAGES = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md",
               "tests/attacks/README.md", "benchmarks/README.md"]


def place_of(path):
    """Returns the path of a file on the site: docs/x.md becomes x.md; others keep their folders."""
    if path == "README.md":
        return "about.md"
    if path == "docs/README.md":
        return "index.md"
    if path.startswith("docs/") and path.endswith(".md"):
        return path[len("docs/"):]
    return path if path.endswith(".md") else f"source/{path}.txt"


class Site:
    def __init__(self):
        self.sources = set()

    def target(self, link, page):
        """Returns a link of `page` as it must be on the site."""
        if re.match(r"[a-z]+:|#", link):
            return link
        name, mark, fragment = link.partition("#")
        path = os.path.normpath(os.path.join(os.path.dirname(page), name))
        if (ROOT / path).is_dir():
            path = "decisions.md" if path.endswith("decisions") else "reference/index.md"
        else:
            if not path.endswith(".md"):
                self.sources.add(path)
                fragment = ""  # text has no anchors for its lines
            path = place_of(path)
        relative = os.path.relpath(path, os.path.dirname(place_of(page)) or ".")
        return relative + (mark + fragment if fragment else "")

    def page(self, path):
        text = (ROOT / path).read_text(encoding="utf-8")
        parts = FENCE.split(COMPILE_MARK.sub("", text))
        parts[::2] = [LINK.sub(lambda one: one[1] + self.target(one[2], path) + one[3], part)
                      for part in parts[::2]]
        write(place_of(path), "".join(parts))


def write(name, text):
    path = PAGES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# --- the reference

TYPE = re.compile(r"^(?:template <.*> )?(?:class|struct|enum class|enum) (\w+)")
ALIAS = re.compile(r"^(?:using|concept) (\w+) =")
FUNCTION = re.compile(r"(?:^|[\s&*])((?:operator\s*\S+?|~?\w+))\s*\(")
VARIABLE = re.compile(r"(\w+)(?:\[\w*\])?(?: =.*|\{.*\})?[;,]")
NOT_NAMES = {"requires", "noexcept", "decltype", "explicit", "alignas", "static_assert", "sizeof"}


def name_in(line):
    code = re.sub(r"\[\[\w+\]\]\s*", "", re.sub(r"///?<?.*", "", line)).strip()
    for pattern in (TYPE, ALIAS):
        if found := pattern.match(code):
            return found[1]
    code = re.sub(r"^(?:template <.*?> ?)?", "", code)
    found = next((one for one in FUNCTION.finditer(code) if one[1] not in NOT_NAMES), None)
    if found and "=" not in code[:found.start(1)]:
        return re.sub(r"\s+", "", found[1])
    found = VARIABLE.search(code)
    return found[1] if found else None


def sentence(comment):
    text = " ".join(comment).strip()
    found = re.match(r"(.*?[^.][.:])(?:\s|$)", text)
    return (found[1] if found else text).replace("|", "\\|")


def names_of(path):
    """(name with its class, first sentence) of each public name in a header."""
    comment, owner, public, hidden = [], "", True, False
    for line in path.read_text(encoding="utf-8").splitlines():
        body = line.strip()
        indent = len(line) - len(line.lstrip())
        if body.startswith("namespace detail"):
            hidden = True
        elif hidden:
            hidden = not body.startswith("} // namespace detail")
        elif body.startswith("///") and not body.startswith("///<"):
            comment.append(body[3:].strip() if body != "///" else "\0")
            continue
        elif body in ("public:", "private:", "protected:"):
            public = body == "public:"
        elif line.startswith("}"):
            owner, public = "", True
        elif indent in (0, 4) and body[:1].isalpha() | body.startswith("["):
            inside = indent == 4
            if inside == bool(owner) and (public or not inside) and not body.startswith(
                    ("return", "template", "friend", "namespace", "requires", "#", "extern")):
                name = name_in(line)
                if name and not name.endswith("_"):
                    trailing = line.partition("///<")[2]
                    text = [trailing] if trailing else " ".join(comment).split("\0")[0].split()
                    yield (f"{owner}::{name}" if inside else name), sentence(text)
            if not inside and TYPE.match(body) and body.endswith("{"):
                owner = TYPE.match(body)[1]
                public = not body.startswith("class ")
        if not body.startswith(("template", "requires")):
            comment = []


def make_reference(site):
    """A page for each folder of include/weft, and their index."""
    headers = sorted((ROOT / "include" / "weft").rglob("*.hpp"))
    folders = {}
    for header in headers:
        folders.setdefault(header.parent.name, []).append(header)
    index = ["# Reference", "", "Each public name, with the first sentence of its documentation. "
             "The header that a name leads to has all of it.", "", "| part | names |", "|---|---|"]
    for folder, members in sorted(folders.items()):
        text = [f"# Reference: {folder}", ""]
        total = 0
        for header in members:
            path = str(header.relative_to(ROOT))
            names = {}
            for name, what in names_of(header):
                names[name] = names.get(name) or what
            if not names:
                continue
            site.sources.add(path)
            total += len(names)
            shown = header.relative_to(ROOT / "include")
            text += [f"## `<{shown}>`", "", f"[The header](../{place_of(path)})", "",
                     "| name | |", "|---|---|"]
            text += [f"| `{name}` | {what} |" for name, what in names.items()]
            text.append("")
        if total:
            write(f"reference/{folder}.md", "\n".join(text))
            index.append(f"| [`{folder}`]({folder}.md) | {total} |")
    write("reference/index.md", "\n".join(index) + "\n")
    return sorted(folders)


# --- the order of the pages

def navigation(pages):
    """The sections of docs/README.md, each page where it is named first."""
    sections, seen = [("Weft", ["index.md", "about.md"])], {"index.md", "about.md"}
    for line in (PAGES / "index.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            sections.append((line[4:], []))
        elif line.startswith("|"):
            for _, target, _ in LINK.findall(line):
                page = target.partition("#")[0]
                if page.endswith(".md") and page not in seen and (PAGES / page).exists():
                    sections[-1][1].append(page)
                    seen.add(page)
    sections.append(("Host libraries", sorted(pages("hosts"))))
    sections.append(("Decisions", ["decisions.md", *sorted(pages("decisions"))]))
    sections.append(("Reference", ["reference/index.md", *sorted(
        set(pages("reference")) - {"reference/index.md"})]))
    sections.append(("Project", [page for page in OTHER_PAGES[1:] if page not in seen]))
    written = ["nav:"]
    for title, members in sections:
        own = [page for page in members if title in ("Host libraries", "Decisions", "Reference")
               or not page.startswith(("hosts/", "decisions"))]
        if own:
            written += [f"  - {title}:", *(f"      - {page}" for page in own)]
    return "\n".join(written) + "\n"


def main():
    site = Site()
    for path in sorted((ROOT / "docs").rglob("*.md")):
        site.page(str(path.relative_to(ROOT)))
    for path in OTHER_PAGES:
        site.page(path)
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    titles = [(one, one.read_text(encoding="utf-8").splitlines()[0].lstrip("# "))
              for one in decisions]
    write("decisions.md", "# Decisions\n\nWhat was weighed, what was measured, and what was "
          "chosen.\n\n" + "".join(f"- [{title}](decisions/{one.name})\n" for one, title in titles))
    make_reference(site)
    for path in sorted(site.sources):
        write(place_of(path), (ROOT / path).read_text(encoding="utf-8"))
    write("site.css", (ROOT / "tools/dev/site.css").read_text(encoding="utf-8"))
    base = (ROOT / "tools/dev/mkdocs.yml").read_text(encoding="utf-8")
    pages = lambda folder: (str(one.relative_to(PAGES)) for one in (PAGES / folder).glob("*.md"))
    (OUT / "mkdocs.yml").write_text(
        f"{base}docs_dir: pages\nsite_dir: html\n{navigation(pages)}", encoding="utf-8")


main()
