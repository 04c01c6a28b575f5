// SPDX-License-Identifier: MIT
//! Connections, their messages, and handles for other threads.

use std::cell::Cell;
use std::ffi::CString;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::os::raw::{c_char, c_int, c_uint, c_void};
use std::ptr;
use std::rc::Rc;

use crate::error::{c_text, check, Error};
use crate::event_loop::{catch, into_user, release, shared};
use crate::ffi;

/// A whole message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    Text(&'a str),
    Binary(&'a [u8]),
}

impl<'a> From<&'a str> for Message<'a> {
    fn from(text: &'a str) -> Self {
        Message::Text(text)
    }
}

impl<'a> From<&'a String> for Message<'a> {
    fn from(text: &'a String) -> Self {
        Message::Text(text)
    }
}

impl<'a> From<&'a [u8]> for Message<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Message::Binary(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Message<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Message::Binary(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Message<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Message::Binary(bytes)
    }
}

/// What became of a message. A slow peer is not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Written, or to be written at the end of the turn.
    Accepted,
    /// Queued; `on_writable` is called when the queue has drained.
    BackedUp,
    /// Not sent: the queue is full. `on_writable` is called when it has drained.
    Dropped,
    /// Not sent: the connection is not open.
    Closed,
    /// Not sent.
    NoMemory,
}

impl Sent {
    fn from_c(result: c_uint) -> Sent {
        match result {
            0 => Sent::Accepted,
            1 => Sent::BackedUp,
            2 => Sent::Dropped,
            3 => Sent::Closed,
            _ => Sent::NoMemory,
        }
    }
}

/// Checks that a close frame may have the code (RFC 6455 §7.4), and copies the reason.
fn close_frame(code: u16, reason: &str) -> Result<(c_int, CString), Error> {
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Error::new(ffi::BAD_CLOSE_CODE, &code.to_string()));
    }
    Ok((code.into(), c_text(reason, "the reason")?))
}

// --- connections

/// What a connection needs of its server or client.
pub(crate) struct Endpoint {
    pub alive: Cell<bool>,
    pub loop_alive: Rc<Cell<bool>>,
}

impl Endpoint {
    pub fn check(&self) -> Result<(), Error> {
        if self.loop_alive.get() {
            Ok(())
        } else {
            Err(Error::gone())
        }
    }
}

/// An open connection, on its loop's thread.
///
/// Clones refer to the same connection; they are equal, and may be kept. After the connection's end
/// its functions have no effect: [`send`](Self::send) returns [`Sent::Closed`], functions that can
/// fail return `WEFT_E_NOT_OPEN`, except for `close`, and texts are `None`.
#[derive(Clone)]
pub struct Connection {
    state: Rc<State>,
}

struct State {
    peer: Cell<*mut ffi::Connection>, // null from the end on
    endpoint: Rc<Endpoint>,
}

impl Connection {
    /// Sends a whole message: `&str` and `&String` are text; `&[u8]` and `&Vec<u8>` are binary.
    pub fn send<'m>(&self, message: impl Into<Message<'m>>) -> Sent {
        // First, since a conversion of the application may drop the server or the client.
        let message = message.into();
        let peer = match self.peer() {
            Some(peer) => peer,
            None => return Sent::Closed,
        };
        Sent::from_c(match message {
            Message::Text(text) => unsafe {
                ffi::weft_connection_send_text(peer, text.as_ptr().cast(), text.len())
            },
            Message::Binary(bytes) => unsafe {
                ffi::weft_connection_send_binary(peer, bytes.as_ptr().cast(), bytes.len())
            },
        })
    }

    /// Begins the closing handshake. The reason is cut to 123 bytes. Fails for codes that a close
    /// frame cannot have; no effect if the connection is closing or has ended.
    pub fn close(&self, code: u16, reason: &str) -> Result<(), Error> {
        let (code, reason) = close_frame(code, reason)?;
        if let Some(peer) = self.peer() {
            unsafe { ffi::weft_connection_close(peer, code, reason.as_ptr()) }
        }
        Ok(())
    }

    /// Ends the connection at once; `on_close` is called in a later turn.
    pub fn abort(&self) {
        if let Some(peer) = self.peer() {
            unsafe { ffi::weft_connection_abort(peer) }
        }
    }

    /// Stops reading, to slow the peer down.
    pub fn pause(&self) -> Result<(), Error> {
        check(unsafe { ffi::weft_connection_pause(self.some_peer()?) })
    }

    /// Continues reading.
    pub fn resume(&self) {
        if let Some(peer) = self.peer() {
            unsafe { ffi::weft_connection_resume(peer) }
        }
    }

    pub fn is_open(&self) -> bool {
        self.peer().map_or(false, |peer| unsafe {
            ffi::weft_connection_is_open(peer) != 0
        })
    }

    /// Returns the bytes of output that wait for the peer.
    pub fn queued_bytes(&self) -> usize {
        self.peer()
            .map_or(0, |peer| unsafe { ffi::weft_connection_queued_bytes(peer) })
    }

    pub fn remote_address(&self) -> Option<String> {
        self.read(ffi::weft_connection_remote_address)
    }

    /// Returns the path of the opening handshake. A server has its path, query and headers until
    /// `on_open` has returned, or always with `keep_handshake`; afterwards the path and the query
    /// are empty, and headers are `None`.
    pub fn path(&self) -> Option<String> {
        self.read(ffi::weft_connection_path)
    }

    pub fn query(&self) -> Option<String> {
        self.read(ffi::weft_connection_query)
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let name = CString::new(name).ok()?;
        self.read_by(|peer, to, size| unsafe {
            ffi::weft_connection_header(peer, name.as_ptr(), to, size)
        })
    }

    /// Returns the subprotocol that both sides have agreed on.
    pub fn subprotocol(&self) -> Option<String> {
        self.read(ffi::weft_connection_subprotocol)
            .filter(|name| !name.is_empty())
    }

    /// Makes a reference to the connection for other threads.
    pub fn handle(&self) -> Result<Handle, Error> {
        let mut raw = ptr::null_mut();
        check(unsafe { ffi::weft_connection_handle(self.some_peer()?, &mut raw) })?;
        Ok(Handle { raw })
    }

    /// Makes the connection of a pointer that C has passed to `open`. `None`: C has aborted it.
    pub(crate) fn open(peer: *mut ffi::Connection, endpoint: &Rc<Endpoint>) -> Option<Connection> {
        unsafe extern "C" fn freed(data: *mut c_void) {
            shared::<State>(data).peer.set(ptr::null_mut());
            release::<State>(data);
        }
        let state = Rc::new(State {
            peer: Cell::new(peer),
            endpoint: endpoint.clone(),
        });
        let data = into_user(state.clone());
        let connection = Connection { state };
        if unsafe { ffi::weft_connection_set_data(peer, data, Some(freed)) } != ffi::OK {
            connection.abort();
            unsafe { freed(data) }; // a call that fails keeps nothing
            return None;
        }
        Some(connection)
    }

    /// Returns the connection for a pointer, unless `open` has failed.
    ///
    /// # Safety
    /// `peer` must be what C has passed to a callback.
    pub(crate) unsafe fn of(peer: *mut ffi::Connection) -> Option<Connection> {
        let data = ffi::weft_connection_data(peer);
        (!data.is_null()).then(|| Connection {
            state: shared(data),
        })
    }

    /// Calls a handler. If it panics, ends the connection, whose state may be incomplete.
    pub(crate) fn call(&self, handler: impl FnOnce()) {
        if !catch(handler) {
            self.abort();
        }
    }

    /// Called when C is about to free the connection.
    pub(crate) fn end(&self) {
        self.state.peer.set(ptr::null_mut());
    }

    /// The pointer, while it is valid.
    fn peer(&self) -> Option<*mut ffi::Connection> {
        let state = &*self.state;
        let valid = state.endpoint.alive.get() && state.endpoint.loop_alive.get();
        Some(state.peer.get()).filter(|peer| valid && !peer.is_null())
    }

    fn some_peer(&self) -> Result<*mut ffi::Connection, Error> {
        self.peer().ok_or_else(|| Error::new(ffi::NOT_OPEN, ""))
    }

    fn read(
        &self,
        by: unsafe extern "C" fn(*const ffi::Connection, *mut c_char, usize) -> usize,
    ) -> Option<String> {
        self.read_by(|peer, to, size| unsafe { by(peer, to, size) })
    }

    fn read_by(
        &self,
        by: impl Fn(*const ffi::Connection, *mut c_char, usize) -> usize,
    ) -> Option<String> {
        let peer = self.peer()?;
        let length = by(peer, ptr::null_mut(), 0);
        if length == ffi::NONE {
            return None;
        }
        let mut text = vec![0u8; length + 1]; // with the NUL
        by(peer, text.as_mut_ptr().cast(), text.len());
        text.truncate(length);
        Some(String::from_utf8_lossy(&text).into_owned())
    }
}

impl PartialEq for Connection {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
    }
}

impl Eq for Connection {}

impl Hash for Connection {
    fn hash<H: Hasher>(&self, to: &mut H) {
        Rc::as_ptr(&self.state).hash(to);
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Connection")
            .field("peer", &self.peer())
            .finish()
    }
}

// --- handles

/// A reference to a connection for any thread, and for later. Does not keep the connection open,
/// and may outlive it, its server and the loop.
pub struct Handle {
    raw: *mut ffi::Handle,
}

// SAFETY: handles count their owners atomically, and their functions may be called on any thread.
unsafe impl Send for Handle {}
unsafe impl Sync for Handle {}

impl Handle {
    pub(crate) fn from_raw(raw: *mut ffi::Handle) -> Handle {
        Handle { raw }
    }

    /// Sends a whole message, as [`Connection::send`] does. In a handler it is sent at once,
    /// elsewhere it is copied and posted. What is queued before the connection opens is sent when
    /// `on_open` has returned.
    pub fn send<'m>(&self, message: impl Into<Message<'m>>) -> Sent {
        Sent::from_c(match message.into() {
            Message::Text(text) => unsafe {
                ffi::weft_handle_send_text(self.raw, text.as_ptr().cast(), text.len())
            },
            Message::Binary(bytes) => unsafe {
                ffi::weft_handle_send_binary(self.raw, bytes.as_ptr().cast(), bytes.len())
            },
        })
    }

    /// Like [`Connection::close`]; aborts an attempt to connect. Fails with `WEFT_E_GONE` if the
    /// loop was dropped.
    pub fn close(&self, code: u16, reason: &str) -> Result<(), Error> {
        let (code, reason) = close_frame(code, reason)?;
        check(unsafe { ffi::weft_handle_close(self.raw, code, reason.as_ptr()) })
    }

    /// Like [`Connection::abort`]. Fails with `WEFT_E_GONE` if the loop was dropped.
    pub fn abort(&self) -> Result<(), Error> {
        check(unsafe { ffi::weft_handle_abort(self.raw) })
    }

    /// Returns the bytes of output that wait, with those that handles have posted.
    pub fn queued_bytes(&self) -> usize {
        unsafe { ffi::weft_handle_queued_bytes(self.raw) }
    }
}

impl Clone for Handle {
    fn clone(&self) -> Handle {
        Handle {
            raw: unsafe { ffi::weft_handle_acquire(self.raw) },
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        unsafe { ffi::weft_handle_release(self.raw) }
    }
}
