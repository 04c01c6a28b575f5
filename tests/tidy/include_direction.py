#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Checks that includes point left: what stands right may include what stands left of it on its
# lines, and nothing points the other way.

import re

import source_tree

# Each layer and what it may see besides itself.
MAY_SEE = {
    "core": set(),
    "stream": {"core"},
    "connection": {"core", "stream"},
    "hub": {"core", "stream", "connection"},
    "loop": {"core", "stream"},
    "asio": {"core", "stream", "connection"},
    "hosts": {"core", "stream", "loop"},
    "endpoint": {"core", "stream", "connection", "loop"},
    "testing": {"core", "stream", "connection", "hub", "loop"},
    "cares": {"core", "stream", "loop"},
    "tls": {"core", "stream"},
    "mbedtls": {"core", "stream"},
    "deflate": {"core"},
    "websocketpp": {"core", "stream", "loop", "deflate"},
    "redis": {"core", "stream", "connection", "hub", "loop"},
    "c": {"core", "stream", "connection", "loop", "endpoint", "tls", "deflate"},
}
LIBRARY = set(MAY_SEE)
# The umbrella shows what users include; what stands right of all layers uses public headers only.
MAY_SEE["weft"] = LIBRARY - {"testing", "cares", "asio", "tls", "mbedtls", "deflate",
                              "redis", "websocketpp", "c"}
RIGHT_OF_ALL = {"tools", "examples", "benchmarks"}

PUBLIC = re.compile(r'\s*#\s*include\s*[<"]weft/(?:(\w+)/)?[\w/]*\w+\.hpp[>"]')
PRIVATE = re.compile(r'\s*#\s*include\s*"([^"]+)"')


def check(root):
    for path in source_tree.cpp_files(root):
        for number, line in source_tree.lines_of(root, path):
            fault = fault_of(path, line)
            if fault:
                yield f"{path}:{number}: {fault}"


def fault_of(path, line):
    if re.match(r'\s*#\s*include\s*[<"][^>"]*\.\./', line):
        return "an include must not climb with .."
    layer = source_tree.layer_of(path)
    public = PUBLIC.match(line)
    if public:
        return public_fault(layer, public[1] or "weft")
    private = PRIVATE.match(line)
    return private_fault(path, layer, private[1]) if private else None


def public_fault(layer, target):
    if layer in MAY_SEE and target != layer and target not in MAY_SEE[layer]:
        return f"{layer} must not include {target}"
    return None


def private_fault(path, layer, target):
    target_layer = target.split("/")[0]
    if target_layer not in LIBRARY or "/" not in target:
        return None
    if path.parts[0] == "include":
        return "a public header must not include a private one"
    if layer in RIGHT_OF_ALL:
        return f"{layer} must not include private headers of the library"
    return public_fault(layer, target_layer)


if __name__ == "__main__":
    source_tree.run(check)
