// A cluster that a test takes for one server: what e2e/server.mjs starts where WGW_TEST_SHAPE is `services` (one process of each role) or
// `balanced` (two of each, behind a balancer). It has the interface of ServerProcess. RabbitMQ and MongoDB are those of the run
// (servers.mjs run), with a vhost and a database for each cluster; Redis, whose channels are the same in all its databases, is its own.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Balancer } from '../e2e/balancer.mjs';
import { freePort } from '../e2e/server.mjs';
import { RoleProcess } from './cluster.mjs';
import { makeVhost, startOwnRedis } from './servers.mjs';

const kCounts = { services: 1, balanced: 2 };
const kRoles = ['user', 'auth', 'chat', 'gateway'];

export class ClusterAsOne {
    static async make({ shape, env = {}, data, port, adminPort, ...options }) {
        const mongo = process.env.WGW_TEST_MONGO_URL ?? needed('WGW_TEST_MONGO_URL');
        const [vhost, redis] = await Promise.all([makeVhost(process.env.WGW_TEST_RMQ_URL ?? needed('WGW_TEST_RMQ_URL')), startOwnRedis()]);
        const where = { RMQ_URL: vhost.url, REDIS_URL: redis.url, DB_URL: `${mongo}/e2e_${process.pid}_${port}` };
        // Commands of an operator who goes to the folder find the cluster.
        await writeFile(join(data, '.env'), Object.entries(where).map(([name, value]) => `${name}=${value}\n`).join(''));
        const cluster = new ClusterAsOne({ vhost, redis, data, port, adminPort, processes: [], env: { ...where, ...env } });
        const gateways = [];
        for (const role of kRoles)
            for (let i = 0; i < kCounts[shape]; ++i) {
                const first = role === 'gateway' && i === 0;
                const process = new RoleProcess(role, {
                    ...options, data, env: cluster.env, adminPort: first ? adminPort : await freePort(),
                    port: first && shape === 'services' ? port : await freePort(),
                });
                cluster.processes.push(process);
                if (role === 'gateway') gateways.push(process);
            }
        if (shape === 'balanced') cluster.balancer = new Balancer(gateways.map((gateway) => gateway.port), { sticky: true });
        return Object.assign(cluster, { gateways });
    }

    constructor(parts) { Object.assign(this, parts, { url: `http://127.0.0.1:${parts.port}`, onDeath: null }); }

    get pids() { return this.processes.map(({ pid }) => pid); }
    get pid() { return this.gateways[0].pid; }
    get alive() { return this.processes.every(({ alive }) => alive); }
    get log() { return this.processes.map(({ log }) => log).join(''); }

    async start({ ms = 60000 } = {}) {
        const began = performance.now();
        for (const process of this.processes) {
            Object.assign(process.env, this.env); // a test may have changed it
            process.onDeath = (end) => this.onDeath?.(end);
        }
        await Promise.all(this.processes.map((process) => process.start({ ms })));
        await this.balancer?.listen(this.port);
        return Math.round(performance.now() - began);
    }

    async kill() {
        this.balancer?.refuse();
        const [end] = await Promise.all(this.processes.filter(({ child }) => child).map((process) => process.kill()));
        return end;
    }

    /** As a rolling stop does it: the gateways first. {code, signal, ms}, of the first that did not end well. */
    async stop(options) {
        const began = performance.now(), ends = [];
        const stop = (all) => Promise.all(all.map(async (process) => { ends.push(await process.stop(options)); }));
        await stop(this.gateways);
        this.balancer?.refuse();
        await stop(this.processes.filter((process) => !this.gateways.includes(process)));
        return { ...(ends.find(({ code }) => code !== 0) ?? ends[0]), ms: Math.round(performance.now() - began) };
    }

    async leave() {
        await this.kill();
        this.balancer?.close();
        await Promise.all([this.redis.stop(), this.vhost.remove()]);
    }
}

function needed(name) {
    throw new Error(`${name} is not set: start the tests with node tests/cluster/servers.mjs run …, or unset WGW_TEST_SHAPE`);
}
