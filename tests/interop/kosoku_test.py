# SPDX-License-Identifier: MIT
# The Autobahn cases, run by kosoku, against the server or the client on our public API.
# Usage: kosoku_test.py <folder of the programs> server|client

import asyncio
import os
import sys

import kosoku

import autobahn_verdicts
import programs


async def drive_server(folder):
    with programs.Server(folder) as server:
        return await kosoku.run_fuzzingclient(server.url, autobahn_verdicts.CASES)


async def drive_client(folder):
    async with kosoku.run_fuzzingserver(autobahn_verdicts.CASES, port=0) as server:
        client = await asyncio.create_subprocess_exec(
            os.path.join(folder, "autobahn_client"), f"ws://{server.address}:{server.port}")
        status = await client.wait()
        assert status == 0, f"the client ended with {status}"
        return await server.get_result()


def main(folder, role):
    try:
        results = asyncio.run(drive_server(folder) if role == "server" else drive_client(folder))
    except kosoku.FailureError as failed:
        print(failed)
        results = failed.results
    return autobahn_verdicts.judge([
        (result.case_id, result.behavior.value, result.behavior_close.value)
        for result in results])


if __name__ == "__main__":
    programs.end(main(*sys.argv[1:]))
