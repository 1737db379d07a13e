// Rolls a cluster while it is used: each process is ended with SIGTERM and started again, one at a time, as docs/operations.md says, with the
// configuration of compose.cluster.yaml in front of the gateways. The checker of tests/faults judges what the clients saw.
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Crowd } from '../faults/crowd.mjs';
import { Random } from '../faults/random.mjs';
import { composeConfiguration, nginxCommand, startProxy } from '../e2e/proxy.mjs';
import { kRoot } from '../e2e/server.mjs';
import { judge, played } from './chaos.mjs';

const kReplyMs = 10_000, kReadyMs = 30_000;
const kOrder = ['auth', 'user', 'chat', 'gateway'];
const kBetweenMs = { gateway: 6000 }; // longer than nginx leaves one alone that has refused a connection
const kPauseMs = [100, 500]; // of a writer: so little that no server is busy, and what fails does so because of the roll
const kLeastAcked = 200;

const balancerOf = (t, gateways) => startProxy(t, 'nginx', async (place) => {
    await cp(join(kRoot, 'deploy/nginx/cluster'), join(place.folder, 'wegowhere'), { recursive: true });
    return nginxCommand(place.folder, composeConfiguration(await readFile(join(place.folder, 'wegowhere/compose.conf'), 'utf8'), place, gateways));
}, { scheme: 'http' });

class Roll {
    constructor(cluster, { url, recorder, seed }) {
        Object.assign(this, { cluster, recorder, refused: [] });
        this.crowd = new Crowd({ urls: [url], recorder, random: new Random(seed), replyMs: kReplyMs, pauseMs: kPauseMs });
        recorder.put('run', { fault: 'roll', seed });
    }

    async one(server) {
        const { recorder, crowd } = this, before = crowd.farewells;
        const end = await server.stop();
        recorder.put('stop', { role: server.role, ...end, goodbyes: crowd.farewells - before });
        recorder.put('ready', { role: server.role, ms: await server.start({ ms: kReadyMs }) });
        await sleep(kBetweenMs[server.role] ?? 500);
    }

    async play() {
        const { crowd, cluster: { processes } } = this;
        await crowd.gather();
        const load = crowd.work();
        try {
            for (const role of kOrder) for (const server of processes[role]) await this.one(server);
        } finally {
            crowd.pause();
            await load;
        }
        await crowd.heal();
        await crowd.probe();
        await crowd.calm();
        await crowd.readEverything();
    }

    judge() {
        const { history } = this.recorder;
        const result = judge(history), stops = history.filter(({ e }) => e === 'stop').length, all = Object.values(this.cluster.processes).flat().length;
        if (stops !== all) result.voids.push(`${stops} of ${all} processes were rolled`);
        if (result.figures.acked < kLeastAcked) result.voids.push(`${result.figures.acked} acked sends of ${kLeastAcked}`);
        return result;
    }
}

/** Rolls a cluster of startCluster() with two gateways, and fails with what was lost. */
export async function rollUnderLoad(t, cluster, { seed = Number(process.env.WGW_SEED ?? Math.floor(Math.random() * 1e9)) } = {}) {
    const { url } = await balancerOf(t, cluster.processes.gateway);
    const history = await played(t, 'roll', seed, (recorder) => new Roll(cluster, { url, recorder, seed }));
    for (const { role, ms } of history.filter(({ e }) => e === 'stop')) t.diagnostic(`${role} ended within ${ms} ms`);
}
