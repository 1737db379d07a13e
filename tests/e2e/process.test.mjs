// The life of the process: what it keeps, how it ends, and what it refuses to start with.
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { createServer } from 'node:net';
import { ask, call, connectSocket, contents, eventually, hears, makeRoom, messagesOf, signUp, within } from './client.mjs';
import { freePort, kBinary, kSecret, run, startServer } from './server.mjs';
import test from './shapes.mjs';

const binary = (...args) => [kBinary, ...args];

test('what was acked is there after kill -9 and a start', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), user = await signUp(server), room = await makeRoom(server, user);
    const acked = [];
    for (let round = 0; round < 3; round++) {
        const socket = await connectSocket(t, server, { user });
        for (let i = 0; i < 20; i++) socket.emit('chat.message.send', { room_id: room, content: `r${round} m${i}` }, ({ data }) => acked.push(data._id));
        await eventually('some acks', () => acked.length > round * 20);
        await server.kill();
        const ms = await server.start();
        assert.ok(ms <= 2000, `ready after ${ms} ms`);
        const list = await messagesOf(server, user, room), have = new Set(list.map(({ _id }) => _id));
        assert.deepEqual(acked.filter((id) => !have.has(id)), [], 'acked and lost');
        assert.deepEqual(list.map(({ seq }) => seq), list.map((_, i) => list[0].seq + i), 'dense');
    }
});

test('a token and a key outlive a restart', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), user = await signUp(server), room = await makeRoom(server, user);
    const message = { room_id: room, content: 'kept', client_msg_id: 'kept' };
    const first = await ask(await connectSocket(t, server, { user }), message);
    assert.equal((await server.stop()).code, 0);
    await server.start();
    const again = await ask(await connectSocket(t, server, { user }), message);
    assert.deepEqual(again.data, { ...first.data, duplicate: true });
});

for (const mode of ['websocket', 'polling']) {
    test(`SIGTERM acks what is in flight, sends no DISCONNECT over ${mode}, and exits 0`, { timeout: 60000 }, async (t) => {
        const server = await startServer(t), user = await signUp(server), room = await makeRoom(server, user);
        const socket = await connectSocket(t, server, { user, mode });
        const acks = [];
        for (let i = 0; i < 20; i++) socket.emit('chat.message.send', { room_id: room, content: `m${i}` }, (ack) => acks.push(ack));
        await hears(socket, 'm0');
        const { code, ms } = await server.stop();
        assert.equal(code, 0, server.log);
        assert.ok(ms <= 15000, `stopped after ${ms} ms`);
        await eventually('the disconnect', () => socket.got.disconnect.length === 1);
        assert.ok(['transport close', 'transport error'].includes(socket.got.disconnect[0]), `the client was told "${socket.got.disconnect[0]}" and would stay away`);
        assert.equal(acks.length, 20, 'what has reached the server is answered before it closes');
        const acked = acks.filter(({ success, data }) => success || assert.equal(data.code, 'draining')).length;
        const told = contents(socket).length;
        await server.start();
        assert.ok((await messagesOf(server, user, room)).length >= Math.max(acked, told));
    });
}

// The MongoDB driver would make one, and a later process of that id would complain of it, in any command.
test('a server has no file in shared memory that kill -9 would leave behind', { timeout: 60000 }, async (t) => {
    const server = await startServer(t);
    assert.deepEqual((await readdir('/dev/shm')).filter((name) => server.pids.some((pid) => name.includes(String(pid)))), []);
});

test('an idle server stops at once', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), { code, ms } = await server.stop();
    assert.equal(code, 0);
    assert.ok(ms < 3000, `stopped after ${ms} ms`);
});

test('polling clients that never come back do not keep the server from stopping', { timeout: 60000 }, async (t) => {
    const server = await startServer(t);
    for (let i = 0; i < 5; i++) {
        const opened = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { connection: 'close' } });
        assert.equal(opened.status, 200);
        await opened.text();
    }
    const { code, ms } = await server.stop();
    assert.equal(code, 0);
    assert.ok(ms < 3000, `stopped after ${ms} ms`);
});

/** Starts `serve` where it must refuse: {code, out}. */
async function refused(t, env, options = {}) {
    const data = await mkdtemp(path(tmpdir(), 'wegowhere-test-'));
    t.after(() => rm(data, { recursive: true, force: true }));
    const ports = { GATEWAY_HOST: '127.0.0.1', GATEWAY_PORT: String(await freePort()), WGW_ADMIN_PORT: String(await freePort()) };
    return run(binary('serve'), { env: { WGW_DATA: data, JWT_SECRET: kSecret, ...ports, ...env }, cwd: data, ms: 8000, ...options });
}

test('a port in use is named, and the start fails', { timeout: 30000 }, async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    await within(5000, 'listening', new Promise((done) => { other.once('listening', done); }));
    t.after(() => other.close());
    const { port } = other.address(), { code, out } = await refused(t, { GATEWAY_PORT: String(port) });
    assert.notEqual(code, 0);
    assert.match(out, new RegExp(`${port}`), out);
    assert.doesNotMatch(out, /ended after/, 'it refuses, it does not hang');
});

test('a port of the admin listener that is in use is told with its own setting', { timeout: 30000 }, async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    await within(5000, 'listening', new Promise((done) => { other.once('listening', done); }));
    t.after(() => other.close());
    const { code, out } = await refused(t, { WGW_ADMIN_PORT: String(other.address().port) });
    assert.notEqual(code, 0);
    assert.match(out, /WGW_ADMIN_PORT/, out);
});

test('a .env that cannot be read is not passed over', { timeout: 30000 }, async (t) => {
    const folder = await mkdtemp(path(tmpdir(), 'wegowhere-test-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    await mkdir(path(folder, '.env'));
    const { code, out } = await run(binary('serve'), { cwd: folder, ms: 8000 });
    assert.equal(code, 78, out);
    assert.match(out, /\.env/);
});

test('a second process on the same data folder names the holder', { timeout: 30000 }, async (t) => {
    const server = await startServer(t), { code, out } = await refused(t, { WGW_DATA: server.data });
    assert.notEqual(code, 0);
    assert.match(out, new RegExp(`\\b${server.pid}\\b`), `the holder is process ${server.pid}: ${out}`);
    assert.equal((await call(server, 'GET', '/health')).status, 200);
});

for (const [what, secret] of [['the well-known "wegowhere"', 'wegowhere'], ['"secret"', 'secret'], ['31 bytes', 'x'.repeat(31)]]) {
    test(`${what} as JWT_SECRET is refused with exit 78`, { timeout: 30000 }, async (t) => {
        const { code, out } = await refused(t, { JWT_SECRET: secret });
        assert.equal(code, 78, out);
        assert.match(out, /JWT_SECRET/);
    });
}

for (const [where, words, env] of [['on the command line', ['serve', 'gateway'], {}], ['in WGW_ROLE', ['serve'], { WGW_ROLE: 'chat' }]]) {
    test(`a role ${where} needs its servers, and is told which`, { timeout: 30000 }, async (t) => {
        const data = await mkdtemp(path(tmpdir(), 'wegowhere-test-'));
        t.after(() => rm(data, { recursive: true, force: true }));
        const { code, out } = await run(binary(...words), { env: { WGW_DATA: data, JWT_SECRET: kSecret, ...env }, cwd: data, ms: 8000 });
        assert.equal(code, 78, out);
        assert.match(out, /set RMQ_URL or RMQ_HOST/);
    });
}

test('a data folder that cannot be used is named, and the start fails', { timeout: 30000 }, async (t) => {
    const folder = await mkdtemp(path(tmpdir(), 'wegowhere-test-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    // A file where the folder should be: nobody can use that, root neither.
    await writeFile(path(folder, 'file'), '');
    const { code, out } = await refused(t, { WGW_DATA: path(folder, 'file') });
    assert.notEqual(code, 0);
    assert.ok(out.includes(path(folder, 'file')), out);
    if (process.getuid() === 0) return;
    await chmod(folder, 0o000);
    const locked = await refused(t, { WGW_DATA: folder });
    assert.notEqual(locked.code, 0);
    assert.ok(locked.out.includes(folder), locked.out);
    await chmod(folder, 0o700);
});

for (const [what, damage] of [
    ['is no database', (bytes) => bytes.fill('?')], ['is damaged behind its first words', (bytes) => bytes.fill(0xa5, 100, 8192)],
]) {
    test(`a database that ${what} is refused, with what to do next`, { timeout: 30000 }, async (t) => {
        const server = await startServer(t), file = path(server.data, 'wegowhere.db');
        await server.stop();
        const bytes = await readFile(file);
        damage(bytes);
        await writeFile(file, bytes);
        const { code, out } = await refused(t, { WGW_DATA: server.data });
        assert.equal(code, 1, out);
        assert.ok(out.includes(file), out);
        assert.match(out, /Restore .* from a backup.*, or move the folder away/);
    });
}

test('without a secret the server makes its own, keeps it, and only the owner may read it', { timeout: 60000 }, async (t) => {
    const server = await startServer(t, { env: { JWT_SECRET: undefined } }), user = await signUp(server);
    await server.stop();
    await server.start();
    assert.equal((await call(server, 'GET', '/api/v1/user/me', { token: user.token })).data._id, user._id);
    const { out } = await run(['find', server.data, '-type', 'f', '-iname', '*secret*', '-perm', '/077']);
    assert.equal(out, '', 'readable for others');
});

test('each --help fits a terminal and has an example', async () => {
    const commands = [
        [], ['serve'], ['healthcheck'], ['version'], ['bench'], ['openapi'], ['asyncapi'], ['doctor'], ['backup'], ['restore'], ['config'], ['config', 'env'], ['config', 'print'],
        ['config', 'check'], ['user'], ['user', 'list'], ['user', 'show'], ['user', 'add'], ['user', 'reset-password'], ['user', 'disable'], ['user', 'enable'], ['user', 'unthrottle'],
        ['token'], ['token', 'issue'], ['token', 'check'], ['secret'], ['secret', 'rotate'],
    ];
    for (const words of commands) {
        const { code, out } = await run(binary(...words, '--help'));
        assert.equal(code, 0, out);
        assert.deepEqual(out.split('\n').filter((line) => [...line].length >= 80), [], 'lines of 80 columns and more');
        assert.match(out, new RegExp(`Examples:\\n(.*\\n)*.*wegowhere ${words.join(' ')}`), out);
    }
    for (const [word] of commands.slice(1)) assert.match((await run(binary('--help'))).out, new RegExp(`\\b${word}\\b`));
});

test('version and --version say the same and exit 0', async () => {
    const version = await run(binary('version'));
    assert.equal(version.code, 0, version.out);
    assert.match(version.out, /^wegowhere \d+\.\d+\.\d+\n$/);
    assert.deepEqual(await run(binary('--version')), version);
});

for (const [words, meant] of [[['srve'], 'serve'], [['serve', '--prt', '1'], '--port'], [['config', 'evn'], 'env'], [['bench', 'fanout', '--member', '1'], '--members']]) {
    test(`"${words.join(' ')}" is a usage error that names ${meant}`, async () => {
        const { code, out } = await run(binary(...words));
        assert.equal(code, 2, out);
        assert.ok(out.includes(`Did you mean ${meant}?`), out);
        assert.match(out, /--help/, 'it says what to do next');
    });
}

test('a variable that is nearly one of ours is warned of, and the server starts', { timeout: 30000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_PORT: '1' } });
    await eventually('the warning', () => /WGW_PORT is not a setting.*Did you mean GATEWAY_PORT\?/.test(server.log));
});

test('WGW_SHUTDOWN_DELAY: /readyz says draining while everything is still served; a second signal is enough of it', { timeout: 60000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_SHUTDOWN_DELAY: '25' } });
    const readyz = async () => (await fetch(`http://127.0.0.1:${server.adminPort}/readyz`, { headers: { connection: 'close' } })).text();
    assert.equal(await readyz(), 'ready\n');
    server.expected = true;
    process.kill(server.pid, 'SIGTERM');
    await eventually('draining', async () => await readyz() === 'draining\n');
    const unready = await run(binary('healthcheck'), { env: { WGW_ADMIN_PORT: String(server.adminPort) } });
    assert.deepEqual([unready.code, /draining/.test(unready.out)], [1, true], unready.out);
    assert.equal((await call(server, 'GET', '/health')).status, 200);
    await signUp(server);
    const { code, ms } = await server.stop();
    assert.equal(code, 0, server.log);
    assert.ok(ms < 10000, `stopped after ${ms} ms`);
});

test('SIGUSR2: /readyz says draining, and nothing ends', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), user = await signUp(server), room = await makeRoom(server, user), socket = await connectSocket(t, server, { user });
    const readyz = async () => (await fetch(`http://127.0.0.1:${server.adminPort}/readyz`, { headers: { connection: 'close' } })).text();
    process.kill(server.pid, 'SIGUSR2');
    await eventually('draining', async () => await readyz() === 'draining\n');
    assert.ok((await ask(socket, { room_id: room, content: 'still here' })).success);
    assert.equal((await fetch(`${server.url}/health`)).headers.get('connection'), 'close');
    await connectSocket(t, server, { user });
    assert.equal((await server.stop()).code, 0, server.log);
    assert.match(server.log, /Turning away/);
});

test('healthcheck says 0 while the server runs and not 0 afterwards', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), env = { WGW_ADMIN_PORT: String(server.adminPort) };
    const healthy = await run(binary('healthcheck'), { env });
    assert.deepEqual([healthy.code, healthy.out], [0, `127.0.0.1:${server.adminPort} says: ready\n`]);
    const verbose = await run(binary('healthcheck', '--verbose'), { env });
    assert.equal(verbose.code, 0, verbose.out);
    assert.match(verbose.out, /says:\n(.+\n)*process: ok\n(.+\n)*ready\n$/);
    await server.stop();
    const gone = await run(binary('healthcheck'), { env });
    assert.equal(gone.code, 1, gone.out);
});
