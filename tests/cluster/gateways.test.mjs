// Three gateways behind a balancer that knows no sessions: what the official suites ask of a WebSocket holds as for one server, and
// clients of all three hear each other. Whoever polls needs more of a balancer: tests/deploy/balancers.test.mjs.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isOfEveryServer, isWebSocket, official } from '../conformance/official_cases.mjs';
import { cases } from '../conformance/target.mjs';
import { Balancer } from '../e2e/balancer.mjs';
import { ask, connectSocket, contents, eventually, makeRoom, openSocket, signUp } from '../e2e/client.mjs';
import { freePort } from '../e2e/server.mjs';
import { startCluster } from './cluster.mjs';

test('three gateways without sticky sessions', { timeout: 180000 }, async (t) => {
    const { processes: { gateway } } = await startCluster(t, {
        roles: { gateway: 3 }, env: { WGW_LIMIT_PING_INTERVAL_S: '1', WGW_LIMIT_PING_TIMEOUT_S: '1' },
    });
    const balancer = new Balancer(gateway.map(({ port }) => port)), port = await freePort();
    await balancer.listen(port);
    t.after(() => balancer.close());
    const server = { port, url: `http://127.0.0.1:${port}`, path: '/socket.io/', mode: 'chat', modes: ['websocket'], pingInterval: 1000, pingTimeout: 1000 };

    for (const [part, rows] of Object.entries(official('sio', { calm: server, quick: server })))
        await cases(t, part, server, rows.filter((row) => isWebSocket(row) && isOfEveryServer(row)));

    await t.test('CONNECT is answered by each as by one: accepted, refused for its token, unknown', async (t) => {
        const grace = await signUp(server, 'grace');
        for (let i = 0; i < gateway.length; ++i) {
            const good = await connectSocket(t, server, { user: grace });
            await eventually('system.hello', () => good.got['system.hello'].length === 1);
            const bad = openSocket(t, server, { auth: { token: 'not.a.token' } });
            await eventually('connect_error', () => bad.got.connect_error.length === 1);
            assert.equal(bad.got.connect_error[0].data.data.message, 'invalid token');
            const nowhere = openSocket(t, { ...server, url: `${server.url}/nowhere` }, { user: grace });
            await eventually('connect_error', () => nowhere.got.connect_error.length === 1);
            assert.equal(nowhere.got.connect_error[0].message, 'Invalid namespace');
        }
    });

    await t.test('what one client says, those at the other gateways hear, in one order', async (t) => {
        const grace = await signUp(server, 'grace'), room = await makeRoom(server, grace), sockets = [];
        for (let i = 0; i < 6; ++i) sockets.push(await connectSocket(t, server, { user: grace }));
        for (let i = 0; i < 30; ++i) assert.equal((await ask(sockets[i % 6], { room_id: room, content: `m${i}` })).success, true);
        const said = Array.from({ length: 30 }, (_, i) => `m${i}`);
        for (const socket of sockets) await eventually('all is heard', () => contents(socket).length === 30);
        for (const socket of sockets) assert.deepEqual(contents(socket), said);
    });

    assert.ok(balancer.counts.every((count) => count > 10), `each gateway had its part: ${balancer.counts}`);
});
