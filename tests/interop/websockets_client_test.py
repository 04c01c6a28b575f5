# SPDX-License-Identifier: MIT
# Our client, and the server of Python's websockets.
# Usage: websockets_client_test.py <folder of the programs>

import contextlib
import http
import os
import queue
import socket
import sys
import tempfile
import threading

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve, unix_serve

import programs

FOLDER = sys.argv[1]
MIB = 1024 * 1024


def echo(peer):
    with contextlib.suppress(ConnectionClosed):
        for message in peer:
            peer.send(message)


def wait_for_the_end(peer):
    with contextlib.suppress(ConnectionClosed):
        peer.recv()


@contextlib.contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()


def talk(handler, *arguments, path="/", **options):
    """Runs our client against a server with this handler."""
    with running(serve(handler, "127.0.0.1", 0, max_size=64 * MIB, **options)) as server:
        port = server.socket.getsockname()[1]
        return programs.run_client(FOLDER, f"ws://127.0.0.1:{port}{path}", *arguments)


def expect(run, **wanted):
    status = wanted.pop("exit", 0)
    assert run.status == status, run
    for key, value in wanted.items():
        assert run[key] == value, f"{key} is not '{value}': {run}"


def test_messages_come_back():
    expect(talk(echo, "text:hello", "text:", "text:grüße ☂ 🧵", "binary:0", "binary:1",
                "binary:125", "binary:126", "binary:65535", "binary:65536"),
           clean="1", sent="1000 ", received="1000 ")


def test_big_messages_come_back():
    expect(talk(echo, f"binary:{MIB}", f"parts:{MIB}", f"binary:{16 * MIB}"), clean="1")


def test_sent_fragments_become_one_message():
    expect(talk(echo, "parts:10", "parts:70000"), clean="1")


def test_received_fragments_become_one_message():
    def in_parts(peer):
        peer.send(["a", "", "b" * 3])
        wait_for_the_end(peer)

    expect(talk(in_parts, "receive:abbb"), clean="1")


def test_pings_both_ways():
    answered = queue.Queue()

    def ping(peer):
        answered.put(peer.ping(b"payload").wait(10))
        peer.send("ponged")
        echo(peer)

    expect(talk(ping, "receive:ponged", "ping:are you there"), clean="1")
    assert answered.get(timeout=30) is True


def test_client_closes():
    seen = queue.Queue()

    def note(peer):
        echo(peer)
        seen.put((peer.close_code, peer.close_reason))

    expect(talk(note, "text:hello", "close:4001:my reason"),
           began="local", sent="4001 my reason", received="4001 my reason")
    assert seen.get(timeout=30) == (4001, "my reason")


def test_server_closes():
    expect(talk(lambda peer: peer.close(4002, "see you"), "wait"),
           began="peer", clean="1", received="4002 see you", sent="4002 ")
    expect(talk(lambda peer: peer.close(1011), "wait"), received="1011 ")


def test_server_ends_abruptly():
    run = talk(lambda peer: peer.socket.shutdown(socket.SHUT_RDWR), "wait")
    expect(run, clean="0", phase="WebSocket", began="peer")
    assert run["error"] and run["received"] is None, run


def test_client_ends_abruptly():
    expect(talk(echo, "text:hello", "abort"), clean="0", began="local")


def test_subprotocols():
    expect(talk(echo, "--subprotocol", "chat.v1", "--subprotocol", "chat.v2", "text:hi",
                subprotocols=["chat.v2"]), open="chat.v2")
    expect(talk(echo, "text:hi", subprotocols=["chat.v2"],
                select_subprotocol=lambda peer, offered: None), open="")


def test_headers_arrive():
    def tell(peer):
        peer.send(peer.request.headers["X-Own"] + " " + peer.request.path)
        wait_for_the_end(peer)

    expect(talk(tell, "--header", "X-Own:thread", "receive:thread /a?b=c", path="/a?b=c"))


def test_rejected_handshake_is_reported():
    for status in (403, 404, 503):
        run = talk(
            echo, "text:hello",
            process_request=lambda peer, request: peer.respond(http.HTTPStatus(status), "no\n"))
        expect(run, exit=1, phase="HTTP", began="peer", status=str(status))


def test_refused_connection_is_reported():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        run = programs.run_client(FOLDER, f"ws://127.0.0.1:{unused.getsockname()[1]}/", "wait")
    expect(run, exit=1, phase="connect", began="system", error="Connection refused")


def test_unix_socket():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        with running(unix_serve(echo, path)):
            run = programs.run_client(FOLDER, "ws://localhost/", "--via", "unix:" + path,
                                      "text:hello", "binary:70000")
    expect(run, clean="1")


if __name__ == "__main__":
    sys.exit(programs.run_all(programs.tests_in(globals())))
