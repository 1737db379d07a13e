// Every example does what its first lines say.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { kRoot, run, startServer } from './server.mjs';
import { call, makeRoom, messagesOf, signUp } from './client.mjs';

const kExamples = join(kRoot, 'examples');

/** The first Python that has the Socket.IO client: Debian's, where another one stands first in PATH. */
function python() {
    const found = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import socketio, requests, websocket']).status === 0);
    return found ?? assert.fail('no python3 has socketio, requests and websocket: apt-get install python3-socketio python3-requests python3-websocket');
}

async function says(t, command, name) {
    const server = await startServer(t);
    const owner = await signUp(server), room = await makeRoom(server, owner);
    const text = `Hello from ${name}: é 😀`;
    const { code, out } = await run([...command, `${name}-user`, 'a long password', room, server.url], { input: `${text}\n`, ms: 30000 });
    assert.equal(code, 0, out);
    assert.ok(out.includes(`room ${room}\n`) && out.includes('connected\n'), out);
    assert.ok(out.includes(`${name}-user: ${text}\n`), `its own message did not come back: ${out}`);
    assert.deepEqual((await messagesOf(server, owner, room)).map(({ content }) => content), [text]);
}

test('chat.mjs joins a room, sends what it reads and prints what is said', { timeout: 60000 }, async (t) => {
    // Its socket.io-client is found as a user's would be: in a node_modules beside it.
    const folder = mkdtempSync(join(tmpdir(), 'wegowhere-example-'));
    t.after(() => rmSync(folder, { recursive: true }));
    copyFileSync(join(kExamples, 'chat.mjs'), join(folder, 'chat.mjs'));
    symlinkSync(join(kRoot, 'tests/node_modules'), join(folder, 'node_modules'));
    await says(t, [process.execPath, join(folder, 'chat.mjs')], 'javascript');
});

test('chat.py joins a room, sends what it reads and prints what is said', { timeout: 60000 }, async (t) => {
    await says(t, [python(), join(kExamples, 'chat.py')], 'python');
});

test('curl.sh runs to its end, and its repeated message is stored once', { timeout: 60000 }, async (t) => {
    const server = await startServer(t);
    const { code, out } = await run(['bash', join(kExamples, 'curl.sh'), server.url], { ms: 40000 });
    assert.equal(code, 0, out);
    assert.match(out, /"duplicate": true/);
    const list = JSON.parse(out.slice(out.lastIndexOf('\n{') + 1));
    assert.deepEqual(list.data.items.map(({ content }) => content), ['Hello, Alan.']);
    assert.equal((await call(server, 'GET', '/health')).status, 200);
});
