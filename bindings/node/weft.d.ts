// SPDX-License-Identifier: MIT
// The interface of weft.js. Times are in milliseconds; Infinity turns a timeout off. The pages
// "Timeouts and limits" and "TLS" of Weft's documentation describe the options and their defaults.

import { EventEmitter } from 'events';

export type Binary = ArrayBufferView | ArrayBuffer;

/** The version of the library, and what it was built with. */
export const version: string;
export const hasTls: boolean;
export const hasCompression: boolean;

/**
 * What `send` returns. `backed-up`: the message was queued; `drain` follows. `dropped`: the queue
 * is full, and nothing was sent; `drain` follows. `closed`: nothing was sent, because the
 * connection is not open.
 */
export type SendResult = 'accepted' | 'backed-up' | 'dropped' | 'closed';

/** An error of Weft (a `WEFT_E_` name of `weft.h`) or of the system (such as `ECONNREFUSED`). */
export interface WeftError extends Error {
    code: string;
    /** The number of this error in the C interface. */
    errno: number;
    /** Set if the event `error` of a connection emits this. */
    report?: Report;
}

/** How a connection ended. */
export interface Report {
    /** `null` after a complete closing handshake. */
    error: WeftError | null;
    /** True if there was no error, and both sides have sent a close frame. */
    clean: boolean;
    /** The close code; 1006 if there was no close frame. */
    code: number;
    reason: string;
    /** The status of the HTTP response; 0 if there was none. */
    httpStatus: number;
    /** The phase in which the connection ended. */
    phase: 'resolve' | 'connect' | 'proxy' | 'tls' | 'http' | 'websocket';
    /** Which side ended the connection. */
    began: 'local' | 'peer' | 'system';
    /** More about the error, such as a certificate's subject; often empty. */
    detail: string;
    /** One line for logs. */
    text: string;
}

export interface ConnectionOptions {
    /** Limit on a received message, in bytes; default 16 MiB. */
    messageSizeMax?: number;
    /** Limit on queued output, in bytes; default 1 MiB. */
    queueSizeMax?: number;
    /** What happens if the peer reads too slowly; default `pause`: Weft stops reading from it. */
    whenFull?: 'pause' | 'drop' | 'close';
    /** Offers or accepts permessage-deflate; see `hasCompression`. */
    compression?: boolean;
    /** Keeps the request or response, so that `header` works after `open`, too. */
    keepHandshake?: boolean;
    handshakeTimeout?: number;
    closeTimeout?: number;
    idleTimeout?: number;
    pingInterval?: number;
    pongTimeout?: number;
    writeStallTimeout?: number;
    messageTimeout?: number;
}

/** Certificates, keys and issuers are PEM, in a file or as text; files take precedence. */
export interface TlsOptions {
    certificateFile?: string;
    keyFile?: string;
    certificate?: string;
    key?: string;
    keyPassword?: string;
    /** Trusted issuers. Client: instead of the system's. Server: of client certificates. */
    issuersFile?: string;
    issuers?: string;
    /** Server: whether it asks clients for certificates. */
    clientCertificates?: 'ignored' | 'wanted' | 'required';
    /** Client: turns verification off, so that an attacker can read and change everything. */
    acceptAnyCertificate?: boolean;
}

export type Headers = Record<string, string | string[]>;

export interface ConnectOptions extends ConnectionOptions {
    /** In order of preference. */
    subprotocols?: string[];
    /** Fails if the server selects none of them. */
    subprotocolRequired?: boolean;
    headers?: Headers;
    resolveTimeout?: number;
    connectTimeout?: number;
    proxyTimeout?: number;
    tlsTimeout?: number;
    /** Connects to this address, such as `unix:/run/app.sock` or `127.0.0.1:9001`. */
    via?: string;
    /** `http://user:password@host:port` or `socks5://...`. */
    proxy?: string;
    redirectsMax?: number;
    /** For `wss:`; the default trusts the system's issuers. */
    tls?: TlsOptions;
}

/**
 * What `validate` returns. `false` rejects the handshake with 403, and an object with a `status` from
 * 400 to 599 rejects it with that status. `true`, `undefined` and other objects accept it; without a
 * subprotocol, the route's is selected. Anything else is an error.
 */
export type Verdict = boolean | void
    | { subprotocol?: string; headers?: Headers; status?: number; body?: string };

export interface RouteOptions extends ConnectionOptions {
    /** Clients that offer this subprotocol get this route. */
    subprotocol?: string;
    /**
     * Called when a handshake arrives. If it throws or rejects, or its answer is an error, the
     * client gets 500.
     */
    validate?(request: Connection): Verdict | Promise<Verdict>;
}

export interface ListenOptions {
    /** A numeric address or `localhost`; default 127.0.0.1. */
    host?: string;
    /** 0, the default, lets the system choose. */
    port?: number;
    /** Used instead of `host` and `port`: `unix:/run/app.sock`, `unix:@abstract`, `[::1]:80`. */
    at?: string;
    tls?: TlsOptions;
    backlog?: number;
    reusePort?: boolean;
    ipv6Only?: boolean;
}

export interface ConnectionEvents {
    /** The handshake is complete. On a server, the route's listener is called instead. */
    open: [];
    /** A whole message: a string for text, a Buffer for binary. */
    message: [message: string | Buffer];
    /** All queued output has been written, after `send` returned `backed-up` or `dropped`. */
    drain: [];
    /** A pong of the peer, with its payload: usually that of a `ping`. */
    pong: [payload: Buffer];
    /** An open connection has ended. */
    close: [code: number, reason: string, report: Report];
    /** A client's connection ended before it was open. */
    error: [error: WeftError];
}

export class Connection extends EventEmitter {
    private constructor();
    readonly readyState: 'connecting' | 'open' | 'closing' | 'closed';
    /** The server that accepted the connection; `null` for a client's connection. */
    readonly server: Server | null;
    readonly path: string;
    /** The query of the request, without the question mark. */
    readonly query: string;
    readonly subprotocol: string;
    readonly remoteAddress: string;
    readonly secure: boolean;
    /** Size of the queued output, in bytes. */
    readonly queuedBytes: number;

    /** Returns a header of the handshake, or `undefined`. Works until `open` has been emitted. */
    header(name: string): string | undefined;
    /** Sends a string as text, or bytes as binary. Copies the message. */
    send(message: string | Binary): SendResult;
    /** Sends a ping with at most 125 bytes. */
    ping(payload?: string | Binary): SendResult;
    /**
     * Begins the closing handshake. Aborts a connection that is not open yet. At most 123 bytes of
     * `reason` are sent.
     */
    close(code?: number, reason?: string): void;
    /** Ends the connection at once; `close` or `error` follows. */
    abort(): void;
    /** Stops reading from the peer. Before `open` has been emitted, takes effect then. */
    pause(): this;
    resume(): this;
    ref(): this;
    /** Lets the program end while this connection is open. */
    unref(): this;

    on<Name extends keyof ConnectionEvents>(
        name: Name, listener: (...values: ConnectionEvents[Name]) => void): this;
    on(name: string | symbol, listener: (...values: any[]) => void): this;
    once<Name extends keyof ConnectionEvents>(
        name: Name, listener: (...values: ConnectionEvents[Name]) => void): this;
    once(name: string | symbol, listener: (...values: any[]) => void): this;
}

export class Server extends EventEmitter {
    constructor();
    /** The port at which the server listens; 0 if there is none. */
    readonly port: number;
    readonly connectionCount: number;

    /** Serves requests for `path`. A final `*` matches all paths with that prefix. */
    route(path: string, listener: (peer: Connection) => void): this;
    route(path: string, options: RouteOptions, listener: (peer: Connection) => void): this;
    /** Begins to listen; throws a WeftError. May be called for several addresses. */
    listen(options?: ListenOptions): this;
    /**
     * Stops listening, closes all connections with 1001, and aborts those that are left after
     * `within`, by default 5000. When all have ended, emits `close`, and the promise resolves. The
     * server cannot be used again.
     */
    close(within?: number): Promise<void>;
    ref(): this;
    /** Lets the program end while this server listens. Its connections still keep it running. */
    unref(): this;
}

/** Opens a connection to a `ws:` or `wss:` URI. */
export function connect(uri: string, options?: ConnectOptions): Connection;

/** Starts a server with one route: `path`, by default all paths. */
export function serve(
    options: RouteOptions & ListenOptions & { path?: string },
    listener: (peer: Connection) => void): Server;
