#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Checks that the build shows each layer what include_direction.py allows it, neither more nor less:
# include_edges.py LAYER INCLUDE_FOLDER;INCLUDE_FOLDER...

import pathlib
import sys

import include_direction


def visible_layers(folders):
    """The layers whose public or private headers can be found in one of `folders`.

    Only the build's folders of layers count: other libraries have folders named asio or mbedtls.
    """
    roots = [path for path in map(pathlib.Path, folders) if "layers" in path.parts]
    public = {entry.name for root in roots for entry in (root / "weft").glob("*")}
    private = {entry.name for root in roots for entry in root.glob("*")}
    return (public | private) & (include_direction.LIBRARY | {"weft.hpp"})


def main():
    layer, folders = sys.argv[1], sys.argv[2].split(";")
    allowed = include_direction.MAY_SEE[layer] | {layer}
    visible = visible_layers(folders)
    print(f"{layer} sees {sorted(visible)}, may see {sorted(allowed)}")
    sys.exit(visible != allowed)


main()
