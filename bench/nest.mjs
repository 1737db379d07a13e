#!/usr/bin/env node
// C1: a cluster of ours against the same system on NestJS (tests/interop): gateway, auth, user and chat, one process of each. Run
// by `./dev bench C1`. Exit code 1: a bar was missed.
//
//   node bench/nest.mjs [--rounds 5] [--seconds 5] [--nest 11]
//
// One room of 51, of whom 50 send, with 1 message in flight each. Everything runs on this machine. Rounds are interleaved: each starts
// one system, measures it and ends it, then the other, so that neither has the other beside it, nor what was stored in the round
// before. Both have RabbitMQ and a database that syncs; ours Redis too, which theirs does not need with one gateway. A row is the
// median over the rounds of the ratio within a round.
import { parseArgs } from 'node:util';
import { startCluster } from '../tests/cluster/cluster.mjs';
import { startMongo, startRabbit, stopAll } from '../tests/cluster/servers.mjs';
import { freePort } from '../tests/e2e/server.mjs';
import { startPeer } from '../tests/interop/peers.mjs';
import { counted, load, seats } from './cluster_load.mjs';
import { watchHops } from './hops.mjs';
import { judgeRatios, median, table } from './judge.mjs';

const { values: flags } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '5' }, nest: { type: 'string', default: '11' } } });
const kShape = { rooms: 1, members: 51, senders: 50 };
const kBars = [
    { what: 'messages/s / NestJS', least: 20, of: ({ sent, window_s }) => sent / window_s },
    { what: 'CPU of the processes per message / NestJS', most: 0.1, of: ({ cpu, all_sent }) => Object.values(cpu).reduce((sum, one) => sum + one) / all_sent },
];

/** A system: {url, processes, cluster}; ours alone has the last. */
const kSystems = {
    async ours(t) {
        const cluster = await startCluster(t, { mongo: await startMongo(t, { durable: true }) });
        return { url: cluster.gateway.url, processes: Object.values(cluster.processes).flat(), cluster };
    },
    async theirs(t) {
        const [rabbit, mongo] = await Promise.all([startRabbit(t), startMongo(t, { durable: true })]), port = await freePort();
        const start = async (role, program, args) => {
            const peer = await startPeer(t, program, { version: Number(flags.nest), url: rabbit.url, args });
            return { role, pid: peer.pid, get log() { return peer.log; } };
        };
        const services = await Promise.all(['auth', 'user', 'chat'].map((role) => start(role, 'services.mjs', ['--mongo', `${mongo.url}/nest`, role])));
        const gateway = await start('gateway', 'gateway.mjs', ['--port', String(port)]);
        return { url: `http://127.0.0.1:${port}`, undocumented: true, processes: [...services, gateway] };
    },
};

/** Starts it, loads it, ends it: the report, with `hops` of ours. */
async function measure(name) {
    const ends = [], time = { seconds: Number(flags.seconds), warmup: 1 };
    try {
        const system = await kSystems[name]({ after: (end) => ends.push(end) });
        system.tokens = await seats(system, kShape.rooms, kShape.members);
        if (name === 'theirs') await load(system, kShape, time); // not counted: its code is compiled while it runs
        const running = load(system, kShape, time), hops = system.cluster && await watchHops(system.cluster, running, time.seconds);
        const report = await running;
        process.stderr.write(report.good ? '.' : `! ${report.trouble}\n`);
        return { ...report, hops };
    } finally {
        for (const end of ends.reverse()) await end();
    }
}

const per = (number) => number.toPrecision(3);
process.env.NODE_ENV = 'production';
const rounds = [];
try {
    while (rounds.length < Number(flags.rounds)) rounds.push({ ours: await measure('ours'), theirs: await measure('theirs') });
} finally {
    await stopAll();
}
const rows = judgeRatios('C1', kBars, rounds);
const numbers = Object.keys(kSystems).map((name) => {
    const of = (value) => per(median(rounds.map((round) => value(round[name]))));
    return {
        system: name === 'ours' ? 'ours' : `NestJS ${flags.nest}`, 'messages/s': of(kBars[0].of), 'ack p50 ms': of(({ ack_us }) => ack_us.p50 / 1e3), 'ack p99 ms': of(({ ack_us }) => ack_us.p99 / 1e3),
        ...Object.fromEntries(['gateway', 'chat', 'user', 'auth'].map((role) => [`${role} µs`, of(({ cpu, all_sent }) => cpu[role] * 1e6 / all_sent)])),
        'generator CPU': of(({ own_cpu }) => own_cpu),
    };
});
const way = Object.keys(rounds[0].ours.hops).map((hop) => ({ 'hop of a message of ours': hop, 'ms, mean': per(median(rounds.map(({ ours }) => ours.hops[hop]))) }));
console.log([rows, numbers, way].map(table).join('\n\n'));
process.exit(rows.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0);
