// The images: what they say of themselves, and that of everything at work. It is healthy, runs without any right, keeps its volume and ends in order.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import test from 'node:test';
import { ask, connectSocket, eventually, makeRoom, messagesOf, signUp } from '../e2e/client.mjs';
import { freePort } from '../e2e/server.mjs';
import { Container, imageOf } from './container.mjs';

const kRoles = ['gateway', 'auth', 'user', 'chat'];

async function makeContainer(t, name, env = {}) {
    const data = await mkdtemp(path(tmpdir(), 'wegowhere-image-'));
    const container = new Container(name, { data, env, port: await freePort(), adminPort: await freePort() });
    t.after(async () => {
        if (container.child) await container.kill();
        await rm(data, { recursive: true, force: true });
    });
    return container;
}

for (const name of ['everything', ...kRoles])
    test(`${name}: the image says how it wants to be run`, () => {
        const { config } = imageOf(name);
        assert.deepEqual([config.User, config.Entrypoint, config.Cmd, config.StopSignal], ['10001:10001', ['wegowhere'], ['serve'], 'SIGTERM']);
        assert.deepEqual([Object.keys(config.Volumes), Object.keys(config.ExposedPorts)], [['/data'], ['3000/tcp']]);
        assert.deepEqual(config.Healthcheck.Test, ['CMD', 'wegowhere', 'healthcheck']);
        for (const line of ['GATEWAY_HOST=0.0.0.0', 'WGW_DATA=/data', `WGW_ROLE=${name === 'everything' ? '' : name}`]) assert.ok(config.Env.includes(line), `${line} of ${config.Env}`);
        for (const label of ['title', 'description', 'licenses']) assert.ok(config.Labels[`org.opencontainers.image.${label}`], label);
    });

test('the images of all roles have the same files', () => {
    const layers = ['everything', ...kRoles].map((name) => imageOf(name).layers);
    for (const each of layers) assert.deepEqual(each.slice(0, -1), layers[0].slice(0, -1), 'but for the last layer, an empty folder');
});

test('it is healthy, and has no right that it does not need', { timeout: 60000 }, async (t) => {
    const server = await makeContainer(t, 'everything');
    await server.start();
    const { code, out } = await server.askHealth();
    assert.deepEqual([code, /ready/.test(out)], [0, true], out);
    const { Uid, Gid, NoNewPrivs, CapEff, CapBnd } = await server.status();
    assert.deepEqual([Uid, Gid, NoNewPrivs, CapEff, CapBnd], [Array(4).fill('10001').join('\t'), Array(4).fill('10001').join('\t'), '1', '0'.repeat(16), '0'.repeat(16)]);
    assert.notEqual((await server.exec('touch', '/tmp/there')).code, 0, 'no file of the image can be written, or made');
    assert.equal((await server.exec('touch', '/data/there')).code, 0, 'its volume can be written');
    assert.deepEqual((await server.exec('cat', '/proc/1/comm')).printed, 'wegowhere\n', 'it is the first process: signals reach it');
    assert.equal((await server.exec('wegowhere', 'version', '--json')).code, 0);
});

test('what was acknowledged is in its volume: after a stop, and after a kill', { timeout: 120000 }, async (t) => {
    const server = await makeContainer(t, 'everything');
    await server.start();
    const grace = await signUp(server, 'grace'), alan = await signUp(server, 'alan'), room = await makeRoom(server, grace, alan);
    const texts = [];
    for (const end of ['stop', 'kill']) {
        const here = await connectSocket(t, server, { user: grace, mode: 'upgrade' }), there = await connectSocket(t, server, { user: alan, mode: 'polling' });
        for (let i = 0; i < 5; ++i) {
            texts.push(`before ${end} ${i}`);
            assert.equal((await ask(here, { room_id: room, content: texts.at(-1) })).success, true);
        }
        await eventually('the other hears', () => there.got['chat.message.receive'].length === 5);
        await server[end]();
        await server.start();
        assert.deepEqual((await messagesOf(server, alan, room)).map(({ content }) => content), texts);
    }
    assert.ok((await readdir(server.volume)).includes('wegowhere.db'), 'the data is in the volume, and nowhere else');
});

test('SIGTERM: what is acknowledged is stored, clients are let go and come back, the exit code is 0', { timeout: 120000 }, async (t) => {
    const server = await makeContainer(t, 'everything', { WGW_DRAIN: '1' });
    await server.start();
    const grace = await signUp(server, 'grace'), room = await makeRoom(server, grace);
    const sockets = await Promise.all(['polling', 'websocket', 'upgrade'].map((mode) => connectSocket(t, server, { user: grace, mode, reconnection: true, reconnectionDelay: 100, reconnectionDelayMax: 300 })));
    const acks = sockets.flatMap((socket, i) => Array.from({ length: 20 }, (_, n) => socket.timeout(5000).emitWithAck('chat.message.send', { room_id: room, content: `${i}.${n}` }).catch(() => null)));
    const [{ code, signal, ms }, all] = await Promise.all([server.stop(), Promise.all(acks)]), answers = all.filter(Boolean);
    assert.deepEqual([code, signal], [0, null], server.log);
    assert.ok(ms < 30000, `${ms} ms`);
    for (const socket of sockets) await eventually('it has left', () => !socket.connected);
    for (const socket of sockets) assert.ok(!socket.got.disconnect.includes('io server disconnect'), 'nobody is sent away for good');
    await server.start();
    for (const socket of sockets) await eventually('it comes back', () => socket.connected, 20000);
    const stored = new Set((await messagesOf(server, grace, room)).map(({ _id }) => _id));
    const accepted = answers.filter(({ success }) => success);
    t.diagnostic(`${all.length} sends, ${answers.length} answered, ${accepted.length} of these stored; it took ${ms} ms`);
    assert.ok(accepted.length > 0, 'some were in time');
    for (const { data } of accepted) assert.ok(stored.has(data._id), data._id);
    for (const { success, data } of answers) assert.ok(success || data.code === 'draining', JSON.stringify(data));
});

for (const role of kRoles)
    test(`${role}: without servers it says what to set, and ends as with any wrong setting`, { timeout: 30000 }, async (t) => {
        const server = await makeContainer(t, role);
        await assert.rejects(server.start(), /ended before it was ready/);
        assert.deepEqual(await server.ended, { code: 78, signal: null });
        assert.match(server.log, /RMQ_URL/);
    });
