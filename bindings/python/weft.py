# SPDX-License-Identifier: MIT
"""WebSocket servers and clients for asyncio, over Weft's C interface (ctypes, no compiler needed).

    async with await weft.connect("ws://127.0.0.1:9001/") as peer:
        await peer.send("hello")
        print(await peer.receive())

Weft runs inside the running asyncio loop, which watches its descriptor. All functions belong to the
thread of that loop. Close connections and servers before the loop ends. The library is the one in
the environment variable WEFT_LIBRARY, or libweft_c of the system.
"""

import asyncio
import collections
import ctypes
import ctypes.util
import itertools
import os

__all__ = ["Closed", "Connection", "Error", "Server", "connect", "serve"]


class Error(Exception):
    """A call of Weft failed, or a connection could not be opened. `code` is a WEFT_E_ number."""

    def __init__(self, code, text=None, http_status=0):
        super().__init__(text or _library.weft_error_text(code).decode())
        self.code = code
        self.http_status = http_status


class Closed(Exception):
    """The connection has ended; `code` and `reason` are those of its close frame."""

    def __init__(self, code, reason, text):
        super().__init__(text)
        self.code = code
        self.reason = reason


# --- the C interface

_void = ctypes.c_void_p
_size = ctypes.c_size_t
_release_type = ctypes.CFUNCTYPE(None, _void)
_open_type = ctypes.CFUNCTYPE(None, _void, _void)
_message_type = ctypes.CFUNCTYPE(None, _void, _void, _size, ctypes.c_int, _void)
_pong_type = ctypes.CFUNCTYPE(None, _void, _void, _size, _void)


class _Report(ctypes.Structure):
    _fields_ = [("error", ctypes.c_int), ("clean", ctypes.c_int), ("code", ctypes.c_int),
                ("http_status", ctypes.c_int), ("phase", ctypes.c_int), ("began", ctypes.c_int),
                ("reason", _void), ("reason_size", _size), ("detail", ctypes.c_char_p),
                ("text", ctypes.c_char_p)]


_close_type = ctypes.CFUNCTYPE(None, _void, ctypes.POINTER(_Report), _void)
_fail_type = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Report), _void)


class _Options(ctypes.Structure):
    """A structure that begins with its size."""

    def __init__(self, **members):
        super().__init__(struct_size=ctypes.sizeof(self), **members)


class _Handlers(_Options):
    _fields_ = [("struct_size", _size), ("user", _void), ("release", _release_type),
                ("open", _open_type), ("message", _message_type), ("writable", _open_type),
                ("pong", _pong_type), ("close", _close_type), ("fail", _fail_type),
                ("validate", _open_type), ("http", _open_type), ("interrupt", _release_type)]


class _ConnectionOptions(_Options):
    _fields_ = [("struct_size", _size), ("message_size_max", _size), ("queue_size_max", _size),
                ("when_full", ctypes.c_int), ("compression", ctypes.c_int),
                *((f"{name}_ms", ctypes.c_int64) for name in (
                    "handshake_timeout", "close_timeout", "idle_timeout", "ping_interval",
                    "pong_timeout", "write_stall_timeout", "message_timeout")),
                ("keep_handshake", ctypes.c_int)]


class _Header(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("value", ctypes.c_char_p)]


class _ConnectOptions(_Options):
    _fields_ = [("struct_size", _size), ("connection", ctypes.POINTER(_ConnectionOptions)),
                ("subprotocols", ctypes.POINTER(ctypes.c_char_p)), ("subprotocol_count", _size),
                ("subprotocol_required", ctypes.c_int), ("headers", ctypes.POINTER(_Header)),
                ("header_count", _size),
                *((f"{name}_timeout_ms", ctypes.c_int64) for name in (
                    "resolve", "connect", "proxy", "tls")),
                ("via", ctypes.c_char_p), ("proxy", ctypes.c_char_p), ("tls", _void),
                ("redirects_max", _size)]


class _TlsOptions(_Options):
    _fields_ = [("struct_size", _size),
                *((name, ctypes.c_char_p) for name in (
                    "certificate_file", "key_file", "certificate", "key", "key_password",
                    "issuers_file", "issuers")),
                ("client_certificates", ctypes.c_int), ("accept_any_certificate", ctypes.c_int)]


class _ListenOptions(_Options):
    _fields_ = [("struct_size", _size), ("tls", _void), ("backlog", ctypes.c_int),
                ("reuse_port", ctypes.c_int), ("ipv6_only", ctypes.c_int)]


def _load():
    path = os.environ.get("WEFT_LIBRARY") or ctypes.util.find_library("weft_c") or "libweft_c.so"
    library = ctypes.CDLL(path)
    out = ctypes.POINTER(_void)
    signatures = {
        "error_text": (ctypes.c_char_p, ctypes.c_int),
        "loop_create": (ctypes.c_int, _void, out), "loop_destroy": (None, _void),
        "loop_descriptor": (ctypes.c_int, _void, ctypes.POINTER(ctypes.c_int)),
        "loop_process": (ctypes.c_int, _void),
        "server_create": (ctypes.c_int, _void, out), "server_destroy": (None, _void),
        "server_route": (ctypes.c_int, _void, ctypes.c_char_p, ctypes.c_char_p, _void, _void),
        "server_listen": (ctypes.c_int, _void, ctypes.c_char_p, ctypes.c_uint16, _void,
                          ctypes.POINTER(ctypes.c_uint16)),
        "server_shutdown": (ctypes.c_int, _void, ctypes.c_int64, _release_type, _void,
                            _release_type),
        "client_create": (ctypes.c_int, _void, out), "client_destroy": (None, _void),
        "client_connect": (ctypes.c_int, _void, ctypes.c_char_p, _void, _void, out),
        "connection_send_text": (ctypes.c_int, _void, ctypes.c_char_p, _size),
        "connection_send_binary": (ctypes.c_int, _void, ctypes.c_char_p, _size),
        "connection_close": (None, _void, ctypes.c_int, ctypes.c_char_p),
        "connection_abort": (None, _void), "connection_pause": (ctypes.c_int, _void),
        "connection_resume": (None, _void),
        "connection_subprotocol": (_size, _void, ctypes.c_char_p, _size),
        "connection_remote_address": (_size, _void, ctypes.c_char_p, _size),
        "connection_path": (_size, _void, ctypes.c_char_p, _size),
        "connection_query": (_size, _void, ctypes.c_char_p, _size),
        "handle_abort": (ctypes.c_int, _void), "handle_release": (None, _void),
        "tls_client_create": (ctypes.c_int, _void, out),
        "tls_server_create": (ctypes.c_int, _void, out), "tls_destroy": (None, _void),
    }
    for name, (result, *arguments) in signatures.items():
        function = getattr(library, f"weft_{name}")
        function.restype, function.argtypes = result, arguments
    return library


_library = _load()
_users = {}  # what the pointers `user` stand for
_numbers = itertools.count(1)
_ACCEPTED, _BACKED_UP, _DROPPED, _CLOSED, _NO_MEMORY = range(5)


def _check(error):
    if error:
        raise Error(error)


def _create(function, first):
    made = _void()
    _check(function(first, ctypes.byref(made)))
    return made


def _text(function, peer):
    size = function(peer, None, 0)
    if size == _size(-1).value:
        return None
    buffer = ctypes.create_string_buffer(size + 1)
    function(peer, buffer, size + 1)
    return buffer.value.decode()


def _encoded(text):
    return None if text is None else os.fsencode(text)


def _register(user):
    number = next(_numbers)
    _users[number] = user
    return number


def _handlers(user):
    return _Handlers(user=_register(user), release=_released, open=_opened, message=_received,
                     writable=_writable, close=_closed, fail=_failed)


@_release_type
def _released(number):
    _users.pop(number, None)


@_open_type
def _opened(peer, number):
    _users[number].opened(peer)


@_message_type
def _received(peer, data, size, is_text, number):
    content = ctypes.string_at(data, size) if size else b""
    _users[number].of(peer).received(content.decode() if is_text else content)


@_open_type
def _writable(peer, number):
    _users[number].of(peer).became_writable()


@_close_type
def _closed(peer, report, number):
    _users[number].closed(peer, report.contents)


@_fail_type
def _failed(report, number):
    _users[number].failed(report.contents)


@_release_type
def _done(number):
    future = _users[number]
    if not future.done():
        future.set_result(None)


# --- Weft in an asyncio loop

class _Guest:
    """Weft's loop in one asyncio loop. Exists while a server or a connection uses it."""

    _of = {}

    @classmethod
    def join(cls):
        host = asyncio.get_running_loop()
        guest = cls._of.get(host) or cls(host)
        guest.uses += 1
        return guest

    def __init__(self, host):
        self.host, self.uses = host, 0
        self.loop = _create(_library.weft_loop_create, None)
        self.client = _create(_library.weft_client_create, self.loop)
        descriptor = ctypes.c_int()
        _check(_library.weft_loop_descriptor(self.loop, ctypes.byref(descriptor)))
        self.descriptor = descriptor.value
        host.add_reader(self.descriptor, _library.weft_loop_process, self.loop)
        self._of[host] = self

    def leave(self):
        self.uses -= 1
        if self.uses == 0:
            self.host.call_soon(self._end_if_unused)

    def _end_if_unused(self):
        if self.uses == 0 and self._of.pop(self.host, None):
            self.host.remove_reader(self.descriptor)
            _library.weft_client_destroy(self.client)
            _library.weft_loop_destroy(self.loop)


class Connection:
    """An open connection. Iterating over it yields its messages, `str` or `bytes`.

    `subprotocol`, `remote_address`, `path` and `query` are those of the opening handshake."""

    QUEUE_MAX = 16  # messages that wait for `receive`; then reading from the peer pauses

    def __init__(self, guest, peer):
        self._guest, self._peer = guest, peer
        self._messages = collections.deque()
        self._paused = False
        self._waiting = self._writable = self._end = None
        self._ended = guest.host.create_future()
        self.subprotocol = _text(_library.weft_connection_subprotocol, peer) or None
        self.remote_address = _text(_library.weft_connection_remote_address, peer)
        self.path = _text(_library.weft_connection_path, peer)
        self.query = _text(_library.weft_connection_query, peer)

    async def send(self, message):
        """Sends text (`str`) or bytes. Waits while the output queue is too full; raises Closed."""
        if isinstance(message, str):
            send, content = _library.weft_connection_send_text, message.encode()
        else:
            send, content = _library.weft_connection_send_binary, bytes(message)
        while True:
            if self._end:
                raise self._end
            result = send(self._peer, content, len(content))
            if result == _ACCEPTED:
                return
            if result == _NO_MEMORY:
                raise MemoryError
            await (self._ended_soon() if result == _CLOSED else self._drained())
            if result == _BACKED_UP:
                return

    async def receive(self):
        """Returns the next message; raises Closed after the last one. For one task at a time."""
        while not self._messages:
            if self._end:
                raise self._end
            self._waiting = self._guest.host.create_future()
            await self._waiting
        message = self._messages.popleft()
        if self._paused and self._peer and len(self._messages) <= self.QUEUE_MAX // 2:
            self._paused = False
            _library.weft_connection_resume(self._peer)
        return message

    async def close(self, code=1000, reason=""):
        """Closes the connection, and returns when it has ended."""
        self._begin_close(code, reason)
        await self._ended_soon()

    def _begin_close(self, code, reason):
        if self._peer:
            _library.weft_connection_close(self._peer, code, reason.encode())
            if self._paused:  # the answer is behind messages that nobody receives any more
                self._paused = False
                _library.weft_connection_resume(self._peer)

    def abort(self):
        """Ends the connection at once, without a closing handshake."""
        if self._peer:
            _library.weft_connection_abort(self._peer)

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

    async def _ended_soon(self):
        await asyncio.shield(self._ended)

    async def _drained(self):
        if self._writable is None or self._writable.done():
            self._writable = self._guest.host.create_future()
        await asyncio.shield(self._writable)

    # --- called by Weft

    def received(self, message):
        self._messages.append(message)
        self._wake(self._waiting)
        if len(self._messages) >= self.QUEUE_MAX and not self._paused:
            self._paused = _library.weft_connection_pause(self._peer) == 0

    def became_writable(self):
        self._wake(self._writable)

    def has_ended(self, report):
        reason = ctypes.string_at(report.reason, report.reason_size).decode()
        self._end = Closed(report.code, reason, report.text.decode(errors="replace"))
        self._peer = None
        for future in (self._waiting, self._writable, self._ended):
            self._wake(future)

    @staticmethod
    def _wake(future):
        if future and not future.done():
            future.set_result(None)


class _Attempt:
    """The user pointer of a client's connection."""

    def __init__(self, guest):
        self.guest, self.connection = guest, None
        self.outcome = guest.host.create_future()

    def of(self, _):
        return self.connection

    def opened(self, peer):
        self.connection = Connection(self.guest, peer)
        if self.outcome.done():
            self.connection.abort()  # the caller was cancelled
        else:
            self.outcome.set_result(self.connection)

    def closed(self, _, report):
        self.connection.has_ended(report)
        self.guest.leave()

    def failed(self, report):
        if not self.outcome.done():
            text = report.text.decode(errors="replace")
            self.outcome.set_exception(Error(report.error, text, report.http_status))
        self.guest.leave()


async def connect(uri, *, subprotocols=(), headers=(), compression=False, issuers_file=None,
                  timeout=10):
    """Opens a connection to a ws: or wss: URI, and returns it; raises Error.

    `headers` are pairs of name and value. `timeout`, in seconds, is for each phase of connecting.
    `issuers_file` contains the certificates to trust for wss: instead of the system's."""
    milliseconds = round(timeout * 1000)
    common = _ConnectionOptions(compression=compression, handshake_timeout_ms=milliseconds)
    names = (ctypes.c_char_p * len(subprotocols))(*(name.encode() for name in subprotocols))
    lines = (_Header * len(headers))(*(_Header(name.encode(), value.encode())
                                       for name, value in headers))
    tls, handle = None, _void()
    guest = _Guest.join()
    attempt = _Attempt(guest)
    handlers = _handlers(attempt)
    try:
        if uri.startswith("wss:"):
            options = _TlsOptions(issuers_file=_encoded(issuers_file))
            tls = _create(_library.weft_tls_client_create, ctypes.byref(options))
        options = _ConnectOptions(
            connection=ctypes.pointer(common), subprotocols=names, headers=lines, tls=tls,
            subprotocol_count=len(subprotocols), header_count=len(headers),
            **{f"{phase}_timeout_ms": milliseconds
               for phase in ("resolve", "connect", "proxy", "tls")})
        _check(_library.weft_client_connect(guest.client, uri.encode(), ctypes.byref(handlers),
                                            ctypes.byref(options), ctypes.byref(handle)))
    except BaseException:
        _released(handlers.user)
        guest.leave()
        raise
    finally:
        _library.weft_tls_destroy(tls)
    try:
        return await attempt.outcome
    except asyncio.CancelledError:
        _library.weft_handle_abort(handle)
        raise
    finally:
        _library.weft_handle_release(handle)


class Server:
    """A server; `port` is where it listens. Ends by `shutdown`, or at the end of `async with`."""

    def __init__(self, handler):
        self._handler = handler
        self._guest = _Guest.join()
        self._connections, self._tasks = {}, set()
        self.port = 0
        self._server = None

    async def shutdown(self, within=5):
        """Closes all connections with 1001, and returns when they and their handlers have ended.
        Aborts connections after `within` seconds, and cancels handlers that run for as long after
        the last connection has ended. A handler may call this; its own end is not waited for."""
        if not self._server:
            return
        done = self._guest.host.create_future()
        server, self._server = self._server, None
        _check(_library.weft_server_shutdown(server, round(within * 1000), _done, _register(done),
                                             _released))
        await done
        _library.weft_server_destroy(server)
        self._guest.leave()
        others = self._tasks - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=within)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.shutdown()

    async def _serve(self, connection):
        try:
            await self._handler(connection)
        except Closed:
            pass
        except Exception as error:
            connection._begin_close(1011, "")
            self._guest.host.call_exception_handler(
                {"message": "a handler of a connection failed", "exception": error})
        else:
            connection._begin_close(1000, "")

    # --- called by Weft

    def of(self, peer):
        return self._connections[peer]

    def opened(self, peer):
        connection = self._connections[peer] = Connection(self._guest, peer)
        task = self._guest.host.create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def closed(self, peer, report):
        self._connections.pop(peer).has_ended(report)

    def failed(self, report):
        pass


async def serve(handler, host="127.0.0.1", port=0, *, path="/*", subprotocol=None,
                compression=False, certificate_file=None, key_file=None):
    """Starts a server, and returns it. The coroutine function `handler` is called with each
    connection, which is closed when it returns. With `certificate_file` the server uses TLS."""
    server, tls = Server(handler), None
    handlers = _handlers(server)
    try:
        if certificate_file:
            options = _TlsOptions(certificate_file=_encoded(certificate_file),
                                  key_file=_encoded(key_file))
            tls = _create(_library.weft_tls_server_create, ctypes.byref(options))
        server._server = _create(_library.weft_server_create, server._guest.loop)
        common = _ConnectionOptions(compression=compression)
        name = subprotocol.encode() if subprotocol else None
        _check(_library.weft_server_route(server._server, path.encode(), name,
                                          ctypes.byref(handlers), ctypes.byref(common)))
        options, bound = _ListenOptions(tls=tls), ctypes.c_uint16()
        _check(_library.weft_server_listen(server._server, host.encode(), port,
                                           ctypes.byref(options), ctypes.byref(bound)))
        server.port = bound.value
        return server
    except BaseException:
        _library.weft_server_destroy(server._server)
        _released(handlers.user)  # if Weft has not taken it
        server._guest.leave()
        raise
    finally:
        _library.weft_tls_destroy(tls)
