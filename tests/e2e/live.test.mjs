// Live messages: over every transport, to members only, as soon as they are members.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, call, connectSocket, contents, eventually, hears, join, kModes, makeRoom, messagesOf, openSocket, signUp } from './client.mjs';
import { startServer } from './server.mjs';

const bearer = ({ token }) => ({ auth: false, extraHeaders: { authorization: `Bearer ${token}` } });

test('live messages', async (t) => {
    const server = await startServer(t);
    const [grace, alan, eve] = [await signUp(server, 'grace'), await signUp(server, 'alan'), await signUp(server, 'eve')];

    for (const mode of Object.keys(kModes)) {
        await t.test(`two members talk over ${mode}, and both hear everything in order`, async (t) => {
            const room = await makeRoom(server, grace, alan);
            const a = await connectSocket(t, server, { user: grace, mode }), b = await connectSocket(t, server, { user: alan, mode });
            const said = Array.from({ length: 20 }, (_, i) => `${mode} ${i}`);
            for (const content of said) a.emit('chat.message.send', { room_id: room, content });
            await hears(b, said.at(-1));
            await hears(a, said.at(-1));
            assert.deepEqual(contents(a), said);
            assert.deepEqual(contents(b), said);
            if (mode === 'upgrade') await eventually('the upgrade', () => a.io.engine.transport.name === 'websocket');
        });
    }

    await t.test('nothing is lost, doubled or reordered while a client upgrades', async (t) => {
        const room = await makeRoom(server, grace, alan);
        const speaker = await connectSocket(t, server, { user: alan });
        const listener = openSocket(t, server, { user: grace, mode: 'upgrade' });
        await eventually('connecting', () => listener.connected);
        const said = [];
        for (let upgraded = 0; upgraded < 20 && said.length < 2000; upgraded += listener.io.engine.transport.name === 'websocket' ? 1 : 0) {
            said.push(`n${said.length}`);
            speaker.emit('chat.message.send', { room_id: room, content: said.at(-1) });
            listener.emit('chat.message.send', { room_id: room, content: '' });
            await sleep(2);
        }
        await hears(listener, said.at(-1));
        assert.deepEqual(contents(listener), said);
        await eventually('an answer to each event of the client', () => listener.got['chat.error.receive'].length === said.length);
    });

    for (const [where, options] of [['auth.token', {}], ['the Authorization header', bearer(grace)]]) {
        for (const mode of ['polling', 'websocket']) {
            await t.test(`the token in ${where} makes a ${mode} client a member`, async (t) => {
                const room = await makeRoom(server, grace), socket = await connectSocket(t, server, { user: grace, mode, ...options });
                assert.equal((await ask(socket, { room_id: room, content: 'mine' })).success, true);
                await hears(socket, 'mine');
            });
        }
    }

    await t.test('auth.token wins over the header', async (t) => {
        const room = await makeRoom(server, grace);
        const socket = await connectSocket(t, server, { user: grace, extraHeaders: bearer(eve).extraHeaders });
        assert.equal((await ask(socket, { room_id: room, content: 'as grace' })).success, true);
    });

    await t.test('a client with auth is greeted, one with a header sees the recorded packets only', async (t) => {
        const modern = await connectSocket(t, server, { user: grace }), recorded = await connectSocket(t, server, { user: grace, ...bearer(grace) });
        await eventually('system.hello', () => modern.got['system.hello'].length === 1);
        assert.deepEqual(Object.keys(modern.got['system.hello'][0]).slice(0, 4), ['session_id', 'node', 'version', 'limits']);
        await ask(recorded, {});
        assert.deepEqual(recorded.got['system.hello'], []);
    });

    await t.test('a bad auth.token is a connect_error with the failure envelope in its data', async (t) => {
        const socket = openSocket(t, server, { auth: { token: 'not.a.token' } });
        await eventually('connect_error', () => socket.got.connect_error.length === 1);
        const [{ data }] = socket.got.connect_error;
        assert.deepEqual(Object.keys(data), ['success', 'timestamp', 'data']);
        assert.equal(data.success, false);
        assert.equal(data.data.message, 'invalid token');
        assert.equal(data.data.code, 'unauthorized');
    });

    for (const [where, limit] of [['auth', (room_id) => ({ auth: { token: grace.token, room_id } })], ['the query', (room_id) => ({ query: { room_id } })]]) {
        await t.test(`room_id in ${where} limits a socket to that room`, async (t) => {
            const [one, other] = [await makeRoom(server, grace), await makeRoom(server, grace)];
            const limited = await connectSocket(t, server, { user: grace, ...limit(one) }), all = await connectSocket(t, server, { user: grace });
            await ask(all, { room_id: other, content: 'in the other' });
            await ask(all, { room_id: one, content: 'in the one' });
            await hears(limited, 'in the one');
            assert.deepEqual(contents(limited), ['in the one']);
            assert.deepEqual(contents(all), ['in the other', 'in the one']);
        });
    }

    await t.test('room_id of a room that is not one\'s own is refused', async (t) => {
        const room = await makeRoom(server, alan), socket = openSocket(t, server, { auth: { token: grace.token, room_id: room } });
        await eventually('connect_error', () => socket.got.connect_error.length === 1);
        assert.equal(socket.got.connect_error[0].data.data.code, 'not_member');
    });

    await t.test('rooms made and joined over REST are heard on sockets that are already open', async (t) => {
        const socket = await connectSocket(t, server, { user: grace }), voice = await connectSocket(t, server, { user: alan });
        const [own, joined] = [await makeRoom(server, grace, alan), await makeRoom(server, alan)];
        await ask(voice, { room_id: joined, content: 'before the join' });
        await join(server, grace, joined);
        await ask(voice, { room_id: own, content: 'in her room' });
        await ask(voice, { room_id: joined, content: 'after the join' });
        await hears(socket, 'after the join');
        assert.deepEqual(contents(socket), ['in her room', 'after the join']);
    });

    await t.test('strangers and sockets without a token hear nothing', async (t) => {
        const room = await makeRoom(server, grace), common = await makeRoom(server, grace, eve);
        const voice = await connectSocket(t, server, { user: grace });
        const stranger = await connectSocket(t, server, { user: eve }), anonymous = await connectSocket(t, server, {});
        await ask(voice, { room_id: room, content: 'secret' });
        await ask(voice, { room_id: common, content: 'for eve' });
        await hears(stranger, 'for eve');
        assert.deepEqual(contents(stranger), ['for eve']);
        // The anonymous socket is asked something, so that what was on its way before has arrived.
        anonymous.emit('chat.message.send', {});
        await eventually('an answer', () => anonymous.got.exception.length === 1);
        assert.deepEqual(contents(anonymous), []);
    });

    await t.test('a message posted over REST is heard live, and one sent live is read over REST', async (t) => {
        const room = await makeRoom(server, grace, alan), socket = await connectSocket(t, server, { user: grace });
        await call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: alan.token, body: { content: 'posted' } });
        await hears(socket, 'posted');
        await ask(socket, { room_id: room, content: 'sent' });
        const list = await messagesOf(server, alan, room);
        assert.deepEqual(list.map(({ content }) => content), ['posted', 'sent']);
        assert.equal(list[0]._id, socket.got['chat.message.receive'][0]._id);
        assert.equal(list[0].seq, socket.got['chat.message.receive'][0].seq);
    });
});
