// Starts and ends one server process for a test: a folder of its own, a free port, a known secret; ended by its pid.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const kRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const kBinary = resolve(kRoot, process.env.WGW_BIN ?? 'build/wegowhere');
export const kSecret = 'a-secret-of-forty-characters-for-testing';

const given = new Set();

/** Files of tests run beside each other, each in a process: what one is about to listen on should not be given to another. */
const kFirstPort = 20000 + (process.pid % 12) * 1000;

/**
 * A port that nothing listens on. It lies below the range from which the kernel takes the ports of outgoing
 * connections: a client that retries while the server is down could otherwise be given the server's own port, and
 * would connect to itself.
 */
export async function freePort() {
    for (;;) {
        const port = kFirstPort + Math.floor(Math.random() * 1000);
        if (given.has(port)) continue;
        if (await isFree(port)) {
            given.add(port);
            return port;
        }
    }
}

/** Whether nothing listens there, on loopback. */
export function isFree(port) {
    return new Promise((done) => {
        const probe = createServer().once('error', () => done(false));
        probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
    });
}

/** The caller's environment without what would configure a server. */
export function withoutSettings() {
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(WGW_|GATEWAY_|DB_|RMQ_|REDIS_|JWT_SECRET|NODE_TEST)/.test(name)));
}

/** The environment of a server: nothing of the caller's that could configure it, then what the test wants. */
const environment = (own) => ({ ...withoutSettings(), ...own });

/** Runs a command to its end: {code, signal, out, printed}: all that it says, and what is on its standard output alone. Ends it itself after `ms`, and then says so in `out`. */
export async function run(command, { env = {}, cwd, ms = 60000, input } = {}) {
    const child = spawn(command[0], command.slice(1), { env: environment(env), cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '', printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { out += text; });
    child.stdout.on('data', (text) => { printed += text; });
    const timer = setTimeout(() => {
        out += `\n(ended after ${ms} ms)`;
        child.kill('SIGKILL');
    }, ms);
    child.stdin.on('error', () => {}).end(input);
    const [code, signal] = await new Promise((done) => {
        child.once('close', (...end) => done(end)).once('error', (error) => {
            out += `${command[0]}: ${error.message}`;
            done([127, null]);
        });
    });
    clearTimeout(timer);
    return { code, signal, out, printed };
}

export class ServerProcess {
    /** `command` is the program and its arguments; `env` is added to what every test server gets. */
    constructor({ command = [kBinary, 'serve'], env = {}, data, port, adminPort, quiet = true, logLength = 20000 }) {
        Object.assign(this, { command, data, port, adminPort, quiet, logLength, log: '', child: null, onDeath: null });
        this.env = {
            GATEWAY_HOST: '127.0.0.1', GATEWAY_PORT: String(port), WGW_ADMIN_PORT: String(adminPort), WGW_DATA: data,
            WGW_LIMITS: 'bench', JWT_SECRET: kSecret, ...env,
        };
        this.url = `http://127.0.0.1:${port}`;
    }

    get pid() { return this.child?.pid; }
    get pids() { return [this.pid]; }
    get alive() { return this.child !== null && this.child.exitCode === null && this.child.signalCode === null; }

    /** Starts and waits until /health answers. Returns the milliseconds that took. */
    async start({ ms = 30000 } = {}) {
        const began = performance.now();
        const child = spawn(this.command[0], this.command.slice(1), {
            env: environment(this.env), cwd: this.data, stdio: ['ignore', 'pipe', 'pipe'],
        });
        this.child = child;
        this.expected = false;
        // A failed spawn has no exit: it is told apart from a server that ended.
        this.ended = new Promise((done) => {
            child.once('exit', (code, signal) => {
                if (!this.expected) this.onDeath?.({ code, signal });
                done({ code, signal });
            }).once('error', (error) => {
                this.log += `${this.command[0]}: ${error.message}`;
                done({ code: 127, signal: null });
            });
        });
        let over = false;
        this.ended.then(() => { over = true; });
        for (const stream of [child.stdout, child.stderr])
            stream.setEncoding('utf8').on('data', (text) => { this.log = (this.log + text).slice(-this.logLength); });
        while (!(await this.healthy())) {
            if (over) throw new Error(`the server ended before it was ready: ${this.log.trim()}`);
            if (performance.now() - began > ms) {
                await this.kill();
                throw new Error(`the server was not ready after ${ms} ms: ${this.log.trim()}`);
            }
            await sleep(10);
        }
        return Math.round(performance.now() - began);
    }

    /** One bare request on a connection of its own, so that no pool hands out a connection of the process before. */
    healthy() {
        return new Promise((done) => {
            const socket = connect(this.port, '127.0.0.1', () => socket.write('GET /health HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n'));
            socket.setTimeout(1000, () => socket.destroy());
            socket.once('data', (bytes) => {
                done(bytes.toString('latin1').startsWith('HTTP/1.1 200'));
                socket.destroy();
            }).once('error', () => {}).once('close', () => done(false));
        });
    }

    /** kill -9, and wait until it is gone. */
    async kill() { return this.end('SIGKILL', 5000); }

    /** SIGTERM, and wait: {code, signal, ms}. A server that outlives its 30 s is killed, which shows as a signal. */
    async stop({ ms = 32000 } = {}) { return this.end('SIGTERM', ms); }

    /** Ends whatever of it is there. */
    async leave() { if (this.child) await this.kill(); }

    signal(name) { return this.child.kill(name); }

    async end(signal, ms) {
        const began = performance.now();
        this.expected = true;
        if (this.alive) await this.signal(signal);
        const timer = setTimeout(() => this.signal('SIGKILL'), ms);
        const end = await this.ended;
        clearTimeout(timer);
        return { ...end, ms: Math.round(performance.now() - began) };
    }
}

/** One process, unless the run wants the tests to meet a cluster: see shapes.mjs. A test that has a command of its own gets that. */
async function make(options) {
    const shape = process.env.WGW_TEST_SHAPE ?? 'process';
    if (shape === 'process' || options.command) return new ServerProcess(options);
    const { ClusterAsOne } = await import('../cluster/as_one.mjs');
    return ClusterAsOne.make({ shape, ...options });
}

/**
 * A started server in a folder of its own. Given a test context, it is ended and its folder removed with that test;
 * otherwise the caller does so with close().
 */
export async function startServer(t, options = {}) {
    const data = options.data ?? await mkdtemp(join(tmpdir(), 'wegowhere-test-'));
    const server = await make({ ...options, data, port: options.port ?? await freePort(), adminPort: await freePort() });
    server.close = async () => {
        await server.leave();
        if (!options.data) await rm(data, { recursive: true, force: true });
    };
    t?.after(server.close);
    try {
        server.readyMs = await server.start();
    } catch (error) {
        await server.close();
        throw error;
    }
    return server;
}
