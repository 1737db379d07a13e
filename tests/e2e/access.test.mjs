// Who may do what: every route and event × who asks × with which token, and the right answer in each cell. What is said
// in the room must not be in any byte that anybody but its members gets.
import assert from 'node:assert/strict';
import test from 'node:test';
import { kUpgrade } from '../conformance/websocket.mjs';
import { ask, call, connectSocket, eventually, hears, makeRoom, signUp, unique } from './client.mjs';
import { kBinary, run, startServer } from './server.mjs';
import { claimsOf, kModes, listen, raw, sign } from './wire.mjs';

const kForeign = 'a-foreign-key-of-forty-characters-or-more';

// Route: [method, path, who gets what with a good token]. `public`: anybody, with any token. ROOM, NAME: see `fill`.
const everybody = (status) => ({ outsider: status, member: status });
const membersOnly = (status) => ({ outsider: 403, member: status });
const kRoutes = [
    ['GET', '/', 'public', 200],
    ['GET', '/health', 'public', 200],
    ['POST', '/api/v1/auth/sign-up', 'public', 400, {}],
    ['POST', '/api/v1/auth/sign-in', 'public', 400, {}],
    ['POST', '/api/v1/auth/refresh', 'public', 400, {}],
    ['POST', '/api/v1/auth/sign-out', everybody(400), { all: 'perhaps' }],
    ['PUT', '/api/v1/auth/password', everybody(400), {}],
    ['GET', '/api/v1/auth/sessions', everybody(200)],
    ['DELETE', '/api/v1/auth/sessions/:session_id', everybody(404)],
    ['GET', '/api/v1/user', everybody(200)],
    ['GET', '/api/v1/user/me', everybody(200)],
    ['GET', '/api/v1/user/:username', everybody(200)],
    ['POST', '/api/v1/chat/rooms', everybody(201), { name: 'another' }],
    ['POST', '/api/v1/chat/rooms/join', { outsider: 400, member: 201 }, ({ who, room }) => ({ room_id: who === 'member' ? room : 'none' })],
    ['GET', '/api/v1/chat/rooms', everybody(200)],
    ['GET', '/api/v1/chat/rooms/:room_id', everybody(200)],
    ['GET', '/api/v1/chat/rooms/:room_id/members', membersOnly(200)],
    ['GET', '/api/v1/chat/rooms/:room_id/messages', membersOnly(200)],
    ['POST', '/api/v1/chat/rooms/:room_id/messages', membersOnly(201), { content: 'by REST' }],
];

// Events: [name, payload, code that an outsider gets; nothing: everybody's].
const kEvents = [
    ['chat.message.send', ({ room }) => ({ room_id: room, content: 'by event' }), 'not_member'],
];

// A refresh token is no access token, wherever it is used. A revoked one is of a session that has been signed out.
const kTokens = {
    valid: { of: (user) => user.token },
    revoked: { of: (user) => user.revoked, text: 'This session has ended. Please sign in again.' },
    expired: { of: (user) => sign({ ...claimsOf(user.token), exp: 1_700_000_000 }), text: 'jwt expired' },
    refresh: { of: (user) => user.refresh, text: 'Access token type is invalid!' },
    foreign: { of: (user) => sign(claimsOf(user.token), { key: kForeign }), text: 'invalid signature' },
};

// Somebody who left is the fourth: chat.room.leave comes with the next stage, and until then nobody can.
const kWho = ['outsider', 'member'];

/** What the server describes, which it makes from its own tables. */
async function described(what) {
    const { code, out } = await run([kBinary, what]);
    assert.equal(code, 0, out);
    return JSON.parse(out);
}

const routesOf = ({ paths }) => Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`));
const eventsOf = ({ operations }) => Object.entries(operations).filter(([, { action }]) => action === 'receive').map(([name]) => name);

test('the tables know every route and every event', async () => {
    assert.deepEqual(kRoutes.map(([method, path]) => `${method} ${path}`).sort(), routesOf(await described('openapi')).sort());
    assert.deepEqual(kEvents.map(([name]) => name).sort(), eventsOf(await described('asyncapi')).sort());
});

test('access', { timeout: 180000 }, async (t) => {
    const whole = t; // sessions live longer than the part in which they begin
    const server = await startServer(t);
    const grace = await signUp(server, 'grace'), users = { member: await signUp(server, 'member'), outsider: await signUp(server, 'outsider') };
    const room = await makeRoom(server, grace, users.member), elsewhere = await makeRoom(server, users.outsider);
    const speaker = await connectSocket(t, server, { user: grace });
    const canary = unique('canary'), say = async (text) => assert.equal((await ask(speaker, { room_id: room, content: text })).success, true);
    await say(`${canary}-before`);

    // A second session of each, that is over.
    for (const user of Object.values(users)) {
        const { data } = await call(server, 'POST', '/api/v1/auth/sign-in', { body: { username: user.username, password: 'a long password' } });
        assert.equal((await call(server, 'POST', '/api/v1/auth/sign-out', { token: data.access, body: {} })).status, 200);
        user.revoked = data.access;
    }
    const columns = [['nobody', 'none', undefined], ...kWho.flatMap((who) => Object.entries(kTokens).map(([kind, { of }]) => [who, kind, of(users[who])]))];

    const heard = []; // {whose, bytes}: all that came to somebody who has no right to the room
    const fill = (path) => path.replace(':room_id', room).replace(':username', grace.username).replace(':session_id', 'f'.repeat(24));
    const request = (method, path, token, body, more = []) => raw(server, method, path, { body, fields: [...(token ? [['Authorization', `Bearer ${token}`]] : []), ...more] });
    let cells = 0;

    await t.test('REST', async (t) => {
        for (const [method, path, rights, ...rest] of kRoutes) {
            const open = rights === 'public', body = open ? rest[1] : rest[0];
            for (const [who, kind, token] of columns) {
                await t.test(`${method} ${path} as ${who} with ${kind === 'none' ? 'no' : `a ${kind}`} token`, async () => {
                    cells += 1;
                    const given = typeof body === 'function' ? body({ who, room }) : body;
                    for (const verb of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
                        const answer = verb === 'HEAD'
                            ? await headOf(server, fill(path), token) : await request(verb, fill(path), token, given && JSON.stringify(given));
                        if (who !== 'member' || kind !== 'valid') heard.push({ whose: `${verb} ${path}, ${who}, ${kind}`, bytes: answer.bytes });
                        if (open) {
                            assert.equal(answer.status, rest[0]);
                        } else if (kind === 'valid') {
                            assert.equal(answer.status, rights[who]);
                            if (rights[who] === 403 && verb !== 'HEAD') assert.equal(answer.data.code, 'not_member');
                        } else {
                            assert.equal(answer.status, 401);
                            if (verb !== 'HEAD') assert.equal(answer.data.message, kTokens[kind]?.text ?? 'Authorization header is not found!');
                        }
                    }
                });
            }
        }
    });

    await t.test('other ways to the same datum', async (t) => {
        const { token } = users.outsider, path = `/api/v1/chat/rooms/${room}/messages`;
        const ways = {
            'a page': [`${path}?limit=1`], 'a page after': [`${path}?after=0`], 'a page before': [`${path}?before=9999`],
            'capital hex digits': [path.replace(room, room.toUpperCase())], 'percent-encoding': [path.replace(room, [...room].map((c) => `%${c.charCodeAt().toString(16)}`).join(''))],
            'an absolute target': [`http://x${path}`], 'the room of the outsider in the query': [`${path}?room_id=${elsewhere}`],
            'the room of the outsider in the body': [path, JSON.stringify({ room_id: elsewhere, content: 'x' })],
            'a user_id in the query': [`${path}?user_id=${users.member._id}`],
            'a user_id in the body': [path, JSON.stringify({ user_id: users.member._id, content: 'x' })],
            'another method in a header': [path, undefined, [['X-HTTP-Method-Override', 'GET'], ['X-Original-URL', '/health']]],
        };
        for (const [name, [target, body, fields]] of Object.entries(ways)) {
            await t.test(name, async () => {
                cells += 1;
                const answer = await request(body ? 'POST' : 'GET', target, token, body, fields);
                heard.push({ whose: name, bytes: answer.bytes });
                assert.deepEqual([answer.status, answer.data.code], [403, 'not_member']);
            });
        }
        for (const [name, target] of [['a slash in front', `/${path}`], ['a slash behind', `${path}/`], ['dots', path.replace('/rooms/', '/rooms/../rooms/')], ['capitals', path.replace('chat', 'Chat')]]) {
            await t.test(`${name} is another path`, async () => {
                const answer = await request('GET', target, token);
                heard.push({ whose: name, bytes: answer.bytes });
                assert.equal(answer.status, 404);
            });
        }
    });

    const sockets = [], entitled = [];
    await t.test('events', async (t) => {
        for (const [event, payload, code] of kEvents) {
            for (const mode of kModes) {
                    for (const [who, kind, token] of columns) {
                    for (const where of token ? ['the handshake', 'auth'] : ['neither']) {
                        await t.test(`${event} over ${mode} as ${who} with ${kind === 'none' ? 'no' : `a ${kind}`} token in ${where}`, async () => {
                            cells += 1;
                            const session = await listen(whole, server, mode, {
                                fields: where === 'the handshake' ? [['Authorization', `Bearer ${token}`]] : [], auth: where === 'auth' ? { token } : undefined,
                            });
                            const right = who === 'member' && kind === 'valid';
                            (right ? entitled : sockets).push({ whose: `${event}, ${mode}, ${who}, ${kind}, ${where}`, session });
                            if (kind !== 'valid' && where === 'auth') {
                                assert.equal(JSON.parse(session.connect.slice(2)).message, kTokens[kind].text);
                                return;
                            }
                            const { success, data } = await session.ask(event, payload({ room }));
                            assert.equal(success, right);
                            if (kind !== 'valid') assert.equal(data.message, kTokens[kind]?.text ?? 'Authorization header is not found!');
                            else if (!right) assert.equal(data.code, code);
                        });
                    }
                }
            }
        }
    });

    await t.test('an outsider who asks for the room, or for what a session left behind', async (t) => {
        const { token } = users.outsider, victim = entitled[0].session, id = JSON.parse(victim.connect.slice(2)).sid;
        const odd = {
            'room_id in auth': { auth: { token, room_id: room } },
            'a list of rooms in auth': { auth: { token, room_id: [room] } },
            'recovery of a member\'s session': { auth: { token, pid: id, offset: 'x' } },
            'recovery without a token': { auth: { pid: id, offset: '' } },
            'recovery by the sid of a transport': { auth: { token, pid: victim.sid, offset: 'x' } },
            'a member\'s user_id in auth': { auth: { token, user_id: users.member._id, sub: users.member._id } },
        };
        for (const mode of kModes) {
            for (const [name, options] of Object.entries(odd)) {
                const session = await listen(whole, server, mode, options);
                assert.match(session.connect, /room/.test(name) ? /^44.*"not_member"/ : /^40\{"sid":"[^"]*"\}$/, name);
                sockets.push({ whose: `${name} over ${mode}`, session });
            }
            const session = await listen(whole, server, mode, { auth: { token } });
            // What the server tells is no order of the client's, and a room of Socket.IO is none that a client can enter.
            for (const packet of [
                `42["chat.message.receive",{"room_id":"${room}","content":"forged"}]`, `42["chat.room.sync",{"room_id":"${room}"}]`, `42["join","${room}"]`,
                `42["subscribe",{"room_id":"${room}"}]`, `42["exception",{}]`, '42["disconnect"]', '42["connection"]', `43${'0'.repeat(3)}["x"]`,
            ].slice(0, 5)) await session.send(packet);
            sockets.push({ whose: `events that are not the client's over ${mode}`, session });
        }
        const { status } = await raw(server, 'GET', `/socket.io/?EIO=4&transport=polling&sid=${id}`);
        assert.equal(status, 400, 'the id that a member\'s socket shows is no way into its session');
    });

    await t.test('a stolen sid of a transport, with one\'s own token', async (t) => {
        for (const where of ['the handshake', 'auth']) {
            const fields = where === 'auth' ? [] : [['Authorization', `Bearer ${users.member.token}`]];
            const victim = await listen(whole, server, 'polling', { fields, auth: where === 'auth' ? { token: users.member.token } : undefined });
            const target = `/socket.io/?EIO=4&transport=polling&sid=${victim.sid}`, own = [['Authorization', `Bearer ${users.outsider.token}`]];
            const thefts = {
                GET: () => raw(server, 'GET', target, { fields: own }), POST: () => raw(server, 'POST', target, { fields: own, body: '41' }),
                upgrade: () => raw(server, 'GET', target.replace('polling', 'websocket'), { fields: [...own, ...Object.entries(kUpgrade)] }),
            };
            for (const [way, theft] of Object.entries(thefts)) {
                const answer = await theft();
                heard.push({ whose: `a stolen sid, ${way}`, bytes: answer.bytes });
                assert.match(answer.body, /Session ID unknown/, `${way}, the victim's token in ${where}`);
                assert.deepEqual([answer.status, victim.over], [400, null], `${way}: its client notices nothing`);
            }
            entitled.push({ whose: `whose sid was stolen, token in ${where}`, session: victim });
        }
    });

    await t.test('a socket whose token ends', async (t) => {
        const late = Math.floor(Date.now() / 1000) + 2, token = sign({ ...claimsOf(users.member.token), exp: late }), ending = [];
        for (const mode of kModes) ending.push(await listen(whole, server, mode, { auth: { token } }), await listen(whole, server, mode, { fields: [['Authorization', `Bearer ${token}`]] }));
        await say(`${unique('early')}`);
        for (const session of ending) await session.answer(/"early-/);
        await eventually('the end of the token', () => Date.now() >= late * 1000 + 50);
        for (const session of ending) {
            const { data } = await session.ask('chat.message.send', { room_id: room, content: 'too late' });
            assert.equal(data.message, 'jwt expired');
            sockets.push({ whose: 'a token that has ended', session, from: session.packets.length });
        }
    });

    await t.test('what the member says now is heard by the members, and in no byte of anybody else', async (t) => {
        const last = `${canary}-after`;
        await say(last);
        const posted = await request('POST', `/api/v1/chat/rooms/${room}/messages`, grace.token, JSON.stringify({ content: `${canary}-by-REST` }));
        assert.equal(posted.status, 201);
        for (const { whose, session } of entitled) assert.match(await session.answer(new RegExp(`${canary}-by-REST`), whose), /by-REST/);
        await hears(speaker, last);
        // Each of the others has had the time of a round trip behind it.
        for (const { session } of sockets) {
            if (session.over === null && session.connect.startsWith('40')) await session.ask('chat.unknown', {});
            heard.push({ whose: sockets.find((one) => one.session === session).whose, bytes: session.packets.slice(0).join('\n') });
        }
        const list = await request('GET', `/api/v1/chat/rooms/${room}/messages`, users.member.token);
        for (const text of ['before', 'after', 'by-REST']) assert.ok(list.body.includes(`${canary}-${text}`), 'the canary is one');
        assert.deepEqual(heard.filter(({ bytes }) => bytes.includes(canary)).map(({ whose }) => whose), []);
        assert.ok(!list.body.includes('forged') && !list.body.includes('too late'));
        assert.ok(!server.log.includes(canary), 'nor in the log');
        t.diagnostic(`${cells} cells; ${heard.length} unentitled answers and sessions without the canary, ${entitled.length} entitled ones with it`);
    });
});

/** HEAD: the status alone, and whatever came. */
async function headOf(server, path, token) {
    const { HttpConnection } = await import('../conformance/http.mjs');
    const connection = new HttpConnection(server);
    connection.write(`HEAD ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${token ? `Authorization: Bearer ${token}\r\n` : ''}\r\n`);
    await connection.ended;
    const bytes = connection.bytes.toString();
    connection.close();
    return { status: Number(bytes.split(' ')[1]), bytes };
}
