// The recorded cases of the original, over a real broker: those that speak to its queues first with peers on NestJS in every
// place, so that a case that fails with ours in one of them says something about ours; then all with ours.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort, kBinary, kSecret, run, startServer } from '../e2e/server.mjs';
import { kFiles } from '../golden/files.mjs';
import { kVersions } from '../interop/nest.mjs';
import { startPeer } from '../interop/peers.mjs';
import { startCluster } from './cluster.mjs';
import { startMongo, startRabbit, startRedis } from './servers.mjs';

const kGolden = fileURLToPath(new URL('../golden/', import.meta.url));
const kModules = fileURLToPath(new URL('../interop', import.meta.url)); // where amqplib is

let rabbit, redis, mongo;
before(async () => { [rabbit, redis, mongo] = await Promise.all([startRabbit(), startRedis(), startMongo()]); }, { timeout: 150000 });
after(() => Promise.all([rabbit, redis, mongo].map((server) => server?.stop())));

/** Replays a file of recorded cases and asserts that all pass: at least `count`, which is how many there are with those it needs. */
async function replay(t, file, base, count, options) {
    const { out } = await run([
        process.execPath, `${kGolden}replay.mjs`, '--base', base, '--secret', kSecret, '--modules', kModules, '--amqp', rabbit.url, ...options, `${kGolden}${file}.json`,
    ], { ms: 120000 });
    const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(out) ?? assert.fail(`replay.mjs did not finish: ${out.slice(-2000)}`);
    assert.equal(Number(failed), 0, out);
    assert.ok(Number(passed) >= count, `only ${passed} cases ran: ${out}`);
    t.diagnostic(`${file}: ${passed} passed`);
}

// The mode with none of our differences: 0x ids, members only, and so on.
const kAsRecorded = ['--mode', 'reference'];

for (const version of kVersions) {
    test(`recorded queue cases hold for a gateway and services on NestJS ${version}`, { timeout: 300000 }, async (t) => {
        const port = await freePort();
        const base = `http://127.0.0.1:${port}`;
        await startPeer(t, 'gateway.mjs', { version, url: rabbit.url, args: ['--port', String(port)] });
        // The tool plays the services, so they start after it.
        await replay(t, 'rabbitmq-gateway', base, 32, [...kAsRecorded, '--gateway-only']);
        await startPeer(t, 'services.mjs', { version, url: rabbit.url });
        await replay(t, 'rabbitmq-services', base, 63, kAsRecorded);
    });
}

/** Ours, on a database of their own, with the limits that a server has by default: they must let the recorded cases through. */
const startOurs = (t, roles = {}) => startCluster(t, { rabbit, redis, mongo, roles, env: { WGW_LIMITS: undefined } });

test('recorded queue cases hold for our gateway', { timeout: 300000 }, async (t) => {
    const gateway = await startServer(t, {
        command: [kBinary, 'serve', 'gateway'], env: { RMQ_URL: rabbit.url, REDIS_URL: redis.url, WGW_LIMITS: undefined },
    });
    await replay(t, 'rabbitmq-gateway', gateway.url, 32, ['--gateway-only']);
});

test('recorded queue cases hold for our services', { timeout: 300000 }, async (t) => {
    const { gateway } = await startOurs(t);
    await replay(t, 'rabbitmq-services', gateway.url, 63, []);
});

for (const file of kFiles) {
    test(`recorded cases of ${file} hold for a cluster of ours`, { timeout: 300000 }, async (t) => {
        const { gateway } = await startOurs(t);
        await replay(t, file, gateway.url, 1, []);
    });
}
