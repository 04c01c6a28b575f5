#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the original Autobahn test suite in both roles against the release build's programs, and also
# over TLS if it was built. PYTHON27 names a Python 2.7. Keeps the suite and its reports in
# build/peers. If the suite cannot be fetched, says so and succeeds. Usage: autobahn.sh [all]
# With "all", which takes long: the cases of compression too, and docs/autobahn.md is written.

set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(cd "$here/../.." && pwd)
programs=${WEFT_PROGRAMS:-$root/build/release/tests/interop}
peers=$root/build/peers
suite=$peers/autobahn

skip() {
    echo "   skipped: $1"
    exit 0
}

# Python 2.7 has no venv of its own: virtualenv goes into a folder that only this script knows.
install_suite() {
    if "$suite/bin/python" -c 'import autobahntestsuite, OpenSSL' 2>/dev/null; then
        return
    fi
    local tools=$peers/virtualenv27
    local pip=(-m pip --disable-pip-version-check --no-input --timeout 15 --retries 1)
    rm -rf "$suite" "$tools"
    "$PYTHON27" "${pip[@]}" install --target "$tools" virtualenv \
        && PYTHONPATH=$tools "$PYTHON27" -m virtualenv "$suite" \
        && "$suite/bin/python" "${pip[@]}" install autobahntestsuite
}

mkdir -p "$peers"
[ -x "$programs/interop_server" ] || { echo "no programs in $programs: ./dev build" >&2; exit 1; }
echo "   installing into $suite, if it is not there; this takes minutes"
install_suite >"$peers/autobahn.log" 2>&1 </dev/null \
    || skip "autobahntestsuite could not be installed (no network?): see $peers/autobahn.log"

roles=(server client)
weft=$programs/../../weft
if [[ $("$weft" serve --tls --host 256.0.0.1 2>&1) != *"no TLS"* ]]; then
    roles+=(tls_server)
    # openssl makes the certificate of the suite's server.
    ! command -v openssl >/dev/null || roles+=(tls_client)
fi
status=0
for role in "${roles[@]}"; do
    echo "   our $role; the report is $suite-reports/$role/index.html"
    "$suite/bin/python" -B "$here/autobahn_original.py" \
        "$programs" "$suite-reports/$role" $role "$@" >"$peers/autobahn.$role.log" 2>&1 || status=1
    grep -E 'close |cases, |there should' "$peers/autobahn.$role.log" | tail -n 50 \
        || tail "$peers/autobahn.$role.log"
done
if [ "${1:-}" = all ] && [ $status = 0 ]; then
    python3 -B "$here/autobahn_page.py" "$suite-reports" "${roles[@]}" >"$root/docs/autobahn.md"
    echo "   docs/autobahn.md is written"
fi
exit $status
