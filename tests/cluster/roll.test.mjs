// A rolling restart: every process of a cluster, one by one, behind nginx and under load. Nothing that was acknowledged is lost.
import test from 'node:test';
import { startCluster } from './cluster.mjs';
import { rollUnderLoad } from './roll.mjs';

test('two of each role are rolled under load, and nothing is lost, doubled or out of order', { timeout: 240000 }, async (t) => {
    const env = { WGW_SHUTDOWN_DELAY: '1', WGW_DRAIN: '2', WGW_TRUSTED_PROXIES: '127.0.0.1' };
    await rollUnderLoad(t, await startCluster(t, { roles: { gateway: 2, auth: 2, user: 2, chat: 2 }, env }));
});
