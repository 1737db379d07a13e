// Each default that bounds something: at the limit all is well, one over gets the answer written here.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HttpConnection, request } from './http.mjs';
import { placeholder } from './lab.mjs';
import { call, connected, join, openSession, Polling, Socket, target } from './session.mjs';
import { cases, startTarget } from './target.mjs';
import { sleep, within } from './wait.mjs';
import { frame, kPing, kText, upgrade } from './websocket.mjs';

const kMax = 1000000;
const nested = (depth) => `42["message",${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}]`;
const wide = (nodes) => `42["message",[${'1,'.repeat(nodes - 4)}1]]`; // two arrays and the name among them

test('limits of Engine.IO', async (t) => {
    const server = await startTarget(t, 'eio');
    const chunked = async (session, bytes) => {
        const line = new HttpConnection(server).send('POST', session.target, { headers: { 'Transfer-Encoding': 'chunked' } });
        line.write(`${bytes.toString(16)}\r\n4${'x'.repeat(bytes - 1)}\r\n0\r\n\r\n`);
        const response = await line.response();
        line.close();
        return response;
    };
    const pieces = (n) => Buffer.concat([frame(kText, '4', { fin: false }), ...Array.from({ length: n - 2 }, (_, i) => frame(0, i % 2 ? 'x' : '', { fin: false })), frame(0, 'x')]);
    const headers = async (fields) => (await request(server, 'GET', target(server, 'transport=polling'), { headers: fields })).status;
    // Bytes of a request line and header without further fields, with the empty line.
    const bare = `GET ${target(server, 'transport=polling')} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nX: \r\n\r\n`.length;

    await cases(t, 'sizes', server, [
        {
            name: 'a POST of maxPayload',
            async run() {
                const session = await Polling.open(server), packet = `4${'x'.repeat(kMax - 1)}`;
                assert.equal(await session.send(packet), '200 ok');
                assert.equal(await session.next(), packet);
            },
        },
        ...[['one over', (session) => session.post(`4${'x'.repeat(kMax)}`)], ['one over in a chunk', (session) => chunked(session, kMax + 1)]].map(([what, post]) => ({
            name: `a POST of ${what}: 413, the session stays`,
            async run() {
                const session = await Polling.open(server), { status, body } = await post(session);
                assert.deepEqual([status, body], [413, '']);
                assert.equal(await session.send('4a'), '200 ok');
                assert.equal(await session.next(), '4a');
            },
        })),
        {
            name: 'a POST of maxPayload in a chunk',
            async run() { assert.equal((await chunked(await Polling.open(server), kMax)).status, 200); },
        },
        {
            name: 'the 413 closes the connection',
            ours: 'what is left of the body would be read as requests',
            async run() {
                const session = await Polling.open(server), line = new HttpConnection(server);
                line.send('POST', session.target, { headers: { 'Content-Length': 10 * kMax } });
                const { status, headers } = await line.response();
                assert.deepEqual([status, headers.connection], [413, 'close']);
                await within(5000, 'the end of the connection', line.ended);
            },
        },
        {
            name: 'a message of maxPayload',
            async run() {
                const session = await Socket.open(server), packet = `4${'x'.repeat(kMax - 1)}`;
                await session.send(packet);
                assert.equal(await session.next(), packet);
                session.drop();
            },
        },
        ...[
            ['one over', () => frame(kText, `4${'x'.repeat(kMax)}`)],
            ['one over in two frames', () => Buffer.concat([frame(kText, `4${'x'.repeat(kMax - 1)}`, { fin: false }), frame(0, 'x')])],
            ['one over, announced only', () => frame(kText, '4', { length: kMax + 1 })],
        ].map(([what, bytes]) => ({
            name: `a message of ${what}: 1009`,
            async run() {
                const session = await Socket.open(server);
                session.socket.raw(bytes());
                assert.deepEqual(await session.ended(), ['closed 1009']);
            },
        })),
        {
            name: '1,024 frames in a message, empty ones too',
            async run() {
                const session = await Socket.open(server);
                session.socket.raw(pieces(1024));
                assert.match(await session.next(), /^4x+$/);
                session.drop();
            },
        },
        {
            name: 'one over: 1008',
            ours: 'Node allows 16,384',
            async run() {
                const session = await Socket.open(server);
                session.socket.raw(pieces(1025));
                assert.deepEqual(await session.ended(), ['closed 1008']);
            },
        },
        {
            name: '60 pings at once',
            async run() {
                const session = await Socket.open(server);
                session.socket.raw(Buffer.concat(Array.from({ length: 60 }, () => frame(kPing, 'x'))));
                await session.send('4a');
                assert.equal(await session.next(), '4a');
                session.drop();
            },
        },
        {
            name: '10,000 pings at once: dropped',
            ours: 'Node answers them all',
            async run() {
                const session = await Socket.open(server);
                session.socket.raw(Buffer.concat(Array.from({ length: 10000 }, () => frame(kPing, 'x'))));
                assert.match((await session.ended()).at(-1), /^closed/);
            },
        },
        {
            name: '16,384 packets in a payload',
            async run() {
                const session = await Polling.open(server);
                assert.equal(await session.send(...Array(16383).fill('3'), '4a'), '200 ok');
                assert.equal(await session.next(), '4a');
            },
        },
        {
            name: 'one over: 400, the session ends',
            ours: 'Node has no limit',
            async run() {
                const session = await Polling.open(server);
                assert.equal((await session.post(Array(16385).fill('3').join('\x1e'))).status, 400);
                assert.equal((await session.get()).status, 400);
            },
        },
        { name: 'a header of 16,300 bytes', async run() { assert.equal(await headers({ X: 'x'.repeat(16300 - bare) }), 200); } },
        { name: 'a header of 16,500 bytes: 431', async run() { assert.equal(await headers({ X: 'x'.repeat(16500 - bare) }), 431); } },
        { name: '100 header fields', async run() { assert.equal(await headers(Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`X${i}`, 'x']))), 200); } },
        {
            name: 'one over: 431',
            ours: 'Node drops what is over 2,000',
            async run() { assert.equal(await headers(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`X${i}`, 'x']))), 431); },
        },
        {
            name: 'an upgrade with a header of 16,500 bytes is refused',
            async run() { assert.equal((await upgrade(server, target(server, 'transport=websocket'), { X: 'x'.repeat(16500) })).status, 431); },
        },
    ]);
});

test('limits of Socket.IO', async (t) => {
    const [server, narrow] = await Promise.all([startTarget(t, 'sio'), startTarget(t, 'sio', { 'max-attachments': 3 })]);
    const echo = async (session, packet) => {
        await session.send(packet);
        return session.next();
    };
    await cases(t, 'packets', server, [
        {
            name: 'maxAttachments is a setting: 3 and one over',
            async run() {
                const good = await connected(narrow), bad = await connected(narrow);
                await good.send('453-["message"]', ...Array(3).fill(Buffer.from('x')));
                assert.equal(await good.next(), '42["message-back"]');
                await bad.send('454-["message"]');
                assert.deepEqual(await bad.ended(), ['closed 1005']);
                good.drop();
            },
        },
        {
            name: 'a header and attachments of more than maxPayload together: closed',
            ours: 'Node counts each by itself',
            async run() {
                const session = await connected(server);
                await session.send(`452-["message",${placeholder(0)},${placeholder(1)}]`, Buffer.alloc(600000), Buffer.alloc(600000));
                assert.match((await session.ended()).at(-1), /^closed/);
            },
        },
        { name: 'JSON of depth 128', async run() { assert.match(await echo(await connected(server), nested(128)), /^42/); } },
        { name: 'one over: closed', ours: 'Node has no limit', async run() { assert.equal(await echo(await connected(server), nested(129)), 'closed 1005'); } },
        { name: 'JSON of 100,000 values', async run() { assert.match(await echo(await connected(server), wide(100000)), /^42/); } },
        { name: 'one over: closed', ours: 'Node has no limit', async run() { assert.equal(await echo(await connected(server), wide(100001)), 'closed 1005'); } },
        {
            name: '32 namespaces on a connection, and 33: refused, until one has been left',
            ours: 'Node has no limit',
            async run() {
                const session = await openSession(server, 'websocket');
                const hello = async (n) => {
                    await join(session, `/dyn-${n}`);
                    assert.equal(await session.next(), `42/dyn-${n},["hello","/dyn-${n}","number"]`);
                };
                for (let n = 1; n <= 32; n++) await hello(n);
                assert.match(await echo(session, '40/dyn-33,'), /^44\/dyn-33,\{"message":/);
                await session.send('41/dyn-7,');
                await hello(33);
                session.drop();
            },
        },
        {
            name: 'a queue of 1,000 packets is kept',
            async run() {
                const session = await connected(server, 'polling', '/lab');
                await session.send('42/lab,1["flood",1000,1]');
                for (let i = 0; i < 1000; i++) assert.equal(await session.next(), `42/lab,["flooded",${i},"x"]`);
                assert.equal(await session.next(), '43/lab,1[]');
            },
        },
        ...[['of 1,025 packets', 1025, 1], ['of more than 1 MiB', 3, 500000]].map(([what, n, bytes]) => ({
            name: `a queue ${what} that nobody fetches ends the session`,
            ours: 'Node has no limit',
            async run() {
                const session = await connected(server, 'polling', '/lab');
                await session.send(`42/lab,["flood",${n},${bytes}]`);
                assert.equal(await within(3000, 'the end of the session', server.leaving(session.id)), 'transport error');
                assert.equal((await session.get()).status, 400);
            },
        })),
        {
            name: 'volatile packets do not fill the queue of polling',
            async run() {
                const session = await connected(server, 'polling', '/lab');
                await call(session, 'flood', 3000, 1, true);
                assert.deepEqual(session.before, []);
                await session.drop();
            },
        },
        {
            name: 'volatile packets do not fill the queue of a WebSocket: some are dropped, the others come in order',
            async run() {
                const session = await connected(server, 'websocket', '/lab');
                session.socket.connection.socket.pause();
                const asked = call(session, 'flood', 3000, 20000, true);
                await sleep(100);
                session.socket.connection.socket.resume();
                await asked;
                const numbers = session.before.map((packet) => JSON.parse(packet.slice('42/lab,'.length))[1]);
                assert.ok(numbers.length >= 1 && numbers.length < 3000, `${numbers.length}`);
                assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b));
                session.drop();
            },
        },
        {
            name: 'a WebSocket that nobody reads ends when its queue is full',
            ours: 'Node has no limit',
            async run() {
                const session = await connected(server, 'websocket', '/lab');
                session.socket.connection.socket.pause();
                await session.send('42/lab,["flood",80,500000]');
                assert.equal(await within(5000, 'the end of the session', server.leaving(session.id)), 'transport error');
                session.drop();
            },
        },
    ]);
});
