# SPDX-License-Identifier: MIT
# The Autobahn cases, run by the original test suite under Python 2.7, against the server or the
# client on our public API, or over TLS against `weft serve --tls` and the same client.
# Usage: autobahn_original.py <folder of the programs> <folder for reports>
#        server|client|tls_server|tls_client [all]
# Without "all", the cases of compression are left out, and over TLS those of large messages, too.

import os
import shutil
import socket
import subprocess
import sys
import tempfile

from autobahntestsuite import choosereactor  # noqa: F401: installs the reactor, so it comes first
from autobahntestsuite import fuzzing
from twisted.internet import reactor
from twisted.internet.ssl import DefaultOpenSSLContextFactory
from twisted.protocols.tls import TLSMemoryBIOFactory

import autobahn_verdicts
import programs
import tls_programs


def spec(reports, cases, **more):
    return dict(more, outdir=reports, cases=cases,
                **{"exclude-cases": [], "exclude-agent-cases": {}})


def drive_server(folder, reports, cases):
    with programs.Server(folder) as server:
        target = {"agent": "weft", "url": server.url + "/compressed", "options": {"version": 18}}
        fuzzing.startClient(spec(reports, cases, servers=[target]))
        reactor.run()


def drive_tls_server(folder, reports, cases):
    server, port = tls_programs.weft_serves(os.path.join(folder, "..", "..", "weft"),
                                            "--max-queue", "64m", "--max-message", "64m",
                                            "--deflate")
    target = {"agent": "weft", "url": "wss://localhost:%d/echo" % port,
              "options": {"version": 18}}
    fuzzing.startClient(spec(reports, cases, servers=[target]))
    reactor.run()
    server.terminate()
    assert server.wait() == 0, "the server did not end well"


def drive_client(folder, reports, cases):
    serve_client(folder, "ws", [],
                 lambda url: fuzzing.FuzzingServerFactory(spec(reports, cases, url=url)))


def drive_tls_client(folder, reports, cases):
    place = tempfile.mkdtemp()
    try:
        pem = tls_programs.make_certificate(place)

        def factory(url):
            return TLSMemoryBIOFactory(DefaultOpenSSLContextFactory(pem, pem), False,
                                       fuzzing.FuzzingServerFactory(spec(reports, cases, url=url)))
        serve_client(folder, "wss", ["automatic", pem], factory)
    finally:
        shutil.rmtree(place)


def serve_client(folder, scheme, arguments, factory):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(50)
    url = "%s://127.0.0.1:%d" % (scheme, listener.getsockname()[1])
    listener.setblocking(False)
    reactor.adoptStreamPort(listener.fileno(), socket.AF_INET, factory(url))

    def run_client():
        subprocess.call([os.path.join(folder, "autobahn_client"), url] + arguments)
        reactor.callFromThread(reactor.stop)

    reactor.callInThread(run_client)
    reactor.run()


def main(folder, reports, role, how_many=""):
    shutil.rmtree(reports, ignore_errors=True)
    drive = {"server": drive_server, "client": drive_client, "tls_server": drive_tls_server,
             "tls_client": drive_tls_client}[role]
    cases, count = autobahn_verdicts.chosen(role.startswith("tls_"), how_many == "all")
    drive(folder, reports, cases)
    verdicts = autobahn_verdicts.read_index(os.path.join(reports, "index.json"))
    return autobahn_verdicts.judge(verdicts, count)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
