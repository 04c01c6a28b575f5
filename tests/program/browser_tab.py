# SPDX-License-Identifier: MIT
# What a test does with a page in any browser, and what the drivers of Chromium and Firefox share:
# the process with its folders, and the debugging protocol, which is JSON over a WebSocket. `weft
# connect` is its client.

import base64
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from weft_program import PATIENCE, Running

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


def installed(names, pattern, package):
    """The path of the first of these browsers; skips the test if there is none that runs."""
    for name in names:
        found = shutil.which(name)
        if not found:
            continue
        works = subprocess.run([found, "--version"], capture_output=True, timeout=PATIENCE,
                               check=False)
        if works.returncode == 0 and re.search(pattern, works.stdout):
            return found
        raise unittest.SkipTest(f"{found} does not run here: {works.stderr.decode()[:200]}")
    raise unittest.SkipTest(f"none of {', '.join(names)} is installed "
                            f"(Debian: apt-get install {package})")


class Protocol:
    """A connection for commands and events. `events` are those that came during commands."""

    def __init__(self, address):
        self.events = []
        self._client = Running("connect", "--stay", "--quiet", address)
        self._last = 0

    def close(self):
        self._client.__exit__()

    def call(self, method, **parameters):
        self._last += 1
        self._client.send(json.dumps({"id": self._last, "method": method, "params": parameters}) +
                          "\n")
        end = time.monotonic() + PATIENCE
        while True:
            line = self._client.out.get(timeout=max(0, end - time.monotonic()))
            if line is None:
                raise AssertionError("the browser is gone")
            answer = json.loads(line)
            if answer.get("id") != self._last:
                self.events.append(answer)
            elif "result" in answer:
                return answer["result"]
            else:
                raise AssertionError(f"{method}: {answer}")


class Browser:
    """A running browser with a home of its own, and in it the folder {profile} with these `files`.
    A driver adds `tab`, which opens a Tab."""

    def __init__(self, command, files=None):
        self._folder = tempfile.TemporaryDirectory(prefix="weft-browser-",
                                                   ignore_cleanup_errors=True)
        home = self._folder.name
        os.mkdir(os.path.join(home, "profile"))
        for name, text in (files or {}).items():
            with open(os.path.join(home, "profile", name), "w", encoding="utf-8") as file:
                file.write(text)
        self._process = subprocess.Popen(
            [word.replace("{profile}", f"{home}/profile") for word in command],
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": home, "TMPDIR": home},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
            start_new_session=True)
        self._errors = Running._lines(self._process.stderr)

    def wait_for(self, pattern):
        """The first match in what the browser writes to its standard error."""
        return Running.wait_for(self, pattern, self._errors)

    def end(self):
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._folder.cleanup()


class Tab:
    """A page. A driver adds `open`, `close`, `evaluate`, `key`, `dark`, `width`, `choose_file`,
    `screenshot`, `watch_console`, `console_messages`, `fields` and `has_role`."""

    browser_name = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def shows(self, pattern):
        try:
            return self.evaluate(WATCH % json.dumps(pattern))
        except queue.Empty:
            shown = self.evaluate("document.body.innerText")
            raise AssertionError(f"no {pattern!r} in time: {shown}") from None

    def press(self, element):
        self.evaluate(f"document.getElementById('{element}').click()")

    def fill(self, element, text):
        """As one who types or chooses it."""
        self.evaluate(f"(() => {{ const field = document.getElementById('{element}');"
                      f"field.value = {json.dumps(text)};"
                      "field.dispatchEvent(new Event('input'));"
                      "field.dispatchEvent(new Event('change')); })()")

    def value(self, element):
        return self.evaluate(f"document.getElementById('{element}').value")

    def say(self, text):
        self.fill("text", text)
        self.press("send")

    def focused(self):
        return self.evaluate("document.activeElement.id || document.activeElement.tagName")

    def picture(self, name):
        """Keeps a screenshot, for people, in the folder that WEFT_SCREENSHOTS names."""
        folder = os.environ.get("WEFT_SCREENSHOTS")
        if folder:
            path = os.path.join(folder, f"{self.browser_name}_{name}.png")
            with open(path, "wb") as file:
                file.write(base64.b64decode(self.screenshot()))
