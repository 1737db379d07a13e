// Namespaces: joining and leaving them, middleware, patterns, and what a handler may do wrong.
import assert from 'node:assert/strict';
import test from 'node:test';
import { heard, json, lab } from './lab.mjs';
import { call, connected, join, kModes, openSession } from './session.mjs';
import { cases, startTarget } from './target.mjs';
import { unique } from '../e2e/client.mjs';

test('namespaces', async (t) => {
    const server = await startTarget(t, 'sio');
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
            name: 'an event right behind CONNECT is heard',
            ours: 'Node joins a turn later, and closes',
            async run() {
                for (const mode of kModes) {
                    const session = await openSession(server, mode);
                    await session.send('40', '42["message",1]');
                    assert.match(await session.next(), /^40\{"sid":/);
                    assert.deepEqual([await session.next(), await session.next()], ['42["auth",{}]', '42["message-back",1]']);
                    await session.drop();
                }
            },
        },
        {
            name: 'what comes before a bad packet is heard',
            ours: 'Node drops what it has not dispatched yet',
            async run() {
                for (const mode of kModes) {
                    const session = await connected(server, mode);
                    await session.send('42["message",1]', '4');
                    assert.equal(await session.next(), '42["message-back",1]');
                    await session.ended();
                }
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
                const session = await lab(server);
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
                const other = await lab(server);
                for (const mode of kModes) {
                    const session = await lab(server, mode);
                    await session.send('42/lab,["throw"]');
                    assert.match((await session.ended())[0], mode === 'polling' ? /^[61]$/ : /^closed/);
                }
                assert.deepEqual(await heard(other), []);
                other.drop();
            },
        },
    ]);
});
