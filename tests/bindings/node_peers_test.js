// SPDX-License-Identifier: MIT
// The binding for Node.js with the npm package ws and with Python's websockets, in both roles.
// Needs WEFT_NODE and WEFT_PEERS_DIR. If a peer is missing, prints the reason and exits with 77.

'use strict';

const assert = require('assert');
const { spawn, spawnSync } = require('child_process');
const { once } = require('events');
const path = require('path');
const { after, test } = require('node:test');
const WebSocket = require('ws');

const weft = require(path.join(__dirname, '../../bindings/node/weft.js'));
const python = path.join(process.env.WEFT_PEERS_DIR, 'venv/bin/python');
const limit = { timeout: 100000 };

if (spawnSync(python, ['-c', 'import websockets']).status !== 0) {
    console.log('skipped: the Python package websockets is missing; ./dev peers fetches it');
    process.exit(77);
}
after(() => { setTimeout(() => process.exit(), 1000).unref(); });

const messages = ['hello', '', 'grüße ☂ 🧵', Buffer.from([0, 255]), Buffer.alloc(0),
    Buffer.alloc(70000, 'x'), 'y'.repeat(70000)];

function echo(peer) {
    peer.on('message', (message) => peer.send(message));
}

/** Exchanges the messages with an echo, then closes and returns what was reported of that. */
async function exchange(peer) {
    await once(peer, 'open');
    for (const message of messages) {
        peer.send(message);
        assert.deepStrictEqual((await once(peer, 'message'))[0], message);
    }
    peer.close(4001, 'my reason');
    return once(peer, 'close');
}

async function listening(options) {
    const peers = new WebSocket.Server({ host: '127.0.0.1', port: 0, ...options });
    await once(peers, 'listening');
    return [peers, `ws://127.0.0.1:${peers.address().port}/`];
}

test('client, and a server of ws', limit, async () => {
    const [peers, uri] = await listening({ perMessageDeflate: weft.hasCompression });
    let ended;
    peers.on('connection', (peer) => {
        peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }));
        ended = once(peer, 'close');
    });
    for (const compression of [false, weft.hasCompression]) {
        const [code, , report] = await exchange(weft.connect(uri, { compression }));
        assert.deepStrictEqual([code, report.clean, report.began], [4001, true, 'local']);
        const [seen, reason] = await ended;
        assert.deepStrictEqual([seen, String(reason)], [4001, 'my reason']);
    }
    peers.close();
    await once(peers, 'close');
});

test('client, and the refusals of ws', limit, async () => {
    const verifyClient = (_, answer) => answer(false, 403, 'no');
    const [peers, uri] = await listening({ verifyClient });
    const [error] = await once(weft.connect(uri), 'error');
    assert.deepStrictEqual([error.code, error.report.httpStatus], ['WEFT_E_NOT_UPGRADED', 403]);
    peers.close();
    await once(peers, 'close');
});

test('server, and a client of ws', limit, async () => {
    const server = weft.serve({ subprotocol: 'v1', compression: weft.hasCompression }, echo);
    const peer = new WebSocket(`ws://127.0.0.1:${server.port}/`, ['v1']);
    await once(peer, 'open');
    assert.strictEqual(peer.protocol, 'v1');
    for (const message of messages) {
        peer.send(message);
        const [data, isBinary] = await once(peer, 'message');
        assert.deepStrictEqual(isBinary ? data : String(data), message);
    }
    peer.ping('payload');
    assert.strictEqual(String((await once(peer, 'pong'))[0]), 'payload');
    const ended = once(peer, 'close');
    await server.close();
    assert.strictEqual((await ended)[0], 1001);
});

test("client, and a server of Python's websockets", limit, async () => {
    const source = `
import asyncio, sys, websockets

async def echo(peer):
    try:
        async for message in peer:
            await peer.send(message)
    except websockets.ConnectionClosed:
        pass

async def main():
    async with websockets.serve(echo, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())`;
    const child = spawn(python, ['-c', source], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [port] = await once(child.stdout, 'data');
    const [code, , report] =
        await exchange(weft.connect(`ws://127.0.0.1:${String(port).trim()}/`));
    assert.deepStrictEqual([code, report.clean], [4001, true]);
    child.stdin.end();
    assert.deepStrictEqual((await once(child, 'exit'))[0], 0);
});

test("server, and a client of Python's websockets", limit, async () => {
    let seen;
    const server = weft.serve({}, (peer) => {
        echo(peer);
        seen = once(peer, 'close');
    });
    const source = `
import asyncio, sys, websockets

async def main():
    async with websockets.connect(sys.argv[1]) as peer:
        for message in ("hello", "", "grüße", bytes([0, 255]), b"", bytes(70000)):
            await peer.send(message)
            assert await peer.recv() == message
        await peer.close(4001, "my reason")

asyncio.run(main())`;
    const child = spawn(python, ['-X', 'utf8', '-c', source, `ws://127.0.0.1:${server.port}/`],
        { stdio: ['ignore', 'inherit', 'inherit'] });
    assert.deepStrictEqual((await once(child, 'exit'))[0], 0);
    const [code, reason] = await seen;
    assert.deepStrictEqual([code, reason], [4001, 'my reason']);
    await server.close();
});
