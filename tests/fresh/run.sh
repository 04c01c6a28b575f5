#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs README's two commands as a newcomer would: in a minimal Debian with sudo and a clone of this
# project's last commit. Needs root. The systems are made in build/fresh; the logs stay there.
# Usage: run.sh [trixie|bookworm] [root|user]; WEFT_FRESH_COMMANDS chooses among "demo test".

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

suites=(trixie bookworm)
people=(root user)
for word in "$@"; do
    case $word in
        trixie | bookworm) suites=("$word") ;;
        root | user) people=("$word") ;;
        *) echo "usage: ./dev fresh [trixie|bookworm] [root|user]" >&2; exit 2 ;;
    esac
done
commands=${WEFT_FRESH_COMMANDS:-demo test}
worth_showing='^== |^ +(skipped: |.*(left out|will be skipped))|^[0-9]+% tests passed'
fresh=$PWD/build/fresh
failed=0

say() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
seconds_since() {
    local seconds=$(($(date +%s) - $1))
    printf '%d min %02d s' $((seconds / 60)) $((seconds % 60))
}

[ "$(id -u)" = 0 ] || { echo "fresh: needs root" >&2; exit 1; }
if ! command -v mmdebstrap >/dev/null; then
    { apt-get update && apt-get install -y --no-install-recommends mmdebstrap; } </dev/null
fi
mkdir -p "$fresh"

# --- a system of its own

# What is not the newcomer's but the network's: this machine's own authorities and its proxy.
carry_over_network() {
    local root=$1 name
    if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
        cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/"
        chroot "$root" update-ca-certificates >/dev/null 2>&1
    fi
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    network=()
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY PIP_INDEX_URL \
        PIP_CERT NODE_EXTRA_CA_CERTS CI; do
        [ -z "${!name:-}" ] || network+=("$name=${!name}")
    done
}

# Debian's stock file, as its installer writes it.
write_hosts() {
    printf '%s\n' '127.0.0.1 localhost' '127.0.1.1 fresh' \
        '::1 localhost ip6-localhost ip6-loopback' >"$1/etc/hosts"
    echo fresh >"$1/etc/hostname"
}

make_system() {
    local suite=$1 person=$2 root=$3 home
    rm -rf "$root"
    mmdebstrap --quiet --variant=minbase --include=ca-certificates,sudo,passwd \
        "$suite" "$root" http://deb.debian.org/debian
    write_hosts "$root"
    carry_over_network "$root"
    home=$root/root
    if [ "$person" = user ]; then
        chroot "$root" useradd -m -s /bin/bash user
        echo 'user ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/user"
        home=$root/home/user
    fi
    git clone -q --no-hardlinks . "$home/weft"
    [ "$person" = root ] || chroot "$root" chown -R user: /home/user/weft
}

# Runs a command in it, in namespaces that end with it, so that nothing it starts is left.
in_system() {
    local root=$1 person=$2 home
    shift 2
    home=/root
    [ "$person" = root ] || home=/home/user
    unshare --mount --pid --uts --fork --kill-child bash -c '
        root=$1 person=$2 home=$3
        shift 3
        mount --make-rprivate /
        hostname fresh
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount --rbind /sys "$root/sys"
        exec chroot --userspec="$person" "$root" env -i HOME="$home" USER="$person" \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
            TERM=dumb "$@"
    ' in_system "$root" "$person" "$home" "${network[@]}" \
        bash -c 'cd "$HOME/weft" && exec "$@"' in_weft "$@"
}

# --- the two commands

# Starts the demonstration, asks what it says to ask, and ends it as Ctrl-C does.
try_demo() {
    in_system "$1" "$2" bash -c '
        ./dev demo &
        demo=$!
        trap "kill $demo 2>/dev/null" EXIT
        answered=no
        for _ in $(seq 1200); do
            if { exec 3<>/dev/tcp/127.0.0.1/9001; } 2>/dev/null; then answered=yes; break; fi
            kill -0 $demo 2>/dev/null || break
            read -rt 1 <> <(:) || true
        done
        [ $answered = yes ] || { echo "the demonstration does not listen"; exit 1; }
        printf "GET / HTTP/1.1\r\nHost: 127.0.0.1:9001\r\nConnection: close\r\n\r\n" >&3
        read -rt 10 status <&3
        echo "the page answers: $status"
        kill -TERM $demo
        wait $demo
        case $status in *" 200 "*) ;; *) exit 1 ;; esac
    '
}

try_test() { in_system "$1" "$2" ./dev test; }

for suite in "${suites[@]}"; do
    for person in "${people[@]}"; do
        root=$fresh/$suite-$person
        say "A fresh $suite, as $person"
        make_system "$suite" "$person" "$root"
        for command in $commands; do
            log=$fresh/$suite-$person-$command.log
            began=$(date +%s)
            status=0
            try_"$command" "$root" "$person" >"$log" 2>&1 </dev/null || status=$?
            note "./dev $command: exit status $status after $(seconds_since "$began")"
            grep -E "$worth_showing" "$log" \
                | awk '!seen[$0]++' || true
            if [ "$status" != 0 ]; then
                failed=1
                note "the end of $log:"
                tail -n 150 "$log"
            fi
        done
        packages=$(chroot "$root" dpkg-query -f '.\n' -W | wc -l)
        note "$packages packages installed at the end"
        rm -rf "$root"
    done
done
exit $failed
