# SPDX-License-Identifier: MIT
# Sourced by ./dev: which Debian and Ubuntu packages are missing for what, and how they are installed.
# Nothing is ever removed for them, and a service that a package brings is not left running.

# --- what is missing

has_header() { echo "#include <$1>" | c++ -std=c++20 -E -x c++ - >/dev/null 2>&1; }

# Whether the headers of standalone Boost or of Boost's packages are new enough for Boost.Asio's guest.
has_boost() {
    printf '#include <boost/version.hpp>\n#if BOOST_VERSION < 108100\n#error\n#endif\n' \
        | c++ -E -x c++ - >/dev/null 2>&1 && has_header boost/asio/io_context.hpp
}

# Debian 12's libboost-dev is too old, and the newer one would remove it.
boost_package() {
    case "$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")" in
        bookworm) has_header boost/version.hpp || echo libboost1.81-dev ;;
        *) echo libboost-dev ;;
    esac
}

# What the program, and so the demonstration, is built with.
packages_of_main() {
    have c++ || echo g++
    have cmake || echo cmake
    have ninja || echo ninja-build
    has_header CLI/CLI.hpp || echo libcli11-dev
    has_header openssl/ssl.h || echo libssl-dev
    has_header zlib.h || echo zlib1g-dev
}

# What the tests, examples and benchmarks need beside that.
packages_of_tests() {
    have pkg-config || echo pkg-config
    has_header gtest/gtest.h || echo libgtest-dev
    have python3 || echo python3
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || echo python3-venv
    have dpkg-shlibdeps || echo dpkg-dev
    have meson || echo meson
    packages_of_hosts
    packages_of_peers
}

packages_of_hosts() {
    has_header uv.h || echo libuv1-dev
    has_header event2/event.h || echo libevent-dev
    has_header ev.h || echo libev-dev
    pkg-config --exists glib-2.0 2>/dev/null || echo libglib2.0-dev
    has_header systemd/sd-event.h || echo libsystemd-dev
    pkg-config --exists Qt6Core 2>/dev/null || echo qt6-base-dev
    has_header asio/io_context.hpp || echo libasio-dev
    has_boost || boost_package
    has_header ares.h || echo libc-ares-dev
    has_header mbedtls/ssl.h || echo libmbedtls-dev
    ! have cargo || pkg-config --exists json-c 2>/dev/null || echo libjson-c-dev # for libubox
}

# The headers to compile the binding for Node.js, from Debian's package or from NodeSource's.
has_node_headers() { has_header node/node_api.h || has_header nodejs/src/node_api.h; }

# Other programs and libraries that Weft is tested beside.
packages_of_peers() {
    have node || echo nodejs
    has_node_headers || echo libnode-dev
    has_header hiredis/async.h || echo libhiredis-dev
    [ -d /usr/share/doc/libwebsocketpp-dev/examples ] || echo libwebsocketpp-doc
    has_header curl/curl.h || echo libcurl4-openssl-dev
    has_header SDL2/SDL.h || echo libsdl2-dev
    have redis-server || echo redis-server
    have nginx || echo nginx
    have haproxy || echo haproxy
    have caddy || echo caddy
    have tinyproxy || echo tinyproxy-bin
    have microsocks || echo microsocks
    have socat || echo socat
    have openssl || echo openssl
    have curl || echo curl
    have chromium || have chromium-browser || have google-chrome || echo chromium
    have firefox-esr || have firefox || echo firefox-esr # Ubuntu has it as a snap only: left out
    have Xvfb || echo xvfb # the examples' windows are tested in it
    have xdotool || echo xdotool
}

# Without these nothing is built or tested; without another one something is left out, which then
# says so.
required_packages='^(g\+\+|cmake|ninja-build|libcli11-dev|libgtest-dev|googletest|python3)$'

# What the builds for other systems need; the compiler is not a package of Debian.
packages_of_cross() {
    have cmake || echo cmake
    have ninja || echo ninja-build
    have python3 || echo python3
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || echo python3-venv
    [ -f /usr/include/CLI/CLI.hpp ] || echo libcli11-dev
    [ -f /usr/src/googletest/CMakeLists.txt ] || echo googletest
    [ "$(uname -m)" = aarch64 ] || have qemu-aarch64 || echo qemu-user
    [ "$(uname -m)" = aarch64 ] || [ -d /usr/aarch64-linux-gnu/lib ] || echo libc6-arm64-cross
}

missing_packages() {
    if [ "$1" = cross ]; then
        packages_of_cross
    else
        packages_of_main
        [ "$1" = main ] || packages_of_tests
    fi
}

# --- how they are installed

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        fail "not root and no sudo here; as root run: apt-get install ${missing[*]}"
    fi
}

# Runs as root. While packages are installed no service is started; one that is new is disabled.
install_script='
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        trap "rm -f /usr/sbin/policy-rc.d" EXIT
        trap "exit 130" INT TERM
        printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d
        chmod +x /usr/sbin/policy-rc.d
    fi
    DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends --no-remove "$@" </dev/null || exit
    for package in "$@"; do
        case $package in
            redis-server | nginx | haproxy | caddy) ! command -v systemctl >/dev/null \
                || systemctl --quiet disable "$package" 2>/dev/null || true ;;
        esac
    done
'

install_packages() { as_root sh -c "$install_script" sh "$@"; }

# Those that this system's package lists know.
known_packages() {
    local package policy
    for package in "$@"; do
        policy=$(LC_ALL=C apt-cache policy "$package" 2>/dev/null)
        if [[ $policy == *Candidate:* && $policy != *"Candidate: (none)"* ]]; then
            echo "$package"
        else
            note "this system has no package $package" >&2
        fi
    done
}

install_missing() {
    local known required optional package
    as_root apt-get update -q </dev/null \
        || note "apt-get update failed; trying with the package lists as they are"
    mapfile -t known < <(known_packages "$@")
    mapfile -t required < <(printf '%s\n' "${known[@]}" | grep -E "$required_packages")
    mapfile -t optional < <(printf '%s\n' "${known[@]}" | grep -vE "$required_packages")
    if [ "${#required[@]}" != 0 ]; then
        install_packages "${required[@]}" \
            || fail "the installation failed; by hand: apt-get install ${required[*]}"
    fi
    [ "${#optional[@]}" = 0 ] || install_packages "${optional[@]}" || {
        note "not all at once; trying one by one"
        for package in "${optional[@]}"; do
            install_packages "$package" || note "could not be installed: $package"
        done
    }
}

# Installs what is missing for `main`, the program; for `all`, which the tests need; or for `cross`.
install_for() {
    local missing left
    mapfile -t missing < <(missing_packages "$1")
    [ "${#missing[@]}" != 0 ] || return 0
    say "Missing packages: ${missing[*]}"
    if have apt-get; then
        install_missing "${missing[@]}"
    else
        note "This system has no apt-get. Please install what Debian calls: ${missing[*]}"
    fi
    left=$(missing_packages "$1" | grep -E "$required_packages" | xargs || true)
    [ -z "$left" ] || fail "still missing: $left"
}
