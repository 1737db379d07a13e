// Every example does what its first lines say.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { freePort, kRoot, run, startServer } from './server.mjs';
import test from './shapes.mjs';
import { call, eventually, makeRoom, messagesOf, signUp } from './client.mjs';

const kExamples = join(kRoot, 'examples');

/** The first Python that has the Socket.IO client: Debian's, where another one stands first in PATH. */
function python() {
    const found = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import socketio, requests, websocket']).status === 0);
    return found ?? assert.fail('no python3 has socketio, requests and websocket: apt-get install python3-socketio python3-requests python3-websocket');
}

/** The command of an example, and its name. JavaScript's finds socket.io-client as a user's would: in a node_modules beside it. */
function clients(t) {
    const folder = mkdtempSync(join(tmpdir(), 'wegowhere-example-'));
    t.after(() => rmSync(folder, { recursive: true }));
    copyFileSync(join(kExamples, 'chat.mjs'), join(folder, 'chat.mjs'));
    symlinkSync(join(kRoot, 'tests/node_modules'), join(folder, 'node_modules'));
    return { 'chat.mjs': [process.execPath, join(folder, 'chat.mjs')], 'chat.py': [python(), join(kExamples, 'chat.py')] };
}

/** An example that goes on until the test ends: what it says so far is `out`. */
function start(t, [program, ...words]) {
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] }), running = { out: '', child };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { running.out += text; });
    t.after(() => child.kill('SIGKILL'));
    return running;
}

const post = (server, { token }, room, content) => call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token, body: { content } });

for (const name of ['chat.mjs', 'chat.py']) {
    test(`${name} joins a room, prints what was said, sends what it reads and prints what is said`, { timeout: 60000 }, async (t) => {
        const server = await startServer(t), owner = await signUp(server), room = await makeRoom(server, owner);
        await post(server, owner, room, 'Before.');
        const text = `Hello from ${name}: é 😀`;
        const { code, out } = await run([...clients(t)[name], 'example-user', 'a long password', room, server.url], { input: `${text}\n`, ms: 30000 });
        assert.equal(code, 0, out);
        assert.ok(out.includes(`room ${room}\n`) && out.includes('connected\n'), out);
        assert.ok(out.includes(`${owner.username}: Before.\n`), `what was said before: ${out}`);
        assert.equal(out.split(`example-user: ${text}\n`).length, 2, `its own message, once: ${out}`);
        assert.deepEqual((await messagesOf(server, owner, room)).map(({ content }) => content), ['Before.', text]);
    });

    test(`${name} makes a room where it is given none, also of another server`, { timeout: 60000 }, async (t) => {
        const server = await startServer(t);
        const { code, out } = await run([...clients(t)[name], 'example-user', 'a long password', server.url], { input: 'Hello.\n', ms: 30000 });
        assert.equal(code, 0, out);
        assert.match(out, /^room [0-9a-f]{24}$/m);
        assert.match(out, /^example-user: Hello\.$/m);
    });

    test(`${name} fetches what was said while it had no connection`, { timeout: 60000 }, async (t) => {
        const server = await startServer(t), owner = await signUp(server), room = await makeRoom(server, owner);
        const client = start(t, [...clients(t)[name], 'example-user', 'a long password', room, server.url]);
        await eventually('connected', () => client.out.includes('connected\n'), 15000);
        await post(server, owner, room, 'one');
        await eventually('one', () => client.out.includes(': one\n'));
        await server.kill();
        await server.start();
        for (const content of ['two', 'three']) await post(server, owner, room, content);
        await eventually('what it missed', () => client.out.includes(': three\n'), 20000);
        await post(server, owner, room, 'four');
        await eventually('four', () => client.out.includes(': four\n'));
        assert.deepEqual(client.out.match(/(?<=: )(one|two|three|four)$/gm), ['one', 'two', 'three', 'four'], client.out);
    });

    test(`${name} says in one line what is wrong`, { timeout: 60000 }, async (t) => {
        const command = clients(t)[name], nobody = `http://127.0.0.1:${await freePort()}`;
        const refused = await run([...command, 'example-user', 'a long password', nobody]);
        assert.equal(refused.code, 1, refused.out);
        assert.match(refused.out, new RegExp(`^${name}: ${nobody} does not answer.*\\n$`));
        const server = await startServer(t), { username } = await signUp(server);
        const wrong = await run([...command, username, 'a wrong password', server.url]);
        assert.deepEqual([wrong.code, wrong.out], [1, `${name}: Username or password is wrong!\n`]);
        const short = await run([...command, 'example-user', 'short', server.url]);
        assert.equal(short.code, 1, short.out);
        assert.match(short.out, new RegExp(`^${name}: .*password must be longer.*\\n$`));
    });
}

test('curl.sh runs to its end, its repeated message is stored once, and what was missed is fetched', { timeout: 60000 }, async (t) => {
    const server = await startServer(t);
    const { code, out } = await run(['bash', join(kExamples, 'curl.sh'), server.url], { ms: 40000 });
    assert.equal(code, 0, out);
    assert.match(out, /"duplicate": true/);
    const answers = out.split(/^(?=\$ curl)/m).map((part) => JSON.parse(part.slice(part.indexOf('\n') + 1)).data);
    assert.deepEqual(answers.at(-3).map(({ content }) => content), ['Hello, Alan.'], 'a plain array');
    assert.deepEqual(answers.at(-1).items.map(({ content }) => content), ['Where were we?'], 'a page');
    assert.equal((await call(server, 'GET', '/health')).status, 200);
});

test('curl.sh says in one line that nobody answers', { timeout: 60000 }, async () => {
    const { code, out } = await run(['bash', join(kExamples, 'curl.sh'), `http://127.0.0.1:${await freePort()}`]);
    assert.notEqual(code, 0);
    assert.match(out.slice(out.indexOf('\n') + 1), /^curl: \(7\) Failed to connect.*\n*$/);
});
