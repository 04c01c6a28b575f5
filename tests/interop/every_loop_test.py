# SPDX-License-Identifier: MIT
# The Autobahn cases, run by kosoku in both roles, on every engine and in every host library of this
# build. Prints a table, and fails where a loop has fewer cases than epoll has or is missing, unless
# every_loop_skips.txt gives a reason.
# Usage: every_loop_test.py <folder of the programs> <the weft program> <1 if they can compress>

import asyncio
import collections
import os
import re
import subprocess
import sys

import kosoku

import autobahn_verdicts
import programs

CASES = [group + ".*" for group in ("1", "2", "3", "4", "5", "6", "7", "10")]
CASE_COUNT = 247
# A few of groups 12 and 13, because each of these cases sends 1,000 messages: text and binary data,
# whole and in fragments, and with different parameters. kosoku can run these in both roles.
COMPRESSED_CASES = ["12.1.11", "12.4.11", "13.2.3", "13.3.3", "13.4.11", "13.6.3"]
ROLES = ["server", "client"]
REFERENCE = "epoll"


def loops_of(program):
    """What `weft loops` lists: the names that are here, and the lines of those that are not."""
    listed = subprocess.run([program, "loops"], capture_output=True, text=True, check=True).stdout
    here, left_out = [], {}
    for line in listed.partition("TLS libraries:")[0].splitlines():
        found = re.match(r"  ([a-z_]+) +(.*)", line)
        if not found or found[1] == "automatic":
            continue
        if "left out" in line or "not here" in line:
            left_out[found[1]] = found[2]
        else:
            here.append(found[1])
    return here, left_out


def skips():
    """Reasons by loop."""
    with open(os.path.join(os.path.dirname(__file__), "every_loop_skips.txt")) as file:
        lines = [line.strip() for line in file]
    return dict(re.split(r":\s*", line, maxsplit=1)
                for line in lines if line and not line.startswith("#"))


async def drive_server(loop, cases, folder, program):
    compression = ["--deflate"] if COMPRESSED_CASES[0] in cases else []
    served = await asyncio.create_subprocess_exec(
        program, "serve", "--port", "0", "--log", "quiet", "--loop", loop, *compression,
        stdout=asyncio.subprocess.PIPE)
    try:
        while not (found := re.search(rb"http://([^/\s]+)/", await served.stdout.readline())):
            assert not served.stdout.at_eof(), f"weft serve --loop {loop} did not start"
        return await kosoku.run_fuzzingclient(f"ws://{found[1].decode()}/echo", cases)
    finally:
        served.terminate()
        await served.communicate()


async def drive_client(loop, cases, folder, program):
    async with kosoku.run_fuzzingserver(cases, port=0) as server:
        client = await asyncio.create_subprocess_exec(
            os.path.join(folder, "autobahn_client"), f"ws://{server.address}:{server.port}", loop)
        status = await client.wait()
        assert status == 0, f"the client on {loop} ended with {status}"
        return await server.get_result()


def passed(loop, role, cases, folder, program):
    """How many cases of each group are accepted."""
    drive = drive_server if role == "server" else drive_client
    try:
        results = asyncio.run(asyncio.wait_for(drive(loop, cases, folder, program), 120))
    except kosoku.FailureError as failed:
        results = failed.results
    count = collections.Counter()
    for result in results:
        verdict = (result.case_id, result.behavior.value, result.behavior_close.value)
        if autobahn_verdicts.is_accepted(*verdict):
            count[result.case_id.split(".")[0]] += 1
        else:
            print("%s as %s: %s %s, close %s" % ((loop, role) + verdict))
    return count


def main(folder, program, compresses):
    cases = CASES + (COMPRESSED_CASES if compresses == "1" else [])
    groups = list(dict.fromkeys(case.split(".")[0] for case in cases))
    here, left_out = loops_of(program)
    reasons = skips()
    assert REFERENCE in here, here
    here.remove(REFERENCE)
    wrong = [f"{loop} is missing: {why}" for loop, why in left_out.items() if loop not in reasons]
    expected = {}
    print("%-14s %-8s" % ("", "") + "".join("%6s" % (group + ".*") for group in groups))
    for loop in [REFERENCE] + here:
        for role in ROLES:
            count = passed(loop, role, cases, folder, program)
            print("%-14s %-8s" % (loop, role) + "".join("%6d" % count[one] for one in groups),
                  flush=True)
            if any(count[one] < expected.setdefault(role, count)[one] for one in groups):
                if loop not in reasons:
                    wrong.append(f"{loop} as {role} has fewer cases than {REFERENCE}")
    total = sum(expected["server"].values())
    count = CASE_COUNT + len(cases) - len(CASES)
    if total != count or sum(expected["client"].values()) != total:
        wrong.append(f"{REFERENCE} should have {count} cases")
    for loop in left_out.keys() & reasons.keys():
        print(f"{loop} is left out: {reasons[loop]}")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    programs.end(main(*sys.argv[1:]))
