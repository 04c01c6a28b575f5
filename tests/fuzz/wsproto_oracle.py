#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What wsproto makes of bytes: the other opinion for the fuzzer `differential`.

Reads requests and writes answers, each behind its length in four bytes. A request is a byte, `s`
or `c` for the role of the receiver, and what comes behind the handshake. The answer is the events,
each a letter and a length in four bytes with so many bytes: `t` text, `b` binary, `i` ping, `o`
pong, `c` close (two bytes of code and the reason), `f` failed (two bytes of code).
"""

import enum
import struct
import sys

from wsproto import frame_protocol
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

ROLES = {b"s": ConnectionType.SERVER, b"c": ConnectionType.CLIENT}

# The IANA registry has one code more than wsproto.
frame_protocol.CloseReason = enum.IntEnum(
    "CloseReason",
    {**frame_protocol.CloseReason.__members__, "BAD_GATEWAY": 1014},
)


def main():
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while size := requests.read(4):
        request = requests.read(struct.unpack("!I", size)[0])
        answer = b"".join(opinion(request[:1], request[1:]))
        answers.write(struct.pack("!I", len(answer)) + answer)
        answers.flush()


def opinion(role, received):
    connection = Connection(ROLES[role])
    connection.receive_data(received)
    message = []
    for event in connection.events():
        if isinstance(event, TextMessage | BytesMessage):
            message.append(event.data)
            if event.message_finished:
                yield finished(event, message)
                message = []
        elif isinstance(event, Ping):
            yield record(b"i", event.payload)
        elif isinstance(event, Pong):
            yield record(b"o", event.payload)
        elif isinstance(event, CloseConnection):
            yield ended(connection, event)


def finished(event, parts):
    if isinstance(event, TextMessage):
        return record(b"t", "".join(parts).encode())
    return record(b"b", b"".join(parts))


def ended(connection, event):
    """A frame that was received changes wsproto's state, a fault that it found does not."""
    code = struct.pack("!H", event.code)
    if connection.state.name == "OPEN":
        return record(b"f", code)
    return record(b"c", code + (event.reason or "").encode())


def record(kind, content):
    return kind + struct.pack("!I", len(content)) + bytes(content)


main()
