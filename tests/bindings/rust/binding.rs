// SPDX-License-Identifier: MIT
//! The crate weft against itself: messages, closing, TLS, other threads, a foreign loop, errors.

use std::cell::{Cell, RefCell};
use std::net::TcpListener;
use std::os::raw::{c_int, c_short, c_ulong};
use std::os::unix::io::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use weft::{
    has_compression, has_tls, Client, ConnectOptions, ConnectionOptions, Error, EventLoop, Handle,
    Handlers, Remote, RouteOptions, Sent, Server, Timer, Tls, WhenFull,
};

mod scene;
use scene::{echo, end_of, exchange, noting_echo, run, Content, Scene, BOTH_ENDS, LIMIT};

#[test]
fn text_and_binary_both_ways() {
    for compression in [false, has_compression()] {
        let scene = Scene::new();
        let notes = scene.notes(2);
        let connection = ConnectionOptions {
            compression,
            ..Default::default()
        };
        let route = RouteOptions {
            connection: connection.clone(),
            ..Default::default()
        };
        let port = {
            let server = scene.server.borrow();
            let server = server.as_ref().unwrap();
            server.route("/*", noting_echo(&notes), &route).unwrap();
            server.listen("localhost", 0, None).unwrap()
        };
        let uri = format!("ws://localhost:{port}/");
        let options = ConnectOptions {
            connection,
            ..Default::default()
        };
        scene.connect_with(&uri, exchange(&notes), &options);
        scene.run();
        assert_eq!(notes.take(), BOTH_ENDS);
    }
}

#[test]
fn the_opening_handshake_can_be_read() {
    let scene = Scene::new();
    let notes = scene.notes(3);
    let route = RouteOptions {
        subprotocol: Some("v1"),
        ..Default::default()
    };
    let (at_server, at_client, later) = (notes.clone(), notes.clone(), notes.clone());
    let opened = Handlers::new().on_open(move |peer| {
        let address = peer.remote_address().unwrap();
        assert!(address.starts_with("127.0.0.1"), "{address}");
        assert_eq!(peer.path().unwrap(), "/chat");
        assert_eq!(peer.query().unwrap(), "room=1");
        assert_eq!(peer.header("X-Name").unwrap(), "value");
        assert_eq!(peer.header("X-Other"), None);
        at_server.add(peer.subprotocol().unwrap());
    });
    let opened = opened.on_message(move |peer, _| {
        assert_eq!(peer.path().unwrap() + &peer.query().unwrap(), "");
        assert_eq!(peer.header("X-Name"), None);
        later.add("later");
    });
    let server = scene.server.borrow();
    let server = server.as_ref().unwrap();
    server.route("/chat", opened, &route).unwrap();
    let port = server.listen("127.0.0.1", 0, None).unwrap();
    let options = ConnectOptions {
        subprotocols: &["v2", "v1"],
        headers: &[("X-Name", "value")],
        ..Default::default()
    };
    let opened = Handlers::new().on_open(move |peer| {
        at_client.add(peer.subprotocol().unwrap());
        peer.send("text");
    });
    scene.connect_with(
        &format!("ws://127.0.0.1:{port}/chat?room=1"),
        opened,
        &options,
    );
    scene.run();
    assert_eq!(notes.take(), ["later", "v1", "v1"]);
}

#[test]
fn the_server_closes_and_shuts_down() {
    let scene = Scene::new();
    let notes = scene.notes(3);
    let (closing, server, finished) = (notes.clone(), scene.server.clone(), notes.clone());
    let uri = scene.serve(Handlers::new().on_message(move |peer, message| {
        if Content::of(message) == Content::Text("close".into()) {
            peer.close(3000, "as asked").unwrap();
            assert_eq!(peer.send("too late"), Sent::Closed);
        } else {
            let done = closing.clone();
            let server = server.borrow();
            server
                .as_ref()
                .unwrap()
                .shutdown(Duration::MAX, move || done.add("done"))
                .unwrap();
        }
    }));
    for text in ["close", "shut down"] {
        let notes = finished.clone();
        let closed = Handlers::new().on_close(move |_, report| notes.add(end_of("", report)));
        // waits for the opening
        assert_eq!(scene.connect(&uri, closed).send(text), Sent::Accepted);
    }
    scene.run();
    assert_eq!(
        notes.take(),
        [
            " 1001 \"shutting down\" true",
            " 3000 \"as asked\" true",
            "done"
        ]
    );
    let server = scene.server.take().unwrap(); // which its own handlers keep
    assert_eq!(server.connection_count(), 0);
}

#[test]
fn a_full_queue_drops_and_becomes_writable() {
    let scene = Scene::new();
    let notes = scene.notes(1);
    let uri = scene.serve(Handlers::new());
    let connection = ConnectionOptions {
        queue_size_max: 1000,
        when_full: WhenFull::Drop,
        ..Default::default()
    };
    let options = ConnectOptions {
        connection,
        ..Default::default()
    };
    let writable = notes.clone();
    let handlers = Handlers::new()
        .on_open(|peer| {
            let long = vec![0; 1 << 20];
            while peer.send(&long) == Sent::Accepted {}
            assert!(peer.queued_bytes() > 0);
            assert_eq!(peer.send(&long), Sent::Dropped);
        })
        .on_writable(move |peer| writable.add(format!("{:?}", peer.send("again"))));
    scene.connect_with(&uri, handlers, &options);
    scene.run();
    assert_eq!(notes.take(), ["Accepted"]);
}

#[test]
fn a_paused_connection_does_not_read() {
    let scene = Scene::new();
    let notes = scene.notes(2);
    let uri = scene.serve(Handlers::new().on_open(|peer| {
        peer.send("message");
    }));
    let paused = Rc::new(RefCell::new(None));
    let (to_pause, to_resume) = (paused.clone(), paused);
    let (first, second) = (notes.clone(), notes.clone());
    let pausing = Handlers::new()
        .on_open(move |peer| {
            peer.pause().unwrap();
            *to_pause.borrow_mut() = Some(peer.clone());
        })
        .on_message(move |_, _| first.add("2. the paused one"));
    scene.connect(&uri, pausing);
    let server = scene.server.borrow();
    scene.process_until(|| server.as_ref().unwrap().connection_count() > 0);
    // When this one has its message, the server has sent the other one long ago.
    let resuming = Handlers::new().on_message(move |_, _| {
        second.add("1. the other one");
        to_resume.borrow().as_ref().unwrap().resume();
    });
    scene.connect(&uri, resuming);
    scene.run();
    assert_eq!(
        notes.take_in_order(),
        ["1. the other one", "2. the paused one"]
    );
}

// --- timers and other threads

#[test]
fn timers_expire_repeat_and_are_disarmed() {
    let scene = Scene::new();
    let notes = scene.notes(4);
    let (once, often) = (notes.clone(), notes.clone());
    let once = Timer::new(&scene.event_loop, move || once.add("once")).unwrap();
    let often = Timer::new(&scene.event_loop, move || often.add("often")).unwrap();
    let never = Timer::new(&scene.event_loop, || unreachable!()).unwrap();
    assert!(!once.is_armed());
    assert_eq!(scene.event_loop.timeout(), None);
    once.arm(Duration::ZERO);
    often.arm_every(Duration::from_millis(1), Duration::ZERO);
    never.arm(Duration::ZERO);
    never.disarm();
    assert!(once.is_armed() && !never.is_armed());
    scene.run();
    assert_eq!(notes.take(), ["often", "often", "often", "once"]);
    drop(often);
    assert_eq!(scene.event_loop.run(), 0); // nothing is left to do
}

#[test]
fn handles_and_remotes_work_on_other_threads() {
    fn may_cross_threads<T: Send + Sync>() {}
    may_cross_threads::<Handle>();
    may_cross_threads::<Remote>();
    may_cross_threads::<Tls>();

    let scene = Scene::new();
    let notes = scene.notes(2);
    let (sender, receiver) = mpsc::channel::<Handle>();
    let uri = scene.serve(noting_echo(&notes).on_open(move |peer| {
        sender.send(peer.handle().unwrap()).unwrap();
    }));
    let (received, closed) = (notes.clone(), notes.clone());
    let count = Rc::new(Cell::new(0));
    let handlers = Handlers::new()
        .on_message(move |_, message| {
            assert_eq!(
                Content::of(message),
                Content::Text(format!("message {}", count.get()))
            );
            count.set(count.get() + 1);
        })
        .on_close(move |_, report| closed.add(end_of("client", report)));
    scene.connect(&uri, handlers);
    let remote = scene.event_loop.remote();
    let other = thread::spawn(move || {
        let handle = receiver.recv_timeout(LIMIT).unwrap();
        let same = handle.clone();
        for number in 0..100 {
            assert_eq!(same.send(&format!("message {number}")), Sent::Accepted);
        }
        let (posted, done) = mpsc::channel();
        let loops_thread = thread::current().id();
        remote
            .post(move || posted.send(thread::current().id() != loops_thread).unwrap())
            .unwrap();
        assert!(done.recv_timeout(LIMIT).unwrap());
        handle.close(4000, "from a thread").unwrap();
        (handle, remote)
    });
    scene.run();
    drop(received);
    let ends = ["client", "server"].map(|side| format!("{side} 4000 \"from a thread\" true"));
    assert_eq!(notes.take(), ends);
    let (handle, remote) = other.join().unwrap();
    assert_eq!(handle.send("too late"), Sent::Closed);
    drop(scene);
    assert_eq!(handle.send("too late"), Sent::Closed);
    assert_eq!(handle.queued_bytes(), 0);
    assert_eq!(handle.abort().unwrap_err().name(), "WEFT_E_GONE");
    assert_eq!(
        remote.post(|| unreachable!()).unwrap_err().name(),
        "WEFT_E_GONE"
    );
    remote.stop();
}

#[test]
fn another_thread_wakes_and_stops_a_perpetual_loop() {
    let event_loop = EventLoop::new().unwrap();
    event_loop.set_perpetual(true);
    let remote = event_loop.remote();
    let other = thread::spawn(move || remote.stop()); // before or during `run`
    run(&event_loop);
    other.join().unwrap();
    event_loop.set_perpetual(false);
    event_loop.run();
}

// --- in a loop of the application

#[repr(C)]
struct PollFd {
    fd: c_int,
    events: c_short,
    revents: c_short,
}

extern "C" {
    fn poll(fds: *mut PollFd, count: c_ulong, timeout: c_int) -> c_int;
}

const POLLIN: c_short = 1;

#[test]
fn a_foreign_loop_watches_the_descriptor() {
    let scene = Scene::new();
    let notes = scene.notes(2);
    let uri = scene.serve(noting_echo(&notes));
    scene.connect(&uri, exchange(&notes));
    let (expired, ends) = (Rc::new(Cell::new(false)), Rc::new(RefCell::new(vec![])));
    let set = expired.clone();
    let timer = Timer::new(&scene.event_loop, move || set.set(true)).unwrap();
    timer.arm(Duration::from_millis(30));
    assert!(scene.event_loop.timeout().unwrap() <= Duration::from_millis(30));
    let fd = scene.event_loop.fd().unwrap();
    let deadline = Instant::now() + LIMIT;
    while !expired.get() || ends.borrow().len() < 2 {
        let mut watched = PollFd {
            fd: fd.as_raw_fd(),
            events: POLLIN,
            revents: 0,
        };
        assert!(Instant::now() < deadline);
        let ready = unsafe { poll(&mut watched, 1, 60000) };
        assert_eq!((ready, watched.revents), (1, POLLIN));
        scene.event_loop.process();
        ends.borrow_mut().extend(notes.take());
    }
    ends.borrow_mut().sort();
    assert_eq!(*ends.borrow(), BOTH_ENDS);
}

#[test]
fn a_foreign_loop_without_descriptors_asks_for_the_timeout() {
    let event_loop = EventLoop::new().unwrap();
    let expired = Rc::new(Cell::new(0));
    let count = expired.clone();
    let timer = Timer::new(&event_loop, move || count.set(count.get() + 1)).unwrap();
    timer.arm(Duration::from_millis(5));
    let deadline = Instant::now() + LIMIT;
    while expired.get() == 0 {
        assert!(Instant::now() < deadline);
        let wait = event_loop.timeout().unwrap();
        unsafe { poll(std::ptr::null_mut(), 0, wait.as_millis() as c_int) };
        event_loop.process();
    }
    assert_eq!((expired.get(), event_loop.timeout()), (1, None));
}

// --- TLS

/// Makes a certificate for 127.0.0.1 and its key, in the folder for files of tests.
fn certificate() -> (PathBuf, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test",
        ])
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-out"])
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key)
        .output()
        .expect("this test needs the program openssl");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    (certificate, key)
}

#[test]
fn tls_with_certificate_files() {
    if !has_tls() {
        return assert_eq!(Tls::client(None).err().unwrap().name(), "WEFT_E_NO_TLS");
    }
    let (certificate, key) = certificate();
    let scene = Scene::new();
    let notes = scene.notes(2);
    let port = {
        let server = scene.server.borrow();
        let server = server.as_ref().unwrap();
        server
            .route("/*", noting_echo(&notes), &RouteOptions::default())
            .unwrap();
        let tls = Tls::server(&certificate, Some(&key)).unwrap();
        server.listen("127.0.0.1", 0, Some(&tls)).unwrap()
    };
    let uri = format!("wss://127.0.0.1:{port}/");
    let tls = Tls::client(Some(&certificate)).unwrap();
    let options = ConnectOptions {
        tls: Some(&tls),
        ..Default::default()
    };
    scene.connect_with(&uri, exchange(&notes), &options);
    scene.run();
    assert_eq!(notes.take(), BOTH_ENDS);

    let remote = scene.event_loop.remote();
    let failed = notes.clone();
    let handlers = Handlers::new().on_fail(move |report| {
        failed.add(report.error.as_ref().unwrap().name());
        remote.stop();
    });
    let trusting_others = Tls::client(None).unwrap();
    let options = ConnectOptions {
        tls: Some(&trusting_others),
        ..Default::default()
    };
    scene.connect_with(&uri, handlers, &options);
    scene.run();
    assert_eq!(notes.take(), ["WEFT_E_TLS"]);
}

// --- errors

fn failure<T>(result: Result<T, Error>) -> (&'static str, String) {
    let error = result.err().expect("an error");
    (error.name(), error.to_string())
}

#[test]
fn wrong_arguments_are_errors_without_an_effect() {
    let event_loop = EventLoop::new().unwrap();
    let server = Server::new(&event_loop).unwrap();
    let client = Client::new(&event_loop).unwrap();
    let mut refused = vec![
        failure(server.route("/a\0", echo(), &RouteOptions::default())),
        failure(server.listen("127.0.0.1\0", 0, None)),
        failure(client.connect("ws://127.0.0.1/\0", echo(), &ConnectOptions::default())),
        failure(Tls::client(Some(Path::new("")))),
        failure(Tls::server(Path::new("a\0b"), None)),
    ];
    let route = RouteOptions {
        subprotocol: Some("a\0"),
        ..Default::default()
    };
    refused.push(failure(server.route("/*", echo(), &route)));
    for (headers, subprotocols) in [([("A\0", "b")], ["c"]), ([("A", "b\0")], ["c"])] {
        let options = ConnectOptions {
            headers: &headers,
            subprotocols: &subprotocols,
            ..Default::default()
        };
        refused.push(failure(client.connect("ws://127.0.0.1/", echo(), &options)));
    }
    for (name, text) in refused {
        assert_eq!(name, "WEFT_E_BAD_ARGUMENT");
        assert!(text.contains("NUL") || text.contains("empty"), "{text}");
    }
    assert_eq!(
        failure(server.listen("not an address", 0, None)).0,
        "WEFT_E_NO_RESOLVER"
    );
    if has_tls() {
        let (name, text) = failure(Tls::server(Path::new("/nonexistent/certificate.pem"), None));
        assert!(text.contains("certificate.pem"), "{name} {text}");
    }
    assert_eq!(event_loop.run(), 0); // there is nothing to do
}

#[test]
fn close_frames_cannot_have_every_code() {
    let scene = Scene::new();
    let notes = scene.notes(2);
    let checked = notes.clone();
    let uri = scene.serve(Handlers::new().on_open(move |peer| {
        for code in [0, 999, 1004, 1005, 1006, 1015, 2999, 5000] {
            assert_eq!(failure(peer.close(code, "")).0, "WEFT_E_BAD_CLOSE_CODE");
            assert_eq!(
                failure(peer.handle().unwrap().close(code, "")).0,
                "WEFT_E_BAD_CLOSE_CODE"
            );
        }
        assert_eq!(failure(peer.close(1000, "\0")).0, "WEFT_E_BAD_ARGUMENT");
        assert!(peer.is_open());
        checked.add("checked");
        peer.close(1013, "").unwrap();
    }));
    let closed = notes.clone();
    let end = Handlers::new().on_close(move |_, report| closed.add(report.code.to_string()));
    scene.connect(&uri, end);
    scene.run();
    assert_eq!(notes.take(), ["1013", "checked"]);
}

#[test]
fn failed_attempts_are_reported() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let scene = Scene::new();
    let notes = scene.notes(3);
    let route = RouteOptions {
        subprotocol: Some("v1"),
        ..Default::default()
    };
    let port = {
        let server = scene.server.borrow();
        let server = server.as_ref().unwrap();
        server.route("/only", echo(), &route).unwrap();
        server.listen("127.0.0.1", 0, None).unwrap()
    };
    for uri in [
        format!("ws://{closed}/"),
        format!("ws://127.0.0.1:{port}/"),
        "no URI".into(),
    ] {
        let notes = notes.clone();
        let failed = Handlers::new().on_fail(move |report| {
            let error = report.error.as_ref().unwrap();
            assert!(!report.clean && !error.to_string().is_empty());
            let system = error.raw_os_error().map(std::io::Error::from_raw_os_error);
            let kind = system.map(|error| error.kind());
            notes.add(format!("{} {kind:?} {}", error.name(), report.http_status));
        });
        scene.connect(&uri, failed);
    }
    scene.run();
    let expected = [
        "WEFT_E_BAD_URI None 0",
        "WEFT_E_NOT_UPGRADED None 404",
        "WEFT_E_SYSTEM Some(ConnectionRefused) 0",
    ];
    assert_eq!(notes.take(), expected);
}

#[test]
fn the_library_has_a_version() {
    assert_eq!(weft::version(), env!("CARGO_PKG_VERSION"));
}
