// Each default that bounds a time, made short: what does not come in time gets the answer written here. The heartbeat
// and the upgrade have files of their own.
// Runs alone: it measures times.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HttpConnection } from './http.mjs';
import { placeholder } from './lab.mjs';
import { connected, Polling, Socket } from './session.mjs';
import { cases, startTarget } from './target.mjs';
import { frame, kText } from './websocket.mjs';

test('times', async (t) => {
    const server = await startTarget(t, 'sio', { 'connect-timeout': 300, 'attachments-timeout': 300, 'message-timeout': 300, 'header-timeout': 300 });
    const took = (began) => {
        const ms = performance.now() - began;
        assert.ok(ms > 250 && ms < 3000, `${ms} ms`);
    };
    await cases(t, 'each of 300 ms', server, [
        {
            name: 'connectTimeout over WebSocket: closed',
            async run() {
                const began = performance.now(), session = await Socket.open(server);
                assert.deepEqual(await session.ended(), ['closed 1005']);
                took(began);
            },
        },
        {
            name: 'connectTimeout over polling: the held GET reads a close',
            async run() {
                const began = performance.now(), session = await Polling.open(server);
                assert.equal(await session.next(), '1');
                took(began);
                assert.equal((await session.get()).status, 400);
            },
        },
        {
            name: 'connectTimeout counts though a namespace was refused',
            async run() {
                const session = await Socket.open(server);
                await session.send('40/nowhere,');
                assert.match(await session.next(), /^44/);
                assert.deepEqual(await session.ended(), ['closed 1005']);
            },
        },
        {
            name: 'connectTimeout does not count once one has been joined',
            async run() {
                const session = await connected(server);
                await assert.rejects(session.next(600), /nothing in 600 ms/);
                session.drop();
            },
        },
        {
            name: 'attachments that do not come: closed',
            ours: 'Node waits for ever',
            async run() {
                for (const mode of ['websocket', 'polling']) {
                    const session = await connected(server, mode), began = performance.now();
                    await session.send(`452-["message",${placeholder(0)},${placeholder(1)}]`, Buffer.from('x'));
                    assert.match((await session.ended())[0], mode === 'polling' ? /^1$/ : /^closed/);
                    took(began);
                }
            },
        },
        {
            name: 'half a message: 1008',
            ours: 'Node waits for ever',
            async run() {
                for (const half of [frame(kText, '42', { fin: false }), frame(kText, '42["message"]').subarray(0, 9)]) {
                    const session = await connected(server);
                    session.socket.raw(half);
                    assert.deepEqual(await session.ended(), ['closed 1008']);
                }
            },
        },
        {
            name: 'half a POST: 408',
            ours: 'Node waits five minutes',
            async run() {
                const session = await connected(server, 'polling');
                const line = new HttpConnection(server).send('POST', session.target, { headers: { 'Content-Length': 9 } }).write('4half');
                assert.equal((await line.response()).status, 408);
                await line.ended;
            },
        },
        {
            name: 'half a header: closed',
            ours: 'Node waits a minute',
            async run() {
                const line = new HttpConnection(server).write('GET / HTTP/1.1\r\nHost: x\r\n');
                const { status } = await line.response();
                assert.ok(status === 408 || status === 0, `${status}`);
                await line.ended;
            },
        },
    ], { concurrency: 16 });
});
