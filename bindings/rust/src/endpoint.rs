// SPDX-License-Identifier: MIT
//! Servers, clients, their options, and TLS.

use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::mem::size_of;
use std::os::raw::c_int;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::rc::Rc;
use std::time::Duration;

use crate::connection::{Endpoint, Handle};
use crate::error::{c_text, check, milliseconds, pointer, timeout, Error};
use crate::event_loop::{with_work, EventLoop};
use crate::ffi;
use crate::handlers::Handlers;

/// Returns the version of the library, such as `"0.9.0"`.
pub fn version() -> &'static str {
    // SAFETY: a constant of the library.
    unsafe { CStr::from_ptr(ffi::weft_version()) }
        .to_str()
        .unwrap_or("")
}

/// Returns true if the library has TLS. If not, it fails with `WEFT_E_NO_TLS`.
pub fn has_tls() -> bool {
    unsafe { ffi::weft_has_tls() != 0 }
}

/// Returns true if the library has compression. If not, asking for it is `WEFT_E_BAD_EXTENSION`.
pub fn has_compression() -> bool {
    unsafe { ffi::weft_has_compression() != 0 }
}

// --- options

/// What happens when the peer reads slower than this side writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// Weft stops reading from a peer that does not read its answers.
    #[default]
    Pause = 0,
    /// A send beyond the limit is dropped.
    Drop = 1,
    /// A send beyond the limit ends the connection with 1008.
    Close = 2,
}

/// Sizes are in bytes, and 0 is the default. For timeouts, `None` is the default, `Duration::MAX`
/// turns the timeout off, and `Duration::ZERO` is a millisecond.
#[derive(Clone, Debug, Default)]
pub struct ConnectionOptions {
    /// Of a received message; default 16 MiB.
    pub message_size_max: usize,
    /// Of queued output; default 1 MiB.
    pub queue_size_max: usize,
    pub when_full: WhenFull,
    /// Offer or accept permessage-deflate; see [`has_compression`].
    pub compression: bool,
    pub handshake_timeout: Option<Duration>,
    pub close_timeout: Option<Duration>,
    /// Default: never.
    pub idle_timeout: Option<Duration>,
    pub ping_interval: Option<Duration>,
    pub pong_timeout: Option<Duration>,
    pub write_stall_timeout: Option<Duration>,
    pub message_timeout: Option<Duration>,
    /// The path, query and headers can be read after `on_open` has returned.
    pub keep_handshake: bool,
}

impl ConnectionOptions {
    fn to_c(&self) -> ffi::ConnectionOptions {
        ffi::ConnectionOptions {
            struct_size: size_of::<ffi::ConnectionOptions>(),
            message_size_max: self.message_size_max,
            queue_size_max: self.queue_size_max,
            when_full: self.when_full as c_int,
            compression: self.compression.into(),
            handshake_timeout_ms: timeout(self.handshake_timeout),
            close_timeout_ms: timeout(self.close_timeout),
            idle_timeout_ms: timeout(self.idle_timeout),
            ping_interval_ms: timeout(self.ping_interval),
            pong_timeout_ms: timeout(self.pong_timeout),
            write_stall_timeout_ms: timeout(self.write_stall_timeout),
            message_timeout_ms: timeout(self.message_timeout),
            keep_handshake: self.keep_handshake.into(),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct RouteOptions<'a> {
    /// Clients that offer this subprotocol get the route; `None` serves all others.
    pub subprotocol: Option<&'a str>,
    pub connection: ConnectionOptions,
}

#[derive(Clone, Default)]
pub struct ConnectOptions<'a> {
    pub connection: ConnectionOptions,
    /// In order of preference.
    pub subprotocols: &'a [&'a str],
    /// Fail if the server selects none of them.
    pub subprotocol_required: bool,
    /// Names and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// Limits each of these phases: the resolution of the name, connecting, and the handshake of
    /// TLS. `ConnectionOptions::handshake_timeout` limits the opening handshake.
    pub timeout: Option<Duration>,
    /// Needed for `wss:`.
    pub tls: Option<&'a Tls>,
}

// --- TLS

/// The certificates for TLS, for any thread and any number of servers or connections. All files are
/// PEM.
pub struct Tls {
    raw: *mut ffi::Tls,
}

// SAFETY: the library allows loops of several threads to share a context.
unsafe impl Send for Tls {}
unsafe impl Sync for Tls {}

impl Tls {
    /// Reads a server's certificate, followed by those of its issuers, and its key. `None`: the key
    /// is in `certificate_file`.
    pub fn server(certificate_file: &Path, key_file: Option<&Path>) -> Result<Tls, Error> {
        let certificate_file = file_name(certificate_file, "certificate_file")?;
        let key_file = key_file
            .map(|file| file_name(file, "key_file"))
            .transpose()?;
        let options = ffi::TlsOptions {
            certificate_file: certificate_file.as_ptr(),
            key_file: pointer(&key_file),
            ..TLS_DEFAULTS
        };
        let mut raw = ptr::null_mut();
        check(unsafe { ffi::weft_tls_server_create(&options, &mut raw) })?;
        Ok(Tls { raw })
    }

    /// For a client that trusts the issuers in a file; `None`: those of the system.
    pub fn client(issuers_file: Option<&Path>) -> Result<Tls, Error> {
        let issuers_file = issuers_file
            .map(|file| file_name(file, "issuers_file"))
            .transpose()?;
        let options = ffi::TlsOptions {
            issuers_file: pointer(&issuers_file),
            ..TLS_DEFAULTS
        };
        let mut raw = ptr::null_mut();
        check(unsafe { ffi::weft_tls_client_create(&options, &mut raw) })?;
        Ok(Tls { raw })
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        unsafe { ffi::weft_tls_destroy(self.raw) }
    }
}

const TLS_DEFAULTS: ffi::TlsOptions = ffi::TlsOptions {
    struct_size: size_of::<ffi::TlsOptions>(),
    certificate_file: ptr::null(),
    key_file: ptr::null(),
    certificate: ptr::null(),
    key: ptr::null(),
    key_password: ptr::null(),
    issuers_file: ptr::null(),
    issuers: ptr::null(),
    client_certificates: 0,
    accept_any_certificate: 0,
};

fn file_name(path: &Path, what: &str) -> Result<CString, Error> {
    if path.as_os_str().is_empty() {
        return Err(Error::bad_argument(&format!("{what} is empty")));
    }
    c_text(path.as_os_str().as_bytes(), what)
}

fn optional(text: Option<&str>, what: &str) -> Result<Option<CString>, Error> {
    text.map(|text| c_text(text, what)).transpose()
}

fn raw_tls(tls: Option<&Tls>) -> *mut ffi::Tls {
    tls.map_or(ptr::null_mut(), |tls| tls.raw)
}

fn endpoint_on(event_loop: &EventLoop) -> Rc<Endpoint> {
    Rc::new(Endpoint {
        alive: Cell::new(true),
        loop_alive: event_loop.alive(),
    })
}

// --- the server

/// A server. Its drop ends its listeners and connections at once, without calls of their handlers;
/// [`shutdown`](Self::shutdown) closes them. The drop calls the `done` of a shutdown in progress.
pub struct Server {
    raw: *mut ffi::Server,
    endpoint: Rc<Endpoint>,
}

impl Server {
    pub fn new(on: &EventLoop) -> Result<Server, Error> {
        let mut raw = ptr::null_mut();
        check(unsafe { ffi::weft_server_create(on.raw(), &mut raw) })?;
        Ok(Server {
            raw,
            endpoint: endpoint_on(on),
        })
    }

    /// Serves requests for `path`; with a final `*`, for all paths with that prefix. Replaces an
    /// earlier route of the same path and subprotocol, whose handlers are kept until the drop.
    pub fn route(
        &self,
        path: &str,
        handlers: Handlers,
        options: &RouteOptions<'_>,
    ) -> Result<(), Error> {
        self.endpoint.check()?;
        let path = c_text(path, "the path")?;
        let subprotocol = optional(options.subprotocol, "the subprotocol")?;
        let connection = options.connection.to_c();
        handlers.pass_to(&self.endpoint, |handlers| unsafe {
            ffi::weft_server_route(
                self.raw,
                path.as_ptr(),
                pointer(&subprotocol),
                handlers,
                &connection,
            )
        })
    }

    /// Listens at a numeric address or `"localhost"`. Port 0 lets the system choose; returns the
    /// port.
    pub fn listen(&self, host: &str, port: u16, tls: Option<&Tls>) -> Result<u16, Error> {
        self.endpoint.check()?;
        let host = c_text(host, "the host")?;
        let options = ffi::ListenOptions {
            struct_size: size_of::<ffi::ListenOptions>(),
            tls: raw_tls(tls),
            backlog: 0,
            reuse_port: 0,
            ipv6_only: 0,
        };
        let mut bound = 0;
        check(unsafe {
            ffi::weft_server_listen(self.raw, host.as_ptr(), port, &options, &mut bound)
        })?;
        Ok(bound)
    }

    /// Ends all listeners; connections continue.
    pub fn stop_listening(&self) {
        if self.endpoint.check().is_ok() {
            unsafe { ffi::weft_server_stop_listening(self.raw) }
        }
    }

    /// Stops listening, closes connections with 1001, aborts those that are left after `within`,
    /// then calls `done`. If this server or its loop is dropped first, the drop calls `done`.
    pub fn shutdown(&self, within: Duration, done: impl FnOnce() + 'static) -> Result<(), Error> {
        self.endpoint.check()?;
        let within = milliseconds(within);
        with_work(Box::new(done), |call, user, release| unsafe {
            ffi::weft_server_shutdown(self.raw, within, Some(call), user, release)
        })
    }

    pub fn connection_count(&self) -> usize {
        if self.endpoint.check().is_err() {
            return 0;
        }
        unsafe { ffi::weft_server_connection_count(self.raw) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.endpoint.alive.set(false);
        unsafe { ffi::weft_server_destroy(self.raw) }
    }
}

// --- the client

/// A client with any number of connections. Its drop ends them at once, without calls of their
/// handlers, and calls the `done` of a shutdown in progress.
pub struct Client {
    raw: *mut ffi::Client,
    endpoint: Rc<Endpoint>,
}

impl Client {
    pub fn new(on: &EventLoop) -> Result<Client, Error> {
        let mut raw = ptr::null_mut();
        check(unsafe { ffi::weft_client_create(on.raw(), &mut raw) })?;
        Ok(Client {
            raw,
            endpoint: endpoint_on(on),
        })
    }

    /// Connects to a `ws:` or `wss:` URI. Calls `on_open` or `on_fail` later; `on_fail` also for a
    /// malformed URI.
    pub fn connect(
        &self,
        uri: &str,
        handlers: Handlers,
        options: &ConnectOptions<'_>,
    ) -> Result<Handle, Error> {
        self.endpoint.check()?;
        let uri = c_text(uri, "the URI")?;
        let connection = options.connection.to_c();
        let subprotocol = |name: &&str| c_text(*name, "a subprotocol");
        let names = options
            .subprotocols
            .iter()
            .map(subprotocol)
            .collect::<Result<Vec<_>, _>>()?;
        let name_pointers: Vec<_> = names.iter().map(|name| name.as_ptr()).collect();
        let line = |line: &(&str, &str)| {
            Ok((
                c_text(line.0, "the name of a header")?,
                c_text(line.1, "a header")?,
            ))
        };
        let lines = options
            .headers
            .iter()
            .map(line)
            .collect::<Result<Vec<_>, _>>()?;
        let headers: Vec<_> = lines
            .iter()
            .map(|(name, value)| ffi::Header {
                name: name.as_ptr(),
                value: value.as_ptr(),
            })
            .collect();
        let shown = ffi::ConnectOptions {
            struct_size: size_of::<ffi::ConnectOptions>(),
            connection: &connection,
            subprotocols: name_pointers.as_ptr(),
            subprotocol_count: name_pointers.len(),
            subprotocol_required: options.subprotocol_required.into(),
            headers: headers.as_ptr(),
            header_count: headers.len(),
            resolve_timeout_ms: timeout(options.timeout),
            connect_timeout_ms: timeout(options.timeout),
            proxy_timeout_ms: 0,
            tls_timeout_ms: timeout(options.timeout),
            via: ptr::null(),
            proxy: ptr::null(),
            tls: raw_tls(options.tls),
            redirects_max: 0,
        };
        let mut handle = ptr::null_mut();
        handlers.pass_to(&self.endpoint, |handlers| unsafe {
            ffi::weft_client_connect(self.raw, uri.as_ptr(), handlers, &shown, &mut handle)
        })?;
        Ok(Handle::from_raw(handle))
    }

    /// Like [`Server::shutdown`]. The client opens no connections afterwards.
    pub fn shutdown(&self, within: Duration, done: impl FnOnce() + 'static) -> Result<(), Error> {
        self.endpoint.check()?;
        let within = milliseconds(within);
        with_work(Box::new(done), |call, user, release| unsafe {
            ffi::weft_client_shutdown(self.raw, within, Some(call), user, release)
        })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.endpoint.alive.set(false);
        unsafe { ffi::weft_client_destroy(self.raw) }
    }
}
