// SPDX-License-Identifier: MIT
//! The crate weft with Python's websockets, in both roles. These tests run only with `--ignored`,
//! and with the environment variable WEFT_PEERS_PYTHON: a Python that has the package.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;

mod scene;
use scene::{exchange, noting_echo, Scene, BOTH_ENDS};

const SERVER: &str = r#"
import asyncio, sys, websockets

async def echo(peer):
    try:
        async for message in peer:
            await peer.send(message)
    except websockets.ConnectionClosed:
        pass

async def main():
    async with websockets.serve(echo, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
"#;

const CLIENT: &str = r#"
import asyncio, sys, websockets

async def main():
    async with websockets.connect(sys.argv[1]) as peer:
        for message in ("hello", "", "grüße ☂ 🧵", bytes([0, 255]), b"", bytes(70000)):
            await peer.send(message)
            assert await asyncio.wait_for(peer.recv(), 60) == message
        await peer.close(4001, "my reason ☂")

asyncio.run(main())
"#;

fn python(source: &str, arguments: &[&str]) -> Child {
    let program = std::env::var_os("WEFT_PEERS_PYTHON").expect("WEFT_PEERS_PYTHON");
    let mut command = Command::new(program);
    command.args(["-X", "utf8", "-c", source]).args(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs the loop until the program has ended, which it does when it has no connection or no input.
fn run_until_exit(scene: &Scene, mut program: Child) {
    drop(program.stdin.take());
    let remote = scene.event_loop.remote();
    let waiting = thread::spawn(move || {
        let status = program.wait();
        remote.stop();
        status
    });
    scene.run();
    assert!(waiting.join().unwrap().unwrap().success());
}

#[test]
#[ignore = "needs Python's websockets"]
fn client_and_a_server_of_websockets() {
    let mut server = python(SERVER, &[]);
    let mut port = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut port)
        .unwrap();
    let scene = Scene::new();
    let notes = scene.notes(1);
    scene.connect(
        &format!("ws://127.0.0.1:{}/", port.trim()),
        exchange(&notes),
    );
    scene.run();
    assert_eq!(notes.take(), BOTH_ENDS[..1]);
    run_until_exit(&scene, server);
}

#[test]
#[ignore = "needs Python's websockets"]
fn server_and_a_client_of_websockets() {
    let scene = Scene::new();
    let notes = scene.notes(1);
    let uri = scene.serve(noting_echo(&notes));
    let client = python(CLIENT, &[&uri]);
    scene.run();
    assert_eq!(notes.take(), BOTH_ENDS[1..]);
    run_until_exit(&scene, client);
}
