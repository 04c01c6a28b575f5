# SPDX-License-Identifier: MIT
"""Weft's C interface through ctypes: types, functions, errors, arguments and callbacks.

For the modules weft and weft_trio. The environment variable WEFT_LIBRARY names the library; without
it, the system's libweft_c is loaded.
"""

import ctypes
import ctypes.util
import itertools
import math
import operator
import os
import threading

if globals().get("users"):  # Weft would call functions that a reload has freed
    raise ImportError("weft_c cannot be reloaded while there are servers or connections")


class Error(Exception):
    """A call to Weft failed, or a connection could not be opened. `code` is one of the WEFT_E_
    numbers in weft.h. `http_status` is that of the server's response; 0 if there was none."""

    def __init__(self, code, text=None, http_status=0):
        super().__init__(text or library.weft_error_text(code).decode(errors="replace"))
        self.code = code
        self.http_status = http_status


# --- types and structures

void = ctypes.c_void_p
size = ctypes.c_size_t
release_type = ctypes.CFUNCTYPE(None, void)
open_type = ctypes.CFUNCTYPE(None, void, void)
message_type = ctypes.CFUNCTYPE(None, void, void, size, ctypes.c_int, void)
pong_type = ctypes.CFUNCTYPE(None, void, void, size, void)


class Report(ctypes.Structure):
    _fields_ = [("error", ctypes.c_int), ("clean", ctypes.c_int), ("code", ctypes.c_int),
                ("http_status", ctypes.c_int), ("phase", ctypes.c_int), ("began", ctypes.c_int),
                ("reason", void), ("reason_size", size), ("detail", ctypes.c_char_p),
                ("text", ctypes.c_char_p)]


close_type = ctypes.CFUNCTYPE(None, void, ctypes.POINTER(Report), void)
fail_type = ctypes.CFUNCTYPE(None, ctypes.POINTER(Report), void)


class Options(ctypes.Structure):
    """A structure that begins with its size."""

    def __init__(self, **members):
        super().__init__(struct_size=ctypes.sizeof(self), **members)


class Handlers(Options):
    _fields_ = [("struct_size", size), ("user", void), ("release", release_type),
                ("open", open_type), ("message", message_type), ("writable", open_type),
                ("pong", pong_type), ("close", close_type), ("fail", fail_type),
                ("validate", open_type), ("http", open_type), ("interrupt", release_type)]


class ConnectionOptions(Options):
    _fields_ = [("struct_size", size), ("message_size_max", size), ("queue_size_max", size),
                ("when_full", ctypes.c_int), ("compression", ctypes.c_int),
                *((f"{name}_ms", ctypes.c_int64) for name in (
                    "handshake_timeout", "close_timeout", "idle_timeout", "ping_interval",
                    "pong_timeout", "write_stall_timeout", "message_timeout")),
                ("keep_handshake", ctypes.c_int)]


class Header(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("value", ctypes.c_char_p)]


class ConnectOptions(Options):
    _fields_ = [("struct_size", size), ("connection", ctypes.POINTER(ConnectionOptions)),
                ("subprotocols", ctypes.POINTER(ctypes.c_char_p)), ("subprotocol_count", size),
                ("subprotocol_required", ctypes.c_int), ("headers", ctypes.POINTER(Header)),
                ("header_count", size),
                *((f"{name}_timeout_ms", ctypes.c_int64) for name in (
                    "resolve", "connect", "proxy", "tls")),
                ("via", ctypes.c_char_p), ("proxy", ctypes.c_char_p), ("tls", void),
                ("redirects_max", size)]


class TlsOptions(Options):
    _fields_ = [("struct_size", size),
                *((name, ctypes.c_char_p) for name in (
                    "certificate_file", "key_file", "certificate", "key", "key_password",
                    "issuers_file", "issuers")),
                ("client_certificates", ctypes.c_int), ("accept_any_certificate", ctypes.c_int)]


class ListenOptions(Options):
    _fields_ = [("struct_size", size), ("tls", void), ("backlog", ctypes.c_int),
                ("reuse_port", ctypes.c_int), ("ipv6_only", ctypes.c_int)]


def _load():
    path = os.environ.get("WEFT_LIBRARY") or ctypes.util.find_library("weft_c") or "libweft_c.so"
    library = ctypes.CDLL(path)
    out = ctypes.POINTER(void)
    signatures = {
        "error_text": (ctypes.c_char_p, ctypes.c_int), "error_detail": (ctypes.c_char_p,),
        "loop_create": (ctypes.c_int, void, out), "loop_destroy": (None, void),
        "loop_descriptor": (ctypes.c_int, void, ctypes.POINTER(ctypes.c_int)),
        "loop_process": (ctypes.c_int, void),
        "server_create": (ctypes.c_int, void, out), "server_destroy": (None, void),
        "server_route": (ctypes.c_int, void, ctypes.c_char_p, ctypes.c_char_p, void, void),
        "server_listen": (ctypes.c_int, void, ctypes.c_char_p, ctypes.c_uint16, void,
                          ctypes.POINTER(ctypes.c_uint16)),
        "server_shutdown": (ctypes.c_int, void, ctypes.c_int64, release_type, void,
                            release_type),
        "client_create": (ctypes.c_int, void, out), "client_destroy": (None, void),
        "client_connect": (ctypes.c_int, void, ctypes.c_char_p, void, void, out),
        "connection_send_text": (ctypes.c_int, void, ctypes.c_char_p, size),
        "connection_send_binary": (ctypes.c_int, void, ctypes.c_char_p, size),
        "connection_close": (None, void, ctypes.c_int, ctypes.c_char_p),
        "connection_abort": (None, void), "connection_pause": (ctypes.c_int, void),
        "connection_resume": (None, void),
        "connection_subprotocol": (size, void, ctypes.c_char_p, size),
        "connection_remote_address": (size, void, ctypes.c_char_p, size),
        "connection_path": (size, void, ctypes.c_char_p, size),
        "connection_query": (size, void, ctypes.c_char_p, size),
        "handle_abort": (ctypes.c_int, void), "handle_release": (None, void),
        "tls_client_create": (ctypes.c_int, void, out),
        "tls_server_create": (ctypes.c_int, void, out), "tls_destroy": (None, void),
    }
    for name, (result, *arguments) in signatures.items():
        function = getattr(library, f"weft_{name}")
        function.restype, function.argtypes = result, arguments
    return library


library = _load()


# --- errors and results

def check(error):
    """Raises Error if `error`, which the previous call of Weft has returned, is not 0."""
    if error:
        what = library.weft_error_text(error).decode(errors="replace")
        detail = library.weft_error_detail().decode(errors="replace")
        raise Error(error, f"{what}: {detail}" if detail else what)


def create(function, first):
    made = void()
    check(function(first, ctypes.byref(made)))
    return made


def read_text(function, peer):
    length = function(peer, None, 0)
    if length == size(-1).value:
        return None
    buffer = ctypes.create_string_buffer(length + 1)
    function(peer, buffer, length + 1)
    return buffer.value.decode(errors="replace")


# --- arguments: TypeError or ValueError for values that C would cut, wrap around or misread

def text(value, what):
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a str, not {type(value).__name__}")
    if "\0" in value:
        raise ValueError(f"{what} contains a NUL")
    return value.encode()


def texts(values, what):
    if isinstance(values, str):
        raise TypeError(f"{what} must be a sequence of str, not a str")
    return [text(value, f"each of {what}") for value in values]


def file_name(value, what):
    if value is None:
        return None
    name = os.fsencode(value)
    if not name or b"\0" in name:
        raise ValueError(f"{what} is empty or contains a NUL")
    return name


def content(message):
    return message if isinstance(message, bytes) else bytes(memoryview(message))


def port(value):
    number = operator.index(value)
    if not 0 <= number < 65536:
        raise ValueError(f"the port must be from 0 to 65535, not {number}")
    return number


def close_code(value):
    """Checks that a close frame may have this code (RFC 6455 section 7.4), and returns it."""
    code = operator.index(value)
    sendable = 1000 <= code <= 1014 and code not in (1004, 1005, 1006)
    if not (sendable or 3000 <= code <= 4999):
        raise ValueError(f"a close frame cannot have the code {code}")
    return code


def milliseconds(seconds):
    """Converts seconds, which may be negative or infinite, to milliseconds from 0 to 10^12."""
    if math.isnan(seconds):
        raise ValueError("a time must not be NaN")
    return max(math.ceil(min(seconds, 1e9) * 1000), 0)


def timeout(seconds):
    if not seconds > 0:
        raise ValueError(f"the timeout must be positive, not {seconds}")
    return milliseconds(seconds)


# --- callbacks

users = {}  # the object for each value of `user`; see `register`
_numbers = itertools.count(1)


class _Thrown(threading.local):
    error = None


_thrown = _Thrown()


def raise_from_callback():
    """Raises what a callback has raised on this thread."""
    error, _thrown.error = _thrown.error, None
    if error is not None:
        raise error


def register(user):
    """Returns a value for a parameter `user` of Weft, and keeps the object in `users` until Weft
    calls `release`. If the call of Weft fails, the caller must remove the object."""
    number = next(_numbers)
    users[number] = user
    return number


def _callback(kind, of_a_peer=False):
    """Makes a callback for Weft. An exception cannot pass through Weft, so it is kept for
    `raise_from_callback`. With `of_a_peer`, it also ends the connection, which has missed an
    event."""
    def convert(function):
        def call(first, *others):
            try:
                function(first, *others)
            except BaseException as error:
                if of_a_peer:
                    library.weft_connection_abort(first)
                if _thrown.error is not None:
                    raise  # ctypes prints it
                _thrown.error = error
        return kind(call)
    return convert


@_callback(release_type)
def call_released(number):
    users.pop(number, None)


@_callback(open_type, of_a_peer=True)
def call_opened(peer, number):
    users[number].opened(peer)


@_callback(message_type, of_a_peer=True)
def call_received(peer, data, size, is_text, number):
    message = ctypes.string_at(data, size) if size else b""
    users[number].of(peer).received(message.decode() if is_text else message)


@_callback(open_type, of_a_peer=True)
def call_writable(peer, number):
    users[number].of(peer).became_writable()


@_callback(close_type)
def call_closed(peer, report, number):
    users[number].closed(peer, report.contents)


@_callback(fail_type)
def call_failed(report, number):
    users[number].failed(report.contents)


@_callback(release_type)
def call_done(number):
    users[number]()


def handlers(user):
    """Returns handlers that call the methods of an object."""
    return Handlers(user=register(user), release=call_released, open=call_opened,
                    message=call_received, writable=call_writable, close=call_closed,
                    fail=call_failed)
