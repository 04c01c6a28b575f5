// SPDX-License-Identifier: MIT
//! A loop with a server and a client, which runs for a limited time, and notes of its handlers.
#![allow(dead_code)] // not every test needs every function

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use weft::{Client, ConnectOptions, EventLoop, Handle, Handlers, Remote, RouteOptions, Server};
use weft::{Message, Timer};

pub const LIMIT: Duration = Duration::from_secs(60);

/// A server or a client that handlers may take and drop.
pub type Slot<T> = Rc<RefCell<Option<T>>>;

pub struct Scene {
    pub server: Slot<Server>,
    pub client: Slot<Client>,
    pub event_loop: EventLoop,
}

impl Scene {
    pub fn new() -> Scene {
        let event_loop = EventLoop::new().unwrap();
        Scene {
            server: Rc::new(RefCell::new(Some(Server::new(&event_loop).unwrap()))),
            client: Rc::new(RefCell::new(Some(Client::new(&event_loop).unwrap()))),
            event_loop,
        }
    }

    /// Listens at a port of the system's choice, and returns the address as a URI.
    pub fn serve(&self, handlers: Handlers) -> String {
        let server = self.server.borrow();
        let server = server.as_ref().unwrap();
        server
            .route("/*", handlers, &RouteOptions::default())
            .unwrap();
        format!(
            "ws://127.0.0.1:{}/",
            server.listen("127.0.0.1", 0, None).unwrap()
        )
    }

    pub fn connect(&self, uri: &str, handlers: Handlers) -> Handle {
        self.connect_with(uri, handlers, &ConnectOptions::default())
    }

    pub fn connect_with(
        &self,
        uri: &str,
        handlers: Handlers,
        options: &ConnectOptions<'_>,
    ) -> Handle {
        self.client
            .borrow()
            .as_ref()
            .unwrap()
            .connect(uri, handlers, options)
            .unwrap()
    }

    pub fn run(&self) {
        run(&self.event_loop);
    }

    /// Processes events until the condition is true, which must be within the limit.
    pub fn process_until(&self, mut condition: impl FnMut() -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !condition() {
            assert!(Instant::now() < deadline, "this takes too long");
            self.event_loop.process();
        }
    }

    /// Returns notes, of which the one with this number ends `run`.
    pub fn notes(&self, last: usize) -> Notes {
        Notes {
            all: Rc::default(),
            last,
            remote: self.event_loop.remote(),
        }
    }
}

/// Runs until a stop, which must come within the limit.
pub fn run(event_loop: &EventLoop) {
    let limit = Timer::new(event_loop, || panic!("this takes too long")).unwrap();
    limit.arm(LIMIT);
    event_loop.run();
}

pub fn echo() -> Handlers {
    Handlers::new().on_message(|peer, message| {
        peer.send(message);
    })
}

/// What handlers have noted.
#[derive(Clone)]
pub struct Notes {
    all: Rc<RefCell<Vec<String>>>,
    last: usize,
    remote: Remote,
}

impl Notes {
    pub fn add(&self, note: impl Into<String>) {
        self.all.borrow_mut().push(note.into());
        if self.all.borrow().len() == self.last {
            self.remote.stop();
        }
    }

    /// Returns what was noted since the last call.
    pub fn take_in_order(&self) -> Vec<String> {
        self.all.take()
    }

    /// Does the same, and sorts it.
    pub fn take(&self) -> Vec<String> {
        let mut all = self.all.take();
        all.sort();
        all
    }
}

/// A message that was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Text(String),
    Binary(Vec<u8>),
}

impl Content {
    /// Short, empty and long ones.
    pub fn all() -> Vec<Content> {
        let text = ["hello", "", "grüße ☂ 🧵"].map(|text| Content::Text(text.into()));
        let binary = [vec![0, 255], vec![]].map(Content::Binary);
        let long = [
            Content::Binary(vec![b'x'; 70000]),
            Content::Text("y".repeat(70000)),
        ];
        text.into_iter().chain(binary).chain(long).collect()
    }

    pub fn of(message: Message<'_>) -> Content {
        match message {
            Message::Text(text) => Content::Text(text.into()),
            Message::Binary(bytes) => Content::Binary(bytes.into()),
        }
    }

    pub fn as_message(&self) -> Message<'_> {
        match self {
            Content::Text(text) => text.into(),
            Content::Binary(bytes) => bytes.into(),
        }
    }
}

/// Handlers of a client that sends each content after the echo of the one before, and then closes.
pub fn exchange(notes: &Notes) -> Handlers {
    let left = Rc::new(RefCell::new(Content::all()));
    let first = left.clone();
    let (notes, failures) = (notes.clone(), notes.clone());
    Handlers::new()
        .on_open(move |peer| {
            peer.send(first.borrow()[0].as_message());
        })
        .on_message(move |peer, message| {
            let mut left = left.borrow_mut();
            assert_eq!(Content::of(message), left.remove(0));
            match left.first() {
                Some(next) => {
                    peer.send(next.as_message());
                }
                None => peer.close(4001, "my reason ☂").unwrap(),
            }
        })
        .on_close(move |_, report| notes.add(end_of("client", report)))
        .on_fail(move |report| {
            failures.add(report.to_string());
            failures.remote.stop(); // no other note will come
        })
}

/// Handlers of a server that sends all messages back.
pub fn noting_echo(notes: &Notes) -> Handlers {
    let notes = notes.clone();
    echo().on_close(move |_, report| notes.add(end_of("server", report)))
}

pub fn end_of(side: &str, report: &weft::Report) -> String {
    format!(
        "{side} {} {:?} {}",
        report.code, report.reason, report.clean
    )
}

/// What both sides note after an exchange.
pub const BOTH_ENDS: [&str; 2] = [
    "client 4001 \"my reason ☂\" true",
    "server 4001 \"my reason ☂\" true",
];
