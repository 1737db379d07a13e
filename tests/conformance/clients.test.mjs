// Real clients: each version of the official one over each transport, with the msgpack parser, and that of Python.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import ioTwo from 'socket.io-client-2.5';
import * as three from 'socket.io-client-3.1';
import * as fourZero from 'socket.io-client-4.0';
import * as fourFive from 'socket.io-client-4.5';
import * as newest from 'socket.io-client';
import * as msgpack from 'socket.io-msgpack-parser';
import { kModes as kTransports } from '../e2e/client.mjs';
import { kNode, startTarget } from './target.mjs';
import { eventually, within } from './wait.mjs';

const kClients = { '3.1': three, '4.0': fourZero, '4.5': fourFive, '4.8': newest };
const kHere = dirname(fileURLToPath(import.meta.url));

/** Sockets of one connection, by namespace. */
function connect(t, server, io, transports, nsps, options = {}) {
    const manager = new io.Manager(server.url, { transports, reconnection: false, timeout: 5000, ...options });
    const sockets = nsps.map((nsp) => manager.socket(nsp, { auth: { token: 'x' } }));
    for (const socket of sockets) if (!socket.connected) socket.open();
    t.after(() => sockets.forEach((socket) => socket.close()));
    return sockets;
}
const next = (socket, event) => within(5000, `the event ${event}`, new Promise((done) => { socket.once(event, (...args) => done(args)); }));
const ask = (socket, event, ...args) => within(5000, `the ack of ${event}`, new Promise((done) => { socket.emit(event, ...args, (...reply) => done(reply)); }));
const bytes = (values) => values.map((value) => (value instanceof Uint8Array || value instanceof ArrayBuffer ? Buffer.from(value) : value));

/** What every client has to be able to do. */
async function works(t, server, io, mode, options) {
    const [main, lab] = connect(t, server, io, kTransports[mode], ['/', '/lab'], options);
    await Promise.all([next(main, 'connect'), next(lab, 'connect')]);
    assert.notEqual(main.id, lab.id);

    // Text and binary there and back, as an ack and as an event.
    const values = ['text', 1.5, null, { deep: [true] }, Buffer.from([0, 255]), Buffer.alloc(0)];
    assert.deepEqual(bytes(await ask(main, 'message-with-ack', ...values)), values);
    const back = next(main, 'message-back');
    main.emit('message', new Uint8Array([1, 2]), { x: Buffer.from('nested') }, 'ü€𝄞');
    const [first, { x }, last] = await back;
    assert.deepEqual([...bytes([first, x]), last], [Buffer.from([1, 2]), Buffer.from('nested'), 'ü€𝄞']);

    // The server asks.
    lab.on('question', (...args) => args.pop()(Buffer.from('answer'), bytes(args).length));
    const answered = next(lab, 'answered');
    lab.emit('ask', { timeout: 5000 }, Buffer.from('x'), 'y');
    const [{ error, values: [answer, count] }] = await answered;
    assert.deepEqual([error, Buffer.from(answer).toString(), count], [null, 'answer', 2]);

    // A room, in order, also across the upgrade.
    const got = [];
    lab.on('said', (n) => got.push(n));
    await ask(lab, 'join', lab.id);
    for (let n = 0; n < 300; n++) lab.emit('say', { rooms: [lab.id] }, n);
    await eventually('all is heard', () => got.length === 300);
    assert.deepEqual(got, [...Array(300).keys()]);
    await eventually('the transport', () => main.io.engine.transport.name === (mode === 'polling' ? 'polling' : 'websocket'));

    // A namespace is left by either side, the other stays.
    const gone = next(lab, 'disconnect');
    lab.emit('kick', false);
    assert.equal((await gone)[0], 'io server disconnect');
    lab.open();
    await next(lab, 'connect');
    lab.close();
    assert.deepEqual(await ask(main, 'message-with-ack', 'still'), ['still']);
}

const refusal = async (t, server, io, options) => {
    const [socket] = connect(t, server, io, ['websocket'], ['/refuse'], options);
    const [{ message, data }] = await next(socket, 'connect_error');
    assert.deepEqual([message, data], ['no entry', { code: 7, why: ['closed'] }]);
};

test('real clients', async (t) => {
    const [server, packed] = await Promise.all([startTarget(t, 'sio'), startTarget(t, 'sio', { msgpack: true })]);

    await t.test('the official one', { concurrency: 4 }, async (t) => Promise.all([
        ...Object.entries(kClients).flatMap(([version, io]) => [
            ...Object.keys(kTransports).map((mode) => t.test(`${version} over ${mode}`, (t) => works(t, server, io, mode))),
            t.test(`${version} is refused by a middleware`, (t) => refusal(t, server, io)),
            t.test(`${version} is told of the end of the transport`, async (t) => {
                const [socket] = connect(t, server, io, ['websocket'], ['/lab']);
                await next(socket, 'connect');
                const gone = next(socket, 'disconnect');
                socket.io.engine.write('4');
                assert.equal((await gone)[0], 'transport close');
            }),
        ]),
        ...Object.keys(kClients).flatMap((version) => [
            ...Object.keys(kTransports).map((mode) => t.test(`${version} with the msgpack parser over ${mode}`, (t) => works(t, packed, kClients[version], mode, { parser: msgpack }))),
            t.test(`${version} with the msgpack parser is refused by a middleware`, (t) => refusal(t, packed, kClients[version], { parser: msgpack })),
        ]),
        // A server that takes no subprotocol, or no base64 but in polls, is none for these.
        ...Object.entries({ forceBase64: true, protocols: ['v1', 'v2'] }).flatMap(([name, value]) => Object.keys(kTransports).map((mode) => (
            t.test(`4.8 with ${name} over ${mode}`, (t) => works(t, server, newest, mode, { [name]: value })))),
        ),
        ...['polling', 'websocket'].map((mode) => t.test(`2.5 is refused over ${mode}`, async (t) => {
            const socket = ioTwo(server.url, { transports: [mode], reconnection: false, forceNew: true });
            t.after(() => socket.close());
            await next(socket, 'connect_error');
            assert.equal(socket.connected, false);
        })),
        t.test('the refusal of 2.5 says why', async () => {
            const response = await fetch(`${server.url}/socket.io/?EIO=3&transport=polling&t=x&b64=1`);
            assert.equal(`${response.status} ${await response.text()}`, '400 {"code":5,"message":"Unsupported protocol version"}');
        }),
        t.test('4.8 sends again what is not acked, and what is acked only once', async (t) => {
            const socket = new newest.Manager(server.url, { transports: ['websocket'], reconnection: false }).socket('/', { retries: 2, ackTimeout: 300 });
            t.after(() => socket.close());
            const got = [];
            socket.on('message-back', (text) => got.push(text)).open();
            await next(socket, 'connect');
            assert.match((await ask(socket, 'message', 'never acked'))[0].message, /timed out/);
            assert.deepEqual(await ask(socket, 'message-with-ack', 'acked'), [null, 'acked']);
            assert.deepEqual(got, Array(3).fill('never acked'));
        }),
        t.test('both parsers on one server, in one room (ours: Node has one for all)', { skip: kNode }, async (t) => {
            const [[text], [packed]] = [undefined, msgpack].map((parser) => connect(t, server, newest, ['websocket'], ['/lab'], { parser }));
            await Promise.all([next(text, 'connect'), next(packed, 'connect')]);
            for (const socket of [text, packed]) await ask(socket, 'join', 'both parsers');
            for (const from of [text, packed]) {
                const heard = [text, packed].map((socket) => next(socket, 'said'));
                from.emit('say', { rooms: ['both parsers'] }, Buffer.from('x'), { deep: [1, 'ü'] });
                for (const [first, second] of await Promise.all(heard)) assert.deepEqual([bytes([first])[0], second], [Buffer.from('x'), { deep: [1, 'ü'] }]);
            }
        }),
        t.test('4.8 recovers what it missed', async (t) => {
            const recovery = await startTarget(t, 'sio', { recovery: true });
            const [socket] = connect(t, recovery, newest, ['websocket'], ['/lab'], { reconnection: true, reconnectionDelay: 100, reconnectionDelayMax: 200 });
            const [other] = connect(t, recovery, newest, ['websocket'], ['/lab']);
            await Promise.all([next(socket, 'connect'), next(other, 'connect')]);
            const got = [];
            socket.on('said', (n) => got.push(n));
            other.emit('say', { rooms: [socket.id] }, 0);
            await eventually('the first', () => got.length === 1);
            const { id } = socket, again = next(socket, 'connect');
            socket.io.engine.close();
            await eventually('the end', () => !socket.connected);
            for (let n = 1; n < 4; n++) other.emit('say', { rooms: [id] }, n);
            await again;
            await eventually('what was missed', () => got.length === 4);
            assert.deepEqual([socket.recovered, socket.id, got], [true, id, [0, 1, 2, 3]]);
        }),
    ]));

    await t.test('python-socketio', { concurrency: 3 }, async (t) => Promise.all(Object.keys(kTransports).map((mode) => t.test(`over ${mode}`, { timeout: 30000 }, async () => {
        // Debian's python3-socketio, whatever python comes first in the path.
        const child = spawn('/usr/bin/python3', [join(kHere, 'client.py'), server.url, mode]);
        let out = '', errors = '';
        child.stdout.on('data', (text) => { out += text; });
        child.stderr.on('data', (text) => { errors += text; });
        const [code] = await once(child, 'close');
        assert.equal(code, 0, errors);
        assert.deepEqual(JSON.parse(out), {
            events: [], auth: { token: 'x' }, echoed: ['text', "b'\\x00\\x01'", "{'deep': b'\\xff'}"], answered: ['answer', ['x', 3]],
            transport: mode === 'polling' ? 'polling' : 'websocket', left: true,
        });
    }))));
});
