#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the tests of the crate in bindings/rust, or ends with 77 and says what is missing:
# rust_test.sh <crate> <target folder> [<peers>]. With <peers>, only those with other libraries.

crate=$1
target=$2
peers=$3

skip() {
    echo "skipped: $1"
    exit 77
}

cargo --version >/dev/null 2>&1 || skip "there is no cargo (Debian: cargo)"
rustc --version >/dev/null 2>&1 || skip "there is no rustc (Debian: rustc)"
set -- cargo test --offline --locked --manifest-path "$crate/Cargo.toml" --target-dir "$target"
if [ -z "$peers" ]; then
    openssl version >/dev/null 2>&1 || skip "there is no openssl (Debian: openssl)"
    exec "$@"
fi
WEFT_PEERS_PYTHON=$peers/venv/bin/python
export WEFT_PEERS_PYTHON
"$WEFT_PEERS_PYTHON" -c "import websockets" 2>/dev/null ||
    skip "the Python package websockets is missing; ./dev peers fetches it into $peers"
exec "$@" --test peers -- --ignored
