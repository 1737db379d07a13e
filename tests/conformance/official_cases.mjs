// What the protocols' own suites ask (25 cases of Engine.IO 4, 32 of Socket.IO 5), in our words: {name, run()}. The sixteen
// that the suites share are of both modes.
import assert from 'node:assert/strict';
import { request } from './http.mjs';
import { connected, join, openPacket, openSession, Polling, Socket, target, upgraded } from './session.mjs';
import { kNode } from './target.mjs';
import { sleep } from './wait.mjs';
import { upgrade } from './websocket.mjs';

// What sio-echo has by itself, as the suites run against it without any option.
const kInterval = 300, kTimeout = 200;
const timesOf = ({ pingInterval = kInterval, pingTimeout = kTimeout }) => ({ pingInterval, pingTimeout });
export const kHeartbeat = { 'ping-interval': undefined, 'ping-timeout': undefined };

// Heartbeats are told to a server with short ones; everything else to one where a busy machine cannot run into them.
const shared = ({ calm, quick }) => [
    {
        name: 'handshake over polling: five keys',
        async run() {
            const { status, body } = await request(quick, 'GET', target(quick, 'transport=polling'));
            assert.equal(status, 200);
            const { sid, ...open } = openPacket(body);
            assert.equal(typeof sid, 'string');
            assert.deepEqual(open, { upgrades: ['websocket'], ...timesOf(quick), maxPayload: 1000000 });
        },
    },
    ...Object.entries({
        'no EIO': 'transport=polling', 'EIO=abc': 'EIO=abc&transport=polling', 'no transport': 'EIO=4', 'transport=abc': 'EIO=4&transport=abc',
    }).map(([what, query]) => ({
        name: `handshake over polling: ${what} is refused`,
        async run() { assert.equal((await request(calm, 'GET', `${calm.path}?${query}`)).status, 400); },
    })),
    {
        name: 'handshake over polling: POST and PUT are refused',
        async run() {
            for (const method of ['POST', 'PUT']) assert.equal((await request(calm, method, target(calm, 'transport=polling'), { body: '' })).status, 400);
        },
    },
    {
        name: 'handshake over WebSocket: five keys, nothing to upgrade to',
        async run() {
            const { open: { sid, ...open }, socket } = await Socket.open(quick);
            assert.equal(typeof sid, 'string');
            assert.deepEqual(open, { upgrades: [], ...timesOf(quick), maxPayload: 1000000 });
            socket.drop();
        },
    },
    ...Object.entries({
        'no EIO': 'transport=websocket', 'EIO=abc': 'EIO=abc&transport=websocket', 'no transport': 'EIO=4', 'transport=abc': 'EIO=4&transport=abc',
    }).map(([what, query]) => ({
        name: `handshake over WebSocket: ${what} is refused`,
        async run() {
            const { status, socket } = await upgrade(calm, `${calm.path}?${query}`);
            // Node accepts a wrong EIO, and then writes HTTP into the WebSocket: no client gets to read a frame.
            if (kNode && socket) await assert.rejects(socket.reading, /no reserved bits/);
            else assert.equal(status, 400);
        },
    })),
    ...['polling', 'websocket'].map((mode) => ({
        name: `heartbeat over ${mode}: three rounds`,
        async run() {
            const session = await openSession(quick, mode);
            session.heartbeat = false;
            for (let round = 0; round < 3; round++) {
                assert.equal(await session.next(), '2');
                await session.send('3');
            }
            await session.drop();
        },
    })),
    {
        name: 'heartbeat over polling: without pong the session is gone after interval and timeout',
        async run() {
            const session = await Polling.open(quick);
            await sleep(kInterval + kTimeout);
            assert.equal((await session.get()).status, 400);
        },
    },
    {
        name: 'heartbeat over WebSocket: without pong it is closed',
        async run() {
            const session = await Socket.open(quick);
            session.heartbeat = false;
            assert.deepEqual(await session.ended(), ['2', 'closed 1005']);
        },
    },
    {
        name: 'close over polling: the held GET reads a noop, the next is refused',
        async run() {
            const session = await Polling.open(calm);
            const [held, post] = await Promise.all([session.get(), session.post('1')]);
            assert.deepEqual([held.status, held.body, post.status, post.body], [200, '6', 200, 'ok']);
            assert.equal((await session.get()).status, 400);
        },
    },
    {
        name: 'close over WebSocket',
        async run() {
            const session = await Socket.open(quick);
            session.heartbeat = false;
            await session.send('1');
            assert.match((await session.ended()).at(-1), /^closed/);
        },
    },
    {
        name: 'upgrade: probe, noop to the poll, switch',
        async run() {
            const polling = await Polling.open(calm), { socket } = await upgrade(calm, target(calm, `transport=websocket&sid=${polling.sid}`));
            socket.send('2probe');
            assert.equal(await socket.next(), '3probe');
            const { status, body } = await polling.get();
            assert.deepEqual([status, body], [200, '6']);
            socket.send('5');
            if (calm.mode === 'eio') assert.equal(await socket.send('4hello').next(), '4hello');
            else assert.match(await socket.send('40').next(), /^40\{"sid":/);
            socket.drop();
        },
    },
    {
        name: 'upgrade: polling is refused from then on',
        async run() {
            const { polling, session } = await upgraded(calm);
            assert.equal((await polling.get()).status, 400);
            await stillWorks(session);
        },
    },
    {
        name: 'upgrade: a second WebSocket is closed, the first goes on',
        async run() {
            const { polling, session } = await upgraded(calm);
            const { status, socket } = await upgrade(calm, target(calm, `transport=websocket&sid=${polling.sid}`));
            if (socket) assert.ok(await socket.end());
            else assert.equal(status, 400);
            await stillWorks(session);
        },
    },
];

async function stillWorks(session) {
    if (session.server.mode === 'eio') {
        await session.send('4hello');
        assert.equal(await session.next(), '4hello');
    } else {
        await join(session);
    }
    await session.drop();
}

const echoed = (name, mode, packets) => (calm) => ({
    name: `message over ${mode}: ${name}`,
    async run() {
        const session = await openSession(calm, mode);
        await session.send(...packets);
        for (const packet of packets) assert.deepEqual(await session.next(), packet);
        await session.drop();
    },
});

const messages = (calm) => [
    ...[
        echoed('one text', 'polling', ['4hello']),
        echoed('several texts', 'polling', ['4test1', '4test2', '4test3']),
        echoed('text and binary', 'polling', ['4hello', Buffer.from([1, 2, 3, 4])]),
        echoed('one text', 'websocket', ['4hello']),
        echoed('binary', 'websocket', [Buffer.from([1, 2, 3, 4])]),
    ].map((make) => make(calm)),
    {
        name: 'message over polling: no packet at all ends the session',
        async run() {
            const session = await Polling.open(calm);
            await session.post('abc');
            assert.equal((await session.get()).status, 400);
        },
    },
    {
        name: 'message over polling: a second GET ends the session',
        async run() {
            const session = await Polling.open(calm), { response } = await session.hold();
            const second = await session.get(), first = await response;
            assert.deepEqual([first.status, first.body, second.status], [200, '1', 400]);
            assert.equal((await session.get()).status, 400);
        },
    },
    {
        name: 'message over polling: a cancelled GET ends the session',
        async run() {
            const session = await Polling.open(calm), { connection } = await session.hold();
            connection.close();
            await connection.ended;
            assert.equal((await session.get()).status, 400);
        },
    },
    {
        name: 'message over WebSocket: no packet at all closes',
        async run() {
            const session = await Socket.open(calm);
            await session.send('abc');
            assert.match(await session.next(), /^closed/);
        },
    },
];

const answers = (name, sent, expected) => (calm) => ({
    name,
    async run() {
        const session = await connected(calm);
        await session.send(...sent);
        for (const packet of expected) {
            if (packet instanceof RegExp) assert.match(await session.next(), packet);
            else assert.deepEqual(await session.next(), packet);
        }
        await session.drop();
    },
});
const closes = (name, ...sent) => answers(`message: ${name} closes`, sent, ['closed 1005']);

const connecting = (name, sent, head, payload, event) => (calm) => ({
    name: `connect: ${name}`,
    async run() {
        const session = await openSession(calm, 'websocket');
        await session.send(sent);
        const reply = await session.next();
        assert.ok(reply.startsWith(head), reply);
        const { sid, ...others } = JSON.parse(reply.slice(head.length));
        assert.deepEqual([typeof sid, others], ['string', payload]);
        assert.equal(await session.next(), event);
        await session.drop();
    },
});

const kBytes = [Buffer.from([1, 2, 3]), Buffer.from([4, 5, 6])];
const kHolders = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';

const packets = (calm, quick) => [
    ...[
        connecting('the main namespace', '40', '40', {}, '42["auth",{}]'),
        connecting('the main namespace with a payload', '40{"token":"123"}', '40', {}, '42["auth",{"token":"123"}]'),
        connecting('another namespace', '40/custom,', '40/custom,', {}, '42/custom,["auth",{}]'),
        connecting('another namespace with a payload', '40/custom,{"token":"abc"}', '40/custom,', {}, '42/custom,["auth",{"token":"abc"}]'),
        answers('message: text', ['42["message",1,"2",{"3":[true]}]'], ['42["message-back",1,"2",{"3":[true]}]']),
        answers('message: binary', [`452-["message",${kHolders}]`, ...kBytes], [`452-["message-back",${kHolders}]`, ...kBytes]),
        answers('message: text with an ack', ['42456["message-with-ack",1,"2",{"3":[false]}]'], ['43456[1,"2",{"3":[false]}]']),
        answers('message: binary with an ack', [`452-789["message-with-ack",${kHolders}]`, ...kBytes], [`462-789[${kHolders}]`, ...kBytes]),
        closes('an unknown packet type', '4abc'),
        closes('a payload that is no array', '42{}'),
        closes('an ack id that is no number', '42abc["message-with-ack",1,"2",{"3":[false]}]'),
        answers(
            'disconnect: another namespace, then an event of the main one', ['40/custom', '41/custom', '42["message","here"]'],
            [/^40\/custom,/, '42/custom,["auth",{}]', '42["message-back","here"]'],
        ),
    ].map((make) => make(calm)),
    {
        name: 'connect: a namespace that there is not',
        async run() {
            const session = await openSession(calm, 'websocket');
            await session.send('40/random');
            assert.equal(await session.next(), '44/random,{"message":"Invalid namespace"}');
            await session.drop();
        },
    },
    {
        name: 'connect: no packet at all closes',
        async run() {
            const session = await openSession(calm, 'websocket');
            await session.send('4abc');
            assert.match(await session.next(), /^closed/);
        },
    },
    {
        name: 'connect: a client that never does is closed',
        async run() {
            const session = await openSession(quick, 'websocket');
            session.heartbeat = false;
            assert.deepEqual(await session.ended(), ['2', 'closed 1005']);
        },
    },
    {
        name: 'disconnect: no answer, the next packet is the ping',
        async run() {
            const session = await connected(quick);
            session.heartbeat = false;
            await session.send('41');
            assert.equal(await session.next(), '2');
            await session.drop();
        },
    },
];

/** All that the suite of a mode asks: by name of the part. */
export const official = (mode, servers) => ({
    'of both suites': shared(servers),
    ...(mode === 'eio' ? { 'of Engine.IO': messages(servers.calm) } : { 'of Socket.IO': packets(servers.calm, servers.quick) }),
});

/** Whether a case is one WebSocket alone. */
export const isWebSocket = ({ name }) => !/over polling|^upgrade/.test(name);

/** Whether it says something of every server of Socket.IO, and not of the events of sio-echo. */
export const isOfEveryServer = ({ name }) => !/^(connect: (the main|another) namespace|message: (text|binary)|disconnect: another)/.test(name);
