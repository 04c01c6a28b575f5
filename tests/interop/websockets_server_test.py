# SPDX-License-Identifier: MIT
# Our server, and the client of Python's websockets.
# Usage: websockets_server_test.py <folder of the programs>

import asyncio
import contextlib
import os
import socket
import sys
import tempfile

from websockets.asyncio.client import connect as asyncio_connect
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.sync.client import connect, unix_connect

import programs

FOLDER = sys.argv[1]
MIB = 1024 * 1024
server = programs.Server(FOLDER)


def dial(path="/", **options):
    return connect(server.url + path, max_size=64 * MIB, ping_interval=None, **options)


def test_texts_and_binaries_are_echoed():
    with dial() as peer:
        for message in ("hello", "", "grüße ☂ 🧵", b"\x00\xff", b""):
            peer.send(message)
            assert peer.recv() == message


def test_big_messages_are_echoed():
    with dial() as peer:
        for message in ("x" * MIB, os.urandom(MIB), os.urandom(16 * MIB)):
            peer.send(message)
            assert peer.recv() == message


def test_many_messages_in_flight():
    with dial() as peer:
        sent = [f"message {number}" for number in range(1000)]
        for message in sent:
            peer.send(message)
        assert [peer.recv() for _ in sent] == sent


async def send_all_then_read(sizes):
    async with asyncio_connect(server.url + "/plain", max_size=64 * MIB) as peer:
        # The peer's window is full before the first answer is taken.
        sending = asyncio.create_task(send_each(peer, sizes))
        for _ in range(100):
            await asyncio.sleep(0)
        received = [len(await peer.recv()) for _ in sizes]
        await sending
    return received


async def send_each(peer, sizes):
    for size in sizes:
        await peer.send(b"x" * size)


def test_slow_reader_gets_every_answer():
    sizes = [MIB, 300_000, 900_000, 10, 64 * 1024] * 10
    assert asyncio.run(send_all_then_read(sizes)) == sizes


async def echo_on(number):
    async with asyncio_connect(server.url) as peer:
        await peer.send(f"hello {number}")
        assert await peer.recv() == f"hello {number}"


def test_many_connections_at_once():
    async def all_of_them():
        await asyncio.gather(*(echo_on(number) for number in range(300)))

    asyncio.run(all_of_them())


def test_sent_fragments_become_one_message():
    with dial() as peer:
        peer.send(["a", "", "bc", "d" * 70000])
        assert peer.recv() == "abc" + "d" * 70000
        peer.send(iter([b"\x00", b"\xff" * 200]))
        assert peer.recv() == b"\x00" + b"\xff" * 200


def test_fragments_come_with_pings_between():
    with dial("/parts") as peer:
        peer.send("y" * 2500)
        assert [len(part) for part in peer.recv_streaming()] == [1000, 1000, 500]


def test_pings_both_ways():
    with dial() as peer:
        peer.ping(b"payload").wait()
    with dial("/ping") as peer:
        assert peer.recv() == "are you there"


def test_client_closes():
    with dial() as peer:
        peer.close(4001, "my reason")
        received = peer.protocol.close_rcvd
        assert (received.code, received.reason) == (4001, ""), received
        assert not peer.protocol.close_rcvd_then_sent, "the server was to answer"


def test_server_closes():
    with dial("/close?code=4002&reason=see+you") as peer:
        with programs.raises(ConnectionClosedError) as caught:
            peer.recv()
        assert (caught.error.rcvd.code, caught.error.rcvd.reason) == (4002, "see you")
    with dial("/close") as peer:
        with programs.raises(ConnectionClosedOK) as caught:
            peer.recv()
        assert (caught.error.rcvd.code, caught.error.rcvd.reason) == (1000, "")


def test_subprotocols():
    with dial("/chat", subprotocols=["unknown", "chat.v2", "chat.v1"]) as peer:
        assert peer.subprotocol == "chat.v2"
    with dial("/", subprotocols=["chat.v2"]) as peer:
        assert peer.subprotocol is None


def test_handshake_rejected_with_its_status():
    for status in (401, 403, 503):
        with programs.raises(InvalidStatus) as caught:
            with dial(f"/reject?status={status}"):
                pass
        response = caught.error.response
        assert response.status_code == status
        assert response.headers["X-Reason"] == "asked for"
        assert response.body == b"rejected as asked\n"


def test_handshake_passes_a_route_for_plain_requests():
    with dial("/health") as peer:
        peer.send("hello")
        assert peer.recv() == "hello"


def test_handshake_accepted_later():
    with dial("/later") as peer:
        assert peer.response.headers["X-Deferred"] == "yes"
        peer.send("hello")
        assert peer.recv() == "hello"


def test_compression_is_declined():
    with dial(compression="deflate") as peer:
        assert peer.protocol.extensions == []


def test_server_ends_abruptly():
    with dial("/abort") as peer:
        peer.send("end")
        with programs.raises(ConnectionClosedError) as caught:
            peer.recv()
        assert caught.error.rcvd is None


def test_client_ends_abruptly():
    with dial() as peer, dial() as other:
        peer.send("x" * MIB)
        peer.socket.shutdown(socket.SHUT_RDWR)
        other.send("still there")
        assert other.recv() == "still there"


def test_unix_socket():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        with programs.Server(FOLDER, "unix:" + path), unix_connect(path) as peer:
            peer.send("hello")
            assert peer.recv() == "hello"
        assert not os.path.exists(path)


def test_ipv6():
    with programs.Server(FOLDER, "[::1]:0") as other, connect(other.url) as peer:
        peer.send("hello")
        assert peer.recv() == "hello"


def test_server_that_shuts_down_says_so():
    other = programs.Server(FOLDER)
    with contextlib.ExitStack() as stack:
        with other:
            peer = stack.enter_context(connect(other.url))
        with programs.raises(ConnectionClosedOK) as caught:
            peer.recv()
    assert caught.error.rcvd.code == 1001


if __name__ == "__main__":
    with server:
        status = programs.run_all(programs.tests_in(globals()))
    sys.exit(status)
