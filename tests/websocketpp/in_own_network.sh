#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command where it has the loopback network for itself, or ends with 77 and says why not.

if ! unshare -rn true 2>/dev/null; then
    echo "skipped: no network of one's own here (unshare -rn)"
    exit 77
fi
exec unshare -rn sh -c 'ip link set lo up 2>/dev/null || { echo "skipped: no ip(8) here"; exit 77; }
exec "$@"' sh "$@"
