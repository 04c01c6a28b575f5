// SPDX-License-Identifier: MIT
// WebSocket servers and clients for Node.js, over Weft's C interface in Node's own event loop.
// weft.d.ts describes the interface; weft_node.cpp is the native half.

'use strict';

const { EventEmitter } = require('events');
const os = require('os');
const path = require('path');
const { types } = require('util');

const native = load();

/**
 * Loads the add-on. A Node.js that contains its own OpenSSL exports its functions to add-ons. Weft
 * uses the system's OpenSSL, so the add-on must find that one first.
 */
function load() {
    const file = process.env.WEFT_NODE || path.join(__dirname, 'build', 'weft.node');
    const { RTLD_NOW, RTLD_DEEPBIND } = os.constants.dlopen;
    const sharesOpenSsl = process.config.variables.node_shared_openssl;
    const loaded = { exports: {} };
    process.dlopen(loaded, path.resolve(file), sharesOpenSsl ? RTLD_NOW : RTLD_NOW | RTLD_DEEPBIND);
    return loaded.exports;
}

const SEND_RESULTS = ['accepted', 'backed-up', 'dropped', 'closed'];
const NO_MEMORY = 4;
const PHASES = ['resolve', 'connect', 'proxy', 'tls', 'http', 'websocket'];
const SIDES = ['local', 'peer', 'system'];
const WHEN_FULL = ['pause', 'drop', 'close'];
const CLIENT_CERTIFICATES = ['ignored', 'wanted', 'required'];

// --- options

const text = (value) => typeof value === 'string' && !value.includes('\0');
const flag = (value) => typeof value === 'boolean';
const integer = (value) => Number.isSafeInteger(value) && value >= 0;
const size = (value) => integer(value) && value > 0;
const count = (value) => integer(value) && value < 2 ** 31;
const timeout = (value) => value === Infinity
    || (typeof value === 'number' && value > 0 && value <= Number.MAX_SAFE_INTEGER);
const texts = (value) => Array.isArray(value) && Array.from(value).every(text);
const object = (value) => typeof value === 'object' && value !== null;
const oneOf = (names) => ({ test: (value) => names.includes(value),
    change: (value) => names.indexOf(value) });

const CONNECTION = {
    messageSizeMax: size, queueSizeMax: size, whenFull: oneOf(WHEN_FULL), compression: flag,
    keepHandshake: flag, handshakeTimeout: timeout, closeTimeout: timeout, idleTimeout: timeout,
    pingInterval: timeout, pongTimeout: timeout, writeStallTimeout: timeout,
    messageTimeout: timeout,
};
const CONNECT = {
    ...CONNECTION, subprotocols: texts, subprotocolRequired: flag, headers: headers(),
    resolveTimeout: timeout, connectTimeout: timeout, proxyTimeout: timeout, tlsTimeout: timeout,
    via: text, proxy: text, redirectsMax: count, tls: object,
};
const ROUTE = {
    ...CONNECTION, subprotocol: text, validate: (value) => typeof value === 'function',
};
const LISTEN = {
    host: text, port: (value) => integer(value) && value < 65536, at: text, tls: object,
    backlog: count, reusePort: flag, ipv6Only: flag,
};
const TLS = {
    certificateFile: text, keyFile: text, certificate: text, key: text, keyPassword: text,
    issuersFile: text, issuers: text, clientCertificates: oneOf(CLIENT_CERTIFICATES),
    acceptAnyCertificate: flag,
};
const ACCEPT = { subprotocol: text, headers: headers() };

function headers() {
    const lines = (value) => Object.entries(value)
        .flatMap(([name, one]) => [one].flat().flatMap((each) => [name, each]));
    return { test: (value) => object(value) && lines(value).every(text), change: lines };
}

/** Checks the options, and returns them as the native half takes them. */
function checked(options, known) {
    if (!object(options)) throw new TypeError('the options must be an object');
    const made = {};
    for (const [name, value] of Object.entries(options)) {
        if (value === undefined) continue;
        if (!Object.hasOwn(known, name)) throw new TypeError(`there is no option ${name}`);
        const rule = known[name];
        if (!(rule.test || rule)(value)) {
            throw new TypeError(`the option ${name} has an invalid value`);
        }
        made[name] = rule.change ? rule.change(value) : value;
    }
    return made;
}

let clientTls; // for all clients without TLS options

function withClientTls(options, uri) {
    if (options.tls) return { ...options, tls: native.tls(checked(options.tls, TLS), false) };
    if (!native.hasTls || !(/^wss:/i.test(uri) || options.redirectsMax)) return options;
    clientTls = clientTls || native.tls({}, false);
    return { ...options, tls: clientTls };
}

// --- connections

class Connection extends EventEmitter {
    #native;
    #reads = true; // whether it reads, or will when it is open
    #details = { path: '', query: '', subprotocol: '', remoteAddress: '', secure: false };

    /** Not for applications: connections come from `connect` and from routes. */
    constructor(begin, server = null) {
        super();
        this.server = server;
        this.readyState = 'connecting';
        this.#native = begin(this);
    }

    get path() { return this.#details.path; }
    get query() { return this.#details.query; }
    get subprotocol() { return this.#details.subprotocol; }
    get remoteAddress() { return this.#details.remoteAddress; }
    get secure() { return this.#details.secure; }
    get queuedBytes() { return native.queuedBytes(this.#native); }

    header(name) {
        return native.header(this.#native, need(text, name, 'the name of a header'));
    }

    send(message) {
        const content = typeof message === 'string' ? message : bytesOf(message);
        return resultOf(native.send(this.#native, content));
    }

    ping(payload = '') {
        const content = typeof payload === 'string' ? Buffer.from(payload) : bytesOf(payload);
        return resultOf(native.ping(this.#native, content));
    }

    close(code = 1000, reason = '') {
        need(maySend, code, 'the close code');
        need(text, reason, 'the reason');
        if (this.readyState === 'open') this.readyState = 'closing';
        native.close(this.#native, code, reason);
    }

    abort() { native.abort(this.#native); }

    pause() { return this.#read(false); }
    resume() { return this.#read(true); }

    #read(on) {
        this.#reads = on;
        if (this.readyState !== 'connecting') native.read(this.#native, on);
        return this;
    }

    ref() { native.referenceConnection(this.#native, true); return this; }
    unref() { native.referenceConnection(this.#native, false); return this; }

    static describe(connection, details) { connection.#details = details; }

    static opened(connection, details) {
        connection.#details = details;
        connection.readyState = 'open';
        if (!connection.#reads) native.read(connection.#native, false);
        connection.emit('open');
    }
}

/** The bytes of a message as the native half takes them, without a copy. */
function bytesOf(value) {
    if (types.isUint8Array(value)) return value;
    if (ArrayBuffer.isView(value)) {
        return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    }
    if (types.isArrayBuffer(value)) return new Uint8Array(value);
    throw new TypeError('a message must be a string, a Buffer, a view or an ArrayBuffer');
}

/** Returns true for a code that a close frame may have. RFC 6455 section 7.4. */
function maySend(code) {
    return Number.isInteger(code) && ((code >= 1000 && code <= 1014 && ![1004, 1005, 1006]
        .includes(code)) || (code >= 3000 && code <= 4999));
}

function need(test, value, what) {
    if (!test(value)) throw new TypeError(`${what} is invalid`);
    return value;
}

function resultOf(number) {
    if (number === NO_MEMORY) throw new RangeError('out of memory');
    return SEND_RESULTS[number];
}

function connect(uri, options = {}) {
    need(text, uri, 'the URI');
    const given = withClientTls(checked(options, CONNECT), uri);
    return new Connection((connection) => native.connect(connection, uri, given));
}

// --- servers

class Server extends EventEmitter {
    #native = native.createServer(this);
    #routes = [];
    #closed = null; // the promise of `close`
    #resolve;

    constructor() {
        super();
        this.port = 0;
    }

    get connectionCount() { return native.connectionCount(this.#native); }

    route(where, options, listener) {
        if (typeof options === 'function') return this.route(where, {}, options);
        need(text, where, 'the path');
        need((value) => typeof value === 'function', listener, 'the listener');
        native.route(this.#native, this.#routes.length, where, checked(options, ROUTE));
        this.#routes.push({ listener, validate: options.validate });
        return this;
    }

    listen(options = {}) {
        const given = { host: '127.0.0.1', port: 0, ...checked(options, LISTEN) };
        if (given.tls) given.tls = native.tls(checked(given.tls, TLS), true);
        const port = native.listen(this.#native, given);
        if (!given.at) this.port = port;
        return this;
    }

    close(within = 5000) {
        need((value) => timeout(value) || value === 0, within, 'the time');
        if (!this.#closed) {
            native.shutdown(this.#native, Math.min(Math.ceil(within), Number.MAX_SAFE_INTEGER));
            this.#closed = new Promise((resolve) => { this.#resolve = resolve; });
        }
        return this.#closed;
    }

    ref() { native.referenceServer(this.#native, true); return this; }
    unref() { native.referenceServer(this.#native, false); return this; }

    static validate(server, index, handle, details) {
        const { listener, validate } = server.#routes[index];
        const verdict = validate(connectionOf(server, handle, details, listener));
        if (typeof verdict?.then !== 'function') {
            answer(handle, verdict);
            return;
        }
        native.defer(handle);
        Promise.resolve(verdict).then((late) => answer(handle, late)).catch((error) => {
            answer(handle, { status: 500 });
            throw error; // as an unhandled rejection
        });
    }

    static open(server, index, handle, details) {
        const connection = connectionOf(server, handle, details, server.#routes[index].listener);
        Connection.opened(connection, details);
    }

    static closed(server) {
        server.#resolve();
        server.emit('close');
    }
}

/** Makes the object of a server's connection. The route's listener is called first on `open`. */
function connectionOf(server, handle, details, listener) {
    const connection = new Connection((made) => {
        native.attach(handle, made);
        return handle;
    }, server);
    Connection.describe(connection, details);
    connection.once('open', () => listener(connection));
    return connection;
}

/** Answers a handshake with what `validate` has returned; only what is meant to accepts. */
function answer(handle, verdict) {
    try {
        let given = verdict;
        if (verdict === undefined || verdict === true) given = {};
        if (verdict === false) given = { status: 403 };
        need(object, given, 'what validate has returned');
        if (given.status !== undefined) {
            const { status, body = '' } = given;
            need((value) => integer(value) && value >= 400 && value < 600, status, 'the status');
            native.reject(handle, status, need(text, body, 'the body'));
        } else {
            native.accept(handle, checked(given, ACCEPT));
        }
    } catch (error) {
        if (error.code !== 'WEFT_E_NOT_OPEN') throw error; // the client has gone
    }
}

function serve(options, listener) {
    const server = new Server();
    const { path: where = '/*', ...rest } = options;
    const some = (test) => Object.fromEntries(Object.entries(rest).filter(([name]) => test(name)));
    server.route(where, some((name) => !Object.hasOwn(LISTEN, name)), listener);
    return server.listen(some((name) => Object.hasOwn(LISTEN, name)));
}

// --- events, in the order of the native half's enumeration

const EVENTS = [
    Server.validate,
    (target, ...more) => {
        if (target instanceof Server) {
            Server.open(target, ...more);
            return;
        }
        Connection.opened(target, more[0]);
    },
    (connection, message) => connection.emit('message', message),
    (connection) => connection.emit('drain'),
    (connection, payload) => connection.emit('pong', payload),
    (connection, report) => {
        connection.readyState = 'closed';
        connection.emit('close', report.code, report.reason, named(report));
    },
    (connection, report) => {
        connection.readyState = 'closed';
        const error = report.error || new Error(report.text);
        connection.emit('error', Object.assign(error, { report: named(report) }));
    },
    Server.closed,
];

function named(report) {
    return { ...report, phase: PHASES[report.phase], began: SIDES[report.began] };
}

native.setDispatch((event, target, ...more) => { EVENTS[event](target, ...more); });

module.exports = {
    Connection, Server, connect, serve, version: native.version, hasTls: native.hasTls,
    hasCompression: native.hasCompression,
};
