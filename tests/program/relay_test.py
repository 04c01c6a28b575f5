# SPDX-License-Identifier: MIT
# `weft relay`: what it passes on between all kinds of ends, how it ends, and what it refuses.

import hashlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import unittest

import websocket_peer as peers
from weft_program import PATIENCE, Running, Server, TlsServer, read_to_end, run
from websocket_peer import BINARY, CLOSE, TEXT, Servers


class Relay(Running):
    """A relay that listens; `address` begins with the scheme, such as ws."""

    def __init__(self, first, second, *options):
        super().__init__("relay", first, second, *options, stdin=subprocess.DEVNULL)
        found = self.wait_for(r"listening at (\S+?)(:(\d+)/?)?(;|$)", self.err)
        self.address, self.port = found[1], int(found[3] or 0)

    def __exit__(self, *_):
        try:
            if self.process.poll() is None:
                self.stop()  # so that data in transit still arrives
        finally:
            super().__exit__(*_)


def listening(kind, second, *options):
    return Relay(f"listen:{kind}://127.0.0.1:0", second, *options)


def memory_of(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024


def echo_up_to(size):
    """Echoes messages until it has received this many bytes, and then closes the connection. So the
    end of the relay does not depend on the speed of the machine."""
    def serve(websocket):
        got = 0
        while got < size:
            opcode, payload = websocket.read()
            if opcode == CLOSE:
                raise AssertionError(f"closed after {got} of {size} bytes")
            websocket.send(opcode, payload)
            got += len(payload)
        websocket.close()
        websocket.read()
    return serve


def send_until_held_back(peer, message):
    """Sends a message again and again, until nothing is taken for a while. How much that is depends
    on the system, whose buffers may grow to 32 MiB each. Returns the number of bytes sent, and the
    rest of the last message, or all of one more."""
    sent, most, before = 0, 1 << 28, peer.gettimeout()
    peer.settimeout(0.3)
    try:
        while sent < most:
            sent += peer.send(message[sent % len(message):])
    except TimeoutError:
        return sent, message[sent % len(message):]
    finally:
        peer.settimeout(before)
    raise AssertionError(f"{sent} bytes were taken")


class BetweenWebSockets(unittest.TestCase):
    def test_messages_keep_their_kind(self):
        with Servers(peers.echo) as server:
            with listening("ws", f"ws://127.0.0.1:{server.port}/") as relay:
                with peers.connect(relay.port) as client:
                    large = os.urandom(3 << 20)
                    for message in ((TEXT, "grüße".encode()), (BINARY, b"\0\xff"), (TEXT, b""),
                                    (BINARY, b""), (BINARY, large)):
                        client.send(*message)
                        self.assertTrue(client.read() == message)
                    client.send_frame(TEXT, b"in ")
                    client.send_frame(0x80, b"parts")
                    self.assertEqual(client.read(), (TEXT, b"in parts"))
                self.assertEqual(relay.stop(), 0)

    def test_close_codes_and_reasons_go_through(self):
        closes = []
        with Servers(lambda server: closes.append(server.read_close())) as server:
            with listening("ws", f"ws://127.0.0.1:{server.port}/") as relay:
                with peers.connect(relay.port) as client:
                    client.close(4321, "schön".encode())
                    self.assertEqual(client.read()[0], CLOSE)
                    self.assertEqual(read_to_end(client.socket), b"")
        self.assertEqual(closes, [(4321, "schön".encode())])
        with Servers(lambda server: server.close(1008, b"no")) as server:
            with listening("ws", f"ws://127.0.0.1:{server.port}/") as relay:
                with peers.connect(relay.port) as client:
                    self.assertEqual(client.read_close(), (1008, b"no"))

    def test_a_broken_connection_is_1011_on_the_other(self):
        with Servers(lambda server: server.read()) as server:
            with listening("ws", f"ws://127.0.0.1:{server.port}/") as relay:
                with peers.connect(relay.port) as client:
                    client.send(TEXT, b"bye")
                    self.assertEqual(client.read_close()[0], 1011)

    def test_subprotocols_are_passed_on(self):
        heads = []

        def serve(server):
            heads.append(server.head)
            server.read_close()
        with Servers(serve, extra="Sec-WebSocket-Protocol: two\r\n") as server:
            to = f"ws://127.0.0.1:{server.port}/there?q=1"
            with listening("ws", to, "-H", "X-A: b") as relay:
                with peers.connect(relay.port, "/any", "Sec-WebSocket-Protocol: one, two\r\n"
                                   ) as client:
                    self.assertEqual(peers.header(client.head, "sec-websocket-protocol"), "two")
                    client.close()
                    client.read()
        self.assertIn("GET /there?q=1 ", heads[0])
        self.assertEqual(peers.header(heads[0], "sec-websocket-protocol"), "one, two")
        self.assertEqual(peers.header(heads[0], "x-a"), "b")

    def test_a_server_that_refuses_is_502(self):
        with Server() as server:
            with listening("ws", server.url("/nope")) as relay:
                with peers.connect(relay.port) as client:
                    self.assertIn(" 502 ", client.head)
                relay.wait_for("could not connect to .*404", relay.err)
                self.assertEqual(relay.stop(), 0)

    def test_pages_need_permission(self):
        with Servers(peers.echo) as server:
            to = f"ws://127.0.0.1:{server.port}/"
            with listening("ws", to, "--origin", "https://a.example") as relay:
                for origin, status in (("https://b.example", 403), ("https://a.example", 101)):
                    with peers.connect(relay.port, "/", f"Origin: {origin}\r\n") as client:
                        self.assertIn(f" {status} ", client.head)
                relay.wait_for("refused a web page of https://b.example", relay.err)
            with listening("ws", to) as relay:
                with peers.connect(relay.port, "/", f"Origin: http://localhost:{relay.port}\r\n"
                                   ) as client:
                    self.assertIn(" 403 ", client.head)

    def test_two_that_connect(self):
        heard = []

        def talk(server):
            server.send(TEXT, b"one")
            heard.append(server.read())
            server.close()
            server.read()
        with Servers(talk) as one, Servers(peers.echo) as two:
            done = run("relay", f"ws://127.0.0.1:{one.port}", f"ws://127.0.0.1:{two.port}")
        self.assertEqual((done.returncode, heard), (0, [(TEXT, b"one")]), done.stderr)

    def test_a_message_beyond_the_limit(self):
        with Servers(peers.echo) as server:
            with listening("ws", f"ws://127.0.0.1:{server.port}/", "--max-message", "1k") as relay:
                with peers.connect(relay.port) as client:
                    client.send(BINARY, bytes(1025))
                    while True:
                        opcode, payload = client.read()
                        if opcode == CLOSE:
                            break
                    self.assertEqual(struct.unpack("!H", payload[:2])[0], 1009)


class BetweenKinds(unittest.TestCase):
    def test_a_websocket_to_tcp(self):
        with Servers(peers.echo_bytes, plain=True) as server:
            with listening("ws", f"tcp://127.0.0.1:{server.port}") as relay:
                clients = [peers.connect(relay.port) for _ in range(3)]
                for number, client in enumerate(clients):
                    client.send(BINARY, b"number %d" % number)
                for number, client in enumerate(clients):
                    self.assertEqual(client.read(), (BINARY, b"number %d" % number))
                    client.close()
                    self.assertEqual(client.read()[0], CLOSE)
                    client.close_socket()

    def test_a_subprotocol_for_a_stream(self):
        with Servers(peers.echo_bytes, plain=True) as server:
            to = f"tcp://127.0.0.1:{server.port}"
            with listening("ws", to, "-s", "three", "-s", "two") as relay:
                for offered, chosen in (("one, two", "two"), ("one", None), (None, None)):
                    extra = f"Sec-WebSocket-Protocol: {offered}\r\n" if offered else ""
                    with peers.connect(relay.port, "/", extra) as client:
                        self.assertIn(" 101 ", client.head)
                        self.assertEqual(peers.header(client.head, "sec-websocket-protocol"),
                                         chosen)
                        client.close()
                        self.assertEqual(client.read()[0], CLOSE)

    def test_tcp_to_a_websocket(self):
        with Servers(echo_up_to(len(b"to the end"))) as server:
            to = f"ws://127.0.0.1:{server.port}/"
            with listening("tcp", to, "--wait", str(PATIENCE)) as relay:
                self.assertEqual(peers.exchange(relay.port, b"to the end"), b"to the end")

    def test_a_silent_websocket_is_closed_after_the_end_of_the_stream(self):
        closes = []
        with Servers(lambda server: closes.append(server.read_close())) as server:
            to = f"ws://127.0.0.1:{server.port}/"
            for wait in ("0", "0.1"):
                with listening("tcp", to, "--wait", wait) as relay:
                    self.assertEqual(peers.exchange(relay.port, b""), b"")
                    self.assertEqual(relay.stop(), 0)
        self.assertEqual(closes, [(1000, b"")] * 2)

    def test_lines(self):
        with Servers(echo_up_to(len("einzwei ülast".encode()))) as server:
            with listening("tcp", f"ws://127.0.0.1:{server.port}/", "--text", "--wait",
                           str(PATIENCE)) as relay:
                text = "ein\n\nzwei ü\nlast"
                self.assertEqual(peers.exchange(relay.port, text.encode()).decode(), text + "\n")
        with Servers(peers.echo) as server:
            with listening("tcp", f"ws://127.0.0.1:{server.port}/", "--text") as relay:
                with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as client:
                    client.sendall(b"\xff\n")
                    self.assertEqual(read_to_end(client), b"")
                relay.wait_for("not UTF-8", relay.err)

    def test_unix_sockets(self):
        with tempfile.TemporaryDirectory() as folder:
            there, here = f"{folder}/there", f"{folder}/here"
            with Servers(peers.echo_bytes, plain=True, path=there):
                with Relay(f"listen:unix:{here}", f"unix:{there}") as relay:
                    with socket.socket(socket.AF_UNIX) as client:
                        client.settimeout(PATIENCE)
                        client.connect(here)
                        client.sendall(b"half-closed")
                        client.shutdown(socket.SHUT_WR)
                        self.assertEqual(read_to_end(client), b"half-closed")
                    self.assertEqual(relay.stop(), 0)
                self.assertFalse(os.path.exists(here))

    def test_tls_on_both_sides(self):
        with TlsServer() as served:
            to = f"wss://localhost:{served.port}/echo"
            with listening("wss", to, "--ca", served.issuers) as relay:
                done = run("connect", "--insecure", "--wait", str(PATIENCE),
                           f"wss://127.0.0.1:{relay.port}/", stdin=b"hi\n")
                self.assertEqual((done.returncode, done.stdout), (0, b"hi\n"), done.stderr)
        with Servers(peers.echo_bytes, plain=True) as server:
            with listening("tls", f"tcp://127.0.0.1:{server.port}") as inner:
                with listening("tcp", f"tls://127.0.0.1:{inner.port}", "--insecure") as relay:
                    self.assertEqual(peers.exchange(relay.port, b"covered"), b"covered")

    def test_a_reader_that_waits_is_no_silence(self):
        """A client that has ended its output, and reads late, still gets the whole answer."""
        message = memoryview(struct.pack("!BBQ", 0x82, 127, 1 << 18) + bytes(1 << 18))
        stalled, ended, waited = (threading.Event() for _ in range(3))
        sizes, early = [], []

        def answer(server):
            try:
                server.read()
                sent, rest = send_until_held_back(server.socket, message)
                stalled.set()
                ended.wait(PATIENCE)
                early.extend(select.select([server.socket], [], [], 1.5)[0])  # beyond --wait
                sizes.append((sent // len(message) + 1) * (1 << 18))
            finally:  # also after a failure, which would be slow otherwise
                stalled.set()
                waited.set()
            server.socket.sendall(rest)
            server.read_close()
        with Servers(answer) as server:
            to = f"ws://127.0.0.1:{server.port}/"
            with listening("tcp", to, "--wait", "1") as relay:
                with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as client:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
                    client.sendall(b"give me all")
                    self.assertTrue(stalled.wait(PATIENCE))
                    client.shutdown(socket.SHUT_WR)
                    ended.set()
                    self.assertTrue(waited.wait(PATIENCE))
                    self.assertEqual([len(read_to_end(client))], sizes)
        self.assertEqual(early, [])

    @unittest.skipUnless(os.path.exists("/proc/self/status"), "there is no /proc")
    def test_a_reader_that_waits_holds_the_writer_back(self):
        """All bytes pass through the relay, which holds only a little in memory at a time."""
        data = os.urandom(1 << 18)
        message = memoryview(struct.pack("!BBQ4x", 0x82, 0xff, len(data)) + data)
        started, read_now, has_read = (threading.Event() for _ in range(3))
        sums = []

        def slow(peer):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
            started.set()
            read_now.wait(PATIENCE)
            sums.append(hashlib.sha256(read_to_end(peer)).digest())
            has_read.set()
        with Servers(slow, plain=True) as server:
            with listening("ws", f"tcp://127.0.0.1:{server.port}") as relay:
                with peers.connect(relay.port) as client:
                    try:
                        client.send(BINARY, b"first")
                        self.assertTrue(started.wait(PATIENCE))
                        before = memory_of(relay.process)
                        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
                        sent, rest = send_until_held_back(client.socket, message)
                        grown = memory_of(relay.process) - before
                    finally:
                        read_now.set()  # also after a failure, which would be slow otherwise
                    client.socket.sendall(rest)
                    client.close()
                    self.assertEqual(client.read()[0], CLOSE)
                    self.assertTrue(has_read.wait(PATIENCE))
        whole = b"first" + data * (sent // len(message) + 1)
        self.assertEqual(sums, [hashlib.sha256(whole).digest()])
        self.assertLess(grown, 4 << 20)

    def test_a_broken_connection_is_a_reset_of_the_stream(self):
        """So the peer does not take what it has received for the whole."""
        has_read = threading.Event()

        def leave(server):
            server.send(BINARY, b"half")
            has_read.wait(PATIENCE)

        def close_with_1011(server):
            leave(server)
            server.close(1011)
            server.read()

        def reset(peer):
            peer.sendall(b"half")
            has_read.wait(PATIENCE)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for serve, scheme in ((leave, "ws"), (close_with_1011, "ws"), (reset, "tcp")):
            has_read.clear()
            with self.subTest(serve.__name__), Servers(serve, plain=scheme == "tcp") as server:
                with listening("tcp", f"{scheme}://127.0.0.1:{server.port}") as relay:
                    with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as client:
                        self.assertEqual(peers.read_exactly(client, 4), b"half")
                        has_read.set()
                        with self.assertRaises(ConnectionResetError):
                            read_to_end(client)
                        port = client.getsockname()[1]
                    relay.wait_for(f"; reset 127.0.0.1:{port}$", relay.err)

    def test_output_and_the_break_in_the_same_turn(self):
        opened, stopped, gone = (threading.Event() for _ in range(3))

        def leave(server):
            opened.set()
            stopped.wait(PATIENCE)
            server.send(BINARY, b"half")
            server.close_socket()
            gone.set()
        with Servers(leave) as server:
            with listening("tcp", f"ws://127.0.0.1:{server.port}", "-v") as relay:
                with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as client:
                    self.assertTrue(opened.wait(PATIENCE))
                    relay.wait_for("<->", relay.err)
                    relay.signal(signal.SIGSTOP)
                    os.waitid(os.P_PID, relay.process.pid, os.WSTOPPED | os.WNOWAIT)
                    stopped.set()
                    gone.wait(PATIENCE)
                    relay.signal(signal.SIGCONT)
                    with self.assertRaises(ConnectionResetError):
                        read_to_end(client)

    def test_output_that_waits_and_the_break(self):
        message = memoryview(struct.pack("!BBH", 0x82, 126, 1 << 15) + bytes(1 << 15))
        left = threading.Event()

        def leave(server):
            try:
                send_until_held_back(server.socket, message)
                server.close_socket()
            finally:
                left.set()
        with Servers(leave) as server:
            with listening("tcp", f"ws://127.0.0.1:{server.port}") as relay:
                with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as client:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
                    self.assertTrue(left.wait(PATIENCE))
                    with self.assertRaises(ConnectionResetError):
                        read_to_end(client)

    def test_a_broken_connection_is_the_end_of_a_unix_socket(self):
        """These have no reset."""
        with tempfile.TemporaryDirectory() as folder:
            with Servers(lambda server: server.send(BINARY, b"half")) as server:
                to = f"ws://127.0.0.1:{server.port}/"
                with Relay(f"listen:unix:{folder}/here", to) as relay:
                    with socket.socket(socket.AF_UNIX) as client:
                        client.settimeout(PATIENCE)
                        client.connect(f"{folder}/here")
                        self.assertEqual(read_to_end(client), b"half")
                    self.assertNotIn("; reset", relay.wait_for(".+", relay.err)[0])

    def test_a_server_that_is_not_there_is_a_reset_of_the_stream(self):
        with socket.socket() as bound:  # does not listen, and keeps others from the port
            bound.bind(("127.0.0.1", 0))
            with listening("tcp", f"tcp://127.0.0.1:{bound.getsockname()[1]}") as relay:
                with self.assertRaises(ConnectionResetError):  # possibly while it connects
                    with socket.create_connection(("127.0.0.1", relay.port), PATIENCE) as client:
                        read_to_end(client)


class StandardInputAndOutput(unittest.TestCase):
    def test_from_pipe_to_pipe(self):
        data = os.urandom(2 << 20)
        with Servers(echo_up_to(len(data))) as server:
            to = f"ws://127.0.0.1:{server.port}/"
            done = run("relay", "--wait", str(PATIENCE), "-", to, stdin=data)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertTrue(done.stdout == data)

    def test_from_file_to_file(self):
        with Servers(echo_up_to(6)) as server, tempfile.TemporaryFile() as source:
            source.write(b"one\ntwo\n")
            source.seek(0)
            with tempfile.TemporaryFile() as target:
                ended = subprocess.run(
                    [os.environ["WEFT_PROGRAM"], "relay", "--text", "--wait", str(PATIENCE),
                     "stdio", f"ws://127.0.0.1:{server.port}/"], stdin=source, stdout=target,
                    timeout=PATIENCE, check=False)
                target.seek(0)
                self.assertEqual((ended.returncode, target.read()), (0, b"one\ntwo\n"))

    def test_half_close_over_tcp(self):
        def answer(peer):
            peer.sendall(read_to_end(peer)[::-1])
        with Servers(answer, plain=True) as server:
            done = run("relay", "-", f"tcp://127.0.0.1:{server.port}", stdin=b"abc")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"cba", b""))

    def test_one_client(self):
        with Running("relay", "listen:ws://127.0.0.1:0/x", "-") as relay:
            port = int(relay.wait_for(r":(\d+)/x", relay.err)[1])
            with peers.connect(port, "/x") as client:
                client.send(TEXT, b"in\n")
                relay.wait_for("in", relay.out)
                relay.send("out")
                self.assertEqual(client.read(), (BINARY, b"out"))
                client.close(1000)
                self.assertEqual(client.read()[0], CLOSE)
            self.assertEqual(relay.exit_code(), 0)

    def test_of_two_clients_at_the_same_time_one_is_served(self):
        with Running("relay", "listen:tcp://127.0.0.1:0", "-") as relay:
            port = int(relay.wait_for(r"listening at \S+?:(\d+)", relay.err)[1])
            relay.signal(signal.SIGSTOP)  # so that it finds both clients waiting
            os.waitid(os.P_PID, relay.process.pid, os.WSTOPPED | os.WNOWAIT)
            with socket.create_connection(("127.0.0.1", port), PATIENCE) as first, \
                    socket.create_connection(("127.0.0.1", port), PATIENCE) as second:
                relay.signal(signal.SIGCONT)
                refused = select.select([first, second], [], [], PATIENCE)[0]
                self.assertEqual(len(refused), 1)
                served = first if refused == [second] else second
                served.sendall(b"one\n")
                relay.wait_for("one", relay.out)
                relay.end_input()
                self.assertEqual(read_to_end(served), b"")
            self.assertEqual(relay.exit_code(), 0)

    def test_the_last_output_is_not_lost(self):
        """A peer that reads late, and sends before it reads, still gets all."""
        size = 1 << 19
        read_now = threading.Event()
        got = []

        def close(server):
            server.send(BINARY, bytes(size))
            server.close()
            server.read()

        def late(peer):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
            read_now.wait(PATIENCE)
            peer.sendall(b"x")  # would be answered with a reset if the relay were gone
            got.append(len(read_to_end(peer)))
        with Servers(close) as one, Servers(late, plain=True) as two:
            with Running("relay", f"ws://127.0.0.1:{one.port}", f"tcp://127.0.0.1:{two.port}",
                         stdin=subprocess.DEVNULL) as relay:
                try:
                    with self.assertRaises(subprocess.TimeoutExpired):
                        relay.process.wait(1.5)
                finally:
                    read_now.set()
                self.assertEqual(relay.exit_code(), 0)
        self.assertEqual(got, [size])

    def test_an_error_code_is_the_exit_code(self):
        with Servers(lambda server: server.close(1008, b"no")) as server:
            with Running("relay", "-", f"ws://127.0.0.1:{server.port}/") as relay:
                relay.wait_for("1008.*no", relay.err)
                self.assertEqual(relay.exit_code(), 3)

    def test_a_signal_closes(self):
        closes = []
        with Servers(lambda server: closes.append(server.read_close())) as server:
            with Running("relay", "-v", "-", f"ws://127.0.0.1:{server.port}/") as relay:
                relay.wait_for("<->", relay.err)
                relay.signal(signal.SIGINT)
                self.assertEqual(relay.exit_code(), 0)
        self.assertEqual(closes[0][0], 1001)


class Mistakes(unittest.TestCase):
    def refused(self, *arguments, says, code=2):
        done = run("relay", *arguments)
        self.assertEqual((done.returncode, done.stdout), (code, b""), done.stderr)
        self.assertIn(says, done.stderr.decode())

    def test_addresses(self):
        good = "tcp://127.0.0.1:1"
        for bad, says in (("tcp://127.0.0.1", "tcp://127.0.0.1:9001"), ("nope", "Try ws://"),
                          ("tcp://127.0.0.1:99999", "tcp://"), ("unix:", "unix:/run"),
                          ("tcp://127.0.0.1:0", "tcp://"), ("tcp://::1:80", "tcp://[::1]"),
                          ("ws://", "ws://127.0.0.1"), ("listen:-", "without listen:"),
                          ("listen:ws://127.0.0.1:0/?a", "query"), ("", "Try ws://")):
            with self.subTest(bad):
                self.refused(bad, good, says=says)
                self.refused(good, bad, says=says)
        self.refused("listen:" + good, "listen:" + good, says="both ends listen")
        self.refused("-", "stdio", says="both ends are standard")
        self.refused("-", good, "-H", "A: b", says="connects to a WebSocket")
        self.refused("-", good, "--cert", "x", says="listen:wss")
        self.refused("listen:ws://127.0.0.1:0", good, "--origin", "x/y", says="origin")
        self.refused("-", "ws://127.0.0.1:1/", "-H", "Upgrade: x", says="handshake")

    def test_options_without_effect(self):
        tcp, websocket = "tcp://127.0.0.1:1", "ws://127.0.0.1:1/"
        listen = "listen:tcp://127.0.0.1:0"
        for arguments, says in (
                ((listen, websocket, "--origin", "https://a.example"), "for listen:ws://"),
                ((tcp, websocket, "--any-origin"), "for listen:ws://"),
                ((tcp, websocket, "--max-connections", "1"), "with listen:"),
                ((websocket, websocket, "--text"), "a WebSocket and a stream"),
                ((listen, tcp, "--text"), "a WebSocket and a stream"),
                ((listen, tcp, "-s", "one"), "is for a WebSocket"),
                ((listen, tcp, "--deflate"), "--deflate is for")):
            with self.subTest(arguments):
                self.refused(*arguments, says=says)

    def test_nobody_is_there(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.refused(f"listen:tcp://127.0.0.1:{port}", "-", says="cannot listen", code=1)
        with socket.socket() as bound:  # does not listen, and keeps others from the port
            bound.bind(("127.0.0.1", 0))
            port = bound.getsockname()[1]
            self.refused("-", f"tcp://127.0.0.1:{port}", says="refused", code=1)
            self.refused("-", f"ws://127.0.0.1:{port}/", says="refused", code=1)
        self.refused("-", "unix:/nonexistent/s", says="No such file", code=1)


class Log(unittest.TestCase):
    def test_json(self):
        with Servers(peers.echo_bytes, plain=True) as server:
            with Running("relay", "listen:tcp://127.0.0.1:0", f"tcp://127.0.0.1:{server.port}",
                         "--json") as relay:
                def next_line():
                    return json.loads(relay.err.get(timeout=PATIENCE))
                port = int(next_line()["address"].rsplit(":", 1)[1])
                self.assertEqual(peers.exchange(port, b"12345"), b"12345")
                opened, ended = next_line(), next_line()
                self.assertEqual((opened["event"], opened["connection"]), ("open", 1))
                self.assertEqual((ended["event"], ended["proper"], ended["bytes_from_first"],
                                  ended["bytes_from_second"]), ("end", True, 5, 5))
                self.assertIs(ended["reset"], False)
                with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
                    self.assertEqual(next_line()["event"], "open")
                    relay.signal(signal.SIGTERM)
                    self.assertEqual(read_to_end(client), b"")
                    ended = next_line()
                self.assertEqual((ended["ended_by"], ended["code"]), ("this program", 1001))
                self.assertEqual(relay.exit_code(), 0)

    def test_verbose(self):
        with Servers(peers.echo_bytes, plain=True) as server:
            done = run("relay", "-v", "-", f"tcp://127.0.0.1:{server.port}", stdin=b"123")
        self.assertIn(f"standard input and output <-> 127.0.0.1:{server.port}",
                      done.stderr.decode())
        self.assertIn("3 bytes from the first end, 3 from the second;", done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
