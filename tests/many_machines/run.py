#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Three server processes that share a Redis, with thousands of subscribers each, while a publisher
sends numbers. One server is killed and restarted, then Redis, with its data and without: every
subscriber gets every number once and in order, or is told of a loss.

Exit code 77 is a skip, with the reason in the output.
"""

import argparse
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

SERVERS = 3
PATIENCE = 60  # seconds
REDIS = os.environ.get("WEFT_REDIS_SERVER", "redis-server")


class Redis:
    def __init__(self, place):
        self.place = place
        self.path = os.path.join(place, "redis")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [REDIS, "--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "always",
             "--dir", self.place, "--unixsocket", self.path],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                sys.exit("many_machines: Redis does not start")
            time.sleep(0.01)  # nothing says when it is ready

    def answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(PATIENCE)
                peer.connect(self.path)
                peer.sendall(b"PING\r\n")
                return peer.recv(100).startswith(b"+PONG")
        except OSError:
            return False

    def kill(self, forget=False):
        self.process.kill()
        self.process.wait(PATIENCE)
        os.remove(self.path)
        if forget:
            shutil.rmtree(os.path.join(self.place, "appendonlydir"), ignore_errors=True)
            pathlib.Path(self.place, "appendonly.aof").unlink(missing_ok=True)


class Server:
    def __init__(self, programs, redis):
        self._command = [str(programs / "machine_server")]
        self._redis = redis
        self.port = "0"
        self.start()

    def start(self):
        self.process = subprocess.Popen([*self._command, self.port, self._redis.path],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().strip()
        if not self.port:
            sys.exit("many_machines: a server does not start")

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)


class Clients:
    def __init__(self, programs, each, ports):
        self._each, self._servers = each, len(ports)
        self.process = subprocess.Popen(
            [str(programs / "machine_clients"), str(each), *ports],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.hear("open")

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self, word):
        line = self.process.stdout.readline().split()
        if line[:1] != [word]:
            sys.exit(f"many_machines: the clients say {line}")
        return [int(one) for one in line[1:]]

    def publish(self, count):
        self.say(f"publish {count}")

    def wait(self, what, began):
        """Until all have the last number."""
        self.say("wait")
        deliveries, told, recovered, reconnects, errors = self.hear("all")
        print(f"{what}: {deliveries:,} deliveries, {reconnects:,} reconnects, {recovered:,} "
              f"recovered, {told:,} told of a loss; {time.monotonic() - began:.1f} s", flush=True)
        if errors:
            sys.exit(f"many_machines: {errors} numbers came doubled or out of order")
        return told, recovered


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--build", type=pathlib.Path, required=True, help="a build directory")
    options.add_argument("--subscribers", type=int, default=5000, help="of each server")
    options.add_argument("--publications", type=int, default=20, help="of each part of the test")
    asked = options.parse_args()
    if shutil.which(REDIS) is None:
        print(f"skipped: {REDIS} is not installed")
        sys.exit(77)
    needed = asked.subscribers * SERVERS + 100
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < needed:
        print(f"skipped: a process may open {hard} descriptors, and the clients need {needed}")
        sys.exit(77)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    programs = asked.build / "tests" / "many_machines"
    running = []
    with tempfile.TemporaryDirectory(prefix="weft-machines-") as place:
        redis = Redis(place)
        try:
            redis.start()
            servers = [Server(programs, redis) for _ in range(SERVERS)]
            running += servers
            began = time.monotonic()
            clients = Clients(programs, asked.subscribers, [one.port for one in servers])
            running.append(clients)
            print(f"{asked.subscribers * SERVERS:,} subscribers after "
                  f"{time.monotonic() - began:.1f} s", flush=True)
            play(redis, servers, clients, asked)
        finally:
            for one in running:
                one.process.kill()
                one.process.wait(PATIENCE)
            redis.process.kill()
            redis.process.wait(PATIENCE)
    print("no error")


def play(redis, servers, clients, asked):
    count, everybody = asked.publications, asked.subscribers * SERVERS
    began = time.monotonic()
    clients.publish(count)
    clients.wait("in peace", began)

    began = time.monotonic()
    clients.publish(count)
    servers[1].kill()
    servers[1].start()
    clients.publish(count)
    told, recovered = clients.wait("a server killed", began)
    if told or recovered < asked.subscribers:
        sys.exit(f"many_machines: {recovered} recovered, {told} were told of a loss")

    began = time.monotonic()
    clients.publish(count)
    redis.kill()
    redis.start()
    clients.publish(count)
    told, _ = clients.wait("Redis killed, with its data", began)
    if told:
        sys.exit(f"many_machines: {told} were told of a loss, although no data was lost")

    began = time.monotonic()
    clients.publish(count)
    redis.kill(forget=True)
    redis.start()
    clients.publish(count)
    told, _ = clients.wait("Redis killed, without its data", began)
    if told < everybody:
        sys.exit(f"many_machines: only {told} of {everybody} were told of the loss")


if __name__ == "__main__":
    main()
