// Acks of what the server asks: of one socket and of a room, in time and too late. Those of clients are in packets.
import assert from 'node:assert/strict';
import test from 'node:test';
import { heard, json, lab, placeholder } from './lab.mjs';
import { call, connected, join, kModes } from './session.mjs';
import { cases, startTarget } from './target.mjs';
import { unique } from '../e2e/client.mjs';

test('acks', async (t) => {
    const server = await startTarget(t, 'sio');
    await cases(t, 'acks', server, [
        {
            name: 'ids of the server count from 0 in the namespace, one for each question',
            async run() {
                const fresh = await startTarget(t, 'sio'), session = await connected(fresh, 'websocket', '/lab');
                for (let id = 0; id < 3; id++) {
                    await session.send('42/lab,["ask",{"timeout":5000},"x"]');
                    assert.equal(await session.next(), `42/lab,${id}["question","x"]`);
                    await session.send(`43/lab,${id}["yes",${id}]`);
                    assert.deepEqual(json(await session.next()), ['answered', { error: null, values: ['yes', id] }]);
                }
                session.drop();
            },
        },
        ...kModes.map((mode) => ({
            name: `the server asks, over ${mode}: text, binary, and only the first answer counts`,
            async run() {
                const session = await lab(server, mode);
                await session.send('42/lab,["ask",{"timeout":5000}]');
                const id = parseInt((await session.next()).slice('42/lab,'.length), 10);
                await session.send(`461-/lab,${id}[${placeholder(0)}]`, Buffer.from('first'), `43/lab,${id}["second"]`);
                assert.equal(await session.next(), `451-/lab,["answered",{"error":null,"values":[${placeholder(0)}]}]`);
                assert.deepEqual(await session.next(), Buffer.from('first'));
                assert.deepEqual(await heard(session), []);
                await session.drop();
            },
        })),
        {
            name: 'no answer in time: an error; the late one is ignored',
            async run() {
                const session = await lab(server);
                await session.send('42/lab,["ask",{"timeout":50}]');
                const id = parseInt((await session.next()).slice('42/lab,'.length), 10);
                assert.deepEqual(json(await session.next()), ['answered', { error: 'operation has timed out', values: [] }]);
                await session.send(`43/lab,${id}["late"]`);
                assert.deepEqual(await heard(session), []);
                session.drop();
            },
        },
        {
            name: 'another namespace cannot answer',
            async run() {
                const session = await lab(server);
                await join(session);
                await session.send('42/lab,["ask",{"timeout":100}]');
                const id = parseInt((await session.next()).slice('42/lab,'.length), 10);
                await session.send(`43${id}["forged"]`);
                assert.deepEqual(json(await session.next()), ['answered', { error: 'operation has timed out', values: [] }]);
                session.drop();
            },
        },
        {
            name: 'a handler that answers twice: one answer',
            async run() {
                const session = await lab(server);
                assert.equal(await call(session, 'ack-twice'), 'first');
                assert.deepEqual(await heard(session), []);
                session.drop();
            },
        },
        {
            name: 'everybody in a room is asked: one id, all answers',
            async run() {
                const [a, b] = await Promise.all([lab(server), lab(server, 'polling')]), room = unique('room');
                for (const session of [a, b]) await call(session, 'join', room);
                await a.send(`42/lab,["ask-all",{"rooms":["${room}"],"timeout":5000},"x"]`);
                const questions = [await a.next(), await b.next()];
                assert.equal(questions[0], questions[1]);
                assert.match(questions[0], /^42\/lab,\d+\["question","x"\]$/);
                const id = parseInt(questions[0].slice('42/lab,'.length), 10);
                await b.send(`43/lab,${id}["b","more"]`);
                await a.send(`43/lab,${id}["a"]`);
                const [, { error, values }] = json(await a.next());
                assert.deepEqual([error, values.sort()], [null, ['a', 'b']]);
                for (const session of [a, b]) await session.drop();
            },
        },
        {
            name: 'one does not answer in time: an error, with what there is',
            async run() {
                const [a, b] = await Promise.all([lab(server), lab(server)]), room = unique('room');
                for (const session of [a, b]) await call(session, 'join', room);
                await a.send(`42/lab,["ask-all",{"rooms":["${room}"],"timeout":100}]`);
                const id = parseInt((await b.next()).slice('42/lab,'.length), 10);
                await b.send(`43/lab,${id}["b"]`);
                await a.next();
                assert.deepEqual(json(await a.next()), ['answered', { error: 'operation has timed out', values: ['b'] }]);
                for (const session of [a, b]) session.drop();
            },
        },
        {
            name: 'nobody is there to be asked: answered at once, by none',
            async run() {
                const session = await lab(server);
                await session.send(`42/lab,["ask-all",{"rooms":["${unique('empty')}"],"timeout":5000}]`);
                assert.deepEqual(json(await session.next(2000)), ['answered', { error: null, values: [] }]);
                session.drop();
            },
        },
    ]);
});
