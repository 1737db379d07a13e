// What the tests expect of the servers that they start.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run } from '../e2e/server.mjs';
import { answers } from './child.mjs';
import { startMongo, startRabbit, startRedis } from './servers.mjs';

const require = createRequire(new URL('../interop/package.json', import.meta.url));
const amqp = require('amqplib');
const { MongoClient } = require('mongodb');
const kServers = fileURLToPath(new URL('./servers.mjs', import.meta.url));

// They start and stop servers of their own, whatever the caller has given.
for (const name of ['WGW_TEST_RMQ_URL', 'WGW_TEST_REDIS_URL', 'WGW_TEST_MONGO_URL']) delete process.env[name];

// Their folders lie in one that is ours.
const kFolder = mkdtempSync(join(tmpdir(), 'wegowhere-servers-'));
process.env.TMPDIR = kFolder;
after(() => rmSync(kFolder, { recursive: true, force: true }));

/** These processes and all below them. */
const tree = (pids) => pids.flatMap((pid) => {
    try {
        return [pid, ...tree(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean))];
    } catch {
        return []; // it ended
    }
});

/** Not a zombie either: who is to reap an orphan may take its time, or never do it in a container. */
const runs = (pid) => {
    try {
        return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    } catch {
        return false;
    }
};

/** Ends what `end` ends, and asserts that none of the processes below `pids` runs on, and that nothing is left of their folders. */
async function leavesNothing(pids, end, folders = []) {
    const before = tree(pids);
    assert.ok(before.length >= pids.length);
    await end();
    const running = () => before.filter(runs);
    for (let tries = 0; running().length > 0 && tries < 100; ++tries) await sleep(50);
    assert.deepEqual(running(), []);
    assert.deepEqual(readdirSync(kFolder), folders);
}

const stopped = (server) => leavesNothing(server.children.map((child) => child.pid), () => server.stop());

async function withMongo(url, use) {
    const client = await MongoClient.connect(url, { serverSelectionTimeoutMS: 5000 });
    try {
        return await use(client.db('servers_test').collection('things'));
    } finally {
        await client.close();
    }
}

const listens = (port) => new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
        done(true);
        socket.destroy();
    }).once('error', () => done(false));
});

const redis = (server, line) => new Promise((done) => {
    answers(server.port, `${line}\r\n`, (reply) => { done(String(reply)); return true; }).then((ok) => ok || done(null));
});

test('MongoDB keeps what it acknowledged over a crash, and leaves nothing when stopped', { timeout: 120000 }, async (t) => {
    const mongo = await startMongo(t);
    const { url, pid } = mongo;
    t.diagnostic(`ready after ${mongo.readyMs} ms`);
    await withMongo(url, (things) => things.insertOne({ _id: 1, word: 'kept' }, { writeConcern: { w: 'majority', j: true } }));
    await mongo.restart();
    t.diagnostic(`again after ${mongo.readyMs} ms`);
    assert.equal(mongo.url, url);
    assert.notEqual(mongo.pid, pid);
    assert.deepEqual(await withMongo(url, (things) => things.findOne({ _id: 1 })), { _id: 1, word: 'kept' });
    await stopped(mongo);
});

test('MongoDB has unique indexes, and no users', { timeout: 120000 }, async (t) => {
    const mongo = await startMongo(t);
    await withMongo(mongo.url, async (things) => {
        await things.createIndex({ room: 1, seq: 1 }, { unique: true });
        await things.insertOne({ room: 1, seq: 1 });
        await assert.rejects(things.insertMany([{ room: 1, seq: 2 }, { room: 1, seq: 1 }, { room: 1, seq: 3 }], { ordered: true }), { code: 11000 });
        assert.equal(await things.countDocuments(), 2);
    });
});

test('RabbitMQ passes messages, comes back on its port, and leaves nothing when stopped', { timeout: 180000 }, async (t) => {
    const rabbit = await startRabbit(t);
    const { url } = rabbit;
    t.diagnostic(`ready after ${rabbit.readyMs} ms`);
    const echo = async () => {
        const connection = await amqp.connect(url);
        connection.on('error', () => {});
        const channel = await connection.createChannel();
        const { queue } = await channel.assertQueue('', { exclusive: true });
        const received = new Promise((done) => { channel.consume(queue, (message) => done(message?.content.toString()), { noAck: true }); });
        channel.sendToQueue(queue, Buffer.from('hello'));
        const text = await received;
        await connection.close();
        return text;
    };
    assert.equal(await echo(), 'hello');
    await rabbit.restart();
    t.diagnostic(`again after ${rabbit.readyMs} ms`);
    assert.equal(await echo(), 'hello');
    await stopped(rabbit);
});

test('two brokers run side by side without an epmd', { timeout: 180000 }, async (t) => {
    const [one, two] = await Promise.all([startRabbit(t), startRabbit(t)]);
    assert.notEqual(one.url, two.url);
    for (const { epmdPort } of [one, two]) assert.equal(await listens(epmdPort), false);
    // It looks for one every minute, and would start it with this program.
    for (const { bin } of [one, two]) assert.equal((await run([join(bin, 'erl'), '-noshell', '-eval', 'io:put_chars("erlang"), halt().'])).out, '');
});

test('a frozen server is silent until it is thawed', { timeout: 60000 }, async (t) => {
    const server = await startRedis(t);
    t.diagnostic(`ready after ${server.readyMs} ms`);
    assert.match(await redis(server, 'PING'), /PONG/);
    server.freeze();
    assert.equal(await redis(server, 'PING'), null);
    server.thaw();
    assert.match(await redis(server, 'PING'), /PONG/);
    server.freeze();
    await server.kill();
    assert.equal(await redis(server, 'PING'), null, 'a frozen server can be killed');
    await server.restart();
    assert.match(await redis(server, 'PING'), /PONG/);
    await stopped(server);
});

test('a server that is given is used, and cannot be killed', async (t) => {
    process.env.WGW_TEST_REDIS_URL = 'redis://127.0.0.1:1';
    t.after(() => delete process.env.WGW_TEST_REDIS_URL);
    const server = await startRedis(t);
    assert.equal(server.url, 'redis://127.0.0.1:1');
    await assert.rejects(server.kill(), /WGW_TEST_REDIS_URL names a server that the tests did not start/);
});

test('a program that ends early is an error that says what it printed', { timeout: 60000 }, async (t) => {
    const taken = await startRedis(t);
    const second = await startRedis(t);
    await second.kill();
    second.port = taken.port; // it answers there already, but that is not the one that was started
    await assert.rejects(second.start(), /redis ended before it was ready:\n[^]*Address already in use/);
});

test('run gives the command the URLs, passes on its status, and ends the servers', { timeout: 180000 }, async () => {
    const { code, out } = await run([process.execPath, kServers, 'run', 'sh', '-c', 'env; exit 7'], { ms: 170000 });
    assert.equal(code, 7, out);
    for (const [name, scheme] of [['RMQ', 'amqp'], ['MONGO', 'mongodb'], ['REDIS', 'redis']])
        assert.match(out, new RegExp(`^WGW_TEST_${name}_URL=${scheme}://\\S*127\\.0\\.0\\.1:\\d+$`, 'm'));
    const [, port] = /WGW_TEST_REDIS_URL=.*:(\d+)/.exec(out);
    assert.equal(await answers(Number(port), 'PING\r\n', () => true), false);
});

test('run passes a signal on and waits for the command before it ends the servers', { timeout: 180000 }, async (t) => {
    const child = spawn(process.execPath, [kServers, 'run', process.execPath, '-e', `
        const { connect } = require('node:net');
        const [, port] = /:(\\d+)$/.exec(process.env.WGW_TEST_REDIS_URL);
        process.on('SIGTERM', () => setTimeout(() => connect(port, '127.0.0.1', () => process.exit(5)).on('error', () => process.exit(6)), 500));
        setInterval(() => {}, 1000);
        console.log('running');`], { stdio: ['ignore', 'pipe', 'ignore'] });
    t.after(() => child.kill('SIGKILL'));
    await new Promise((done) => child.stdout.once('data', done));
    child.kill('SIGTERM');
    assert.deepEqual(await new Promise((done) => child.once('close', (...end) => done(end))), [5, null]);
    assert.deepEqual(readdirSync(kFolder), []);
});

test('the command line ends when a server does, and says which', { timeout: 60000 }, async (t) => {
    const child = spawn(process.execPath, [kServers, 'redis'], { stdio: ['ignore', 'pipe', 'pipe'] });
    t.after(() => child.kill('SIGKILL'));
    let out = '';
    child.stderr.setEncoding('utf8').on('data', (text) => { out += text; });
    await new Promise((done) => child.stdout.once('data', done));
    process.kill(Number(/process (\d+)/.exec(out)[1]), 'SIGKILL');
    assert.deepEqual(await new Promise((done) => child.once('close', (...end) => done(end))), [1, null]);
    assert.match(out, /^redis ended by itself$/m);
    assert.deepEqual(readdirSync(kFolder), []);
});

test('a signal while the servers start ends them', { timeout: 60000 }, async () => {
    const child = spawn(process.execPath, [kServers, 'rabbit', 'mongo'], { stdio: ['ignore', 'ignore', 'inherit'] });
    while (readdirSync(kFolder).length < 2) await sleep(10);
    child.kill('SIGINT');
    assert.deepEqual(await new Promise((done) => child.once('close', (...end) => done(end))), [130, null]);
    assert.deepEqual(readdirSync(kFolder), []);
});

for (const signal of ['SIGINT', 'SIGKILL']) {
    test(`nothing runs on after the command line is ended by ${signal}`, { timeout: 60000 }, async (t) => {
        const child = spawn(process.execPath, [kServers, 'redis', 'mongo'], { stdio: ['ignore', 'pipe', 'pipe'] });
        t.after(() => child.kill());
        let out = '';
        const closed = new Promise((done) => child.once('close', (...end) => done(end)));
        child.stderr.setEncoding('utf8').on('data', (text) => { out += text; });
        const ready = new Promise((done) => child.stdout.setEncoding('utf8').on('data', (text) => { if (/MONGO/.test(out += text)) done(); }));
        await Promise.race([ready, closed.then(() => assert.fail(out))]);
        const made = readdirSync(kFolder);
        assert.equal(made.length, 2);
        const below = tree([child.pid]).filter((pid) => pid !== child.pid);
        assert.ok(below.length >= 2);
        await leavesNothing(below, async () => {
            child.kill(signal);
            assert.deepEqual(await closed, signal === 'SIGINT' ? [130, null] : [null, signal]);
        }, signal === 'SIGKILL' ? made : []); // a folder outlives kill -9
        for (const folder of made) rmSync(join(kFolder, folder), { recursive: true, force: true });
    });
}

test('a mongod of the PATH comes before FerretDB', { timeout: 60000 }, async () => {
    const folder = mkdtempSync(join(kFolder, 'path-'));
    writeFileSync(join(folder, 'mongod'), '#!/bin/sh\necho "not today: $*"\n', { mode: 0o755 });
    const { code, out } = await run([process.execPath, kServers, 'mongo'], { env: { PATH: `${folder}:${process.env.PATH}` }, ms: 50000 });
    rmSync(folder, { recursive: true });
    assert.equal(code, 1, out);
    assert.match(out, /mongo ended before it was ready:\nnot today: --dbpath \S+ --port \d+ --bind_ip 127\.0\.0\.1/);
    assert.deepEqual(readdirSync(kFolder), []);
});

test('without the programs it says which command brings them', async () => {
    const { code, out } = await run(['sh', '-c', `
        set -e
        mkdir -p "$0"/tests/cluster "$0"/tests/e2e
        cp ${JSON.stringify(kServers)} ${JSON.stringify(fileURLToPath(new URL('./child.mjs', import.meta.url)))} "$0"/tests/cluster
        cp ${JSON.stringify(fileURLToPath(new URL('../e2e/server.mjs', import.meta.url)))} "$0"/tests/e2e
        "$1" "$0"/tests/cluster/servers.mjs redis && exit 3
        status=$?
        rm -r "$0"
        exit $status`, `${tmpdir()}/wegowhere-none-${process.pid}`, process.execPath]);
    assert.match(out, /redis-server: run \.\/dev setup cluster/);
    assert.equal(code, 1, out);
});
