// Every limit at L and at L + 1, against the real server: at it everything works, one over gets the answer that is
// written beside it, and the neighbour notices nothing. The limits are set small; each row has a server of its own.
// Runs alone: a guesser of passwords is made to wait a second, and that has to be seen.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import WebSocket from 'ws';
import { ask, call, connectSocket, eventually, openSocket, unique, within } from './client.mjs';
import { startServer } from './server.mjs';
import test, { kGateways, told as othersKnow } from './shapes.mjs';

const kPath = '/socket.io/?EIO=4&transport=';
const kPassword = 'a long password';

/** A server with its own defaults, but for `env`, and its clients: behind a proxy, so that each can have an address. */
class World {
    #last = 0;

    constructor(t, server) { Object.assign(this, { t, server }); }

    /** An address that nobody has yet. */
    address() { return `198.51.${100 + Math.floor(++this.#last / 250)}.${this.#last % 250}`; }

    /** One REST call: {status, headers, data, …}. */
    call(method, path, { from = this.address(), ...options } = {}) {
        return call(this.server, method, path, { ...options, headers: { 'x-forwarded-for': from } });
    }

    signUp(more = {}, from = this.address()) {
        const body = { first_name: 'Grace', username: unique('grace'), password: kPassword, ...more };
        return this.call('POST', '/api/v1/auth/sign-up', { body, from });
    }

    async user(name) {
        const username = unique(name), { data } = await this.signUp({ username });
        return { username, token: data.access };
    }

    async room(user, ...members) {
        const { data } = await this.call('POST', '/api/v1/chat/rooms', { token: user.token, body: { name: 'room' } });
        for (const member of members) await this.join(member, data._id);
        return data._id;
    }

    join({ token }, room_id) { return this.call('POST', '/api/v1/chat/rooms/join', { token, body: { room_id } }); }
    signIn(username, password, from) { return this.call('POST', '/api/v1/auth/sign-in', { body: { username, password }, from }); }
    socket(user) { return connectSocket(this.t, this.server, { user, extraHeaders: { 'x-forwarded-for': this.address() } }); }
    post({ token }, room, content) { return this.call('POST', `/api/v1/chat/rooms/${room}/messages`, { token, body: { content } }); }

    /** A handshake over polling: the response, its text read. */
    async handshake(from) {
        const response = await fetch(`${this.server.url}${kPath}polling`, { headers: { 'x-forwarded-for': from } });
        return Object.assign(response, { body_text: await response.text() });
    }

    /** A WebSocket of Engine.IO: `packets` it got, `code` with which it was closed. */
    async raw() {
        const socket = new WebSocket(`ws://127.0.0.1:${this.server.port}${kPath}websocket`);
        Object.assign(socket, { packets: [], code: null });
        socket.on('message', (data) => socket.packets.push(data.toString())).on('close', (code) => { socket.code = code; }).on('error', () => {});
        this.t.after(() => socket.terminate());
        await eventually('the open packet', () => socket.packets.length === 1);
        return socket;
    }

    /** Bytes on a connection of their own, `more` when it is open: all that comes back until it is closed, or `enough`. */
    bytes(text, enough = /\r\n\r\n/) {
        return within(5000, 'an answer', new Promise((done) => {
            let got = '';
            const socket = connect(this.server.port, '127.0.0.1', () => socket.write(text));
            this.t.after(() => socket.destroy());
            socket.setEncoding('latin1').on('data', (piece) => { if (enough.test(got += piece)) done(got); });
            socket.on('error', () => {}).once('close', () => done(got));
        }));
    }
}

const statusOf = (reply) => String(reply.status);
const statusLine = (bytes) => bytes.split('\r\n')[0].slice(9, 12);
const codeOf = (reply) => (reply.success ? 'ok' : reply.data.code);
/** Status, code and the fields that say when to come back. */
function waiting({ status, headers, data }) {
    assert.ok(Number(headers.get('retry-after')) > 0, 'Retry-After');
    assert.ok(Number(headers.get('ratelimit-limit')) > 0, 'RateLimit-Limit');
    assert.equal(headers.get('ratelimit-remaining'), '0');
    assert.equal(headers.get('ratelimit-reset'), headers.get('retry-after'));
    assert.ok(data.retry_after_ms > 0, 'retry_after_ms');
    return `${status} ${data.code}`;
}
const connectError = (socket) => within(5000, 'an answer', new Promise((done) => {
    socket.on('connect', () => done('ok')).on('connect_error', ({ data }) => done(data?.data?.code ?? 'closed'));
}));
const constraints = ({ status, data }) => `${status} ${(Array.isArray(data) ? data : []).flatMap(({ constraints: all }) => Object.keys(all))}`;
const requestWith = (fields, method = 'GET /health') => `${method} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`;
const jsonBody = (method, size, token) => {
    const body = `{"name":"${'n'.repeat(size - 11)}"}`;
    return `${method} HTTP/1.1\r\nHost: x\r\n${token ? `Authorization: Bearer ${token}\r\n` : ''}Content-Type: application/json\r\nContent-Length: ${size}\r\n\r\n${body}`;
};
/** What a raw client is told about `send`, or the code with which it was closed. */
async function told(socket, pattern) {
    await eventually('an answer or the end', () => socket.code !== null || socket.packets.some((packet) => pattern.test(packet)));
    return socket.code === null ? 'ok' : String(socket.code);
}

// --- the rows: the setting, its value; `setUp` makes what `attempt` needs; `attempt` is made `limit` times with the answer
// --- `good`, then once with the answer `over`, then by a neighbour with the answer `good` --------------------------------

const kRates = [
    {
        setting: 'CONNECTIONS_PER_USER', value: '3', limit: 3, good: 'ok', over: 'rate_limited',
        setUp: async (w) => [await w.user('grace'), await w.user('alan')],
        attempt: (w, user) => connectError(openSocket(w.t, w.server, { user })),
    },
    {
        setting: 'CONNECTIONS_PER_ADDRESS', value: '3', limit: 3, good: '200', over: '429',
        setUp: (w) => [w.address(), w.address()],
        attempt: async (w, from) => statusOf(await w.handshake(from)),
    },
    {
        setting: 'CONNECT', value: '1/h+3', limit: 3, good: '200', over: '429 rate_limited',
        setUp: (w) => [w.address(), w.address()],
        attempt: async (w, from) => {
            const reply = await w.handshake(from);
            return reply.status === 200 ? '200' : waiting({ ...JSON.parse(reply.body_text), status: reply.status, headers: reply.headers });
        },
    },
    {
        setting: 'EVENTS', value: '1/h+3', limit: 3, good: 'not_found', over: 'rate_limited',
        setUp: async (w) => { const user = await w.user('grace'); return [await w.socket(user), await w.socket(user)]; },
        attempt: async (w, socket) => codeOf(await ask(socket, {}, 'no.such.event')),
    },
    {
        setting: 'SEND', value: '1/h+3', limit: 3, good: 'ok', over: 'rate_limited',
        setUp: async (w) => {
            const [grace, alan] = [await w.user('grace'), await w.user('alan')], room = await w.room(grace, alan);
            return [{ room, socket: await w.socket(grace) }, { room, socket: await w.socket(alan) }];
        },
        attempt: async (w, { room, socket }) => {
            const reply = await ask(socket, { room_id: room, content: 'x' });
            if (!reply.success) {
                assert.ok(reply.data.retry_after_ms > 0);
                await eventually('chat.error.receive', () => socket.got['chat.error.receive'].length > 0);
                assert.deepEqual(socket.got['chat.error.receive'].at(-1), reply.data);
            }
            return codeOf(reply);
        },
    },
    {
        setting: 'SEND_ROOM', value: '1/h+3', limit: 3, good: '201', over: '429 rate_limited',
        setUp: async (w) => {
            const user = await w.user('grace');
            return [{ user, room: await w.room(user) }, { user, room: await w.room(user) }];
        },
        attempt: async (w, { user, room }) => { const reply = await w.post(user, room, 'x'); return reply.success ? statusOf(reply) : waiting(reply); },
    },
    {
        setting: 'ROOM_CREATE', value: '1/h+3', limit: 3, good: '201', over: '429 rate_limited',
        setUp: async (w) => [await w.user('grace'), await w.user('alan')],
        attempt: async (w, { token }) => {
            const reply = await w.call('POST', '/api/v1/chat/rooms', { token, body: { name: 'room' } });
            return reply.success ? statusOf(reply) : waiting(reply);
        },
    },
    {
        setting: 'JOIN', value: '1/h+3', limit: 3, good: '201', over: '429 rate_limited',
        setUp: async (w) => {
            const room = await w.room(await w.user('owner'));
            return [{ user: await w.user('grace'), room }, { user: await w.user('alan'), room }];
        },
        attempt: async (w, { user, room }) => { const reply = await w.join(user, room); return reply.success ? statusOf(reply) : waiting(reply); },
    },
    {
        setting: 'SIGN_IN', value: '3/h', limit: 3, good: '400', over: '429 rate_limited',
        setUp: async (w) => [await w.user('grace'), await w.user('alan')],
        attempt: async (w, { username }) => { const reply = await w.signIn(username, 'wrong password'); return reply.status === 400 ? '400' : waiting(reply); },
    },
    {
        setting: 'SIGN_IN', value: '3/h', limit: 3, good: '404', over: '429 rate_limited', what: 'of an account that does not exist',
        setUp: () => [unique('nobody'), unique('nobody')],
        attempt: async (w, username) => { const reply = await w.signIn(username, 'wrong password'); return reply.status === 404 ? '404' : waiting(reply); },
    },
    {
        setting: 'SIGN_IN', value: '3/h', limit: 3, good: '400', over: '429 rate_limited', what: 'by whoever has a token',
        setUp: async (w) => [await w.user('grace'), await w.user('alan')],
        attempt: async (w, { token }) => {
            const reply = await w.call('PUT', '/api/v1/auth/password', { token, body: { password: 'wrong password', new_password: kPassword } });
            return reply.status === 400 ? '400' : waiting(reply);
        },
    },
    {
        setting: 'SIGN_IN_ADDRESS', value: '1/h+3', limit: 3, good: '404', over: '429 rate_limited',
        setUp: (w) => [w.address(), w.address()],
        attempt: async (w, from) => { const reply = await w.signIn(unique('nobody'), 'wrong password', from); return reply.status === 404 ? '404' : waiting(reply); },
    },
    {
        setting: 'SIGN_UP', value: '1/h+3', limit: 3, good: '201', over: '429 rate_limited',
        setUp: (w) => [w.address(), w.address()],
        attempt: async (w, from) => { const reply = await w.signUp({}, from); return reply.success ? statusOf(reply) : waiting(reply); },
    },
    {
        setting: 'MEMBERS', value: '3', limit: 2, good: '201', over: '403 forbidden',
        setUp: async (w) => { const owner = await w.user('owner'); return [await w.room(owner), await w.room(owner)]; },
        attempt: async (w, room) => { const reply = await w.join(await w.user('grace'), room); return reply.success ? statusOf(reply) : `${reply.status} ${reply.data.code}`; },
    },
    {
        setting: 'ROOMS_PER_USER', value: '3', limit: 3, good: '201', over: '403 forbidden',
        setUp: async (w) => [await w.user('grace'), await w.user('alan')],
        attempt: async (w, { token }) => {
            const reply = await w.call('POST', '/api/v1/chat/rooms', { token, body: { name: 'room' } });
            return reply.success ? statusOf(reply) : `${reply.status} ${reply.data.code}`;
        },
    },
];

for (const { setting, value, limit, good, over, what = '', setUp, attempt } of kRates) {
    test(`WGW_LIMIT_${setting}=${value} ${what}: ${limit} are ${good}, one more is ${over}, a neighbour's is ${good}`, { timeout: 30000 }, async (t) => {
        const server = await startServer(t, { env: { WGW_LIMITS: undefined, WGW_TRUSTED_PROXIES: '127.0.0.1', [`WGW_LIMIT_${setting}`]: value } });
        const w = new World(t, server), [mine, neighbours] = await setUp(w);
        for (let i = 0; i < limit; i++) {
            assert.equal(await attempt(w, mine), good, `number ${i + 1}`);
            await othersKnow();
        }
        assert.equal(await attempt(w, mine), over, 'one over');
        assert.equal(await attempt(w, neighbours), good, 'a neighbour');
        assert.equal(await attempt(w, mine), over, 'again');
        assert.equal(server.alive, true);
    });
}

// --- sizes: one answer for a size at the limit, another for one over ------------------------------------------------------

const rest = (w, method, path, { token } = {}, body) => w.call(method, path, { token, body });
const kSizes = [
    ['HEADER_BYTES', 2048, (w, n) => { const base = requestWith('X: \r\n').length; return w.bytes(requestWith(`X: ${'a'.repeat(n - base)}\r\n`)).then(statusLine); }, '200', '431'],
    ['HEADER_FIELDS', 10, (w, n) => w.bytes(requestWith('X: y\r\n'.repeat(n - 1))).then(statusLine), '200', '431'],
    ['BODY_BYTES', 2048, async (w, n) => statusLine(await w.bytes(jsonBody('POST /api/v1/chat/rooms', n, (await w.user('grace')).token))), '400', '413'],
    ['BODY_ANON_BYTES', 2048, (w, n) => w.bytes(jsonBody('POST /api/v1/auth/sign-in', n)).then(statusLine), '400', '413'],
    ['KEEPALIVE_REQUESTS', 3, (w, n) => w.bytes(requestWith('').repeat(n), /never/).then((got) => String(got.split('HTTP/1.1 200').length - 1)), '3', '3'],
    ['USERNAME_MAX', 20, async (w, n) => constraints(await w.signUp({ username: 'u'.repeat(n - 9) + unique('') })), '201 ', '400 maxLength'],
    ['PASSWORD_MAX', 20, async (w, n) => constraints(await w.signUp({ password: 'p'.repeat(n) })), '201 ', '400 maxLength'],
    ['NAME', 20, async (w, n) => constraints(await w.signUp({ first_name: 'n'.repeat(n) })), '201 ', '400 maxLength'],
    ['CONTENT_BYTES', 20, async (w, n) => { const user = await w.user('grace'); return statusOf(await w.post(user, await w.room(user), 'x'.repeat(n))); }, '201', '413'],
    ['PAGE_BARE', 3, async (w, n) => { const { data, headers } = await messages(w, n, ''); return `${data.length} ${headers.has('x-next')}`; }, '3 false', '3 true'],
    ['PAGE', 3, async (w, n) => { const { data } = await messages(w, n, '?after=0'); return `${data.items.length} ${data.next !== null}`; }, '3 false', '3 true'],
    ['PAGE_MOST', 3, async (w, n) => { const { data } = await messages(w, n, '?limit=100'); return `${data.items.length} ${data.next !== null}`; }, '3 false', '3 true'],
    ['PAYLOAD_BYTES', 2048, async (w, n) => {
        const sid = JSON.parse((await w.handshake('127.0.0.1')).body_text.slice(1)).sid;
        const response = await fetch(`${w.server.url}${kPath}polling&sid=${sid}`, { method: 'POST', body: `4${'x'.repeat(n - 1)}`, headers: { 'content-type': 'text/plain' } });
        return statusOf(response);
    }, '200', '413'],
    ['PAYLOAD_BYTES', 2048, async (w, n) => { const socket = await w.raw(); socket.send('40'); socket.send(`421["x","${'a'.repeat(n - 11)}"]`); return told(socket, /^431/); }, 'ok', '1009'],
    ['POLL_PACKETS', 3, async (w, n) => {
        const sid = JSON.parse((await w.handshake('127.0.0.1')).body_text.slice(1)).sid;
        return statusOf(await fetch(`${w.server.url}${kPath}polling&sid=${sid}`, { method: 'POST', body: Array(n).fill('3').join('\x1e'), headers: { 'content-type': 'text/plain' } }));
    }, '200', '400'],
    ['FRAMES', 3, async (w, n) => {
        const socket = await w.raw();
        socket.send('40');
        for (let i = 0; i < n; i++) socket.send(i === 0 ? '421["x"]' : '', { fin: i === n - 1 });
        return told(socket, /^431/);
    }, 'ok', '1008'],
    ['ATTACHMENTS', 2, async (w, n) => {
        const socket = await w.raw();
        socket.send('40');
        socket.send(`45${n}-1["x",${Array.from({ length: n }, (_, num) => JSON.stringify({ _placeholder: true, num }))}]`);
        for (let i = 0; i < n && socket.code === null; i++) socket.send(Buffer.from([i]));
        return (await told(socket, /^431/)) === 'ok' ? 'ok' : 'closed';
    }, 'ok', 'closed'],
    ['JSON_DEPTH', 20, async (w, n) => {
        const { data } = await w.call('POST', '/api/v1/auth/sign-in', { body: JSON.parse(`${'{"a":'.repeat(n - 1)}{}${'}'.repeat(n - 1)}`) });
        const socket = await w.raw();
        socket.send('40');
        socket.send(`421["x",${'['.repeat(n - 1)}${']'.repeat(n - 1)}]`);
        return `${Array.isArray(data) ? 'read' : 'malformed'} ${(await told(socket, /^431/)) === 'ok' ? 'ok' : 'closed'}`;
    }, 'read ok', 'malformed closed'],
    ['JSON_NODES', 100, async (w, n) => {
        const socket = await w.raw();
        socket.send('40');
        socket.send(`421["x",${JSON.stringify(Array(n - 3).fill(1))}]`); // and the two arrays, and the name
        return (await told(socket, /^431/)) === 'ok' ? 'ok' : 'closed';
    }, 'ok', 'closed'],
    ['CONTROL', '1/h+3', async (w, n) => {
        const socket = await w.raw();
        let pongs = 0;
        socket.on('pong', () => { pongs += 1; });
        for (let i = 0; i < n; i++) socket.ping();
        await eventually('the pongs or the end', () => pongs === n || socket.code !== null);
        return socket.code === null ? 'ok' : String(socket.code);
    }, 'ok', '1008', { at: 3 }],
];

async function messages(w, n, query) {
    const user = await w.user('grace'), room = await w.room(user);
    for (let i = 0; i < n; i++) await w.post(user, room, `m${i}`);
    return rest(w, 'GET', `/api/v1/chat/rooms/${room}/messages${query}`, user);
}

for (const [setting, value, answer, good, over, { at = value } = {}] of kSizes) {
    test(`WGW_LIMIT_${setting}=${value}: at it ${good}, one over ${over} (${kSizes.findIndex(([, , one]) => one === answer)})`, { timeout: 30000 }, async (t) => {
        const server = await startServer(t, { env: { WGW_LIMITS: undefined, WGW_TRUSTED_PROXIES: '127.0.0.1', [`WGW_LIMIT_${setting}`]: String(value) } });
        const w = new World(t, server);
        assert.equal(await answer(w, at), good, 'at it');
        assert.equal(await answer(w, at + 1), over, 'one over');
        assert.equal(await answer(w, at), good, 'a neighbour');
        assert.equal(server.alive, true);
    });
}

for (const [setting, field, value] of [['USERNAME_MIN', 'username', 8], ['PASSWORD_MIN', 'password', 8]]) {
    test(`WGW_LIMIT_${setting}=${value}: at it 201, one less 400`, async (t) => {
        const w = new World(t, await startServer(t, { env: { [`WGW_LIMIT_${setting}`]: String(value) } }));
        assert.equal(constraints(await w.signUp({ [field]: 'u'.repeat(value) })), '201 ');
        assert.equal(constraints(await w.signUp({ [field]: 'u'.repeat(value - 1) })), '400 minLength');
    });
}

// --- times: all of one second, beside each other on one server -------------------------------------------------------------

test('limits of time end what takes longer, and nothing else', { timeout: 30000 }, async (t) => {
    const names = ['HEADER_S', 'BODY_S', 'KEEPALIVE_S', 'MESSAGE_S', 'ATTACHMENT_S', 'CONNECT_S', 'PING_INTERVAL_S', 'PING_TIMEOUT_S'];
    const server = await startServer(t, { env: Object.fromEntries(names.map((name) => [`WGW_LIMIT_${name}`, '1'])) });
    const w = new World(t, server), began = performance.now();
    const raw = async (...packets) => {
        const socket = await w.raw();
        socket.on('message', (data) => { if (data.toString() === '2' && !socket.deaf) socket.send('3'); });
        for (const packet of packets) typeof packet === 'string' ? socket.send(packet) : packet(socket);
        return socket;
    };
    const closed = async (socket) => { await eventually('the end', () => socket.code !== null); return String(socket.code); };
    const rows = {
        'half a header': [w.bytes('GET /health HTTP/1.1\r\nHost: x\r\n').then(statusLine), '408'],
        'half a body': [w.bytes(requestWith('Content-Length: 9\r\n', 'POST /api/v1/auth/sign-in') + 'x').then(statusLine), '408'],
        'a connection after its request': [w.bytes(requestWith(''), /never/).then((got) => /Keep-Alive: timeout=(\d+)/.exec(got)[1]), '1'],
        'half a message': [raw('40', (socket) => { socket.deaf = true; socket.send('42', { fin: false }); }).then(closed), '1008'],
        'half a binary event': [raw('40', '451-["x",{"_placeholder":true,"num":0}]').then(closed).then(() => 'closed'), 'closed'],
        'no namespace': [raw().then(closed).then(() => 'closed'), 'closed'],
        'no pong': [raw('40', (socket) => { socket.deaf = true; }).then(closed).then(() => 'closed'), 'closed'],
    };
    const talks = await raw('40');
    for (const [what, [answer, expected]] of Object.entries(rows)) assert.equal(await answer, expected, what);
    assert.ok(performance.now() - began > 900);
    assert.equal(talks.code, null, 'who answers its pings stays');
});

// --- what has no number of its own ------------------------------------------------------------------------------------------

test('a refused send is not stored, and the same key sends it later', { timeout: 30000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LIMITS: undefined, WGW_LIMIT_SEND: '2/s+3' } });
    const w = new World(t, server), user = await w.user('grace'), room = await w.room(user), socket = await w.socket(user);
    const send = (key) => ask(socket, { room_id: room, content: key, client_msg_id: key });
    const replies = await Promise.all(['a', 'a', 'b', 'c', 'd'].map(send));
    assert.deepEqual(replies.map(codeOf), ['ok', 'ok', 'ok', 'rate_limited', 'rate_limited'], 'a repeat costs as much as a send');
    const list = async () => (await w.call('GET', `/api/v1/chat/rooms/${room}/messages`, user)).data.map(({ content }) => content);
    assert.deepEqual(await list(), ['a', 'b']);
    await new Promise((done) => { setTimeout(done, replies[3].data.retry_after_ms); });
    assert.equal(codeOf(await send('c')), 'ok', 'after the time that was said');
    assert.deepEqual(await list(), ['a', 'b', 'c']);
});

test('a socket that does not stop after a thousand refusals is closed', { timeout: 30000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LIMITS: undefined, WGW_LIMIT_EVENTS: '1/h+3' } });
    const w = new World(t, server), [socket, neighbour] = [await w.raw(), await w.raw()];
    for (const one of [socket, neighbour]) one.send('40');
    for (let i = 0; i < 3 + 1000; i++) socket.send(`42${i}["x"]`);
    await eventually('the last answer', () => socket.packets.filter((packet) => packet.startsWith('43')).length === 1003);
    assert.equal(socket.code, null, 'not at a thousand');
    for (let i = 0; i < 100; i++) socket.send('42["x"]'); // some refusals are forgiven by the second
    await eventually('the end', () => socket.code !== null);
    neighbour.send('420["x"]');
    assert.equal(await told(neighbour, /^430.*not_found/), 'ok');
});

test('a connection that goes makes room for another of its address', { timeout: 30000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LIMITS: undefined, WGW_TRUSTED_PROXIES: '127.0.0.1', WGW_LIMIT_CONNECTIONS_PER_ADDRESS: '2' } });
    const w = new World(t, server), from = w.address();
    const open = async () => new Promise((done) => {
        const socket = new WebSocket(`ws://127.0.0.1:${server.port}${kPath}websocket`, { headers: { 'x-forwarded-for': from } });
        t.after(() => socket.terminate());
        socket.on('message', () => done({ socket, status: 101 })).on('unexpected-response', (_, { statusCode }) => done({ socket, status: statusCode })).on('error', () => {});
    });
    const first = await open();
    assert.deepEqual([first.status, (await open()).status], [101, 101]);
    await othersKnow();
    assert.equal((await open()).status, 429);
    first.socket.terminate();
    await eventually('room for one more', async () => (await open()).status === 101);
    await othersKnow();
    assert.equal((await open()).status, 429);
});

test('while no proxy is trusted, nobody on loopback is counted by address, and X-Forwarded-For is not believed', { timeout: 30000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LIMITS: undefined, WGW_LIMIT_SIGN_UP: '1/h', WGW_LIMIT_CONNECT: '1/h' } });
    const w = new World(t, server), from = w.address();
    for (let i = 0; i < 3; i++) {
        assert.equal((await w.signUp({}, from)).status, 201);
        assert.equal((await w.handshake(from)).status, 200);
    }
    assert.match(server.log, /not counted by address/);
});

test('a guesser from many networks is held back, and the owner is not', { timeout: 60000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LIMITS: undefined, WGW_TRUSTED_PROXIES: '127.0.0.1' } });
    const w = new World(t, server), username = unique('grace'), home = '203.0.113.7';
    assert.equal((await w.signUp({ username }, home)).status, 201);
    const guesses = await Promise.all(Array.from({ length: 50 }, (_, i) => w.signIn(username, 'a wrong password', `198.51.${i}.1`)));
    const looked = guesses.filter(({ status }) => status === 400).length;
    assert.ok(looked <= 10 * kGateways, `${looked} guesses were looked at`);
    assert.ok(guesses.every(({ status }) => status === 400 || status === 429));
    await othersKnow();
    assert.equal((await w.signIn(username, kPassword, '192.0.2.1')).status, 429, 'from a network that is new');
    assert.equal((await w.signIn(username, kPassword, '203.0.113.8')).status, 200, 'from where the account was made');
});

test('WGW_LIMITS=bench lifts them, and says so', { timeout: 30000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LIMITS: 'bench', WGW_TRUSTED_PROXIES: '127.0.0.1', WGW_LIMIT_SIGN_UP: '1/h' } });
    const w = new World(t, server), from = w.address();
    for (let i = 0; i < 7; i++) assert.equal((await w.signUp({}, from)).status, 201);
    assert.match(server.log, /WGW_LIMITS=bench: no rate limits per user, room and address/);
    assert.match(server.log, /WGW_LIMIT_SIGN_UP is set, but WGW_LIMITS=bench lifts it/);
});

test('WGW_LIMIT_CONNECTIONS=5: five at once are heard, the sixth waits for one that leaves', { timeout: 30000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LIMIT_CONNECTIONS: '5' } });
    const open = () => {
        const one = { answers: '' };
        one.socket = connect(server.port, '127.0.0.1', () => one.socket.write(requestWith(''))).setEncoding('latin1');
        one.socket.on('data', (piece) => { one.answers += piece; }).on('error', () => {});
        t.after(() => one.socket.destroy());
        return one;
    };
    const five = Array.from({ length: 5 }, open);
    await eventually('five answers', () => five.every(({ answers }) => answers.startsWith('HTTP/1.1 200')));
    const sixth = open();
    five[0].socket.write(requestWith(''));
    await eventually('who is there is heard', () => five[0].answers.split('HTTP/1.1 200').length === 3);
    assert.equal(sixth.answers, '');
    five[0].socket.destroy();
    await eventually('its answer', () => sixth.answers.startsWith('HTTP/1.1 200'));
});

test('WGW_LIMIT_HASH_THREADS=3: so many threads hash, and share the queue', { timeout: 30000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LIMIT_HASH_THREADS: '3', WGW_LIMIT_HASH_QUEUE: '3' } });
    const w = new World(t, server), threads = async () => (await readdir(`/proc/${server.pid}/task`)).map((id) => readFile(`/proc/${server.pid}/task/${id}/comm`, 'utf8'));
    assert.equal((await Promise.all(await threads())).filter((name) => name.trim() === 'hash').length, 3);
    const replies = await Promise.all(Array.from({ length: 20 }, () => w.signIn(unique('nobody'), kPassword)));
    assert.ok(replies.filter(({ status }) => status === 404).length >= 3);
    assert.ok(replies.some(({ status }) => status === 503) && replies.every(({ status }) => status === 404 || status === 503));
    const page = await (await fetch(`http://127.0.0.1:${server.adminPort}/metrics`)).text();
    for (const name of ['hash_1', 'hash_3']) assert.match(page, new RegExp(`wgw_jobs\\{thread="${name}"\\}`));
});

test('WGW_LIMIT_HASH_QUEUE=2: more passwords at once are told to come back', { timeout: 30000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LIMIT_HASH_QUEUE: '2' } });
    const w = new World(t, server);
    const replies = await Promise.all(Array.from({ length: 10 }, () => w.signIn(unique('nobody'), kPassword)));
    assert.ok(replies.filter(({ status }) => status === 404).length >= 2);
    const late = replies.filter(({ status }) => status === 503);
    assert.ok(late.length > 0 && replies.every(({ status }) => status === 404 || status === 503));
    assert.equal(late[0].headers.get('retry-after'), '1');
    assert.equal((await w.call('GET', '/health')).status, 200);
    assert.equal((await w.signIn(unique('nobody'), kPassword)).status, 404);
});
