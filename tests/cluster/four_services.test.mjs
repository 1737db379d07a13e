// The main job over four services: sign up, rooms, messages live and read back, whoever of them is away for a while.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, call, connectSocket, contents, eventually, join, makeRoom, messagesOf, signUp } from '../e2e/client.mjs';
import { startCluster } from './cluster.mjs';

const texts = (messages) => messages.map(({ content }) => content);

test('two gateways, two chat services: all hear all, in one order', { timeout: 120000 }, async (t) => {
    const cluster = await startCluster(t, { roles: { gateway: 2, chat: 2 } });
    const [one, two] = cluster.processes.gateway;
    const grace = await signUp(one, 'grace'), alan = await signUp(two, 'alan');
    const room = await makeRoom(one, grace, alan);
    const here = await connectSocket(t, one, { user: grace }), there = await connectSocket(t, two, { user: alan });
    const acks = [];
    for (let i = 0; i < 20; ++i) {
        acks.push(await ask(i % 2 ? here : there, { room_id: room, content: `m${i}`, client_msg_id: `k${i}` }));
    }
    for (const ack of acks) assert.equal(ack.success, true, JSON.stringify(ack));
    await eventually('all have heard all', () => contents(here).length >= 20 && contents(there).length >= 20);
    const expected = Array.from({ length: 20 }, (_, i) => `m${i}`);
    assert.deepEqual(contents(here), expected);
    assert.deepEqual(contents(there), expected);
    assert.deepEqual(texts(await messagesOf(two, grace, room)), expected);
    const repeated = await ask(here, { room_id: room, content: 'm1', client_msg_id: 'k1' });
    assert.equal(repeated.data.duplicate, true, JSON.stringify(repeated));
    assert.equal(repeated.data.seq, acks[1].data.seq);

    // Who joins while connected follows; also where the join came over another gateway.
    const eve = await signUp(two, 'eve'), late = await connectSocket(t, two, { user: eve });
    await join(one, eve, room);
    await eventually('eve hears', async () => {
        await ask(here, { room_id: room, content: 'for eve' });
        return contents(late).length > 0;
    });

    // Signed out at one gateway: closed at the other.
    let closed = false;
    there.once('disconnect', () => { closed = true; });
    const out = await call(one, 'POST', '/api/v1/auth/sign-out', { token: alan.token, body: {} });
    assert.ok(out.success, JSON.stringify(out));
    await eventually('the socket of a session that has ended is closed', () => closed);
    const me = await call(two, 'GET', '/api/v1/user/me', { token: alan.token });
    assert.equal(me.status, 401, JSON.stringify(me));
});

test('who is told that a session has ended is not taken for signed in any more, also without Redis', { timeout: 120000 }, async (t) => {
    const { gateway } = await startCluster(t, { redis: null }), grace = await signUp(gateway, 'grace'), password = 'a long password';
    const ends = [
        (token) => call(gateway, 'POST', '/api/v1/auth/sign-out', { token, body: {} }),
        (token) => call(gateway, 'POST', '/api/v1/auth/sign-out', { token, body: { everywhere: true } }),
    ];
    for (let i = 0; i < 6; ++i) {
        const { data: { access } } = await call(gateway, 'POST', '/api/v1/auth/sign-in', { body: { username: grace.username, password } });
        assert.ok((await ends[i % 2](access)).success);
        assert.equal((await call(gateway, 'GET', '/api/v1/user/me', { token: access })).status, 401, `sign-out ${i}`);
    }
});

test('what one socket sends at once is stored in its order, by two chat services and two users', { timeout: 120000 }, async (t) => {
    const cluster = await startCluster(t, { roles: { user: 2, chat: 2 } }), gateway = cluster.gateway;
    const grace = await signUp(gateway, 'grace'), alan = await signUp(gateway, 'alan');
    const rooms = [await makeRoom(gateway, grace, alan), await makeRoom(gateway, grace, alan)];
    const sockets = [await connectSocket(t, gateway, { user: grace }), await connectSocket(t, gateway, { user: alan })];
    const sent = sockets.flatMap((socket, s) => rooms.map((room_id) => ({ socket, s, room_id })));
    const all = await Promise.all(sent.flatMap(({ socket, s, room_id }) => Array.from({ length: 200 }, (_, i) => ask(socket, { room_id, content: `${s} ${i}` }))));
    assert.deepEqual(all.filter(({ success }) => !success), []);
    for (const room of rooms) {
        const stored = texts(await messagesOf(gateway, grace, room));
        for (const s of [0, 1]) assert.deepEqual(stored.filter((content) => content.startsWith(`${s} `)), Array.from({ length: 200 }, (_, i) => `${s} ${i}`));
    }
});

test('without Redis messages from another gateway come late, and all of them', { timeout: 120000 }, async (t) => {
    const cluster = await startCluster(t, { roles: { gateway: 2 }, redis: null });
    const [one, two] = cluster.processes.gateway;
    const grace = await signUp(one, 'grace'), alan = await signUp(two, 'alan');
    const room = await makeRoom(one, grace, alan);
    const here = await connectSocket(t, one, { user: grace }), there = await connectSocket(t, two, { user: alan });
    for (let i = 0; i < 5; ++i)
        assert.ok((await ask(here, { room_id: room, content: `m${i}` })).success);
    assert.equal(contents(here).length, 5, 'its own gateway has told at once');
    await eventually('the other has read them', () => contents(there).length === 5);
    assert.deepEqual(contents(there), ['m0', 'm1', 'm2', 'm3', 'm4']);
});

test('a broker that is away is answered with unavailable, and is found again', { timeout: 120000 }, async (t) => {
    const cluster = await startCluster(t);
    const grace = await signUp(cluster.gateway, 'grace'), room = await makeRoom(cluster.gateway, grace);
    const here = await connectSocket(t, cluster.gateway, { user: grace });
    await cluster.rabbit.kill();
    const ack = await ask(here, { room_id: room, content: 'lost?', client_msg_id: 'k' });
    assert.equal(ack.data.code, 'unavailable', JSON.stringify(ack));
    const reply = await call(cluster.gateway, 'GET', '/api/v1/chat/rooms', { token: grace.token });
    assert.equal(reply.status, 503);
    assert.ok(reply.headers.get('retry-after'), 'says when to come again');
    await cluster.rabbit.restart();
    await eventually('a repeated send succeeds', async () => {
        const again = await ask(here, { room_id: room, content: 'lost?', client_msg_id: 'k' });
        return again.success;
    }, 20000);
    assert.deepEqual(texts(await messagesOf(cluster.gateway, grace, room)), ['lost?']);
});
