# SPDX-License-Identifier: MIT
# Our server, and Chromium: a page runs its checks and posts what it found. Ends with 77 where there
# is no Chromium.
# Usage: browser_test.py <folder of the programs>

import http.server
import shutil
import subprocess
import sys
import tempfile
import threading

import programs

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
PATIENCE = 40

PAGE = """<!doctype html>
<script>
const base = 'SERVER';
const expect = (found, wanted) => {
    if (String(found) !== String(wanted)) throw new Error(`${found} is not ${wanted}`);
};
const dial = (path, ...protocols) => new Promise((resolve, reject) => {
    const socket = new WebSocket(base + path, ...protocols);
    socket.binaryType = 'arraybuffer';
    socket.ended = new Promise((end) => { socket.onclose = end; });
    socket.onopen = () => resolve(socket);
    socket.onerror = () => reject(new Error('no connection'));
});
const answer = (socket, what) => new Promise((resolve) => {
    socket.onmessage = (event) => resolve(event.data);
    socket.send(what);
});
const tests = {
TESTS};
(async () => {
    const found = [];
    for (const [name, test] of Object.entries(tests)) {
        await test().then(() => found.push(`ok     ${name}`),
            (error) => found.push(`FAILED ${name}: ${error.message}`));
    }
    fetch('/', { method: 'POST', body: found.join('\\n') });
})();
</script>
"""


TESTS = """
    async texts() {
        const socket = await dial('/');
        for (const text of ['hello', '', 'grüße ☂ 🧵', 'x'.repeat(1 << 20)]) {
            expect(await answer(socket, text), text);
        }
    },
    async binaries() {
        const socket = await dial('/');
        for (const size of [0, 125, 126, 65536, 1 << 24]) {
            const found = new Uint8Array(await answer(socket, new Uint8Array(size).fill(7)));
            expect(found.length, size);
            expect(found.every((byte) => byte === 7), true);
        }
    },
    async 'fragments, pings between them'() {
        expect(await answer(await dial('/parts'), 'y'.repeat(2500)), 'y'.repeat(2500));
    },
    async subprotocols() {
        expect((await dial('/chat', ['unknown', 'chat.v2'])).protocol, 'chat.v2');
    },
    async extensions() {
        expect((await dial('/')).extensions, '');
    },
    async 'the page closes'() {
        const socket = await dial('/');
        socket.close(4001, 'my reason');
        const end = await socket.ended;
        expect([end.wasClean, end.code], [true, 4001]);
    },
    async 'the server closes'() {
        const end = await (await dial('/close?code=4002&reason=see+you')).ended;
        expect([end.wasClean, end.code, end.reason], [true, 4002, 'see you']);
    },
    async 'the server ends abruptly'() {
        const socket = await dial('/abort');
        socket.send('end');
        const end = await socket.ended;
        expect([end.wasClean, end.code], [false, 1006]);
    },
    async 'a rejected handshake'() {
        expect(await dial('/reject').catch((error) => error.message), 'no connection');
    },
"""


class Pages(http.server.BaseHTTPRequestHandler):
    """Serves the page and takes its findings."""

    def do_GET(self):
        self.server.fetched = True
        self.answer(self.server.page.encode())

    def do_POST(self):
        self.server.findings = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(b"")
        self.server.arrived.set()

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nobody reads a log."""


def findings_of(browser, server, tests, *flags):
    """What the page posts from the browser after its tests, empty if nothing comes; None if the
    browser does not even fetch the page."""
    page = PAGE.replace("SERVER", server).replace("TESTS", tests)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as pages, \
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        pages.page, pages.findings, pages.fetched = page, "", False
        pages.arrived = threading.Event()
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        process = subprocess.Popen(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-dev-shm-usage", "--user-data-dir=" + profile,
             *flags, f"http://127.0.0.1:{pages.server_port}/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pages.arrived.wait(PATIENCE)
        process.terminate()
        process.wait()
        pages.shutdown()
        return pages.findings if pages.fetched else None


def find_browser():
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def judge(findings):
    """Says what was found; the exit code."""
    if findings is None:
        print("skipped: Chromium does not start here")
        return 77
    print(findings or "the page did not come to its end")
    return 1 if "FAILED" in findings or not findings else 0


def main(folder):
    browser = find_browser()
    if not browser:
        print("skipped: there is no Chromium here")
        return 77
    with programs.Server(folder) as server:
        return judge(findings_of(browser, server.url, TESTS))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
