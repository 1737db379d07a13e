// Hostile input of every kind, each on a connection of its own, while two members talk: each gets the answer that is
// written beside it, the process lives on, and the pair loses nothing.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { Random } from '../faults/random.mjs';
import { call, connectSocket, contents, eventually, makeRoom, signUp, within } from './client.mjs';
import { startServer } from './server.mjs';
import { kTalkMs } from './shapes.mjs';

const kSocketIo = '/socket.io/?EIO=4&transport=websocket';
const kPolling = '/socket.io/?EIO=4&transport=polling';
const kSeed = Number(process.env.WGW_SEED ?? Math.floor(Math.random() * 1e9));
const kNowhere = '0123456789abcdef01234567';

const nested = (levels) => '['.repeat(levels) + ']'.repeat(levels);
const bin = Buffer.from([1, 2, 3]);

// --- bytes on a connection: statuses of all answers, then whether the server closes it. What may still become a request
// --- is waited for, some seconds at most: `open` -----------------------------------------------------------------------

const get = (...lines) => `GET /health HTTP/1.1\r\nHost: x\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const post = (...lines) => get(...lines).replace('GET /health', 'POST /api/v1/auth/sign-in');
const json = (body, length = Buffer.byteLength(body)) => `${post('Content-Type: application/json', `Content-Length: ${length}`)}${body}`;
const spelled = (name) => `{"username":"${name}","password":"a long password"}`;
/** A header block of so many bytes, with its blank line. */
const headers = (bytes) => get(`X: ${'a'.repeat(bytes - get('X: ').length)}`);

const kBytes = [
    ['nothing', '', 'open'],
    ['zero bytes', Buffer.alloc(4096), 'open'],
    ['zero bytes without end', Buffer.alloc(20000), '431 closed'],
    ['a TLS greeting', Buffer.from('16030100c8010000c403030a', 'hex'), '400 closed'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400 closed'],
    ['a request line without a version', 'GET /\r\n\r\n', '400 closed'],
    ['a method that is no word', 'G{}T / HTTP/1.1\r\nHost: x\r\n\r\n', '400 closed'],
    ['a target with a NUL', 'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n', '400 closed'],
    ['a bare line feed', 'GET /health HTTP/1.1\nHost: x\n\n', '400 closed'],
    ['a bare carriage return', get('X: a\rb'), '400 closed'],
    ['a header without a colon', get('X'), '400 closed'],
    ['a folded header', get('X: a', ' b'), '400 closed'],
    ['two hosts', get('Host: y'), '400 closed'],
    ['no host', 'GET /health HTTP/1.1\r\n\r\n', '400 closed'],
    ['headers at the limit', headers(16384), '200 open'],
    ['headers one over', headers(16385), '431 closed'],
    ['a header without an end', `GET / HTTP/1.1\r\nX: ${'a'.repeat(1_000_000)}`, '431 closed'],
    ['a hundred header fields', get(...Array.from({ length: 99 }, (_, i) => `X-${i}: y`)), '200 open'],
    ['a hundred and one', get(...Array.from({ length: 100 }, (_, i) => `X-${i}: y`)), '431 closed'],
    ['two lengths', `${post('Content-Length: 5', 'Content-Length: 6')}hello!`, '400 closed'],
    ['a length and chunks', `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`, '400 closed'],
    ['a negative length', post('Content-Length: -1'), '400 closed'],
    ['a giant length', post('Content-Length: 99999999999999999999'), '400 closed'],
    ['a giant chunk', `${post('Transfer-Encoding: chunked')}ffffffffffffffff\r\nx`, '400 closed'],
    ['a body that does not come', post('Content-Type: application/json', 'Content-Length: 10'), 'open'],
    ['an anonymous body at the limit', json(spelled('x'.repeat(65536 - spelled('').length))), '404 open'],
    ['an anonymous body one over', json(spelled('x'.repeat(65537 - spelled('').length))), '413 closed'],
    ['a length over the limit', post('Content-Type: application/json', 'Content-Length: 65537'), '413 closed'],
    ['JSON that is cut', json('{"username":'), '400 closed'],
    ['JSON as deep as allowed', json(nested(128)), '400 open'],
    ['JSON one deeper', json(nested(129)), '400 closed'],
    ['JSON that is only deep', json('['.repeat(65536)), '400 closed'],
    ['JSON with a prototype', json('{"__proto__":{"admin":true}}'), '400 closed'],
    ['a request behind malformed JSON', json('{') + get(), '400 closed'],
    ['pipelined requests', get().repeat(5), '200 200 200 200 200 open'],
    ['broken percent-encoding', 'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n', '400 open'],
    ['a method that nobody knows', 'BREW /health HTTP/1.1\r\nHost: x\r\n\r\n', '400 closed'],
    ['a method that is not for this', 'DELETE /health HTTP/1.1\r\nHost: x\r\n\r\n', '404 open'],
    ['half an upgrade', get('Connection: Upgrade', 'Upgrade: websocket').slice(0, -4), 'open'],
    ['an upgrade where there is none', get('Connection: Upgrade', 'Upgrade: websocket'), '400 closed'],
    ['an upgrade without a key', get('Connection: Upgrade', 'Upgrade: websocket').replace('/health', kSocketIo), '400 closed'],
];

// --- polling: the last answer to a list of [method, body], which go to one session; `null` opens none -------------------

const kPolls = [
    ['no version', '/socket.io/?transport=polling', [['GET']], '400 {"code":5,"message":"Unsupported protocol version"}'],
    ['an unknown transport', '/socket.io/?EIO=4&transport=pigeon', [['GET']], '400 {"code":0,"message":"Transport unknown"}'],
    ['a sid of odd bytes', `${kPolling}&sid=%00%ff__proto__`, [['GET']], '400 {"code":1,"message":"Session ID unknown"}'],
    ['a POST without a session', kPolling, [['POST', '40']], '400 {"code":2,"message":"Bad handshake method"}'],
    ['a PUT on a session', null, [['PUT', '40']], '405 '],
    ['a packet of an unknown type', null, [['POST', '9'], ['GET']], '400 {"code":1,"message":"Session ID unknown"}'],
    ['an empty payload', null, [['POST', ''], ['GET']], '400 {"code":1,"message":"Session ID unknown"}'],
    ['an empty packet between others', null, [['POST', '40\x1e\x1e40'], ['GET']], '400 {"code":1,"message":"Session ID unknown"}'],
    ['bytes that are no UTF-8', null, [['POST', Buffer.from([0x34, 0x30, 0xff])], ['GET']], '400 {"code":1,"message":"Session ID unknown"}'],
    ['binary that is no base64', null, [['POST', 'b!!!'], ['GET']], '400 {"code":1,"message":"Session ID unknown"}'],
    ['binary of nobody', null, [['POST', 'bAQID'], ['GET']], '200 6\x1e1'],
    ['256 packets', null, [['POST', Array(256).fill('3').join('\x1e')]], '200 ok'],
    ['16,385 packets', null, [['POST', Array(16_385).fill('3').join('\x1e')]], '400 {"code":3,"message":"Bad request"}'],
    ['a payload at the limit', null, [['POST', `4${'x'.repeat(999_999)}`]], '200 ok'],
    ['a payload one over', null, [['POST', `4${'x'.repeat(1_000_000)}`]], '413 '],
    ['octets', null, [['POST', bin, { 'content-type': 'application/octet-stream' }]], '400 {"code":3,"message":"Bad request"}'],
];

// --- frames of a WebSocket: the code of the close frame, or `closed` ---------------------------------------------------

const frame = (first, payload, length = payload.length) => Buffer.concat([Buffer.from([first, 0x80 | length, 0, 0, 0, 0]), Buffer.from(payload)]);

const kFrames = [
    ['one that is not masked', Buffer.from([0x81, 0x02, 0x34, 0x30]), '1002'],
    ['one over the limit', Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0x0f, 0x42, 0x41, 0, 0, 0, 0]), '1009'],
    ['one of 2^62 bytes', Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]), '1009'],
    ['one of 2^64 - 1 bytes', Buffer.from([0x81, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4]), '1002'],
    ['a length in more bytes than it needs', Buffer.from([0x81, 0xfe, 0, 1, 0, 0, 0, 0, 0x32]), '1002'],
    ['reserved bits', frame(0xf1, ''), '1002'],
    ['a reserved opcode', frame(0x83, ''), '1002'],
    ['a ping in pieces', frame(0x09, ''), '1002'],
    ['a ping of 126 bytes', Buffer.concat([Buffer.from([0x89, 0xfe, 0, 126, 0, 0, 0, 0]), Buffer.alloc(126, 65)]), '1002'],
    ['a close of one byte', frame(0x88, [3]), '1002'],
    ['a close with a code of nobody', frame(0x88, [0x03, 0xed]), '1002'],
    ['text that is no UTF-8', frame(0x81, [0xc3, 0x28]), '1007'],
    ['a surrogate as UTF-8', frame(0x81, [0xed, 0xa0, 0x80]), '1007'],
    ['a continuation of nothing', frame(0x80, '4'), '1002'],
    ['a second start', Buffer.concat([frame(0x01, '4'), frame(0x01, '0')]), '1002'],
    ['more than a thousand empty pieces', Buffer.concat([frame(0x01, ''), ...Array(1100).fill(frame(0x00, ''))]), '1008'],
    ['a flood of pings', Buffer.concat(Array(200).fill(frame(0x89, ''))), '1008'],
];

// --- packets of Socket.IO: the answer, `closed` or `ignored` -----------------------------------------------------------

/** As the first thing on a connection. */
const kFirst = [
    ['an event before CONNECT', '42["chat.message.send",{}]', 'closed'],
    ['a DISCONNECT before CONNECT', '41', 'closed'],
    ['an ack before CONNECT', '431[]', 'closed'],
    ['binary before CONNECT', bin, 'closed'],
    ['CONNECT with a list', '40[1]', 'closed'],
    ['CONNECT with half an object', '40{"token":', 'closed'],
    ['CONNECT to an unknown namespace', '40/admin', '44/admin,{"message":"Invalid namespace"}'],
    ['CONNECT to a namespace of many letters', `40/${'n'.repeat(100_000)}`, 'closed'],
    ['a token that is an object', '40{"token":{"$ne":null}}', '44 Access token is not found!'],
    ['a token of nonsense', '40{"token":"\\u0000.\\ud800.x"}', '44 invalid token'],
    ['a token over its greatest size', `40{"token":"${'a'.repeat(4097)}"}`, '44 jwt malformed'],
];

/** After a CONNECT that was answered. A list is sent packet by packet. */
const kPackets = [
    ['a second CONNECT', '40', 'closed'],
    ['an unknown type of Engine.IO', '9', 'closed'],
    ['a ping, which is the server\'s', '2', 'closed'],
    ['an unknown type of Socket.IO', '47', 'closed'],
    ['no type', '4', 'closed'],
    ['CONNECT_ERROR, which is the server\'s', '44{"message":"x"}', 'closed'],
    ['an event that is an object', '42{}', 'closed'],
    ['an event without a name', '42[]', 'closed'],
    ['an event without a payload', '42', 'closed'],
    ['an event with a number for its name', '42[1]', 'ignored'],
    ['a reserved name', '42["disconnect"]', 'closed'],
    ['an unknown event', '42["no such event",1e400]', 'ignored'],
    ['an unknown event that asks for an ack', '421["no such event"]', '431 not_found'],
    ['an ack id that is no whole number', '421.5["x"]', 'closed'],
    ['an ack id of 2^53', '429007199254740992["x"]', 'closed'],
    ['a negative ack id', '42-1["x"]', 'closed'],
    ['an ack of nothing that was asked', '4312[]', 'ignored'],
    ['an ack without an id', '43abc', 'closed'],
    ['an event to a namespace not joined', '42/admin,["x"]', 'closed'],
    ['a DISCONNECT with a payload', '41{"a":1}', 'closed'],
    ['JSON as deep as allowed', `42["x",${nested(127)}]`, 'ignored'],
    ['JSON one deeper', `42["x",${nested(128)}]`, 'closed'],
    ['JSON with a raw NUL', '42["x","\0"]', 'closed'],
    ['JSON with a raw line break', '42["x","\n"]', 'closed'],
    ['JSON with more behind', '42["x"]]', 'closed'],
    ['JSON of too many values', `42["x",[${'0,'.repeat(100_000)}0]]`, 'closed'],
    ['no attachment where one is promised', ['451-["x",{"_placeholder":true,"num":0}]', '42["y"]'], 'closed'],
    ['an attachment of nobody', bin, 'closed'],
    ['an attachment too many', ['451-["x",{"_placeholder":true,"num":0}]', bin, bin], 'closed'],
    ['eleven attachments', '4511-["x"]', 'closed'],
    ['no attachments', '450-["x"]', 'closed'],
    ['a placeholder out of range', ['451-["x",{"_placeholder":true,"num":5}]', bin], 'closed'],
    ['a placeholder that is no number', ['451-["x",{"_placeholder":true,"num":"length"}]', bin], 'closed'],
    ['a binary event that is whole', ['451-["x",{"_placeholder":true,"num":0}]', bin], 'ignored'],
    ['a message at the limit', `42["x","${'a'.repeat(1_000_000 - 10)}"]`, 'ignored'],
    ['a message one over', `42["x","${'a'.repeat(1_000_001 - 10)}"]`, 'closed'],
    ['a pong of nothing', '3', 'ignored'],
    ['an upgrade that nobody asked for', '5', 'ignored'],
    ['the open packet, which is the server\'s', '0', 'ignored'],
    ['thirty-three namespaces', Array.from({ length: 33 }, (_, i) => `40/n${i}`), '44'],
];

// --- payloads of chat.message.send: failing fields, a code, or `stored` -------------------------------------------------

const room = (room_id, content = 'x', more = {}) => JSON.stringify({ room_id, content, ...more });

/** A function gets the id of the sender's own room. */
const kSends = [
    ['none', '', 'room_id content'],
    ['null', ',null', 'room_id content'],
    ['a text', ',"x"', 'room_id content'],
    ['a huge number', ',1e400', 'room_id content'],
    ['two payloads', ',{},{}', 'room_id content'],
    ['a room that is an object', `,${room({ $gt: '' })}`, 'room_id'],
    ['a room of 24 other letters', `,${room('g'.repeat(24))}`, 'room_id'],
    ['a room of 12 characters', `,${room('twelve chars')}`, 'room_id'],
    ['a room with a NUL behind', `,${room(`${kNowhere}\0`)}`, 'room_id'],
    ['a room that does not exist', `,${room(kNowhere)}`, 'not_found'],
    ['a room of others', ({ others }) => `,${room(others)}`, 'not_member'],
    ['a list for its text', ({ own }) => `,${room(own, [])}`, 'content'],
    ['an empty text', ({ own }) => `,${room(own, '')}`, 'content'],
    ['a text at the limit', ({ own }) => `,${room(own, 'x'.repeat(16384))}`, 'stored'],
    ['a text one over', ({ own }) => `,${room(own, 'x'.repeat(16385))}`, 'too_large'],
    ['a text over in bytes alone', ({ own }) => `,${room(own, 'é'.repeat(8193))}`, 'too_large'],
    ['a text of NULs', ({ own }) => `,${room(own, '\0\0')}`, 'stored'],
    ['a lone surrogate', ({ own }) => `,{"room_id":"${own}","content":"\\ud800"}`, 'stored'],
    ['letters that turn the direction', ({ own }) => `,${room(own, '\u202e\u2028\ufeff')}`, 'stored'],
    ['a prototype', ({ own }) => `,{"__proto__":{"x":1},"room_id":"${own}","content":"x"}`, 'stored'],
    ['an id of the sender\'s choice', ({ own }) => `,${room(own, 'x', { _id: kNowhere, seq: 1, user_id: kNowhere })}`, 'stored'],
    ['a key of 65 characters', ({ own }) => `,${room(own, 'x', { client_msg_id: 'k'.repeat(65) })}`, 'client_msg_id'],
    ['a key with a NUL', ({ own }) => `,${room(own, 'x', { client_msg_id: 'k\0' })}`, 'client_msg_id'],
    ['a key that is a number', ({ own }) => `,${room(own, 'x', { client_msg_id: 7 })}`, 'client_msg_id'],
];

// --- REST with a token: status, and failing fields or a code -----------------------------------------------------------

const kCalls = [
    ['a room that is no id', 'GET', '/api/v1/chat/rooms/join', undefined, '400 room_id'],
    ['a room with a NUL', 'GET', `/api/v1/chat/rooms/${kNowhere}%00`, undefined, '400 room_id'],
    ['a room as an operator', 'POST', '/api/v1/chat/rooms/join', '{"room_id":{"$ne":""}}', '400 room_id'],
    ['a page before nothing', 'GET', `/api/v1/chat/rooms/${kNowhere}/messages?before=`, undefined, '400 before'],
    ['a page of a huge number', 'GET', `/api/v1/chat/rooms/${kNowhere}/messages?after=99999999999999999999`, undefined, '400 after'],
    ['a parameter at its limit', 'GET', `/api/v1/user/${'u'.repeat(100)}`, undefined, '200'],
    ['a parameter one over', 'GET', `/api/v1/user/${'u'.repeat(101)}`, undefined, '404 not_found'],
    ['a user name of odd letters', 'GET', '/api/v1/user/%00%0d%0a%e2%80%ae%27%22;', undefined, '200'],
    ['a user name that is no UTF-8', 'GET', '/api/v1/user/%ff%fe%fd%fc%fb%fa', undefined, '400'],
    ['a room name at its limit', 'POST', '/api/v1/chat/rooms', JSON.stringify({ name: 'é'.repeat(100) }), '201'],
    ['a room name one over', 'POST', '/api/v1/chat/rooms', JSON.stringify({ name: 'é'.repeat(101) }), '400 name'],
    ['a room name of a lone surrogate', 'POST', '/api/v1/chat/rooms', '{"name":"\\udc00"}', '201'],
    ['a body at the limit', 'POST', '/api/v1/chat/rooms', `{"name":"${'n'.repeat(1_048_576 - 11)}"}`, '400 name'],
    ['a body one over', 'POST', '/api/v1/chat/rooms', `{"name":"${'n'.repeat(1_048_577 - 11)}"}`, '413'],
];

/** `names` of the fields in a validation failure, else its code. */
const reason = (data) => (Array.isArray(data) ? data.map(({ property }) => property).join(' ') : data?.code ?? '');

/** Writes bytes to a connection of its own: what came back until the server closed it, or for `ms` of silence; `first`: in front of the first answer. */
function exchange(server, bytes, { ms = 250, first = ms, end = false } = {}) {
    return new Promise((done) => {
        const got = [], socket = connect(server.port, '127.0.0.1', () => (end ? socket.end(bytes) : socket.write(bytes)));
        const over = (closed) => {
            socket.destroy();
            done({ bytes: Buffer.concat(got), closed });
        };
        socket.setTimeout(first, () => over(false));
        socket.on('data', (piece) => {
            got.push(piece);
            socket.setTimeout(ms);
        }).on('error', () => {}).once('close', () => over(true));
    });
}

async function bytesAnswer(server, bytes, expected) {
    const { bytes: got, closed } = await exchange(server, bytes, { ms: expected.endsWith('closed') ? 5000 : 250, first: expected === 'open' ? 250 : 5000 });
    return [...got.toString('latin1').matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status).concat(closed ? 'closed' : 'open').join(' ');
}

async function pollAnswer(server, path, requests) {
    if (path === null) {
        const open = await (await fetch(server.url + kPolling)).text();
        path = `${kPolling}&sid=${JSON.parse(open.slice(1)).sid}`;
    }
    let answer;
    for (const [method, body, headers = { 'content-type': 'text/plain' }] of requests) {
        const response = await fetch(server.url + path, { method, body, headers: body === undefined ? {} : headers, signal: AbortSignal.timeout(5000) });
        answer = `${response.status} ${await response.text()}`;
    }
    return answer;
}

async function frameAnswer(server, frames) {
    const upgrade = `GET ${kSocketIo} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;
    const { bytes, closed } = await exchange(server, Buffer.concat([Buffer.from(upgrade), frames]), { ms: 5000 });
    assert.equal(closed, true);
    let at = bytes.indexOf('\r\n\r\n') + 4;
    // The server's frames are not masked, and none of these answers is long.
    for (; at < bytes.length && bytes[at] !== 0x88; at += 2 + (bytes[at + 1] === 126 ? 2 + bytes.readUInt16BE(at + 2) : bytes[at + 1]));
    return at < bytes.length && bytes[at + 1] >= 2 ? String(bytes.readUInt16BE(at + 2)) : 'closed';
}

/** A raw client: `packets` are those received, `closed` resolves to the code. With `auth` it has connected. */
async function rawClient(server, auth) {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${kSocketIo}`);
    socket.packets = [];
    socket.closed = new Promise((done) => { socket.once('close', done); });
    socket.on('message', (data) => socket.packets.push(data.toString())).on('error', () => {});
    await eventually('the open packet', () => socket.packets.length === 1);
    if (auth === undefined) return socket;
    socket.send(`40${auth}`);
    await eventually('the answer to 40', () => socket.packets.some((packet) => packet.startsWith('40{')));
    socket.packets.length = 0;
    return socket;
}

/** The first packet that answers, or `closed`. */
async function packetAnswer(socket, packets) {
    for (const packet of [packets].flat()) socket.send(packet);
    const answered = eventually('an answer', () => socket.packets.some((packet) => /^4[034]/.test(packet))).then(() => null, () => null);
    const code = await within(6000, 'an answer or the end', Promise.race([socket.closed, answered]));
    socket.terminate();
    return code === null ? socket.packets.find((packet) => /^4[034]/.test(packet)) ?? 'silence' : 'closed';
}

test('hostile input while a pair talks', { timeout: 300000 }, async (t) => {
    const server = await startServer(t), { pid } = server;
    const [grace, alan, eve] = [await signUp(server, 'grace'), await signUp(server, 'alan'), await signUp(server, 'eve')];
    const pairs = await makeRoom(server, grace, alan), rooms = { own: await makeRoom(server, eve), others: pairs };
    const [a, b] = [await connectSocket(t, server, { user: grace }), await connectSocket(t, server, { user: alan, mode: 'polling' })];

    const said = [];
    let talking = true;
    t.after(() => { talking = false; });
    const talk = (async () => {
        for (; talking; await sleep(kTalkMs)) {
            said.push(`t${said.length}`);
            (said.length % 2 ? a : b).emit('chat.message.send', { room_id: pairs, content: said.at(-1) });
        }
    })();
    const undisturbed = async () => {
        assert.equal(server.alive, true, `the server died: ${server.log.slice(-500)}`);
        const mark = said.length;
        await eventually('the pair goes on talking', () => contents(a).length > mark && contents(b).length > mark);
    };
    const each = (layer, rows, answer) => t.test(layer, async (t) => {
        for (const [name, ...row] of rows) {
            await t.test(name, { timeout: 20000 }, async () => {
                assert.equal(await answer(...row), row.at(-1));
                await undisturbed();
            });
        }
    });

    await each('bytes', kBytes, (bytes, expected) => bytesAnswer(server, bytes, expected));
    await each('requests of polling', kPolls, (path, requests) => pollAnswer(server, path, requests));
    await each('frames', kFrames, (frames) => frameAnswer(server, frames));
    await each('first packets', kFirst, async (packets) => {
        const answer = await packetAnswer(await rawClient(server), packets);
        if (answer.startsWith('40{')) return '40';
        return answer.startsWith('44{') ? `44 ${JSON.parse(answer.slice(2)).message}` : answer;
    });
    await each('packets', kPackets, async (packets) => {
        // What comes behind is answered if the packets were ignored.
        const answer = await packetAnswer(await rawClient(server, ''), [packets, '4277["chat.message.send",{}]'].flat());
        if (answer.startsWith('4377[')) return 'ignored';
        return answer.startsWith('431[') ? `431 ${reason(JSON.parse(answer.slice(3))[0].data)}` : answer.startsWith('44') ? '44' : answer;
    });
    await each('sends', kSends, async (payload) => {
        const socket = await rawClient(server, JSON.stringify({ token: eve.token }));
        const answer = await packetAnswer(socket, `421["chat.message.send"${typeof payload === 'function' ? payload(rooms) : payload}]`);
        const { success, data } = JSON.parse(answer.slice(3))[0];
        return success ? 'stored' : reason(data);
    });
    await each('calls', kCalls, async (method, path, body) => {
        const response = await fetch(server.url + path, {
            method, body, headers: { authorization: `Bearer ${eve.token}`, ...(body && { 'content-type': 'application/json' }) }, signal: AbortSignal.timeout(5000),
        });
        return `${response.status} ${reason((await response.json()).data)}`.trim();
    });

    await t.test(`mutations of good requests (WGW_SEED=${kSeed})`, { timeout: 120000 }, async () => {
        const random = new Random(kSeed), good = [get(), json('{}'), get('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==').replace('/health', kSocketIo) + frame(0x81, '40')];
        for (let round = 0; round < 40; round++) {
            await Promise.all(Array.from({ length: 10 }, () => {
                const bytes = Buffer.from(random.pick(good), 'latin1');
                for (let n = random.int(1, 8); n > 0; n--) bytes[random.int(0, bytes.length - 1)] = random.int(0, 255);
                return exchange(server, bytes.subarray(0, random.int(1, bytes.length)), { ms: 100, end: true });
            }));
        }
        await undisturbed();
    });

    talking = false;
    await talk;
    await eventually('the last words', () => contents(a).length >= said.length && contents(b).length >= said.length);
    for (const socket of [a, b]) {
        assert.deepEqual([...contents(socket)].sort(), [...said].sort(), 'nothing lost, nothing twice');
        const seqs = socket.got['chat.message.receive'].map(({ seq }) => seq);
        assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i), 'in order');
        assert.deepEqual(socket.got.disconnect, [], 'nobody was disconnected');
    }
    assert.equal(server.pid, pid);
    assert.equal((await call(server, 'GET', '/health')).status, 200);
});
