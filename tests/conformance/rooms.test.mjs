// Rooms: who hears what, once and in order.
import assert from 'node:assert/strict';
import test from 'node:test';
import { heard, json, lab, placeholder, say } from './lab.mjs';
import { call, connected, join, kModes } from './session.mjs';
import { cases, startTarget } from './target.mjs';
import { unique } from '../e2e/client.mjs';

test('rooms', async (t) => {
    const server = await startTarget(t, 'sio');
    await cases(t, 'rooms', server, [
        {
            name: 'each is in the room of its own sid',
            async run() {
                const session = await lab(server), room = unique('room');
                assert.deepEqual(await call(session, 'rooms'), [session.id]);
                await call(session, 'join', room);
                await call(session, 'join', room);
                assert.deepEqual(await call(session, 'rooms'), [session.id, room].sort());
                await call(session, 'leave', room);
                await call(session, 'leave', 'never joined');
                assert.deepEqual(await call(session, 'rooms'), [session.id]);
                session.drop();
            },
        },
        ...kModes.map((mode) => ({
            name: `who hears what, over ${mode}`,
            async run() {
                const [a, b, c, d] = await Promise.all([1, 2, 3, 4].map(() => lab(server, mode))), one = unique('one'), two = unique('two');
                // a: one; b: one and two; c: two; d: neither.
                for (const [session, rooms] of [[a, [one]], [b, [one, two]], [c, [two]]]) for (const room of rooms) await call(session, 'join', room);
                await say(a, { rooms: [one] }, 'one');
                await say(a, { rooms: [one, two] }, 'both');
                await say(a, { rooms: [one, two], except: [two] }, 'except');
                await say(a, { rooms: [one], broadcast: true }, 'others');
                await say(a, { rooms: [d.id] }, 'own');
                await say(a, { rooms: [unique('empty')] }, 'nobody');
                await call(a, 'rooms'); // all of it has been said
                await call(b, 'leave', one);
                await say(a, { rooms: [one] }, 'b has left');
                await call(a, 'rooms');
                const got = [];
                for (const session of [a, b, c, d]) got.push((await heard(session)).flat());
                assert.deepEqual(got, [['one', 'both', 'except', 'b has left'], ['one', 'both', 'others'], ['both'], ['own']]);
                for (const session of [a, b, c, d]) await session.drop();
            },
        })),
        {
            name: 'a room that everybody has left has nobody',
            async run() {
                const [a, b] = await Promise.all([lab(server), lab(server)]), room = unique('room');
                await call(b, 'join', room);
                b.drop();
                assert.equal(await server.leaving(b.id), 'transport close');
                await say(a, { rooms: [room, b.id] }, 'x');
                assert.deepEqual(await heard(a), []);
                a.drop();
            },
        },
        {
            name: 'odd names of rooms',
            async run() {
                const session = await lab(server);
                for (const room of ['__proto__', 'a*?[]', '#', '', 'ü', ' ']) {
                    await call(session, 'join', room);
                    await say(session, { rooms: [room] }, room);
                    assert.deepEqual(await heard(session), [[room]]);
                }
                session.drop();
            },
        },
        {
            name: 'binary to a room, numbered for each',
            async run() {
                const [a, b] = await Promise.all([lab(server), lab(server, 'polling')]), room = unique('room');
                for (const session of [a, b]) await call(session, 'join', room);
                await a.send(`452-/lab,["say",{"rooms":["${room}"]},${placeholder(1)},{"x":${placeholder(0)}}]`, Buffer.from('zero'), Buffer.from('one'));
                for (const session of [a, b]) {
                    assert.equal(await session.next(), `452-/lab,["said",${placeholder(0)},{"x":${placeholder(1)}}]`);
                    assert.deepEqual([await session.next(), await session.next()], [Buffer.from('one'), Buffer.from('zero')]);
                    await session.drop();
                }
            },
        },
        {
            name: 'what many say at once arrives once, in the order of each',
            async run() {
                const all = await Promise.all(Array.from({ length: 8 }, (_, i) => lab(server, kModes[i % 2]))), room = unique('room');
                for (const session of all) await call(session, 'join', room);
                await Promise.all(all.map(async (session, who) => { for (let n = 0; n < 20; n++) await say(session, { rooms: [room] }, who, n); }));
                for (const session of all) {
                    const got = Array.from({ length: 8 }, () => []);
                    for (let i = 0; i < 160; i++) {
                        const [, who, n] = json(await session.next());
                        got[who].push(n);
                    }
                    for (const numbers of got) assert.deepEqual(numbers, [...Array(20).keys()]);
                }
                for (const session of all) await session.drop();
            },
        },
    ]);

    // Everybody in the namespace hears it, so nothing else may run on that server.
    const alone = await startTarget(t, 'sio');
    await t.test('no rooms given: everybody in the namespace, and nobody else', async () => {
        const [a, b] = await Promise.all([connected(alone, 'websocket', '/lab'), connected(alone, 'polling', '/lab')]), other = await connected(alone);
        await say(a, {}, 'all');
        await say(a, { broadcast: true }, 'others');
        await say(a, { except: [b.id] }, 'not b');
        assert.deepEqual(await heard(a), [['all'], ['not b']]);
        assert.deepEqual(await heard(b), [['all'], ['others']]);
        await other.send('42["message",1]');
        assert.equal(await other.next(), '42["message-back",1]');
        for (const session of [a, b, other]) await session.drop();
    });
});
