# SPDX-License-Identifier: MIT
# The Autobahn cases, run by kosoku, against the server or the client on our public API.
# Usage: kosoku_test.py <folder of the programs> server|client [compressed|all_compressed]

import asyncio
import os
import sys

import kosoku

import autobahn_verdicts
import programs


CASES = {
    "": (autobahn_verdicts.CASES, autobahn_verdicts.CASE_COUNT),
    "compressed": (autobahn_verdicts.QUICK_COMPRESSED_CASES,
                   len(autobahn_verdicts.QUICK_COMPRESSED_CASES)),
    "all_compressed": (autobahn_verdicts.COMPRESSED_CASES,
                       autobahn_verdicts.COMPRESSED_CASE_COUNT),
}


async def drive_server(folder, cases, compressed):
    with programs.Server(folder) as server:
        path = "/compressed" if compressed else ""
        return await kosoku.run_fuzzingclient(server.url + path, cases,
                                              concurrency=2 if compressed else 1)


async def drive_client(folder, cases, compressed):
    async with kosoku.run_fuzzingserver(cases, port=0) as server:
        client = await asyncio.create_subprocess_exec(
            os.path.join(folder, "autobahn_client"), f"ws://{server.address}:{server.port}")
        status = await client.wait()
        assert status == 0, f"the client ended with {status}"
        return await server.get_result()


def main(folder, role, compressed=""):
    drive = drive_server if role == "server" else drive_client
    cases, count = CASES[compressed]
    try:
        results = asyncio.run(drive(folder, cases, compressed))
    except kosoku.FailureError as failed:
        results = failed.results
    ran = [result for result in results if result.result != autobahn_verdicts.KOSOKU_FAULT]
    not_run = len(results) - len(ran)
    if compressed:
        print(f"{not_run} cases that kosoku cannot run")
        count -= not_run
    return autobahn_verdicts.judge([
        (result.case_id, result.behavior.value, result.behavior_close.value) for result in ran],
        count)


if __name__ == "__main__":
    programs.end(main(*sys.argv[1:]))
