#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Checks that <weft/weft.hpp> is complete: every public header of the layers that need no further
# library is included by it, directly or through others, or is listed below with the reason.

import re

import source_tree

UMBRELLA = "weft/weft.hpp"
LAYERS = ("core", "stream", "connection", "hub", "loop", "endpoint")
LEFT_OUT = {
    "weft/connection/route.hpp": "how routes are stored; applications call `route`",
    "weft/stream/address.hpp": "another name for weft/core/address.hpp",
    "weft/stream/reserved_memory.hpp": "for streams over libraries such as Asio",
    "weft/stream/tls_certificate.hpp": "comes with the components for TLS",
    "weft/stream/tls_error.hpp": "comes with the components for TLS",
    "weft/stream/tls_session.hpp": "comes with the components for TLS",
    "weft/stream/tls_stream.hpp": "comes with the components for TLS",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"](weft/[^>"]+)[>"]', re.MULTILINE)


def check(root, left_out=None):
    left_out = LEFT_OUT if left_out is None else left_out
    include = root / "include"
    reached = included_from(include, UMBRELLA)
    public = {str(path.relative_to("include")) for path in source_tree.cpp_files(root)
              if path.parts[0] == "include" and source_tree.layer_of(path) in LAYERS}
    for header in sorted(public - reached - set(left_out)):
        yield f"include/{header}: {UMBRELLA} does not include it"
    for header in sorted(set(left_out) & reached):
        yield f"include/{header}: is listed as left out, but {UMBRELLA} includes it"
    for header in sorted(set(left_out) - public):
        yield f"include/{header}: is listed as left out, but does not exist"


def included_from(include, header):
    """All public headers that `header` includes, directly or through others, and itself."""
    reached, waiting = set(), [header]
    while waiting:
        name = waiting.pop()
        if name in reached or not (include / name).exists():
            continue
        reached.add(name)
        waiting += INCLUDE.findall((include / name).read_text(encoding="utf-8"))
    return reached


if __name__ == "__main__":
    source_tree.run(check)
