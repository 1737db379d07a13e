// docs/bench.md: the last table, with what it was measured on.
import { readFile } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { run } from './servers.mjs';
import { kScenarios } from './scenarios.mjs';

async function read(file) {
    return (await readFile(file, 'utf8').catch(() => '')).trim();
}

const version = async (name) => JSON.parse(await read(new URL(`peers/node_modules/${name}/package.json`, import.meta.url)) || '{"version":"none"}').version;

export async function page(tables, { ids, planned, skipped, quick }) {
    const commit = (await run(['git', 'rev-parse', '--short', 'HEAD'])).out.trim();
    const mitigations = (await run(['sh', '-c', 'cat /sys/devices/system/cpu/vulnerabilities/* | grep -c Mitigation'])).out.trim();
    const scenarios = ids.map((id) => `- **${id}** ${kScenarios[id].title}`).join('\n');
    const missing = Object.entries(skipped).map(([name, reason]) => `- skipped: ${name}, ${reason}`).join('\n');
    return `# What it does, measured

Made by \`./dev bench ${ids.join(' ')}${quick ? ' --quick' : ''} --rounds ${planned} --write\`: ${planned} rounds${quick ? '' : ' or twice as many'}, each with every server once, server on processor 0, load
generator on processor 1, loopback, messages of 120 bytes. A row is the median over the rounds of the ratio *within* a round, with the
smallest and the largest. *relay* is our Socket.IO library doing what the peers do; *durable* is the chat server with tokens, membership,
a log in SQLite synced before anybody is told, and an ack: its CPU is without the store's thread, which has a column of its own below,
and its latency is compared with the floor's plus that of a commit alone. The *floor* is a bare epoll loop with one \`send()\` per message
and receiver. The load generator checks every delivery; "lost" counts are over whole runs.

${new Date().toISOString().slice(0, 10)}, commit ${commit}, ${cpus().length} processors ${cpus()[0].model}, Linux ${release()}, ${mitigations} CPU mitigations, Node.js ${process.version},
Socket.IO ${await version('socket.io')}, uwebsockets ${await version('uwebsockets')}.

${scenarios}

${tables.rows}

## The numbers behind it

Medians. Absolute numbers are those of one machine with neighbours.

${tables.numbers}

${missing}
Not measured: TLS, long-polling, real networks, more than two processors, long soaks.
`;
}
