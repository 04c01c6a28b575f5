# SPDX-License-Identifier: MIT
# The page in a headless Chromium. `weft connect` is the client for Chromium's debugging protocol,
# which controls it. Skipped, with the reason, where there is no Chromium.

import base64
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from redis_place import IS_INSTALLED, Redis
from weft_program import (PATIENCE, FakeServer, Running, Server, frame, read_to_end, upgrade)

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--remote-debugging-port=0")

# Resolves as soon as the page shows what is expected.
WATCH = """new Promise((resolve) => {
    const parts = ["messages", "report", "state", "connect", "members", "wait", "check", "count",
        "copied", "problem", "trip-text", "flow-text", "load-result", "command"];
    const look = () => {
        const shown = parts.map((part) => document.getElementById(part).innerText).join("\\n");
        if (new RegExp(%s).test(shown)) { watcher.disconnect(); resolve(shown); }
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document.body, {subtree: true, childList: true, characterData: true,
                                    attributes: true});
    look();
})"""

FIELDS = {"button", "textbox", "searchbox", "checkbox", "combobox", "spinbutton"}


class Tab:
    """A page of a browser, over the browser's debugging protocol."""

    def __init__(self, address):
        self.address = address
        self.client = Running("connect", "--stay", "--quiet", address)
        self._last = 0
        self.events = []  # what the page has messages meanwhile

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.call("Page.close")
        self.client.__exit__()

    def tab(self):
        """Another page beside this one."""
        made = self.call("Target.createTarget", url="about:blank")["targetId"]
        return Tab(self.address.rpartition("/")[0] + "/" + made)

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

    def fill(self, element, text):
        """Sets a field, and dispatches the events of typing and choosing."""
        self.evaluate(f"(() => {{ const field = document.getElementById('{element}');"
                      f"field.value = {json.dumps(text)};"
                      "field.dispatchEvent(new Event('input'));"
                      "field.dispatchEvent(new Event('change')); })()")

    def value(self, element):
        return self.evaluate(f"document.getElementById('{element}').value")

    def say(self, text):
        self.fill("text", text)
        self.press("send")

    def key(self, key):
        """Presses a key with the events of a real keyboard, so that the browser handles it, too."""
        codes = {"Tab": 9, "Enter": 13, "ArrowUp": 38, "ArrowDown": 40, "c": 67}
        text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 else {}
        more = {"key": key, "windowsVirtualKeyCode": codes[key]}
        self.call("Input.dispatchKeyEvent", type="keyDown", **more, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **more)

    def focused(self):
        return self.evaluate("document.activeElement.id || document.activeElement.tagName")

    def dark(self, is_dark):
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}])

    def width(self, pixels):
        self.call("Emulation.setDeviceMetricsOverride", width=pixels, height=800,
                  deviceScaleFactor=1, mobile=False)

    def picture(self, name):
        """Keeps a screenshot, for people, in the folder that WEFT_SCREENSHOTS names."""
        folder = os.environ.get("WEFT_SCREENSHOTS")
        if folder:
            shot = base64.b64decode(self.call("Page.captureScreenshot")["data"])
            with open(os.path.join(folder, name + ".png"), "wb") as file:
                file.write(shot)


class Browser(Tab):
    """A Chromium with one page."""

    def __init__(self, program):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={self._profile.name}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            start_new_session=True)
        self.client = None
        try:
            super().__init__(self._page_address())
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

    def end(self):
        if self.client:
            self.client.__exit__()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._profile.cleanup()


class Page(unittest.TestCase):
    """Tests with one browser. Each test has its own server, and so its own origin and storage."""

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser(PROGRAM)
        cls.addClassCleanup(cls.browser.end)

    def setUp(self):
        self.server = Server("--log", "quiet")
        self.addCleanup(self.server.__exit__)
        self.address = f"http://{self.server.host}:{self.server.port}/"
        self.browser.dark(False)
        self.browser.width(1280)
        self.browser.open(self.address)

    def connect(self):
        self.browser.press("connect")
        self.browser.shows(r"open\nDisconnect")

    # --- connecting, and how it ends

    def test_echo_close_and_reconnect(self):
        browser = self.browser
        self.connect()
        browser.say("hello from the page <b>&amp;")
        shown = browser.shows(r"(?:hello from the page[^]*){2}")
        self.assertEqual(shown.count("<b>&amp;"), 2, "markup stays text")
        self.assertRegex(shown, r"sent \d\d:\d\d:\d\d\.\d{3} · 28 B")
        self.assertRegex(shown, r"received \d\d:\d\d:\d\d\.\d{3} · 28 B")
        self.server.signal(signal.SIGINT)
        browser.shows(r"Closed: going away \(1001\)[^]*The server closed[^]*connecting again")
        browser.press("connect")
        browser.shows(r"closed\nReconnect")
        browser.press("connect")
        browser.shows(r"Could not connect[^]*does not answer any more[^]*closed\nReconnect")
        browser.picture("closed")

    def test_it_connects_again_and_shows_when(self):
        browser = self.browser
        self.connect()
        port = self.server.port
        self.server.process.kill()
        self.server.exit_code()
        shown = browser.shows(r"without a close frame \(1006\)[^]*attempt [1-9]\d* in \d")
        self.assertIn("connecting again", shown)
        self.assertIn("killed", shown)
        shown = browser.shows(r"attempt [2-9] in \d")
        self.assertIn("It was open for", shown, "the report stays")
        self.assertNotIn("Could not connect", shown)
        with Running("serve", "--port", str(port), "--log", "quiet",
                     stdin=subprocess.DEVNULL) as again:
            again.wait_for(r"http://", again.out)
            browser.press("now")
            browser.shows(r"(?:Connected to [^]*){2}open\nDisconnect")
            browser.press("connect")
            browser.shows(r"normal closure \(1000\)[^]*This page closed[^]*closed\nReconnect")

    def test_reports_of_other_servers(self):
        def end(code, reason):
            def serve(client, request):
                client.sendall(upgrade(request) +
                               frame(8, code.to_bytes(2, "big") + reason.encode()))
                client.recv(4096)  # the answer; the browser waits for the end of the stream
            return serve
        for code, reason, words in ((1008, "log in first", r"policy violation.*[^]*credentials"),
                                    (4001, "", r"code of the application.*[^]*no reason"),
                                    (1009, "", r"message too big.*[^]*--max-message")):
            with self.subTest(code), FakeServer(end(code, reason)) as other:
                self.browser.fill("url", other.url("/feed"))
                self.browser.press("connect")
                shown = self.browser.shows(words + r"[^]*closed\nReconnect")
                self.assertIn(f"({code})", shown)
                self.assertIn(reason, shown)
        with FakeServer(lambda client, _: read_to_end(client)) as silent:
            self.browser.fill("url", silent.url())
            self.browser.press("connect")
            self.browser.shows("connecting\nDisconnect")
            self.browser.press("connect")
            self.browser.shows(r"Stopped before the connection was open[^]*closed\nReconnect")
        self.browser.fill("url", "ws://[")
        self.browser.press("connect")
        self.browser.shows(r"not connected[^]*(?:URL|url)")
        self.browser.fill("url", self.server.url("/nowhere"))
        self.browser.press("connect")
        self.browser.shows(r"Could not connect[^]*is running \(HTTP 200\)")

    def test_a_url_with_subprotocols_is_kept(self):
        browser = self.browser
        offered = []

        def serve(client, request):
            offered.append(re.search(r"(?i)sec-websocket-protocol: *(.*)\r", request)[1])
            client.sendall(upgrade(request, "Sec-WebSocket-Protocol: b\r\n"))
            read_to_end(client)
        with FakeServer(serve) as other:
            url = other.url("/it's?a=b&c")
            browser.fill("url", url)
            browser.fill("subprotocols", "a, b")
            line = browser.shows("weft connect .*it").splitlines()[-1]
            self.assertEqual(shlex.split(line), ["weft", "connect", "-s", "a", "-s", "b", url])
            browser.press("connect")
            browser.shows(r"subprotocol b[^]*open\nDisconnect")
            self.assertEqual(offered, ["a, b"])
            browser.open(self.address)
        self.assertEqual(browser.value("url"), url)
        self.assertEqual(browser.value("subprotocols"), "a, b")
        self.assertIn(url, browser.evaluate("[...document.getElementById('urls').options]"
                                            ".map((one) => one.value).join()"))
        browser.press("forget")
        browser.open(self.address)
        self.assertEqual(browser.value("url"), self.server.url("/echo"))

    # --- messages

    def test_json_is_checked_and_formatted(self):
        browser = self.browser
        self.connect()
        browser.fill("kind", "json")
        browser.say('{"a": [1,')
        browser.shows("Not sent while it is invalid")
        browser.fill("text", '{"a":1}')
        browser.shows("valid JSON")
        browser.press("format")
        self.assertEqual(browser.value("text"), '{\n  "a": 1\n}')
        browser.say('{"b":[true]}')
        browser.shows(r'(?:\{"b":\[true\]\}[^]*){2}')
        browser.press("pretty")
        browser.say('{"c":[true]}')
        shown = browser.shows(r'(?:\{\n  "c": \[\n    true\n  \]\n\}[^]*){2}')
        self.assertNotIn('[1,', shown)

    def test_binary_in_hex_and_from_a_file(self):
        browser = self.browser
        self.connect()
        browser.fill("kind", "hex")
        browser.say("68 6")
        browser.shows("Not sent while it is invalid: one digit is missing")
        browser.say("68 zz")
        browser.shows("“z” is no hexadecimal digit")
        browser.say("0x68,69")
        browser.shows(r"received [^\n]* 2 B[^]*68 69 \|hi\|")
        browser.fill("kind", "file")
        with tempfile.NamedTemporaryFile(suffix=".bin") as file:
            file.write(bytes(range(256)) * 4)
            file.flush()
            root = browser.call("DOM.getDocument")["root"]["nodeId"]
            node = browser.call("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
            browser.call("DOM.setFileInputFiles", nodeId=node, files=[file.name])
            browser.shows(r"\.bin, 1\.02 kB")
            browser.press("send")
            browser.shows(r"received [^\n]* 1\.02 kB[^]*f0 f1[^]*and 512 B more")

    def test_filter_copy_clear_and_history(self):
        browser = self.browser
        self.connect()
        browser.evaluate("Object.defineProperty(navigator, 'clipboard', {configurable: true, value:"
                         "{writeText: async (text) => { window.taken = text; }}})")
        for word in "apple", "pear":
            browser.say(word)
        browser.shows(r"(?:pear[^]*){2}5 entries")
        browser.fill("filter", "APPLE")
        self.assertNotIn("pear", browser.shows("2 of 5 shown"))
        browser.fill("only", "got")
        browser.shows("1 of 5 shown")
        browser.press("copy")
        browser.shows("entries are copied")
        self.assertRegex(browser.evaluate("window.taken"), r"^[\d:.]+\treceived\t5 B\tapple$")
        browser.evaluate("document.querySelector('#messages li.got button').click()")
        browser.shows("The message is copied")
        self.assertEqual(browser.evaluate("window.taken"), "apple")
        browser.fill("filter", "")
        browser.press("clear")
        browser.shows("0 entries")
        browser.open(self.address)
        self.connect()
        browser.evaluate("document.getElementById('text').focus()")
        browser.key("ArrowUp")
        self.assertEqual(browser.value("text"), "pear")
        browser.key("ArrowUp")
        self.assertEqual(browser.value("text"), "apple")
        browser.key("ArrowDown")
        self.assertEqual(browser.value("text"), "pear")
        browser.key("Enter")
        browser.shows(r"(?:pear[^]*){2}3 entries")
        browser.fill("history", "1")
        self.assertEqual(browser.value("text"), "apple")

    def test_lines_and_overrides_forge_nothing(self):
        self.connect()
        self.browser.say("a\u202eb\u2066c\u0007")
        self.browser.shows(r"(?:a\\u\{202e\}b\\u\{2066\}c\\u\{7\}[^]*){2}")

    # --- measurements

    def test_round_trips_throughput_and_load(self):
        browser = self.browser
        self.connect()
        browser.press("probe")
        browser.shows(r"median [\d.]+ .?s, 99 % within")
        browser.shows(r"sent \(dashed\) [1-9].* B/s, received")
        self.assertNotIn("weft-probe", browser.shows("."), "probes are not logged")
        browser.fill("load-seconds", "0.3")
        browser.press("load-run")
        shown = browser.shows(r"Load: [\d,]+ messages/s.*came back\.")
        self.assertNotIn("weft-load", shown)
        browser.shows(r"top [\d.]+ [kM]B/s")
        for chart in "#trip .trip", "#flow .sent", "#flow .got":
            path = browser.evaluate(f"document.querySelector('{chart}').getAttribute('d')")
            self.assertRegex(path, r"^M\d")
        browser.say("after the load")
        browser.shows("(?:after the load[^]*){2}")
        browser.picture("light")
        browser.dark(True)
        browser.picture("dark")

    # --- chat

    def test_chat_with_a_terminal(self):
        browser = self.browser
        browser.press("to-chat")
        browser.fill("name", "Zoë")
        browser.press("connect")
        browser.shows(r"Zoë joined \(1 here\)")
        with Running("connect", "--stay", self.server.url("/chat?name=ann")) as ann:
            ann.wait_for(r"ann joined \(2 here\)", ann.out)
            self.assertTrue(browser.evaluate("document.getElementById('load-run').disabled"),
                            "no load on other people")
            ann.send("hello page\n")
            browser.shows(r"ann hello page[^]*Here: .*ann")
            browser.say("hello terminal")
            ann.wait_for("^Zoë: hello terminal$", ann.out)
            browser.shows(r"Zoë hello terminal")
            browser.dark(True)
            browser.picture("chat")
            browser.press("connect")
            ann.wait_for(r"Zoë left", ann.out)
        browser.shows(r"normal closure \(1000\)[^]*Reconnect")

    def test_chat_between_tabs(self):
        with self.browser.tab() as other:
            for tab, name in (self.browser, "one"), (other, "two"):
                tab.open(self.address)
                tab.press("to-chat")
                tab.fill("name", name)
                tab.press("connect")
                tab.shows(f"{name} joined")
            self.browser.say("hello two")
            other.shows("one hello two[^]*Here: (?:one, two|two, one)")
            other.say("hello one")
            self.browser.shows("two hello one")
        self.browser.shows(r"two left \(1 here\)[^]*Here: one\n")

    # --- for everybody

    def test_its_icon_and_its_console(self):
        browser = self.browser
        browser.call("Log.enable")
        browser.call("Runtime.enable")
        browser.events.clear()
        browser.open(self.address)
        self.connect()
        browser.say("hello")
        browser.shows(r"(?:hello[^]*){2}")
        size = browser.evaluate("new Promise((done) => { const icon = new Image();"
                                "icon.onload = () => done(icon.width);"
                                "icon.onerror = () => done(0);"
                                "icon.src = '/favicon.ico'; })")
        self.assertGreater(size, 0)
        messages = [one for one in browser.events
                    if one["method"] in ("Log.entryAdded", "Runtime.exceptionThrown",
                                         "Runtime.consoleAPICalled")]
        browser.call("Log.disable")
        browser.call("Runtime.disable")
        self.assertEqual(messages, [])

    def test_every_field_has_a_name_and_a_place_in_the_focus_order(self):
        browser = self.browser
        self.connect()
        self.assertEqual(browser.focused(), "text", "one can type at once")
        browser.say("one")
        browser.shows(r"(?:one[^]*){2}")
        tree = browser.call("Accessibility.getFullAXTree")["nodes"]
        fields = [(one["role"]["value"], one["name"]["value"]) for one in tree
                  if not one["ignored"] and one["role"]["value"] in FIELDS]
        self.assertGreater(len(fields), 20)
        self.assertEqual([one for one in fields if not one[1]], [])
        self.assertLessEqual({"log", "status", "main", "complementary", "image"},
                             {one["role"]["value"] for one in tree if not one["ignored"]})
        browser.evaluate("document.getElementById('clear').focus()")
        browser.key("Tab")
        self.assertEqual(browser.focused(), "scroll")
        browser.key("ArrowUp")
        self.assertEqual(browser.evaluate("document.activeElement.className"), "got")
        browser.key("ArrowUp")
        self.assertEqual(browser.evaluate("document.activeElement.className"), "sent")
        browser.key("c")
        browser.shows("The message is copied|does not let")
        browser.key("Tab")
        self.assertEqual(browser.focused(), "text", "one key leaves the log")

    def test_it_fits_a_phone(self):
        browser = self.browser
        browser.width(360)
        self.connect()
        browser.say("x" * 300)
        browser.fill("kind", "hex")
        browser.say("00" * 64)
        browser.shows("received [^\\n]* 64 B")
        browser.picture("phone")
        self.assertLessEqual(browser.evaluate("document.documentElement.scrollWidth"), 360)
        self.server.signal(signal.SIGINT)
        browser.shows("attempt 1")
        self.assertLessEqual(browser.evaluate("document.documentElement.scrollWidth"), 360)
        browser.picture("phone_again")


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
            browser.shows(r"Here: .*ann")
            ann.send("one\n")
            browser.shows(r"ann one")
            first.process.kill()
            first.exit_code()
            browser.shows(r"without a close frame \(1006\)[^]*connecting again")
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
