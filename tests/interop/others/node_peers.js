// SPDX-License-Identifier: MIT
// WebSocket programs of npm, each as a client that checks echoes and as a server that echoes:
// node_peers.js PROGRAM client URL | PROGRAM server. Resolves packages below NODE_PATH.

'use strict';

const http = require('http');

const MESSAGES = ['hello', 'grüße', Buffer.alloc(70000, 7)];

function check(sent, received) {
    const same = typeof sent === 'string' ? sent === String(received)
        : Buffer.compare(sent, Buffer.from(received)) === 0;
    if (!same) throw new Error('another message came back');
}

/** A client with the interface that browsers have. */
function browserLikeClient(Socket, url) {
    const left = [...MESSAGES];
    const peer = new Socket(url);
    peer.binaryType = 'arraybuffer';
    peer.onopen = () => peer.send(left[0]);
    peer.onmessage = (event) => {
        check(left.shift(), event.data);
        if (left.length) peer.send(left[0]);
        else peer.close(1000);
    };
    peer.onclose = (event) => process.exit(left.length === 0 && event.code === 1000 ? 0 : 1);
    peer.onerror = (event) => { console.error(event.message || event); };
}

function listen(web) {
    web.listen(0, '127.0.0.1', () => console.log(web.address().port));
    return web;
}

const roles = {
    'ws client': (url) => browserLikeClient(require('ws'), url),
    'ws server': () => {
        const { Server } = require('ws');
        new Server({ server: listen(http.createServer()) }).on('connection', (peer) => {
            peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }));
        });
    },
    'builtin client': (url) => browserLikeClient(WebSocket, url),
    'undici client': (url) => browserLikeClient(require('undici').WebSocket, url),
    'websocket client': (url) => browserLikeClient(require('websocket').w3cwebsocket, url),
    'websocket server': () => {
        const { server } = require('websocket');
        new server({ httpServer: listen(http.createServer()), autoAcceptConnections: true,
            maxReceivedFrameSize: 1 << 20 })
            .on('connect', (peer) => peer.on('message', (message) => {
                if (message.type === 'utf8') peer.sendUTF(message.utf8Data);
                else peer.sendBytes(message.binaryData);
            }));
    },
    'faye-websocket client': (url) => browserLikeClient(require('faye-websocket').Client, url),
    'faye-websocket server': () => {
        const Faye = require('faye-websocket');
        listen(http.createServer()).on('upgrade', (request, socket, body) => {
            const peer = new Faye(request, socket, body);
            peer.on('message', (event) => peer.send(event.data));
        });
    },
};

roles[`${process.argv[2]} ${process.argv[3]}`](process.argv[4]);
