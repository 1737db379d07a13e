// How a socket leaves: what the server calls it, what the client reads, and what the end of the server looks like.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HttpConnection } from './http.mjs';
import { call, connected, join, kModes, openSession } from './session.mjs';
import { cases, kNode, startTarget } from './target.mjs';
import { within } from './wait.mjs';
import { frame, kClose, kText } from './websocket.mjs';

// name, transport, what is done, the reason (or one of them)
const kLeaving = [
    ['41', 'websocket', (session) => session.send('41/lab,'), 'client namespace disconnect'],
    ['41', 'polling', (session) => session.send('41/lab,'), 'client namespace disconnect'],
    ['a close frame', 'websocket', ({ socket }) => socket.frame(kClose, ''), 'transport close'],
    ['the end of the connection', 'websocket', ({ socket }) => socket.connection.socket.end(), 'transport close'],
    ['a reset', 'websocket', ({ socket }) => socket.connection.reset(), ['transport close', 'transport error']],
    ['the close packet', 'polling', (session) => session.send('1'), 'transport close'],
    ['a held GET that is cut off', 'polling', async (session) => (await session.hold()).connection.close(), 'transport error'],
    ['two GETs', 'polling', (session) => Promise.all([session.get(), session.get()]), 'transport error'],
    ['octet-stream', 'polling', (session) => session.post('4', { headers: { 'Content-Type': 'application/octet-stream' } }), 'transport error'],
    ['a message over maxPayload', 'websocket', ({ socket }) => socket.raw(frame(kText, '', { length: 1000001 })), 'transport error'],
    ['a frame that is none', 'websocket', ({ socket }) => socket.raw(frame(kText, '', { mask: false })), 'transport error'],
    ['a ping of the client', 'websocket', (session) => session.send('2'), 'transport error'],
    ['no engine packet', 'websocket', (session) => session.send('x'), 'parse error'],
    ['no engine packet', 'polling', (session) => session.send('x'), 'parse error'],
    ['no packet', 'websocket', (session) => session.send('4'), 'forced close'],
    ['no packet', 'polling', async (session) => { await session.send('4'); await session.get(); }, 'forced close'],
    ['an event of a namespace not joined', 'websocket', (session) => session.send('42["x"]'), 'forced close'],
    ['an event of a namespace not joined', 'polling', (session) => session.send('42["x"]'), 'forced server close'],
    ['an event of a namespace not joined, while a GET is held', 'polling', async (session) => { await session.hold(); await session.send('42["x"]'); }, 'forced close'],
    ['kick', 'websocket', (session) => session.send('42/lab,["kick",false]'), 'server namespace disconnect'],
    ['kick and close', 'websocket', (session) => session.send('42/lab,["kick",true]'), 'server namespace disconnect'],
    ['kick and close', 'polling', (session) => session.send('42/lab,["kick",true]'), 'server namespace disconnect'],
].map(([what, mode, act, reason]) => ({ what, mode, act, reason }));

test('leaving', async (t) => {
    const [server, quick] = await Promise.all([startTarget(t, 'sio'), startTarget(t, 'sio', { 'ping-interval': 100, 'ping-timeout': 100 })]);
    await cases(t, 'the reason', server, [
        ...kLeaving.map(({ what, mode, act, reason }) => ({
            name: `${what}, over ${mode}: ${reason}`,
            async run() {
                const session = await connected(server, mode, '/lab');
                await act(session);
                const told = await within(3000, 'the server to say who left', server.leaving(session.id));
                assert.ok([reason].flat().includes(told), told);
            },
        })),
        ...kModes.map((mode) => ({
            name: `no pong, over ${mode}: ping timeout`,
            async run() {
                const session = await connected(quick, mode, '/lab');
                assert.equal(await within(3000, 'the server to say who left', quick.leaving(session.id)), 'ping timeout');
            },
        })),
    ]);

    await cases(t, 'what the client reads', server, [
        ...kModes.map((mode) => ({
            name: `the server sends 41, over ${mode}: the transport stays`,
            async run() {
                const session = await connected(server, mode, '/lab');
                await join(session);
                await session.send('42/lab,["kick",false]');
                assert.equal(await session.next(), '41/lab,');
                await session.send('42["message",1]');
                assert.equal(await session.next(), '42["message-back",1]');
                assert.notEqual(await join(session, '/lab'), session.id);
                await session.drop();
            },
        })),
        {
            name: 'the server sends 41 and closes: one for each namespace, in the order in which they were joined',
            async run() {
                for (const mode of kModes) {
                    const session = await connected(server, mode, '/lab');
                    await join(session);
                    await session.send('42/lab,["kick",true]');
                    const got = (await session.ended()).filter((packet) => packet !== '6');
                    assert.deepEqual(got.slice(0, 2), ['41/lab,', '41']);
                    assert.match(got[2], mode === 'polling' ? /^1$/ : /^closed 1005$/);
                }
            },
        },
        {
            name: 'an event for a namespace that the server has just left is dropped',
            ours: 'the client could not know; Node closes the transport',
            async run() {
                const session = await connected(server, 'websocket', '/lab');
                await join(session);
                await session.send('42/lab,["kick",false]');
                assert.equal(await session.next(), '41/lab,');
                await session.send('42/lab,["rooms"]', '42["message",1]');
                assert.equal(await session.next(), '42["message-back",1]');
                session.drop();
            },
        },
        {
            name: 'engine packet 1 on a WebSocket closes at once',
            ours: 'Node waits for the ping timeout',
            async run() {
                const session = await openSession(server, 'websocket');
                await session.send('1');
                assert.equal(await session.next(3000), 'closed 1005');
            },
        },
        {
            name: 'what was sent before the end of a connection is still taken',
            async run() {
                const [leaver, other] = await Promise.all([connected(server, 'websocket', '/lab'), connected(server, 'websocket', '/lab')]);
                await leaver.send(`42/lab,["say",{"rooms":["${other.id}"]},"last words"]`);
                leaver.socket.frame(kClose, '');
                assert.equal(await other.next(), '42/lab,["said","last words"]');
                other.drop();
            },
        },
    ]);

    await t.test('the server ends: no 41, transports are closed, everybody is told why', async (t) => {
        const ending = await startTarget(t, 'sio');
        const socket = await connected(ending, 'websocket', '/lab'), polling = await connected(ending, 'polling', '/lab'), idle = new HttpConnection(ending);
        await call(socket, 'rooms');
        const { response } = await polling.hold();
        const ended = ending.stop();
        const [, held, code] = await Promise.all([ended, response, socket.socket.end()]);
        assert.equal(held.body, '1');
        if (kNode) assert.equal(code, 1005);
        else assert.ok([1001, 1012].includes(code), `ours: the code says why (${code})`);
        assert.deepEqual(socket.socket.inbox, []);
        for (const { id } of [socket, polling]) assert.equal(await within(3000, 'the server to say who left', ending.leaving(id)), 'server shutting down');
        idle.close();
    });
});
