// ./dev cluster: all of it comes, talks through its balancer, and goes with everything it has made.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { ask, connectSocket, contents, eventually, makeRoom, signUp } from '../e2e/client.mjs';
import { freePort, kRoot, run } from '../e2e/server.mjs';

/** The commands of those processes whose environment or command line names the folder. */
async function processesOf(folder) {
    const found = [];
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
        const [command, environment] = await Promise.all(['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')));
        if ((command + environment).includes(folder)) found.push(`${pid} ${command.replaceAll('\0', ' ')}`);
    }
    return found;
}

/** Started, with temporary folders in `folder`: {child, out(), ended}. It does not outlive the test. */
async function startLocal(t, ...args) {
    const folder = await mkdtemp(join(tmpdir(), 'wegowhere-test-'));
    await chmod(folder, 0o711); // PostgreSQL does not run as root
    const env = Object.fromEntries(Object.entries({ ...process.env, TMPDIR: folder }).filter(([name]) => !name.startsWith('WGW_TEST_')));
    const child = spawn(process.execPath, [join(kRoot, 'tests/cluster/local.mjs'), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { out += text; });
    const ended = new Promise((done) => { child.once('exit', (code, signal) => done({ code, signal })); });
    t.after(async () => {
        child.kill('SIGTERM');
        await ended;
        await rm(folder, { recursive: true, force: true });
    });
    return { child, folder, out: () => out, ended };
}

for (const signal of ['SIGINT', 'SIGTERM'])
    test(`it comes, talks, and ${signal} leaves nothing of it`, { timeout: 240000 }, async (t) => {
        const port = await freePort(), local = await startLocal(t, '--port', String(port));
        await eventually('it is there', () => {
            assert.equal(local.child.exitCode, null, local.out());
            return local.out().includes('Stop with Ctrl-C');
        }, 180000);
        const balancer = { url: `http://localhost:${port}`, port };
        const gateways = [...local.out().matchAll(/^ {2}gateway \d .*(http:\S+)$/gm)].map(([, url]) => ({ url }));
        assert.equal(gateways.length, 2, local.out());
        const [a, b] = [await signUp(balancer, 'a'), await signUp(balancer, 'b')], room = await makeRoom(balancer, a, b);
        const heard = await Promise.all(gateways.map((gateway) => connectSocket(t, gateway, { user: b })));
        const here = await connectSocket(t, balancer, { user: a, mode: 'upgrade' });
        for (let i = 0; i < 5; ++i) assert.ok((await ask(here, { room_id: room, content: `m${i}` })).success);
        for (const socket of heard) await eventually('both gateways tell', () => contents(socket).length === 5);
        assert.ok((await processesOf(local.folder)).length > 10, 'they are found');
        local.child.kill(signal);
        assert.deepEqual(await local.ended, { code: 0, signal: null }, local.out());
        assert.deepEqual(await processesOf(local.folder), []);
        assert.deepEqual(await readdir(local.folder), []);
    });

test('ended while it starts, it leaves nothing either', { timeout: 120000 }, async (t) => {
    for (const words of ['starting RabbitMQ', 'the servers answer']) {
        const local = await startLocal(t, '--port', String(await freePort()));
        await eventually(words, () => local.out().includes(words), 60000);
        local.child.kill('SIGINT');
        assert.deepEqual(await local.ended, { code: 0, signal: null }, local.out());
        assert.deepEqual(await processesOf(local.folder), []);
        assert.deepEqual(await readdir(local.folder), []);
    }
});

test('a port that is taken, and what is no option, are told at once', { timeout: 20000 }, async (t) => {
    const port = await freePort(), taken = createServer();
    await new Promise((done) => { taken.listen(port, '127.0.0.1', done); });
    t.after(() => taken.close());
    const refused = await run([process.execPath, join(kRoot, 'tests/cluster/local.mjs'), '--port', String(port)]);
    assert.deepEqual([refused.code, refused.out], [1, `port ${port} is in use by another program: stop that one, or ./dev cluster --port N\n`]);
    const wrong = await run([process.execPath, join(kRoot, 'tests/cluster/local.mjs'), '--ports']);
    assert.deepEqual([wrong.code, wrong.out], [2, 'usage: ./dev cluster [--port N]    N: of the balancer (3000)\n']);
});
