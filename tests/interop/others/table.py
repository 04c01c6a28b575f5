# SPDX-License-Identifier: MIT
# `./dev interop`: other people's WebSocket programs as clients of Weft's server and as servers for
# its client, and reverse proxies between the two, in one table with versions. Each program is
# installed on demand below PEERS, or left out with the reason:
# table.py PROGRAMS PEERS [--write] [NAME...]; names choose some of the programs, which are
# not written.

import contextlib
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE.parent)]
import programs  # noqa: E402

PROGRAMS, PEERS = (pathlib.Path(one).resolve() for one in sys.argv[1:3])
PATIENCE = 60
FROM_PYPI = ["websockets", "wsproto", "aiohttp", "tornado", "websocket-client", "picows", "uvicorn",
             "hypercorn", "gevent-websocket", "simple-websocket", "trio-websocket", "autobahn"]
CLIENTS_ONLY = {"websocket-client", "simple-websocket", "undici"}
SERVERS_ONLY = {"uvicorn", "hypercorn", "gevent-websocket", "autobahn"}
FROM_NPM = ["ws", "websocket", "faye-websocket", "undici"]
GO_MODULES = {"gorilla": "github.com/gorilla/websocket", "coder": "github.com/coder/websocket",
              "gobwas": "github.com/gobwas/ws"}
STEPS = ["text:hello", "text:", "binary:70000", "parts:70000", "ping:are you there"]


class LeftOut(Exception):
    """The reason why a program does not run here."""


def run(command, limit=600, **more):
    done = subprocess.run(command, capture_output=True, timeout=limit, check=False, text=True,
                          stdin=subprocess.DEVNULL, **more)
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no output"]
        raise LeftOut(f"{os.path.basename(command[0])} failed: {last[0][:120]}")
    return done.stdout


def needs(program):
    path = shutil.which(program)
    if not path:
        raise LeftOut(f"no {program}")
    return path


# --- how each kind is installed, asked for its version, and started: role -> command

class Python:
    kind = "Python"

    def __init__(self, name):
        self.name = name

    def install(self):
        venv = PEERS / "interop_venv"
        self.python = str(venv / "bin" / "python")
        if not venv.exists():
            run([sys.executable, "-m", "venv", str(venv)])
        package = {"uvicorn": "uvicorn[standard]"}.get(self.name, self.name)
        found = subprocess.run([self.python, "-c", "import importlib.metadata as m, sys;"
                                "print(m.version(sys.argv[1]))", self.name],
                               capture_output=True, text=True, check=False)
        if found.returncode != 0:
            run([self.python, "-m", "pip", "install", "-q", "--retries", "1", "--timeout", "15",
                 package])
        self.version = run([self.python, "-c", "import importlib.metadata as m, sys;"
                            "print(m.version(sys.argv[1]))", self.name]).strip()

    def command(self, role, *rest):
        if self.name in (SERVERS_ONLY if role == "client" else CLIENTS_ONLY):
            return None
        return [self.python, "-B", str(HERE / "python_peers.py"), self.name, role, *rest]


class Node:
    kind = "Node"

    def __init__(self, name):
        self.name = name

    def install(self):
        self.node = needs("node")
        modules = PEERS / "interop_node" / "node_modules"
        if not (modules / self.name).exists():
            needs("npm")
            (PEERS / "interop_node").mkdir(parents=True, exist_ok=True)
            run(["npm", "install", "--prefix", str(PEERS / "interop_node"), "--no-audit",
                 "--no-fund", "--fetch-retries", "1", *FROM_NPM])
        os.environ["NODE_PATH"] = str(modules)
        self.version = json.loads((modules / self.name / "package.json").read_text())["version"]

    def command(self, role, *rest):
        if self.name in CLIENTS_ONLY and role == "server":
            return None
        return [self.node, str(HERE / "node_peers.js"), self.name, role, *rest]


class Go:
    kind = "Go"

    def __init__(self, name):
        self.name = name

    def install(self):
        go, folder = needs("go"), PEERS / "interop_go"
        self.program = str(folder / "peers")
        if not os.path.exists(self.program):
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(HERE / "go" / "main.go", folder)
            if not (folder / "go.mod").exists():
                run([go, "mod", "init", "peers"], cwd=folder)
            run([go, "mod", "tidy"], cwd=folder)
            run([go, "build", "-o", "peers", "."], cwd=folder)
        listed = run([go, "list", "-m", GO_MODULES[self.name]], cwd=folder).split()
        self.version = listed[1].lstrip("v")

    def command(self, role, *rest):
        return [self.program, self.name, role, *rest]


class Jdk:
    kind, name = "Java", "HttpClient of the JDK"

    def install(self):
        self.java = needs("java")
        done = subprocess.run([self.java, "-version"], capture_output=True, text=True, check=False)
        self.version = re.search(r'"([^"]+)"', done.stderr)[1]

    def command(self, role, *rest):
        return [self.java, str(HERE / "JdkClient.java"), *rest] if role == "client" else None


class NodeItself:
    kind, name = "Node", "WebSocket of Node itself"

    def install(self):
        self.node = needs("node")
        self.version = run([self.node, "--version"]).strip().lstrip("v")
        if int(self.version.partition(".")[0]) < 22:
            raise LeftOut(f"Node {self.version} has none; 22 has")

    def command(self, role, *rest):
        return None if role == "server" else [
            self.node, str(HERE / "node_peers.js"), "builtin", "client", *rest]


class Browser:
    kind, name = "browser", "Chromium"

    def install(self):
        names = ("chromium", "chromium-browser", "google-chrome")
        self.browser = next((path for one in names if (path := shutil.which(one))), None)
        if not self.browser:
            raise LeftOut("no chromium")
        self.version = run([self.browser, "--version"]).split()[1]

    def command(self, role, *_):
        # Its own test knows how a page reports: tests/interop/browser_test.py.
        if role == "server":
            return None
        return [sys.executable, "-B", str(HERE.parent / "browser_test.py"), str(PROGRAMS)]


class Proxy:
    kind = "in front"

    def __init__(self, name, configuration, arguments):
        self.name, self.configuration, self.arguments = name, configuration, arguments

    def install(self):
        needs(self.name)
        done = subprocess.run([self.name, "version" if self.name == "caddy" else "-v"],
                              capture_output=True, text=True, check=False)
        self.version = re.search(r"(\d+\.\d+\.\d+)", done.stdout + done.stderr)[1]


PROXIES = [
    Proxy("nginx", """daemon off; pid {folder}/pid; error_log {folder}/log;
events {}
http {
    access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
    fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {
        listen 127.0.0.1:{port};
        location / {
            proxy_pass http://127.0.0.1:{server};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
        }
    }
}
""", ["-p", "{folder}", "-c"]),
    Proxy("haproxy", """defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend web
    bind 127.0.0.1:{port}
    default_backend weft
backend weft
    server one 127.0.0.1:{server}
""", ["-f"]),
    Proxy("caddy", """{
    admin off
}
http://127.0.0.1:{port} {
    reverse_proxy 127.0.0.1:{server}
}
""", ["run", "--adapter", "caddyfile", "--config"]),
]


# --- the two roles

@contextlib.contextmanager
def running(command, **more):
    with subprocess.Popen(command, start_new_session=True, **more) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def as_client(program, url):
    command = program.command("client", url)
    if not command:
        return "-"
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return "failed: no end"
    if done.returncode == 0:
        return "ok"
    last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [str(done.returncode)]
    return f"failed: {last[0][:80]}"


def talk_to(port):
    done = programs.run_client(str(PROGRAMS), f"ws://127.0.0.1:{port}/", *STEPS)
    return "ok" if done.status == 0 and done["clean"] == "1" else f"failed: {done!r}"[:160]


def as_server(program):
    command = program.command("server")
    if not command:
        return "-"
    with running(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        if not select.select([process.stdout], [], [], PATIENCE)[0]:
            return "failed: does not listen"
        line = process.stdout.readline().strip()
        return talk_to(int(line)) if line.isdigit() else "failed: does not listen"


def in_front(proxy, server):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        def filled(text):
            for word, value in (("folder", folder), ("port", port), ("server", server.port)):
                text = text.replace("{" + word + "}", str(value))
            return text
        path = pathlib.Path(folder) / "configuration"
        path.write_text(filled(proxy.configuration), encoding="ascii")
        command = [proxy.name, *map(filled, proxy.arguments), str(path)]
        with running(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                     env={**os.environ, "HOME": folder, "XDG_DATA_HOME": folder}) as process:
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end and process.poll() is None:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    return talk_to(port)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.05)
    return "failed: does not listen"


def chosen():
    return [one for one in sys.argv[3:] if not one.startswith("--")]


def rows(server):
    everything = [*map(Python, FROM_PYPI), *map(Node, FROM_NPM), NodeItself(),
                  *map(Go, GO_MODULES), Jdk(), Browser(), *PROXIES]
    for program in everything:
        if chosen() and program.name not in chosen():
            continue
        try:
            program.install()
        except (LeftOut, subprocess.TimeoutExpired) as reason:
            yield program.kind, program.name, "", f"left out: {reason}", ""
            continue
        if isinstance(program, Proxy):
            yield program.kind, program.name, program.version, "", in_front(program, server)
        else:
            yield (program.kind, program.name, program.version,
                   as_client(program, server.url + "/"), as_server(program))


def main():
    found = []
    print(f"{'':10}{'program':26}{'version':16}{'as client':14}as server")
    with programs.Server(str(PROGRAMS)) as server:
        for row in rows(server):
            found.append(row)
            print(f"{row[0]:10}{row[1]:26}{row[2]:16}{row[3]:14}{row[4]}", flush=True)
    failed = [row for row in found if "failed" in row[3] + row[4]]
    ran = sum(1 for row in found if not row[3].startswith("left out"))
    print(f"{ran} programs, {len(failed)} failed, {len(found) - ran} left out")
    if "--write" in sys.argv and not chosen():
        table = "".join(f"| {' | '.join(row)} |\n" for row in found)
        page = ROOT / "docs" / "interoperability.md"
        text = page.read_text(encoding="utf-8")
        begin, end = "<!-- table -->\n", "<!-- end of the table -->\n"
        head, rest = text.split(begin)
        made = (f"{begin}Printed on {time.strftime('%-d %B %Y')}:\n\n"
                "| kind | program | version | as client | as server |\n|---|---|---|---|---|\n"
                f"{table}\n")
        page.write_text(head + made + end + rest.split(end)[1], encoding="utf-8")
    sys.exit(1 if failed else 0)


main()
