// The rules of polling: one GET and one POST at a time, who hears of an end, and how.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HttpConnection } from './http.mjs';
import { connected, kSeparator, Polling } from './session.mjs';
import { cases, startTarget } from './target.mjs';
import { sleep, within } from './wait.mjs';

const kGone = '400 {"code":1,"message":"Session ID unknown"}';
const ask = async (session, method = 'GET', options) => {
    const { status, body } = await (method === 'GET' ? session.get(options) : session.post(options));
    return `${status} ${body}`;
};

test('the rules of polling', async (t) => {
    const server = await startTarget(t, 'eio');
    await cases(t, 'Engine.IO', server, [
        {
            name: 'a second GET: the first reads a close packet, the second 400, the session is gone',
            async run() {
                const session = await Polling.open(server), { response } = await session.hold();
                assert.equal(await ask(session), '400 ');
                const first = await response;
                assert.deepEqual([first.status, first.body], [200, '1']);
                assert.equal(await ask(session), kGone);
            },
        },
        {
            name: 'a second POST while one is being read: 400, the session is gone',
            async run() {
                const session = await Polling.open(server), slow = new HttpConnection(server);
                slow.send('POST', session.target, { headers: { 'Content-Length': 9 } }).write('4half');
                await slow.seen();
                assert.match(await ask(session, 'POST', '4b'), /^400 /);
                slow.close();
                assert.equal(await ask(session), kGone);
            },
        },
        ...['close', 'reset'].map((how) => ({
            name: `a held GET that is cut off (${how}): gone at once`,
            async run() {
                const session = await Polling.open(server), { connection } = await session.hold();
                connection[how]();
                await connection.ended;
                assert.equal(await ask(session), kGone);
            },
        })),
        {
            name: 'a POST that is cut off: gone',
            async run() {
                const session = await Polling.open(server), half = new HttpConnection(server);
                half.send('POST', session.target, { headers: { 'Content-Length': 9 } }).write('4half');
                await half.seen();
                half.close();
                await half.ended;
                assert.equal(await ask(session), kGone);
            },
        },
        {
            name: 'a GET that is cut off after its answer changes nothing',
            async run() {
                const session = await Polling.open(server);
                await session.send('4a');
                const line = new HttpConnection(server).send('GET', session.target);
                assert.equal((await line.response()).body, '4a');
                line.reset();
                assert.equal(await session.send('4b'), '200 ok');
                assert.equal(await session.next(), '4b');
            },
        },
        {
            name: 'the client closes: the held GET reads a noop, the sid is unknown',
            async run() {
                const session = await Polling.open(server), { response } = await session.hold();
                assert.equal(await session.send('1'), '200 ok');
                const held = await response;
                assert.deepEqual([held.status, held.body], [200, '6']);
                assert.equal(await ask(session), kGone);
                assert.equal(await ask(session, 'POST', '4a'), kGone);
            },
        },
        {
            name: 'the client closes while nothing is held',
            async run() {
                const session = await Polling.open(server), line = new HttpConnection(server);
                assert.equal((await line.send('POST', session.target, { body: '1' }).response()).body, 'ok');
                const { status, body } = await line.send('GET', session.target).response();
                assert.equal(`${status} ${body}`, kGone);
                assert.equal(await ask(session, 'POST', '4a'), kGone);
                line.close();
            },
        },
        {
            name: 'the client closes, and its last GET is read behind that',
            ours: 'which of two connections is read first is nobody\'s choice; Node says 400',
            async run() {
                const session = await Polling.open(server);
                assert.equal(await session.send('1'), '200 ok');
                assert.equal(await ask(session), '200 6');
                assert.equal(await ask(session), kGone);
            },
        },
        {
            name: 'the client closes on one connection and polls on another, at once: a noop, whichever comes first',
            ours: 'Node says 400 to the GET that comes second',
            async run() {
                for (let round = 0; round < 20; round++) {
                    const session = await Polling.open(server), order = round % 2 ? ['GET', 'POST'] : ['POST', 'GET'];
                    const answers = await Promise.all(order.map((method) => ask(session, method, method === 'POST' ? '1' : undefined)));
                    assert.deepEqual(Object.fromEntries(order.map((method, i) => [method, answers[i]])), { GET: '200 6', POST: '200 ok' });
                    assert.equal(await ask(session), kGone);
                }
            },
        },
        {
            name: 'what follows the close in the same payload is ignored',
            async run() {
                const session = await Polling.open(server);
                assert.equal(await session.send('4a', '1', '4b'), '200 ok');
                assert.equal(await ask(session, 'POST', '4c'), kGone);
            },
        },
        {
            name: 'the session that has timed out is gone for POST too',
            async run() {
                const quick = await startTarget(t, 'eio', { 'ping-interval': 50, 'ping-timeout': 50 });
                const session = await Polling.open(quick);
                await sleep(500);
                assert.equal(await ask(session, 'POST', '3'), kGone);
            },
        },
        {
            name: 'all packets go through one queue, in order',
            async run() {
                const session = await Polling.open(server), sent = [], got = [];
                for (let n = 0; n < 300; n += 10) {
                    const packets = Array.from({ length: 10 }, (_, i) => ((n + i) % 3 ? `4${n + i}` : Buffer.from(`${n + i}`)));
                    sent.push(...packets);
                    await session.send(...packets);
                    if (n % 40 === 0) got.push(await session.next());
                }
                while (got.length < sent.length) got.push(await session.next());
                assert.deepEqual(got, sent);
            },
        },
    ]);

    const io = await startTarget(t, 'sio');
    await cases(t, 'Socket.IO', io, [
        {
            name: 'the server closes while nothing is held: the next GET reads noop and close',
            async run() {
                const session = await connected(io, 'polling');
                assert.equal(await session.send('4'), '200 ok');
                assert.equal(await ask(session), `200 6${kSeparator}1`);
                assert.equal(await ask(session), kGone);
            },
        },
        {
            name: 'the server closes while a GET is held: it reads close',
            async run() {
                const session = await connected(io, 'polling'), { response } = await session.hold();
                assert.equal(await session.send('4'), '200 ok');
                assert.equal((await response).body, '1');
                assert.equal(await ask(session), kGone);
            },
        },
        {
            name: 'the server closes: what was queued before comes first',
            async run() {
                const session = await connected(io, 'polling');
                await session.send('42["message",1]');
                await session.send('4');
                // Node puts a noop before the close packet, in an answer of its own; the order is what counts.
                assert.deepEqual((await session.ended()).filter((packet) => packet !== '6'), ['42["message-back",1]', '1', kGone]);
            },
        },
        {
            name: 'a session that is closing takes no events',
            async run() {
                const session = await connected(io, 'polling');
                await session.send('4');
                assert.equal(await session.send('42["message",1]'), '200 ok');
                assert.deepEqual(await session.ended(), ['6', '1', kGone]);
            },
        },
        {
            name: 'a volatile packet is dropped while no GET is held, and sent while one is',
            async run() {
                const session = await connected(io, 'polling', '/lab');
                await session.send('42/lab,["say",{"volatile":true,"rooms":["' + session.id + '"]},"lost"]', '42/lab,["say",{"rooms":["' + session.id + '"]},"kept"]');
                assert.equal(await session.next(), '42/lab,["said","kept"]');
                const { response } = await session.hold();
                await session.send('42/lab,["say",{"volatile":true,"rooms":["' + session.id + '"]},"heard"]');
                assert.equal((await within(3000, 'the volatile packet', response)).body, '42/lab,["said","heard"]');
            },
        },
    ]);
});
