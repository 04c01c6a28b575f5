# SPDX-License-Identifier: MIT
# The program over TLS, and other people's clients and servers: Python's websockets and the npm
# package ws. Usage: tls_peers_test.py <the weft program>

import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading

from tls_programs import make_certificate, weft_serves
from websockets.sync.client import connect
from websockets.sync.server import serve

WEFT = sys.argv[1]
SIZES = [0, 1, 125, 126, 16384, 16385, 70_000, 3_000_000]
PATIENCE = 60

NODE_CLIENT = """
const WebSocket = require('ws');
const [url, ca] = process.argv.slice(1);
const peer = new WebSocket(url, { ca: require('fs').readFileSync(ca), maxPayload: 1 << 26 });
const sizes = %s;
let at = 0;
const next = () => at < sizes.length ? peer.send('x'.repeat(sizes[at])) : peer.close();
peer.on('open', next);
peer.on('message', (data) => {
    if (data.length !== sizes[at++]) process.exit(3);
    next();
});
peer.on('close', (code) => process.exit(code === 1005 ? 0 : 4));
""" % SIZES

NODE_SERVER = """
const WebSocket = require('ws');
const pem = require('fs').readFileSync(process.argv[1]);
const web = require('https').createServer({ cert: pem, key: pem });
const peers = new WebSocket.Server({ server: web });
peers.on('connection', (peer) => peer.on('message', (data, binary) => peer.send(data, { binary })));
web.listen(0, '127.0.0.1', () => console.log(web.address().port));
"""


def weft_talks(url, pem):
    lines = [b"x" * size for size in SIZES if size]
    done = subprocess.run([WEFT, "connect", "-q", "--ca", pem, url],
                          input=b"\n".join(lines) + b"\n", capture_output=True, timeout=PATIENCE,
                          check=False)
    assert done.returncode == 0, done
    assert done.stdout.split() == lines


def websockets_client(pem):
    server, port = weft_serves(WEFT, "--cert", pem)
    trusting = ssl.create_default_context(cafile=pem)
    for version in [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]:
        trusting.maximum_version = version
        with connect(f"wss://localhost:{port}/echo", ssl=trusting, max_size=None,
                     compression=None) as peer:
            for size in SIZES:
                peer.send("x" * size)
                assert peer.recv(PATIENCE) == "x" * size
    server.terminate()
    assert server.wait(PATIENCE) == 0


def websockets_server(pem):
    def echo(peer):
        for message in peer:
            peer.send(message)
    proving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    proving.load_cert_chain(pem)
    with serve(echo, "127.0.0.1", 0, ssl=proving, max_size=None) as server:
        threading.Thread(target=server.serve_forever).start()
        weft_talks(f"wss://localhost:{server.socket.getsockname()[1]}/", pem)
        server.shutdown()


def ws_client(pem):
    server, port = weft_serves(WEFT, "--cert", pem)
    subprocess.run(["node", "-e", NODE_CLIENT, f"wss://localhost:{port}/echo", pem], check=True,
                   timeout=PATIENCE)
    server.terminate()
    assert server.wait(PATIENCE) == 0


def ws_server(pem):
    with subprocess.Popen(["node", "-e", NODE_SERVER, pem], stdout=subprocess.PIPE) as server:
        weft_talks(f"wss://localhost:{int(server.stdout.readline())}/", pem)
        server.terminate()


def main():
    if not shutil.which("openssl"):
        print("skipped: there is no openssl, which makes the certificate")
        sys.exit(77)
    os.environ["NODE_PATH"] = os.path.join(os.environ["WEFT_PEERS_DIR"], "node_modules")
    peers = [websockets_client, websockets_server]
    if shutil.which("node") and os.path.isdir(os.path.join(os.environ["NODE_PATH"], "ws")):
        peers += [ws_client, ws_server]
    else:
        print("without the npm package ws: it is not here")
    with tempfile.TemporaryDirectory() as folder:
        pem = make_certificate(folder)
        for one in peers:
            one(pem)
            print("ok", one.__name__, flush=True)


if __name__ == "__main__":
    main()
