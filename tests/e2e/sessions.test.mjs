// Sessions: refreshing, signing out, changing the password, over REST and on open sockets.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { ask, call, connectSocket, contents, eventually, hears, makeRoom, openSocket, signUp, within } from './client.mjs';
import { kSecret, startServer } from './server.mjs';
import test, { told } from './shapes.mjs';

const kPassword = 'a long password', kRevoked = 'This session has ended. Please sign in again.';
/** A call of /auth, which everybody has heard of behind it if it ends sessions. */
async function auth(server, method, path, options) {
    const reply = await call(server, method, `/api/v1/auth/${path}`, options);
    if (method === 'DELETE' || ['sign-out', 'password'].includes(path)) await told();
    return reply;
}
const signIn = async (server, { username }, password = kPassword) => {
    const { status, data } = await auth(server, 'POST', 'sign-in', { body: { username, password }, headers: { 'user-agent': 'a second device' } });
    return { status, data, username, token: data?.access, refresh: data?.refresh };
};
const refresh = (server, token) => auth(server, 'POST', 'refresh', { body: { refresh: token } });
const me = (server, { token }) => call(server, 'GET', '/api/v1/user/me', { token });
const isRevoked = ({ status, data }) => status === 401 && data.code === 'token_revoked' && data.message === kRevoked;
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const idOf = (session) => claims(session.token).sid;

/** A token as the original, or a host application, signs it. */
function foreign(payload) {
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
    return `${text}.${createHmac('sha256', kSecret).update(text).digest('base64url')}`;
}
function original(user) {
    const iat = Math.floor(Date.now() / 1000) - 5;
    const sign = (days) => foreign({ user_id: user._id, username: user.username, iat, exp: iat + days * 86400, iss: 'WeGoWhere' });
    return { ...user, token: sign(7), refresh: sign(30) };
}

/** What a client sees when its session ends: the notice, then the end of the transport, and no DISCONNECT. */
async function isSignedOut(socket) {
    await eventually('the end of the connection', () => socket.got.disconnect.length > 0);
    assert.deepEqual(socket.got['system.notice'], [{ kind: 'signed_out', message: kRevoked }]);
    assert.deepEqual(socket.got.disconnect, ['transport close'], 'not "io server disconnect", behind which no client comes back');
}

test('sessions', async (t) => {
    const server = await startServer(t);

    await t.test('tokens name their session behind the recorded claims', async () => {
        const user = await signUp(server);
        assert.deepEqual(Object.keys(claims(user.token)), ['user_id', 'username', 'iat', 'exp', 'iss', 'use', 'sid']);
        assert.deepEqual(Object.keys(claims(user.refresh)), ['user_id', 'username', 'iat', 'exp', 'iss', 'use', 'sid', 'gen']);
        assert.equal(claims(user.token).sid, claims(user.refresh).sid);
    });

    await t.test('a refresh token gives the next pair, and a retry one that is as good', async () => {
        const user = await signUp(server), first = await refresh(server, user.refresh), retry = await refresh(server, user.refresh);
        for (const { status, data } of [first, retry]) {
            assert.equal(status, 200);
            assert.deepEqual(Object.keys(data), ['access', 'refresh']);
            assert.equal((await me(server, { token: data.access })).data._id, user._id);
        }
        assert.equal((await refresh(server, retry.data.refresh)).status, 200);
        const list = await auth(server, 'GET', 'sessions', { token: user.token });
        assert.equal(list.data.items.length, 1);
    });

    await t.test('ten that refresh at once all get a pair, of one session', async () => {
        const user = await signUp(server);
        const replies = await Promise.all(Array.from({ length: 10 }, () => refresh(server, user.refresh)));
        assert.deepEqual(replies.map(({ status }) => status), Array(10).fill(200));
        assert.deepEqual(new Set(replies.map(({ data }) => idOf({ token: data.access }))), new Set([idOf(user)]));
    });

    await t.test('what is no refresh token is refused', async () => {
        const user = await signUp(server), past = { user_id: user._id, username: user.username, iss: 'WeGoWhere', iat: 1, exp: 1 + 30 * 86400 };
        for (const [token, message, code] of [
            [user.token, 'Refresh token type is invalid!', 'unauthorized'],
            [original(user).token, 'Refresh token type is invalid!', 'unauthorized'],
            ['x', 'jwt malformed', 'unauthorized'],
            [`${user.refresh}x`, 'invalid signature', 'unauthorized'],
            [foreign(past), 'jwt expired', 'token_expired'],
            [foreign({ ...claims(user.refresh), sid: '0123456789abcdef01234567' }), kRevoked, 'token_revoked'],
        ]) {
            const { status, data } = await refresh(server, token);
            assert.deepEqual([status, data.message, data.code], [401, message, code]);
        }
        const { status, data } = await auth(server, 'POST', 'refresh', { body: { refresh: 7 } });
        assert.equal(status, 400);
        assert.deepEqual(Object.keys(data), ['message', 'code', 'request_id', 'errors']);
        assert.equal(data.errors[0].property, 'refresh');
    });

    await t.test('a refresh token of the original begins a session, once', async () => {
        const user = await signUp(server), old = original(user);
        const replies = await Promise.all(Array.from({ length: 10 }, () => refresh(server, old.refresh)));
        assert.deepEqual(replies.map(({ status }) => status), Array(10).fill(200));
        const list = await auth(server, 'GET', 'sessions', { token: old.token });
        assert.equal(list.data.items.length, 2);
        assert.deepEqual(list.data.items.map(({ current }) => current), [false, false]);
        assert.equal((await auth(server, 'DELETE', `sessions/${idOf({ token: replies[0].data.access })}`, { token: user.token })).status, 200);
        assert.ok(isRevoked(await refresh(server, old.refresh)));
        assert.equal((await me(server, old)).status, 200);
    });

    await t.test('a user sees its sessions and ends one of them', async () => {
        const user = await signUp(server), second = await signIn(server, user), stranger = await signUp(server);
        const { data } = await auth(server, 'GET', 'sessions', { token: second.token });
        assert.deepEqual(Object.keys(data), ['items', 'next']);
        assert.equal(data.next, null);
        assert.deepEqual(data.items.map(({ _id, current }) => [_id, current]), [[idOf(user), false], [idOf(second), true]]);
        assert.deepEqual(Object.keys(data.items[1]), ['_id', 'created_at', 'last_used_at', 'user_agent', 'address', 'current']);
        const page = await auth(server, 'GET', 'sessions?limit=1', { token: second.token });
        assert.deepEqual([page.data.items.length, page.data.next], [1, idOf(second)]);
        const before = await auth(server, 'GET', `sessions?limit=1&before=${page.data.next}`, { token: second.token });
        assert.deepEqual(before.data.items.map(({ _id }) => _id), [idOf(user)]);

        const end = (id, who) => auth(server, 'DELETE', `sessions/${id}`, { token: who.token });
        const notTheirs = await end(idOf(user), stranger);
        assert.deepEqual([notTheirs.status, notTheirs.data.code, notTheirs.data.message], [404, 'not_found', 'Session is not found!']);
        assert.equal((await end('x', user)).status, 400);
        const ended = await end(idOf(user), second);
        assert.deepEqual([ended.status, 'data' in ended], [200, false]);
        assert.ok(isRevoked(await me(server, user)));
        assert.ok(isRevoked(await refresh(server, user.refresh)));
        assert.equal((await end(idOf(user), second)).status, 404);
        assert.equal((await me(server, second)).status, 200);
    });

    for (const mode of ['polling', 'websocket']) {
        await t.test(`signing out closes the sockets of that session over ${mode}, and no others`, async (t) => {
            const user = await signUp(server), second = await signIn(server, user), room = await makeRoom(server, user);
            const byAuth = await connectSocket(t, server, { user, mode });
            const byHeader = await connectSocket(t, server, { auth: false, mode, extraHeaders: { authorization: `Bearer ${user.token}` } });
            const other = await connectSocket(t, server, { user: second, mode });
            assert.equal(byAuth.got['system.hello'][0].session_id, idOf(user));
            const out = await auth(server, 'POST', 'sign-out', { token: user.token });
            assert.deepEqual([out.status, 'data' in out], [200, false]);
            await isSignedOut(byAuth);
            await isSignedOut(byHeader);
            assert.equal((await ask(other, { room_id: room, content: 'still here' })).success, true);
            await hears(other, 'still here');
            assert.deepEqual(contents(byAuth), []);

            const again = openSocket(t, server, { user, mode });
            await eventually('a refusal', () => again.got.connect_error.length > 0);
            assert.equal(again.got.connect_error[0].message, kRevoked);
            assert.equal(again.got.connect_error[0].data.data.code, 'token_revoked');
            const stranger = await connectSocket(t, server, { auth: false, mode, extraHeaders: { authorization: `Bearer ${user.token}` } });
            const refused = await ask(stranger, { room_id: room, content: 'let me in' });
            assert.equal(refused.data.code, 'token_revoked');
            await eventually('the exception', () => stranger.got.exception.length === 1);
            assert.equal(stranger.got.exception[0].message, kRevoked);
        });

        await t.test(`a new password ends all other sessions and their sockets over ${mode}`, async (t) => {
            const user = await signUp(server), second = await signIn(server, user), old = original(user);
            const mine = await connectSocket(t, server, { user, mode });
            const others = [await connectSocket(t, server, { user: second, mode }), await connectSocket(t, server, { user: old, mode })];
            const change = (body) => auth(server, 'PUT', 'password', { token: user.token, body });
            const wrong = await change({ password: 'another password', new_password: 'a new password' });
            assert.deepEqual([wrong.status, wrong.data.message], [400, 'Username or password is wrong!']);
            const short = await change({ password: kPassword, new_password: 'short' });
            assert.deepEqual([short.status, short.data.code, short.data.errors[0].property], [400, 'validation_failed', 'new_password']);
            assert.equal((await me(server, second)).status, 200);
            const changed = await change({ password: kPassword, new_password: 'a new password' });
            assert.deepEqual([changed.status, 'data' in changed], [200, false]);
            for (const socket of others) await isSignedOut(socket);
            for (const ended of [second, old]) {
                assert.ok(isRevoked(await me(server, ended)));
                assert.ok(isRevoked(await refresh(server, ended.refresh)));
            }
            assert.equal((await me(server, user)).status, 200);
            assert.equal((await refresh(server, user.refresh)).status, 200);
            assert.equal(mine.connected, true);
            assert.deepEqual(mine.got['system.notice'], []);
            assert.equal((await signIn(server, user)).status, 400);
            assert.equal((await signIn(server, user, 'a new password')).status, 200);
        });
    }

    await t.test('signing out everywhere ends every session, and tokens of the original too', async (t) => {
        const user = await signUp(server), second = await signIn(server, user), old = original(user), stranger = await signUp(server);
        const sockets = [];
        for (const who of [user, second, old]) sockets.push(await connectSocket(t, server, { user: who }));
        assert.equal((await auth(server, 'POST', 'sign-out', { token: old.token, body: { all: true } })).status, 200);
        for (const socket of sockets) await isSignedOut(socket);
        for (const who of [user, second, old]) assert.ok(isRevoked(await me(server, who)));
        assert.equal((await me(server, stranger)).status, 200);
        assert.equal((await me(server, await signIn(server, user))).status, 200, 'at once, and in the same second');
    });

    await t.test('sends under way when the session ends are answered once, or stored and asked again', async (t) => {
        const user = await signUp(server), second = await signIn(server, user), room = await makeRoom(server, user);
        const socket = await connectSocket(t, server, { user }), acked = new Map();
        for (let i = 0; i < 50; i++)
            socket.emit('chat.message.send', { room_id: room, content: `n${i}`, client_msg_id: `k${i}` }, (reply) => acked.set(i, [...(acked.get(i) ?? []), reply]));
        await auth(server, 'POST', 'sign-out', { token: user.token });
        await isSignedOut(socket);
        const again = await connectSocket(t, server, { user: second });
        for (let i = 0; i < 50; i++) {
            const reply = await ask(again, { room_id: room, content: `n${i}`, client_msg_id: `k${i}` });
            assert.equal(reply.success, true);
            for (const first of acked.get(i) ?? []) assert.equal(first.success && first.data._id, reply.data._id, `n${i}`);
            assert.ok((acked.get(i) ?? []).length <= 1);
        }
    });

    await t.test('a host application\'s token without an id of ours is signed out alone', async (t) => {
        const host = (n) => foreign({ sub: `host-${n}`, iat: 1, sid: 'of-the-host' }), socket = await connectSocket(t, server, { user: { token: host(1) } });
        assert.equal((await auth(server, 'POST', 'sign-out', { token: host(1) })).status, 200);
        await isSignedOut(socket);
        const asked = (n) => call(server, 'GET', '/api/v1/chat/rooms', { token: host(n) });
        assert.ok(isRevoked(await asked(1)));
        assert.equal((await asked(2)).status, 200);
        const all = await auth(server, 'POST', 'sign-out', { token: host(2), body: { all: true } });
        assert.deepEqual([all.status, all.data.errors[0].property], [400, 'user_id']);
    });

    await t.test('a socket whose token expires stays open and hears nothing more', async (t) => {
        const user = await signUp(server), room = await makeRoom(server, user), iat = Math.floor(Date.now() / 1000);
        const brief = foreign({ user_id: user._id, username: user.username, iat, exp: iat + 2, iss: 'WeGoWhere' });
        const socket = await connectSocket(t, server, { user: { token: brief } }), speaker = await connectSocket(t, server, { user });
        await eventually('the end of the token', async () => (await me(server, { token: brief })).data.code === 'token_expired');
        await ask(speaker, { room_id: room, content: 'after' });
        await hears(speaker, 'after');
        const refused = await ask(socket, { room_id: room, content: 'x' });
        assert.equal(refused.data.code, 'token_expired');
        assert.deepEqual([socket.connected, contents(socket)], [true, []]);
    });
});

test('what was ended stays ended behind a kill -9', async (t) => {
    const server = await startServer(t), user = await signUp(server), second = await signIn(server, user), old = original(user);
    await auth(server, 'POST', 'sign-out', { token: user.token });
    await auth(server, 'POST', 'sign-out', { token: old.token });
    await within(5000, 'the end of the process', server.kill());
    await server.start();
    for (const who of [user, old]) assert.ok(isRevoked(await me(server, who)));
    assert.ok(isRevoked(await refresh(server, user.refresh)));
    assert.equal((await me(server, second)).status, 200);
    assert.equal((await refresh(server, second.refresh)).status, 200);
});

test('a session says what the client called itself, and from where it came', async (t) => {
    const server = await startServer(t), second = await signIn(server, await signUp(server));
    const { data } = await auth(server, 'GET', 'sessions', { token: second.token });
    assert.deepEqual([data.items[1].user_agent, data.items[1].address], ['a second device', '127.0.0.1']);
});
