#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs Weft's echo server, those of other libraries, and the baseline `raw` in the same rounds.

Weft is built and installed as a user would do it, and all servers are compiled with the same flags.
This file knows the other libraries, and how each is compiled; run.py plays the rounds, and
performance_page.py writes docs/performance.md. Prints figures, and never judges them.
"""

import datetime
import json
import os
import pathlib
import platform
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import time

from performance_page import write_page
from run import (FLOOR, OWN, SCENARIOS, Failure, Scenario, Server, median_of, parse_arguments,
                 per_cpu_second, play, print_conditions, ratio_text, rows_of, running)

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
OPENINGS = Scenario("openings", "connections opened, one by one", ("--count", "openings"))
SCENES = [*SCENARIOS, OPENINGS]
CALLS_SECONDS = 3
CALLS = [scene for scene in SCENARIOS if scene.key in ("20B", "20Bx16", "1K", "16K")]


class Missing(Exception):
    """A server cannot be built here; the text says why."""


def run(*command, **options):
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-12:]
        raise Missing("\n".join([shlex.join(words), *last]))
    return done.stdout


def pkg_config(name, *options, path=""):
    environment = dict(os.environ)
    if path:
        environment["PKG_CONFIG_PATH"] = str(path)
    return shlex.split(run("pkg-config", *options, "--cflags", "--libs", name, env=environment))


def has_header(name, folder=None):
    where = ["-I", folder] if folder else []
    done = subprocess.run(["c++", "-E", "-x", "c++", "-", *where], input=f"#include <{name}>\n",
                          capture_output=True, text=True, check=False)
    return done.returncode == 0


def without_components(build):
    """Returns options that leave out the components that need other libraries."""
    cache = (build / "CMakeCache.txt").read_text(encoding="utf-8")
    return [f"-D{switch}=OFF" for switch in re.findall(r"^(WEFT_WITH_\w+):STRING", cache, re.M)]


def installed_weft(arguments):
    """Builds Weft with its release settings, installs it, and returns the flags to use it."""
    folder = arguments.folder
    prefix = folder / "installed"
    run("cmake", "-S", ROOT, "-B", folder / "build", "-G", "Ninja", "-D",
        "CMAKE_BUILD_TYPE=Release", "-D", "WEFT_BUILD_TESTS=OFF", "-D", "WEFT_BUILD_TOOLS=OFF",
        "-D", "WEFT_BUILD_EXAMPLES=OFF", *without_components(arguments.build))
    run("cmake", "--build", folder / "build")
    run("cmake", "--install", folder / "build", "--prefix", prefix)
    found = next(prefix.glob("**/pkgconfig"))
    return ["-std=c++20", *pkg_config("weft", "--static", path=found)]


def weft_flags(arguments):
    return HERE / "peers/weft_echo.cpp", installed_weft(arguments)


def uws_flags(arguments):
    """Uses the flags of uWebSockets' own build: -march=native and link-time optimisation."""
    if not arguments.uws:
        raise Missing("give its sources, with uSockets in them, by --uws")
    sockets = arguments.uws / "uSockets/src"
    objects = arguments.folder / "uSockets"
    if not sockets.is_dir():
        raise Missing(f"there is no {sockets}")
    objects.mkdir(exist_ok=True)
    own = ["-DLIBUS_NO_SSL", "-march=native", "-flto=auto"]
    sources = [*sockets.glob("*.c"), *sockets.glob("eventing/*.c"), *sockets.glob("crypto/*.c")]
    for source in sources:
        run("cc", "-std=c11", "-O3", *own, "-I", sockets, "-c", source, "-o",
            objects / f"{source.stem}.o")
    return HERE / "peers/uws_echo.cpp", ["-std=c++23", *own, "-DUWS_NO_ZLIB", "-I",
                                         arguments.uws / "src", "-I", sockets,
                                         *sorted(objects.glob("*.o"))]


def beast_flags(arguments):
    del arguments
    if not has_header("boost/beast/websocket.hpp"):
        raise Missing("no Boost.Beast (Debian, Ubuntu: libboost-dev)")
    return HERE / "boost_asio_beast_echo.cpp", ["-std=c++20", "-pthread"]


def websocketpp_flags(arguments):
    folder = arguments.websocketpp
    if not (folder / "websocketpp/server.hpp").is_file():
        raise Missing("no WebSocket++ (Debian, Ubuntu: libwebsocketpp-dev, or --websocketpp)")
    # WebSocket++ 0.8.2 does not compile as C++20, or with Boost 1.87, which removed names of Asio.
    return HERE / "peers/websocketpp_echo.cpp", ["-std=c++17", "-w", "-pthread", "-isystem", folder]


def lws_flags(arguments):
    del arguments
    try:
        flags = pkg_config("libwebsockets")
    except Missing:
        raise Missing("no libwebsockets (Debian, Ubuntu: libwebsockets-dev)") from None
    return HERE / "lws_echo.cpp", ["-std=c++20", *flags]


PEERS = {OWN: weft_flags, "uWebSockets": uws_flags, "Beast": beast_flags,
         "WebSocket++": websocketpp_flags, "libwebsockets": lws_flags}


def build(name, flags, arguments):
    """Returns the program's path, its compile time in seconds and its stripped size in bytes."""
    source, words = flags(arguments)
    target = arguments.folder / f"{name}_echo"
    command = ["c++", "-O3", "-DNDEBUG", source, *words, "-Wl,--gc-sections", "-o", target]
    began = time.monotonic()
    run(*command)
    seconds = time.monotonic() - began
    stripped = arguments.folder / "stripped"
    run("strip", target, "-o", stripped)
    return target, seconds, stripped.stat().st_size


def build_all(arguments):
    built, left_out = {}, {}
    for name, flags in PEERS.items():
        print(f"building {name}", file=sys.stderr)
        try:
            built[name] = build(name, flags, arguments)
        except Missing as why:
            left_out[name] = str(why)
    return built, left_out


def calls_per_message(binaries, server, scene):
    """Returns the server's system calls for each message, including waits; strace counts them.

    Those of the connections' openings count, too: a few hundredths.
    """
    with running(server, 0) as (pid, port):
        summary = f"/tmp/weft-calls-{pid}"
        with subprocess.Popen(["strace", "-f", "-c", "-U", "calls,name", "-o", summary, "-p",
                               str(pid)], stderr=subprocess.DEVNULL) as tracer:
            time.sleep(0.3)  # Until it is attached.
            try:
                done = run(binaries / "load", server.protocol, "--port", port, "--seconds",
                           CALLS_SECONDS, "--warmup", "0.1", *scene.load, timeout=60)
            finally:
                tracer.terminate()
        lines = pathlib.Path(summary).read_text(encoding="utf-8").splitlines()
        os.unlink(summary)
    total = next(line for line in reversed(lines) if line.endswith("total"))
    return int(total.split()[0]) / json.loads(done)["messages"]


def print_rows(scene, figures):
    for row, name, good in rows_of(scene, figures):
        row += f"{statistics.median(map(per_cpu_second, good)):>13,.0f}"
        for key in ("p50_us", "p99_us", "p999_us"):
            row += f"{median_of(good, key):>9,.0f}"
        row += f"  {ratio_text(figures[name], figures.get(FLOOR, [])):<22}"
        if scene.idle:
            row += f"{median_of(good, 'idle_bytes_per_connection'):,.0f} B per idle connection"
        print(row.rstrip(), flush=True)


def print_calls(arguments, servers):
    if not shutil.which("strace"):
        print("\nsystem calls per message: not counted, there is no strace")
        return {}
    counted = {}
    print(f"\n{'system calls per message':<38}" +
          "".join(f"{scene.key:>9}" for scene in CALLS))
    for server in servers:
        row = {}
        for scene in CALLS:
            try:
                row[scene.key] = calls_per_message(arguments.binaries, server, scene)
            except (Missing, Failure, StopIteration, subprocess.TimeoutExpired) as why:
                print(f"{server.name}: {why}", file=sys.stderr)
        counted[server.name] = row
        print(f"{server.name:<38}" + "".join(
            f"{row[scene.key]:>9.1f}" if scene.key in row else f"{'-':>9}" for scene in CALLS))
    return counted


def print_builds(built, left_out):
    print(f"\n{'an echo server':<38}{'compiled in':>12}{'stripped':>12}")
    for name, (_, seconds, size) in built.items():
        print(f"{name:<38}{seconds:>10.1f} s{size / 1000:>9,.0f} KB")
    for name, why in left_out.items():
        print(f"{name}: left out: {why}")


def add_options(parser):
    parser.add_argument("--uws", type=pathlib.Path, metavar="PATH",
                        help="sources of uWebSockets, with uSockets in them")
    parser.add_argument("--websocketpp", type=pathlib.Path, default=pathlib.Path("/usr/include"),
                        metavar="FOLDER", help="the include folder of WebSocket++ 0.8.2")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="all figures")
    parser.add_argument("--write", action="store_true",
                        help="write docs/performance.md and its charts, too")


def conditions(arguments):
    compiler = run("c++", "--version").splitlines()[0]
    model = "unknown processor"
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return {"date": datetime.date.today().isoformat(), "processor": model,
            "cores": os.cpu_count(), "system": f"{platform.system()} {platform.release()}",
            "compiler": compiler, "rounds": arguments.rounds, "seconds": arguments.seconds}


def main():
    arguments = parse_arguments(__doc__, SCENES, add_options)
    arguments.folder = arguments.build.resolve() / "peers"
    arguments.folder.mkdir(parents=True, exist_ok=True)
    built, left_out = build_all(arguments)
    if OWN not in built:
        sys.exit(left_out[OWN])
    print_conditions(arguments)
    servers = [Server(FLOOR, (arguments.binaries / "raw_echo",), "raw"),
               *(Server(name, (path,), "ws") for name, (path, _, _) in built.items()),
               *arguments.peer]
    print(f"{'scenario':<38}{'server':<14}{'n / CPU s':>13}{'p50 us':>9}{'p99':>9}{'p99.9':>9}  "
          f"ratio to {FLOOR} (min .. max)", flush=True)
    results = {}

    def note_rows(scene, figures):
        results[scene.key] = figures
        print_rows(scene, figures)

    code = play(arguments, SCENES, servers, note_rows)
    calls = print_calls(arguments, servers)
    print_builds(built, left_out)
    report = {"conditions": conditions(arguments), "titles": {s.key: s.title for s in SCENES},
              "figures": results, "calls": calls, "left_out": left_out,
              "builds": {name: {"seconds": seconds, "bytes": size}
                         for name, (_, seconds, size) in built.items()}}
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if arguments.write:
        write_page(report, ROOT / "docs")
    return code


if __name__ == "__main__":
    sys.exit(main())
