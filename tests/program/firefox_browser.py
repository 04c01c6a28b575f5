# SPDX-License-Identifier: MIT
# Drives a headless Firefox over WebDriver BiDi, which it speaks without another program. All tabs
# share one connection.

import json
import os
import unittest

from browser_tab import Browser, Protocol, Tab, installed

NAMES = ("firefox-esr", "firefox")
# System access lets the test change a preference while Firefox runs.
FLAGS = ("--headless", "--no-remote", "--remote-debugging-port", "0",
         "--remote-allow-system-access", "--profile", "{profile}")
# Firefox sets more of these itself while it is controlled.
PREFERENCES = {
    "network.dns.disabled": True,  # so that it reaches nothing but loopback addresses
    "network.proxy.type": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "toolkit.telemetry.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.startup.page": 0,
}
COLOR_SCHEME = "layout.css.prefers-color-scheme.content-override"
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "ArrowUp": "\ue013", "ArrowDown": "\ue015"}
FIELDS = """[...document.querySelectorAll("button, input, select, textarea")]
    .filter((one) => one.checkVisibility())"""


class Firefox(Browser):
    def __init__(self):
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
                 for name, value in PREFERENCES.items()]
        super().__init__([self.program(), *FLAGS, "about:blank"], {"user.js": "".join(lines)})
        self.protocol = None
        try:
            found = self.wait_for(r"WebDriver BiDi listening on (ws://127\.0\.0\.1:\d+)")
            self.protocol = Protocol(found[1] + "/session")
            self.protocol.call("session.new",
                               capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
            self._settings = self.tab()  # can set preferences, as it has privileges
            self._settings.open("about:config")
        except BaseException:
            self.end()
            raise

    @staticmethod
    def program():
        program = installed(NAMES, rb"Mozilla Firefox", "firefox-esr")
        with open(program, "rb") as file:
            if b"/snap/" in file.read(4096) or os.path.realpath(program).endswith("/snap"):
                raise unittest.SkipTest(f"{program} is a snap, which cannot read the test's files")
        return program

    def tab(self):
        return FirefoxTab(self, self.protocol.call("browsingContext.create", type="tab")["context"])

    def dark(self, is_dark):
        self._settings.evaluate(
            f"Services.prefs.setIntPref('{COLOR_SCHEME}', {0 if is_dark else 1})")

    def end(self):
        if self.protocol:
            self.protocol.close()
        super().end()


class FirefoxTab(Tab):
    browser_name = "firefox"

    def __init__(self, browser, context):
        self._browser, self._context = browser, context

    def _call(self, method, **parameters):
        return self._browser.protocol.call(method, context=self._context, **parameters)

    def _locate(self, kind, value, **more):
        return self._call("browsingContext.locateNodes", locator={"type": kind, "value": value},
                          **more)["nodes"]

    def close(self):
        self._call("browsingContext.close")

    def open(self, address):
        self._call("browsingContext.navigate", url=address, wait="complete")

    def evaluate(self, script):
        answer = self._browser.protocol.call("script.evaluate", expression=script,
                                             target={"context": self._context}, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def key(self, key):
        """With the real keyboard's events, so that the browser's own answers to keys count."""
        value = KEYS.get(key, key)
        self._call("input.performActions", actions=[{"type": "key", "id": "keyboard", "actions": [
            {"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]}])

    def dark(self, is_dark):
        self._browser.dark(is_dark)

    def width(self, pixels):
        self._call("browsingContext.setViewport", viewport={"width": pixels, "height": 800})

    def choose_file(self, element, path):
        node = self._locate("css", f"#{element}")[0]["sharedId"]
        self._call("input.setFiles", element={"sharedId": node}, files=[path])

    def screenshot(self):
        return self._call("browsingContext.captureScreenshot")["data"]

    def watch_console(self):
        self._browser.protocol.call("session.subscribe", events=["log.entryAdded"],
                                    contexts=[self._context])

    def console_messages(self):
        return [one["params"] for one in self._browser.protocol.events
                if one.get("method") == "log.entryAdded"
                and one["params"]["source"].get("context") == self._context]

    def fields(self):
        """Pairs, for what one can operate: a description, and whether it has a name for screen
        readers."""
        shown = self.evaluate(FIELDS)
        nodes = [{"sharedId": one["sharedId"]} for one in shown]
        unnamed = [one["sharedId"] for one in
                   self._locate("accessibility", {"name": ""}, startNodes=nodes)]
        return [(one["value"]["attributes"], one["sharedId"] not in unnamed) for one in shown]

    def has_role(self, selector, role):
        node = self._locate("css", selector)[0]["sharedId"]
        found = self._locate("accessibility", {"role": role}, maxNodeCount=1,
                             startNodes=[{"sharedId": node}])
        return [one["sharedId"] for one in found] == [node]
