// The samples of deploy/ for several gateways, with real balancers in front of three servers: Socket.IO on every transport,
// servers that die, freeze and drain under load, and requests that must not be made twice.
// Runs alone: it loads the machine.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Agent } from 'node:https';
import { join as path, resolve } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { eventually, kModes, within } from '../e2e/client.mjs';
import { composeConfiguration, filled, haproxyCommand, haproxyWords, nginxCommand, nginxIncluding, nginxWords, startProxy } from '../e2e/proxy.mjs';
import { freePort, kRoot, startServer } from '../e2e/server.mjs';

const kEcho = resolve(kRoot, process.env.WGW_ECHO ?? 'build/sio-echo');
const kClients = 50;

/** `line` of a sample once for each server, with its ports. */
const each = (servers, line) => Object.fromEntries(servers.map(({ port, adminPort }, i) => [
    line.replaceAll('#', i + 1), line.replaceAll('#', i + 1).replace(/10\.0\.0\.1\d:3000/, `127.0.0.1:${port}`).replace('port 9464', `port ${adminPort}`),
]));

const kBalancers = {
    nginx: async (place, servers) => {
        const { folder } = place;
        await cp(path(kRoot, 'deploy/nginx/cluster'), path(folder, 'wegowhere'), { recursive: true });
        const sample = await readFile(path(folder, 'wegowhere/wegowhere.conf'), 'utf8');
        await writeFile(path(folder, 'wegowhere/wegowhere.conf'), filled(sample, { ...each(servers, 'server 10.0.0.1#:3000'), ...nginxWords(place) }));
        return nginxIncluding(folder, 'wegowhere/wegowhere.conf');
    },
    haproxy: async (place, servers) => {
        // The checks twice as often and half as long, for the time that the tests take.
        const words = { 'inter 2s': 'inter 500ms', 'timeout check 2s': 'timeout check 1s', 'maxconn 100000': 'maxconn 2000' };
        const sample = await readFile(path(kRoot, 'deploy/haproxy/wegowhere-cluster.cfg'), 'utf8');
        return haproxyCommand(place.folder, filled(sample, { ...each(servers, 'server gateway# 10.0.0.1#:3000 port 9464'), ...each(servers, 'server gateway# 10.0.0.1#:3000'), ...words, ...haproxyWords(place) }));
    },
};

const startBalancer = (t, name, servers) => startProxy(t, name, (place) => kBalancers[name](place, servers));

/**
 * A server that sends back what it is sent, with an admin listener that answers /readyz with `ready`, as long as the
 * server does: {port, adminPort, ready, kill(), freeze()}. Ends with the test.
 */
async function startEcho(t) {
    const port = await freePort(), server = { port, adminPort: await freePort(), ready: 200 };
    const child = spawn(kEcho, ['--port', String(port), '--ping-interval', '25000', '--ping-timeout', '20000', '--connect-timeout', '20000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((done) => { child.once('exit', done); });
    await within(10000, 'sio-echo', new Promise((done) => { child.stdout.once('data', done); }));
    let frozen = false;
    const admin = createServer((_, response) => {
        if (frozen) return;
        if (child.exitCode !== null || child.signalCode !== null) return response.destroy();
        response.writeHead(server.ready).end();
    });
    await new Promise((done) => { admin.listen(server.adminPort, '127.0.0.1', done); });
    server.kill = () => { child.kill('SIGKILL'); return ended; };
    server.freeze = () => { frozen = true; child.kill('SIGSTOP'); };
    t.after(async () => {
        await server.kill();
        admin.closeAllConnections();
        admin.close();
    });
    return server;
}

const startEchoes = (t) => Promise.all([1, 2, 3].map(() => startEcho(t)));

/** Clients of the balancer, each from an address of its own (127.0.0.0/8 is all loopback), connected: they come back by themselves. Closed with the test. */
async function connectMany(t, balancer, mode) {
    const clients = [];
    t.after(() => { for (const client of clients) client.close(); });
    for (let i = 0; i < kClients; ++i) {
        const agent = new Agent({ localAddress: `127.0.1.${i + 1}`, keepAlive: true });
        const client = io(`https://127.0.0.1:${balancer.https}`, { transports: kModes[mode], forceNew: true, agent, rejectUnauthorized: false, reconnectionDelay: 100, reconnectionDelayMax: 500, timeout: 5000 });
        Object.assign(client, { left: 0, number: i });
        client.on('disconnect', () => { client.left += 1; });
        clients.push(client);
    }
    await eventually(`${mode}: all are connected`, () => clients.every(({ connected }) => connected), 30000);
    if (mode === 'upgrade') await eventually('all have upgraded', () => clients.every((client) => client.io.engine.transport.name === 'websocket'), 30000);
    return clients;
}

/** Each client gets its own word back, through whatever it is connected by now. */
async function allEcho(clients, word) {
    await Promise.all(clients.map((client) => eventually(`client ${client.number} echoes`, async () => {
        const answer = await within(2000, word, client.timeout(1500).emitWithAck('message-with-ack', `${word}-${client.number}`)).catch(() => null);
        return [answer].flat()[0] === `${word}-${client.number}`;
    }, 45000)));
}


for (const name of Object.keys(kBalancers)) {
    for (const mode of Object.keys(kModes)) {
        test(`${name}: ${kClients} clients by ${mode} over three servers, of which one dies`, { timeout: 180000 }, async (t) => {
            const servers = await startEchoes(t), balancer = await startBalancer(t, name, servers);
            const clients = await connectMany(t, balancer, mode);
            for (const word of ['one', 'two', 'three']) await allEcho(clients, word);
            assert.deepEqual(clients.filter(({ left }) => left > 0).map(({ number }) => number), [], 'nobody has left');
            await servers[0].kill();
            await allEcho(clients, 'four');
            const moved = clients.filter(({ left }) => left > 0).length;
            t.diagnostic(`${moved} of ${kClients} were on the one that died`);
            assert.ok(moved > 2 && moved < kClients - 5, `${moved} have come back: the clients were spread over the servers`);
        });
    }

    test(`${name}: three servers are stopped in turn under load, and no request fails`, { timeout: 180000 }, async (t) => {
        const env = { WGW_SHUTDOWN_DELAY: '2', WGW_DRAIN: '1' };
        const servers = await Promise.all([1, 2, 3].map(() => startServer(t, { env }))), balancer = await startBalancer(t, name, servers);
        const failures = [];
        let asked = 0, over = false;
        const load = Array.from({ length: 4 }, async (_, i) => {
            while (!over) {
                // A POST that is refused for what it says: each server knows nobody.
                const options = i % 2 ? { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } } : {};
                const status = await fetch(`${balancer.url}${i % 2 ? '/api/v1/auth/sign-in' : '/health'}`, options).then(async (response) => { await response.text(); return response.status; }, (error) => error.cause?.code ?? String(error));
                asked += 1;
                if (status !== (i % 2 ? 400 : 200)) failures.push(`${i % 2 ? 'POST' : 'GET'} ${status}`);
                await sleep(5);
            }
        });
        for (const server of servers) {
            const { code } = await server.stop();
            assert.equal(code, 0);
            await server.start();
            await sleep(name === 'haproxy' ? 1500 : 5500); // until the balancer takes it for alive: a check, or fail_timeout
        }
        over = true;
        await Promise.all(load);
        t.diagnostic(`${asked} requests`);
        assert.ok(asked > 300);
        assert.deepEqual(failures, []);
    });

    test(`${name}: a gateway is told whose request it is, and the log has no query`, { timeout: 60000 }, async (t) => {
        const servers = [];
        for (let i = 0; i < 3; ++i) {
            const server = createServer((request, response) => { response.end(JSON.stringify(request.headers)); }), port = await freePort();
            await new Promise((done) => { server.listen(port, '127.0.0.1', done); });
            t.after(() => { server.closeAllConnections(); server.close(); });
            servers.push({ port, adminPort: port });
        }
        const balancer = await startBalancer(t, name, servers);
        for (const url of ['/api', '/socket.io/?transport=websocket', '/socket.io/?transport=polling', '/socket.io/?transport=websocket&sid=a']) {
            const told = await (await fetch(`${balancer.url}${url}${url.includes('?') ? '&' : '?'}token=canary`, { headers: { 'x-forwarded-for': '203.0.113.7', 'x-request-id': 'mine-1' } })).json();
            assert.equal(told['x-forwarded-for'], '203.0.113.7, 127.0.0.1');
            assert.deepEqual([told['x-forwarded-proto'], told.host, told['x-request-id']], ['https', `localhost:${balancer.https}`, 'mine-1']);
        }
        await eventually('the log', async () => (await balancer.log()).includes('mine-1'));
        assert.doesNotMatch(await balancer.log(), /canary/);
    });

    test(`${name}: a POST that has reached a server is never made twice, one that has not goes to another`, { timeout: 60000 }, async (t) => {
        const got = [];
        const servers = [];
        for (let i = 0; i < 3; ++i) {
            // Two of them take a request and die of it; the third is not there.
            const server = createServer((request, response) => {
                if (request.url === '/health' || request.url === '/readyz') return response.end('ok');
                if (request.url.startsWith('/fine')) return response.end('ok');
                got.push(`${request.method} ${request.url}`);
                request.socket.destroy();
            });
            const port = await freePort();
            if (i < 2) await new Promise((done) => { server.listen(port, '127.0.0.1', done); });
            t.after(() => { server.closeAllConnections(); server.close(); });
            servers.push({ port, adminPort: i < 2 ? port : await freePort() });
        }
        const balancer = await startBalancer(t, name, servers);
        // A status, or 0 where the connection was closed without an answer: both say that nobody knows.
        const post = (url) => fetch(`${balancer.url}${url}`, { method: 'POST', body: 'x' }).then(({ status }) => status, () => 0);
        for (let i = 0; i < 9; ++i) assert.equal(await post(`/fine/${i}`), 200, 'although one server refuses connections');
        for (let i = 0; i < 5; ++i) assert.ok([0, 502].includes(await post(`/${i}`)));
        const counts = [0, 1, 2, 3, 4].map((i) => got.filter((line) => line === `POST /${i}`).length);
        assert.ok(counts.every((count) => count <= 1), `each at most once: ${counts}`);
        assert.equal(counts[0], 1);
    });
}

for (const mode of ['polling', 'websocket']) {
    test(`haproxy: a frozen server is noticed, and its clients by ${mode} come back elsewhere`, { timeout: 120000 }, async (t) => {
        const servers = await startEchoes(t), balancer = await startBalancer(t, 'haproxy', servers);
        const clients = await connectMany(t, balancer, mode);
        servers[1].freeze();
        await allEcho(clients, 'on');
        const moved = clients.filter(({ left }) => left > 0).length;
        assert.ok(moved > 2 && moved < kClients - 5, `${moved} have come back`);
    });
}

test('haproxy: a server that says it drains keeps its WebSockets and gets nothing new; when all say so, they are asked all the same', { timeout: 120000 }, async (t) => {
    const servers = await startEchoes(t), balancer = await startBalancer(t, 'haproxy', servers);
    const clients = await connectMany(t, balancer, 'websocket');
    servers[0].ready = 503;
    await eventually('haproxy has seen it', async () => /gateway1 .*(DRAIN|stopping|drain)/i.test(await balancer.log()), 10000);
    const before = (await balancer.log()).split('"gateway":"gateway1"').length;
    const others = await connectMany(t, balancer, 'websocket');
    await allEcho([...clients, ...others], 'on');
    assert.deepEqual([...clients, ...others].filter(({ left }) => left > 0), [], 'nobody had to leave');
    for (const client of others) client.close();
    await sleep(200);
    assert.equal((await balancer.log()).split('"gateway":"gateway1"').length, before, 'no new one has met it');
    for (const server of servers) server.ready = 503;
    await sleep(2500);
    await allEcho(await connectMany(t, balancer, 'upgrade'), 'all the same');
    assert.deepEqual(clients.filter(({ left }) => left > 0), [], 'nobody had to leave');
});

test('nginx: the whole configuration of compose.cluster.yaml serves every transport', { timeout: 120000 }, async (t) => {
    const servers = await Promise.all([1, 2].map(() => startEcho(t)));
    const balancer = await startProxy(t, 'nginx', async (place) => {
        await cp(path(kRoot, 'deploy/nginx/cluster'), path(place.folder, 'wegowhere'), { recursive: true });
        return nginxCommand(place.folder, composeConfiguration(await readFile(path(place.folder, 'wegowhere/compose.conf'), 'utf8'), place, servers));
    }, { scheme: 'http' });
    for (const mode of Object.keys(kModes)) {
        const client = io(balancer.url, { transports: kModes[mode], forceNew: true });
        t.after(() => client.close());
        assert.deepEqual([await within(10000, mode, client.emitWithAck('message-with-ack', mode))].flat(), [mode]);
    }
});

test('no sample repeats what may have been done, or is shorter than the server with a silent client', async () => {
    const nginx = await readFile(path(kRoot, 'deploy/nginx/cluster/locations.conf'), 'utf8'), haproxy = await readFile(path(kRoot, 'deploy/haproxy/wegowhere-cluster.cfg'), 'utf8');
    assert.deepEqual([...nginx.matchAll(/^proxy_next_upstream +(.*);/gm)].map(([, words]) => words), ['error timeout']);
    assert.deepEqual([...haproxy.matchAll(/^ *retry-on (.*)$/gm)].map(([, words]) => words), ['conn-failure']);
    const waits = [/\/socket\.io\/ \{[^}]*proxy_read_timeout (\d+)s/, /\/socket\.io\/ \{[^}]*proxy_send_timeout (\d+)s/, /timeout client (\d+)s/, /timeout server (\d+)s/];
    for (const wait of waits) assert.ok(Number(wait.exec(nginx + haproxy)[1]) > 60, `${wait}`);
});
