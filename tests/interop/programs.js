// SPDX-License-Identifier: MIT
// The programs under test as tests for Node.js see them: started, ended, their output taken apart.
// Knows no peer.

'use strict';

const assert = require('assert');
const { once } = require('events');
const path = require('path');
const { spawn } = require('child_process');

/** Starts interop_server; `where` is "127.0.0.1:port" or "unix:path". */
async function startServer(folder, where = '127.0.0.1:0') {
    const child = spawn(path.join(folder, 'interop_server'), [where],
        { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const [line] = await once(child.stdout, 'data');
    const bound = String(line).trim();
    return {
        url: `ws://${bound}`,
        async stop() {
            child.stdin.end();
            const [status] = await ended;
            assert.strictEqual(status, 0, 'the server did not end well');
        },
    };
}

/** Runs interop_client to its end and returns its exit status and its lines by their key. */
async function runClient(folder, ...args) {
    const child = spawn(path.join(folder, 'interop_client'), args,
        { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (part) => { output += part; });
    const [exit] = await once(child, 'close');
    const run = { exit };
    for (const line of output.split('\n').filter(Boolean)) {
        const [key, ...rest] = line.split(' ');
        run[key] = rest.join(' ');
    }
    return run;
}

/** Runs each test, says which ones failed, and sets the exit status. */
async function runAll(tests) {
    for (const [name, test] of Object.entries(tests)) {
        try {
            await test();
            console.log(`ok     ${name}`);
        } catch (error) {
            process.exitCode = 1;
            console.log(`FAILED ${name}: ${error.stack}`);
        }
    }
}

module.exports = { startServer, runClient, runAll };
