// SPDX-License-Identifier: MIT
// Our client, and the server of the npm package ws.
// Usage: ws_client_test.js <folder of the programs>

'use strict';

const assert = require('assert');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');
const { once } = require('events');
const WebSocket = require('ws');
const programs = require('./programs.js');

const folder = process.argv[2];
const MIB = 1024 * 1024;

function echo(peer) {
    peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }));
}

/** Runs our client against a server of ws: `options` are the server's. */
async function talk(handler, args, options = {}) {
    const { where, ...serverOptions } = options;
    const web = http.createServer();
    const peers = new WebSocket.Server({ server: web, maxPayload: 64 * MIB, ...serverOptions });
    peers.on('connection', handler);
    web.listen(where || { host: '127.0.0.1', port: 0 });
    await once(web, 'listening');
    const url = where ? 'ws://localhost/' : `ws://127.0.0.1:${web.address().port}/a?b=c`;
    const run = await programs.runClient(folder, url, ...args);
    peers.close();
    web.close();
    await once(web, 'close');
    return run;
}

function expect(run, wanted) {
    for (const [key, value] of Object.entries({ exit: 0, ...wanted })) {
        assert.strictEqual(run[key], value, `${key} in ${JSON.stringify(run)}`);
    }
}

const tests = {
    async 'messages come back'() {
        expect(await talk(echo, ['text:hello', 'text:', 'text:grüße ☂ 🧵', 'binary:0', 'binary:125',
            'binary:126', 'binary:65535', 'binary:65536']),
        { clean: '1', sent: '1000 ', received: '1000 ' });
    },

    async 'big messages come back'() {
        expect(await talk(echo, [`binary:${MIB}`, `parts:${MIB}`, `binary:${16 * MIB}`]),
            { clean: '1' });
    },

    async 'sent fragments become one message'() {
        expect(await talk(echo, ['parts:10', 'parts:70000']), { clean: '1' });
    },

    async 'received fragments become one message'() {
        const inParts = (peer) => {
            peer.send('a', { fin: false });
            peer.ping();
            peer.send('', { fin: false });
            peer.send('bbb', { fin: true });
        };
        expect(await talk(inParts, ['receive:abbb']), { clean: '1' });
    },

    async 'pings both ways'() {
        const ping = (peer) => {
            peer.on('pong', (payload) => peer.send(String(payload)));
            peer.ping('payload');
        };
        expect(await talk(ping, ['receive:payload', 'ping:are you there']), { clean: '1' });
    },

    async 'client closes'() {
        let ended;
        const note = (peer) => {
            echo(peer);
            ended = once(peer, 'close');
        };
        expect(await talk(note, ['text:hello', 'close:4001:my reason']),
            { began: 'local', sent: '4001 my reason' });
        const [code, reason] = await ended;
        assert.deepStrictEqual([code, String(reason)], [4001, 'my reason']);
    },

    async 'server closes'() {
        expect(await talk((peer) => peer.close(4002, 'see you'), ['wait']),
            { began: 'peer', clean: '1', received: '4002 see you', sent: '4002 ' });
        expect(await talk((peer) => peer.close(), ['wait']),
            { began: 'peer', clean: '1', received: '1005 ' });
    },

    async 'server ends abruptly'() {
        const run = await talk((peer) => peer.terminate(), ['wait']);
        expect(run, { clean: '0', phase: 'WebSocket' });
        assert.ok(run.error);
    },

    async 'client ends abruptly'() {
        expect(await talk(echo, ['text:hello', 'abort']), { clean: '0', began: 'local' });
    },

    async 'subprotocols'() {
        const handleProtocols = (offered) => [...offered].at(-1);
        expect(await talk(echo, ['--subprotocol', 'chat.v1', '--subprotocol', 'chat.v2', 'text:hi'],
            { handleProtocols }), { open: 'chat.v2' });
    },

    async 'headers arrive'() {
        const tell = (peer, request) => peer.send(`${request.headers['x-own']} ${request.url}`);
        expect(await talk(tell, ['--header', 'X-Own:thread', 'receive:thread /a?b=c']),
            { clean: '1' });
    },

    async 'rejected handshake is reported'() {
        const verifyClient = (info, answer) => answer(false, 403, 'no');
        expect(await talk(echo, ['text:hello'], { verifyClient }),
            { exit: 1, phase: 'HTTP', began: 'peer', status: '403' });
    },

    async 'unix socket'() {
        const place = fs.mkdtempSync(path.join(os.tmpdir(), 'weft-'));
        const socket = path.join(place, 'socket');
        expect(await talk(echo, ['--via', `unix:${socket}`, 'text:hello', 'binary:70000'],
            { where: socket }), { clean: '1' });
        fs.rmSync(place, { recursive: true });
    },
};

programs.runAll(tests);
