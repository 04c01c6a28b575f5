# SPDX-License-Identifier: MIT
# The page in a headless Chromium, driven over its debugging protocol, for which `weft connect` is
# the client. Skipped, with the reason, where there is no Chromium.

import base64
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from redis_place import IS_INSTALLED, Redis
from weft_program import PATIENCE, Running, Server

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--remote-debugging-port=0")

# Resolves as soon as the page shows what is expected.
WATCH = """new Promise((resolve) => {
    const look = () => {
        const shown = document.getElementById("messages").innerText + "\\n" +
            document.getElementById("state").innerText + "\\n" +
            document.getElementById("connect").innerText;
        if (new RegExp(%s).test(shown)) { watcher.disconnect(); resolve(shown); }
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document.body, {subtree: true, childList: true, characterData: true,
                                    attributes: true});
    look();
})"""


class Browser:
    """A Chromium with one page."""

    def __init__(self, program):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={self._profile.name}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            start_new_session=True)
        self.client = None
        self._last = 0
        self.events = []  # what the page has messages meanwhile
        try:
            self.client = Running("connect", "--stay", "--quiet", self._page_address())
        except BaseException:
            self.end()
            raise

    def _page_address(self):
        errors = Running._lines(self._process.stderr)
        found = Running.wait_for(self, r"DevTools listening on ws://127\.0\.0\.1:(\d+)/", errors)
        asking = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=PATIENCE)
        asking.request("GET", "/json/list")
        targets = json.loads(asking.getresponse().read())
        asking.close()
        return next(one["webSocketDebuggerUrl"] for one in targets if one["type"] == "page")

    def call(self, method, **parameters):
        self._last += 1
        self.client.send(json.dumps({"id": self._last, "method": method, "params": parameters}) +
                         "\n")
        while True:
            line = self.client.out.get(timeout=PATIENCE)
            if line is None:
                raise AssertionError("the browser has gone")
            answer = json.loads(line)
            if "method" in answer:
                self.events.append(answer)
            if answer.get("id") == self._last:
                return answer["result"]

    def evaluate(self, script):
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True,
                           returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def open(self, address):
        self.call("Page.enable")
        self.call("Page.navigate", url=address)
        # Navigation replaces the document at a moment of its own.
        while not self.evaluate(
                f"location.href.startsWith({json.dumps(address)}) && "
                "document.readyState === 'complete'"):
            pass

    def shows(self, pattern):
        return self.evaluate(WATCH % json.dumps(pattern))

    def press(self, element):
        self.evaluate(f"document.getElementById('{element}').click()")

    def say(self, text):
        self.evaluate(f"document.getElementById('text').value = {json.dumps(text)}")
        self.press("send")

    def picture(self, name):
        """Keeps a screenshot, for people, in the folder that WEFT_SCREENSHOTS names."""
        folder = os.environ.get("WEFT_SCREENSHOTS")
        if folder:
            shot = base64.b64decode(self.call("Page.captureScreenshot")["data"])
            with open(os.path.join(folder, name + ".png"), "wb") as file:
                file.write(shot)

    def end(self):
        if self.client:
            self.client.__exit__()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._profile.cleanup()


class Page(unittest.TestCase):
    def setUp(self):
        self.server = Server("--log", "quiet")
        self.addCleanup(self.server.__exit__)
        self.browser = Browser(PROGRAM)
        self.addCleanup(self.browser.end)
        self.address = f"http://{self.server.host}:{self.server.port}/"

    def test_echo_close_and_reconnect(self):
        browser = self.browser
        browser.open(self.address)
        browser.press("connect")
        browser.shows(r"open\nDisconnect")
        browser.say("hello from the page <b>&amp;")
        shown = browser.shows(r"(?:hello from the page[^]*){2}")
        self.assertEqual(shown.count("<b>&amp;"), 2, "markup stays text")
        browser.picture("echo")
        self.server.signal(signal.SIGINT)
        browser.shows(r"Closed: 1001 going away[^]*closed 1001\nReconnect")
        browser.press("connect")
        browser.shows(r"Could not connect: 1006")
        browser.picture("closed")

    def test_chat_with_a_terminal(self):
        browser = self.browser
        browser.call("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": "dark"}])
        browser.open(self.address)
        browser.press("to-chat")
        browser.evaluate("const n = document.getElementById('name'); n.value = 'Zoë';"
                         "n.dispatchEvent(new Event('input'))")
        browser.press("connect")
        browser.shows(r"Zoë joined \(1 here\)")
        with Running("connect", "--stay", self.server.url("/chat?name=ann")) as ann:
            ann.wait_for(r"ann joined \(2 here\)", ann.out)
            ann.send("hello page\n")
            browser.shows(r"ann hello page")
            browser.say("hello terminal")
            ann.wait_for("^Zoë: hello terminal$", ann.out)
            browser.shows(r"Zoë hello terminal")
            browser.picture("chat")
            browser.press("connect")
            ann.wait_for(r"Zoë left", ann.out)
        browser.shows(r"Closed: 1000 normal[^]*Reconnect")

    def test_its_icon_and_its_console(self):
        browser = self.browser
        browser.call("Log.enable")
        browser.call("Runtime.enable")
        browser.open(self.address)
        size = browser.evaluate("new Promise((done) => { const icon = new Image();"
                                "icon.onload = () => done(icon.width);"
                                "icon.onerror = () => done(0);"
                                "icon.src = '/favicon.ico'; })")
        self.assertGreater(size, 0)
        messages = [one for one in browser.events
                if one["method"] in ("Log.entryAdded", "Runtime.exceptionThrown",
                                     "Runtime.consoleAPICalled")]
        self.assertEqual(messages, [])

    def test_lines_and_overrides_forge_nothing(self):
        browser = self.browser
        browser.open(self.address)
        browser.press("connect")
        browser.shows(r"open\nDisconnect")
        browser.evaluate("socket.send('a\u202eb\u2066c\u0007')")
        browser.shows(r"a\\u\{202e\}b\\u\{2066\}c\\u\{7\}")

    def test_binary_is_shown_in_hex(self):
        browser = self.browser
        browser.open(self.address)
        browser.press("connect")
        browser.shows(r"open\nDisconnect")
        browser.evaluate("socket.send(new Uint8Array([104, 105]))")
        browser.shows(r"2 bytes: 68 69")


@unittest.skipUnless(IS_INSTALLED, "there is no Redis")
class SharedRoom(unittest.TestCase):
    def setUp(self):
        self.redis = Redis()
        self.addCleanup(self.redis.__exit__)
        self.browser = Browser(PROGRAM)
        self.addCleanup(self.browser.end)

    def serve(self, port):
        added = Running("serve", "--port", str(port), "--hub", self.redis.url, "--log", "quiet",
                        stdin=subprocess.DEVNULL)
        self.addCleanup(added.__exit__)
        return added, int(added.wait_for(r"http://[^/\s]+:(\d+)/", added.out)[1])

    def test_the_page_recovers_after_its_server_was_killed(self):
        browser = self.browser
        first, port = self.serve(0)
        _, other = self.serve(0)
        browser.open(f"http://127.0.0.1:{port}/")
        browser.press("to-chat")
        browser.press("connect")
        browser.shows(r"this is a shared room")
        with Running("connect", "--stay", f"ws://127.0.0.1:{other}/chat?name=ann") as ann:
            browser.shows(r"ann joined \(2 here\)")
            browser.evaluate("new Promise((done) => { const look = () => "
                             "/Here: .*ann/.test(document.getElementById('members').innerText)"
                             " ? done() : setTimeout(look, 5); look(); })")
            ann.send("one\n")
            browser.shows(r"ann one")
            first.process.kill()
            first.exit_code()
            browser.shows(r"Closed: 1006[^]*connecting again")
            ann.send("two\nthree\n")
            ann.wait_for("ann: three", ann.out)
            self.serve(port)
            shown = browser.shows(r"2 missed lines follow[^]*ann two[^]*ann three[^]*open")
            self.assertEqual(shown.count("ann two"), 1)
            ann.send("four\n")
            browser.shows(r"ann four")
            browser.say("all is well")
            ann.wait_for("all is well", ann.out)
        browser.picture("shared_room")


def browser_or_reason():
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            works = subprocess.run([found, "--version"], capture_output=True, timeout=60,
                                   check=False)
            if works.returncode == 0 and re.search(rb"Chrom", works.stdout):
                return found, None
            return None, f"{found} does not run here: {works.stderr.decode()[:200]}"
    return None, f"none of {', '.join(BROWSERS)} is installed (Debian: apt-get install chromium)"


if __name__ == "__main__":
    PROGRAM, REASON = browser_or_reason()
    if REASON:
        print(f"skipped: {REASON}")
        sys.exit(77)
    unittest.main()
