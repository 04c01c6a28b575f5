#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Checks that what belongs to one system stays where it may be: system headers in src/loop,
# conditions on the platform in a system's folder there, and calls to the system in the tables that
# tests can make fail.

import re

import source_tree

LIBRARY = {"include", "src"}
SYSTEM_HEADER = re.compile(
    r"\s*#\s*include\s*<((?:sys|netinet|arpa|net|linux|asm|netpacket|mach)/[^>]*|"
    r"(?:unistd|fcntl|poll|netdb|pthread|signal|dirent|ifaddrs|termios|dlfcn|sched|liburing|"
    r"windows|winsock2|ws2tcpip)\.h)>", re.IGNORECASE)
PLATFORM = re.compile(
    r"\s*#\s*(?:if|ifdef|ifndef|elif)\b.*?\b(__linux__|__linux|linux|__unix__|__APPLE__|_WIN32|"
    r"_WIN64|_MSC_VER|__\w+BSD__|__ANDROID__|__CYGWIN__|__sun|_POSIX_\w+)\b")
DIRECT_CALL = re.compile(r"(?<![\w:>])::((?!pthread_)[a-z_0-9]+)\(")
SYSTEMS = {"posix", "linux", "bsd", "windows"}


def check(root):
    for path in source_tree.cpp_files(root):
        for number, line in source_tree.lines_of(root, path):
            fault = (header_fault(path, line) or platform_fault(path, line)
                     or call_fault(path, line))
            if fault:
                yield f"{path}:{number}: {fault}"


def header_fault(path, line):
    found = SYSTEM_HEADER.match(line)
    in_loop = path.parts[:2] in {("src", "loop"), ("src", "hosts")}
    if found and path.parts[0] in LIBRARY and not in_loop:
        return f"<{found[1]}> is a system header: only src/loop may include it"
    return None


def platform_fault(path, line):
    found = PLATFORM.match(line)
    if found and not (path.parts[:2] == ("src", "loop") and path.parts[2] in SYSTEMS):
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
