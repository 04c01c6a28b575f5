# SPDX-License-Identifier: MIT
# Python's WebSocket programs, each as a client that checks echoes and as a server that echoes:
# python_peers.py PROGRAM client URL | PROGRAM server. A client exits with 0 if all was well; a
# server prints its port.

import asyncio
import socket
import sys

MESSAGES = ["hello", "grüße", bytes(range(256)) * 300]


def free_listener():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    return listener


def check(sent, received):
    assert sent == received, f"{sent[:20]!r} came back as {received[:20]!r}"


# --- websockets

def websockets_client(url):
    from websockets.sync.client import connect
    with connect(url) as peer:
        for message in MESSAGES:
            peer.send(message)
            check(message, peer.recv(timeout=20))


def websockets_server():
    from websockets.sync.server import serve

    def echo(peer):
        for message in peer:
            peer.send(message)

    with serve(echo, sock=free_listener(), max_size=None) as server:
        server.serve_forever()


# --- wsproto: no I/O of its own

def wsproto_client(url):
    from wsproto import ConnectionType, WSConnection, events
    host, _, rest = url[len("ws://"):].partition("/")
    address, _, port = host.partition(":")
    peer = WSConnection(ConnectionType.CLIENT)
    with socket.create_connection((address, int(port)), 20) as stream:
        stream.sendall(peer.send(events.Request(host=host, target="/" + rest)))
        while not isinstance(next_event_of(peer, stream), events.AcceptConnection):
            pass
        for message in MESSAGES:
            kind = events.TextMessage if isinstance(message, str) else events.BytesMessage
            stream.sendall(peer.send(kind(data=message)))
            whole = type(message)()
            while True:
                event = next_event_of(peer, stream)
                if isinstance(event, events.Message):
                    whole += event.data
                    if event.message_finished:
                        break
            check(message, whole)
        stream.sendall(peer.send(events.CloseConnection(code=1000)))
        while not isinstance(next_event_of(peer, stream), events.CloseConnection):
            pass


waiting = []


def next_event_of(peer, stream):
    while not waiting:
        peer.receive_data(stream.recv(65536) or None)
        waiting.extend(peer.events())
    return waiting.pop(0)


def wsproto_server():
    from wsproto import ConnectionType, WSConnection, events
    listener = free_listener()
    stream, _ = listener.accept()
    peer = WSConnection(ConnectionType.SERVER)
    while True:
        event = next_event_of(peer, stream)
        if isinstance(event, events.Request):
            stream.sendall(peer.send(events.AcceptConnection()))
        elif isinstance(event, events.Message):
            stream.sendall(peer.send(type(event)(event.data, event.frame_finished,
                                                 event.message_finished)))
        elif isinstance(event, (events.Ping, events.CloseConnection)):
            stream.sendall(peer.send(event.response()))
            if isinstance(event, events.CloseConnection):
                return


# --- aiohttp

def aiohttp_client(url):
    import aiohttp

    async def talk():
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as peer:
            for message in MESSAGES:
                text = isinstance(message, str)
                await (peer.send_str if text else peer.send_bytes)(message)
                check(message, (await peer.receive(20)).data)
    asyncio.run(talk())


def aiohttp_server():
    from aiohttp import WSMsgType, web

    async def echo(request):
        peer = web.WebSocketResponse()
        await peer.prepare(request)
        async for message in peer:
            text = message.type == WSMsgType.TEXT
            await (peer.send_str if text else peer.send_bytes)(message.data)
        return peer

    app = web.Application()
    app.router.add_get("/{any:.*}", echo)
    web.run_app(app, sock=free_listener(), print=None)


# --- tornado

def tornado_client(url):
    from tornado.websocket import websocket_connect

    async def talk():
        peer = await websocket_connect(url)
        for message in MESSAGES:
            await peer.write_message(message, binary=isinstance(message, bytes))
            check(message, await peer.read_message())
        peer.close(1000)
        assert await peer.read_message() is None
    asyncio.run(talk())


def tornado_server():
    from tornado.httpserver import HTTPServer
    from tornado.web import Application
    from tornado.websocket import WebSocketHandler

    class Echo(WebSocketHandler):
        def on_message(self, message):
            self.write_message(message, binary=isinstance(message, bytes))

    async def serve():
        server = HTTPServer(Application([("/.*", Echo)]))
        listener = free_listener()
        listener.setblocking(False)
        server.add_socket(listener)
        await asyncio.Event().wait()
    asyncio.run(serve())


# --- websocket-client: a client only

def websocket_client_client(url):
    import websocket
    peer = websocket.create_connection(url, timeout=20)
    for message in MESSAGES:
        (peer.send if isinstance(message, str) else peer.send_binary)(message)
        check(message, peer.recv())
    peer.close()


# --- picows

def picows_client(url):
    from picows import WSListener, WSMsgType, ws_connect

    class Checker(WSListener):
        def __init__(self):
            self.left = list(MESSAGES)
            self.fault = None

        def on_ws_connected(self, transport):
            self.send_next(transport)

        def send_next(self, transport):
            if not self.left:
                transport.send_close(1000)
            elif isinstance(self.left[0], str):
                transport.send(WSMsgType.TEXT, self.left[0].encode())
            else:
                transport.send(WSMsgType.BINARY, self.left[0])

        def on_ws_frame(self, transport, frame):
            if frame.msg_type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                transport.disconnect()
                return
            wanted = self.left.pop(0)
            text = isinstance(wanted, str)
            try:
                check(wanted, frame.get_payload_as_utf8_text() if text
                      else frame.get_payload_as_bytes())
            except AssertionError as fault:
                self.fault = fault
            self.send_next(transport)

    async def talk():
        transport, listener = await ws_connect(Checker, url)
        await transport.wait_disconnected()
        assert not listener.left and not listener.fault, listener.fault
    asyncio.run(talk())


def picows_server():
    from picows import WSListener, WSMsgType, ws_create_server

    class Echo(WSListener):
        def __init__(self):
            self.kind, self.whole = None, b""

        def on_ws_frame(self, transport, frame):
            if frame.msg_type == WSMsgType.CLOSE:
                transport.send_close(frame.get_close_code(), frame.get_close_message())
                transport.disconnect()
            elif frame.msg_type == WSMsgType.PING:
                transport.send_pong(frame.get_payload_as_bytes())
            elif frame.msg_type != WSMsgType.PONG:
                if frame.msg_type != WSMsgType.CONTINUATION:
                    self.kind = frame.msg_type
                self.whole += frame.get_payload_as_bytes()
                if frame.fin:
                    transport.send(self.kind, self.whole)
                    self.whole = b""

    async def serve():
        server = await ws_create_server(lambda request: Echo(), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()
    asyncio.run(serve())


# --- servers of ASGI and WSGI

async def asgi_echo(scope, receive, send):
    if scope["type"] != "websocket":
        return
    while True:
        event = await receive()
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif event["type"] == "websocket.receive":
            kind = "text" if event.get("text") is not None else "bytes"
            await send({"type": "websocket.send", kind: event[kind]})
        else:
            return


def uvicorn_server(implementation="websockets"):
    import uvicorn
    listener = free_listener()
    config = uvicorn.Config(asgi_echo, log_level="error", lifespan="off", ws=implementation)
    uvicorn.Server(config).run(sockets=[listener])


def hypercorn_server():
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    listener = free_listener()
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.websocket_max_message_size = 64 * 1024 * 1024
    asyncio.run(serve(asgi_echo, config))


def gevent_websocket_server():
    from gevent import pywsgi
    from geventwebsocket.handler import WebSocketHandler

    def echo(environ, start_response):
        peer = environ["wsgi.websocket"]
        while (message := peer.receive()) is not None:
            peer.send(message, binary=not isinstance(message, str))
        return []

    server = pywsgi.WSGIServer(("127.0.0.1", 0), echo, handler_class=WebSocketHandler, log=None)
    server.start()
    print(server.server_port, flush=True)
    server.serve_forever()


# --- simple-websocket

def simple_websocket_client(url):
    from simple_websocket import Client
    peer = Client(url)
    for message in MESSAGES:
        peer.send(message)
        check(message, peer.receive(timeout=20))
    peer.close()


# --- trio-websocket

def trio_websocket_client(url):
    import trio
    from trio_websocket import open_websocket_url

    async def talk():
        async with open_websocket_url(url) as peer:
            for message in MESSAGES:
                await peer.send_message(message)
                check(message, await peer.get_message())
    trio.run(talk)


def trio_websocket_server():
    import trio
    from trio_websocket import ConnectionClosed, serve_websocket

    async def echo(request):
        peer = await request.accept()
        try:
            while True:
                await peer.send_message(await peer.get_message())
        except ConnectionClosed:
            pass

    async def serve():
        async with trio.open_nursery() as nursery:
            server = await nursery.start(serve_websocket, echo, "127.0.0.1", 0, None)
            print(server.port, flush=True)
    trio.run(serve)


# --- autobahn (on asyncio)

def autobahn_server():
    from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol

    class Echo(WebSocketServerProtocol):
        def onMessage(self, payload, isBinary):
            self.sendMessage(payload, isBinary)

    async def serve():
        factory = WebSocketServerFactory()
        factory.protocol = Echo
        server = await asyncio.get_running_loop().create_server(factory, sock=free_listener())
        await server.serve_forever()
    asyncio.run(serve())


if __name__ == "__main__":
    program, role, *rest = sys.argv[1:]
    globals()[f"{program.replace('-', '_')}_{role}"](*rest)
