#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# The Python binding against itself: python_test.py, with WEFT_LIBRARY and PYTHONPATH set.

import asyncio
import pathlib
import re
import subprocess
import sys
import unittest

import weft


async def echo(peer):
    async for message in peer:
        if message == "end":
            await peer.close(4001, "as you said")
        elif message == "raise":
            raise RuntimeError("on purpose")
        else:
            await peer.send(message)


class PythonBinding(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.server = await weft.serve(echo, subprotocol="v1")
        self.uri = f"ws://127.0.0.1:{self.server.port}/a?b=c"
        self.limit = asyncio.get_running_loop().call_later(20, self.fail, "it took too long")

    async def asyncTearDown(self):
        self.limit.cancel()
        await asyncio.wait_for(self.server.shutdown(), 10)
        await asyncio.sleep(0)  # Weft's loop ends in the next round
        await asyncio.sleep(0)
        self.assertEqual(weft._Guest._of, {})
        self.assertEqual(weft._users, {})

    async def connect(self, **options):
        return await asyncio.wait_for(weft.connect(self.uri, subprotocols=["v1"], **options), 10)

    async def test_echoes_text_and_bytes(self):
        async with await self.connect(headers=[("X-Test", "yes")]) as peer:
            self.assertEqual((peer.subprotocol, peer.path, peer.query), ("v1", "/a", "b=c"))
            self.assertEqual(peer.remote_address, f"127.0.0.1:{self.server.port}")
            for message in ("grüße", "", b"\0\1", b""):
                await peer.send(message)
                self.assertEqual(await peer.receive(), message)

    async def test_reports_the_close_of_the_peer(self):
        peer = await self.connect()
        await peer.send("end")
        with self.assertRaises(weft.Closed) as closed:
            await peer.receive()
        self.assertEqual((closed.exception.code, closed.exception.reason), (4001, "as you said"))
        with self.assertRaises(weft.Closed):
            await peer.send("late")

    async def test_a_failing_handler_closes_with_1011(self):
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        peer = await self.connect()
        await peer.send("raise")
        with self.assertRaises(weft.Closed) as closed:
            await peer.receive()
        self.assertEqual(closed.exception.code, 1011)

    async def test_many_messages_pause_both_sides_and_none_is_lost(self):
        async with await self.connect() as peer:
            block, count = bytes(64 * 1024), 100

            async def send():
                for _ in range(count):
                    await peer.send(block)

            async def receive():
                for _ in range(count):
                    self.assertEqual(await peer.receive(), block)

            await asyncio.wait_for(asyncio.gather(send(), receive()), 15)

    async def test_failures_are_exceptions(self):
        with self.assertRaises(weft.Error) as refused:
            await weft.connect("http://127.0.0.1/")
        self.assertEqual(refused.exception.code, 2)  # WEFT_E_UNSUPPORTED_SCHEME
        with self.assertRaises(weft.Error):
            await weft.serve(echo, "no address", 0)
        with self.assertRaises(weft.Error):
            await weft.serve(echo, certificate_file="/nonexistent/certificate.pem")

    async def test_shutdown_ends_connections_with_1001(self):
        peer = await self.connect()
        await peer.send("x")  # so that the handler runs
        self.assertEqual(await peer.receive(), "x")
        await self.server.shutdown()
        with self.assertRaises(weft.Closed) as closed:
            await peer.receive()
        self.assertEqual(closed.exception.code, 1001)

    async def test_cancelling_connect_aborts_it(self):
        task = asyncio.create_task(weft.connect(self.uri))
        await asyncio.sleep(0)
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task
        async with await self.connect() as peer:  # the loop goes on
            await peer.send("x")
            self.assertEqual(await peer.receive(), "x")


class Page(unittest.TestCase):
    def test_program_of_the_page_runs(self):
        page = pathlib.Path(__file__).parents[2] / "docs/c.md"
        program = re.search(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)[1]
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                              timeout=20, check=False)
        self.assertEqual((done.stdout, done.stderr), ("hello\n", ""))


if __name__ == "__main__":
    unittest.main()
