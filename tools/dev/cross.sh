# SPDX-License-Identifier: MIT
# Sourced by ./dev: builds the library and the program for other systems, with the compiler of PyPI's
# package ziglang, with the tests. Where the programs run here, runs the tests.

ziglang_version=0.15.2
cross_targets=(x86_64-linux-musl aarch64-linux-gnu aarch64-macos x86_64-freebsd)
cross_suites=(unit_core unit_stream unit_connection unit_hub unit_loop unit_endpoint unit_testing
    unit_websocketpp unit_c c_interface endpoint conformance)
# Where Debian's package libc6-arm64-cross has the C library that these programs are started with.
arm64_root=/usr/aarch64-linux-gnu
cross=$PWD/build/cross

cmd_cross() {
    local target status=0 report=()
    local targets=("$@")
    [ $# != 0 ] || targets=("${cross_targets[@]}")
    for target in "${targets[@]}"; do
        [[ " ${cross_targets[*]} " == *" $target "* ]] \
            || fail "there is no target '$target'; there are: ${cross_targets[*]}"
    done
    install_for cross
    get_ziglang || fail "no compiler"
    for target in "${targets[@]}"; do
        if ! build_for "$target"; then
            report+=("$target: failed to build")
            status=1
        elif ! runs_here "$target"; then
            report+=("$target: compiled and linked, not run: $why_not")
        elif run_suites "$target"; then
            report+=("$target: compiled and linked; the tests pass")
        else
            report+=("$target: compiled and linked; tests fail")
            status=1
        fi
    done
    say "The end"
    printf '   %s\n' "${report[@]}"
    return $status
}

# --- what it is built with

# Sets `ziglang` to the folder of the compiler.
get_ziglang() {
    local python=$cross/venv/bin/python
    say "The compiler: ziglang $ziglang_version of PyPI"
    mkdir -p "$cross"
    if [ "$(ziglang_folder)" = "" ]; then
        rm -rf "$cross/venv"
        python3 -m venv "$cross/venv" >"$cross/venv.log" 2>&1 \
            || { note "no virtual environment: see build/cross/venv.log"; return 1; }
        timeout 900 "$python" -m pip install --disable-pip-version-check --no-input \
            "ziglang==$ziglang_version" >"$cross/pip.log" 2>&1 \
            || { note "pip could not install it (no network?): see build/cross/pip.log"; return 1; }
    fi
    ziglang=$(ziglang_folder)
    note "$ziglang"
    export ZIG_GLOBAL_CACHE_DIR=$cross/cache ZIG_LOCAL_CACHE_DIR=$cross/cache
    # pkg-config would find this system's libraries.
    mkdir -p "$cross/no_packages"
    export PKG_CONFIG_LIBDIR=$cross/no_packages
    unset PKG_CONFIG_PATH
}

# Prints the folder of the compiler if it is installed in that version.
ziglang_folder() {
    "$cross/venv/bin/python" - "$ziglang_version" 2>/dev/null <<'END_OF_PYTHON' || true
import importlib.metadata, os, sys
import ziglang
if importlib.metadata.version("ziglang") == sys.argv[1]:
    print(os.path.dirname(ziglang.__file__))
END_OF_PYTHON
}

# Zig's compiler looks for undefined behaviour by default.
cross_flags="-O0 -g0 -fno-sanitize=undefined"

configure_for() {
    local target=$1 source=$2 folder=$3
    shift 3
    cmake -S "$source" -B "$folder" -G Ninja -D CMAKE_TOOLCHAIN_FILE="$PWD/tools/dev/zig.cmake" \
        -D WEFT_ZIG="$ziglang" -D WEFT_ZIG_TARGET="$target" -D WEFT_ZIG_ROOT="$cross/$target/root" \
        -D CMAKE_BUILD_TYPE=Debug -D CMAKE_C_FLAGS_DEBUG="$cross_flags" \
        -D CMAKE_CXX_FLAGS_DEBUG="$cross_flags" "$@"
}

# The libraries that the program and the tests need: CLI11's headers, and GoogleTest from Debian's
# sources. /usr/include must not be seen, as it has the C library of this system.
libraries_for() {
    local target=$1 root=$cross/$1/root
    mkdir -p "$root/include" "$root/lib/cmake/CLI11"
    [ ! -d /usr/include/CLI ] || ln -sfn /usr/include/CLI "$root/include/CLI"
    cat >"$root/lib/cmake/CLI11/CLI11Config.cmake" <<'END_OF_CMAKE'
add_library(CLI11::CLI11 INTERFACE IMPORTED)
set_target_properties(CLI11::CLI11 PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES ${CMAKE_CURRENT_LIST_DIR}/../../../include)
END_OF_CMAKE
    [ ! -f "$root/lib/libgtest_main.a" ] || return 0
    configure_for "$target" /usr/src/googletest "$cross/$target/googletest" -D BUILD_GMOCK=OFF \
        -D CMAKE_INSTALL_PREFIX="$root" \
        && nice -n 10 cmake --build "$cross/$target/googletest" -j "$jobs" --target install
}

# WEFT_WERROR is for compilers of versions that the project was built with.
build_for() {
    local target=$1 folder=$cross/$1/weft
    say "Building for $target"
    mkdir -p "$cross/$target"
    libraries_for "$target" >"$cross/$target/libraries.log" 2>&1 \
        || { tail -n 20 "$cross/$target/libraries.log"; note "GoogleTest failed"; return 1; }
    configure_for "$target" . "$folder" -D WEFT_UNITY=ON -D CMAKE_C_FLAGS=-Werror \
        -D CMAKE_CXX_FLAGS=-Werror -D WEFT_BUILD_TOOLS=ON -D WEFT_BUILD_TESTS=ON \
        >"$cross/$target/configure.log" 2>&1 \
        || { tail -n 20 "$cross/$target/configure.log"; note "configuring failed"; return 1; }
    note "left out, as their libraries are not built for $target:" \
        "$(sed -n 's/^-- \(weft::[a-z_]*\) is left out.*/\1/p' "$cross/$target/configure.log" | xargs)"
    nice -n 10 cmake --build "$folder" -j "$jobs" --target weft_tool "${cross_suites[@]}" -- -k 0
}

# --- how its tests are run

# Whether programs for a target run here; sets `why_not`, and `emulator` to what runs them.
runs_here() {
    local target=$1 processor=${1%%-*}
    emulator=()
    why_not="it is not Linux"
    [[ $target == *-linux-* && $(uname -s) == Linux ]] || return 1
    [ "$processor" != "$(uname -m)" ] || return 0
    why_not="this machine's processor is $(uname -m), and there is no qemu-$processor with a C library"
    have "qemu-$processor" && [ -d $arm64_root/lib ] || return 1
    emulator=("qemu-$processor" -L $arm64_root)
}

run_suites() {
    local target=$1 suite status=0
    say "Testing $target${emulator:+ with ${emulator[0]}}"
    for suite in "${cross_suites[@]}"; do
        note "$suite"
        nice -n 10 timeout 1800 "${emulator[@]}" "$(test_program "$target" "$suite")" \
            --gtest_brief=1 \
            >"$cross/$target/$suite.log" 2>&1 && continue
        status=1
        note "failed; the whole log: build/cross/$target/$suite.log"
        grep -a -v ' allocations, ' "$cross/$target/$suite.log" | tail -n 40
    done
    return $status
}

test_program() { find "$cross/$1/weft/tests" -type f -name "$2" | head -n 1; }
