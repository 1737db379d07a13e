// A cluster of images: each role in a container of its own image. The main job works over two gateways, and the whole is rolled under load.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, connectSocket, contents, eventually, makeRoom, messagesOf, signUp } from '../e2e/client.mjs';
import { startCluster } from '../cluster/cluster.mjs';
import { rollUnderLoad } from '../cluster/roll.mjs';
import { Container } from './container.mjs';

test('containers of the four images are a cluster: they talk, are rolled under load with nothing lost, and end with 0', { timeout: 420000 }, async (t) => {
    const env = { WGW_SHUTDOWN_DELAY: '1', WGW_DRAIN: '2', WGW_TRUSTED_PROXIES: '127.0.0.1' };
    const cluster = await startCluster(t, { roles: { gateway: 2, chat: 2 }, env, make: (role, options) => new Container(role, options) });
    const { processes } = cluster, all = Object.values(processes).flat(), [one, two] = processes.gateway;
    for (const container of all) {
        const { code, out } = await container.askHealth();
        assert.equal(code, 0, `${container.role}: ${out}`);
        assert.equal((await container.status()).CapEff, '0'.repeat(16), container.role);
    }
    const grace = await signUp(one, 'grace'), alan = await signUp(two, 'alan'), room = await makeRoom(one, grace, alan);
    const here = await connectSocket(t, one, { user: grace, mode: 'upgrade' }), there = await connectSocket(t, two, { user: alan, mode: 'polling' });
    const texts = ['one', 'two', 'three'];
    for (const content of texts) assert.equal((await ask(here, { room_id: room, content })).success, true);
    for (const socket of [here, there]) await eventually('all is heard', () => contents(socket).length === texts.length);
    assert.deepEqual(contents(there), texts);

    await rollUnderLoad(t, cluster);
    assert.deepEqual((await messagesOf(two, alan, room)).map(({ content }) => content), texts, 'what was stored before is there');
    for (const role of ['gateway', 'chat', 'auth', 'user'])
        for (const end of await Promise.all(processes[role].map((container) => container.stop()))) assert.deepEqual([role, end.code], [role, 0]);
});
