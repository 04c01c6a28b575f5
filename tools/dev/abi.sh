# SPDX-License-Identifier: MIT
# Sourced by ./dev: compares the ABI of the shared libraries with that of another revision. Uses
# abidiff, from Debian's package abigail-tools.

cmd_abi() {
    have abidiff || fail "no abidiff here (Debian, Ubuntu: apt-get install abigail-tools)"
    local before work=$PWD/build/abi library name status changed=0
    before=${1:-$(git describe --tags --abbrev=0 2>/dev/null)} \
        || fail "there is no tag yet: name a revision, as in ./dev abi HEAD~10"
    before=$(git rev-parse --verify --quiet "$before^{commit}") || fail "there is no revision $1"
    install_for main
    mkdir -p "$work"
    say "Building $(git describe --tags --always "$before")"
    if [ ! -d "$work/$before/include" ]; then
        mkdir -p "$work/$before"
        git archive "$before" | tar -x -C "$work/$before"
    fi
    build_for_abi "$work/$before" "$work/$before.build"
    say "Building this tree"
    build_for_abi "$PWD" "$work/this.build"
    say "The changes"
    for library in "$work/this.build"/src/libweft_*.so; do
        name=${library##*/}
        if [ ! -e "$work/$before.build/src/$name" ]; then
            note "$name is new"
            continue
        fi
        status=0
        abidiff --headers-dir1 "$work/$before/include" --headers-dir2 include \
            --drop-private-types --no-added-syms "$work/$before.build/src/$name" "$library" \
            >"$work/${name%.so}.log" || status=$?
        # The bits of abidiff's exit code: 1 and 2 are errors, 4 is a change, 8 an incompatible one.
        if [ $((status & 3)) != 0 ]; then
            fail "abidiff fails: see $work/${name%.so}.log"
        elif [ $((status & 12)) != 0 ]; then
            note "$name: programs must be compiled again: ${work#"$PWD/"}/${name%.so}.log"
            changed=1
        else
            note "$name: compatible"
        fi
    done
    for library in "$work/$before.build"/src/libweft_*.so; do
        [ -e "$work/this.build/src/${library##*/}" ] || { note "${library##*/} is gone"; changed=1; }
    done
    return $changed
}

# Only what abidiff reads: shared libraries with their types, not optimised.
build_for_abi() {
    cmake -S "$1" -B "$2" -G Ninja -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS_DEBUG="-O0 -g" \
        -D BUILD_SHARED_LIBS=ON -D WEFT_UNITY=ON -D WEFT_BUILD_TESTS=OFF -D WEFT_BUILD_TOOLS=OFF \
        -D WEFT_BUILD_EXAMPLES=OFF -D WEFT_BENCHMARKS=OFF >"$2.log" 2>&1 \
        && cmake --build "$2" -j "$jobs" >>"$2.log" 2>&1 || fail "see $2.log"
}
