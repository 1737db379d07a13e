// The samples of deploy/ with real proxies: TLS in front of the server, Socket.IO on every transport, the headers that
// the server goes by, and framings that a proxy and a server may read differently.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join as path } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { ask, call, connectSocket, contents, eventually, hears, kModes, makeRoom, signUp, unique } from './client.mjs';
import { readOpenMetrics, valueOf } from './openmetrics.mjs';
import { filled, haproxyCommand, haproxyWords, nginxIncluding, nginxWords, startProxy as startWith } from './proxy.mjs';
import { kRoot, startServer } from './server.mjs';
import test from './shapes.mjs';

const kProxies = {
    nginx: async (place) => {
        const { folder, upstream } = place, sample = await readFile(path(kRoot, 'deploy/nginx/wegowhere.conf'), 'utf8');
        await writeFile(path(folder, 'wegowhere.conf'), filled(sample, { 'server 127.0.0.1:3000;': `server 127.0.0.1:${upstream};`, ...nginxWords(place) }));
        return nginxIncluding(folder, 'wegowhere.conf');
    },
    haproxy: async (place) => haproxyCommand(place.folder, filled(await readFile(path(kRoot, 'deploy/haproxy/wegowhere.cfg'), 'utf8'), {
        '127.0.0.1:3000 check inter 2s': `127.0.0.1:${place.upstream}`, // its checks would be counted among the requests
        'maxconn 50000': 'maxconn 512', ...haproxyWords(place),
    })),
};

/** A proxy in front of what listens on `upstream`. */
const startProxy = (t, name, upstream) => startWith(t, name, (place) => kProxies[name]({ ...place, upstream }));

/** A server that answers with what it was asked. */
async function startEcho(t) {
    const server = createServer((request, response) => { response.end(JSON.stringify(request.headers)); });
    await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
    t.after(() => { server.closeAllConnections(); server.close(); });
    return server.address().port;
}

for (const name of Object.keys(kProxies)) {
    test(`${name}: accounts over https, and Socket.IO on every transport`, { timeout: 60000 }, async (t) => {
        const server = await startServer(t), proxy = await startProxy(t, name, server.port);
        const grace = await signUp(proxy, 'grace'), room = await makeRoom(proxy, grace), sockets = [];
        for (const mode of Object.keys(kModes)) sockets.push(await connectSocket(t, proxy, { user: grace, mode, rejectUnauthorized: false }));
        await eventually('the upgrade', () => sockets[2].io.engine.transport.name === 'websocket');
        assert.deepEqual(sockets.map(({ io }) => io.engine.transport.name), ['polling', 'websocket', 'websocket']);
        for (const [i, socket] of sockets.entries()) assert.equal((await ask(socket, { room_id: room, content: `m${i}` })).success, true);
        for (const socket of sockets) await hears(socket, 'm2');
        assert.deepEqual(sockets.map(contents), Array(3).fill(['m0', 'm1', 'm2']));
        // An origin is compared with the host that the browser asked.
        const opened = async (origin) => (await fetch(`${proxy.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } })).status;
        assert.deepEqual([await opened(proxy.url), await opened('https://elsewhere.example')], [200, 403]);
        // A body as large as the server takes, and one larger.
        const sent = async (length) => (await fetch(`${proxy.url}/api/v1/chat/rooms`, { method: 'POST', body: 'x'.repeat(length), headers: { authorization: `Bearer ${grace.token}`, 'content-type': 'text/plain' } })).status;
        assert.deepEqual([await sent(1_048_576), await sent(1_048_577)], [400, 413]);
        const plain = await fetch(`http://localhost:${proxy.http}/health?a=b`, { redirect: 'manual' });
        assert.equal(plain.status, 301);
        assert.match(plain.headers.get('location'), /^https:\/\/localhost.*\/health\?a=b$/);
    });

    test(`${name}: what the server is told of a client, and what the log is not`, { timeout: 60000 }, async (t) => {
        const proxy = await startProxy(t, name, await startEcho(t));
        const told = async (headers = {}) => (await fetch(`${proxy.url}/?token=canary`, { headers })).json();
        const bare = await told();
        assert.equal(bare['x-forwarded-for'], '127.0.0.1');
        assert.equal(bare['x-forwarded-proto'], 'https');
        assert.equal(bare.host, `localhost:${proxy.https}`);
        assert.match(bare['x-request-id'], /^[A-Za-z0-9._-]{16,64}$/);
        assert.notEqual((await told())['x-request-id'], bare['x-request-id']);
        assert.equal((await told({ 'x-forwarded-for': '203.0.113.7' }))['x-forwarded-for'], '203.0.113.7, 127.0.0.1', 'what a client says stands before what the proxy knows');
        assert.equal((await told({ 'x-forwarded-for': '203.0.113.7, 10.0.0.1' }))['x-forwarded-for'], '203.0.113.7, 10.0.0.1, 127.0.0.1');
        assert.equal((await told({ 'x-request-id': 'mine-1' }))['x-request-id'], 'mine-1');
        for (const bad of ['a b', 'x'.repeat(65), '"']) assert.match((await told({ 'x-request-id': bad }))['x-request-id'], /^[A-Za-z0-9._-]{16,64}$/);
        await eventually('the log', async () => (await proxy.log()).includes('mine-1'));
        assert.doesNotMatch(await proxy.log(), /canary/);
    });

    test(`${name}: the id of a request is told to the client, and leads to its line in the log`, { timeout: 60000 }, async (t) => {
        const server = await startServer(t, { env: { WGW_LOG_LEVEL: 'debug', WGW_LOG_FORMAT: 'json' } }), proxy = await startProxy(t, name, server.port);
        const refused = await call(proxy, 'GET', '/api/v1/user/me'), id = refused.data.request_id;
        assert.equal(refused.headers.get('x-request-id'), id);
        await eventually('the line', () => server.log.includes(`"request_id":"${id}"`));
        await eventually('the line of the proxy', async () => (await proxy.log()).includes(id));
    });

    test(`${name}: time-outs leave a silent client to the server`, async () => {
        const text = await readFile(path(kRoot, name === 'nginx' ? 'deploy/nginx/wegowhere.conf' : 'deploy/haproxy/wegowhere.cfg'), 'utf8');
        const seconds = (pattern) => { const [, number, unit] = pattern.exec(text); return Number(number) * { s: 1, m: 60, h: 3600 }[unit]; };
        const waits = name === 'nginx' ? [/location \/socket\.io\/ \{[^}]*proxy_read_timeout (\d+)([smh])/, /proxy_send_timeout (\d+)([smh])/] : [/timeout client (\d+)([smh])/, /timeout server (\d+)([smh])/, /timeout tunnel +(\d+)([smh])/];
        for (const pattern of waits) assert.ok(seconds(pattern) > 60, `${pattern}`);
    });
}

// --- framings: RFC 9112. What the server does with each by itself is in src/codec/http_request_test.cpp -----------

const kTe = 'Transfer-Encoding: chunked\r\n', kChunked = '5\r\nhello\r\n0\r\n\r\n';
const vector = (head, body, { line = 'POST /api/v1/chat/rooms HTTP/1.1', fields = 'Host: a\r\nContent-Type: text/plain\r\n' } = {}) => `${line}\r\n${fields}${head}\r\n${body}GET /health HTTP/1.1\r\nHost: a\r\n\r\n`;
const kVectors = [
    vector('Content-Length: 5\r\n', 'hello'),
    vector(`Content-Length: 15\r\n${kTe}`, kChunked),
    vector(`${kTe}Content-Length: 15\r\n`, kChunked),
    vector(kTe, kChunked, { line: 'POST / HTTP/1.0' }),
    vector('Transfer-Encoding: xchunked\r\n', kChunked),
    vector('Transfer-Encoding: chunked, identity\r\n', kChunked),
    vector('Transfer-Encoding: gzip\r\n', 'hello'),
    vector(kTe + kTe, kChunked),
    vector('Transfer-Encoding: x\r\nContent-Length: 5\r\n', 'hello'),
    vector('Content-Length: 5\r\nContent-Length: 6\r\n', 'hello'),
    vector('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello'),
    vector('Content-Length: 5, 5\r\n', 'hello'),
    vector('Content-Length: +5\r\n', 'hello'),
    vector('Content-Length: 0x5\r\n', 'hello'),
    vector('Content-Length: 18446744073709551621\r\n', 'hello'),
    vector('Content-Length : 5\r\n', 'hello'),
    vector('X: a\r\n Transfer-Encoding: chunked\r\n', kChunked),
    vector('Content-Length: 5\n', 'hello'),
    vector('X: a\rb\r\nContent-Length: 5\r\n', 'hello'),
    vector('X: a\0b\r\nContent-Length: 5\r\n', 'hello'),
    vector('X\x01: a\r\nContent-Length: 5\r\n', 'hello'),
    vector(kTe, '10000000000000005\r\nhello\r\n0\r\n\r\n'),
    vector(kTe, '0x5\r\nhello\r\n0\r\n\r\n'),
    vector(kTe, '5 \r\nhello\r\n0\r\n\r\n'),
    vector(kTe, '5\r\nhelloXX0\r\n\r\n'),
    vector(kTe, '5;a\nb\r\nhello\r\n0\r\n\r\n'),
    vector(kTe, '5\nhello\n0\n\n'),
    vector('Content-Length: 5\r\n', 'hello', { line: 'POST / HTTP/1.1', fields: 'Content-Type: text/plain\r\n' }),
    vector('Host: b\r\nContent-Length: 5\r\n', 'hello'),
    vector(kTe, '5\r\nhello\r\n0\r\nContent-Length: 99\r\n\r\n'),
    vector(kTe, '5\r\nhello\r\n0\r\nAuthorization: Bearer x\r\n\r\n'),
    vector('Content-Length: 5\r\n', 'hello', { line: 'POST / HTTP/1.2' }),
    vector('Content-Length: 5\r\n', 'hello', { line: 'POST / HTTP/2.0' }),
];

const kRefused = /^(400|408|413|431|501|505) closed$/;
const kServed = /^(401|404) 200 open$/; // read as two whole requests, and passed on as such
const kAlone = /^401 closed$/; // served, and nothing behind it
const kOurs = /^400 200 open$/; // passed on as two requests: the server refuses the first

/** Where the proxy does not refuse: what it reads otherwise than the server would, it passes on in its own words. */
const kVerdicts = {
    nginx: {
        1: kServed, 30: kServed, 31: kServed, // good ones, two with trailers, which go no further
        18: kServed, 27: kServed, // lines that end with LF only
        24: kServed, // a space behind a chunk's size
        32: kServed, // HTTP/1.2
    },
    haproxy: {
        1: kServed, 30: kServed, 31: kServed,
        2: kAlone, 3: kAlone, // the length beside chunks is dropped, and the connection closed, as RFC 9112 §6.3 wants
        11: kServed, 12: kServed, // the same length twice
        17: /^401 400 closed$/, // a folded line is one value, so there is no body: what comes behind is no request
        18: kServed, 27: kServed, 24: kServed,
        20: kOurs, // NUL in a value
        28: kOurs, // no Host
        32: kServed, 33: kServed, // HTTP/1.2, and HTTP/2.0 as text
    },
};

/** Statuses of the answers to these bytes, in order, and `closed` or `open`. */
function answers(proxy, bytes) {
    return new Promise((done) => {
        let got = '';
        const socket = connectTls({ port: proxy.https, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] }, () => socket.write(Buffer.from(bytes, 'latin1')));
        const statuses = () => [...got.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => status).join(' ');
        const end = (how) => { clearTimeout(timer); socket.destroy(); done({ statuses: statuses(), how, got }); };
        const timer = setTimeout(() => end('open'), 1000);
        socket.setEncoding('latin1').on('data', (text) => { got += text; }).on('end', () => end('closed')).on('error', () => end('closed')).on('close', () => end('closed'));
    });
}

/** Requests that the server has read, answered or refused. */
async function requestsOf(server) {
    const families = readOpenMetrics(await (await fetch(`http://127.0.0.1:${server.adminPort}/metrics`, { headers: { accept: 'application/openmetrics-text' } })).text());
    return valueOf(families, 'wgw_http_requests_total') + valueOf(families, 'wgw_http_refusals_total');
}

for (const name of Object.keys(kProxies)) {
    test(`${name}: no framing makes the server read another request than the proxy has passed`, { timeout: 120000 }, async (t) => {
        const server = await startServer(t), proxy = await startProxy(t, name, server.port), verdicts = {};
        for (const [i, bytes] of kVectors.entries()) {
            const number = i + 1, before = await requestsOf(server), { statuses, how, got } = await answers(proxy, bytes), read = await requestsOf(server) - before;
            const ours = got.split('"timestamp":"').length - 1; // answers of the server, not of the proxy
            verdicts[number] = `${statuses} ${how}`;
            assert.ok(read <= ours + (got.match(/HTTP\/1\.1 400/) ? 1 : 0), `vector ${number}: the server has read ${read} requests, the client was given ${ours} answers of it: ${got}`);
            // Whoever comes next over the same connections to the server is given their own answer.
            const own = `/nowhere/${unique('own')}`, next = await call(proxy, 'GET', own);
            assert.equal(next.data.message, `Cannot GET ${own}`, `behind vector ${number}`);
        }
        t.diagnostic(JSON.stringify(verdicts));
        for (const [number, verdict] of Object.entries(verdicts)) assert.match(verdict, kVerdicts[name][number] ?? kRefused, `vector ${number}`);
    });
}
