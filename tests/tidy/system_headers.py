#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Checks that what belongs to one system stays in that system's folder of src/loop: its headers,
# conditions on the platform, and calls to the system, which are in tables that tests can make fail.
# Nothing outside includes a file of such a folder; hosts may include what their library needs.

import re

import source_tree

LIBRARY = {"include", "src"}
SYSTEMS = {"posix", "posix_2024", "linux", "io_uring", "no_io_uring", "bsd", "darwin", "windows"}
SYSTEM_FILE = re.compile(
    rf'\s*#\s*include\s*[<"](loop/(?:{"|".join(sorted(SYSTEMS))})/[^>"]*)[>"]')
SYSTEM_HEADER = re.compile(
    r"\s*#\s*include\s*<((?:sys|netinet|arpa|net|linux|asm|netpacket|mach|netinet6)/[^>]*|"
    r"(?:unistd|fcntl|poll|netdb|pthread|signal|dirent|ifaddrs|termios|dlfcn|sched|liburing|"
    r"windows|winsock2|ws2tcpip)\.h)>", re.IGNORECASE)
PLATFORM = re.compile(
    r"\s*#\s*(?:if|ifdef|ifndef|elif)\b.*?\b(__linux__|__linux|linux|__unix__|__APPLE__|_WIN32|"
    r"_WIN64|_MSC_VER|__\w+BSD__|__ANDROID__|__CYGWIN__|__sun|_POSIX_\w+)\b")
# A header that may include a system header, because programs for WebSocket++ rely on it.
PASSED_ON = ("include/websocketpp_compatible/websocketpp/common/network.hpp", "arpa/inet.h")
DIRECT_CALL = re.compile(r"(?<![\w:>])::((?!pthread_)[a-z_0-9]+)\(")


def check(root):
    for path in source_tree.cpp_files(root):
        for number, line in source_tree.lines_of(root, path):
            fault = (header_fault(path, line) or platform_fault(path, line)
                     or call_fault(path, line))
            if fault:
                yield f"{path}:{number}: {fault}"


def in_system_folder(path):
    return path.parts[:2] == ("src", "loop") and path.parts[2] in SYSTEMS


def header_fault(path, line):
    if path.parts[0] not in LIBRARY or in_system_folder(path):
        return None
    found = SYSTEM_HEADER.match(line)
    if found and path.parts[:2] != ("src", "hosts") and (str(path), found[1]) != PASSED_ON:
        return f"<{found[1]}> is a system header: only a system's folder may include it"
    found = SYSTEM_FILE.match(line)
    return f"{found[1]} belongs to one system: include what declares it for all" if found else None


def platform_fault(path, line):
    found = PLATFORM.match(line)
    if found and not in_system_folder(path):
        return f"a condition on {found[1]} belongs into a system's folder of src/loop"
    return None


def call_fault(path, line):
    found = DIRECT_CALL.search(line)
    in_table = path.stem.startswith("system_calls")
    if found and path.parts[:2] == ("src", "loop") and not in_table:
        return f"::{found[1]} is called past the table in loop/posix/system_calls.hpp"
    return None


if __name__ == "__main__":
    source_tree.run(check)
