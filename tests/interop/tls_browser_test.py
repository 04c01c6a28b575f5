# SPDX-License-Identifier: MIT
# `weft serve --tls`, and Chromium: one that trusts its certificate, and one that does not. Ends
# with 77 where there is no Chromium. Usage: tls_browser_test.py <the weft program>

import base64
import hashlib
import shutil
import subprocess
import sys
import tempfile

import browser_test
from tls_programs import make_certificate, weft_serves

TRUSTING = """
    async 'messages of all sizes'() {
        const socket = await dial('/echo');
        for (const size of [0, 1, 125, 126, 16384, 16385, 1 << 20]) {
            expect(await answer(socket, 'x'.repeat(size)), 'x'.repeat(size));
            const found = new Uint8Array(await answer(socket, new Uint8Array(size).fill(7)));
            expect([found.length, found.every((byte) => byte === 7)], [size, true]);
        }
    },
    async 'many at once'() {
        const sockets = await Promise.all(Array.from({ length: 20 }, () => dial('/echo')));
        const answers = await Promise.all(sockets.map((socket, at) => answer(socket, `${at}`)));
        expect(answers, sockets.map((_, at) => at));
    },
    async 'the page closes'() {
        const socket = await dial('/echo');
        socket.close(4001, 'my reason');
        const end = await socket.ended;
        expect([end.wasClean, end.code], [true, 4001]);
    },
    async 'no such page'() {
        expect(await dial('/nowhere').catch((error) => error.message), 'no connection');
    },
"""

DISTRUSTING = """
    async 'an unknown certificate'() {
        expect(await dial('/echo').catch((error) => error.message), 'no connection');
    },
"""


def fingerprint(pem):
    """Of the certificate's public key, as Chromium wants it."""
    key = subprocess.run(["openssl", "pkey", "-in", pem, "-pubout", "-outform", "der"], check=True,
                         capture_output=True).stdout
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


def main():
    browser = browser_test.find_browser()
    if not browser or not shutil.which("openssl"):
        print("skipped: there is no Chromium here, or no openssl, which makes the certificate")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        pem = make_certificate(folder)
        server, port = weft_serves(sys.argv[1], "--cert", pem)
        url = f"wss://localhost:{port}"
        status = browser_test.judge(browser_test.findings_of(browser, url, DISTRUSTING))
        if status == 0:
            status = browser_test.judge(browser_test.findings_of(
                browser, url, TRUSTING,
                "--ignore-certificate-errors-spki-list=" + fingerprint(pem)))
        server.terminate()
        return server.wait() or status


if __name__ == "__main__":
    sys.exit(main())
