# SPDX-License-Identifier: MIT
# The page in Chromium and in Firefox: the same cases in both. A browser that is missing is skipped,
# with the reason.

import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

from chromium_browser import Chromium
from firefox_browser import Firefox
from redis_place import IS_INSTALLED, Redis
from weft_program import PATIENCE, FakeServer, Running, Server, TlsServer, frame, upgrade


class Page:
    """One browser; each case has a tab, and a server of its own, so an origin with a storage."""

    driver = None

    @classmethod
    def setUpClass(cls):
        cls.browser = cls.driver()
        cls.addClassCleanup(cls.browser.end)

    def setUp(self):
        self.server = Server("--log", "quiet")
        self.addCleanup(self.server.__exit__)
        self.address = f"http://{self.server.host}:{self.server.port}/"
        self.page = self.browser.tab()
        self.addCleanup(self.page.close)
        self.page.dark(False)
        self.page.width(1280)
        self.page.open(self.address)

    def connect(self):
        self.page.press("connect")
        self.page.shows(r"open\nDisconnect")

    # --- connecting, and how it ends

    def test_echo_close_and_reconnect(self):
        page = self.page
        self.connect()
        page.say("hello from the page <b>&amp;")
        shown = page.shows(r"(?:hello from the page[^]*){2}")
        self.assertEqual(shown.count("<b>&amp;"), 2, "markup stays text")
        self.assertRegex(shown, r"sent \d\d:\d\d:\d\d\.\d{3} · 28 B")
        self.assertRegex(shown, r"received \d\d:\d\d:\d\d\.\d{3} · 28 B")
        self.server.signal(signal.SIGINT)
        page.shows(r"Closed: going away \(1001\)[^]*The server closed[^]*connecting again")
        page.press("connect")
        page.shows(r"closed\nReconnect")
        page.press("connect")
        # The server answers with 503 on connections that the browser has opened in advance.
        page.shows(r"Could not connect[^]*(?:does not answer any more|is stopping)[^]*"
                   r"closed\nReconnect")
        page.picture("closed")

    def test_it_connects_again_and_shows_when(self):
        page = self.page
        self.connect()
        port = self.server.port
        self.server.process.kill()
        self.server.exit_code()
        shown = page.shows(r"without a close frame \(1006\)[^]*attempt [1-9]\d* in \d")
        self.assertIn("connecting again", shown)
        self.assertIn("killed", shown)
        shown = page.shows(r"attempt [2-9] in \d")
        self.assertIn("It was open for", shown, "the report stays")
        self.assertNotIn("Could not connect", shown)
        with Running("serve", "--port", str(port), "--log", "quiet",
                     stdin=subprocess.DEVNULL) as again:
            again.wait_for(r"http://", again.out)
            page.press("now")
            page.shows(r"(?:Connected to [^]*){2}open\nDisconnect")
            page.press("connect")
            page.shows(r"normal closure \(1000\)[^]*This page closed[^]*closed\nReconnect")

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
                self.page.fill("url", other.url("/feed"))
                self.page.press("connect")
                shown = self.page.shows(words + r"[^]*closed\nReconnect")
                self.assertIn(f"({code})", shown)
                self.assertIn(reason, shown)
        stopped = threading.Event()  # Firefox does not close the TCP connection
        with FakeServer(lambda client, _: stopped.wait(PATIENCE)) as silent:
            self.page.fill("url", silent.url())
            self.page.press("connect")
            self.page.shows("connecting\nDisconnect")
            self.page.press("connect")
            self.page.shows(r"Stopped before the connection was open[^]*closed\nReconnect")
            stopped.set()
        self.page.fill("url", self.server.url("/nowhere"))
        self.page.press("connect")
        self.page.shows(r"Could not connect[^]*is running \(HTTP 200\)")

    def test_what_the_browser_refuses(self):
        for url, subprotocols, words in (
                ("ws://[", "", "URL is not valid"),
                ("ftp://localhost/", "", "must begin with ws://"),
                ("ws://localhost/#part", "", "fragment"),
                ("ws://localhost/", "a, a", "subprotocol is listed twice")):
            with self.subTest(url, subprotocols=subprotocols):
                self.page.fill("url", url)
                self.page.fill("subprotocols", subprotocols)
                self.page.press("connect")
                self.page.shows("not connected[^]*" + words)

    def test_a_page_over_tls(self):
        with TlsServer("--log", "quiet") as server:
            self.page.open(f"https://127.0.0.1:{server.port}/")
            self.page.fill("url", "ws://weft.invalid/")
            self.page.press("connect")
            self.page.shows("not connected[^]*wss: URL only")
            self.page.press("to-echo")
            self.connect()
            self.page.say("over TLS")
            self.page.shows("(?:over TLS[^]*){2}")

    def test_a_url_with_subprotocols_is_kept(self):
        page = self.page
        offered = []

        def serve(client, request):
            offered.append(re.search(r"(?i)sec-websocket-protocol: *(.*)\r", request)[1])
            client.sendall(upgrade(request, "Sec-WebSocket-Protocol: b\r\n"))
            client.recv(4096)  # the close frame
        with FakeServer(serve) as other:
            url = other.url("/it's?a=b&c")
            page.fill("url", url)
            page.fill("subprotocols", "a, b")
            line = page.shows("weft connect .*it").splitlines()[-1]
            self.assertEqual(shlex.split(line), ["weft", "connect", "-s", "a", "-s", "b", url])
            page.press("connect")
            page.shows(r"subprotocol b[^]*open\nDisconnect")
            self.assertEqual(offered, ["a, b"])
            page.open(self.address)
        self.assertEqual(page.value("url"), url)
        self.assertEqual(page.value("subprotocols"), "a, b")
        self.assertIn(url, page.evaluate("[...document.getElementById('urls').options]"
                                            ".map((one) => one.value).join()"))
        page.press("forget")
        page.open(self.address)
        self.assertEqual(page.value("url"), self.server.url("/echo"))

    # --- messages

    def test_json_is_checked_and_formatted(self):
        page = self.page
        self.connect()
        page.fill("kind", "json")
        page.say('{"a": [1,')
        page.shows("Not sent while it is invalid")
        page.fill("text", '{"a":1}')
        page.shows("valid JSON")
        page.press("format")
        self.assertEqual(page.value("text"), '{\n  "a": 1\n}')
        page.say('{"b":[true]}')
        page.shows(r'(?:\{"b":\[true\]\}[^]*){2}')
        page.press("pretty")
        page.say('{"c":[true]}')
        shown = page.shows(r'(?:\{\n  "c": \[\n    true\n  \]\n\}[^]*){2}')
        self.assertNotIn('[1,', shown)

    def test_binary_in_hex_and_from_a_file(self):
        page = self.page
        self.connect()
        page.fill("kind", "hex")
        page.say("68 6")
        page.shows("Not sent while it is invalid: one digit is missing")
        page.say("68 zz")
        page.shows("“z” is no hexadecimal digit")
        page.say("0x68,69")
        page.shows(r"received [^\n]* 2 B[^]*68 69 \|hi\|")
        page.fill("kind", "file")
        with tempfile.NamedTemporaryFile(suffix=".bin") as file:
            file.write(bytes(range(256)) * 4)
            file.flush()
            page.choose_file("file", file.name)
            page.shows(r"\.bin, 1\.02 kB")
            page.press("send")
            page.shows(r"received [^\n]* 1\.02 kB[^]*f0 f1[^]*and 512 B more")

    def test_filter_copy_clear_and_history(self):
        page = self.page
        self.connect()
        page.evaluate("Object.defineProperty(navigator, 'clipboard', {configurable: true, value:"
                         "{writeText: async (text) => { window.taken = text; }}})")
        for word in "apple", "pear":
            page.say(word)
        page.shows(r"(?:pear[^]*){2}5 entries")
        page.fill("filter", "APPLE")
        self.assertNotIn("pear", page.shows("2 of 5 shown"))
        page.fill("only", "got")
        page.shows("1 of 5 shown")
        page.press("copy")
        page.shows("entries are copied")
        self.assertRegex(page.evaluate("window.taken"), r"^[\d:.]+\treceived\t5 B\tapple$")
        page.evaluate("document.querySelector('#messages li.got button').click()")
        page.shows("The message is copied")
        self.assertEqual(page.evaluate("window.taken"), "apple")
        page.fill("filter", "")
        page.press("clear")
        page.shows("0 entries")
        page.open(self.address)
        self.connect()
        page.evaluate("document.getElementById('text').focus()")
        page.key("ArrowUp")
        self.assertEqual(page.value("text"), "pear")
        page.key("ArrowUp")
        self.assertEqual(page.value("text"), "apple")
        page.key("ArrowDown")
        self.assertEqual(page.value("text"), "pear")
        page.key("Enter")
        page.shows(r"(?:pear[^]*){2}3 entries")
        page.fill("history", "1")
        self.assertEqual(page.value("text"), "apple")

    def test_lines_and_overrides_forge_nothing(self):
        self.connect()
        self.page.say("a\u202eb\u2066c\u0007")
        self.page.shows(r"(?:a\\u\{202e\}b\\u\{2066\}c\\u\{7\}[^]*){2}")

    # --- measurements

    def test_round_trips_throughput_and_load(self):
        page = self.page
        self.connect()
        page.press("probe")
        page.shows(r"median [\d.]+ .?s, 99 % within")
        page.shows(r"sent \(dashed\) [1-9].* B/s, received")
        self.assertNotIn("weft-probe", page.shows("."), "probes are not logged")
        page.fill("load-seconds", "0.3")
        page.press("load-run")
        shown = page.shows(r"Load: [\d,]+ messages/s.*came back\.")
        self.assertNotIn("weft-load", shown)
        page.shows(r"top [\d.]+ [kM]B/s")
        for chart in "#trip .trip", "#flow .sent", "#flow .got":
            path = page.evaluate(f"document.querySelector('{chart}').getAttribute('d')")
            self.assertRegex(path, r"^M\d")
        page.say("after the load")
        page.shows("(?:after the load[^]*){2}")
        page.picture("light")
        page.dark(True)
        page.picture("dark")

    # --- chat

    def test_chat_with_a_terminal(self):
        page = self.page
        page.press("to-chat")
        page.fill("name", "Zoë")
        page.press("connect")
        page.shows(r"Zoë joined \(1 here\)")
        with Running("connect", "--stay", self.server.url("/chat?name=ann")) as ann:
            ann.wait_for(r"ann joined \(2 here\)", ann.out)
            self.assertTrue(page.evaluate("document.getElementById('load-run').disabled"),
                            "no load on other people")
            ann.send("hello page\n")
            page.shows(r"ann hello page[^]*Here: .*ann")
            page.say("hello terminal")
            ann.wait_for("^Zoë: hello terminal$", ann.out)
            page.shows(r"Zoë hello terminal")
            page.dark(True)
            page.picture("chat")
            page.press("connect")
            ann.wait_for(r"Zoë left", ann.out)
        page.shows(r"normal closure \(1000\)[^]*Reconnect")

    def test_chat_between_tabs(self):
        with self.browser.tab() as other:
            for tab, name in (self.page, "one"), (other, "two"):
                tab.open(self.address)
                tab.press("to-chat")
                tab.fill("name", name)
                tab.press("connect")
                tab.shows(f"{name} joined")
            self.page.say("hello two")
            other.shows("one hello two[^]*Here: (?:one, two|two, one)")
            other.say("hello one")
            self.page.shows("two hello one")
        self.page.shows(r"two left \(1 here\)[^]*Here: one\n")

    # --- for everybody

    def test_its_icon_and_its_console(self):
        page = self.page
        page.watch_console()
        page.open(self.address)
        self.connect()
        page.say("hello")
        page.shows(r"(?:hello[^]*){2}")
        size = page.evaluate("new Promise((done) => { const icon = new Image();"
                                "icon.onload = () => done(icon.width);"
                                "icon.onerror = () => done(0);"
                                "icon.src = '/favicon.ico'; })")
        self.assertGreater(size, 0)
        self.assertEqual(page.console_messages(), [])

    def test_every_field_has_a_name_and_a_place_in_the_focus_order(self):
        page = self.page
        self.connect()
        self.assertEqual(page.focused(), "text", "one can type at once")
        page.say("one")
        page.shows(r"(?:one[^]*){2}")
        fields = page.fields()
        self.assertGreater(len(fields), 20)
        self.assertEqual([field for field, name in fields if not name], [])
        for selector, role in (("#scroll", "log"), ("#state", "status"), ("main", "main"),
                               ("aside", "complementary"), ("#trip", "image")):
            self.assertTrue(page.has_role(selector, role), role)
        page.evaluate("document.getElementById('clear').focus()")
        page.key("Tab")
        self.assertEqual(page.focused(), "scroll")
        page.key("ArrowUp")
        self.assertEqual(page.evaluate("document.activeElement.className"), "got")
        page.key("ArrowUp")
        self.assertEqual(page.evaluate("document.activeElement.className"), "sent")
        page.key("c")
        page.shows("The message is copied|does not let")
        page.key("Tab")
        self.assertEqual(page.focused(), "text", "one key leaves the log")

    def test_it_fits_a_phone(self):
        page = self.page
        page.width(360)
        self.connect()
        page.say("x" * 300)
        page.fill("kind", "hex")
        page.say("00" * 64)
        page.shows("received [^\\n]* 64 B")
        page.picture("phone")
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 360)
        self.server.signal(signal.SIGINT)
        page.shows("attempt 1")
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 360)
        page.picture("phone_again")

    # --- a chat of several servers

    def serve_shared(self, redis, port=0):
        added = Running("serve", "--port", str(port), "--hub", redis.url, "--log", "quiet",
                        stdin=subprocess.DEVNULL)
        self.addCleanup(added.__exit__)
        return added, int(added.wait_for(r"http://[^/\s]+:(\d+)/", added.out)[1])

    @unittest.skipUnless(IS_INSTALLED, "there is no Redis")
    def test_the_page_recovers_after_its_server_was_killed(self):
        page = self.page
        redis = Redis()
        self.addCleanup(redis.__exit__)
        first, port = self.serve_shared(redis)
        _, other = self.serve_shared(redis)
        page.open(f"http://127.0.0.1:{port}/")
        page.press("to-chat")
        page.press("connect")
        page.shows(r"this is a shared room")
        with Running("connect", "--stay", f"ws://127.0.0.1:{other}/chat?name=ann") as ann:
            page.shows(r"ann joined \(2 here\)")
            page.shows(r"Here: .*ann")
            ann.send("one\n")
            page.shows(r"ann one")
            first.process.kill()
            first.exit_code()
            page.shows(r"without a close frame \(1006\)[^]*connecting again")
            ann.send("two\nthree\n")
            ann.wait_for("ann: three", ann.out)
            self.serve_shared(redis, port)
            shown = page.shows(r"2 missed lines follow[^]*ann two[^]*ann three[^]*open")
            self.assertEqual(shown.count("ann two"), 1)
            ann.send("four\n")
            page.shows(r"ann four")
            page.say("all is well")
            ann.wait_for("all is well", ann.out)
        page.picture("shared_room")


class PageInChromium(Page, unittest.TestCase):
    driver = Chromium


class PageInFirefox(Page, unittest.TestCase):
    driver = Firefox


def reasons():
    """Why browsers are missing."""
    for driver in Chromium, Firefox:
        try:
            driver.program()
        except unittest.SkipTest as reason:
            yield str(reason)


if __name__ == "__main__":
    missing = list(reasons())
    if len(missing) == 2:
        print(f"skipped: {'; '.join(missing)}")
        sys.exit(77)
    unittest.main(verbosity=2)  # names the browser that is skipped
