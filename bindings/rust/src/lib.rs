// SPDX-License-Identifier: MIT
//! WebSocket servers and clients, on the C interface of the C++ library Weft.
//!
//! ```no_run
//! use weft::{EventLoop, Handlers, RouteOptions, Server};
//!
//! fn main() -> Result<(), weft::Error> {
//!     let event_loop = EventLoop::new()?;
//!     let server = Server::new(&event_loop)?;
//!     let echo = Handlers::new().on_message(|peer, message| {
//!         peer.send(message);
//!     });
//!     server.route("/*", echo, &RouteOptions::default())?;
//!     server.listen("127.0.0.1", 9001, None)?;
//!     event_loop.run();
//!     Ok(())
//! }
//! ```
//!
//! # Threads
//!
//! An [`EventLoop`] and everything on it belong to the thread that has created it; the compiler
//! rejects programs that pass them to another one. [`Remote`], [`Handle`] and [`Tls`] may be used
//! on any thread.
//!
//! ```compile_fail
//! let event_loop = weft::EventLoop::new().unwrap();
//! std::thread::spawn(move || event_loop.run());
//! ```
//!
//! # Handlers
//!
//! Handlers are called by [`EventLoop::run`] or [`EventLoop::process`], on the loop's thread, never
//! inside the call that has set them. They are `Fn`: keep what they change in a `Cell` or
//! `RefCell`. They may use and drop every object of this crate, also the server, client or timer
//! that has called them.
//!
//! A server's or client's drop ends its connections at once, without calls of their handlers; it
//! calls only the `done` of a shutdown in progress. A client drops the handlers of a connection
//! when that is gone, and a server drops the handlers of all its routes, also of those that were
//! replaced, at its own drop. A handler that owns its own server, client or loop (such as in an
//! `Rc`) keeps it forever, like every cycle of `Rc`.
//!
//! If a handler panics, its connection is aborted, and `run` or `process` resumes the panic when
//! the current turn is over. The loop can be used afterwards. Outside of a turn, a panic in a
//! destructor or in `done` is only printed.
//!
//! # Units and errors
//!
//! Sizes are in bytes. Times are `Duration`s, which Weft counts in milliseconds, rounded up. In
//! options, a size of 0 or a timeout of `None` is the default, `Duration::MAX` turns a timeout off,
//! and `Duration::ZERO` is a millisecond. Weft's pages on timeouts and limits describe the defaults.
//!
//! Wrong arguments, such as texts with a NUL, are an [`Error`] and have no effect. Objects whose
//! loop has been dropped fail with `WEFT_E_GONE`.

mod connection;
mod endpoint;
mod error;
mod event_loop;
mod ffi;
mod handlers;

pub use connection::{Connection, Handle, Message, Sent};
pub use endpoint::{
    has_compression, has_tls, version, Client, ConnectOptions, ConnectionOptions, RouteOptions,
    Server, Tls, WhenFull,
};
pub use error::Error;
pub use event_loop::{EventLoop, Remote, Timer};
pub use handlers::{Handlers, Report};

/// Compiles and runs the programs of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
