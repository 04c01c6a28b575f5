#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a script with the interpreter and the package it needs, or ends with 77 and says what is
# missing: launch.sh <peers> <package> script arguments...

peers=$1
package=$2
script=$3
shift 3

skip() {
    echo "skipped: $1; ./dev peers fetches it into $peers"
    exit 77
}

case $script in
    *.py)
        python=$peers/venv/bin/python
        [ -x "$python" ] || skip "there is no Python environment with $package"
        "$python" -c "import $package" 2>/dev/null || skip "the Python package $package is missing"
        exec "$python" -B "$script" "$@"
        ;;
    *.js)
        command -v node >/dev/null 2>&1 || skip "there is no node"
        [ -d "$peers/node_modules/$package" ] || skip "the npm package $package is missing"
        NODE_PATH=$peers/node_modules exec node "$script" "$@"
        ;;
esac
echo "launch.sh: no interpreter for $script" >&2
exit 2
