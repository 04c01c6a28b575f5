#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# The Python binding on trio against itself: trio_test.py, with WEFT_LIBRARY and PYTHONPATH set.

import contextvars
import functools
import pathlib
import re
import signal
import subprocess
import sys
import textwrap
import unittest
import unittest.mock

import trio
import trio.testing

import weft
import weft_c
import weft_trio

setting = contextvars.ContextVar("setting", default=None)


async def echo(peer):
    async for message in peer:
        if message == "end":
            await peer.close(4001, "as you said")
        elif message == "raise":
            raise RuntimeError("on purpose")
        elif message == "setting":
            await peer.send(setting.get())
        else:
            await peer.send(message)


def in_trio(test):
    """Runs a test in trio, with a time limit, and checks that nothing of Weft is left."""
    @functools.wraps(test)
    def run(self):
        async def main():
            with trio.fail_after(20):
                await test(self)
                while weft_trio._Guest._of:  # Weft's loop ends in a task of its own
                    await trio.lowlevel.checkpoint()

        trio.run(main)
        self.assertEqual(weft_trio._Guest._of, {})
        self.assertEqual(weft_c.users, {})

    return run


def serve(handler=echo):
    return weft_trio.serve(handler, subprotocol="v1")


def connect(server, **options):
    uri = f"ws://127.0.0.1:{server.port}/a?b=c"
    return weft_trio.connect(uri, subprotocols=["v1"], **options)


def leaves_of(error):
    """Returns the exceptions in nested groups."""
    parts = getattr(error, "exceptions", None)
    return [leaf for part in parts for leaf in leaves_of(part)] if parts else [error]


class Trio(unittest.TestCase):
    @in_trio
    async def test_echoes_text_and_bytes(self):
        async with await serve() as server:
            async with await connect(server, headers=[("X-Test", "yes")]) as peer:
                self.assertEqual((peer.subprotocol, peer.path, peer.query), ("v1", "/a", "b=c"))
                for message in ("grüße", "", b"\0\1", b""):
                    await peer.send(message)
                    self.assertEqual(await peer.receive(), message)

    @in_trio
    async def test_reports_the_close_of_the_peer(self):
        async with await serve() as server:
            peer = await connect(server)
            await peer.send("end")
            with self.assertRaises(weft_trio.Closed) as closed:
                await peer.receive()
            self.assertEqual((closed.exception.code, closed.exception.reason),
                             (4001, "as you said"))
            with self.assertRaises(weft_trio.Closed):
                await peer.send("late")

    @in_trio
    async def test_an_exception_of_a_handler_closes_with_1011_and_leaves_the_server(self):
        with self.assertRaises(Exception) as failed:
            async with await serve() as server:
                with trio.CancelScope(shield=True):
                    peer = await connect(server)
                    await peer.send("raise")
                    with self.assertRaises(weft_trio.Closed) as closed:
                        await peer.receive()
                self.assertEqual(closed.exception.code, 1011)
        self.assertEqual([str(leaf) for leaf in leaves_of(failed.exception)], ["on purpose"])

    @in_trio
    async def test_a_handler_whose_tasks_see_the_end_has_not_failed(self):
        async def two_tasks(peer):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(peer.receive)
                nursery.start_soon(trio.sleep_forever)

        async with await serve(two_tasks) as server:
            async with await connect(server):
                pass

    @in_trio
    async def test_many_messages_pause_both_sides_and_none_is_lost(self):
        block, count = bytes(64 * 1024), 100

        async def send(peer):
            for _ in range(count):
                await peer.send(block)

        async with await serve() as server, await connect(server) as peer:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(send, peer)
                for _ in range(count):
                    self.assertEqual(await peer.receive(), block)

    @in_trio
    async def test_many_connections_at_once(self):
        async def talk(server):
            async with await connect(server) as peer:
                await peer.send("x")
                self.assertEqual(await peer.receive(), "x")

        async with await serve() as server:
            async with trio.open_nursery() as nursery:
                for _ in range(200):
                    nursery.start_soon(talk, server)

    @in_trio
    async def test_failures_are_exceptions(self):
        with self.assertRaises(weft_trio.Error) as refused:
            await weft_trio.connect("http://127.0.0.1/")
        self.assertEqual(refused.exception.code, 2)  # WEFT_E_UNSUPPORTED_SCHEME
        with self.assertRaises(weft_trio.Error):
            await weft_trio.serve(echo, "no address", 0)

    @in_trio
    async def test_shutdown_ends_connections_with_1001(self):
        async with await serve() as server:
            peer = await connect(server)
            await peer.send("x")  # so that the handler runs
            self.assertEqual(await peer.receive(), "x")
            await server.shutdown()
            with self.assertRaises(weft_trio.Closed) as closed:
                await peer.receive()
            self.assertEqual(closed.exception.code, 1001)

    @in_trio
    async def test_a_handler_may_shut_down(self):
        async def last(peer):
            await peer.receive()
            await server.shutdown()

        async with await serve(last) as server:
            async with await connect(server) as peer:
                await peer.send("now")
                with self.assertRaises(weft_trio.Closed):
                    await peer.receive()

    @in_trio
    async def test_shutdown_cancels_handlers_that_go_on(self):
        async with await serve(lambda _: trio.sleep_forever()) as server:
            await connect(server)
            await server.shutdown(within=0.01)

    @in_trio
    async def test_a_cancelled_shutdown_aborts(self):
        async with await serve() as server:
            peer = await connect(server)
            with trio.move_on_after(0) as scope:
                await server.shutdown(within=3600)
            self.assertTrue(scope.cancelled_caught)
            with self.assertRaises(weft_trio.Closed):
                await peer.receive()

    @in_trio
    async def test_two_tasks_shut_down_and_one_is_cancelled(self):
        async with await serve() as server:
            peer = await connect(server)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(server.shutdown)
                with trio.CancelScope() as scope:
                    scope.cancel()
                    await server.shutdown(within=3600)
            with self.assertRaises(weft_trio.Closed):
                await peer.receive()

    @in_trio
    async def test_an_exception_in_the_block_aborts(self):
        with self.assertRaises(Exception) as failed:
            async with await serve() as server:
                peer = await connect(server)
                raise KeyError("mine")
        self.assertIsInstance(leaves_of(failed.exception)[0], KeyError)
        with self.assertRaises(weft_trio.Closed):
            await peer.receive()

    @in_trio
    async def test_cancelling_connect_aborts_it(self):
        async with await serve() as server:
            with trio.move_on_after(0) as scope:
                await connect(server)
            self.assertTrue(scope.cancelled_caught)
            async with await connect(server) as peer:  # the loop goes on
                await peer.send("x")
                self.assertEqual(await peer.receive(), "x")

    @in_trio
    async def test_cancelling_receive_loses_nothing(self):
        async with await serve() as server, await connect(server) as peer:
            with trio.move_on_after(0):
                await peer.receive()
            for number in range(50):
                await peer.send(str(number))
                with trio.CancelScope() as scope:
                    scope.cancel()
                    await peer.receive()
                self.assertEqual(await peer.receive(), str(number))

    @in_trio
    async def test_one_task_receives_at_a_time(self):
        async with await serve() as server, await connect(server) as peer:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(peer.receive)
                await trio.testing.wait_all_tasks_blocked()
                with self.assertRaises(trio.BusyResourceError):
                    await peer.receive()
                await peer.send("x")

    @in_trio
    async def test_wrong_arguments_are_exceptions_and_keep_nothing(self):
        for wrong, options in ((ValueError, {"timeout": 0}), (TypeError, {"subprotocols": "v1"}),
                               (ValueError, {"headers": [("X-Test", "a\0b")]})):
            with self.assertRaises(wrong):
                await weft_trio.connect("ws://127.0.0.1:1/", **options)
        with self.assertRaises(ValueError):
            await weft_trio.serve(echo, port=65536)
        async with await serve() as server:
            with self.assertRaises(ValueError):
                await server.shutdown(float("nan"))
            await server.shutdown(-1)  # as 0
        async with await serve() as server, await connect(server) as peer:
            with self.assertRaises(TypeError):
                await peer.send(5)
            with self.assertRaises(ValueError):
                await peer.close(1005)
            await peer.send("x")  # it is still open
            self.assertEqual(await peer.receive(), "x")

    @in_trio
    async def test_handlers_that_shut_down_do_not_wait_for_each_other(self):
        count, all_here = 0, trio.Event()

        async def last(_):
            nonlocal count
            count += 1
            if count == 3:
                all_here.set()
            await all_here.wait()
            await server.shutdown()

        with trio.fail_after(3):
            async with await serve(last) as server:
                peers = [await connect(server) for _ in range(3)]
                await all_here.wait()
        for peer in peers:
            await peer.close()

    @in_trio
    async def test_handlers_that_are_cancelled_close_with_1001(self):
        async def fail_if_told(peer):
            if await peer.receive() == "raise":
                raise RuntimeError("on purpose")

        with self.assertRaises(Exception) as failed:
            async with await serve(fail_if_told) as server:
                with trio.CancelScope(shield=True):
                    peers = [await connect(server) for _ in range(2)]
                    await peers[0].send("raise")
                    with self.assertRaises(weft_trio.Closed) as closed:
                        await peers[1].receive()
                self.assertEqual(closed.exception.code, 1001)
        self.assertEqual([str(leaf) for leaf in leaves_of(failed.exception)], ["on purpose"])

    @in_trio
    async def test_cancelling_close_aborts(self):
        async with await serve() as server:
            peer = await connect(server)
            with trio.move_on_after(0):
                await peer.close()
            await peer._ended.wait()

    @in_trio
    async def test_handlers_have_the_context_of_serve(self):
        token = setting.set("mine")
        async with await serve() as server:
            setting.reset(token)
            async with await connect(server) as peer:
                await peer.send("setting")
                self.assertEqual(await peer.receive(), "mine")

    @in_trio
    async def test_connections_before_the_server_is_entered_are_served(self):
        server = await serve()
        async with await connect(server) as peer:
            await peer.send("x")
            async with server:
                self.assertEqual(await peer.receive(), "x")

    def test_the_main_task_may_leave_everything_open(self):
        async def main():
            server = await serve()
            return server, await connect(server)

        async def use(server, peer):
            with self.assertRaises(weft_trio.Closed):
                await peer.send("x")
            with self.assertRaises(weft_trio.Closed):
                await peer.receive()
            await peer.close()
            await server.shutdown()

        server, peer = trio.run(main)
        self.assertEqual(weft_trio._Guest._of, {})
        self.assertEqual(weft_c.users, {})
        peer.abort()
        trio.run(use, server, peer)

    def test_a_generator_that_is_left_open_closes_its_connection_after_the_loop(self):
        async def opened():
            async with await connect(await serve()) as peer:
                try:
                    yield peer
                finally:
                    peer.abort()

        async def main():
            kept.append(opened())
            await kept[0].__anext__()

        kept = []
        trio.run(main)
        self.assertEqual(weft_trio._Guest._of, {})
        self.assertEqual(weft_c.users, {})

    def test_an_exception_in_a_callback_is_not_lost(self):
        async def main():
            async with await serve() as server, await connect(server) as peer:
                await peer.send("x")
                await peer.receive()

        failure = unittest.mock.patch.object(weft.Connection, "received", side_effect=OSError)
        with failure, self.assertRaises(trio.TrioInternalError) as failed:
            trio.run(main)
        self.assertIsInstance(leaves_of(failed.exception.__cause__)[0], OSError)
        self.assertEqual(weft_trio._Guest._of, {})
        self.assertEqual(weft_c.users, {})

    def test_control_c_ends_a_server_properly(self):
        program = """
            import trio, weft_trio

            async def stay(peer):
                print("open", flush=True)
                await trio.sleep_forever()

            async def main():
                async with await weft_trio.serve(stay) as server:
                    await weft_trio.connect(f"ws://127.0.0.1:{server.port}/")
                    await trio.sleep_forever()

            try:
                trio.run(main)
            except BaseException as error:
                print(type(getattr(error, "exceptions", [error])[0]).__name__, flush=True)"""
        child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(child.stdout.readline(), "open\n")
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.communicate(timeout=20), ("KeyboardInterrupt\n", ""))


class Page(unittest.TestCase):
    def test_program_of_the_page_runs(self):
        page = pathlib.Path(__file__).parents[2] / "bindings/python/README.md"
        programs = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        program = textwrap.dedent(next(one for one in programs if "trio" in one))
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                              timeout=20, check=False)
        self.assertEqual((done.stdout, done.stderr), ("hello\n", ""))


if __name__ == "__main__":
    unittest.main()
