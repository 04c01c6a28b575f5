# SPDX-License-Identifier: MIT
"""WebSocket servers and clients for asyncio, over Weft's C interface (ctypes, no compiler needed).

    async with await weft.connect("ws://127.0.0.1:9001/") as peer:
        await peer.send("hello")
        print(await peer.receive())

Weft runs inside the running asyncio loop, which watches Weft's descriptor. Call all functions on
the thread of that loop. Close connections and servers before the loop ends. The environment
variable WEFT_LIBRARY names the library; without it, the system's libweft_c is loaded. The module
weft_trio has the same functions for trio.
"""

import asyncio
import collections
import collections.abc
import contextvars
import ctypes
import functools
import threading

import weft_c
from weft_c import Error, library

__all__ = ["Closed", "Connection", "Error", "Server", "connect", "serve"]

_ACCEPTED, _BACKED_UP, _DROPPED, _CLOSED, _NO_MEMORY = range(5)


class Closed(Exception):
    """The connection has ended. `code` and `reason` are those of the close frame of the side that
    ended it; without a close frame, `code` is 1006."""

    def __init__(self, code, reason, text):
        super().__init__(text)
        self.code = code
        self.reason = reason


def _only_closed(error):
    """Returns true if the error is Closed, or a group that contains only errors of this kind."""
    parts = getattr(error, "exceptions", ())
    return isinstance(error, Closed) or bool(parts) and all(map(_only_closed, parts))


# --- Weft in any host: asyncio's loop or, in weft_trio, trio's

class _Guest:
    """Weft's loop in one host loop. Exists while a server or a connection uses it.

    Derived classes define `_of`, which maps hosts to their guests; `event`, the host's class of
    events; `busy`, the exception for a second task that calls `receive`; `running_host`; and the
    methods that call the host."""

    @classmethod
    def join(cls):
        for guest in list(cls._of.values()):
            guest.end_if_left_open()
        host = cls.running_host()
        guest = cls._of.get(host) or cls(host)
        guest.enter()
        guest.uses += 1
        return guest

    def __init__(self, host):
        self.host, self.uses = host, 0
        self.servers, self.connections = set(), set()
        self.thread = threading.get_ident()
        self.client = None
        self.loop = weft_c.create(library.weft_loop_create, None)
        try:
            self.client = weft_c.create(library.weft_client_create, self.loop)
            descriptor = ctypes.c_int()
            weft_c.check(library.weft_loop_descriptor(self.loop, ctypes.byref(descriptor)))
            self.descriptor = descriptor.value
            self._watch()
        except BaseException:
            self._destroy()
            raise
        self._of[host] = self

    def process(self):
        """Runs a turn of Weft's loop, and raises what a callback has raised."""
        self.thread = threading.get_ident()
        library.weft_loop_process(self.loop)
        weft_c.raise_from_callback()

    def leave(self):
        self.uses -= 1
        if self.uses == 0 and self.host in self._of:
            self._end_soon()  # not now: the loop may be calling this

    def host_has_ended(self):
        return False

    def enter(self):
        """Called before each use of a server or an open connection. On a wrong thread, Weft would
        end the process. In a loop that was closed, the use would wait forever."""
        if self.thread != threading.get_ident():
            raise RuntimeError("a connection or server was used outside of its loop's thread")
        self.end_if_left_open()

    def end_if_left_open(self):
        if self.host_has_ended() and self.thread == threading.get_ident():
            self._end()

    def wake(self, event):
        if event is not None and not self.host_has_ended():  # otherwise no task waits any more
            event.set()

    def _end(self):
        if self._of.pop(self.host, None):
            self._unwatch()
            for server in list(self.servers):  # that were not shut down
                server._destroy()
            for connection in list(self.connections):
                connection.was_dropped()
            self._destroy()

    def _destroy(self):
        library.weft_client_destroy(self.client)
        library.weft_loop_destroy(self.loop)


class Connection:
    """An open connection. Iterating over it yields its messages, `str` or `bytes`.

    `subprotocol`, `remote_address`, `path` and `query` are those of the opening handshake."""

    QUEUE_MAX = 16  # when so many messages wait for `receive`, reading pauses until half are left

    def __init__(self, guest, peer):
        self._guest, self._peer = guest, peer
        self._messages = collections.deque()
        self._paused = self._closing = self._drops = False
        self._waiting = self._writable = self._end = None
        self._ended = guest.event()
        self.subprotocol = weft_c.read_text(library.weft_connection_subprotocol, peer) or None
        self.remote_address = weft_c.read_text(library.weft_connection_remote_address, peer)
        self.path = weft_c.read_text(library.weft_connection_path, peer)
        self.query = weft_c.read_text(library.weft_connection_query, peer)
        guest.connections.add(self)

    async def send(self, message):
        """Sends text (`str`) or bytes. Waits while the output queue is too full; raises Closed. If
        this is cancelled, the message may have been queued or not."""
        if isinstance(message, str):
            send, content = library.weft_connection_send_text, message.encode()
        else:
            send, content = library.weft_connection_send_binary, weft_c.content(message)
        self._enter()
        while True:
            if self._end:
                raise Closed(*self._end)
            result = send(self._peer, content, len(content))
            if result == _ACCEPTED:
                return
            if result == _NO_MEMORY:
                raise MemoryError
            await (self._ended.wait() if result == _CLOSED else self._drained())
            if result == _BACKED_UP:
                return

    async def receive(self):
        """Returns the next message; raises Closed after the last one. For one task at a time. If
        this is cancelled, no message is lost."""
        if self._waiting is not None:
            raise self._guest.busy("another task waits for a message of this connection")
        self._enter()
        while not self._messages:
            if self._end:
                raise Closed(*self._end)
            self._waiting = self._guest.event()
            try:
                await self._waiting.wait()
            finally:
                self._waiting = None
        message = self._messages.popleft()
        if self._paused and self._peer and len(self._messages) <= self.QUEUE_MAX // 2:
            self._paused = False
            library.weft_connection_resume(self._peer)
        return message

    async def close(self, code=1000, reason=""):
        """Closes the connection, and returns when it has ended. Raises ValueError for a code that a
        close frame cannot have. At most 123 bytes of `reason` are sent."""
        self._begin_close(code, reason)
        if self._end is None:
            await self._ended.wait()

    def _begin_close(self, code, reason=""):
        code, reason = weft_c.close_code(code), weft_c.text(reason, "the reason")
        self._enter()
        if self._peer:
            self._closing = True
            self._paused = False  # Weft reads on, up to the peer's close frame
            library.weft_connection_close(self._peer, code, reason)

    def abort(self):
        """Ends the connection at once, without a closing handshake."""
        self._enter()
        if self._peer:
            library.weft_connection_abort(self._peer)

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return await self.receive()
        except Closed:
            raise StopAsyncIteration from None

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.close()

    def _enter(self):
        if self._peer:
            self._guest.enter()

    async def _drained(self):
        if self._writable is None or self._writable.is_set():
            self._writable = self._guest.event()
        await self._writable.wait()

    # --- called by Weft

    def received(self, message):
        stopped = self._closing or self._paused  # while it closes, a pause has no effect
        if self._drops or stopped and len(self._messages) >= self.QUEUE_MAX:
            self._drops = True  # so that no message is missing between two others
            return
        self._messages.append(message)
        self._guest.wake(self._waiting)
        if not stopped and len(self._messages) >= self.QUEUE_MAX:
            self._paused = library.weft_connection_pause(self._peer) == 0

    def became_writable(self):
        self._guest.wake(self._writable)

    def has_ended(self, report):
        reason = ctypes.string_at(report.reason, report.reason_size).decode(errors="replace")
        self._finish(report.code, reason, report.text.decode(errors="replace"))

    def was_dropped(self):
        """Called when the server or Weft's loop is destroyed: Weft calls no `close` then."""
        self._finish(1006, "", "the server or the loop of the connection has ended")

    def _finish(self, code, reason, text):
        self._end = code, reason, text
        self._peer = None
        self._guest.connections.discard(self)
        for event in (self._waiting, self._writable, self._ended):
            self._guest.wake(event)


class _Attempt:
    """An attempt to connect: `outcome` returns the connection or raises. The callbacks of the
    connection call the methods of this object."""

    def __init__(self, guest, connection_type):
        self._guest, self._connection_type = guest, connection_type
        self._decided = guest.event()
        self._connection = self._error = None
        self._abandoned = False
        self._handle = weft_c.void()

    def begin(self, uri, subprotocols, headers, compression, issuers_file, timeout):
        tls, handlers = None, weft_c.handlers(self)
        try:
            address, milliseconds = weft_c.text(uri, "the URI"), weft_c.timeout(timeout)
            common = weft_c.ConnectionOptions(compression=compression,
                                              handshake_timeout_ms=milliseconds)
            names = weft_c.texts(subprotocols, "subprotocols")
            lines = headers.items() if isinstance(headers, collections.abc.Mapping) else headers
            lines = [weft_c.Header(weft_c.text(name, "the name of a header"),
                                   weft_c.text(value, "a header")) for name, value in lines]
            if uri[:4].lower() == "wss:":
                options = weft_c.TlsOptions(
                    issuers_file=weft_c.file_name(issuers_file, "issuers_file"))
                tls = weft_c.create(library.weft_tls_client_create, ctypes.byref(options))
            options = weft_c.ConnectOptions(
                connection=ctypes.pointer(common), tls=tls,
                subprotocols=(ctypes.c_char_p * len(names))(*names), subprotocol_count=len(names),
                headers=(weft_c.Header * len(lines))(*lines), header_count=len(lines),
                **{f"{phase}_timeout_ms": milliseconds
                   for phase in ("resolve", "connect", "proxy", "tls")})
            weft_c.check(library.weft_client_connect(
                self._guest.client, address, ctypes.byref(handlers), ctypes.byref(options),
                ctypes.byref(self._handle)))
        except BaseException:
            weft_c.users.pop(handlers.user, None)
            self._guest.leave()
            raise
        finally:
            library.weft_tls_destroy(tls)

    async def outcome(self):
        try:
            await self._decided.wait()
        except BaseException:  # the caller was cancelled
            self._abandoned = True
            library.weft_handle_abort(self._handle)
            raise
        finally:
            library.weft_handle_release(self._handle)
        if self._error:
            raise self._error
        return self._connection

    # --- called by Weft

    def of(self, _):
        return self._connection

    def opened(self, peer):
        self._connection = self._connection_type(self._guest, peer)
        if self._abandoned:
            self._connection.abort()
        self._decided.set()

    def closed(self, _, report):
        if self._connection is None:  # `opened` has raised an exception
            self.failed(report)
            return
        self._connection.has_ended(report)
        self._guest.leave()

    def failed(self, report):
        self._error = Error(report.error, report.text.decode(errors="replace"), report.http_status)
        self._decided.set()
        self._guest.leave()


class _Server:
    """A server and its connections. Derived classes have `_start` and `connection_type`."""

    def __init__(self, guest, handler):
        self._guest, self._handler = guest, handler
        self._context = contextvars.copy_context()  # in which the handlers run
        self._connections = {}
        self._server = None
        self.port = 0

    def _listen(self, host, port, path, subprotocol, compression, certificate_file, key_file):
        tls, handlers = None, weft_c.handlers(self)
        try:
            where, port = weft_c.text(host, "the host"), weft_c.port(port)
            if certificate_file is None and key_file is not None:
                raise ValueError("key_file needs a certificate_file")
            if certificate_file is not None:
                options = weft_c.TlsOptions(
                    certificate_file=weft_c.file_name(certificate_file, "certificate_file"),
                    key_file=weft_c.file_name(key_file, "key_file"))
                tls = weft_c.create(library.weft_tls_server_create, ctypes.byref(options))
            self._server = weft_c.create(library.weft_server_create, self._guest.loop)
            common = weft_c.ConnectionOptions(compression=compression)
            name = None if subprotocol is None else weft_c.text(subprotocol, "the subprotocol")
            weft_c.check(library.weft_server_route(
                self._server, weft_c.text(path, "the path"), name, ctypes.byref(handlers),
                ctypes.byref(common)))
            options, bound = weft_c.ListenOptions(tls=tls), ctypes.c_uint16()
            weft_c.check(library.weft_server_listen(self._server, where, port,
                                                    ctypes.byref(options), ctypes.byref(bound)))
            self.port = bound.value
            self._guest.servers.add(self)
        except BaseException:
            library.weft_server_destroy(self._server)
            weft_c.users.pop(handlers.user, None)  # if Weft has not taken it
            self._guest.leave()
            raise
        finally:
            library.weft_tls_destroy(tls)

    def _begin_shutdown(self, within):
        """Returns an event that is set when all connections have ended; None if they have."""
        milliseconds = weft_c.milliseconds(within)
        self._enter()
        if not self._server:
            return None
        done = self._guest.event()
        number = weft_c.register(functools.partial(self._guest.wake, done))
        error = library.weft_server_shutdown(self._server, milliseconds, weft_c.call_done, number,
                                             weft_c.call_released)
        if error:
            weft_c.users.pop(number)
        weft_c.check(error)
        return done

    def _enter(self):
        if self._server:
            self._guest.enter()

    def _destroy(self):
        """Ends what is left of the server at once."""
        self._enter()
        server, self._server = self._server, None
        if server:
            self._guest.servers.discard(self)
            library.weft_server_destroy(server)
            while self._connections:
                self._connections.popitem()[1].was_dropped()
            self._guest.leave()

    # --- called by Weft

    def of(self, peer):
        return self._connections[peer]

    def opened(self, peer):
        connection = self._connections[peer] = self.connection_type(self._guest, peer)
        self._start(connection)

    def closed(self, peer, report):
        connection = self._connections.pop(peer, None)
        if connection:  # otherwise `opened` has raised an exception
            connection.has_ended(report)

    def failed(self, report):
        pass


# --- asyncio

class _AsyncioGuest(_Guest):
    """Weft's loop in one asyncio loop."""

    _of = {}
    event = asyncio.Event
    busy = RuntimeError
    running_host = staticmethod(asyncio.get_running_loop)

    def host_has_ended(self):
        return self.host.is_closed()

    def _watch(self):
        self.host.add_reader(self.descriptor, self.process)

    def _unwatch(self):
        if not self.host.is_closed():
            self.host.remove_reader(self.descriptor)

    def _end_soon(self):
        if not self.host.is_closed():  # otherwise the thread's next loop ends it
            self.host.call_soon(lambda: self.uses == 0 and self._end())


async def connect(uri, *, subprotocols=(), headers=(), compression=False, issuers_file=None,
                  timeout=10):
    """Opens a connection to a ws: or wss: URI, and returns it; raises Error.

    `subprotocols` are offered in order of preference. `headers`, a dictionary or pairs of name and
    value, are added to the request. `compression` offers permessage-deflate (RFC 7692). `timeout`,
    in seconds, limits each phase: resolving, connecting, the proxy, TLS, the opening handshake. For
    wss:, `issuers_file` contains the certificates to trust instead of the system's, as PEM."""
    attempt = _Attempt(_AsyncioGuest.join(), Connection)
    attempt.begin(uri, subprotocols, headers, compression, issuers_file, timeout)
    return await attempt.outcome()


class Server(_Server):
    """A server that listens at `port`, until `shutdown` or the end of `async with`."""

    connection_type = Connection

    def __init__(self, handler):
        super().__init__(_AsyncioGuest.join(), handler)
        self._tasks = set()  # of the handlers
        self._enders = set()  # handlers that have called `shutdown`

    async def shutdown(self, within=5):
        """Closes all connections with 1001, and returns when they and their handlers have ended.

        Aborts connections that are left after `within` seconds. Then waits as long again for the
        handlers, and cancels those that still run. If this is cancelled, ends all of them at once.
        A handler may call this, and is not waited for."""
        done = self._begin_shutdown(within)
        mine = {asyncio.current_task()}
        self._enders |= mine & self._tasks
        try:
            await self._end_connections(done)
            others = self._handlers_to_await(mine)
            if others:
                await asyncio.wait(others, timeout=within)
        except BaseException:
            if not self._guest.host_has_ended():  # otherwise tasks cannot be cancelled
                for task in self._tasks - mine:
                    task.cancel()
            raise
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _handlers_to_await(self, mine):
        if self._guest.host_has_ended():
            return set()  # the tasks of a closed loop neither run nor can be cancelled
        enders = self._enders if mine & self._tasks else set()
        return self._tasks - mine - enders

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.shutdown()

    async def _end_connections(self, done):
        try:
            if done is not None:
                await done.wait()
        finally:
            self._destroy()

    def _start(self, connection):
        task = self._context.run(self._guest.host.create_task, self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(self._enders.discard)

    async def _serve(self, connection):
        code = 1001  # if it is cancelled
        try:
            await self._handler(connection)
            code = 1000
        except Exception as error:
            code = 1000 if _only_closed(error) else 1011
            if code == 1011:
                self._guest.host.call_exception_handler(
                    {"message": "a handler of a connection failed", "exception": error})
        finally:
            connection._begin_close(code)


async def serve(handler, host="127.0.0.1", port=0, *, path="/*", subprotocol=None,
                compression=False, certificate_file=None, key_file=None):
    """Starts a server, and returns it; raises Error. Calls the coroutine function `handler` with
    each connection, and closes the connection when the handler returns.

    `host` is a numeric address or "localhost". For `port` 0, the system chooses the `port` of the
    returned server. A final `*` in `path` serves all paths with that prefix. With `subprotocol`,
    only clients that offer it are accepted. `compression` accepts permessage-deflate (RFC 7692).
    With `certificate_file`, uses TLS; both files are PEM, and `key_file` is not needed if the
    first one also contains the key."""
    server = Server(handler)
    server._listen(host, port, path, subprotocol, compression, certificate_file, key_file)
    return server
