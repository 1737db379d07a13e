// Starts a cluster of ours for a test: RabbitMQ, Redis and MongoDB, and processes of each role on top of them.
import { connect } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, kBinary, ServerProcess } from '../e2e/server.mjs';
import { startMongo, startRabbit, startRedis } from './servers.mjs';

/** A process of a role. It is there when its admin listener says ready. */
export class RoleProcess extends ServerProcess {
    constructor(role, options) {
        super({ ...options, command: [kBinary, 'serve', role] });
        this.role = role;
    }

    healthy() {
        return new Promise((done) => {
            const socket = connect(this.adminPort, '127.0.0.1', () => socket.write('GET /readyz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n'));
            socket.setTimeout(1000, () => socket.destroy());
            socket.once('data', (bytes) => {
                done(bytes.toString('latin1').startsWith('HTTP/1.1 200'));
                socket.destroy();
            }).once('error', () => {}).once('close', () => done(false));
        });
    }
}

/**
 * `count` processes of each of `roles` ({gateway: 2, …}; by default one of each), with servers of their own or those given. The first gateway
 * is `gateway`; `processes.chat[0]` and the like are the others. Ends with the test. `make(role, options)`: a process that is no program of the build folder.
 */
export async function startCluster(t, { roles = {}, rabbit, redis, mongo, env = {}, make = (role, options) => new RoleProcess(role, options) } = {}) {
    const counts = { user: 1, auth: 1, chat: 1, gateway: 1, ...roles };
    const servers = {
        rabbit: rabbit ?? await startRabbit(t), mongo: mongo ?? await startMongo(t),
        redis: redis === null ? null : redis ?? await startRedis(t),
    };
    const data = await mkdtemp(join(tmpdir(), 'wegowhere-cluster-'));
    t?.after(() => rm(data, { recursive: true, force: true }));
    const all = {
        RMQ_URL: servers.rabbit.url, DB_URL: `${servers.mongo.url}/test${process.pid}_${Math.floor(Math.random() * 1e6)}`,
        ...(servers.redis && { REDIS_URL: servers.redis.url }), ...env,
    };
    const cluster = { ...servers, processes: {} };
    for (const [role, count] of Object.entries(counts)) {
        cluster.processes[role] = [];
        for (let i = 0; i < count; ++i) {
            const server = make(role, { data, port: await freePort(), adminPort: await freePort(), env: all });
            t?.after(() => server.child && server.kill());
            cluster.processes[role].push(server);
        }
    }
    await Promise.all(Object.values(cluster.processes).flat().map((server) => server.start({ ms: 30000 })));
    cluster.gateway = cluster.processes.gateway[0];
    return cluster;
}
