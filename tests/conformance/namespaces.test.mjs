// What an application does with the server: namespaces, middleware, rooms, acks both ways, volatile, binary.
import assert from 'node:assert/strict';
import test from 'node:test';
import { call, connected, join, kModes, openSession } from './session.mjs';
import { cases, startTarget } from './target.mjs';
import { unique } from '../e2e/client.mjs';

const ph = (num) => `{"_placeholder":true,"num":${num}}`;
const say = (session, options, ...args) => session.send(`42/lab,${JSON.stringify(['say', options, ...args])}`);
const json = (packet, head) => {
    assert.ok(packet.startsWith?.(head), `${packet} does not begin with ${head}`);
    return JSON.parse(packet.slice(head.length));
};
/** What it has heard by now: the events before the answer to a question. */
async function heard(session) {
    await call(session, 'rooms');
    return session.before.map((packet) => (typeof packet === 'string' ? json(packet, '42/lab,').slice(1) : packet));
}

test('namespaces', async (t) => {
    const server = await startTarget(t, 'sio');
    const lab = (mode, options) => connected(server, mode, '/lab', undefined, options);

    await cases(t, 'connecting', server, [
        {
            name: 'each namespace has its own sid of 20 characters, none is the session\'s',
            async run() {
                const session = await openSession(server, 'websocket'), sids = [session.sid, await join(session), await join(session, '/custom'), await join(session, '/lab')];
                assert.equal(new Set(sids).size, 4);
                for (const sid of sids) assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
                session.drop();
            },
        },
        {
            name: '41, then 40: joined anew',
            async run() {
                for (const mode of kModes) {
                    const session = await connected(server, mode), first = session.id;
                    await session.send('41');
                    assert.notEqual(await join(session), first);
                    await session.drop();
                }
            },
        },
        {
            name: '41 of one namespace leaves the others',
            async run() {
                const session = await connected(server);
                await join(session, '/lab');
                await session.send('41/lab,', '42["message",1]');
                assert.equal(await session.next(), '42["message-back",1]');
                await session.send('42/lab,["rooms"]');
                assert.equal(await session.next(), 'closed 1005');
            },
        },
        {
            name: 'the handshake: auth of the namespace, query and headers of the transport',
            async run() {
                const session = await openSession(server, 'polling', { query: '&a=b%20c&a=d', headers: { 'X-Test': 'yes', Authorization: 'Bearer t' } });
                session.nsp = '/lab,';
                await join(session, '/lab', { token: 'x', n: [1] });
                const { auth, query, headers } = await call(session, 'handshake');
                assert.deepEqual(auth, { token: 'x', n: [1] });
                assert.equal(query.EIO, '4');
                assert.equal(query.transport, 'polling');
                assert.ok(['b c', 'd'].includes(query.a), query.a);
                assert.equal(headers['x-test'], 'yes');
                assert.equal(headers.authorization, 'Bearer t');
            },
        },
        ...[['with data', {}, { message: 'no entry', data: { code: 7, why: ['closed'] } }], ['without data', { plain: true }, { message: 'no entry' }]].map(([what, auth, error]) => ({
            name: `middleware refuses ${what}; the transport stays, and 40 may come again`,
            async run() {
                for (const mode of kModes) {
                    const session = await openSession(server, mode);
                    await session.send(`40/refuse,${JSON.stringify(auth)}`);
                    assert.deepEqual(json(await session.next(), '44/refuse,'), error);
                    await join(session, '/refuse', { pass: true });
                    await join(session);
                    await session.drop();
                }
            },
        })),
        {
            name: 'middleware that takes its time: what it emits comes first, the socket is in no room',
            async run() {
                const session = await openSession(server, 'websocket');
                await session.send('40/slow,');
                assert.equal(await session.next(), '42/slow,["early",[]]');
                await join(session); // others connect meanwhile
                assert.match(await session.next(), /^40\/slow,\{"sid":/);
                session.drop();
            },
        },
        {
            name: 'an event while its middleware runs closes',
            async run() {
                const session = await openSession(server, 'websocket');
                await session.send('40/slow,');
                assert.equal(await session.next(), '42/slow,["early",[]]');
                await session.send('42/slow,["x"]');
                assert.deepEqual(await session.ended(), ['closed 1005']);
            },
        },
        {
            name: 'a second CONNECT while its middleware runs closes',
            ours: 'Node makes two sockets of it',
            async run() {
                const session = await openSession(server, 'websocket');
                await session.send('40/slow,');
                assert.equal(await session.next(), '42/slow,["early",[]]');
                await session.send('40/slow,');
                assert.deepEqual(await session.ended(), ['closed 1005']);
            },
        },
        {
            name: 'the session ends while its middleware runs',
            async run() {
                const session = await openSession(server, 'websocket');
                await session.send('40/slow,');
                await session.next();
                session.drop();
                await new Promise((done) => { setTimeout(done, 400); });
            },
        },
        ...[['/dyn-42', 'number'], ['/dyn-word', 'word']].map(([name, by]) => ({
            name: `a pattern: ${name}, by the first that matches`,
            async run() {
                const session = await openSession(server, 'websocket');
                await join(session, name);
                assert.equal(await session.next(), `42${name},["hello","${name}","${by}"]`);
                session.drop();
            },
        })),
        {
            name: 'a pattern does not match a part',
            async run() {
                const session = await openSession(server, 'websocket');
                for (const name of ['/x/dyn-1', '/dyn-1/x', '/dyn-', '/dyn-1?x']) {
                    await session.send(`40${name},`);
                    assert.equal(await session.next(), `44${name},{"message":"Invalid namespace"}`);
                }
                session.drop();
            },
        },
        {
            name: 'a function decides by the name and the payload',
            async run() {
                const session = await openSession(server, 'websocket'), name = `/fn-${unique('x')}`;
                await session.send(`40${name},`);
                assert.equal(await session.next(), `44${name},{"message":"Invalid namespace"}`);
                await join(session, name, { pass: true });
                assert.equal(await session.next(), `42${name},["hello","${name}","function"]`);
                session.drop();
            },
        },
        {
            name: 'a middleware of the socket refuses an event: nothing on the wire but what the application says',
            async run() {
                const session = await lab();
                await session.send('42/lab,5["forbidden"]');
                assert.equal(await session.next(), '42/lab,["refused","not for you"]');
                assert.deepEqual(await heard(session), []);
                session.drop();
            },
        },
        {
            name: 'a handler that throws ends its session, and no other',
            ours: 'Node ends',
            async run() {
                const other = await lab();
                for (const mode of kModes) {
                    const session = await lab(mode);
                    await session.send('42/lab,["throw"]');
                    assert.match((await session.ended())[0], mode === 'polling' ? /^[61]$/ : /^closed/);
                }
                assert.deepEqual(await heard(other), []);
                other.drop();
            },
        },
    ]);

    await cases(t, 'rooms', server, [
        {
            name: 'each is in the room of its own sid',
            async run() {
                const session = await lab(), room = unique('room');
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
                const [a, b, c, d] = await Promise.all([lab(mode), lab(mode), lab(mode), lab(mode)]), [one, two] = [unique('one'), unique('two')];
                // a: one; b: one and two; c: two; d: neither.
                for (const [session, rooms] of [[a, [one]], [b, [one, two]], [c, [two]]]) for (const room of rooms) await call(session, 'join', room);
                const all = [a, b, c, d], words = ['one', 'both', 'except', 'others', 'own', 'gone', 'nobody'];
                await say(a, { rooms: [one] }, 'one');
                await say(a, { rooms: [one, two] }, 'both');
                await say(a, { rooms: [one, two], except: [two] }, 'except');
                await say(a, { rooms: [one], broadcast: true }, 'others');
                await say(a, { rooms: [d.id] }, 'own');
                await say(a, { rooms: [unique('empty')] }, 'nobody');
                await call(a, 'rooms');
                const early = a.before; // heard by a while it asked
                await call(b, 'leave', one);
                b.early = b.before;
                await say(a, { rooms: [one] }, 'gone');
                await call(a, 'rooms');
                const got = await Promise.all(all.map(async (session) => [...(session === a ? [...early, ...a.before] : session.early ?? []).map((packet) => json(packet, '42/lab,').slice(1)), ...(await heard(session))].flat()));
                assert.deepEqual(got, [['one', 'both', 'except', 'gone'], ['one', 'both', 'others'], ['both'], ['own']], words.join());
                for (const session of all) await session.drop();
            },
        })),
        {
            name: 'a room that everybody has left has nobody',
            async run() {
                const [a, b] = await Promise.all([lab(), lab()]), room = unique('room');
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
                const session = await lab();
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
                const [a, b] = await Promise.all([lab('websocket'), lab('polling')]), room = unique('room');
                for (const session of [a, b]) await call(session, 'join', room);
                await a.send(`452-["say",{"rooms":["${room}"]},${ph(1)},{"x":${ph(0)}}]`.replace('452-', '452-/lab,'), Buffer.from('zero'), Buffer.from('one'));
                for (const session of [a, b]) {
                    assert.equal(await session.next(), `452-/lab,["said",${ph(0)},{"x":${ph(1)}}]`);
                    assert.deepEqual([await session.next(), await session.next()], [Buffer.from('one'), Buffer.from('zero')]);
                    await session.drop();
                }
            },
        },
        {
            name: 'what many say at once arrives once, in the order of each',
            async run() {
                const all = await Promise.all(Array.from({ length: 8 }, (_, i) => lab(kModes[i % 2]))), room = unique('room');
                for (const session of all) await call(session, 'join', room);
                await Promise.all(all.map(async (session, who) => { for (let n = 0; n < 20; n++) await say(session, { rooms: [room] }, who, n); }));
                for (const session of all) {
                    const got = Array.from({ length: 8 }, () => []);
                    for (let i = 0; i < 160; i++) {
                        const [, who, n] = json(await session.next(), '42/lab,');
                        got[who].push(n);
                    }
                    for (const numbers of got) assert.deepEqual(numbers, [...Array(20).keys()]);
                }
                for (const session of all) await session.drop();
            },
        },
    ]);

    await cases(t, 'acks', server, [
        {
            name: 'ids of the server count from 0 in the namespace, one for each question',
            async run() {
                const fresh = await startTarget(t, 'sio'), session = await connected(fresh, 'websocket', '/lab');
                for (let id = 0; id < 3; id++) {
                    await session.send('42/lab,["ask",{"timeout":5000},"x"]');
                    assert.equal(await session.next(), `42/lab,${id}["question","x"]`);
                    await session.send(`43/lab,${id}["yes",${id}]`);
                    assert.deepEqual(json(await session.next(), '42/lab,'), ['answered', { error: null, values: ['yes', id] }]);
                }
                session.drop();
            },
        },
        ...kModes.map((mode) => ({
            name: `the server asks, over ${mode}: text, binary, and only the first answer counts`,
            async run() {
                const session = await lab(mode);
                await session.send('42/lab,["ask",{"timeout":5000}]');
                const id = parseInt((await session.next()).slice('42/lab,'.length), 10);
                await session.send(`461-/lab,${id}[${ph(0)}]`, Buffer.from('first'), `43/lab,${id}["second"]`);
                assert.equal(await session.next(), `451-/lab,["answered",{"error":null,"values":[${ph(0)}]}]`);
                assert.deepEqual(await session.next(), Buffer.from('first'));
                assert.deepEqual(await heard(session), []);
                await session.drop();
            },
        })),
        {
            name: 'no answer in time: an error; the late one is ignored',
            async run() {
                const session = await lab();
                await session.send('42/lab,["ask",{"timeout":50}]');
                const id = parseInt((await session.next()).slice('42/lab,'.length), 10);
                assert.deepEqual(json(await session.next(), '42/lab,'), ['answered', { error: 'operation has timed out', values: [] }]);
                await session.send(`43/lab,${id}["late"]`);
                assert.deepEqual(await heard(session), []);
                session.drop();
            },
        },
        {
            name: 'another namespace cannot answer',
            async run() {
                const session = await lab();
                await join(session);
                await session.send('42/lab,["ask",{"timeout":100}]');
                const id = parseInt((await session.next()).slice('42/lab,'.length), 10);
                await session.send(`43${id}["forged"]`);
                assert.deepEqual(json(await session.next(), '42/lab,'), ['answered', { error: 'operation has timed out', values: [] }]);
                session.drop();
            },
        },
        {
            name: 'a handler that answers twice: one answer',
            async run() {
                const session = await lab();
                assert.equal(await call(session, 'ack-twice'), 'first');
                assert.deepEqual(await heard(session), []);
                session.drop();
            },
        },
        {
            name: 'everybody in a room is asked: one id, all answers',
            async run() {
                const [a, b] = await Promise.all([lab(), lab('polling')]), room = unique('room');
                for (const session of [a, b]) await call(session, 'join', room);
                await a.send(`42/lab,["ask-all",{"rooms":["${room}"],"timeout":5000},"x"]`);
                const questions = [await a.next(), await b.next()];
                assert.equal(questions[0], questions[1]);
                assert.match(questions[0], /^42\/lab,\d+\["question","x"\]$/);
                const id = parseInt(questions[0].slice('42/lab,'.length), 10);
                await b.send(`43/lab,${id}["b","more"]`);
                await a.send(`43/lab,${id}["a"]`);
                const [, { error, values }] = json(await a.next(), '42/lab,');
                assert.deepEqual([error, values.sort()], [null, ['a', 'b']]);
                for (const session of [a, b]) await session.drop();
            },
        },
        {
            name: 'one does not answer in time: an error, with what there is',
            async run() {
                const [a, b] = await Promise.all([lab(), lab()]), room = unique('room');
                for (const session of [a, b]) await call(session, 'join', room);
                await a.send(`42/lab,["ask-all",{"rooms":["${room}"],"timeout":100}]`);
                const id = parseInt((await b.next()).slice('42/lab,'.length), 10);
                await b.send(`43/lab,${id}["b"]`);
                await a.next();
                assert.deepEqual(json(await a.next(), '42/lab,'), ['answered', { error: 'operation has timed out', values: ['b'] }]);
                for (const session of [a, b]) session.drop();
            },
        },
        {
            name: 'nobody is there to be asked: answered at once, by none',
            async run() {
                const session = await lab();
                await session.send(`42/lab,["ask-all",{"rooms":["${unique('empty')}"],"timeout":5000}]`);
                assert.deepEqual(json(await session.next(2000), '42/lab,'), ['answered', { error: null, values: [] }]);
                session.drop();
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
