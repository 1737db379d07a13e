// What has ended or slowed such servers before, as far as it can be tried from outside and no other file has it:
// placeholders and event names are in packets, sizes and times in limits, origins in browsers, EIO changes in requests.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HttpConnection, request } from './http.mjs';
import { connected, kModes, openSession, Polling, Socket, target } from './session.mjs';
import { cases, kNode, startTarget } from './target.mjs';
import { sleep } from './wait.mjs';
import { frame, kText, kUpgrade, upgrade } from './websocket.mjs';

const kMany = 100;
const all = (n, make) => Promise.all(Array.from({ length: n }, (_, i) => make(i)));
const inTime = async (ms, what, run) => {
    const began = performance.now(), result = await run();
    assert.ok(performance.now() - began < ms, `${what} took ${Math.round(performance.now() - began)} ms`);
    return result;
};

test('advisories', async (t) => {
    const [server, eio] = await Promise.all([startTarget(t, 'sio', { 'connect-timeout': 2000 }), startTarget(t, 'eio')]);
    const canary = 'canary-of-the-query';

    await cases(t, 'one after the other', server, [
        ...[
            'transport[]=polling&EIO=4', 'EIO[]=4&transport=polling', 'EIO=4&EIO=3&transport=polling&transport=websocket',
            'EIO=4&transport=polling&sid[]=x', 'EIO=4&transport=polling&sid=%', 'EIO=4&transport=polling&sid=../../x',
            `EIO=4&transport=polling&sid=${'x'.repeat(8000)}`, 'EIO=4&transport=poll%00ing', '%', '%ff%fe', '&&&==', '?'.repeat(1000),
            'toString=1&hasOwnProperty=2&__proto__=3',
        ].map((query) => ({
            name: `CVE-2022-41940: an odd query is answered, on both ways in: ${query.slice(0, 40)}`,
            async run() {
                const { status } = await request(server, 'GET', `${server.path}?${query}`);
                assert.ok(status === 200 || (status >= 400 && status < 500), `${status}`);
                const { status: refused, socket } = await upgrade(server, `${server.path}?${query}`);
                socket?.drop();
                assert.ok(socket || (refused >= 400 && refused < 500), `${refused}`);
            },
        })),
        {
            name: 'CVE-2022-21676, CVE-2023-31125: an upgrade that is reset, at each step',
            async run() {
                const fields = Object.entries({ Host: 'x', ...kUpgrade }).map(([name, value]) => `${name}: ${value}\r\n`).join('');
                const bytes = Buffer.from(`GET ${target(server, 'transport=websocket')} HTTP/1.1\r\n${fields}\r\n`);
                await all(kMany, async (i) => {
                    const line = new HttpConnection(server).write(bytes.subarray(0, Math.ceil((bytes.length * (i + 1)) / kMany)));
                    await sleep(i % 5);
                    line.reset();
                    await line.ended;
                });
            },
        },
        {
            name: 'an upgrade of a session that is reset, at each step',
            async run() {
                await all(30, async (i) => {
                    const polling = await Polling.open(server), { socket } = await upgrade(server, target(server, `transport=websocket&sid=${polling.sid}`));
                    if (i % 3 > 0) socket.send('2probe');
                    if (i % 3 > 1) socket.send('5');
                    socket.connection.reset();
                    await socket.connection.ended;
                    await polling.post('1');
                });
            },
        },
        {
            name: 'CVE-2024-38355: an event called error',
            async run() {
                const session = await connected(server);
                await session.send('42["error"]', '42["error",{"message":"x"}]', '42["message",1]');
                assert.equal(await session.next(), '42["message-back",1]');
                session.drop();
            },
        },
        {
            name: 'CVE-2024-37890: more header fields than anybody sends, on an upgrade',
            async run() {
                const { status, socket } = await upgrade(server, target(server, 'transport=websocket'), Object.fromEntries(Array.from({ length: 1900 }, (_, i) => [`X${i}`, ''])));
                socket?.drop();
                assert.ok(status === 431 || (kNode && status === 101), `${status}`);
            },
        },
        ...[
            'Sec-WebSocket-Protocol', 'Sec-WebSocket-Extensions', 'Sec-WebSocket-Key', 'Sec-WebSocket-Version', 'Connection', 'Upgrade',
            'Origin', 'Host', 'Accept-Encoding',
        ].map((name) => ({
            name: `CVE-2021-32640: 8 kB of ${name} in the worst shape`,
            async run() {
                for (const value of [`a${' '.repeat(8000)}b`, 'a,'.repeat(4000), `a; ${'b="'.repeat(2500)}`]) {
                    const { socket } = await inTime(3000, name, () => upgrade(server, target(server, 'transport=websocket'), { [name]: value }));
                    socket?.drop();
                }
            },
        })),
        {
            name: 'CVE-2026-59725: octet-stream is answered, each time',
            async run() {
                const headers = { 'Content-Type': 'application/octet-stream' };
                const answers = await all(kMany, async () => (await (await Polling.open(server)).post('4', { headers })).status);
                assert.deepEqual([...new Set(answers)], [400]);
            },
        },
        {
            name: 'every method and content type on a live session is answered',
            async run() {
                for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'])
                    for (const type of ['', 'application/octet-stream', 'multipart/form-data', 'text/event-stream; charset=x']) {
                        const session = await Polling.open(server);
                        await session.send('40');
                        const { status } = await new HttpConnection(server).send(method, session.target, { headers: { 'Content-Type': type }, body: method === 'GET' ? undefined : '' }).response({ ms: 3000, head: true });
                        assert.ok(status >= 200, `${method} ${type}: ${status}`);
                        await session.drop();
                    }
            },
        },
        {
            name: `CVE-2026-48804: ${kMany} clients that leave half a binary packet`,
            async run() {
                await all(kMany, async (i) => {
                    const session = await connected(server, kModes[i % 2]);
                    await session.send('4510-["message",{"_placeholder":true,"num":9}]', Buffer.alloc(100));
                    await session.drop();
                });
            },
        },
        {
            name: 'CVE-2020-36049: attachments beyond counting',
            async run() {
                for (const count of ['11', '999999999', '9'.repeat(500), '1e9', '0x7fffffff', ' ', '1 ']) {
                    const session = await connected(server);
                    await session.send(`45${count}-["message"]`);
                    if (!(kNode && count === '1 ')) assert.equal(await session.next(), 'closed 1005', count);
                    session.drop();
                }
            },
        },
        {
            name: 'CVE-2020-36048: a payload of separators',
            async run() {
                const session = await Polling.open(server);
                await inTime(5000, 'the answer', () => session.post('\x1e'.repeat(500000)));
                await session.drop();
            },
        },
        {
            name: 'CVE-2026-48779: 100,000 empty frames',
            async run() {
                const session = await Socket.open(server), empty = frame(0, '', { fin: false });
                session.socket.raw(Buffer.concat([frame(kText, '4', { fin: false }), ...Array(100000).fill(empty)]));
                assert.match((await session.ended()).at(-1), /^closed/);
            },
        },
        {
            name: 'CVE-2026-62389: a body in chunks of one byte',
            async run() {
                const session = await Polling.open(server);
                const line = new HttpConnection(server).send('POST', session.target, { headers: { 'Transfer-Encoding': 'chunked' } });
                line.write(`1\r\n4\r\n${'1\r\nx\r\n'.repeat(20000)}0\r\n\r\n`);
                const { status } = await inTime(5000, 'the answer', () => line.response());
                assert.ok(status === 200 || (status >= 400 && status < 500), `${status}`);
                line.close();
            },
        },
        {
            name: 'CVE-2020-36406: arrays nested 400,000 times',
            async run() {
                const deep = '['.repeat(400000);
                for (const text of [`42["nobody",${deep}${']'.repeat(400000)}]`, `42${deep}`, `40{"a":${deep}`, `42["nobody",${'{"a":'.repeat(150000)}`]) {
                    const session = await connected(server);
                    await session.send(text);
                    if (!kNode) assert.equal(await session.next(), 'closed 1005');
                    session.drop();
                }
            },
        },
        {
            name: 'keys that collide in a poor hash, and 40,000 different ones',
            async run() {
                const session = await connected(server), keys = Array.from({ length: 40000 }, (_, i) => `"k${i}":0`).join();
                await session.send(`42["message",{${keys}}]`);
                assert.match(await inTime(5000, 'the answer', () => session.next()), /^42\["message-back"/);
                session.drop();
            },
        },
        {
            name: 'a thousand sessions that are opened and left alone',
            async run() {
                await all(10, async () => {
                    const line = new HttpConnection(eio);
                    for (let i = 0; i < 100; i++) assert.equal((await line.send('GET', target(eio, 'transport=polling')).response()).status, 200);
                    line.close();
                });
            },
        },
        {
            name: 'the application\'s words cannot end a header',
            async run() {
                const { head, body } = await request(server, 'GET', target(server, 'transport=polling&refuse=a%0d%0aSet-Cookie:%20x%22'));
                assert.doesNotMatch(head, /set-cookie/i);
                assert.deepEqual(JSON.parse(body), { code: 4, message: 'a\r\nSet-Cookie: x"' });
                const { headers, body: text } = await upgrade(server, target(server, 'transport=websocket&refuse=a%0d%0a%0d%0aGET%20/'));
                assert.equal(headers['content-length'], String(text.length));
            },
        },
        {
            name: 'sids and queries are in no log',
            async run() {
                const session = await openSession(server, 'websocket', { query: `&token=${canary}` });
                await session.send('4');
                await session.ended();
                const { status } = await request(server, 'GET', target(server, `transport=polling&sid=${canary}&token=${canary}`));
                assert.equal(status, 400);
                await sleep(50);
                assert.ok(!server.log.includes(session.sid), 'the sid of a session');
                assert.ok(!server.log.includes(canary), 'a query');
            },
        },
    ], { concurrency: 4, ms: 20000 });
});
