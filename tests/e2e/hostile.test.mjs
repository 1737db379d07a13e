// Malformed input of every kind, while two members talk: the process lives on and the pair notices nothing.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { Random } from '../faults/random.mjs';
import { call, connectSocket, contents, eventually, makeRoom, signUp, within } from './client.mjs';
import { startServer } from './server.mjs';

const kSocketIo = '/socket.io/?EIO=4&transport=websocket';
const kSeed = Number(process.env.WGW_SEED ?? Math.floor(Math.random() * 1e9));

/** Writes bytes to a connection of its own and waits until the server closes it, or for `ms`. */
function raw(server, bytes, { ms = 300, end = true } = {}) {
    return new Promise((done) => {
        const socket = connect(server.port, '127.0.0.1', () => (end ? socket.end(bytes) : socket.write(bytes)));
        const over = () => {
            clearTimeout(timer);
            socket.destroy();
            done();
        };
        const timer = setTimeout(over, ms);
        socket.on('data', () => {}).on('error', () => {}).once('close', over);
    });
}

const get = (...lines) => `GET /health HTTP/1.1\r\nHost: x\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const post = (...lines) => get(...lines).replace('GET /health', 'POST /api/v1/auth/sign-in');
const upgrade = `GET ${kSocketIo} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;
const withFrame = (...bytes) => Buffer.concat([Buffer.from(upgrade), Buffer.from(bytes)]);

const kGarbage = {
    'nothing at all': '',
    'zero bytes': Buffer.alloc(4096),
    'a TLS greeting': Buffer.from('16030100c8010000c40303', 'hex'),
    'an endless header': `GET / HTTP/1.1\r\nX: ${'a'.repeat(1_000_000)}`,
    'ten thousand headers': get(...Array.from({ length: 10000 }, (_, i) => `X-${i}: y`)),
    'two lengths': `${post('Content-Length: 5', 'Content-Length: 6', 'Content-Type: application/json')}hello!`,
    'a length and chunks': `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    'a negative length': post('Content-Length: -1'),
    'a giant length': post('Content-Length: 99999999999999999999'),
    'a giant chunk': `${post('Transfer-Encoding: chunked', 'Content-Type: application/json')}ffffffffffffffff\r\nx`,
    'a bare line feed': 'GET /health HTTP/1.1\nHost: x\n\n',
    'no version': 'GET /\r\n\r\n',
    'deep JSON': `${post('Content-Type: application/json', 'Content-Length: 500000')}${'['.repeat(500000)}`,
    'a sid of odd bytes': 'GET /socket.io/?EIO=4&transport=polling&sid=%00%ff__proto__ HTTP/1.1\r\nHost: x\r\n\r\n',
    'half an upgrade': upgrade.slice(0, -4),
    'an unmasked frame': withFrame(0x81, 0x02, 0x34, 0x30),
    'a frame of 2^62 bytes': withFrame(0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4),
    'a frame of 2^64 - 1 bytes': withFrame(0x81, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4),
    'reserved bits': withFrame(0xf1, 0x80, 0, 0, 0, 0),
    'a reserved opcode': withFrame(0x83, 0x80, 0, 0, 0, 0),
    'a ping in pieces': withFrame(0x09, 0x80, 0, 0, 0, 0),
    'a ping of 126 bytes': withFrame(0x89, 0xfe, 0, 126, 0, 0, 0, 0, ...new Array(126).fill(65)),
    'a close of one byte': withFrame(0x88, 0x81, 0, 0, 0, 0, 3),
    'text that is no UTF-8': withFrame(0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28),
    'a continuation of nothing': withFrame(0x80, 0x81, 0, 0, 0, 0, 0x34),
    'ten thousand empty pieces': withFrame(0x01, 0x80, 0, 0, 0, 0, ...Array.from({ length: 10000 }, () => [0x00, 0x80, 0, 0, 0, 0]).flat()),
};

const bin = Buffer.from([1, 2, 3]);
/** What is sent after `40`; each closes the connection. A list is sent frame by frame. */
const kClosing = [
    '4', '47', '42{}', '42[]', '42["connect"]', '42["disconnect"]', '450-["x"]', ['4511-["x"]', bin], '421.5["x"]', '42abc["x"]', '43abc', '44',
    '44{"message":"x"}', '41{"a":1}', '40/x,"str"', '40', '42/x,["y"]', '41/x', ['451-["x",{"_placeholder":true,"num":5}]', bin], bin,
    ['451-["x",{"_placeholder":true,"num":0}]', '42["y"]'], '2', '2x', '9', '42', '43', `42["x",${'['.repeat(200)}${']'.repeat(200)}]`,
];
/** These are delivered or ignored. */
const kHarmless = ['42[1]', '43[]', '4312[]', '3', '5', '6', '0', '42["no such event",1e400]', '40/custom', ['451-["x",{"_placeholder":true,"num":0}]', bin]];

/** A raw client that has sent `40` and has been answered. */
async function connected(server, { then = '40' } = {}) {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${kSocketIo}`);
    socket.packets = [];
    socket.on('message', (data, binary) => socket.packets.push(binary ? data : data.toString())).on('error', () => {});
    await within(5000, 'the handshake', once(socket, 'open'));
    if (then) socket.send(then);
    if (then === '40') await eventually('the answer to 40', () => socket.packets.some((packet) => packet.startsWith('40{')));
    return socket;
}

const shown = (packets) => JSON.stringify([packets].flat().map((packet) => (typeof packet === 'string' ? packet.slice(0, 60) : '<bytes>')));

test('malformed input while a pair chats', async (t) => {
    const server = await startServer(t), { pid } = server;
    const [grace, alan] = [await signUp(server, 'grace'), await signUp(server, 'alan')], room = await makeRoom(server, grace, alan);
    const [a, b] = [await connectSocket(t, server, { user: grace }), await connectSocket(t, server, { user: alan, mode: 'polling' })];

    const said = [];
    let talking = true;
    const talk = (async () => {
        for (; talking; await sleep(5)) {
            said.push(`t${said.length}`);
            (said.length % 2 ? a : b).emit('chat.message.send', { room_id: room, content: said.at(-1) });
        }
    })();
    const undisturbed = async () => {
        assert.equal(server.alive, true, `the server died: ${server.log.slice(-500)}`);
        const mark = said.length;
        await eventually('the pair goes on talking', () => contents(a).length > mark && contents(b).length > mark);
    };

    for (const [what, bytes] of Object.entries(kGarbage)) {
        await t.test(what, { timeout: 20000 }, async () => {
            await Promise.all([raw(server, bytes), raw(server, bytes, { end: false })]);
            await undisturbed();
        });
    }

    await t.test(`mutations of good requests (WGW_SEED=${kSeed})`, { timeout: 120000 }, async () => {
        const random = new Random(kSeed), good = [get(), post('Content-Type: application/json', 'Content-Length: 2') + '{}', withFrame(0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30)];
        for (let round = 0; round < 40; round++) {
            await Promise.all(Array.from({ length: 10 }, () => {
                const bytes = Buffer.from(random.pick(good));
                for (let n = random.int(1, 8); n > 0; n--) bytes[random.int(0, bytes.length - 1)] = random.int(0, 255);
                return raw(server, bytes.subarray(0, random.int(1, bytes.length)), { ms: 100 });
            }));
        }
        await undisturbed();
    });

    for (const packets of kClosing) {
        await t.test(`after 40, ${shown(packets)} closes that connection only`, { timeout: 20000 }, async () => {
            const socket = await connected(server), closed = once(socket, 'close');
            for (const packet of [packets].flat()) socket.send(packet);
            await within(5000, 'the close', closed);
            await undisturbed();
        });
    }

    await t.test('an event before 40 closes the connection', { timeout: 20000 }, async () => {
        const socket = await connected(server, { then: '42["chat.message.send",{}]' });
        await within(5000, 'the close', once(socket, 'close'));
    });

    for (const packets of kHarmless) {
        await t.test(`after 40, ${shown(packets)} is harmless`, { timeout: 20000 }, async () => {
            const socket = await connected(server);
            for (const packet of [packets].flat()) socket.send(packet);
            socket.send('427["chat.message.send",{}]');
            await eventually('an ack on the same connection', () => socket.packets.some((packet) => packet.startsWith('437[')));
            socket.terminate();
        });
    }

    await t.test('a message over maxPayload is closed with 1009', { timeout: 20000 }, async () => {
        const socket = await connected(server), closed = once(socket, 'close');
        socket.send(`42["x","${'a'.repeat(1_000_001)}"]`);
        const [code] = await within(5000, 'the close', closed);
        assert.equal(code, 1009);
        await undisturbed();
    });

    talking = false;
    await talk;
    await eventually('the last words', () => contents(a).length >= said.length && contents(b).length >= said.length);
    for (const socket of [a, b]) {
        assert.equal(new Set(contents(socket)).size, said.length, 'nothing twice');
        const seqs = socket.got['chat.message.receive'].map(({ seq }) => seq);
        assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i), 'nothing missing, nothing out of order');
        assert.deepEqual(socket.got.disconnect, [], 'nobody was disconnected');
    }
    assert.equal(server.pid, pid);
    assert.equal((await call(server, 'GET', '/health')).status, 200);
});
