// SPDX-License-Identifier: MIT
// The binding for Node.js against itself: node --expose-gc node_test.js, with WEFT_NODE set.

'use strict';

const assert = require('assert');
const { execFile, execFileSync } = require('child_process');
const { once } = require('events');
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');
const { promisify } = require('util');
const vm = require('vm');
const { after, test } = require('node:test');
const { Worker } = require('worker_threads');

const folder = path.join(__dirname, '../../bindings/node');
const weft = require(path.join(folder, 'weft.js'));
const limit = { timeout: 100000 };

// Ends this program even if a failed test has left something open.
after(() => { setTimeout(() => process.exit(), 1000).unref(); });

function echo(peer) {
    peer.on('message', (message) => {
        if (message === 'end') peer.close(4001, 'as you said');
        else peer.send(message);
    });
}

const uriOf = (server, where = '/') => `ws://127.0.0.1:${server.port}${where}`;

async function connected(server, options = {}, where = '/') {
    const peer = weft.connect(uriOf(server, where), options);
    await once(peer, 'open');
    return peer;
}

async function exchanged(peer, message) {
    assert.strictEqual(peer.send(message), 'accepted');
    return (await once(peer, 'message'))[0];
}

/** Runs a program with the binding as `weft`; returns its output, its errors and its exit code. */
function program(source) {
    const whole = `const weft = require(${JSON.stringify(path.join(folder, 'weft.js'))});${source}`;
    return promisify(execFile)(process.execPath, ['-e', whole], { timeout: 90000 })
        .then((done) => ({ ...done, code: 0 }), (error) => error);
}

test('text and bytes are echoed', limit, async () => {
    const server = weft.serve({ subprotocol: 'v1' }, echo);
    const options = { subprotocols: ['v0', 'v1'], headers: { 'X-Test': ['yes', 'no'] } };
    const peer = await connected(server, options, '/a?b=c');
    assert.deepStrictEqual([peer.subprotocol, peer.path, peer.query], ['v1', '/a', 'b=c']);
    assert.strictEqual(peer.remoteAddress, `127.0.0.1:${server.port}`);
    for (const message of ['grüße', '', 'a\0b', Buffer.from([0, 1]), Buffer.alloc(0)]) {
        assert.deepStrictEqual(await exchanged(peer, message), message);
    }
    const views = [new Uint16Array([1, 2]), new DataView(new ArrayBuffer(3), 1), new ArrayBuffer(2),
        new Uint8Array([1, 2, 3]).subarray(1), vm.runInNewContext('new ArrayBuffer(5)'),
        vm.runInNewContext('new BigUint64Array(2)'), new Float32Array(new SharedArrayBuffer(8))];
    const sizes = [4, 2, 2, 2, 5, 16, 8];
    for (const [index, view] of views.entries()) {
        assert.strictEqual((await exchanged(peer, view)).length, sizes[index]);
    }
    for (const message of [1, null, undefined, [1], {}, new SharedArrayBuffer(1)]) {
        assert.throws(() => peer.send(message), TypeError);
        if (message !== undefined) assert.throws(() => peer.ping(message), TypeError);
    }
    peer.ping('are you there');
    assert.strictEqual(String((await once(peer, 'pong'))[0]), 'are you there');
    await server.close();
});

test('both sides see the close code and the reason', limit, async () => {
    let seen;
    const server = weft.serve({}, (peer) => {
        echo(peer);
        seen = once(peer, 'close');
    });
    const peer = await connected(server);
    peer.send('end');
    const [code, reason, report] = await once(peer, 'close');
    assert.deepStrictEqual([code, reason], [4001, 'as you said']);
    assert.deepStrictEqual([report.error, report.clean, report.phase, report.began],
        [null, true, 'websocket', 'peer']);
    assert.strictEqual((await seen)[2].began, 'local');
    assert.strictEqual(peer.readyState, 'closed');
    assert.strictEqual(peer.send('late'), 'closed');
    assert.strictEqual(peer.ping(), 'closed');
    peer.close();
    peer.abort();
    peer.pause();
    assert.throws(() => peer.close(1006), TypeError);
    await server.close();
});

test('an end without a close frame is 1006 with an error', limit, async () => {
    const server = weft.serve({}, (peer) => peer.on('message', () => peer.abort()));
    const peer = await connected(server);
    peer.send('x');
    const [code, , report] = await once(peer, 'close');
    assert.deepStrictEqual([code, report.clean], [1006, false]);
    assert.ok(report.error.code);
    await server.close();
});

test('shutdown closes with 1001, and may be called in a callback and twice', limit, async () => {
    const server = weft.serve({}, (peer) => {
        peer.on('message', () => server.close());
    });
    const peer = await connected(server);
    assert.strictEqual(server.connectionCount, 1);
    peer.send('now');
    assert.strictEqual((await once(peer, 'close'))[0], 1001);
    await server.close();
    assert.throws(() => server.listen(), { code: 'WEFT_E_BAD_ARGUMENT' });
    assert.strictEqual(server.connectionCount, 0);
});

test('the promise of close depends on no listener', limit, async () => {
    const server = weft.serve({}, echo);
    const closed = server.close();
    server.removeAllListeners();
    await closed;
});

test('a connection can be paused before it is open', limit, async () => {
    const server = weft.serve({
        validate: (request) => { request.pause(); },
    }, (peer) => {
        echo(peer);
        peer.send('first');
        setImmediate(() => setImmediate(() => peer.resume()));
    });
    const peer = weft.connect(uriOf(server)).pause();
    const received = [];
    peer.on('message', (message) => received.push(message));
    await once(peer, 'open');
    peer.send('second');
    for (let turn = 0; turn < 20; ++turn) await new Promise(setImmediate);
    assert.deepStrictEqual(received, []);
    peer.resume();
    while (received.length < 2) await once(peer, 'message');
    assert.deepStrictEqual(received, ['first', 'second']);
    await server.close();
});

test('failures are errors with codes', limit, async () => {
    const failure = async (uri, options) => {
        const [error] = await once(weft.connect(uri, options), 'error');
        return error;
    };
    const taken = net.createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address();
    assert.throws(() => new weft.Server().listen({ port }), { code: 'EADDRINUSE' });
    taken.close();
    await once(taken, 'close');
    const refused = await failure(`ws://127.0.0.1:${port}/`);
    assert.deepStrictEqual([refused.code, refused.report.phase], ['ECONNREFUSED', 'connect']);
    assert.strictEqual((await failure('http://127.0.0.1/')).code, 'WEFT_E_UNSUPPORTED_SCHEME');
    assert.throws(() => weft.serve({ host: 'nonsense' }, echo), { code: 'WEFT_E_NO_RESOLVER' });
    const server = weft.serve({ path: '/only' }, echo);
    const missing = await failure(uriOf(server, '/other'));
    assert.deepStrictEqual([missing.code, missing.report.httpStatus], ['WEFT_E_NOT_UPGRADED', 404]);
    const wrong = [{ nonsense: 1 }, { messageSizeMax: -1 }, { idleTimeout: 0 }, { headers: 'x' },
        { subprotocols: ['a\0b'] }, { subprotocols: Array(1) }, { whenFull: 'never' }];
    for (const options of wrong) {
        assert.throws(() => weft.connect(uriOf(server), options), TypeError);
    }
    assert.throws(() => weft.connect('ws://127.0.0.1/\0'), TypeError);
    const peer = await connected(server, { idleTimeout: Infinity }, '/only');
    assert.throws(() => peer.send(1), TypeError);
    const late = weft.connect(uriOf(server, '/only'));
    late.abort();
    assert.strictEqual((await once(late, 'error'))[0].code, 'WEFT_E_ABORTED');
    await server.close();
});

test('validate rejects and accepts, now and later', limit, async () => {
    const server = new weft.Server();
    server.route('/now', { validate: (request) => request.header('X-Key') === 'right' }, echo);
    server.route('/later', {
        async validate(request) {
            await new Promise(setImmediate);
            if (request.query === '') return { status: 401, body: 'who are you?' };
            return { subprotocol: 'v2', headers: { 'X-Own': 'yes' } };
        },
    }, echo);
    server.listen();
    const status = async (where, options) => {
        const [error] = await once(weft.connect(uriOf(server, where), options), 'error');
        return error.report.httpStatus;
    };
    assert.strictEqual(await status('/now'), 403);
    assert.strictEqual(await status('/later'), 401);
    const first = await connected(server, { headers: { 'X-Key': 'right' } }, '/now');
    assert.strictEqual(await exchanged(first, 'x'), 'x');
    const second = await connected(server, { subprotocols: ['v1', 'v2'] }, '/later?me');
    assert.strictEqual(second.subprotocol, 'v2');
    assert.strictEqual(await exchanged(second, 'x'), 'x');
    const gone = weft.connect(uriOf(server, '/later')); // has gone when the answer comes
    gone.on('error', () => {});
    await new Promise(setImmediate);
    gone.abort();
    await server.close();
});

test('a wrong answer of validate never accepts', limit, async () => {
    const answers = ['401', 'null', '"no"', '{ status: 200 }', '{ code: 401 }'];
    const programs = answers.flatMap((answer) => [answer, `Promise.resolve(${answer})`]);
    const outcomes = await Promise.all(programs.map((answer) => program(`
        process.on('uncaughtException', (error) => console.log(error.name));
        const server = weft.serve({ validate: () => (${answer}) }, () => console.log('open'));
        const peer = weft.connect('ws://127.0.0.1:' + server.port + '/');
        peer.on('open', () => console.log('accepted'));
        peer.on('error', (error) => { console.log(error.report.httpStatus); server.close(); });`)));
    for (const [index, { stdout }] of outcomes.entries()) {
        assert.strictEqual(stdout, 'TypeError\n500\n', programs[index]);
    }
});

test('a slow reader holds up the sender, and nothing is lost', limit, async () => {
    const block = Buffer.alloc(64 * 1024, 'x');
    const count = 100;
    let sent = 0;
    const server = weft.serve({}, (peer) => {
        const more = () => {
            while (sent < count) {
                const result = peer.send(block);
                assert.notStrictEqual(result, 'closed');
                if (result !== 'dropped') ++sent;
                if (result !== 'accepted') return;
            }
        };
        peer.on('drain', more);
        more();
    });
    const peer = await connected(server);
    let received = 0;
    peer.on('message', (message) => {
        received += message.length;
        peer.pause();
        setImmediate(() => peer.resume());
        if (received === count * block.length) peer.close();
    });
    await once(peer, 'close');
    assert.strictEqual(received, count * block.length);
    assert.strictEqual(sent, count);
    await server.close();
});

test('connections that nobody refers to stay, and are collected after their end', limit, async () => {
    assert.ok(global.gc, 'start node with --expose-gc');
    const ended = [];
    const collected = [];
    const registry = new FinalizationRegistry((name) => collected.push(name));
    const server = weft.serve({}, (peer) => {
        registry.register(peer, 'server');
        peer.on('message', () => peer.close(4002));
    });
    for (let i = 0; i < 20; ++i) {
        const peer = weft.connect(uriOf(server));
        registry.register(peer, 'client');
        peer.on('open', () => setImmediate(() => peer.send('x')));
        peer.on('close', (code) => ended.push(code));
    }
    while (ended.length < 20) {
        global.gc();
        await new Promise(setImmediate);
    }
    assert.deepStrictEqual(ended, Array(20).fill(4002));
    await server.close();
    for (let turn = 0; turn < 1000 && collected.length < 38; ++turn) {
        global.gc();
        await new Promise(setImmediate);
    }
    assert.ok(collected.length >= 38, `only ${collected.length} of 40 were collected`);
});

test('many connections, and the loop has turns for others', limit, async () => {
    const server = weft.serve({}, echo);
    const peers = Array.from({ length: 50 }, () => weft.connect(uriOf(server)));
    await Promise.all(peers.map((peer) => once(peer, 'open')));
    let turns = 0;
    let going = true;
    const others = () => {
        ++turns;
        if (going) setImmediate(others);
    };
    others();
    let left = peers.length * 10;
    await new Promise((resolve) => {
        for (const peer of peers) {
            peer.send('x');
            peer.on('message', (message) => {
                if (--left === 0) resolve();
                else peer.send(message);
            });
        }
    });
    going = false;
    assert.ok(turns > 1);
    await server.close();
});

test('TLS', limit, async (context) => {
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'weft-'));
    context.after(() => fs.rmSync(place, { recursive: true }));
    const [key, certificate] = ['key.pem', 'cert.pem'].map((name) => path.join(place, name));
    if (!weft.hasTls) return context.skip('built without TLS');
    try {
        execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
            'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', certificate, '-days', '2',
            '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'],
        { stdio: 'ignore' });
    } catch {
        return context.skip('there is no openssl');
    }
    const tls = { certificateFile: certificate, keyFile: key };
    const server = weft.serve({ tls }, echo);
    const uri = `wss://127.0.0.1:${server.port}/`;
    const peer = weft.connect(uri, { tls: { issuers: fs.readFileSync(certificate, 'utf8') } });
    await once(peer, 'open');
    assert.strictEqual(peer.secure, true);
    assert.strictEqual(await exchanged(peer, 'x'), 'x');
    const [untrusted] = await once(weft.connect(uri), 'error');
    assert.deepStrictEqual([untrusted.code, untrusted.report.phase], ['WEFT_E_TLS', 'tls']);
    assert.throws(() => weft.serve({ tls: { certificateFile: path.join(place, 'none') } }, echo),
        (error) => error.code && error.message.includes('none'));
    await server.close();
    return undefined;
});

test('workers have loops of their own, and may end at any time', limit, async () => {
    const source = `
        const weft = require(${JSON.stringify(path.join(folder, 'weft.js'))});
        const { parentPort, workerData } = require('worker_threads');
        const server = weft.serve({}, (peer) => peer.on('message', (m) => peer.send(m)));
        const peer = weft.connect('ws://127.0.0.1:' + server.port + '/');
        peer.on('open', () => peer.send('x'));
        peer.on('message', async (m) => {
            parentPort.postMessage(m);
            if (workerData === 'close') await server.close();
            if (workerData === 'closing') {
                peer.pause(); // so that it does not answer
                server.close(Infinity);
                setImmediate(() => setImmediate(() => process.exit(5)));
            }
            if (workerData === 'exit') process.exit(3);
            if (workerData === 'throw') throw new Error('on purpose');
            if (workerData === 'spin') for (;;) peer.send(m);
        });`;
    const run = async (how) => {
        const worker = new Worker(source, { eval: true, workerData: how });
        const ended = once(worker, 'exit').catch((error) => error);
        const message = await once(worker, 'message').catch((error) => error);
        if (how !== 'throw') assert.deepStrictEqual(message, ['x']);
        if (how === 'terminate' || how === 'spin') await worker.terminate();
        return ended;
    };
    const ways = ['close', 'exit', 'throw', 'closing', 'terminate', 'spin'];
    const [closed, exited, thrown, closing] = await Promise.all(ways.map(run));
    assert.deepStrictEqual([closed[0], exited[0], thrown.message], [0, 3, 'on purpose']);
    assert.strictEqual(closing[0], 5);
});

test('programs end when nothing is open, and by uncaught exceptions', limit, async () => {
    const talk = 'const peer = weft.connect(`ws://127.0.0.1:${server.port}/`);';
    const [nothing, ended, unreferenced, thrown, caught, open] = await Promise.all([
        program(''),
        program(`const server = weft.serve({}, () => {}); ${talk}
            peer.on('open', () => peer.close());
            peer.on('close', (code) => { console.log(code); server.close(); });`),
        program(`const server = weft.serve({}, (one) => one.unref()).unref(); ${talk}
            peer.unref().ref().on('open', () => { console.log('open'); peer.unref(); });`),
        program(`const server = weft.serve({}, () => { throw new Error('on purpose'); }); ${talk}`),
        program(`process.on('uncaughtException', (error) => console.log(error.message));
            const server = weft.serve({}, () => { throw new Error('on purpose'); }); ${talk}
            peer.on('close', (code) => { console.log(code); server.close(); });`),
        program(`const server = weft.serve({}, () => {}); ${talk}
            peer.on('open', () => { console.log('open'); process.exit(4); });`),
    ]);
    assert.deepStrictEqual([nothing.code, nothing.stdout, nothing.stderr], [0, '', '']);
    assert.deepStrictEqual([ended.code, ended.stdout], [0, '1000\n']);
    assert.deepStrictEqual([unreferenced.code, unreferenced.stdout], [0, 'open\n']);
    assert.strictEqual(thrown.code, 1);
    assert.match(thrown.stderr, /on purpose/);
    assert.deepStrictEqual([caught.code, caught.stdout], [0, 'on purpose\n1011\n']);
    assert.deepStrictEqual([open.code, open.stdout], [4, 'open\n']);
});

test('the package has the version of the library', () => {
    assert.strictEqual(require(path.join(folder, 'package.json')).version, weft.version);
});

test('the program of the README runs', limit, async () => {
    const page = fs.readFileSync(path.join(folder, 'README.md'), 'utf8');
    const [, source] = /```js\n([^]*?)```/.exec(page);
    const done = await program(source.replace(/const weft = require.*\n/, ''));
    assert.deepStrictEqual([done.code, done.stdout, done.stderr], [0, 'hello\n', '']);
});
