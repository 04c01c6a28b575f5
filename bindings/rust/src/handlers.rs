// SPDX-License-Identifier: MIT
//! Handlers and reports, and the functions that C calls for a connection's events.

use std::fmt;
use std::os::raw::{c_int, c_void};
use std::ptr;
use std::rc::Rc;
use std::slice;

use crate::connection::{Connection, Endpoint, Message};
use crate::error::{check, copied, Error};
use crate::event_loop::{catch, into_user, release, shared};
use crate::ffi;

/// How a connection ended. `Display` writes one line for logs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// `None` after a complete closing handshake.
    pub error: Option<Error>,
    /// True if there was no error and both sides have sent a close frame.
    pub clean: bool,
    /// The close code; 1006 if there was no close frame.
    pub code: u16,
    /// The reason of the close frame.
    pub reason: String,
    /// The status of the HTTP response, 0 for none.
    pub http_status: u16,
    text: String,
}

impl Report {
    /// # Safety
    /// `from` must be what C has passed to a callback.
    unsafe fn from_c(from: *const ffi::Report) -> Report {
        let from = &*from;
        let failed = from.error != ffi::OK;
        Report {
            error: failed.then(|| Error::new(from.error, &copied(from.detail))),
            clean: from.clean != 0,
            code: from.code as u16,
            reason: String::from_utf8_lossy(bytes(from.reason.cast(), from.reason_size))
                .into_owned(),
            http_status: from.http_status as u16,
            text: copied(from.text),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.text)
    }
}

/// # Safety
/// `data` must be valid for `size` bytes, unless `size` is 0.
unsafe fn bytes<'a>(data: *const c_void, size: usize) -> &'a [u8] {
    if size == 0 {
        return &[];
    }
    slice::from_raw_parts(data.cast(), size)
}

// --- handlers

type PeerHandler = Box<dyn Fn(&Connection)>;
type MessageHandler = Box<dyn Fn(&Connection, Message<'_>)>;
type CloseHandler = Box<dyn Fn(&Connection, &Report)>;
type FailHandler = Box<dyn Fn(&Report)>;

/// Functions that are called for the events of a route's connections, or of a client's connection.
/// Each connection ends with one call of `on_close`, or of `on_fail` if it was never open.
#[derive(Default)]
pub struct Handlers {
    open: Option<PeerHandler>,
    message: Option<MessageHandler>,
    writable: Option<PeerHandler>,
    close: Option<CloseHandler>,
    fail: Option<FailHandler>,
}

impl Handlers {
    pub fn new() -> Handlers {
        Handlers::default()
    }

    /// Called when the handshake is complete.
    pub fn on_open(mut self, handler: impl Fn(&Connection) + 'static) -> Self {
        self.open = Some(Box::new(handler));
        self
    }

    /// Called with each whole message.
    pub fn on_message(mut self, handler: impl Fn(&Connection, Message<'_>) + 'static) -> Self {
        self.message = Some(Box::new(handler));
        self
    }

    /// Called when queued output has been written, after a send was `BackedUp` or `Dropped`.
    pub fn on_writable(mut self, handler: impl Fn(&Connection) + 'static) -> Self {
        self.writable = Some(Box::new(handler));
        self
    }

    /// Called when an open connection has ended.
    pub fn on_close(mut self, handler: impl Fn(&Connection, &Report) + 'static) -> Self {
        self.close = Some(Box::new(handler));
        self
    }

    /// Called when a connection ended before it was open.
    pub fn on_fail(mut self, handler: impl Fn(&Report) + 'static) -> Self {
        self.fail = Some(Box::new(handler));
        self
    }

    /// Calls `take` with handlers for C. If that fails, drops these.
    pub(crate) fn pass_to(
        self,
        endpoint: &Rc<Endpoint>,
        take: impl FnOnce(&ffi::Handlers) -> c_int,
    ) -> Result<(), Error> {
        let used = Used {
            handlers: self,
            endpoint: endpoint.clone(),
        };
        let mut shown = ffi::Handlers {
            struct_size: std::mem::size_of::<ffi::Handlers>(),
            user: ptr::null_mut(),
            release: Some(release::<Used>),
            open: Some(opened),
            message: used.handlers.message.as_ref().map(|_| received as _),
            writable: used.handlers.writable.as_ref().map(|_| drained as _),
            pong: None,
            close: Some(closed),
            fail: Some(failed),
            validate: None,
            http: None,
            interrupt: None,
        };
        shown.user = into_user(Rc::new(used));
        let result = check(take(&shown));
        if result.is_err() {
            unsafe { release::<Used>(shown.user) }; // a call that fails keeps nothing
        }
        result
    }
}

/// What `user` points to. C owns it until it calls `release`.
struct Used {
    handlers: Handlers,
    endpoint: Rc<Endpoint>,
}

/// Calls `action` with what `user` points to, unless its server or client was dropped: a destructor
/// that runs the loop inside of that drop could otherwise cause calls of handlers.
///
/// # Safety
/// `user` must be what C has passed to a callback.
unsafe fn with_used(user: *mut c_void, action: impl FnOnce(&Used)) {
    catch(|| {
        let used = shared::<Used>(user);
        if used.endpoint.alive.get() {
            action(&used);
        }
    });
}

/// Calls `action` with the handlers and the connection.
///
/// # Safety
/// `peer` and `user` must be what C has passed to a callback.
unsafe fn with_peer(
    peer: *mut ffi::Connection,
    user: *mut c_void,
    action: impl FnOnce(&Handlers, &Connection),
) {
    with_used(user, |used| {
        if let Some(connection) = Connection::of(peer) {
            action(&used.handlers, &connection);
        }
    });
}

unsafe extern "C" fn opened(peer: *mut ffi::Connection, user: *mut c_void) {
    with_used(user, |used| {
        let connection = Connection::open(peer, &used.endpoint);
        if let (Some(connection), Some(handler)) = (connection, &used.handlers.open) {
            connection.call(|| handler(&connection));
        }
    });
}

unsafe extern "C" fn received(
    peer: *mut ffi::Connection,
    data: *const c_void,
    size: usize,
    is_text: c_int,
    user: *mut c_void,
) {
    with_peer(peer, user, |handlers, connection| {
        // C keeps the bytes valid until this callback returns, whatever the handler destroys, and
        // has validated text.
        let content = bytes(data, size);
        let message = if is_text != 0 {
            Message::Text(std::str::from_utf8_unchecked(content))
        } else {
            Message::Binary(content)
        };
        if let Some(handler) = &handlers.message {
            connection.call(|| handler(connection, message));
        }
    });
}

unsafe extern "C" fn drained(peer: *mut ffi::Connection, user: *mut c_void) {
    with_peer(peer, user, |handlers, connection| {
        if let Some(handler) = &handlers.writable {
            connection.call(|| handler(connection));
        }
    });
}

unsafe extern "C" fn closed(
    peer: *mut ffi::Connection,
    report: *const ffi::Report,
    user: *mut c_void,
) {
    if Connection::of(peer).is_none() {
        return failed(report, user); // the application has never seen it
    }
    with_peer(peer, user, |handlers, connection| {
        if let Some(handler) = &handlers.close {
            catch(|| handler(connection, &Report::from_c(report)));
        }
        connection.end();
    });
}

unsafe extern "C" fn failed(report: *const ffi::Report, user: *mut c_void) {
    with_used(user, |used| {
        if let Some(handler) = &used.handlers.fail {
            handler(&Report::from_c(report));
        }
    });
}
