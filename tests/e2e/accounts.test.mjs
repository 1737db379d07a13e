// From signing up to reading a message back, over REST alone.
import assert from 'node:assert/strict';
import { ask, call, connectSocket, join, makeRoom, messagesOf, signUp, unique } from './client.mjs';
import { startServer } from './server.mjs';
import test from './shapes.mjs';

const kId = /^[0-9a-f]{24}$/, kTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test('accounts, rooms and messages over REST', async (t) => {
    const server = await startServer(t);

    await t.test('a new user gets two tokens and is who /me says', async () => {
        const username = unique('grace');
        const signedUp = await call(server, 'POST', '/api/v1/auth/sign-up', {
            body: { first_name: 'Grace', last_name: 'Hopper', username, password: 'a long password' },
        });
        assert.equal(signedUp.status, 201);
        assert.deepEqual(Object.keys(signedUp.data), ['access', 'refresh']);
        const me = await call(server, 'GET', '/api/v1/user/me', { token: signedUp.data.access });
        assert.equal(me.status, 200);
        assert.equal(me.data.username, username);
        assert.equal(me.data.last_name, 'Hopper');
        assert.match(me.data._id, kId);
        assert.match(me.timestamp, kTime);
    });

    await t.test('signing in works with the right password only', async () => {
        const { username, _id } = await signUp(server);
        const signIn = (password) => call(server, 'POST', '/api/v1/auth/sign-in', { body: { username, password } });
        const good = await signIn('a long password');
        assert.equal(good.status, 200);
        assert.equal((await call(server, 'GET', '/api/v1/user/me', { token: good.data.access })).data._id, _id);
        const bad = await signIn('another password');
        assert.equal(bad.status, 400);
        assert.equal(bad.data.message, 'Username or password is wrong!');
    });

    await t.test('a room that is asked for again under its Idempotency-Key is made once', async () => {
        const grace = await signUp(server, 'grace'), alan = await signUp(server, 'alan'), name = unique('room'), key = unique('key');
        const make = (user, body, header) => call(server, 'POST', '/api/v1/chat/rooms', { token: user.token, body, headers: { 'idempotency-key': header } });
        const replies = await Promise.all(Array.from({ length: 5 }, () => make(grace, { name }, key)));
        assert.deepEqual(replies.map(({ status }) => status), [201, 201, 201, 201, 201]);
        const [{ data }] = replies;
        for (const reply of replies) assert.deepEqual(reply.data, data);
        await join(server, alan, data._id);
        assert.deepEqual((await make(grace, { name }, key)).data, data, 'as at first, although the room has gone on');

        const other = await make(grace, { name: unique('another') }, key);
        assert.deepEqual([other.status, other.data.code], [409, 'conflict']);
        const again = [await make(alan, { name }, key), await make(grace, { name }, unique('key')), await call(server, 'POST', '/api/v1/chat/rooms', { token: grace.token, body: { name } })];
        assert.equal(new Set([data._id, ...again.map((reply) => reply.data._id)]).size, 4, 'another user, another key, no key: other rooms');

        for (const wrong of ['', 'a b', 'x'.repeat(65), '\u00e9'])
            assert.equal((await make(grace, { name }, wrong)).status, 400, `"${wrong}"`);
        assert.equal((await make(grace, { name }, 'x'.repeat(64))).status, 201);
    });

    await t.test('a user name is given once, also when ten ask for it at the same moment', async () => {
        const body = { first_name: 'Alan', username: unique('alan'), password: 'a long password' };
        const replies = await Promise.all(Array.from({ length: 10 }, () => call(server, 'POST', '/api/v1/auth/sign-up', { body })));
        assert.deepEqual(replies.map(({ status }) => status).sort(), [201, ...Array(9).fill(422)]);
    });

    await t.test('a room is found by everybody and joined twice as one member', async () => {
        const [owner, guest] = [await signUp(server), await signUp(server)], room = await makeRoom(server, owner, guest, guest);
        assert.ok((await call(server, 'GET', '/api/v1/chat/rooms', { token: guest.token })).data.some(({ _id }) => _id === room));
        const { data } = await call(server, 'GET', `/api/v1/chat/rooms/${room}/members`, { token: owner.token });
        assert.deepEqual(data.map(({ user_id }) => user_id), [owner._id, guest._id]);
    });

    await t.test('a message posted is read back by every member, with its place and key', async () => {
        const [owner, guest] = [await signUp(server), await signUp(server)], room = await makeRoom(server, owner, guest);
        const body = { content: 'é 😀 \u2028 "quoted"', client_msg_id: 'key:1' };
        const posted = await call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: owner.token, body });
        assert.equal(posted.status, 201);
        assert.deepEqual(Object.keys(posted.data), ['_id', 'room_id', 'seq', 'client_msg_id', 'created_at']);
        const [message] = await messagesOf(server, guest, room);
        assert.equal(message.content, body.content);
        assert.equal(message.seq, posted.data.seq);
        assert.equal(message.client_msg_id, 'key:1');
        assert.equal(message.user._id, owner._id);
    });

    await t.test('pages go forward and backward, without a gap and to an end', async () => {
        const owner = await signUp(server), room = await makeRoom(server, owner), path = `/api/v1/chat/rooms/${room}/messages`;
        for (let i = 0; i < 7; i++) await call(server, 'POST', path, { token: owner.token, body: { content: `m${i}` } });
        const pages = async (way, start) => {
            const list = [];
            for (let next = start, n = 0; next !== null && n < 10; n++) {
                const { data } = await call(server, 'GET', `${path}?limit=3${next === '' ? '' : `&${way}=${next}`}`, { token: owner.token });
                list.push(data.items.map(({ content }) => content));
                next = data.next;
            }
            return list;
        };
        assert.deepEqual(await pages('after', 0), [['m0', 'm1', 'm2'], ['m3', 'm4', 'm5'], ['m6']]);
        assert.deepEqual(await pages('before', ''), [['m4', 'm5', 'm6'], ['m1', 'm2', 'm3'], ['m0']]);
    });

    await t.test('users come in pages too', async () => {
        const { token } = await signUp(server), page = async (query) => (await call(server, 'GET', `/api/v1/user?${query}`, { token })).data;
        const made = [], ids = ({ items }) => items.map(({ _id }) => _id);
        for (let i = 0; i < 5; i++) made.push((await signUp(server))._id);
        // In the order of their ids: what several processes make within a second is in no other.
        const all = ids(await page(`limit=200&before=${'f'.repeat(24)}`)), last = all.slice(-5);
        assert.deepEqual(all, [...all].sort());
        assert.deepEqual(made.filter((id) => !all.includes(id)), []);
        const first = await page(`limit=3&after=${last[0]}`);
        assert.deepEqual([ids(first), first.next], [last.slice(1, 4), last[3]]);
        assert.equal(ids(await page(`limit=9&after=${first.next}`))[0], last[4]);
        assert.deepEqual(ids(await page(`limit=2&before=${last[3]}`)), last.slice(1, 3));
        assert.equal((await call(server, 'GET', '/api/v1/user?after=x', { token })).status, 400);
    });

    await t.test('members come in pages too, and where to go on is a text', async () => {
        const users = [await signUp(server), await signUp(server), await signUp(server)], [{ token }] = users, room = await makeRoom(server, ...users);
        const page = (query) => call(server, 'GET', `/api/v1/chat/rooms/${room}/members?${query}`, { token });
        for (const [way, order] of [['after', [0, 1, 2]], ['before', [2, 1, 0]]]) {
            const found = [];
            for (let next = way === 'after' ? '0' : null, n = 0; n === 0 || next !== null; n++) {
                const { data } = await page(`limit=1${next === null ? '' : `&${way}=${next}`}`);
                assert.equal(data.items.length, 1);
                assert.ok(data.next === null || typeof data.next === 'string', JSON.stringify(data.next));
                found.push(data.items[0].user_id);
                next = data.next;
            }
            assert.deepEqual(found, order.map((i) => users[i]._id), way);
        }
        const { status, data } = await page('before=nowhere');
        assert.deepEqual([status, data[0].property], [400, 'before']);
    });

    await t.test('a page that cannot be read is told as the fields of a body are', async () => {
        const { token } = await signUp(server), page = (path, query) => call(server, 'GET', `/api/v1/${path}?${query}`, { token });
        for (const path of ['user', 'chat/rooms']) {
            const { status, data } = await page(path, 'limit=0&before=7');
            assert.equal(status, 400);
            assert.deepEqual(data.map(({ property, constraints }) => [property, Object.keys(constraints)]), [['limit', ['min']], ['before', ['isMongoId']]]);
        }
        const { status, data } = await page('auth/sessions', 'after=x');
        assert.deepEqual([status, data.code, data.errors.map(({ property }) => property)], [400, 'validation_failed', ['after']]);
        assert.equal((await page('user', 'limit=99999999999999999999')).status, 200);
    });

    await t.test('half a surrogate pair becomes the replacement character', async () => {
        const owner = await signUp(server), room = await makeRoom(server, owner), path = `/api/v1/chat/rooms/${room}/messages`;
        await call(server, 'POST', path, { token: owner.token, body: { content: 'a\ud800b' } });
        assert.equal((await messagesOf(server, owner, room))[0].content, 'a\ufffdb');
    });

    await t.test('a stranger, and one without a token, read and write nothing', async () => {
        const [owner, stranger] = [await signUp(server), await signUp(server)], room = await makeRoom(server, owner);
        const body = { content: 'let me in' };
        for (const [method, what, options] of [['GET', 'members', {}], ['GET', 'messages', {}], ['POST', 'messages', { body }]]) {
            const refused = await call(server, method, `/api/v1/chat/rooms/${room}/${what}`, { ...options, token: stranger.token });
            assert.equal(refused.status, 403, `${method} ${what} as a stranger`);
            assert.equal(refused.data.code, 'not_member', `${method} ${what} as a stranger`);
            const anonymous = await call(server, method, `/api/v1/chat/rooms/${room}/${what}`, options);
            assert.equal(anonymous.status, 401, `${method} ${what} without a token`);
        }
        assert.deepEqual(await messagesOf(server, owner, room), []);
        await join(server, stranger, room);
        assert.deepEqual(await messagesOf(server, stranger, room), []);
    });

    await t.test('a room that does not exist is told from one that is not joined', async () => {
        const { token } = await signUp(server), nowhere = '0123456789abcdef01234567';
        for (const path of [`${nowhere}/messages`, `${nowhere}/members`]) {
            const { status, data } = await call(server, 'GET', `/api/v1/chat/rooms/${path}`, { token });
            assert.equal(status, 404, path);
            assert.equal(data.message, 'Chat room is not found! Please create one first.', path);
        }
        const joined = await call(server, 'POST', '/api/v1/chat/rooms/join', { token, body: { room_id: nowhere } });
        assert.equal(joined.status, 404);
    });
});

test('a list that is asked for without a page is the newest 1,000, and says where the rest is', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), owner = await signUp(server), room = await makeRoom(server, owner), path = `/api/v1/chat/rooms/${room}/messages`;
    const socket = await connectSocket(t, server, { user: owner });
    await Promise.all(Array.from({ length: 1003 }, (_, i) => ask(socket, { room_id: room, content: `m${i}` })));
    const list = await call(server, 'GET', path, { token: owner.token });
    assert.deepEqual(list.data.map(({ content }) => content), Array.from({ length: 1000 }, (_, i) => `m${i + 3}`));
    const rest = await call(server, 'GET', `${path}?before=${list.headers.get('x-next')}`, { token: owner.token });
    assert.deepEqual(rest.data.items.map(({ content }) => content), ['m0', 'm1', 'm2']);
    assert.equal(rest.data.next, null);

    const names = [], makers = [owner, await signUp(server)]; // one user may not be in as many rooms
    for (let i = 0; i < 1003; i += 50)
        names.push(...await Promise.all(Array.from({ length: 50 }, () => makeRoom(server, makers[i / 50 % 2]))));
    const rooms = await call(server, 'GET', '/api/v1/chat/rooms', { token: owner.token });
    assert.deepEqual(rooms.data.map(({ _id }) => _id), names.sort().slice(-1000));
    assert.equal(rooms.headers.get('x-next'), rooms.data[0]._id);
    const older = await call(server, 'GET', `/api/v1/chat/rooms?before=${rooms.data[0]._id}`, { token: owner.token });
    assert.deepEqual([older.data.items.length, older.data.next, older.data.items.at(-1)._id < rooms.data[0]._id], [50, older.data.items[0]._id, true]);
});
