#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# The Python binding against itself: python_test.py, with WEFT_LIBRARY and PYTHONPATH set.

import asyncio
import concurrent.futures
import contextvars
import gc
import importlib
import itertools
import os
import pathlib
import re
import signal
import subprocess
import sys
import textwrap
import threading
import unittest
import unittest.mock

import weft
import weft_c

setting = contextvars.ContextVar("setting", default=None)


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
        self.assertEqual(weft._AsyncioGuest._of, {})
        self.assertEqual(weft_c.users, {})

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

    @unittest.skipIf(sys.version_info < (3, 11), "asyncio has TaskGroup since 3.11")
    async def test_a_handler_whose_tasks_see_the_end_has_not_failed(self):
        async def two_tasks(peer):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(peer.receive())
                tasks.create_task(asyncio.sleep(3600))

        failures = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: failures.append(what))
        async with await weft.serve(two_tasks) as server:
            async with await weft.connect(f"ws://127.0.0.1:{server.port}/"):
                pass
        self.assertEqual(failures, [])

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
        with self.assertRaises(weft.Error) as missing:
            await weft.serve(echo, certificate_file="/nonexistent/certificate.pem")
        self.assertRegex(str(missing.exception), "certificate.pem|without TLS")
        codes = []
        for scheme in ("wss", "WSS"):
            with self.assertRaises(weft.Error) as failed:
                await weft.connect(f"{scheme}://127.0.0.1:1/")
            codes.append(failed.exception.code)
        self.assertEqual(codes[0], codes[1])

    async def test_wrong_arguments_are_exceptions_and_keep_nothing(self):
        for wrong, options in (
                (ValueError, {"timeout": 0}), (ValueError, {"timeout": -1}),
                (TypeError, {"timeout": None}), (TypeError, {"subprotocols": "v1"}),
                (TypeError, {"subprotocols": [b"v1"]}), (ValueError, {"subprotocols": ["v\0"]}),
                (ValueError, {"headers": [("X-Test", "a\0b")]}), (TypeError, {"headers": {"X": 1}}),
                (ValueError, {"headers": ["X-Test"]}), (TypeError, {"compression": "yes"}),
                (TypeError, {"uri": b"ws://127.0.0.1/"}), (ValueError, {"uri": self.uri + "\0"}),
                (ValueError, {"uri": "wss://127.0.0.1:1/", "issuers_file": ""})):
            with self.subTest(options), self.assertRaises(wrong):
                await weft.connect(**{"uri": self.uri, **options})
        for wrong, options in (
                (ValueError, {"port": 65536}), (ValueError, {"port": -1}),
                (TypeError, {"port": "80"}), (TypeError, {"host": None}),
                (TypeError, {"path": None}), (ValueError, {"subprotocol": "v\0"}),
                (TypeError, {"subprotocol": 0}), (TypeError, {"certificate_file": 5}),
                (ValueError, {"certificate_file": ""}), (ValueError, {"key_file": "key.pem"})):
            with self.subTest(options), self.assertRaises(wrong):
                await weft.serve(echo, **options)
        for wrong, within in ((TypeError, None), (TypeError, "5"), (ValueError, float("nan"))):
            with self.subTest(within), self.assertRaises(wrong):
                await self.server.shutdown(within)
        async with await self.connect(headers={"X-Test": "yes"}) as peer:
            for message in (5, None, [1], {}):
                with self.assertRaises(TypeError):
                    await peer.send(message)
            for wrong, arguments in ((ValueError, (1005,)), (ValueError, (70000,)),
                                     (TypeError, ("x",)), (ValueError, (1000, "a\0b"))):
                with self.assertRaises(wrong):
                    await peer.close(*arguments)
            for message in (bytearray(b"abc"), memoryview(b"abcde")[::2]):
                await peer.send(message)
                self.assertEqual(await peer.receive(), bytes(message))

    async def test_shutdown_ends_connections_with_1001(self):
        peer = await self.connect()
        await peer.send("x")  # so that the handler runs
        self.assertEqual(await peer.receive(), "x")
        await self.server.shutdown()
        with self.assertRaises(weft.Closed) as closed:
            await peer.receive()
        self.assertEqual(closed.exception.code, 1001)

    async def test_one_task_receives_at_a_time(self):
        async with await self.connect() as peer:
            first = asyncio.create_task(peer.receive())
            await asyncio.sleep(0)
            with self.assertRaises(RuntimeError):
                await peer.receive()
            await peer.send("x")
            self.assertEqual(await first, "x")
            await peer.send("y")
            self.assertEqual(await peer.receive(), "y")

    async def test_each_closed_is_an_exception_of_its_own(self):
        peer = await self.connect()
        await peer.close()
        raised = []
        for _ in range(2):
            with self.assertRaises(weft.Closed) as closed:
                await peer.receive()
            raised.append(closed.exception)
        self.assertIsNot(raised[0], raised[1])

    async def test_a_cancelled_handler_closes_with_1001(self):
        async def cancelled(_):
            raise asyncio.CancelledError

        async with await weft.serve(cancelled) as server:
            peer = await weft.connect(f"ws://127.0.0.1:{server.port}/")
            with self.assertRaises(weft.Closed) as closed:
                await asyncio.wait_for(peer.receive(), 10)
            self.assertEqual(closed.exception.code, 1001)

    async def test_handlers_have_the_context_of_serve(self):
        async def tell(peer):
            await peer.send(setting.get())

        token = setting.set("mine")
        async with await weft.serve(tell) as server:
            setting.reset(token)
            async with await weft.connect(f"ws://127.0.0.1:{server.port}/") as peer:
                self.assertEqual(await peer.receive(), "mine")

    async def test_a_cancelled_shutdown_ends_everything_at_once(self):
        ended = []

        async def stay(peer):
            try:
                for number in range(weft.Connection.QUEUE_MAX + 5):
                    await peer.send(str(number))
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                ended.append(peer)
                raise

        server = await weft.serve(stay)
        peer = await weft.connect(f"ws://127.0.0.1:{server.port}/")
        while not peer._paused:  # then it does not answer a close frame
            await asyncio.sleep(0)
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(server.shutdown(3600), 0.01)
        await asyncio.sleep(0)
        self.assertEqual(len(ended), 1)
        with self.assertRaises(weft.Closed):
            await ended[0].send("late")
        await server.shutdown()
        await asyncio.wait_for(peer.close(), 3)

    async def test_handlers_that_shut_down_do_not_wait_for_each_other(self):
        count, all_here = 0, asyncio.Event()

        async def last(_):
            nonlocal count
            count += 1
            if count == 3:
                all_here.set()
            await all_here.wait()
            await server.shutdown()

        server = await weft.serve(last)
        peers = [await weft.connect(f"ws://127.0.0.1:{server.port}/") for _ in range(3)]
        await all_here.wait()
        await asyncio.wait_for(server.shutdown(), 3)
        self.assertEqual(server._tasks, set())
        for peer in peers:
            await peer.close()

    async def test_a_paused_connection_closes_at_once(self):
        async def flood(peer):
            while True:
                await peer.send(bytes(1000))

        async with await weft.serve(flood) as server:
            peer = await weft.connect(f"ws://127.0.0.1:{server.port}/")
            while not peer._paused:
                await asyncio.sleep(0)
            await asyncio.wait_for(peer.close(), 3)
            self.assertEqual(len(peer._messages), peer.QUEUE_MAX)

    async def test_messages_after_close_are_not_collected_without_limit(self):
        sent = asyncio.Event()

        async def burst(peer):
            await peer.receive()
            for _ in range(200):
                await peer.send("x")
            sent.set()
            await peer.receive()

        async with await weft.serve(burst) as server:
            peer = await weft.connect(f"ws://127.0.0.1:{server.port}/")
            await peer.send("now")
            await sent.wait()
            await peer.close()
            self.assertLessEqual(len(peer._messages), peer.QUEUE_MAX)

    async def test_messages_after_close_are_received_without_gaps(self):
        async def flood(peer):
            number = 0
            while True:
                await peer.send(str(number).ljust(20000))
                number += 1

        async with await weft.serve(flood) as server:
            peer = await weft.connect(f"ws://127.0.0.1:{server.port}/")
            while not peer._paused:
                await asyncio.sleep(0)
            received = []
            while peer._paused:
                received.append(int(await peer.receive()))
            closing = asyncio.create_task(peer.close())
            async for message in peer:
                received.append(int(message))
                await asyncio.sleep(0)
            await closing
            self.assertTrue(peer._drops)
            self.assertEqual(received, list(range(len(received))))

    async def test_an_exception_in_a_callback_ends_the_connection_and_is_reported(self):
        failures = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: failures.append(what))
        for name in ("received", "__init__"):
            with unittest.mock.patch.object(weft.Connection, name, side_effect=OSError("mine")):
                with self.assertRaises((weft.Closed, weft.Error)):
                    peer = await self.connect()
                    await peer.send("x")
                    await peer.receive()
                for _ in range(100):  # until the server's side has ended, too
                    await asyncio.sleep(0)
            self.assertEqual(str(failures[0]["exception"]), "mine")
            failures.clear()

    async def test_the_module_is_not_reloaded_while_it_is_used(self):
        with self.assertRaises(ImportError):
            importlib.reload(weft_c)
        async with await self.connect() as peer:
            await peer.send("x")
            self.assertEqual(await peer.receive(), "x")

    async def test_a_forked_child_has_loops_of_its_own(self):
        async with await self.connect() as peer:
            child = os.fork()
            if child == 0:
                try:
                    asyncio.set_event_loop(None)
                    asyncio.run(talk())
                    os._exit(7)
                finally:
                    os._exit(1)
            _, status = await asyncio.to_thread(os.waitpid, child, 0)
            self.assertEqual(os.waitstatus_to_exitcode(status), 7)
            await peer.send("x")
            self.assertEqual(await peer.receive(), "x")

    async def test_other_threads_get_an_exception(self):
        async with await self.connect() as peer:
            for use in (peer.abort, lambda: peer.send("x").send(None),
                        lambda: peer.receive().send(None), lambda: peer.close().send(None),
                        lambda: self.server.shutdown().send(None)):
                with self.assertRaisesRegex(RuntimeError, "thread"):
                    await asyncio.to_thread(use)
            server = await weft.serve(echo)
            with self.assertRaisesRegex(RuntimeError, "thread"):
                await asyncio.to_thread(server._destroy)  # as a shutdown that is collected there
            await server.shutdown()
            await peer.send("x")
            self.assertEqual(await peer.receive(), "x")

    async def test_cancelling_connect_aborts_it(self):
        task = asyncio.create_task(weft.connect(self.uri))
        await asyncio.sleep(0)
        task.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await task
        async with await self.connect() as peer:  # the loop goes on
            await peer.send("x")
            self.assertEqual(await peer.receive(), "x")


async def talk():
    async with await weft.serve(echo) as server:
        async with await weft.connect(f"ws://127.0.0.1:{server.port}/") as peer:
            for number in range(50):
                await peer.send(str(number))
                assert await peer.receive() == str(number)


class Loops(unittest.TestCase):
    def tearDown(self):
        self.assertEqual(weft._AsyncioGuest._of, {})
        self.assertEqual(weft_c.users, {})

    def test_loops_in_several_threads(self):
        failures = []

        def run():
            try:
                asyncio.run(asyncio.wait_for(talk(), 10))
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=run) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_what_a_loop_has_left_open_ends_with_the_next_loop(self):
        async def leave_open():
            server = await weft.serve(echo)
            return server, await weft.connect(f"ws://127.0.0.1:{server.port}/")

        async def send(peer):
            await peer.send("x")

        server, peer = asyncio.run(leave_open())
        peer.abort()
        asyncio.run(talk())
        self.assertEqual(weft._AsyncioGuest._of, {})
        peer.abort()
        with self.assertRaises(weft.Closed):
            asyncio.run(send(peer))
        asyncio.run(server.shutdown())

    def test_what_a_loop_has_left_open_can_be_used_in_the_next_loop(self):
        async def leave_open():
            server = await weft.serve(echo)
            return server, await weft.connect(f"ws://127.0.0.1:{server.port}/")

        async def closed_by(use):
            with self.assertRaises(weft.Closed):
                await asyncio.wait_for(use, 3)

        for use in (lambda _, peer: closed_by(peer.send("x")),
                    lambda _, peer: closed_by(peer.receive()),
                    lambda _, peer: peer.close(),
                    lambda server, _: server.shutdown(0.1)):
            loop = asyncio.new_event_loop()
            loop.set_exception_handler(lambda *_: None)  # it reports that tasks were pending
            server, peer = loop.run_until_complete(leave_open())
            loop.close()  # unlike asyncio.run, without cancelling the handlers
            asyncio.run(asyncio.wait_for(use(server, peer), 3))
            self.assertEqual(weft._AsyncioGuest._of, {})
            del loop, server, peer
            gc.collect()

    def test_a_loop_may_be_closed_with_pending_tasks(self):
        async def stay(_):
            await asyncio.sleep(3600)

        async def leave_pending(connected):
            server = await weft.serve(stay)
            if connected:
                peer = await weft.connect(f"ws://127.0.0.1:{server.port}/")
                while not server._tasks:
                    await asyncio.sleep(0)
                weft.library.weft_connection_pause(peer._peer)  # so that it does not answer
                pending.append(asyncio.ensure_future(peer.receive()))
            pending.append(asyncio.ensure_future(server.shutdown(3600)))
            await asyncio.sleep(0)

        async def next_loop():
            asyncio.get_running_loop().set_exception_handler(lambda _, what: failures.append(what))
            await talk()
            pending.clear()
            gc.collect()

        pending, failures = [], []
        unraisable = unittest.mock.patch.object(sys, "unraisablehook", failures.append)
        for connected, collected_before in itertools.product((True, False), repeat=2):
            loop = asyncio.new_event_loop()
            loop.set_exception_handler(lambda *_: None)  # it reports that tasks were pending
            loop.run_until_complete(leave_pending(connected))
            loop.close()
            with self.subTest(connected=connected, before=collected_before), unraisable:
                if collected_before:
                    pending.clear()
                    gc.collect()
                asyncio.run(next_loop())
                self.assertEqual(failures, [])

    def test_a_loop_that_cannot_watch_keeps_nothing(self):
        def fail(guest):
            descriptors.append(guest.descriptor)
            raise NotImplementedError

        descriptors = []
        with unittest.mock.patch.object(weft._AsyncioGuest, "_watch", fail):
            with self.assertRaises(NotImplementedError):
                asyncio.run(talk())
        with self.assertRaises(OSError):
            os.fstat(descriptors[0])

    def test_a_loop_may_move_to_another_thread(self):
        async def begin():
            server = await weft.serve(echo)
            return server, await weft.connect(f"ws://127.0.0.1:{server.port}/")

        async def end():
            with self.assertRaisesRegex(RuntimeError, "thread"):
                await peer.send("x")  # before a turn of the loop
            with self.assertRaisesRegex(RuntimeError, "thread"):
                await weft.serve(echo)
            weft._AsyncioGuest._of[loop].process()
            await peer.send("x")
            self.assertEqual(await peer.receive(), "x")
            await peer.close()
            await server.shutdown()
            while weft._AsyncioGuest._of:
                await asyncio.sleep(0)

        loop = asyncio.new_event_loop()
        server, peer = loop.run_until_complete(begin())
        with concurrent.futures.ThreadPoolExecutor(1) as other:
            other.submit(loop.run_until_complete, end()).result()
        loop.close()

    def test_an_interrupt_in_a_callback_is_not_lost(self):
        async def main():
            async with await weft.serve(echo) as server:
                async with await weft.connect(f"ws://127.0.0.1:{server.port}/") as peer:
                    await peer.send("x")
                    await peer.receive()

        with unittest.mock.patch.object(weft.Connection, "received",
                                        side_effect=KeyboardInterrupt):
            with self.assertRaises(KeyboardInterrupt):
                asyncio.run(main())

    @unittest.skipIf(sys.version_info < (3, 11), "asyncio.run cancels the main task since 3.11")
    def test_control_c_ends_a_server_properly(self):
        program = """
            import asyncio, weft

            async def stay(peer):
                print("open", flush=True)
                await peer.receive()

            async def client(port):
                peer = await weft.connect(f"ws://127.0.0.1:{port}/")
                try:
                    await peer.receive()
                except weft.Closed as closed:
                    print(closed.code, flush=True)

            async def main():
                async with await weft.serve(stay) as server:
                    other = asyncio.create_task(client(server.port))
                    try:
                        await asyncio.sleep(3600)
                    finally:
                        await server.shutdown()
                        await other

            try:
                asyncio.run(main())
            except KeyboardInterrupt:
                print("interrupted", flush=True)"""
        child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(child.stdout.readline(), "open\n")
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.communicate(timeout=20), ("1001\ninterrupted\n", ""))


class Page(unittest.TestCase):
    def test_program_of_the_page_runs(self):
        page = pathlib.Path(__file__).parents[2] / "bindings/python/README.md"
        program = re.search(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)[1]
        program = textwrap.dedent(program)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                              timeout=20, check=False)
        self.assertEqual((done.stdout, done.stderr), ("hello\n", ""))


if __name__ == "__main__":
    unittest.main()
