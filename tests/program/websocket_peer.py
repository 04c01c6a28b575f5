# SPDX-License-Identifier: MIT
# A WebSocket client and server on plain sockets, which send and read frames one by one. They are
# peers for tests of programs between a client and a server.

import re
import socket
import struct
import threading

from weft_program import PATIENCE, handshake, read_to_end, upgrade

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


def read_exactly(peer, size):
    got = bytearray()
    while len(got) < size:
        piece = peer.recv(min(size - len(got), 1 << 20))
        if not piece:
            raise EOFError(bytes(got[:100]))
        got += piece
    return bytes(got)


def read_head(peer):
    """The head of a handshake; what follows it stays in the socket."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = peer.recv(1)
        if not byte:
            raise EOFError(head)
        head += byte
    return head.decode()


class WebSocket:
    """One end of a WebSocket; a client's frames are masked. `head` is the peer's handshake."""

    def __init__(self, peer, masks, head):
        self.socket, self._masks, self.head = peer, masks, head

    def close_socket(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_frame(self, first_byte, payload):
        size = len(payload)
        head = bytes([first_byte])
        mask = 0x80 if self._masks else 0
        if size < 126:
            head += bytes([mask | size])
        elif size < 65536:
            head += bytes([mask | 126]) + struct.pack("!H", size)
        else:
            head += bytes([mask | 127]) + struct.pack("!Q", size)
        if self._masks:
            head += bytes(4)  # a mask that changes nothing
        self.socket.sendall(head + payload)

    def send(self, opcode, payload):
        self.send_frame(0x80 | opcode, payload)

    def close(self, code=1000, reason=b""):
        self.send(CLOSE, struct.pack("!H", code) + reason)

    def read_frame(self):
        first, second = read_exactly(self.socket, 2)
        size = second & 0x7f
        if size == 126:
            size = struct.unpack("!H", read_exactly(self.socket, 2))[0]
        elif size == 127:
            size = struct.unpack("!Q", read_exactly(self.socket, 8))[0]
        mask = read_exactly(self.socket, 4) if second & 0x80 else b""
        payload = read_exactly(self.socket, size)
        if any(mask):
            cover = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
            payload = (int.from_bytes(payload, "big") ^ cover).to_bytes(size, "big")
        return first, payload

    def read(self):
        """Returns the next whole message or close frame, as opcode and payload."""
        opcode, whole = 0, bytearray()
        while True:
            first, payload = self.read_frame()
            if first & 0x0f == CLOSE:
                return CLOSE, payload
            if first & 0x0f == PING:
                continue
            opcode = first & 0x0f or opcode
            whole += payload
            if first & 0x80:
                return opcode, bytes(whole)

    def read_close(self):
        """Reads a close frame, answers it, and returns its code and reason."""
        opcode, payload = self.read()
        if opcode != CLOSE:
            raise AssertionError((opcode, payload[:100]))
        self.send(CLOSE, payload)
        return (struct.unpack("!H", payload[:2])[0] if payload else None), payload[2:]


def open_websocket(peer, path="/", extra="", host="localhost"):
    """A client on a connected socket. Its `head` shows whether the server has refused it."""
    peer.sendall(handshake(path, host, extra))
    return WebSocket(peer, masks=True, head=read_head(peer))


def connect(port, path="/", extra=""):
    return open_websocket(socket.create_connection(("127.0.0.1", port), PATIENCE), path, extra)


class Servers:
    """Accepts any number of clients on a free port or a Unix-domain socket. Calls `serve(peer)` for
    each in a thread of its own, with a WebSocket, or with the socket if `plain`."""

    def __init__(self, serve, plain=False, path=None, extra=""):
        self.faults = []
        self._serve, self._plain, self._extra = serve, plain, extra
        if path:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(path)
            self._listener.listen()
        else:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.port = self._listener.getsockname()[1]
        self._threads = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join(PATIENCE)
        self._listener.close()
        for thread in self._threads:
            thread.join(PATIENCE)
        if self.faults and not kind:
            raise self.faults[0]

    def _accept(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            peer.settimeout(PATIENCE)
            self._threads.append(threading.Thread(target=self._run, args=[peer], daemon=True))
            self._threads[-1].start()

    def _run(self, peer):
        with peer:
            try:
                served = peer if self._plain else self._accepted(peer)
                if served:
                    self._serve(served)
            except Exception as fault:  # the test reports it
                self.faults.append(fault)

    def _accepted(self, peer):
        """A WebSocket, or None if the client leaves without a handshake."""
        try:
            head = read_head(peer)
        except EOFError:
            return None
        peer.sendall(upgrade(head, self._extra))
        return WebSocket(peer, masks=False, head=head)


def echo(websocket):
    """Echoes each message, until the client closes or is gone."""
    while True:
        try:
            opcode, payload = websocket.read()
        except (EOFError, ConnectionResetError):
            return
        websocket.send(opcode, payload)
        if opcode == CLOSE:
            return


def echo_bytes(peer):
    """Echoes all bytes, and then the end."""
    while True:
        piece = peer.recv(1 << 20)
        if not piece:
            return
        peer.sendall(piece)


def exchange(port, sent):
    """Sends bytes to a server over TCP, ends the output, and returns all that the server sends."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        return read_to_end(client)


def header(head, name):
    found = re.search(rf"(?im)^{name}: *(.*?)\r$", head)
    return found[1] if found else None
