// Where a message of ours spends its time on its way through a cluster: from what /metrics of gateway and chat have summed up.
import { setTimeout as sleep } from 'node:timers/promises';
import { counted } from './cluster_load.mjs';

const kHistograms = { ack: ['gateway', 'wgw_ack_seconds'], served: ['chat', 'wgw_served_seconds'], batch: ['chat', 'wgw_log_batch_seconds'] };

/** Sums and counts until now. */
async function read({ processes }) {
    const found = {};
    for (const [name, [role, metric]] of Object.entries(kHistograms))
        found[name] = { sum: await counted(processes[role], `${metric}_sum`), count: await counted(processes[role], `${metric}_count`) };
    return found;
}

/**
 * Milliseconds of each hop, means of what was sent in these seconds while `running`, the load generator's report, comes about: from
 * a second after its first message on. The last hop is the batch that a message is in; it waits for the batch before, too.
 */
export async function watchHops(cluster, running, seconds) {
    let over = false;
    running.then(() => { over = true; }, () => { over = true; });
    const { count } = (await read(cluster)).ack;
    while (!over && (await read(cluster)).ack.count === count) await sleep(50);
    await sleep(1000);
    const before = await read(cluster);
    await sleep(seconds * 1000);
    const after = await read(cluster), report = await running;
    const mean = (name) => (after[name].sum - before[name].sum) / Math.max(1, after[name].count - before[name].count) * 1e3;
    const [ack, served, batch] = Object.keys(kHistograms).map(mean);
    return {
        'all: from the send to the ack, as the client sees it': report.ack_us.mean / 1e3,
        'client to gateway, and back': report.ack_us.mean / 1e3 - ack,
        'gateway and broker: to chat, and back': ack - served, // in batches, so a call is no one message's
        'chat: until its batch begins, and behind it': served - batch,
        'chat and database: its batch': batch,
    };
}
