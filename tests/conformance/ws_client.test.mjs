// npm `ws` as a client: another implementation of the same frames, with its own ideas of headers, masks and closing.
import assert from 'node:assert/strict';
import test from 'node:test';
import WebSocket from 'ws';
import { target } from './session.mjs';
import { cases, startTarget } from './target.mjs';
import { eventually, sleep, within } from './wait.mjs';

const kMax = 1000000;

/** Connected: `got` holds the packets behind the open packet, texts or bytes; `end()` is the code of its end. */
async function open(server, { protocols, ...options } = {}) {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${target(server, 'transport=websocket')}`, protocols, { perMessageDeflate: false, ...options });
    socket.got = [];
    socket.on('message', (data, isBinary) => socket.got.push(isBinary ? data : data.toString())).on('error', (error) => { socket.error = error; });
    const closed = new Promise((done) => { socket.once('close', done); });
    socket.end = () => within(8000, 'the end', closed);
    await eventually('the open packet', () => socket.got.length > 0 || socket.error);
    if (socket.error) throw socket.error;
    assert.match(socket.got.shift(), /^0\{/);
    return socket;
}

const received = (socket, count) => eventually(`${count} packets`, () => socket.got.length >= count);

test('npm ws as a client', async (t) => {
    const server = await startTarget(t, 'eio');
    const echoed = (name, packets, send = (socket, packet) => socket.send(packet)) => ({
        name,
        async run() {
            const socket = await open(server);
            for (const packet of packets) send(socket, packet);
            await received(socket, packets.length);
            assert.equal(socket.got.length, packets.length);
            packets.forEach((packet, i) => assert.ok(typeof packet === 'string' ? packet === socket.got[i] : packet.equals(socket.got[i]), `packet ${i} is another`));
            socket.close(1000);
            assert.equal(await socket.end(), 1000);
        },
    });
    const inParts = (socket, packet) => {
        const third = Math.ceil(packet.length / 3), binary = typeof packet !== 'string';
        for (let i = 0; i < 3; i++) socket.send(packet.slice(i * third, (i + 1) * third), { binary, fin: i === 2 });
    };
    await cases(t, 'messages', server, [
        echoed('text and binary', ['4text', Buffer.from([0, 1, 255]), '4ü€𝄞', Buffer.alloc(0)]),
        echoed('in three fragments', ['4abcdefgh', Buffer.from('123456789'), `4${'x'.repeat(70000)}`], inParts),
        echoed('of maxPayload', [`4${'x'.repeat(kMax - 1)}`, Buffer.alloc(kMax, 7)]),
        echoed('of maxPayload, in three fragments', [Buffer.alloc(kMax, 7)], inParts),
        {
            name: 'one over: 1009',
            async run() {
                const socket = await open(server);
                socket.send(Buffer.alloc(kMax + 1));
                assert.equal(await socket.end(), 1009);
            },
        },
        {
            name: 'pings, with a payload and without, between fragments',
            async run() {
                const socket = await open(server), pongs = [];
                socket.on('pong', (data) => pongs.push(data.toString()));
                socket.send('4a', { fin: false });
                for (const payload of ['', 'x', 'y'.repeat(125)]) socket.ping(payload);
                socket.send('b', { fin: true });
                await received(socket, 1);
                await eventually('three pongs', () => pongs.length === 3);
                assert.deepEqual([socket.got, pongs], [['4ab'], ['', 'x', 'y'.repeat(125)]]);
                socket.terminate();
            },
        },
    ]);

    await cases(t, 'the end', server, [
        ...[[undefined, 1005], [1000, 1000], [1001, 1001], [1011, 1011], [3000, 3000], [4999, 4999]].map(([code, expect]) => ({
            name: `close ${code ?? 'without code'}`,
            async run() {
                const socket = await open(server);
                socket.close(code, code && 'for a reason');
                assert.equal(await socket.end(), expect);
                assert.equal(socket.error, undefined);
            },
        })),
        {
            name: 'what was sent right before the close is echoed',
            async run() {
                const socket = await open(server);
                socket.send('4last');
                socket.close(1000);
                assert.equal(await socket.end(), 1000);
                assert.deepEqual(socket.got, ['4last']);
            },
        },
    ]);

    const kUpgrades = [
        ['keep-alive, Upgrade', { headers: { Connection: 'keep-alive, Upgrade' } }],
        ['names and words in lower case', { headers: { connection: 'upgrade', upgrade: 'websocket' } }],
        ['words in capitals', { headers: { Connection: 'UPGRADE', Upgrade: 'WEBSOCKET' } }],
        ['deflate is offered and not taken', { perMessageDeflate: true }],
        ['deflate with its parameters', { perMessageDeflate: { serverNoContextTakeover: true, clientMaxWindowBits: 10 } }],
        ['subprotocols are offered and the first is taken', { protocols: ['v2', 'v1'] }, 'v2'],
    ].map(([name, options, protocol = '']) => ({ name, options, protocol }));
    await cases(t, 'upgrades', server, kUpgrades.map(({ options, protocol, ...row }) => ({
        ...row,
        async run() {
            const socket = await open(server, options);
            assert.deepEqual([socket.extensions, socket.protocol], ['', protocol]);
            socket.send('4a');
            await received(socket, 1);
            socket.terminate();
        },
    })));

    await t.test('a hundred at once, each with its own', { timeout: 20000 }, async () => {
        const sockets = await Promise.all(Array.from({ length: 100 }, () => open(server)));
        for (let round = 0; round < 10; round++) sockets.forEach((socket, i) => socket.send(round % 2 ? `4${i} ${round}` : Buffer.from(`${i} ${round}`)));
        await Promise.all(sockets.map((socket) => received(socket, 10)));
        sockets.forEach((socket, i) => assert.deepEqual(socket.got.map((packet) => `${packet}`.replace(/^4(?=\d+ [13579]$)/, '')), Array.from({ length: 10 }, (_, round) => `${i} ${round}`)));
        for (const socket of sockets) socket.close();
        assert.deepEqual(await Promise.all(sockets.map((socket) => socket.end())), Array(100).fill(1005));
    });
});

test('npm ws as a client that does not read', async (t) => {
    const server = await startTarget(t, 'eio');
    const many = Array.from({ length: 400 }, (_, i) => Buffer.alloc(100000, i)); // 40 MB: more than both kernels hold
    await cases(t, 'a slow reader', server, [
        {
            name: 'more than may wait for it: the server reads no further, and then all of it comes',
            ours: 'Node reads on and keeps whatever waits',
            async run() {
                const socket = await open(server), other = await open(server);
                socket.pause();
                for (const bytes of many) socket.send(bytes);
                other.send('4meanwhile');
                await received(other, 1);
                let before;
                await eventually('the server to read no further', async () => {
                    [before] = [socket.bufferedAmount, await sleep(100)];
                    return socket.bufferedAmount === before;
                });
                assert.ok(before > 0, 'the server has taken 40 MB for a client that reads nothing');
                socket.resume();
                await received(socket, many.length);
                socket.got.forEach((bytes, i) => assert.ok(bytes.equals(many[i]), `message ${i} is another`));
                socket.terminate();
                other.terminate();
            },
        },
        {
            name: 'a pause within what may wait: all of it comes, in order',
            async run() {
                const socket = await open(server), some = many.slice(0, 8);
                socket.pause();
                for (const bytes of some) socket.send(bytes);
                await sleep(200);
                assert.deepEqual(socket.got, []);
                socket.resume();
                await received(socket, some.length);
                socket.got.forEach((bytes, i) => assert.ok(bytes.equals(some[i]), `message ${i} is another`));
                socket.terminate();
            },
        },
        {
            name: 'one that sends on and reads as it can gets all of 40 MB',
            async run() {
                const socket = await open(server);
                for (let i = 0; i < many.length; i++) {
                    socket.send(many[i]);
                    await received(socket, i - 3); // a few on the way
                }
                await received(socket, many.length);
                socket.got.forEach((bytes, i) => assert.ok(bytes.equals(many[i]), `message ${i} is another`));
                socket.terminate();
            },
        },
    ], { ms: 30000 });
});
