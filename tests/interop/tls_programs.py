# SPDX-License-Identifier: MIT
# What tests with other people's TLS share: a certificate and a server. Knows no peer; Python 2.7
# and 3 run it.

import os
import subprocess


def make_certificate(folder):
    """A file with a certificate for localhost that vouches for itself, and its key."""
    pem = os.path.join(folder, "both.pem")
    maker = subprocess.Popen(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", pem, "-out", pem + ".crt"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    words = maker.communicate()[0]
    assert maker.returncode == 0, words
    with open(pem, "a") as both, open(pem + ".crt") as certificate:
        both.write(certificate.read())
    return pem


def weft_serves(weft, *arguments):
    """The process, and its port."""
    server = subprocess.Popen([weft, "serve", "--port", "0", "--tls", "--log", "quiet"] +
                              list(arguments), stdout=subprocess.PIPE)
    return server, int(server.stdout.readline().decode().split(":")[3].split("/")[0])
