// Each request of Engine.IO and its answer: the checks in their order, the codes, the headers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { request, HttpConnection } from './http.mjs';
import { kSeparator, Polling, Socket, target, upgraded } from './session.mjs';
import { cases, kNode, startTarget, table } from './target.mjs';
import { eventually, within } from './wait.mjs';
import { upgrade } from './websocket.mjs';

const kRefusals = ['Transport unknown', 'Session ID unknown', 'Bad handshake method', 'Bad request', 'Forbidden', 'Unsupported protocol version'];
const refused = (code, message = kRefusals[code]) => `${code === 4 ? 403 : 400} application/json {"code":${code},"message":"${message}"}`;
const kForeignBytes = { Origin: 'http://a\x01b' }; // HTTP itself refuses them, in its own words

// `query` follows the path. SID stands for the sid of a polling session, WSID for that of a WebSocket.
const kChecks = [
    ['no transport', 'EIO=4', 0],
    ['an empty transport', 'EIO=4&transport=', 0],
    ['another transport', 'EIO=4&transport=tcp', 0],
    ['a transport in capitals', 'EIO=4&transport=Polling', 0],
    ['WebTransport', 'EIO=4&transport=webtransport', 0],
    ['a transport of the language', 'EIO=4&transport=constructor', 0],
    ['transport before the sid', 'EIO=4&transport=x&sid=unknown', 0],
    ['transport before the method', 'EIO=4&transport=x', 0, { method: 'POST' }],
    ['an Origin with bytes that no header may hold', 'EIO=4&transport=polling', 3, { headers: kForeignBytes, expect: 400 }],
    ['an unknown sid', 'EIO=4&transport=polling&sid=unknown', 1],
    ['an unknown sid before EIO', 'EIO=3&transport=polling&sid=unknown', 1],
    ['a sid of the language', 'EIO=4&transport=polling&sid=__proto__', 1],
    ['another', 'EIO=4&transport=polling&sid=constructor', 1],
    ['an unknown sid before the method', 'EIO=4&transport=polling&sid=unknown', 1, { method: 'PUT' }],
    ['polling on a session of a WebSocket', 'EIO=4&transport=polling&sid=WSID', 3],
    ['websocket without Upgrade on a session', 'EIO=4&transport=websocket&sid=SID', 3],
    ['another EIO on a session', 'EIO=3&transport=polling&sid=SID', 3],
    ['no EIO on a session', 'transport=polling&sid=SID', 3],
    ['another EIO on a session, POST', 'EIO=3&transport=polling&sid=SID', 3, { method: 'POST' }],
    ['a handshake by POST', 'EIO=4&transport=polling', 2, { method: 'POST' }],
    ['a handshake by PUT', 'EIO=4&transport=polling', 2, { method: 'PUT' }],
    ['a handshake by DELETE', 'EIO=4&transport=polling', 2, { method: 'DELETE' }],
    ['the method before EIO', 'EIO=3&transport=polling', 2, { method: 'POST' }],
    ['websocket without Upgrade', 'EIO=4&transport=websocket', 3],
    ['websocket without Upgrade before EIO', 'EIO=3&transport=websocket', 3],
    ['the application refuses', 'EIO=4&transport=polling&refuse', 4],
    ['the application refuses in its own words', 'EIO=4&transport=polling&refuse=not%20today', 4, { message: 'not today' }],
    ['the application before EIO', 'EIO=3&transport=polling&refuse', 4],
    ['no EIO', 'transport=polling', 5],
    ['EIO 3', 'EIO=3&transport=polling', 5],
    ['EIO 5', 'EIO=5&transport=polling', 5],
    ['EIO of letters', 'EIO=abc&transport=polling', 5],
    ['an empty sid is none', 'EIO=3&transport=polling&sid=', 5],
].map(([name, query, code, { message, ...row } = {}]) => ({ name, query, expect: refused(code, message), ...row }));

// The same for upgrades: HTTP 400 before the 101, the message as text.
const upgradeRefused = (message, status = 400) => `${status} text/html close ${message}`;
const kUpgrades = [
    ['no transport', 'EIO=4', 'Transport unknown'],
    ['another transport', 'EIO=4&transport=tcp', 'Transport unknown'],
    ['an unknown sid', 'EIO=4&transport=websocket&sid=unknown', 'Session ID unknown'],
    ['a sid of the language', 'EIO=4&transport=websocket&sid=__proto__', 'Session ID unknown'],
    ['another EIO on a session', 'EIO=3&transport=websocket&sid=SID', 'Bad request'],
    ['the application refuses', 'EIO=4&transport=websocket&refuse', 'Forbidden'],
    ['EIO 3', 'EIO=3&transport=websocket', 'Unsupported protocol version', { ours: 'Node says so inside of the WebSocket', node: '101' }],
    ['no EIO', 'transport=websocket', 'Unsupported protocol version', { ours: 'Node says so inside of the WebSocket', node: '101' }],
].map(([name, query, message, row]) => ({ name, query, expect: upgradeRefused(message), ...row }));

const summary = ({ status, headers, body }) => `${status} ${(headers['content-type'] ?? '').split(';')[0]} ${body}`;

test('requests of Engine.IO', async (t) => {
    const server = await startTarget(t, 'eio');
    const get = (query, options) => request(server, 'GET', `${server.path}?${query}`, options);

    const fill = async (query) => {
        if (query.includes('WSID')) return query.replace('WSID', (await Socket.open(server)).sid);
        return query.includes('SID') ? query.replace('SID', (await Polling.open(server)).sid) : query;
    };
    await table(t, 'refused', server, kChecks, async ({ query, method = 'GET', headers, expect }) => {
        const response = await request(server, method, `${server.path}?${await fill(query)}`, { headers, body: method === 'GET' ? undefined : '' });
        return typeof expect === 'number' ? response.status : summary(response);
    });
    await table(t, 'upgrades refused', server, kUpgrades, async ({ query }) => {
        const { status, headers, body, socket } = await upgrade(server, `${server.path}?${await fill(query)}`);
        if (socket) await assert.rejects(socket.reading, /no reserved bits/); // HTTP where a frame should be
        return status === 101 ? '101' : `${status} ${headers['content-type']} ${headers.connection} ${body}`;
    });

    await cases(t, 'answers', server, [
        {
            name: 'handshake: the header and the keys, in their order',
            async run() {
                const { status, headers, body } = await get('EIO=4&transport=polling');
                assert.equal(status, 200);
                assert.equal(headers['content-type'], 'text/plain; charset=UTF-8');
                assert.equal(headers['cache-control'], 'no-store');
                assert.equal(headers['content-length'], String(body.length));
                assert.equal(headers['set-cookie'], undefined);
                assert.equal(headers['access-control-allow-origin'], undefined);
                assert.match(body, /^0\{"sid":"[A-Za-z0-9_-]{20}","upgrades":\["websocket"\],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000\}$/);
            },
        },
        {
            name: 'the sids of a thousand sessions differ, and do not count up',
            async run() {
                const sids = new Set();
                for (let n = 0; n < 1000; n += 50) {
                    const line = new HttpConnection(server);
                    for (let i = 0; i < 50; i++) {
                        const { body } = await line.send('GET', target(server, 'transport=polling')).response();
                        sids.add(JSON.parse(body.slice(1)).sid);
                    }
                    line.close();
                }
                assert.equal(sids.size, 1000);
                assert.ok(new Set([...sids].map((sid) => sid.slice(0, 4))).size > 950);
            },
        },
        ...['/foo', '/foo/bar'].map((rest) => ({
            name: `whatever follows the path is accepted: ${rest}`,
            async run() { assert.equal((await request(server, 'GET', `${server.path}${rest.slice(1)}?EIO=4&transport=polling`)).status, 200); },
        })),
        {
            name: 'the path with an encoded letter',
            ours: 'the decoded path is matched',
            async run() {
                const { status } = await request(server, 'GET', '/engine%2eio/?EIO=4&transport=polling').catch(() => ({ status: 0 }));
                assert.equal(status, 200);
            },
        },
        {
            name: 'GET: what is queued, in one payload',
            async run() {
                const session = await Polling.open(server);
                await session.send('4a', Buffer.from('b'), '4ü');
                const { status, headers, body } = await session.get();
                assert.equal(status, 200);
                assert.equal(headers['content-type'], 'text/plain; charset=UTF-8');
                assert.equal(headers['cache-control'], 'no-store');
                assert.equal(headers['content-length'], String(Buffer.byteLength(body)));
                assert.equal(body, ['4a', 'bYg==', '4ü'].join(kSeparator));
            },
        },
        {
            name: 'GET: held until there is something',
            async run() {
                const session = await Polling.open(server), { response } = await session.hold();
                assert.equal(await session.send('4late'), '200 ok');
                assert.equal((await response).body, '4late');
            },
        },
        {
            name: 'POST: ok',
            async run() {
                const session = await Polling.open(server), { status, headers, body } = await session.post('4a');
                assert.deepEqual([status, headers['content-type'], headers['content-length'], body], [200, 'text/html', '2', 'ok']);
            },
        },
        ...['application/json', 'application/x-www-form-urlencoded', 'image/png', 'text/plain;charset=UTF-8', ''].map((type) => ({
            name: `POST: a content type of "${type}" is not looked at`,
            async run() {
                const session = await Polling.open(server);
                assert.equal((await session.post('4a', { headers: { 'Content-Type': type } })).status, 200);
                assert.equal(await session.next(), '4a');
            },
        })),
        {
            name: 'POST: chunked',
            async run() {
                const session = await Polling.open(server), line = new HttpConnection(server);
                line.send('POST', session.target, { headers: { 'Transfer-Encoding': 'chunked' } }).write('3\r\n4ch\r\n').write('3\r\nunk\r\n0\r\n\r\n');
                assert.equal((await line.response()).body, 'ok');
                line.close();
                assert.equal(await session.next(), '4chunk');
            },
        },
        {
            name: 'POST: base64 in lines of 76 characters, as the Java client writes it',
            async run() {
                const session = await Polling.open(server), bytes = Buffer.from(Array.from({ length: 200 }, (_, i) => i));
                assert.equal(await session.send(`b${bytes.toString('base64').replace(/.{1,76}/g, '$&\n')}`), '200 ok');
                assert.deepEqual(await session.next(), bytes);
            },
        },
        {
            name: 'POST: nothing at all',
            async run() {
                const session = await Polling.open(server);
                assert.equal(await session.send(''), '200 ok');
                assert.equal((await session.get()).status, 400);
            },
        },
        {
            name: 'POST of application/octet-stream: refused, session closed',
            async run() {
                const session = await Polling.open(server);
                const { status } = await session.post('4a', { headers: { 'Content-Type': 'application/octet-stream' } });
                assert.equal(status, 400);
                assert.equal(summary(await session.get()), refused(1));
            },
        },
        {
            name: 'POST of application/octet-stream: the answer is that of code 3',
            ours: 'Node answers without a body',
            async run() {
                const session = await Polling.open(server);
                assert.equal(summary(await session.post('4a', { headers: { 'Content-Type': 'application/octet-stream' } })), refused(3));
            },
        },
        {
            name: 'POST with a Content-Encoding: refused',
            ours: 'a bomb could hide in it; Node takes the bytes as they are',
            async run() {
                const session = await Polling.open(server);
                assert.equal((await session.post('4a', { headers: { 'Content-Encoding': 'gzip' } })).status, 400);
            },
        },
        ...['abc', '7', '4ok\x1eabc', '9'].map((body) => ({
            name: `POST of ${JSON.stringify(body)}: ok, then the session is gone`,
            async run() {
                const session = await Polling.open(server);
                assert.equal(await session.send(body), '200 ok');
                assert.equal(summary(await session.get()), refused(1));
            },
        })),
        ...['PUT', 'DELETE', 'PATCH', 'OPTIONS'].map((method) => ({
            name: `${method} on a session: it may come again`,
            async run() {
                const session = await Polling.open(server), { status } = await request(server, method, session.target, { body: '' });
                assert.equal(status, kNode ? 500 : 405);
                assert.equal(await session.send('4a'), '200 ok');
            },
        })),
        {
            name: 'an upgrade on a foreign path is ended',
            async run() {
                const { status } = await upgrade(server, '/elsewhere/?EIO=4&transport=websocket', {}, { ms: 5000 });
                assert.ok(status === 0 || status === 404, `${status}`);
            },
        },
        {
            name: 'a GET after the upgrade is refused',
            async run() {
                const { polling, session } = await upgraded(server);
                assert.equal(summary(await polling.get()), refused(3));
                await session.drop();
            },
        },
        {
            name: 'requests in one pipeline are answered in their order',
            async run() {
                const session = await Polling.open(server), line = new HttpConnection(server);
                line.send('POST', session.target, { body: '4one' }).send('GET', session.target);
                assert.deepEqual([(await line.response()).body, (await line.response()).body], ['ok', '4one']);
                line.close();
            },
        },
        {
            name: 'a request that arrives behind a held GET is kept for later',
            async run() {
                const session = await Polling.open(server), { connection, response } = await session.hold();
                connection.send('GET', target(server, 'transport=polling&sid=unknown'));
                await session.send('4one');
                assert.equal((await response).body, '4one');
                assert.equal((await connection.response()).status, 400);
                connection.close();
            },
        },
    ]);

    await t.test('a session that was opened and never polled ends', async () => {
        const quick = await startTarget(t, 'eio', { 'ping-interval': 50, 'ping-timeout': 50 });
        const session = await Polling.open(quick);
        await eventually('its end', async () => (await within(2000, 'an answer', session.post('4a'))).status === 400);
    });
});

test('requests of Socket.IO', async (t) => {
    const server = await startTarget(t, 'sio');
    const kPaths = [
        ['/socket.io/foo?EIO=4&transport=polling', 200], ['/socket.io?EIO=4&transport=polling', 404],
        ['/other/?EIO=4&transport=polling', 404], ['/', 404],
    ].map(([path, expect]) => ({ name: path, path, expect }));
    await table(t, 'paths', server, kPaths, async ({ path }) => (await request(server, 'GET', path)).status);
});
