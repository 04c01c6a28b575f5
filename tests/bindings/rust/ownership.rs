// SPDX-License-Identifier: MIT
//! The crate weft where it could be unsound: handlers that drop what calls them, panics in
//! handlers, and objects that outlive others.

use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use weft::{Client, ConnectOptions, Connection, EventLoop, Handlers, RouteOptions, Sent, Server};
use weft::{Error, Message, Timer};

mod scene;
use scene::{echo, end_of, run, Content, Notes, Scene, Slot, LIMIT};

/// Notes its drop.
struct Owned(&'static str, Notes);

impl Drop for Owned {
    fn drop(&mut self) {
        self.1.add(format!("dropped {}", self.0));
    }
}

/// Returns what `action` panics with.
fn panic_of<T>(action: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(action))
        .err()
        .expect("a panic");
    match panic.downcast_ref::<&str>() {
        Some(text) => text.to_string(),
        None => *panic.downcast::<String>().unwrap(),
    }
}

// --- dropped in a handler

/// Checks that a connection whose server or client was dropped does nothing any more.
fn check_ended(peer: &Connection) {
    assert_eq!(peer.send("text"), Sent::Closed);
    assert_eq!((peer.is_open(), peer.queued_bytes()), (false, 0));
    assert_eq!(
        (peer.path(), peer.remote_address(), peer.header("Host")),
        (None, None, None)
    );
    assert_eq!(peer.pause().unwrap_err().name(), "WEFT_E_NOT_OPEN");
    assert_eq!(peer.handle().err().unwrap().name(), "WEFT_E_NOT_OPEN");
    peer.close(1000, "").unwrap();
    peer.resume();
    peer.abort();
}

#[test]
fn a_handler_drops_its_server_and_reads_on() {
    for message in Content::all() {
        let scene = Scene::new();
        let notes = scene.notes(2);
        let (slot, owned) = (scene.server.clone(), Owned("handlers", notes.clone()));
        let expected = message.clone();
        let uri = scene.serve(Handlers::new().on_message(move |peer, received| {
            let server: Option<Server> = slot.borrow_mut().take();
            drop(server);
            check_ended(peer);
            assert_eq!(Content::of(received), expected); // still there
            assert_eq!(owned.1.take().len(), 0); // and so are the handlers
        }));
        let closed = notes.clone();
        let lost = Handlers::new().on_close(move |_, report| closed.add(end_of("lost", report)));
        scene.connect(&uri, lost).send(message.as_message());
        scene.run();
        assert_eq!(notes.take(), ["dropped handlers", "lost 1006 \"\" false"]);
    }
}

#[test]
fn the_conversion_of_a_message_drops_its_server() {
    struct Drops(Slot<Server>);
    impl From<Drops> for Message<'static> {
        fn from(from: Drops) -> Self {
            drop(from.0.borrow_mut().take());
            Message::Text("not sent")
        }
    }
    let scene = Scene::new();
    let notes = scene.notes(1);
    let kept = Rc::new(RefCell::new(None));
    let (keep, opened) = (kept.clone(), notes.clone());
    let uri = scene.serve(Handlers::new().on_open(move |peer| {
        *keep.borrow_mut() = Some(peer.clone());
        opened.add("open");
    }));
    scene.connect(&uri, echo());
    scene.run();
    let peer = kept.take().unwrap();
    assert_eq!(peer.send(Drops(scene.server.clone())), Sent::Closed);
    check_ended(&peer);
}

#[test]
fn each_handler_may_drop_its_client() {
    type Build = fn(Slot<Client>, Notes) -> Handlers;
    fn end(slot: &Slot<Client>, notes: &Notes) {
        drop(slot.borrow_mut().take());
        notes.add("ended");
    }
    let handlers: [(&str, Build); 4] = [
        ("/", |slot, notes| {
            Handlers::new().on_open(move |_| end(&slot, &notes))
        }),
        ("/", |slot, notes| {
            let handlers = Handlers::new().on_open(|peer| {
                peer.send(&[0; 70000]);
            });
            handlers.on_message(move |_, _| end(&slot, &notes))
        }),
        ("/", |slot, notes| {
            let handlers = Handlers::new().on_open(|peer| peer.close(1000, "").unwrap());
            handlers.on_close(move |peer, report| {
                end(&slot, &notes);
                check_ended(peer);
                assert_eq!(report.code, 1000);
            })
        }),
        ("nothing/", |slot, notes| {
            Handlers::new().on_fail(move |report| {
                end(&slot, &notes);
                assert_eq!(report.http_status, 404);
            })
        }),
    ];
    for (path, build) in handlers {
        let scene = Scene::new();
        let notes = scene.notes(1);
        let uri = {
            let server = scene.server.borrow();
            let server = server.as_ref().unwrap();
            server.route("/", echo(), &RouteOptions::default()).unwrap();
            format!(
                "ws://127.0.0.1:{}/{path}",
                server.listen("127.0.0.1", 0, None).unwrap()
            )
        };
        scene.connect(
            uri.strip_suffix('/').unwrap(),
            build(scene.client.clone(), notes.clone()),
        );
        scene.run();
        assert_eq!(notes.take(), ["ended"]);
        assert!(scene.client.borrow().is_none());
    }
}

#[test]
fn a_timer_drops_itself() {
    let event_loop = EventLoop::new().unwrap();
    let slot: Slot<Timer> = Rc::default();
    let (own, count) = (slot.clone(), Rc::new(Cell::new(0)));
    let counted = count.clone();
    let timer = Timer::new(&event_loop, move || {
        drop(own.borrow_mut().take());
        counted.set(counted.get() + 1); // the closure is still there
    });
    *slot.borrow_mut() = Some(timer.unwrap());
    slot.borrow()
        .as_ref()
        .unwrap()
        .arm_every(Duration::ZERO, Duration::ZERO);
    event_loop.run();
    assert_eq!((count.get(), Rc::strong_count(&count)), (1, 1));
}

#[test]
fn done_drops_its_server() {
    let scene = Scene::new();
    let notes = scene.notes(2);
    let (slot, owned) = (scene.server.clone(), Owned("done", notes.clone()));
    let uri = scene.serve(echo());
    let started = notes.clone();
    scene.connect(&uri, Handlers::new().on_open(move |_| started.add("open")));
    scene.process_until(|| !notes.take().is_empty());
    let done = move || {
        drop(slot.borrow_mut().take());
        owned.1.add("done");
    };
    scene
        .server
        .borrow()
        .as_ref()
        .unwrap()
        .shutdown(LIMIT, done)
        .unwrap();
    scene.run();
    assert_eq!(notes.take(), ["done", "dropped done"]);
}

#[test]
fn a_drop_calls_the_done_of_a_shutdown_in_progress() {
    let scene = Scene::new();
    let notes = scene.notes(2);
    let (one, two) = (notes.clone(), notes.clone());
    let uri = scene.serve(Handlers::new().on_open(move |_| one.add("open")));
    scene.connect(&uri, Handlers::new().on_open(move |_| two.add("open")));
    scene.run();
    notes.take();
    let (server, client) = (scene.server.take().unwrap(), scene.client.take().unwrap());
    let (server_owns, client_owns) = (
        Owned("server's", notes.clone()),
        Owned("client's", notes.clone()),
    );
    let done = move || server_owns.1.add("server done");
    server.shutdown(LIMIT, done).unwrap();
    let done = move || {
        client_owns.1.add("client done");
        panic!("only printed");
    };
    client.shutdown(LIMIT, done).unwrap();
    assert_eq!(notes.take().len(), 0);
    drop(server);
    assert_eq!(notes.take_in_order(), ["server done", "dropped server's"]);
    drop(client);
    assert_eq!(notes.take_in_order(), ["client done", "dropped client's"]);
}

#[test]
fn a_server_keeps_the_handlers_of_replaced_routes_until_its_drop() {
    let scene = Scene::new();
    let notes = scene.notes(9);
    let server = scene.server.take().unwrap();
    let owned = Owned("replaced", notes.clone());
    let first = Handlers::new().on_open(move |_| owned.1.add("never"));
    for handlers in [first, echo()] {
        server
            .route("/", handlers, &RouteOptions::default())
            .unwrap();
    }
    scene.event_loop.process();
    assert_eq!(notes.take().len(), 0);
    drop(server);
    assert_eq!(notes.take(), ["dropped replaced"]);
}

#[test]
fn handlers_may_connect_and_serve_in_the_loop_that_calls_them() {
    let scene = Scene::new();
    let notes = scene.notes(3);
    let (client, server, inner) = (scene.client.clone(), scene.server.clone(), notes.clone());
    let uri = scene.serve(echo());
    let same = uri.clone();
    let outer = Handlers::new().on_open(move |_| {
        let opened = inner.clone();
        let again = Handlers::new().on_open(move |_| opened.add("open"));
        let client = client.borrow();
        client
            .as_ref()
            .unwrap()
            .connect(&same, again, &ConnectOptions::default())
            .unwrap();
        let server = server.borrow();
        server
            .as_ref()
            .unwrap()
            .route("/new", echo(), &RouteOptions::default())
            .unwrap();
        inner.add("outer");
    });
    scene.connect(&uri, outer);
    let later = notes.clone();
    let timer = Timer::new(&scene.event_loop, move || later.add("timer")).unwrap();
    timer.arm(Duration::ZERO);
    scene.run();
    assert_eq!(notes.take(), ["open", "outer", "timer"]);
}

#[test]
fn a_dropped_client_calls_no_handlers_even_if_a_destructor_runs_the_loop() {
    /// Runs the loop when the first of those that share the flag is dropped.
    struct Runs(Rc<EventLoop>, Rc<Cell<bool>>);
    impl Drop for Runs {
        fn drop(&mut self) {
            if !self.1.replace(true) {
                for _ in 0..100 {
                    self.0.process();
                }
            }
        }
    }
    let event_loop = Rc::new(EventLoop::new().unwrap());
    let server = Server::new(&event_loop).unwrap();
    let client = Client::new(&event_loop).unwrap();
    let peers = Rc::new(RefCell::new(vec![]));
    let opened = peers.clone();
    let serving = Handlers::new().on_open(move |peer| opened.borrow_mut().push(peer.clone()));
    server
        .route("/*", serving, &RouteOptions::default())
        .unwrap();
    let port = server.listen("127.0.0.1", 0, None).unwrap();
    let (calls, count) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let has_run = Rc::new(Cell::new(false));
    for _ in 0..3 {
        let runs = Runs(event_loop.clone(), has_run.clone());
        let opening = count.clone();
        let (received, closed) = (calls.clone(), calls.clone());
        let remote = event_loop.remote();
        let handlers = Handlers::new()
            .on_open(move |_| {
                let _owned = &runs;
                opening.set(opening.get() + 1);
                if opening.get() == 3 {
                    remote.stop();
                }
            })
            .on_message(move |_, _| received.set(received.get() + 1))
            .on_close(move |_, _| closed.set(closed.get() + 1));
        client
            .connect(
                &format!("ws://127.0.0.1:{port}/"),
                handlers,
                &ConnectOptions::default(),
            )
            .unwrap();
    }
    run(&event_loop);
    assert_eq!((peers.borrow().len(), count.get()), (3, 3));
    for peer in peers.borrow().iter() {
        peer.send("text");
        peer.close(1000, "").unwrap();
    }
    drop(client);
    assert_eq!((calls.get(), has_run.get()), (0, true));
    assert_eq!(Rc::strong_count(&calls), 1); // the handlers are gone
}

// --- objects that outlive others

fn name<T>(result: Result<T, Error>) -> &'static str {
    result.err().expect("an error").name()
}

#[test]
fn everything_may_outlive_the_loop() {
    let scene = Scene::new();
    let notes = scene.notes(2);
    let kept = Rc::new(RefCell::new(vec![]));
    let (at_server, at_client) = (kept.clone(), kept.clone());
    let (one, two) = (notes.clone(), Owned("handlers", notes.clone()));
    let uri = scene.serve(Handlers::new().on_open(move |peer| {
        at_server.borrow_mut().push(peer.clone());
        one.add("server");
    }));
    let handle = scene.connect(
        &uri,
        Handlers::new().on_open(move |peer| {
            at_client.borrow_mut().push(peer.clone());
            two.1.add("client");
        }),
    );
    scene.run();
    assert_eq!(notes.take(), ["client", "server"]);
    let timer = Timer::new(&scene.event_loop, || unreachable!()).unwrap();
    timer.arm(Duration::from_secs(1));
    let remote = scene.event_loop.remote();
    remote.post(|| unreachable!()).unwrap();

    drop(scene.event_loop);
    assert_eq!(notes.take(), ["dropped handlers"]);
    kept.borrow().iter().for_each(check_ended);
    assert!(kept.borrow()[0] == kept.borrow()[0] && kept.borrow()[0] != kept.borrow()[1]);
    assert_eq!(name(handle.close(1000, "")), "WEFT_E_GONE");
    assert_eq!(name(remote.post(|| ())), "WEFT_E_GONE");
    timer.arm(Duration::ZERO);
    timer.arm_every(Duration::ZERO, Duration::ZERO);
    timer.disarm();
    assert!(!timer.is_armed());
    {
        let (server, client) = (scene.server.borrow(), scene.client.borrow());
        let (server, client) = (server.as_ref().unwrap(), client.as_ref().unwrap());
        assert_eq!(name(server.listen("127.0.0.1", 0, None)), "WEFT_E_GONE");
        assert_eq!(
            name(server.route("/*", echo(), &RouteOptions::default())),
            "WEFT_E_GONE"
        );
        assert_eq!(name(server.shutdown(Duration::ZERO, || ())), "WEFT_E_GONE");
        assert_eq!(name(client.shutdown(Duration::ZERO, || ())), "WEFT_E_GONE");
        let options = ConnectOptions::default();
        assert_eq!(name(client.connect(&uri, echo(), &options)), "WEFT_E_GONE");
        assert_eq!(server.connection_count(), 0);
        server.stop_listening();
    }
}

#[test]
fn done_is_called_while_the_loop_is_dropped() {
    let scene = Scene::new();
    let notes = scene.notes(1);
    let opened = notes.clone();
    let uri = scene.serve(echo());
    scene.connect(&uri, Handlers::new().on_open(move |_| opened.add("open")));
    scene.run();
    let (slot, done) = (scene.server.clone(), Owned("done", notes.clone()));
    let done = move || {
        let server = slot.borrow_mut().take().unwrap();
        done.1.add(name(server.listen("127.0.0.1", 0, None)));
    };
    scene
        .server
        .borrow()
        .as_ref()
        .unwrap()
        .shutdown(LIMIT, done)
        .unwrap();
    drop(scene.event_loop);
    assert!(scene.server.borrow().is_none());
    assert_eq!(
        notes.take_in_order(),
        ["open", "WEFT_E_GONE", "dropped done"]
    );
}

#[test]
fn a_connection_may_be_kept_beyond_its_end() {
    let scene = Scene::new();
    let notes = scene.notes(1);
    let kept = Rc::new(RefCell::new(None));
    let (keep, closed) = (kept.clone(), notes.clone());
    let uri = scene.serve(Handlers::new().on_open(|peer| peer.close(1000, "").unwrap()));
    let handlers = Handlers::new()
        .on_open(move |peer| *keep.borrow_mut() = Some(peer.clone()))
        .on_close(move |_, report| closed.add(end_of("closed", report)));
    let handle = scene.connect(&uri, handlers);
    scene.run();
    assert_eq!(notes.take(), ["closed 1000 \"\" true"]);
    scene.event_loop.process();
    check_ended(kept.borrow().as_ref().unwrap());
    assert_eq!(handle.send("text"), Sent::Closed);
}

#[test]
fn handlers_may_own_the_last_reference_to_their_loop() {
    let event_loop = Rc::new(EventLoop::new().unwrap());
    let server = Server::new(&event_loop).unwrap();
    let client = Client::new(&event_loop).unwrap();
    let timer = Timer::new(&event_loop, || ()).unwrap();
    let (owner, weak) = (event_loop.clone(), Rc::downgrade(&event_loop));
    let (timer_in, remote) = (timer, event_loop.remote());
    let handlers = echo().on_open(move |_| {
        timer_in.disarm();
        owner.stop();
    });
    server
        .route("/*", handlers, &RouteOptions::default())
        .unwrap();
    let uri = format!(
        "ws://127.0.0.1:{}/",
        server.listen("127.0.0.1", 0, None).unwrap()
    );
    client
        .connect(&uri, echo(), &ConnectOptions::default())
        .unwrap();
    run(&event_loop);
    drop(event_loop);
    assert!(weak.upgrade().is_some());
    drop(server);
    assert!(weak.upgrade().is_none());
    assert_eq!(name(remote.post(|| ())), "WEFT_E_GONE");
    assert_eq!(
        name(client.connect(&uri, echo(), &ConnectOptions::default())),
        "WEFT_E_GONE"
    );
}

#[test]
fn what_is_refused_is_dropped() {
    let scene = Scene::new();
    let notes = scene.notes(9);
    let owned = Owned("handlers", notes.clone());
    let handlers = Handlers::new().on_open(move |_| owned.1.add("never"));
    let server = scene.server.borrow();
    let server = server.as_ref().unwrap();
    let connection = weft::ConnectionOptions {
        compression: true,
        ..Default::default()
    };
    let options = RouteOptions {
        connection,
        ..Default::default()
    };
    if weft::has_compression() {
        assert_eq!(
            name(server.route("\0", handlers, &options)),
            "WEFT_E_BAD_ARGUMENT"
        );
    } else {
        assert_eq!(
            name(server.route("/", handlers, &options)),
            "WEFT_E_BAD_EXTENSION"
        );
    }
    assert_eq!(notes.take(), ["dropped handlers"]);
}

#[test]
fn posted_functions_are_dropped_when_they_have_run_or_never_will() {
    let (used, dropped) = mpsc::channel::<()>();
    let (unused, dropped_too) = mpsc::channel::<()>();
    let event_loop = EventLoop::new().unwrap();
    let remote = event_loop.remote();
    remote.post(move || used.send(()).unwrap()).unwrap();
    event_loop.run();
    assert_eq!(dropped.try_recv(), Ok(()));
    assert_eq!(dropped.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    remote.post(move || unused.send(()).unwrap()).unwrap();
    drop(event_loop);
    assert_eq!(
        dropped_too.try_recv(),
        Err(mpsc::TryRecvError::Disconnected)
    );
}

// --- panics

#[test]
fn a_panic_in_a_handler_ends_its_connection() {
    let scene = Scene::new();
    let notes = scene.notes(2);
    let (closed, lost) = (notes.clone(), notes.clone());
    let uri = scene.serve(
        Handlers::new()
            .on_message(|peer, message| match message {
                Message::Text("panic") => panic!("in a handler"),
                _ => drop(peer.send(message)),
            })
            .on_close(move |_, report| closed.add(end_of("server", report))),
    );
    let ended = Handlers::new().on_close(move |_, report| lost.add(end_of("client", report)));
    scene.connect(&uri, ended).send("panic");
    assert_eq!(panic_of(|| scene.run()), "in a handler");
    scene.run();
    assert_eq!(
        notes.take(),
        ["client 1006 \"\" false", "server 1006 \"\" false"]
    );

    let notes = scene.notes(1);
    let echoed = notes.clone();
    let others = Handlers::new().on_message(move |_, message| echoed.add(format!("{message:?}")));
    scene.connect(&uri, others).send("the server continues");
    scene.run();
    assert_eq!(notes.take(), ["Text(\"the server continues\")"]);
}

#[test]
fn every_function_that_weft_calls_may_panic() {
    let scene = Scene::new();
    let uri = scene.serve(echo().on_open(|_| panic!("open")));
    scene.connect(&uri, Handlers::new().on_fail(|_| panic!("fail")));
    assert_eq!(panic_of(|| scene.run()), "open");
    assert_eq!(panic_of(|| scene.run()), "fail");

    let uri = scene.serve(echo());
    let closing = Handlers::new().on_open(|peer| peer.close(1000, "").unwrap());
    scene.connect(&uri, closing.on_close(|_, _| panic!("close")));
    assert_eq!(panic_of(|| scene.run()), "close");

    let timer = Timer::new(&scene.event_loop, || panic!("timer")).unwrap();
    timer.arm(Duration::ZERO);
    assert_eq!(panic_of(|| scene.run()), "timer");

    scene.event_loop.remote().post(|| panic!("posted")).unwrap();
    assert_eq!(panic_of(|| scene.event_loop.process()), "posted");

    let server = scene.server.borrow();
    server
        .as_ref()
        .unwrap()
        .shutdown(Duration::ZERO, || panic!("done"))
        .unwrap();
    assert_eq!(panic_of(|| scene.run()), "done");
}

#[test]
fn the_first_of_several_panics_is_resumed() {
    let event_loop = EventLoop::new().unwrap();
    let remote = event_loop.remote();
    remote.post(|| panic!("first")).unwrap();
    remote.post(|| panic!("second")).unwrap();
    assert_eq!(panic_of(|| event_loop.process()), "first");
    assert!(!event_loop.process());
    event_loop.run(); // not stopped
}

#[test]
fn a_destructor_may_panic() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                panic!("in a destructor");
            }
        }
    }
    let scene = Scene::new();
    let panics = Panics;
    let uri = scene.serve(echo());
    let handlers = Handlers::new().on_open(move |peer| {
        let _owned = &panics;
        peer.close(1000, "").unwrap();
    });
    scene.connect(&uri, handlers);
    assert_eq!(panic_of(|| scene.run()), "in a destructor");
    let panics = Panics;
    let timer = Timer::new(&scene.event_loop, move || {
        let _owned = &panics;
    });
    drop(timer); // only printed, as no turn could resume it
}

#[test]
fn a_loop_cannot_run_inside_itself() {
    let event_loop = Rc::new(EventLoop::new().unwrap());
    for (number, nested) in [EventLoop::run as fn(&EventLoop) -> usize, |one| {
        one.process().into()
    }]
    .into_iter()
    .enumerate()
    {
        let inner = event_loop.clone();
        let timer = Timer::new(&event_loop, move || {
            nested(&inner);
        });
        let timer = timer.unwrap();
        timer.arm(Duration::ZERO);
        let panic = panic_of(|| run(&event_loop));
        assert_eq!(panic, "the event loop is already running", "{number}");
    }
    // Another loop can.
    let other = EventLoop::new().unwrap();
    other.remote().post(|| panic!("in the inner loop")).unwrap();
    let done = event_loop.remote();
    let timer = Timer::new(&event_loop, move || {
        assert_eq!(panic_of(|| other.run()), "in the inner loop");
        done.stop();
    });
    timer.as_ref().unwrap().arm(Duration::ZERO);
    run(&event_loop);
}
