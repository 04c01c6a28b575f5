# SPDX-License-Identifier: MIT
# `weft completion` and `weft man`: they contain what --help shows, shells complete with the
# scripts, and groff reads the page. Shells that are not installed are left out.

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from weft_program import PATIENCE, run

SHELLS = ("bash", "zsh", "fish")
# $1 is the file of the script, and the command line to complete follows. Each prints one word in a
# line.
BASH = """
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_weft
printf '%s\\n' "${COMPREPLY[@]}"
"""
# The functions of zsh's own completion are replaced by functions that print their arguments.
ZSH = """
compdef() {}
_describe() { print -rl -- "${(@P)2}" }
_arguments() { print -rl -- "$@" }
source "$1"; shift
words=("$@") CURRENT=$#
_weft
"""
FISH = """
source $argv[1]
complete -C "$argv[2..-1]"
"""


def output(*arguments):
    done = run(*arguments)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(done)
    return done.stdout.decode()


def commands():
    return re.findall(r"^  ([a-z]+) +", output("--help").split("Subcommands:")[1], re.MULTILINE)


def options(command):
    lines = re.findall(r"^  (-\S.*)", output(command, "--help"), re.MULTILINE)
    return {name for line in lines for name in re.findall(r"(?:^|,)(--?[a-zA-Z-]+)", line)}


class Completion(unittest.TestCase):
    def ask(self, shell, program, *words):
        if not shutil.which(shell):
            self.skipTest(f"{shell} is not installed")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "script")
            with open(path, "w", encoding="utf-8") as file:
                file.write(output("completion", shell))
            options_of_shell = {"bash": ["--norc", "-c", program, "bash"],
                                "zsh": ["-f", "-c", program, "zsh"],
                                "fish": ["--no-config", "-c", program]}[shell]
            done = subprocess.run([shell, *options_of_shell, path, *words], capture_output=True,
                                  timeout=PATIENCE, check=False, cwd=folder,
                                  env={**os.environ, "HOME": folder})
        self.assertEqual((done.returncode, done.stderr), (0, b""), done.stdout)
        return done.stdout.decode().splitlines()

    def test_every_script_has_every_option(self):
        self.assertLessEqual({"serve", "connect", "bench", "pipe", "loops"}, set(commands()))
        for shell in SHELLS:
            script = output("completion", shell)
            for command in commands():
                self.assertIn(command, script)
                for name in options(command):
                    word = name if shell != "fish" else (
                        f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}")
                    self.assertRegex(script, rf"{re.escape(word)}\b", f"{shell} {command}")

    def test_bash(self):
        def ask(*words):
            return self.ask("bash", BASH, *words)
        self.assertLessEqual(set(commands()) | {"--version"}, set(ask("weft", "")))
        self.assertEqual(ask("weft", "be"), ["bench"])
        self.assertEqual(ask("weft", "bench", "--htm"), ["--html"])
        self.assertEqual(ask("weft", "bench", "--html", "scri"), ["script"])  # a file
        self.assertEqual(ask("weft", "serve", "--log", ""), ["quiet", "info", "debug"])
        self.assertIn("automatic", ask("weft", "connect", "--loop", ""))
        self.assertEqual(ask("weft", "bench", "--size", ""), [""])
        self.assertEqual(ask("weft", "completion", "f"), ["fish"])
        self.assertEqual(set(ask("weft", "bench", "-")), options("bench"))

    def test_fish(self):
        def ask(*words):
            return [line.split("\t")[0] for line in self.ask("fish", FISH, *words)]
        self.assertLessEqual(set(commands()), set(ask("weft", "")))
        self.assertEqual(ask("weft", "bench", "--htm"), ["--html"])
        self.assertEqual(ask("weft", "bench", "--html", "scri"), ["script"])
        self.assertEqual(set(ask("weft", "serve", "--log", "")), {"quiet", "info", "debug"})
        self.assertEqual(ask("weft", "completion", "f"), ["fish"])

    def test_zsh(self):
        def ask(*words):
            return self.ask("zsh", ZSH, *words)
        names = [line.split(":")[0] for line in ask("weft", "")]
        self.assertEqual(sorted(names), sorted(commands()))
        given = ask("weft", "bench", "")
        names = {re.match(r"\*(--?[a-zA-Z-]+)\[", line)[1] for line in given if line[0] == "*"}
        self.assertEqual(names, options("bench"))
        self.assertIn("1:URL:", given)
        self.assertTrue(all(ask("weft", "loops", "")))  # _arguments refuses an empty one
        self.assertTrue([line for line in given if line.endswith(":FILE:_files")])
        self.assertTrue([line for line in ask("weft", "serve", "")
                         if line.endswith(":LEVEL:(quiet info debug)")])

    def test_another_shell(self):
        for arguments in (["completion"], ["completion", "tcsh"]):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, b""))


class ManualPage(unittest.TestCase):
    def test_it_has_every_command_and_option(self):
        page = output("man").replace("\\-", "-")
        for command in commands():
            section = re.search(rf"^\.SS weft {command}\n(.*?)(?=^\.S)", page,
                                re.DOTALL | re.MULTILINE)[1]
            for name in options(command):
                self.assertIn(f"\\fB{name}\\fR", section)
        self.assertEqual(re.findall(r"^\.SH (.*)", page, re.MULTILINE),
                         ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXIT STATUS"])

    def test_no_text_is_taken_for_a_command(self):
        for line in output("man").splitlines():
            if line[:1] in (".", "'"):
                self.assertRegex(line, r"^\.(TH|SH|SS|TP|PP|B|br|nf|fi)\b", line)

    def test_groff_reads_it(self):
        if not shutil.which("groff"):
            self.skipTest("groff is not installed")
        done = subprocess.run(["groff", "-man", "-Tascii", "-ww", "-P-cbou"],
                              input=run("man").stdout,
                              capture_output=True, timeout=PATIENCE, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        text = done.stdout.decode()
        for part in ("weft connect [options] URL", "--in-flight NUMBER", "EXIT STATUS"):
            self.assertIn(part, text)


if __name__ == "__main__":
    unittest.main()
