#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Runs the examples of WebSocket++, compiled against Weft: against each other, and against Python's
# websockets. Their ports are fixed: in_own_network.sh keeps others away.
# Usage: examples_test.py <folder of the programs> <folder of their sources> <name of a function>

import asyncio
import base64
import os
import pathlib
import ssl
import sys
import tempfile

LIMIT = 20
NOT_INSTALLED = 77
PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
SOURCES = pathlib.Path(sys.argv[2])


class Program:
    """An example that runs until the end of the block."""

    def __init__(self, name, *arguments, port=None, cwd=None):
        self.name, self.arguments, self.port, self.cwd = name, arguments, port, cwd
        self.said = b""

    async def __aenter__(self):
        environment = {**os.environ, "OPENSSL_CONF": str(PROGRAMS / "old_keys.cnf")}
        self.process = await asyncio.create_subprocess_exec(
            PROGRAMS / self.name, *self.arguments, cwd=self.cwd, env=environment,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT)
        self.spoke = asyncio.Event()
        self.reading = asyncio.create_task(self.read())
        if self.port:
            await listening(self.port)
        return self

    async def __aexit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        await self.reading

    async def read(self):
        while piece := await self.process.stdout.read(65536):
            self.said += piece
            self.spoke.set()

    async def says(self, what):
        """Waits until the program has written `what`."""
        while what.encode() not in self.said:
            self.spoke.clear()
            try:
                await asyncio.wait_for(self.spoke.wait(), LIMIT)
            except asyncio.TimeoutError:
                raise AssertionError(
                    f"{self.name} did not say {what!r}: {self.said[-500:]!r}") from None

    async def ends(self):
        return await asyncio.wait_for(self.process.wait(), LIMIT)

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\n")


async def listening(port):
    """Waits until somebody listens at a port, by the kernel's list of sockets."""
    for _ in range(LIMIT * 100):
        lines = [line.split() for name in ("tcp", "tcp6")
                 for line in pathlib.Path(f"/proc/net/{name}").read_text().splitlines()]
        if any(line[1].endswith(f":{port:04X}") and line[3] == "0A" for line in lines):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"nobody listens at {port}")


def connect(port, **options):
    import websockets
    return websockets.connect(f"ws://localhost:{port}", max_size=None, **options)


async def echoes(peer, compared=True):
    for message in ("hello", b"\x00\xff", "x" * 1_000_000, ""):
        await peer.send(message)
        answer = await asyncio.wait_for(peer.recv(), LIMIT)
        assert not compared or answer == message


async def echo_server():
    async with Program("echo_server", port=9002):
        async with connect(9002) as peer:
            await echoes(peer)
            assert await (await peer.ping()) is not None
        async with Program("echo_client") as client:
            await client.says("WebSocket Connection")


async def echo_server_tls():
    import websockets
    async with Program("echo_server_tls", port=9002, cwd=SOURCES / "echo_server_tls"):
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        trusting.set_ciphers("DEFAULT@SECLEVEL=0")
        async with websockets.connect("wss://localhost:9002", ssl=trusting, max_size=None) as peer:
            await echoes(peer)


async def testee_server():
    async with Program("testee_server", "9003", "2", port=9003):
        async with connect(9003) as peer:
            assert "permessage-deflate" in peer.response.headers["Sec-WebSocket-Extensions"]
            await echoes(peer)


async def external_io_service():
    async with Program("external_io_service", port=9002):
        async with connect(9002) as peer:
            await echoes(peer)


async def debug_server():
    async with Program("debug_server", port=9012):
        async with connect(9012) as peer:
            await echoes(peer)


async def broadcast_server(name="broadcast_server"):
    async with Program(name, port=9002):
        async with connect(9002) as first, connect(9002) as second:
            await first.send("to all")
            for peer in (first, second):
                assert await asyncio.wait_for(peer.recv(), LIMIT) == "to all"


async def simple_broadcast_server():
    await broadcast_server("simple_broadcast_server")


async def associative_storage(name="associative_storage"):
    async with Program(name, port=9002) as program:
        async with connect(9002) as peer:
            await peer.send("the name")
            await peer.send("another")
            await program.says("Got a message from connection the name")
        await program.says("Closing connection the name")


async def enriched_storage():
    await associative_storage("enriched_storage")


async def print_server():
    async with Program("print_server", port=9002) as program, connect(9002) as peer:
        await peer.send("a message")
        await program.says("a message")


async def handler_switch():
    async with Program("handler_switch", port=9002) as program, connect(9002) as peer:
        await peer.send("upgrade")
        await peer.send("more")
        await program.says("Message sent to custom handler")


async def subprotocol_server():
    async with Program("subprotocol_server", port=9005) as program:
        async with connect(9005, subprotocols=["a", "b"]) as peer:
            assert peer.subprotocol in ("a", "b"), peer.subprotocol
        await program.says("Requested: a")


async def telemetry_server():
    with tempfile.TemporaryDirectory() as folder:
        async with Program("telemetry_server", folder, "9002", port=9002):
            async with connect(9002) as peer:
                assert "count" in await asyncio.wait_for(peer.recv(), LIMIT)
            async with Program("telemetry_client") as client:
                await client.says("pen")


async def utility_client():
    async with Program("echo_server", port=9002), Program("utility_client") as client:
        client.type("connect ws://localhost:9002")
        await client.says("Created connection with id 0")
        while "Open" not in client.said.decode():
            client.said = b""
            client.type("show 0")
            await client.says("Remote Server")
        client.type("send 0 hello")
        client.type("close 0 1000 done")
        client.type("quit")
        assert await client.ends() == 0


async def sip_client():
    import websockets
    heard = asyncio.Queue()

    async def serve(peer):
        async for message in peer:
            await heard.put(message)
            await peer.send(message)

    async with websockets.serve(serve, "localhost", 9001, subprotocols=["sip"]):
        async with Program("sip_client"):
            assert "SIP/2.0" in str(await asyncio.wait_for(heard.get(), LIMIT))


async def print_client():
    import websockets
    async def greet(peer):
        await peer.send("greetings")
        await peer.wait_closed()

    async with websockets.serve(greet, "localhost", 9002):
        async with Program("print_client") as client:
            await client.says("greetings")


async def iostream_server():
    key = base64.b64encode(bytes(16)).decode()
    request = (f"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n")
    with tempfile.TemporaryDirectory() as folder:
        async with Program("iostream_server", cwd=folder) as program:
            program.process.stdin.write(request.encode() + b"\x81\x82\x00\x00\x00\x00hi")
            await program.says("\r\n\r\n")
            await program.says("\x02hi")
            program.process.stdin.close()
            assert await program.ends() == 0


async def main():
    program = sys.argv[3]
    if not (PROGRAMS / program).exists():
        print(f"skipped: {program} of WebSocket++ was not built (Debian: libwebsocketpp-doc, "
              "libboost-thread-dev)")
        sys.exit(NOT_INSTALLED)
    (PROGRAMS / "old_keys.cnf").write_text(
        "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = weak\n"
        "[weak]\nCipherString = DEFAULT@SECLEVEL=0\n", encoding="ascii")
    test = globals()[sys.argv[3]]
    await asyncio.wait_for(test(), 3 * LIMIT)


asyncio.run(main())
