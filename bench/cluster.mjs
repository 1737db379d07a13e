#!/usr/bin/env node
// C1: a cluster of ours on RabbitMQ, MongoDB and Redis, with one, two and four chat services. Everything runs on this machine.
//
//   node bench/cluster.mjs [--chat 1,2,4] [--rooms 1,50] [--senders 50] [--seconds 5] [--rounds 3] [--no-redis]
//
// One room: 51 members, of whom 50 send. More: one member each, who sends; so 50 messages are in flight either way. Rounds are
// interleaved: each measures every number of chat services once; the table has medians. The database syncs, as it would for users.
// Without Redis nobody hears who owns a room: any service is asked.
import { parseArgs } from 'node:util';
import { startCluster } from '../tests/cluster/cluster.mjs';
import { startMongo, stopAll } from '../tests/cluster/servers.mjs';
import { counted, load, seats } from './cluster_load.mjs';

const { values: flags } = parseArgs({ options: {
    chat: { type: 'string', default: '1,2,4' }, rooms: { type: 'string', default: '1,50' }, senders: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '3' },
    'no-redis': { type: 'boolean' },
} });
const numbers = (list) => list.split(',').map(Number);
const senders = Number(flags.senders);

async function measure(cluster, rooms, tokens) {
    const { chat } = cluster.processes, processes = Object.values(cluster.processes).flat();
    const fences = await counted(chat, 'wgw_log_fences_total');
    const shape = { rooms, members: rooms === 1 ? senders + 1 : 1, senders: rooms === 1 ? senders : 1 };
    const report = await load({ url: cluster.gateway.url, processes, tokens }, shape, { seconds: flags.seconds, warmup: 1 });
    return {
        good: report.good, rate: report.sent / report.window_s, p50: report.ack_us.p50 / 1e3, p99: report.ack_us.p99 / 1e3,
        fences: (await counted(chat, 'wgw_log_fences_total') - fences) / report.all_sent,
        ...Object.fromEntries(Object.entries(report.cpu).map(([role, seconds]) => [role, seconds * 1e6 / report.all_sent])),
        trouble: report.trouble,
    };
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const kColumns = { rate: 'messages/s', p50: 'ack p50 ms', p99: 'ack p99 ms', fences: 'conflicts per message', gateway: 'gateway µs', chat: 'chat µs', user: 'user µs' };

const clusters = {};
try {
    const mongo = await startMongo(null, { durable: true });
    for (const chat of numbers(flags.chat)) clusters[chat] = await startCluster(null, { mongo, roles: { chat }, ...(flags['no-redis'] && { redis: null }) }); // a broker each: they have the same queues
    const results = {};
    for (const rooms of numbers(flags.rooms)) {
        const tokens = {};
        for (const [chat, cluster] of Object.entries(clusters)) tokens[chat] = await seats(cluster.gateway, rooms, rooms === 1 ? senders + 1 : 1);
        for (let round = 0; round < Number(flags.rounds); ++round)
            for (const [chat, cluster] of Object.entries(clusters)) {
                const result = await measure(cluster, rooms, tokens[chat]);
                (results[`${rooms} | ${chat}`] ??= []).push(result);
                process.stderr.write(result.good ? '.' : `! ${result.trouble}\n`);
            }
    }
    console.log(`\n| rooms | chat services | ${Object.values(kColumns).join(' | ')} |\n|${' --- |'.repeat(2 + Object.keys(kColumns).length)}`);
    for (const [name, list] of Object.entries(results))
        console.log(`| ${name} | ${Object.keys(kColumns).map((key) => median(list.map((result) => result[key])).toPrecision(3)).join(' | ')} |`);
} finally {
    for (const cluster of Object.values(clusters)) await Promise.all(Object.values(cluster.processes).flat().map((server) => server.kill()));
    await stopAll();
}
