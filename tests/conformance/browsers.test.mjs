// What matters to browsers: origins, CORS, the cookie, the client's own files, compressed polls.
import assert from 'node:assert/strict';
import test from 'node:test';
import { gunzipSync, inflateSync } from 'node:zlib';
import { request } from './http.mjs';
import { connected, Polling, target } from './session.mjs';
import { cases, startTarget, table } from './target.mjs';
import { upgrade } from './websocket.mjs';

const kListed = 'http://a.example';
const handshake = (server, headers) => request(server, 'GET', target(server, 'transport=polling'), { headers });
const kForbidden = '403 {"code":4,"message":"Forbidden"}';

// Origin → status. SELF stands for the server's own.
const kOrigins = [
    ['none', undefined, 200], ['the same', 'SELF', 200], ['loopback', 'http://localhost:5173', 200], ['loopback by address', 'http://127.0.0.1:1', 200],
    ['one of the list', kListed, 200], ['another', 'http://b.example', 403], ['another scheme', 'https://a.example', 403], ['another port', 'http://a.example:81', 403],
    ['the listed one as prefix', 'http://a.example.evil', 403], ['as user', 'http://a.example@evil', 403], ['with a path', 'http://a.example/', 403],
    ['in capitals', 'HTTP://A.EXAMPLE', 403], ['null', 'null', 403], ['loopback as prefix', 'http://localhost.evil', 403], ['empty', '', 403], ['two', `${kListed}, ${kListed}`, 403],
].map(([name, origin, expect]) => ({ name, origin, expect, ...(expect === 403 && { ours: 'CORS does not cover WebSockets; Node leaves it to the application', node: 200 }) }));

const kFiles = ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js'];

test('browsers', async (t) => {
    const [server, plain, cors, any, cookie, eio] = await Promise.all([
        startTarget(t, 'sio', { origins: kListed }), startTarget(t, 'sio'), startTarget(t, 'sio', { cors: `${kListed},http://c.example` }), startTarget(t, 'sio', { cors: '*' }),
        startTarget(t, 'sio', { cookie: true }), startTarget(t, 'eio'),
    ]);
    const own = ({ origin }) => (origin === undefined ? {} : { Origin: origin === 'SELF' ? server.url : origin });
    await table(t, 'origins, over polling', server, kOrigins, async (row) => {
        const { status, body } = await handshake(server, own(row));
        if (status === 403) assert.equal(`${status} ${body}`, kForbidden);
        return status;
    });
    await table(t, 'origins, over WebSocket', server, kOrigins, async (row) => {
        const { status, socket } = await upgrade(server, target(server, 'transport=websocket'), own(row));
        socket?.drop();
        return status === 101 ? 200 : status;
    });

    await cases(t, 'the own origin', server, [
        {
            name: 'the Swift client names the default port of its scheme in Host, and not in Origin',
            async run() {
                for (const [origin, host] of [['ws://chat.example', 'chat.example:80'], ['wss://chat.example', 'chat.example:443']]) {
                    const { status, socket } = await upgrade(server, target(server, 'transport=websocket'), { Origin: origin, Host: host });
                    assert.equal(status, 101, origin);
                    socket.drop();
                }
            },
        },
    ]);

    await cases(t, 'CORS', cors, [
        {
            name: 'off: no header says a word of it',
            async run() {
                const { head } = await handshake(plain, { Origin: 'http://localhost:1' });
                assert.doesNotMatch(head, /access-control/i);
            },
        },
        ...['GET', 'POST', 'refused'].map((what) => ({
            name: `on: the exact origin is echoed, ${what}`,
            async run() {
                const headers = { Origin: kListed }, session = await Polling.open(cors, { headers });
                if (what === 'POST') await session.send('40');
                const answer = await {
                    GET: () => handshake(cors, headers), POST: () => session.post('42["x"]', { headers }),
                    refused: () => request(cors, 'GET', target(cors, 'transport=polling&sid=x'), { headers }),
                }[what]();
                assert.equal(answer.headers['access-control-allow-origin'], kListed);
                assert.match(answer.headers.vary, /^Origin\b/);
                assert.equal(answer.headers['access-control-allow-credentials'], undefined);
            },
        })),
        {
            name: 'on: a second one of the list',
            async run() { assert.equal((await handshake(cors, { Origin: 'http://c.example' })).headers['access-control-allow-origin'], 'http://c.example'); },
        },
        {
            name: 'on: another origin is not told that it may',
            async run() { assert.equal((await handshake(cors, { Origin: 'http://b.example' })).headers['access-control-allow-origin'], undefined); },
        },
        {
            name: 'on: OPTIONS',
            async run() {
                const { status, headers, body } = await request(cors, 'OPTIONS', target(cors, 'transport=polling'), {
                    headers: { Origin: kListed, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'x-one, x-two' },
                });
                assert.deepEqual([status, body], [204, '']);
                assert.equal(headers['access-control-allow-origin'], kListed);
                assert.equal(headers['access-control-allow-headers'], 'x-one, x-two');
                assert.match(headers['access-control-allow-methods'], /GET.*POST/);
                assert.equal(headers.vary, 'Origin, Access-Control-Request-Headers');
            },
        },
        {
            name: 'any origin',
            async run() { assert.equal((await handshake(any, { Origin: 'http://b.example' })).headers['access-control-allow-origin'], '*'); },
        },
    ]);

    await cases(t, 'the cookie', cookie, [
        {
            name: 'on the handshake of polling, and nowhere else',
            async run() {
                const { headers, body } = await handshake(cookie), { sid } = JSON.parse(body.slice(1));
                assert.equal(headers['set-cookie'], `io=${sid}; Path=/; HttpOnly; SameSite=Lax`);
                const session = new Polling(cookie, { sid });
                assert.equal((await session.post('40')).headers['set-cookie'], undefined);
                assert.equal((await session.get()).headers['set-cookie'], undefined);
                const { headers: upgraded, socket } = await upgrade(cookie, target(cookie, 'transport=websocket'));
                assert.equal(upgraded['set-cookie'], undefined);
                socket.drop();
            },
        },
        { name: 'off', async run() { assert.equal((await handshake(plain)).headers['set-cookie'], undefined); } },
    ]);

    await cases(t, 'the files of the client', plain, [
        ...kFiles.map((name) => ({
            name,
            async run() {
                const { status, headers, body } = await request(plain, 'GET', `/socket.io/${name}`);
                assert.equal(status, 200);
                assert.equal(headers['content-type'], 'application/javascript; charset=utf-8');
                assert.equal(headers['cache-control'], 'public, max-age=0');
                assert.equal(headers.etag, '"4.8.4"');
                assert.match(body, /Socket\.IO v4\.8\.4/);
                const zipped = await request(plain, 'GET', `/socket.io/${name}`, { headers: { 'Accept-Encoding': 'gzip' } });
                assert.equal(zipped.headers['content-encoding'], 'gzip');
                assert.equal(gunzipSync(zipped.bytes).toString(), body);
            },
        })),
        {
            name: 'a file wins over a handshake',
            async run() { assert.match((await request(plain, 'GET', '/socket.io/socket.io.js?EIO=4&transport=polling')).body, /Socket\.IO/); },
        },
        ...kFiles.map((name) => ({
            name: `${name}.map`,
            async run() {
                const { status, headers, body } = await request(plain, 'GET', `/socket.io/${name}.map`);
                assert.deepEqual([status, headers['content-type']], [200, 'application/json; charset=utf-8']);
                assert.equal(JSON.parse(body).version, 3);
            },
        })),
        ...['"4.8.4"', 'W/"4.8.4"'].map((tag) => ({
            name: `If-None-Match: ${tag}`,
            async run() {
                const { status, body } = await request(plain, 'GET', '/socket.io/socket.io.js', { headers: { 'If-None-Match': tag } });
                assert.deepEqual([status, body], [304, '']);
            },
        })),
        {
            name: 'another tag',
            async run() { assert.equal((await request(plain, 'GET', '/socket.io/socket.io.js', { headers: { 'If-None-Match': '"4.8.3"' } })).status, 200); },
        },
        ...['socket.io.slim.js', 'socket.io.min.mjs', 'package.json', '..%2fpackage.json', 'socket.io.js.map.map', 'index.js'].map((name) => ({
            name: `nothing else: ${name}`,
            async run() {
                const { status, body } = await request(plain, 'GET', `/socket.io/${name}`);
                assert.equal(`${status} ${body}`, '400 {"code":0,"message":"Transport unknown"}');
            },
        })),
    ]);

    const kPolls = [
        ['1,023 bytes', 1023, 'gzip', undefined], ['1,024 bytes', 1024, 'gzip', 'gzip'], ['1,024 bytes, deflate only', 1024, 'deflate', 'deflate'],
        ['both', 5000, 'gzip, deflate, br', 'gzip'], ['not asked for', 5000, undefined, undefined], ['identity', 5000, 'identity', undefined],
        ['gzip is refused', 5000, 'gzip;q=0', undefined], ['another coding', 5000, 'br', undefined], ['anything', 5000, '*', 'gzip'], ['by quality', 5000, 'gzip;q=0.5, deflate;q=0.9', 'deflate'],
    ].map(([name, bytes, accept, expect]) => ({ name, bytes, accept, expect }));
    await table(t, 'compressed polls', eio, kPolls, async ({ bytes, accept }) => {
        const session = await Polling.open(eio), text = `4${'x'.repeat(bytes - 1)}`;
        await session.send(text);
        const answer = await session.get({ headers: { 'Accept-Encoding': accept } }), coding = answer.headers['content-encoding'];
        assert.equal((coding === 'gzip' ? gunzipSync(answer.bytes) : coding === 'deflate' ? inflateSync(answer.bytes) : answer.bytes).toString(), text);
        return coding;
    });
    await cases(t, 'the compress flag', plain, [true, false].map((compress) => ({
        name: `${compress}`,
        async run() {
            const session = await connected(plain, 'polling', '/lab');
            await session.send(`42/lab,["say",{"rooms":["${session.id}"],"compress":${compress}},"${'x'.repeat(2000)}"]`);
            assert.equal((await session.get({ headers: { 'Accept-Encoding': 'gzip' } })).headers['content-encoding'], compress ? 'gzip' : undefined);
        },
    })));
});
