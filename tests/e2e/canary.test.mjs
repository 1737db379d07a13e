// What must never be told: passwords, tokens, query strings, sessions and contents, in no line of the log at its most
// talkative, in no metric, in no failure; and what is said in a room, in no byte that somebody else is sent.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';
import WebSocket from 'ws';
import { ask, call, connectSocket, eventually, hears, join, makeRoom, openSocket, signUp, unique, within } from './client.mjs';
import { startServer } from './server.mjs';

const canary = (what) => unique(`canary${what}`);
const admin = async (server, path, headers = {}) => (await fetch(`http://127.0.0.1:${server.adminPort}${path}`, { headers })).text();

/** Sends bytes, and gives what comes back until the server closes or `ms` are over. */
function raw(server, bytes, ms = 300) {
    return new Promise((done) => {
        let got = '';
        const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes));
        const end = () => { socket.destroy(); done(got); };
        socket.setEncoding('latin1').on('data', (text) => { got += text; }).on('error', end).on('close', end);
        setTimeout(end, ms);
    });
}

/** One request, and every byte of its answer. */
async function bytesOf(server, method, path, { token, body } = {}) {
    const text = body === undefined ? '' : JSON.stringify(body);
    return raw(server, [
        `${method} ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...(token ? [`Authorization: Bearer ${token}`] : []),
        ...(text ? ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`] : []), '', text,
    ].join('\r\n'), 5000);
}

test('no secret and no content stands in the log, in the metrics or in a failure', { timeout: 60000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LOG_LEVEL: 'debug', WGW_LOG_FORMAT: 'json' }, logLength: 50_000_000 });
    const password = canary('password'), wrongPassword = canary('wrong'), query = canary('query'), agent = canary('agent');
    const content = canary('content'), key = canary('key'), badToken = `${canary('token')}.${canary('payload')}.x`, name = canary('name');
    const secrets = { password, wrongPassword, query, agent, content, key, badToken, name };
    const failures = [];
    const fails = async (...request) => { failures.push(JSON.stringify(await call(server, ...request))); };

    // Accounts: made, found, not found, wrong, malformed.
    const username = unique('someone');
    const made = await call(server, 'POST', '/api/v1/auth/sign-up', { body: { first_name: name, username, password }, headers: { 'x-request-id': 'positive-control', 'user-agent': agent } });
    assert.equal(made.status, 201);
    const grace = { token: made.data.access, refresh: made.data.refresh };
    Object.assign(secrets, { access: grace.token, refresh: grace.refresh, signature: grace.token.split('.')[2] });
    assert.equal((await call(server, 'POST', '/api/v1/auth/sign-in', { body: { username, password } })).status, 200);
    const other = await signUp(server, 'other'), renewed = await call(server, 'POST', '/api/v1/auth/refresh', { body: { refresh: other.refresh } });
    assert.equal(renewed.success, true);
    Object.assign(secrets, { oldRefresh: other.refresh, newAccess: renewed.data.access, newRefresh: renewed.data.refresh });
    await fails('POST', '/api/v1/auth/refresh', { body: { refresh: badToken } });
    await fails('POST', '/api/v1/auth/refresh', { body: { refresh: grace.token } });
    await fails('POST', '/api/v1/auth/sign-in', { body: { username, password: wrongPassword } });
    await fails('POST', '/api/v1/auth/sign-in', { body: { username: unique('nobody'), password } });
    await fails('POST', '/api/v1/auth/sign-up', { body: { first_name: name, username, password } });
    await fails('POST', '/api/v1/auth/sign-up', { body: { password: [password], username: { password } } });
    await fails('POST', '/api/v1/auth/sign-up', { body: { first_name: name, username: unique('someone'), password: password.repeat(20) } });
    for (const token of [badToken, grace.refresh, `${grace.token}x`]) await fails('GET', '/api/v1/user/me', { token });
    await raw(server, `POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${password.length + 14}\r\n\r\n{"password":"${password}`);

    // Queries and headers, of requests that are served and of others; bytes that are no request.
    await call(server, 'GET', `/health?token=${query}`);
    await call(server, 'GET', `/api/v1/chat/rooms?before=${query}`, { token: grace.token });
    await call(server, 'GET', `/nowhere?token=${query}`);
    await raw(server, `GET /%zz?${query} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await raw(server, `GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${query}\x01\r\nAuthorization: Bearer ${badToken}\r\n\r\n`);
    await raw(server, `GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: "${query}"\r\n\r\n`);
    await raw(server, `${badToken}\r\n${password}\r\n\r\n`);
    await raw(server, `GET /socket.io/?EIO=4&transport=websocket&token=${query} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n`);
    await raw(server, `GET /socket.io/?EIO=4&transport=polling&sid=${query} HTTP/1.1\r\nHost: x\r\n\r\n`);

    // Messages that are sent, told, refused, too large, malformed; in every way.
    const room = await makeRoom(server, grace), foreign = await makeRoom(server, other);
    const socket = await connectSocket(t, server, { user: grace, query: { secret: query } });
    assert.equal((await ask(socket, { room_id: room, content, client_msg_id: key })).success, true);
    await hears(socket, content);
    assert.equal((await ask(socket, { room_id: room, content: `${content}!`, client_msg_id: key })).data.code, 'client_msg_id_reused');
    for (const payload of [{ room_id: foreign, content }, { room_id: room, content: content.repeat(2000) }, { room_id: content, content }, { content }, content, [content]])
        failures.push(JSON.stringify(await ask(socket, payload)));
    failures.push(JSON.stringify(await ask(socket, { content }, 'chat.message.unknown')), JSON.stringify(await ask(socket, { content }, content)));
    await call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: grace.token, body: { content } });
    await fails('POST', `/api/v1/chat/rooms/${foreign}/messages`, { token: grace.token, body: { content } });
    await fails('POST', '/api/v1/chat/rooms', { token: grace.token, body: { name: [content] } });
    const refused = openSocket(t, server, { auth: { token: badToken } });
    await eventually('the refusal', () => refused.got.connect_error.length === 1);
    failures.push(JSON.stringify(refused.got.connect_error[0].data));
    const polling = await connectSocket(t, server, { user: grace, mode: 'polling' });
    secrets.engineSession = polling.io.engine.id;
    secrets.engineSessionOfTheWebSocket = socket.io.engine.id;
    await ask(polling, { room_id: room, content });
    for (const packets of [`42["chat.message.send",{"content":"${content}"`, `4${content}`, `9${content}`, `451-["x",{"_placeholder":true,"num":0,"${content}":1}]`]) {
        const hostile = new WebSocket(`ws://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=websocket`);
        hostile.on('error', () => {}).on('open', () => { hostile.send(`40{"token":"${grace.token}"}`); hostile.send(packets); });
        await within(5000, 'the end of a hostile client', new Promise((done) => { hostile.on('close', done); setTimeout(() => hostile.close(), 200); }));
    }
    socket.close();
    polling.close();
    await eventually('the end of the sockets', () => server.log.split('A socket has ended.').length >= 3);

    const pages = [await admin(server, '/metrics'), await admin(server, '/metrics', { accept: 'application/openmetrics-text' }), await admin(server, '/readyz?verbose'), await admin(server, '/nowhere?' + query)];
    await server.stop();

    const lines = server.log.trim().split('\n').map((line) => JSON.parse(line));
    assert.ok(lines.every(({ ts }) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(ts)), 'times are RFC 3339 in UTC');
    for (const [what, found] of [
        ['the request of the control', lines.find(({ request_id, route }) => request_id === 'positive-control' && route === '/api/v1/auth/sign-up')],
        ['a request of somebody', lines.find(({ user_id, route }) => user_id === other._id && route === '/api/v1/chat/rooms')],
        ['an event that was refused', lines.find(({ msg, sid, request_id, code }) => msg === 'An event was refused.' && sid && request_id && code === 'not_member')],
        ['a client that was not let in', lines.find(({ event, code }) => event === 'connect' && code === 'unauthorized')],
        ['the end of a socket', lines.find(({ msg, sid, user_id, reason }) => msg === 'A socket has ended.' && sid && user_id && reason)],
    ]) assert.ok(found, `the log does not show ${what}`);
    assert.ok(failures.length > 15 && failures.every((text) => text.length > 20));
    for (const [what, secret] of Object.entries(secrets)) {
        const line = server.log.split('\n').find((text) => text.includes(secret));
        assert.equal(line, undefined, `${what} stands in the log`);
        assert.ok(!pages.some((page) => page.includes(secret)), `${what} stands on a page of the admin listener`);
        if (what !== 'badToken') assert.equal(failures.find((text) => text.includes(secret)), undefined, `${what} stands in a failure`);
    }
    assert.equal(failures.find((text) => text.includes(badToken)), undefined, 'a token stands in a failure');
});

test('who is no member gets no byte of what is said in a room', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), canaryText = canary('content');
    const [grace, alan, eve] = [await signUp(server, 'grace'), await signUp(server, 'alan'), await signUp(server, 'eve')];
    const room = await makeRoom(server, grace, alan);
    let seen = '';
    const see = (text) => { seen += text; }; // what is awaited is read before it is added to

    // Everything that two raw clients of an outsider, and two of nobody, are sent: by WebSocket and by polling.
    const sockets = [];
    for (const auth of [`{"token":"${eve.token}"}`, '', `{"token":"${eve.token}","room_id":"${room}"}`]) {
        const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=websocket`);
        socket.on('message', see).on('error', () => {});
        await within(5000, 'opening', new Promise((done) => { socket.on('open', done); }));
        socket.send(`40${auth}`);
        sockets.push(socket);
    }
    const polls = [];
    for (const auth of [`{"token":"${eve.token}"}`, '']) {
        const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
        const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1));
        await fetch(`${url}&sid=${sid}`, { method: 'POST', body: `40${auth}` });
        const end = new AbortController();
        (async () => { for (;;) see(await (await fetch(`${url}&sid=${sid}`, { signal: end.signal })).text()); })().catch(() => {});
        polls.push(end);
    }
    await eventually('all are there', () => seen.split('40{').length >= 5);

    const [a, b] = [await connectSocket(t, server, { user: grace }), await connectSocket(t, server, { user: alan, mode: 'polling' })];
    await ask(a, { room_id: room, content: canaryText });
    await call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: alan.token, body: { content: `${canaryText} again` } });
    await hears(a, `${canaryText} again`);
    await hears(b, canaryText);

    // Whatever an outsider asks for.
    for (const token of [eve.token, undefined, eve.refresh]) {
        for (const path of [`/api/v1/chat/rooms/${room}/messages`, `/api/v1/chat/rooms/${room}/messages?limit=200`, `/api/v1/chat/rooms/${room}/messages?after=0`, `/api/v1/chat/rooms/${room}/members`, `/api/v1/chat/rooms/${room}`, '/api/v1/chat/rooms', '/api/v1/user/me', '/api/v1/user'])
            see(await bytesOf(server, 'GET', path, { token }));
        see(await bytesOf(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token, body: { content: 'x' } }));
    }
    for (const [at, socket] of sockets.entries()) {
        socket.send(`421["chat.message.send",{"room_id":"${room}","content":"x"}]`);
        socket.send(`422["chat.room.sync",{"rooms":{"${room}":{"seq":0}}}]`);
        if (at < 2) await eventually('the answer', () => seen.includes('431['));
    }

    // A sign of life behind it all: what is for everybody in a room of one's own arrives.
    const own = await makeRoom(server, eve), end = unique('end');
    await call(server, 'POST', `/api/v1/chat/rooms/${own}/messages`, { token: eve.token, body: { content: end } });
    await eventually('what is meant for the outsider', () => seen.split(end).length >= 3);
    assert.ok(!seen.includes(canaryText), `an outsider was sent: ${seen.slice(Math.max(0, seen.indexOf(canaryText) - 200)).slice(0, 400)}`);

    // And the test sees it where it is: the same eyes, once she has joined.
    await join(server, eve, room);
    await ask(a, { room_id: room, content: canaryText });
    await eventually('what a member is told', () => seen.split(canaryText).length >= 3);
    for (const poll of polls) poll.abort();
    for (const socket of sockets) socket.close();
});
