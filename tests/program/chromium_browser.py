# SPDX-License-Identifier: MIT
# Drives a headless Chromium over its debugging protocol (DevTools), with one connection for each
# tab.

import http.client
import json
import time

from browser_tab import Browser, Protocol, Tab, installed
from weft_program import PATIENCE

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--no-proxy-server", "--ignore-certificate-errors",
         "--remote-debugging-port=0", "--user-data-dir={profile}")
KEY_CODES = {"Tab": 9, "Enter": 13, "ArrowUp": 38, "ArrowDown": 40, "c": 67}
FIELDS = {"button", "textbox", "searchbox", "checkbox", "combobox", "spinbutton"}
CONSOLE_EVENTS = {"Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"}


class Chromium(Browser):
    def __init__(self):
        super().__init__([self.program(), *FLAGS, "about:blank"])
        try:
            found = self.wait_for(r"DevTools listening on (ws://127\.0\.0\.1:(\d+))/")
            self._address, self._port = found[1], int(found[2])
            self._protocol = Protocol(self._first_page())
        except BaseException:
            super().end()
            raise

    @staticmethod
    def program():
        return installed(NAMES, rb"Chrom", "chromium")

    def _first_page(self):
        asking = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        asking.request("GET", "/json/list")
        targets = json.loads(asking.getresponse().read())
        asking.close()
        return next(one["webSocketDebuggerUrl"] for one in targets if one["type"] == "page")

    def tab(self):
        made = self._protocol.call("Target.createTarget", url="about:blank")["targetId"]
        return ChromiumTab(f"{self._address}/devtools/page/{made}")

    def end(self):
        self._protocol.close()
        super().end()


class ChromiumTab(Tab):
    browser_name = "chromium"

    def __init__(self, address):
        self._protocol = Protocol(address)
        self.call = self._protocol.call

    def close(self):
        self.call("Page.close")
        self._protocol.close()

    def open(self, address):
        self.call("Page.enable")
        self.call("Page.navigate", url=address)
        # Navigation replaces the document at a moment of its own.
        end = time.monotonic() + PATIENCE
        while not self.evaluate(
                f"location.href.startsWith({json.dumps(address)}) && "
                "document.readyState === 'complete'"):
            if time.monotonic() > end:
                raise AssertionError(f"{address} does not load")

    def evaluate(self, script):
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True,
                           returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def key(self, key):
        """With the real keyboard's events, so that the browser's own answers to keys count."""
        text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 else {}
        more = {"key": key, "windowsVirtualKeyCode": KEY_CODES[key]}
        self.call("Input.dispatchKeyEvent", type="keyDown", **more, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **more)

    def dark(self, is_dark):
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}])

    def width(self, pixels):
        self.call("Emulation.setDeviceMetricsOverride", width=pixels, height=800,
                  deviceScaleFactor=1, mobile=False)

    def _node(self, selector):
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        return self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]

    def choose_file(self, element, path):
        self.call("DOM.setFileInputFiles", nodeId=self._node("#" + element), files=[path])

    def screenshot(self):
        return self.call("Page.captureScreenshot")["data"]

    def watch_console(self):
        self.call("Log.enable")
        self.call("Runtime.enable")

    def console_messages(self):
        return [one for one in self._protocol.events if one["method"] in CONSOLE_EVENTS]

    def fields(self):
        """Pairs, for what one can operate: a description, and whether it has a name for screen
        readers."""
        return [(one["role"]["value"], one["name"]["value"] != "")
                for one in self.call("Accessibility.getFullAXTree")["nodes"]
                if not one["ignored"] and one["role"]["value"] in FIELDS]

    def has_role(self, selector, role):
        found = self.call("Accessibility.getPartialAXTree", nodeId=self._node(selector),
                          fetchRelatives=False)["nodes"]
        return found[0]["role"]["value"] == role
