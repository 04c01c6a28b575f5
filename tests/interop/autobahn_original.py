# SPDX-License-Identifier: MIT
# The Autobahn cases, run by the original test suite under Python 2.7, against the server or the
# client on our public API, or against `weft serve --tls`.
# Usage: autobahn_original.py <folder of the programs> <folder for reports>
#        server|client|tls_server

import os
import shutil
import socket
import subprocess
import sys

from autobahntestsuite import choosereactor  # noqa: F401: installs the reactor, so it comes first
from autobahntestsuite import fuzzing
from twisted.internet import reactor

import autobahn_verdicts
import programs
import tls_programs


def spec(reports, cases=autobahn_verdicts.CASES, **more):
    return dict(more, outdir=reports, cases=cases,
                **{"exclude-cases": [], "exclude-agent-cases": {}})


def drive_server(folder, reports):
    with programs.Server(folder) as server:
        target = {"agent": "weft", "url": server.url, "options": {"version": 18}}
        fuzzing.startClient(spec(reports, servers=[target]))
        reactor.run()


def drive_tls_server(folder, reports):
    server, port = tls_programs.weft_serves(os.path.join(folder, "..", "..", "weft"),
                                            "--max-queue", "64m")
    target = {"agent": "weft", "url": "wss://localhost:%d/echo" % port,
              "options": {"version": 18}}
    fuzzing.startClient(spec(reports, autobahn_verdicts.CASES_OVER_TLS, servers=[target]))
    reactor.run()
    server.terminate()
    assert server.wait() == 0, "the server did not end well"


def drive_client(folder, reports):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(50)
    url = "ws://127.0.0.1:%d" % listener.getsockname()[1]
    factory = fuzzing.FuzzingServerFactory(spec(reports, url=url))
    listener.setblocking(False)
    reactor.adoptStreamPort(listener.fileno(), socket.AF_INET, factory)

    def run_client():
        subprocess.call([os.path.join(folder, "autobahn_client"), url])
        reactor.callFromThread(reactor.stop)

    reactor.callInThread(run_client)
    reactor.run()


def main(folder, reports, role):
    shutil.rmtree(reports, ignore_errors=True)
    drive = {"server": drive_server, "client": drive_client, "tls_server": drive_tls_server}[role]
    drive(folder, reports)
    verdicts = autobahn_verdicts.read_index(os.path.join(reports, "index.json"))
    if role == "tls_server":
        return autobahn_verdicts.judge(verdicts, autobahn_verdicts.CASE_COUNT_OVER_TLS)
    return autobahn_verdicts.judge(verdicts)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
