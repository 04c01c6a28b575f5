# SPDX-License-Identifier: MIT
# The Autobahn cases, run by the original test suite under Python 2.7, against the server or the
# client on our public API, or over TLS against `weft serve --tls` and the same client.
# Usage: autobahn_original.py <folder of the programs> <folder for reports>
#        server|client|tls_server|tls_client

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
    serve_client(folder, "ws", [], lambda url: fuzzing.FuzzingServerFactory(spec(reports, url=url)))


def drive_tls_client(folder, reports):
    place = tempfile.mkdtemp()
    try:
        pem = tls_programs.make_certificate(place)

        def factory(url):
            cases = spec(reports, autobahn_verdicts.CASES_OVER_TLS, url=url)
            return TLSMemoryBIOFactory(DefaultOpenSSLContextFactory(pem, pem), False,
                                       fuzzing.FuzzingServerFactory(cases))
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


def main(folder, reports, role):
    shutil.rmtree(reports, ignore_errors=True)
    drive = {"server": drive_server, "client": drive_client, "tls_server": drive_tls_server,
             "tls_client": drive_tls_client}[role]
    drive(folder, reports)
    verdicts = autobahn_verdicts.read_index(os.path.join(reports, "index.json"))
    if role.startswith("tls_"):
        return autobahn_verdicts.judge(verdicts, autobahn_verdicts.CASE_COUNT_OVER_TLS)
    return autobahn_verdicts.judge(verdicts)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
