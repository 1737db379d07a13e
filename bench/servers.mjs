// The servers of the bench: each started for one run, on processor 0, and ended by its process id.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, rm, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const kRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const kBuild = join(kRoot, 'build');
const kWork = join(kBuild, 'bench-run');  // on the disk that is measured
const kRelay = join(kRoot, 'bench/peers/relay.mjs');
const program = (name) => join(kBuild, 'bin', name);
const relaying = ['--event', 'send', '--receive', 'recv'];

/** The servers by name: `command(port)` starts one, `flags` is what the load generator is told besides. */
export const kServers = {
    floor: { title: 'floor', command: (port) => [program('bench_floor'), port, 'write'], flags: relaying },
    coalesce: { title: 'floor, one send per turn', command: (port) => [program('bench_floor'), port, 'coalesce'], flags: relaying },
    'socketio-ws': { title: 'Socket.IO/ws', command: (port) => [process.execPath, kRelay, 'ws', port], flags: relaying, needs: 'socket.io' },
    'socketio-uws': { title: 'Socket.IO/uWS', command: (port) => [process.execPath, kRelay, 'uws', port], flags: relaying, needs: 'uwebsockets' },
    relay: { title: 'ours, relay', command: (port) => [program('bench_sio_relay'), port], flags: relaying },
    durable: { title: 'ours, durable', command: () => [join(kBuild, 'wegowhere'), 'serve'], seeded: true },
};

/** Why this server cannot be had here; nothing if it can. */
export async function missing(name) {
    const { needs } = kServers[name];
    if (!needs) return null;
    try {
        await stat(join(kRoot, 'bench/peers/node_modules', needs));
        return null;
    } catch {
        return `npm has not installed ${needs}`;
    }
}

export async function run(command, { capture = true } = {}) {
    const child = spawn(command[0], command.slice(1), { stdio: ['ignore', capture ? 'pipe' : 'inherit', 'pipe'] });
    let out = '', errors = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => { out += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
    const [code] = await once(child, 'close');
    return { code, out, errors };
}

async function freePort() {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address();
    probe.close();
    await once(probe, 'close');
    return String(port);
}

const pinned = (processor, command) => ['taskset', '-c', String(processor), ...command];

/** A fresh copy of a data folder with these rooms, and its token file. Seeded once. */
async function seeded({ rooms, members }) {
    const seed = join(kWork, `seed-${rooms}x${members}`), data = join(kWork, 'data'), tokens = `${seed}.tokens`;
    if (!await stat(`${seed}/wegowhere.db`).catch(() => null)) {
        const { code, errors } = await run([program('bench_seed'), seed, tokens, String(rooms), String(members)]);
        if (code !== 0) {
            await rm(seed, { recursive: true, force: true });
            throw new Error(errors);
        }
    }
    await rm(data, { recursive: true, force: true });
    await cp(seed, data, { recursive: true });
    return { data, tokens };
}

async function listening(port, child) {
    for (let left = 500; left > 0; --left) {
        if (child.exitCode !== null) throw new Error('it ended at once');
        const open = await new Promise((done) => {
            const probe = connect(port, '127.0.0.1', () => done(true)).once('error', () => done(false));
            probe.once('connect', () => probe.destroy());
        });
        if (open) return;
        await sleep(20);
    }
    throw new Error('it does not listen after 10 s');
}

/** Starts the server, loads it, ends it: the report of the load generator. */
export async function measure(name, load, { seconds, warmup, drain = 5 }) {
    await mkdir(kWork, { recursive: true });
    const server = kServers[name], port = await freePort(), admin = await freePort();
    const seed = server.seeded ? await seeded(load) : null;
    const env = {
        PATH: process.env.PATH, GATEWAY_HOST: '127.0.0.1', GATEWAY_PORT: port, WGW_ADMIN_PORT: admin, WGW_LIMITS: 'bench', WGW_LOG_LEVEL: 'error',
        ...(seed && { WGW_DATA: seed.data }),
    };
    const [program, ...words] = pinned(0, server.command(port));
    const child = spawn(program, words, { env, cwd: kWork, stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = once(child, 'close');
    try {
        await listening(port, child);
        const flags = Object.entries(load).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
        const { out, errors } = await run(pinned(1, [
            join(kBuild, 'wegowhere'), 'bench', 'rooms', '--url', `http://127.0.0.1:${port}`, '--pid', String(child.pid), '--json', ...flags,
            '--warmup', String(warmup), '--duration', String(seconds), '--drain', String(drain),
            ...(server.flags ?? []), ...(seed ? ['--token-file', seed.tokens] : []),
        ]));
        if (!out) throw new Error(errors.trim());
        return JSON.parse(out);
    } finally {
        child.kill('SIGKILL');
        await ended;
    }
}

/** What the disk takes by itself, in this folder, now. */
export async function measureDisk() {
    await mkdir(kWork, { recursive: true });
    const { code, out, errors } = await run(pinned(0, [program('bench_disk'), kWork]));
    if (code !== 0) throw new Error(errors);
    return JSON.parse(out);
}
