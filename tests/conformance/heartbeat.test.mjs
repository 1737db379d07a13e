// Heartbeats: when the ping comes, what extends the wait, and who is closed. Lower bounds are exact but for the
// millisecond of rounding; upper bounds leave room for a busy machine.
// Runs alone: it measures times.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openSession } from './session.mjs';
import { cases, startTarget } from './target.mjs';
import { sleep } from './wait.mjs';

const kInterval = 300, kTimeout = 200, kSlack = 400;

function took(began, least, what) {
    const ms = performance.now() - began;
    // The server's clock starts before the answer is here, by what the way took.
    assert.ok(ms >= least - 25 && ms <= least + kSlack, `${what} after ${Math.round(ms)} ms, expected ${least}`);
}

test('heartbeats', async (t) => {
    const server = await startTarget(t, 'eio', { 'ping-interval': kInterval, 'ping-timeout': kTimeout });
    const open = async (mode) => Object.assign(await openSession(server, mode), { heartbeat: false });
    const kEnd = { polling: /^400 /, websocket: /^closed 1005/ };
    const over = (make) => ['polling', 'websocket'].map(make);

    await cases(t, 'of the server', server, [
        ...over((mode) => ({
            name: `${mode}: the ping comes an interval after the handshake, and after each pong`,
            async run() {
                const session = await open(mode);
                for (let round = 0; round < 2; round++) {
                    const began = performance.now();
                    assert.equal(await session.next(), '2');
                    took(began, kInterval, 'ping');
                    await sleep(60);
                    await session.send('3');
                }
                await session.drop();
            },
        })),
        ...over((mode) => ({
            name: `${mode}: without pong it ends after interval and timeout`,
            async run() {
                const session = await open(mode), began = performance.now();
                assert.equal(await session.next(), '2');
                // On polling nothing tells of the end; a held GET is ended with it.
                const end = await session.next();
                if (mode === 'polling') assert.match(end, /^(1|6|400 .*)$/);
                else assert.match(end, kEnd[mode]);
                took(began, kInterval + kTimeout, 'end');
            },
        })),
        {
            name: 'polling: the deadline counts though no GET is held, to the millisecond',
            async run() {
                const session = await open('polling');
                await sleep(kInterval + kTimeout);
                assert.equal((await session.get()).status, 400);
            },
        },
        {
            name: 'polling: a POST does not replace the pong',
            async run() {
                const session = await open('polling');
                for (let i = 0; i < 4; i++) {
                    await sleep(kInterval / 2);
                    await session.send('4a');
                }
                await sleep(kTimeout);
                assert.equal((await session.get()).status, 400);
            },
        },
        {
            name: 'the first other packet extends the wait, once',
            async run() {
                const session = await open('websocket');
                assert.equal(await session.next(), '2');
                await sleep(kTimeout / 2);
                const began = performance.now();
                await session.send('4a');
                assert.equal(await session.next(), '4a');
                await sleep(kTimeout / 2);
                await session.send('4b');
                assert.equal(await session.next(), '4b');
                assert.match(await session.next(), kEnd.websocket);
                took(began, kTimeout, 'end');
            },
        },
        {
            name: 'a pong that comes in the extended wait saves it',
            async run() {
                const session = await open('websocket');
                assert.equal(await session.next(), '2');
                await sleep(kTimeout / 2);
                await session.send('4a', '3');
                assert.equal(await session.next(), '4a');
                assert.equal(await session.next(), '2');
                session.drop();
            },
        },
        {
            name: 'a pong that nobody asked for is ignored',
            ours: 'on Node it puts the ping off',
            async run() {
                const session = await open('websocket'), began = performance.now();
                let pinged = false;
                const ping = session.next().then((packet) => {
                    pinged = true;
                    return packet;
                });
                for (let ms = 0; ms < 3 * kInterval && !pinged; ms += kInterval / 3) {
                    await session.send('3');
                    await sleep(kInterval / 3);
                }
                assert.equal(await ping, '2');
                took(began, kInterval, 'ping');
                session.drop();
            },
        },
        ...over((mode) => ({
            name: `${mode}: a ping of the client ends the session`,
            async run() {
                const session = await open(mode);
                await session.send('2');
                assert.match((await session.ended()).at(-1), kEnd[mode]);
            },
        })),
    ], { concurrency: 4 });
});
