# SPDX-License-Identifier: MIT
"""WebSocket servers and clients for trio, with the same functions and classes as the module weft.

    async with await weft_trio.connect("ws://127.0.0.1:9001/") as peer:
        await peer.send("hello")
        print(await peer.receive())

Every `async` function is a checkpoint. A system task of trio watches Weft's descriptor.
"""

import trio

import weft
from weft import Closed, Error

__all__ = ["Closed", "Connection", "Error", "Server", "connect", "serve"]


class _Guest(weft._Guest):
    """Weft's loop in one trio run."""

    _of = {}
    event = trio.Event
    busy = trio.BusyResourceError
    running_host = staticmethod(trio.lowlevel.current_trio_token)

    def _watch(self):
        self._scope = trio.CancelScope()
        trio.lowlevel.spawn_system_task(self._process)

    async def _process(self):
        try:
            while True:
                with self._scope:
                    while True:
                        await trio.lowlevel.wait_readable(self.descriptor)
                        self.process()
                if self.uses == 0:
                    break
                self._scope = trio.CancelScope()
        finally:  # also when the main task has returned
            self._end()

    def _unwatch(self):
        pass  # called by the task that watches

    def _end_soon(self):
        self._scope.cancel()


class Connection(weft.Connection):
    __doc__ = weft.Connection.__doc__

    async def send(self, message):
        await trio.lowlevel.checkpoint()
        await super().send(message)

    async def receive(self):
        await trio.lowlevel.checkpoint()
        return await super().receive()

    send.__doc__, receive.__doc__ = weft.Connection.send.__doc__, weft.Connection.receive.__doc__

    async def close(self, code=1000, reason=""):
        """Closes the connection, and returns when it has ended. Aborts it if this is cancelled.
        Raises ValueError for a code that a close frame cannot have. At most 123 bytes of `reason`
        are sent."""
        self._begin_close(code, reason)
        try:
            await trio.lowlevel.checkpoint()
            await self._ended.wait()
        except BaseException:
            self.abort()
            raise


async def connect(uri, *, subprotocols=(), headers=(), compression=False, issuers_file=None,
                  timeout=10):
    attempt = weft._Attempt(_Guest.join(), Connection)
    attempt.begin(uri, subprotocols, headers, compression, issuers_file, timeout)
    return await attempt.outcome()


connect.__doc__ = weft.connect.__doc__


class Server(weft._Server):
    """A server that listens at `port`. Use it in `async with`: its handlers run in a nursery, which
    ends with the `async with`, after `shutdown`. If a handler raises an exception, its connection
    is closed with 1011, and the exception leaves the `async with`, as from any nursery."""

    connection_type = Connection

    def __init__(self, handler):
        super().__init__(_Guest.join(), handler)
        self._manager = trio.open_nursery()
        self._nursery = None
        self._early = []  # connections that were open before `async with`
        self._running = {}  # the handlers, by their connections

    async def shutdown(self, within=5):
        """Closes all connections with 1001, and returns when they and their handlers have ended.

        Aborts connections that are left after `within` seconds, or if this is cancelled. Then waits
        as long again for the handlers, and cancels those that still run. A handler may call this,
        and is not waited for."""
        done = self._begin_shutdown(within)
        task = trio.lowlevel.current_task()
        mine = [one for one in self._running.values() if one.task is task]
        for one in mine:
            one.ends = True
        await self._end_connections(done)
        others = [one for one in self._running.values()
                  if one not in mine and not (mine and one.ends)]
        with trio.move_on_after(max(within, 0)):
            for one in others:
                await one.ended.wait()
        for one in others:
            one.scope.cancel()
        for one in others:
            await one.ended.wait()

    async def __aenter__(self):
        self._nursery = await self._manager.__aenter__()
        early, self._early = self._early, []
        for connection in early:
            self._start(connection)
        return self

    async def __aexit__(self, kind, error, trace):
        try:
            await self.shutdown(0 if error else 5)
        except BaseException as failure:
            kind, error, trace = type(failure), failure, failure.__traceback__
        return await self._manager.__aexit__(kind, error, trace)

    async def _end_connections(self, done):
        if done is None:
            await trio.lowlevel.checkpoint()
            return
        try:
            await done.wait()
        except BaseException:
            sooner = self._begin_shutdown(0)
            if sooner is not None:  # they have not ended yet
                with trio.CancelScope(shield=True):
                    await sooner.wait()
            raise
        finally:
            self._destroy()

    def _start(self, connection):
        if self._nursery is None:
            self._early.append(connection)
        else:
            one = self._running[connection] = _Handler()
            self._context.run(self._nursery.start_soon, self._serve, connection, one)

    async def _serve(self, connection, one):
        one.task = trio.lowlevel.current_task()
        code = 1001  # if it is cancelled
        try:
            with one.scope:
                await self._handler(connection)
            code = 1000
        except Exception as error:
            code = 1000 if weft._only_closed(error) else 1011
            if code == 1011:
                raise
        finally:
            connection._begin_close(code)
            del self._running[connection]
            one.ended.set()


class _Handler:
    """A running handler."""

    def __init__(self):
        self.task = None
        self.scope = trio.CancelScope()
        self.ended = trio.Event()
        self.ends = False  # whether it has called `shutdown`


async def serve(handler, host="127.0.0.1", port=0, *, path="/*", subprotocol=None,
                compression=False, certificate_file=None, key_file=None):
    await trio.lowlevel.checkpoint()
    server = Server(handler)
    server._listen(host, port, path, subprotocol, compression, certificate_file, key_file)
    return server


serve.__doc__ = weft.serve.__doc__
