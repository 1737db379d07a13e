// The server under test: build/sio-echo, or with CONFORMANCE=node the reference on npm's own server.
//
// Rows marked `ours` are deliberate differences, with a sentence: against Node they are checked where the row says what
// Node does (`node`), and left out where it does not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Balancer } from '../e2e/balancer.mjs';
import { sessionWorks } from './session.mjs';

const kHere = dirname(fileURLToPath(import.meta.url));
const kEcho = resolve(kHere, '../..', process.env.WGW_ECHO ?? 'build/sio-echo');
export const kNode = process.env.CONFORMANCE === 'node';

/** Of the library; those of sio-echo itself are what the official suites expect. */
const kDefaults = { 'ping-interval': 25000, 'ping-timeout': 20000, 'connect-timeout': 10000 };

/** Starts one for the test `t`: {port, url, path, mode, leaving(sid), stop()}. `options` are those of sio-echo; undefined: its own. */
export async function startTarget(t, mode, options = {}) {
    const given = Object.entries({ mode, port: 0, ...kDefaults, ...options }).filter(([, value]) => value !== undefined);
    const flags = given.flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, String(value)]));
    if (!kNode && !existsSync(kEcho)) throw new Error(`${kEcho} is not there: ./dev build, or set WGW_ECHO`);
    const child = kNode ? spawn(process.execPath, [resolve(kHere, 'reference.mjs'), ...flags]) : spawn(kEcho, flags);
    const server = { mode, path: mode === 'eio' ? '/engine.io/' : '/socket.io/', child, log: '' };
    const ended = new Promise((done) => { child.once('close', (code, signal) => done({ code, signal })).once('error', (error) => done({ error })); });

    // Sockets of /lab that have left, and who waits to hear of one.
    const left = new Map(), waiting = new Map();
    server.leaving = (sid) => (left.has(sid) ? Promise.resolve(left.get(sid)) : new Promise((done) => { waiting.set(sid, done); }));
    server.stop = () => {
        child.kill('SIGTERM');
        setTimeout(() => child.kill('SIGKILL'), 10000).unref(); // shows as its signal
        return ended;
    };
    t.after(async () => {
        const { code, signal, error } = await server.stop();
        assert.deepEqual([code, signal, error], [0, null, undefined], `the server under test did not end well: ${server.log.slice(-2000)}`);
    });

    let rest = '';
    const listening = new Promise((done) => {
        child.stdout.setEncoding('utf8').on('data', (text) => {
            const lines = (rest + text).split('\n');
            rest = lines.pop();
            for (const line of lines) {
                const [, sid, reason] = /^left (\S+) (.+)$/.exec(line) ?? [];
                if (sid) {
                    left.set(sid, reason);
                    waiting.get(sid)?.(reason);
                }
                const [url, port] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? [];
                if (url) done({ url, port: Number(port) });
            }
            server.log = (server.log + text).slice(-20000);
        });
    });
    child.stderr.setEncoding('utf8').on('data', (text) => { server.log = (server.log + text).slice(-20000); });
    const where = await Promise.race([listening, ended]);
    if (!where.port) throw new Error(`the server under test did not start: ${JSON.stringify(where)} ${server.log}`);
    return Object.assign(server, where);
}

/** Three of them behind a balancer that knows no sessions, which only a WebSocket survives: {port, path, mode, modes, counts()}. */
export async function startNodes(t, mode, options) {
    const nodes = await Promise.all([1, 2, 3].map(() => startTarget(t, mode, options))), balancer = new Balancer(nodes.map(({ port }) => port));
    await balancer.listen(0);
    t.after(() => balancer.close());
    return { mode, path: nodes[0].path, port: balancer.port, modes: ['websocket'], counts: () => balancer.counts };
}

/** What a row expects of this server; undefined if it says nothing of it. */
export const expected = (row) => (kNode && row.ours ? row.node : row.expect);

/** One case. After it, a new session has to work. */
export const check = (t, server, row, run, { ms = 10000 } = {}) =>
    t.test(row.ours ? `${row.name} (ours: ${row.ours})` : row.name, { timeout: ms, skip: kNode && row.ours !== undefined && row.node === undefined }, async (t) => {
        await run(t, row);
        await sessionWorks(server);
    });

/** Cases as data: `answer(row)` is compared with what the row expects. They run at once, `concurrency` of them. */
export const table = (t, name, server, rows, answer, { concurrency = 8, ...options } = {}) =>
    t.test(name, { concurrency }, (t) => Promise.all(rows.map((row) => check(t, server, row, async () => {
        assert.deepEqual(await answer(row), expected(row));
    }, options))));

/** Cases as code: {name, run(t)}, with `ours` as above (never run against Node). They run at once, `concurrency` of them. */
export const cases = (t, name, server, rows, { concurrency = 8, ...options } = {}) =>
    t.test(name, { concurrency }, (t) => Promise.all(rows.map((row) => check(t, server, row, () => row.run(t, row), options))));
