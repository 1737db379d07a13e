// Loads a system that consists of several processes, ours or another, and reads what each of them has taken of the processor.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { join as joinRoom, makeRoom, signUp } from '../tests/e2e/client.mjs';
import { kRoot, run } from './servers.mjs';

const kTicksPerSecond = 100; // of /proc/<pid>/stat, everywhere on Linux
const kFolder = join(kRoot, 'build/bench-run');

/** Seconds of CPU of a process so far, without its children's. */
function cpuOf(pid) {
    const [utime, stime] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13);
    return (Number(utime) + Number(stime)) / kTicksPerSecond;
}

/** Servers that have just started may answer late, and then with 503: it is asked again. */
async function patiently(ask) {
    for (let tries = 1; tries < 5; ++tries)
        try {
            return await ask();
        } catch (error) {
            if (error.actual !== 503) throw error;
        }
    return ask();
}

/** Users, rooms and their members over REST: lines of a token file. */
export async function seats(gateway, rooms, members) {
    const lines = [];
    for (let room = 0; room < rooms; ++room) {
        const users = [];
        while (users.length < members) users.push(...await Promise.all(Array.from({ length: Math.min(8, members - users.length) }, () => patiently(() => signUp(gateway)))));
        const id = await patiently(() => makeRoom(gateway, users[0]));
        for (const user of users.slice(1)) await patiently(() => joinRoom(gateway, user, id));
        lines.push(...users.map(({ token }) => `${token} ${id}\n`));
    }
    return lines.join('');
}

/** What these processes of ours have counted, by a name of /metrics without labels, all together. */
export async function counted(processes, name) {
    let sum = 0;
    for (const { adminPort } of processes) {
        const page = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
        for (const [, value] of page.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.e+]+)$`, 'gm'))) sum += Number(value);
    }
    return sum;
}

/**
 * The report of the load generator, and `cpu`: seconds of each process of `processes` ([{role, pid, log}]) by role, while it ran.
 * `shape`: {rooms, members, senders}, `time`: {seconds, warmup}.
 */
export async function load({ url, processes, tokens }, { rooms, members, senders }, { seconds, warmup }) {
    await mkdir(kFolder, { recursive: true });
    const file = join(kFolder, 'cluster.tokens');
    await writeFile(file, tokens);
    const before = processes.map(({ pid }) => cpuOf(pid));
    const { out, errors } = await run([
        join(kRoot, 'build/wegowhere'), 'bench', 'rooms', '--url', url, '--token-file', file, '--json',
        '--rooms', String(rooms), '--members', String(members), '--senders', String(senders), '--window', '1', '--connecting', '8', '--warmup', String(warmup), '--duration', String(seconds),
    ]);
    if (!out) throw new Error([errors.trim(), ...processes.map(({ role, log }) => `${role}: ${log.trim().split('\n').slice(-4).join('\n  ')}`)].join('\n'));
    const cpu = {};
    processes.forEach(({ role, pid }, i) => { cpu[role] = (cpu[role] ?? 0) + cpuOf(pid) - before[i]; });
    return { ...JSON.parse(out), cpu };
}
