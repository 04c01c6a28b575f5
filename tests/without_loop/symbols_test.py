# SPDX-License-Identifier: MIT
# The program has nothing of a loop or of sockets in it, but for the calls it may make, and works:
# symbols_test.py program nm [call...]

import re
import subprocess
import sys

# Of ours, and of the system's.
FOREIGN = re.compile(r"weft::(event_loop|loop_state|server|client|socket_stream|timer)\b"
                     r"|\b(epoll_\w+|ppoll|poll|select|eventfd|timerfd_\w+|socket|accept4?|connect"
                     r"|getaddrinfo)(@|$)")
PRESENT = re.compile(r"weft::(session|connection|io_stream|manual_driver)\b")

REQUEST = (b"GET /echo HTTP/1.1\r\nHost: hand\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
           b"\x81\x82\0\0\0\0hi"  # a text message
           b"\x88\x82\0\0\0\0\x03\xe8")  # close, 1000


def main(program, nm, *allowed):
    names = subprocess.run([nm, "--demangle", program], capture_output=True, text=True,
                           check=True).stdout.splitlines()
    names = [line.split(None, 2)[-1] for line in names]
    assert any(PRESENT.search(name) for name in names), "nm shows nothing of Weft's"
    foreign = [name for name in names
               if FOREIGN.search(name) and name.removeprefix("U ").split("@")[0] not in allowed]
    assert not foreign, f"a program without a loop has {foreign[:10]}"

    ran = subprocess.run([program], input=REQUEST, capture_output=True, timeout=60, check=True)
    assert ran.stdout.startswith(b"HTTP/1.1 101 "), ran.stdout
    assert ran.stdout.endswith(b"\r\n\r\n\x81\x02hi\x88\x02\x03\xe8"), ran.stdout
    assert b"1000" in ran.stderr, ran.stderr


assert FOREIGN.search("weft::event_loop::run()") and FOREIGN.search("U epoll_wait@GLIBC_2.3.2")
main(*sys.argv[1:])
