# SPDX-License-Identifier: MIT
# The examples with a window, each in its own X server without a screen (Xvfb): a client sets the
# colour of the window, which the test reads, and receives mouse events. Skipped, with the reason,
# without Xvfb or xdotool; and each example that was not built.

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from weft_program import PATIENCE, Running, read_line

EXAMPLES = os.environ.get("WEFT_EXAMPLES", "")
MIDDLE = 320, 240  # where the pointer is, too
BESIDE = 200, 160


class Screen:
    """An X server of 640 by 480 pixels, in memory."""

    def __enter__(self):
        self._memory = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "640x480x24", "-nolisten", "tcp",
             "-fbdir", self._memory.name], pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as number:
            self.environment = dict(os.environ, DISPLAY=":" + read_line(number).strip(),
                                    QT_QPA_PLATFORM="xcb", SDL_VIDEODRIVER="x11")
        self.environment.pop("WAYLAND_DISPLAY", None)
        # The client libraries of X and D-Bus do not free all memory, some of it in modules that
        # are unloaded before the end, and copy parts of strings that have no final NUL.
        self.environment["ASAN_OPTIONS"] = ":".join(
            filter(None, (os.environ.get("ASAN_OPTIONS"), "detect_leaks=0",
                         "strict_string_checks=0")))
        return self

    def __exit__(self, *_):
        self._server.terminate()
        self._server.wait(PATIENCE)
        self._memory.cleanup()

    def colour(self, x, y):
        """Returns the colour of a pixel as #rrggbb. The X server's memory is a file in the format
        of xwd."""
        with open(os.path.join(self._memory.name, "Xvfb_screen0"), "rb") as file:
            picture = file.read()
        header = struct.unpack(">25I", picture[:100])
        size, low_first, line, colours = header[0], header[7] == 0, header[12], header[19]
        at = size + 12 * colours + y * line + 4 * x
        return f"#{struct.unpack_from('<I' if low_first else '>I', picture, at)[0] & 0xffffff:06x}"

    def wait_for_colour(self, wanted):
        end = time.monotonic() + PATIENCE
        while self.colour(*BESIDE) != wanted:  # X reports no event after drawing
            if time.monotonic() > end:
                raise AssertionError(f"{self.colour(*BESIDE)} is not {wanted}")
            self.mouse("getmouselocation")

    def mouse(self, *words):
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, timeout=PATIENCE,
                       stdout=subprocess.DEVNULL, check=True)


class Windows(unittest.TestCase):
    def paint_click_and_end(self, name):
        program = os.path.join(EXAMPLES, name)
        if not os.path.exists(program):
            self.skipTest(f"{name} was not built")
        with Screen() as screen, subprocess.Popen(
                [program, "0"], stdout=subprocess.PIPE, env=screen.environment) as window:
            try:
                target = read_line(window.stdout).strip()
                screen.wait_for_colour("#204060")
                with Running("connect", target) as client:
                    for colour in ("#ff8000", "#00c040"):
                        client.send(colour + "\n")
                        screen.wait_for_colour(colour)
                    screen.mouse("mousemove", *MIDDLE, "click", 1)
                    client.wait_for(r"^click 160,120$", client.out)
                    screen.mouse("click", 3)
                    client.wait_for("closed by the peer: 1001", client.err)
                self.assertEqual(window.wait(PATIENCE), 0)
            finally:
                window.kill()

    def test_sdl_by_frames(self):
        self.paint_click_and_end("sdl_frames")

    def test_sdl_by_thread(self):
        self.paint_click_and_end("sdl_thread")

    def test_qt_widgets(self):
        self.paint_click_and_end("qt_with_widgets")


if __name__ == "__main__":
    for needed in ("Xvfb", "xdotool"):
        if not shutil.which(needed):
            print(f"skipped: {needed} is not installed (Debian, Ubuntu: {needed.lower()})")
            sys.exit(77)
    unittest.main()
