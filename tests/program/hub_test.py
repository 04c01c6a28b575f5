# SPDX-License-Identifier: MIT
# The chat room of several servers that share a Redis: which members receive which lines, and what
# happens when a server or Redis is killed.

import http.client
import os
import sys
import unittest

from redis_place import IS_INSTALLED, PROGRAM, Redis
from weft_program import PATIENCE, Running, Server, run


def members(server):
    """The names that the page of the members lists, in alphabetical order."""
    asking = http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE)
    asking.request("GET", "/chat/members")
    answer = asking.getresponse().read().decode()
    asking.close()
    return sorted(answer.split("\n")[:-1])


class Member(Running):
    """A client in the room. With `since`, its lines have positions."""

    def __init__(self, server, name, since=None):
        more = "" if since is None else "&since=" + since
        super().__init__("connect", "--stay", server.url(f"/chat?name={name}{more}"))

    def hears(self, pattern):
        return self.wait_for(pattern, self.out)


class SharedRoom(unittest.TestCase):
    def setUp(self):
        self.redis = Redis()
        self.addCleanup(self.redis.__exit__)

    def serve(self, *arguments):
        server = Server("--hub", self.redis.url, *arguments)
        self.addCleanup(server.__exit__)
        return server

    def enter(self, *arguments):
        added = Member(*arguments)
        self.addCleanup(added.__exit__)
        return added

    def test_servers_are_one_room(self):
        here, there = self.serve(), self.serve("--cores", "2")
        ann = self.enter(here, "ann")
        ann.hears(r"^\* ann joined \(1 here\)$")
        bob = self.enter(there, "bob")
        ann.hears(r"^\* bob joined \(2 here\)$")
        cid = self.enter(there, "cid")
        for one in (ann, bob, cid):
            one.hears(r"^\* cid joined \(3 here\)$")
        self.assertEqual(members(here), ["ann", "bob", "cid"])
        self.assertEqual(members(there), ["ann", "bob", "cid"])
        for speaker, name in ((ann, "ann"), (bob, "bob"), (cid, "cid")):
            speaker.send(f"I am {name}\n")
            for one in (ann, bob, cid):
                one.hears(f"^{name}: I am {name}$")
        cid.end_input()
        cid.process.terminate()
        ann.hears(r"^\* cid left \(2 here\)$")

    def test_a_member_recovers_after_its_server_was_killed(self):
        here, there = self.serve(), self.serve()
        ann = self.enter(here, "ann", "")
        ann.hears(r"^\d+-[0-9a-f]+ \* this is a shared room$")
        bob = self.enter(there, "bob")
        ann.hears(r"^\* bob joined")
        bob.send("one\n")
        last = ann.hears(r"^(\S+) bob: one$")[1]
        here.process.kill()
        ann.exit_code()
        for word in ("two", "three", "four"):
            bob.send(word + "\n")
            bob.hears(f"bob: {word}$")
        ann = self.enter(self.serve(), "ann", last)
        ann.hears(r"^\S+ \* 3 missed lines follow$")
        for word in ("two", "three", "four"):
            self.assertRegex(ann.out.get(timeout=PATIENCE), rf"^\d\S* bob: {word}\n$")
        bob.send("five\n")
        last = ann.hears(r"^(\d\S*) bob: five$")[1]
        cid = self.enter(there, "cid", last)
        cid.hears(r"^\S+ \* nothing was missed$")

    def test_members_are_told_what_a_restart_of_redis_has_lost(self):
        server = self.serve()
        ann = self.enter(server, "ann", "")
        ann.hears(r"^\* ann joined")
        ann.send("one\n")
        last = ann.hears(r"^(\S+) ann: one$")[1]
        self.redis.kill()
        server.wait_for("redis: ", server.err)
        self.redis.start()
        now = ann.hears(r"^(\S+) \* lines were lost, and cannot be recovered$")[1]
        self.assertNotEqual(now, last)
        bob = self.enter(server, "bob", last)
        bob.hears(r"^\S+ \* what was said meanwhile cannot be recovered$")
        ann.send("two\n")
        bob.hears(r"^1-\S+ ann: two$")

    def test_a_line_that_waits_for_redis_arrives_or_is_reported_as_lost(self):
        server = self.serve()
        ann = self.enter(server, "ann")
        ann.hears(r"^\* ann joined")
        self.redis.kill()
        server.wait_for("redis: ", server.err)
        ann.send("patience\n")
        self.redis.start()
        # The line may be published before the server subscribes again; then a loss is reported.
        ann.hears(r"^(ann: patience|\* lines were lost, and cannot be recovered)$")

    def test_a_wrong_password_is_reported_and_not_shown(self):
        with Redis("--requirepass", "right") as redis:
            url = redis.url.replace("unix:", "unix://:wr0ng@")
            server = Server(env=dict(os.environ, WEFT_HUB=url))
            self.addCleanup(server.__exit__)
            server.wait_for("redis: .*another user or password", server.err)
            ann = self.enter(server, "ann")
            ann.send("hello\n")
            ann.hears(r"^\* your line was not delivered: .*password")
            server.process.kill()
            rest = "".join(iter(lambda: server.err.get(timeout=PATIENCE) or "", ""))
            self.assertNotIn("wr0ng", rest)


class Addresses(unittest.TestCase):
    def test_that_cannot_be_used_are_refused_without_their_password(self):
        for url, why in (("http://ann:secret@host", "redis://"),
                         ("redis://ann:se:cret@host", "redis://"),
                         ("redis://secret@host", "redis://")):
            for arguments, environment in ((("--hub", url), {}), ((), {"WEFT_HUB": url})):
                done = run("serve", "--port", "0", *arguments, env=dict(os.environ, **environment))
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(why, done.stderr.decode())
                self.assertNotIn("cret", done.stderr.decode())
                self.assertNotIn("***", done.stderr.decode())  # the example has no password

    def test_with_tls_are_refused_without_the_trusted_certificates(self):
        done = run("serve", "--port", "0", "--hub", "rediss://ann:secret@host", "--hub-ca",
                   "/nowhere/ca.pem")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr.decode(), "No such file|TLS")  # also in a build without TLS
        self.assertNotIn("secret", done.stderr.decode())


if __name__ == "__main__":
    if not IS_INSTALLED:
        print(f"skipped: {PROGRAM} is not installed")
        sys.exit(77)
    unittest.main()
