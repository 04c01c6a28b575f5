# SPDX-License-Identifier: MIT
# Our server, and the plain HTTP client of Python's standard library.
# Usage: http_client_test.py <folder of the programs>

import contextlib
import http.client
import sys
import urllib.error
import urllib.request

import programs

server = programs.Server(sys.argv[1])

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


def ask(method, path, body=None, headers=None):
    """The response with its body in the attribute `content`."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    with contextlib.closing(connection):
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        # What follows an accepted handshake has no end.
        response.content = b"" if response.status == 101 else response.read()
        return response


def test_get():
    response = ask("GET", "/health")
    assert (response.status, response.reason) == (200, "OK")
    assert response.content == b"GET \n"
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.headers["Connection"].lower() == "keep-alive"


def test_requests_on_one_connection():
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    with contextlib.closing(connection):
        for method in ("GET", "POST", "DELETE"):
            connection.request(method, "/health", body="x" if method == "POST" else None)
            socket = connection.sock
            assert connection.getresponse().read().startswith(method.encode())
            assert connection.sock is socket, "the connection was closed"


def test_head_has_no_body():
    response = ask("HEAD", "/health")
    assert (response.status, response.content) == (200, b"")
    assert int(response.headers["Content-Length"]) == len("HEAD \n")


def test_post_with_a_body():
    assert ask("POST", "/health", body="x" * 5000).content == b"POST " + b"x" * 5000 + b"\n"


def test_body_that_is_too_big():
    assert ask("POST", "/health", body=b"x" * (64 * 1024 + 1)).status == 413


def test_path_without_an_answer():
    assert ask("GET", "/missing").status == 404


def test_path_that_serves_websockets():
    response = ask("GET", "/")
    assert (response.status, response.headers["Upgrade"]) == (426, "websocket")


def test_urllib():
    with urllib.request.urlopen(f"http://{server.where}/health", timeout=30) as response:
        assert response.read() == b"GET \n"
    with programs.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"http://{server.where}/missing", timeout=30)
    assert caught.error.code == 404
    caught.error.close()


def test_upgrade_is_accepted():
    response = ask("GET", "/", headers=UPGRADE)
    assert response.status == 101
    assert response.headers["Sec-WebSocket-Accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_upgrade_of_another_version():
    response = ask("GET", "/", headers=dict(UPGRADE, **{"Sec-WebSocket-Version": "8"}))
    assert response.status == 426
    assert response.headers["Sec-WebSocket-Version"] == "13"


def test_upgrade_that_is_malformed():
    assert ask("GET", "/", headers=dict(UPGRADE, **{"Sec-WebSocket-Key": "short"})).status == 400
    assert ask("POST", "/", headers=UPGRADE).status in (400, 405)


def test_header_that_is_too_big():
    assert ask("GET", "/health", headers={"X-Big": "x" * 20000}).status == 431


def test_too_many_headers():
    assert ask("GET", "/health", headers={f"X-{n}": "x" for n in range(200)}).status == 431


if __name__ == "__main__":
    with server:
        status = programs.run_all(programs.tests_in(globals()))
    sys.exit(status)
