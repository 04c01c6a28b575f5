// SPDX-License-Identifier: MIT
// Our server, and the client of the npm package ws.
// Usage: ws_server_test.js <folder of the programs>

'use strict';

const assert = require('assert');
const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { once } = require('events');
const WebSocket = require('ws');
const programs = require('./programs.js');

const folder = process.argv[2];
const MIB = 1024 * 1024;
let server;

async function dial(resource = '/', ...more) {
    const peer = new WebSocket(server.url + resource, ...more);
    // What comes with the handshake's last bytes must find somebody who listens.
    peer.received = [];
    peer.on('message', (data, isBinary) => {
        peer.received.push(isBinary ? data : String(data));
        peer.emit('taken');
    });
    peer.ended = once(peer, 'close');
    await once(peer, 'open');
    return peer;
}

async function receive(peer) {
    while (peer.received.length === 0) await once(peer, 'taken');
    return peer.received.shift();
}

async function hangUp(peer, ...how) {
    peer.close(...how);
    const [code, reason] = await peer.ended;
    return [code, String(reason)];
}

async function exchange(peer, message) {
    peer.send(message);
    assert.deepStrictEqual(await receive(peer), message);
}

const tests = {
    async 'texts and binaries are echoed'() {
        const peer = await dial();
        for (const message of ['hello', '', 'grüße ☂ 🧵', Buffer.from([0, 255]), Buffer.alloc(0)]) {
            await exchange(peer, message);
        }
        assert.deepStrictEqual(await hangUp(peer, 1000), [1000, '']);
    },

    async 'big messages are echoed'() {
        const peer = await dial();
        for (const size of [125, 126, 65535, 65536, MIB, 16 * MIB]) {
            await exchange(peer, crypto.randomBytes(size));
        }
        await exchange(peer, 'x'.repeat(MIB));
        await hangUp(peer);
    },

    async 'many messages in flight'() {
        const peer = await dial();
        for (let number = 0; number < 1000; ++number) peer.send(`message ${number}`);
        for (let number = 0; number < 1000; ++number) {
            assert.strictEqual(await receive(peer), `message ${number}`);
        }
        await hangUp(peer);
    },

    async 'sent fragments become one message'() {
        const peer = await dial();
        peer.send('a', { fin: false });
        peer.ping();
        peer.send('', { fin: false });
        peer.send('b'.repeat(70000), { fin: true });
        assert.strictEqual(await receive(peer), 'a' + 'b'.repeat(70000));
        await hangUp(peer);
    },

    async 'fragments come with pings between'() {
        const peer = await dial('/parts');
        let pings = 0;
        peer.on('ping', () => { ++pings; });
        await exchange(peer, 'y'.repeat(2500));
        assert.strictEqual(pings, 2);
        await hangUp(peer);
    },

    async 'pings both ways'() {
        const peer = await dial();
        peer.ping('payload');
        assert.strictEqual(String((await once(peer, 'pong'))[0]), 'payload');
        await hangUp(peer);
        const pinged = await dial('/ping');
        assert.strictEqual(await receive(pinged), 'are you there');
        await hangUp(pinged);
    },

    async 'client closes'() {
        assert.deepStrictEqual(await hangUp(await dial(), 4001, 'my reason'), [4001, '']);
        assert.deepStrictEqual(await hangUp(await dial()), [1005, '']);
    },

    async 'server closes'() {
        const peer = await dial('/close?code=4002&reason=see+you');
        const [code, reason] = await peer.ended;
        assert.deepStrictEqual([code, String(reason)], [4002, 'see you']);
    },

    async 'subprotocols'() {
        const peer = await dial('/chat', ['unknown', 'chat.v1', 'chat.v2']);
        assert.strictEqual(peer.protocol, 'chat.v1');
        await hangUp(peer);
    },

    async 'handshake rejected with its status'() {
        const peer = new WebSocket(`${server.url}/reject?status=401`);
        const [, response] = await once(peer, 'unexpected-response');
        assert.strictEqual(response.statusCode, 401);
        assert.strictEqual(response.headers['x-reason'], 'asked for');
        let body = '';
        for await (const part of response) body += part;
        assert.strictEqual(body, 'rejected as asked\n');
    },

    async 'handshake accepted later'() {
        const peer = await dial('/later');
        await exchange(peer, 'hello');
        await hangUp(peer);
    },

    async 'compression is declined'() {
        const peer = await dial('/', { perMessageDeflate: true });
        assert.strictEqual(peer.extensions, '');
        await hangUp(peer);
    },

    async 'server ends abruptly'() {
        const peer = await dial('/abort');
        peer.send('end');
        assert.strictEqual((await peer.ended)[0], 1006);
    },

    async 'client ends abruptly'() {
        const peer = await dial();
        peer.send('x'.repeat(MIB));
        peer.terminate();
        await peer.ended;
        const other = await dial();
        await exchange(other, 'still there');
        await hangUp(other);
    },

    async 'unix socket'() {
        const where = fs.mkdtempSync(path.join(os.tmpdir(), 'weft-'));
        const socket = path.join(where, 'socket');
        const local = await programs.startServer(folder, `unix:${socket}`);
        const peer = new WebSocket(`ws+unix:${socket}:/`);
        await once(peer, 'open');
        peer.send('hello');
        assert.strictEqual(String((await once(peer, 'message'))[0]), 'hello');
        peer.close();
        await once(peer, 'close');
        await local.stop();
        fs.rmSync(where, { recursive: true });
    },
};

async function main() {
    server = await programs.startServer(folder);
    await programs.runAll(tests);
    await server.stop();
}

main();
