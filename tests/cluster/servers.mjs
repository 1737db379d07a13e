#!/usr/bin/env node
// The servers that a cluster needs, for tests: RabbitMQ, Redis and MongoDB, each on a free loopback port with a folder of
// its own under the system's temporary folder, ended by its process id. `./dev setup cluster` brings the programs.
//
//   node tests/cluster/servers.mjs rabbit|redis|mongo…    starts these, prints their URLs, ends them on Ctrl-C
//   node tests/cluster/servers.mjs run <command…>         starts all, runs the command with their URLs in its environment
//
// The URLs stand in WGW_TEST_RMQ_URL, WGW_TEST_REDIS_URL and WGW_TEST_MONGO_URL. One that is set already is used as it is.
// With WGW_TEST_SHAPE set (e2e/shapes.mjs) RabbitMQ has its management API, too, at the port WGW_TEST_RMQ_API: makeVhost() asks it.
// MongoDB is a mongod of the PATH, else FerretDB on PostgreSQL.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, kRoot } from '../e2e/server.mjs';
import { answers, Child } from './child.mjs';

const kUnpacked = join(kRoot, 'build/unpacked/cluster/usr');
const kNobody = 65534; // PostgreSQL refuses to run as root
const kVariables = { rabbit: 'WGW_TEST_RMQ_URL', redis: 'WGW_TEST_REDIS_URL', mongo: 'WGW_TEST_MONGO_URL' };

const running = new Set();

/** The one file or folder of the project with this name, in which a * stands for a version. */
function installed(path) {
    const [folder, pattern] = path.split(/\/(?=[^/]*\*)/);
    const [start] = (pattern ?? '').split('*');
    const name = pattern && existsSync(folder) ? readdirSync(folder).find((entry) => entry.startsWith(start)) : pattern;
    const file = pattern ? join(folder, name ?? pattern) : path;
    if (!existsSync(file)) throw new Error(`there is no ${file}: run ./dev setup cluster`);
    return file;
}

/**
 * A server of the tests. `url` is what a client connects to and `pid` the process that answers there; both stay right
 * over freeze(), thaw(), kill() (-9, as a crash: what was acknowledged is kept) and restart() (on the same port and data).
 * stop() ends it and removes its folder.
 */
class Server {
    constructor(name) {
        Object.assign(this, { name, url: '', pid: undefined, readyMs: 0, folder: null, children: [], stopped: false });
        running.add(this);
    }

    async prepare() {
        this.folder = await mkdtemp(join(tmpdir(), `wegowhere-${this.name}-`));
        this.port = await freePort();
    }

    async start() {
        const began = performance.now();
        try {
            if (!this.folder) await this.prepare();
            await this.launch();
        } catch (error) {
            await this.stop(); // also after a stop() that has come between: of what was made meanwhile
            throw error;
        }
        this.readyMs = Math.round(performance.now() - began);
        return this;
    }

    /** Starts a process of this server; the last one started is the one that clients meet. */
    child(command, options) {
        if (this.stopped) throw new Error(`${this.name} was stopped while it started`);
        const child = new Child(this.name, command, { cwd: this.folder, ...options });
        this.children.push(child);
        this.pid = child.pid;
        return child;
    }

    /** Waits until the child has printed these words and its port answers: on a port that was taken meanwhile, another one would. */
    ready(child, words, bytes, expected, ms) {
        return child.until(async () => child.log.includes(words) && await answers(this.port, bytes, expected), ms);
    }

    get log() { return this.children.map((child) => child.log).join('\n'); }

    freeze() { this.children.at(-1)?.signal('SIGSTOP'); }
    thaw() { this.children.at(-1)?.signal('SIGCONT'); }

    async kill() {
        while (this.children.length) await this.children.pop().end('SIGKILL');
    }

    async restart() {
        await this.kill();
        return this.start();
    }

    async stop() {
        this.stopped = true;
        await this.kill();
        if (this.folder) await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
        this.folder = null;
        running.delete(this);
    }
}

/** A server that somebody else runs: it can be used, but not ended. */
class Given extends Server {
    constructor(name, url) {
        super(name);
        this.url = url;
    }
    async start() { return this; }
    async stop() { running.delete(this); }
    async kill() { throw new Error(`${kVariables[this.name]} names a server that the tests did not start: unset it to let them start one that they may stop`); }
    freeze() { return this.kill(); }
    thaw() { return this.kill(); }
}

class Redis extends Server {
    async launch() {
        this.url = `redis://127.0.0.1:${this.port}`;
        const child = this.child([
            installed(join(kUnpacked, 'bin/redis-server')), '--port', String(this.port), '--bind', '127.0.0.1',
            '--dir', this.folder, '--save', '', '--appendonly', 'no', '--daemonize', 'no',
        ]);
        await this.ready(child, 'Ready to accept connections', 'PING\r\n', (reply) => String(reply).startsWith('+PONG'), 10000);
    }
}

class Rabbit extends Server {
    async prepare() {
        await super.prepare();
        const api = process.env.WGW_TEST_RMQ_API;
        this.distributionPort = await freePort();
        this.epmdPort = await freePort();
        await writeFile(join(this.folder, 'rabbitmq.conf'), [
            `listeners.tcp.1 = 127.0.0.1:${this.port}`, 'loopback_users = none', 'log.console = true', 'log.file = false',
            ...(api ? ['management.tcp.ip = 127.0.0.1', `management.tcp.port = ${api}`, 'management_agent.disable_metrics_collector = true'] : []), '',
        ].join('\n'));
        await writeFile(join(this.folder, 'plugins'), api ? '[rabbitmq_management].\n' : '[].\n');
    }

    async launch() {
        const erlang = join(kUnpacked, 'lib/erlang');
        this.bin = join(installed(join(erlang, 'erts-*')), 'bin');
        const home = installed(join(kUnpacked, 'lib/rabbitmq/lib/rabbitmq_server-*'));
        const node = `wegowhere-${this.port}@127.0.0.1`;
        const at = (name) => join(this.folder, name);
        this.url = `amqp://guest:guest@127.0.0.1:${this.port}`;
        const child = this.child([
            join(this.bin, 'erlexec'), '-noinput', '-boot', 'start_sasl', '-s', 'rabbit', 'boot', '-pa', '',
            // It has its name and its port before RabbitMQ asks for them, so that no epmd is started, which would stay. The one it
            // starts every minute all the same is in vain: ./dev puts an empty script in the place of erl.
            '-name', node, '-setcookie', 'tests', '-start_epmd', 'false', '-erl_epmd_port', String(this.distributionPort),
            '-kernel', 'inet_dist_use_interface', '{127,0,0,1}', '-kernel', 'prevent_overlapping_partitions', 'false',
            '-syslog', 'logger', '[]', '-syslog', 'syslog_error_logger', 'false',
            '+W', 'w', '+sbwt', 'none', '+sbwtdcpu', 'none', '+sbwtdio', 'none',
        ], {
            env: {
                PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: this.folder, ROOTDIR: erlang, BINDIR: this.bin, EMU: 'beam', PROGNAME: 'erl',
                ERL_LIBS: join(home, 'plugins'), ERL_CRASH_DUMP_SECONDS: '0', ERL_EPMD_PORT: String(this.epmdPort), SYS_PREFIX: '', RABBITMQ_HOME: home, RABBITMQ_PLUGINS_DIR: join(home, 'plugins'),
                RABBITMQ_NODENAME: node, RABBITMQ_USE_LONGNAME: 'true', RABBITMQ_BASE: this.folder, RABBITMQ_MNESIA_BASE: at('mnesia'),
                RABBITMQ_LOG_BASE: at('log'), RABBITMQ_LOGS: '-', RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'), RABBITMQ_CONF_ENV_FILE: at('none'),
                RABBITMQ_ENABLED_PLUGINS_FILE: at('plugins'), RABBITMQ_DIST_PORT: String(this.distributionPort),
            },
        });
        await this.ready(child, 'started TCP listener on', 'AMQP\0\0\x09\x01', (reply) => reply[0] === 1, 120000);
    }
}

/** {ping: 1, $db: "admin"} as OP_MSG. */
const kPing = Buffer.from('330000000100000000000000dd07000000000000001e0000001070696e67000100000002246462000600000061646d696e0000', 'hex');

class Mongod extends Server {
    constructor(name, file) {
        super(name);
        this.file = file;
    }
    async launch() {
        this.url = `mongodb://127.0.0.1:${this.port}`;
        await mkdir(join(this.folder, 'data'), { recursive: true });
        const child = this.child([this.file, '--dbpath', join(this.folder, 'data'), '--port', String(this.port), '--bind_ip', '127.0.0.1', '--nounixsocket']);
        await this.ready(child, 'Waiting for connections', kPing, (reply) => reply.length > 16, 30000);
    }
}

class Ferret extends Server {
    async prepare() {
        await super.prepare();
        const root = process.getuid() === 0;
        // With the right to read what only root may: the project may lie in a folder that is closed to others.
        this.as = root ? ['--reuid', `${kNobody}`, '--regid', `${kNobody}`, '--clear-groups', '--inh-caps', '-all,+dac_override', '--ambient-caps', '-all,+dac_override'] : [];
        this.bin = installed(join(kUnpacked, 'lib/postgresql/15/bin'));
        this.env = { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: this.folder, TZ: 'UTC' };
        await mkdir(join(this.folder, 'data'));
        if (root) {
            for (const folder of [this.folder, join(this.folder, 'data')]) await chown(folder, kNobody, kNobody);
            await chmod(this.folder, 0o711);
        }
        const init = this.child([
            join(this.bin, 'initdb'), '--pgdata', join(this.folder, 'data'), '--username', 'wegowhere', '--auth', 'trust', '--encoding', 'UTF8',
            '--locale', 'C', '--no-sync', '--no-instructions',
        ], { as: this.as, env: this.env, cwd: this.folder });
        const { code, signal } = await init.ended;
        if (code !== 0) throw new Error(`initdb ended with ${signal ?? code}:\n${init.tail()}`);
        this.children = [];
    }

    async launch() {
        const ferretdb = installed(join(kRoot, 'build/ferretdb'));
        this.url = `mongodb://127.0.0.1:${this.port}`;
        // The kernel keeps what a killed process has written: only a power cut would need fsync, and a measurement.
        const settings = {
            listen_addresses: '', unix_socket_directories: this.folder, fsync: this.durable ? 'on' : 'off', max_connections: '1000', jit: 'off',
            dynamic_shared_memory_type: 'mmap', shared_buffers: '64MB',
        };
        this.postgres = this.child([
            join(this.bin, 'postgres'), '-D', join(this.folder, 'data'), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
        ], { as: this.as, env: this.env, orphan: 'QUIT' }); // QUIT leaves no shared memory behind, and no child
        await this.postgres.until(() => this.postgres.log.includes('ready to accept connections'), 30000);
        // By itself its pool has four connections, and queries that wait for each other in it hang.
        const child = this.child([ferretdb, `127.0.0.1:${this.port}`, `postgres:///postgres?host=${encodeURIComponent(this.folder)}&user=wegowhere&pool_max_conns=100`]);
        await this.ready(child, 'ferretdb: listening', kPing, (reply) => reply.length > 16, 30000);
    }

    /** As for a mongod: what is under way is lost, what was acknowledged is kept. */
    async kill() {
        while (this.children.length) await this.children.pop().end(this.children.length ? 'SIGKILL' : 'SIGQUIT');
    }
}

function fromPath(name) {
    return process.env.PATH.split(delimiter).filter(Boolean).map((folder) => resolve(folder, name)).find((file) => existsSync(file));
}

/** A given or a started server, which ends with the test if there is a test context. */
async function begin(t, name, make) {
    const given = process.env[kVariables[name]];
    const server = given ? new Given(name, given) : make();
    t?.after(() => server.stop());
    return server.start();
}

export const startRabbit = (t) => begin(t, 'rabbit', () => new Rabbit('rabbit'));
export const startRedis = (t) => begin(t, 'redis', () => new Redis('redis'));
/** `durable`: what is confirmed would survive a power cut, too. */
export const startMongo = (t, { durable = false } = {}) => begin(t, 'mongo', () => {
    const mongod = fromPath('mongod');
    return mongod ? new Mongod('mongo', mongod) : Object.assign(new Ferret('mongo'), { durable });
});

/** A Redis that no other test uses. */
export const startOwnRedis = () => new Redis('redis').start();

/** A vhost of its own on the broker with this URL: {url, remove()}. */
export async function makeVhost(url) {
    const name = `e2e-${process.pid}-${Math.floor(Math.random() * 1e9)}`;
    const ask = async (method, path, body) => {
        const response = await fetch(`http://127.0.0.1:${process.env.WGW_TEST_RMQ_API}/api/${path}`, {
            method, headers: { authorization: `Basic ${btoa('guest:guest')}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body),
        });
        if (!response.ok) throw new Error(`${method} ${path} of RabbitMQ: ${response.status} ${await response.text()}`);
    };
    await ask('PUT', `vhosts/${name}`);
    await ask('PUT', `permissions/${name}/guest`, { configure: '.*', write: '.*', read: '.*' });
    return { url: `${url}/${name}`, remove: () => ask('DELETE', `vhosts/${name}`) };
}

const kStart = { rabbit: startRabbit, redis: startRedis, mongo: startMongo };

/** All of these at once; a failure of one ends the others. */
async function startEach(names) {
    const results = await Promise.allSettled(names.map((name) => kStart[name]()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return results.map((result) => result.value);
}

export const startAll = () => startEach(Object.keys(kStart));
export const stopAll = () => Promise.all([...running].map((server) => server.stop()));

async function main(args) {
    const [first, ...rest] = args;
    const names = first === 'run' ? Object.keys(kStart) : args;
    if (!names.length || (first === 'run' && !rest.length) || names.some((name) => !(name in kStart))) {
        console.error('usage: servers.mjs run <command…>\n       servers.mjs rabbit|redis|mongo…');
        return 2;
    }
    let passOn = null; // to a command, which then ends by itself
    const signalled = new Promise((done) => {
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
            process.on(signal, () => {
                passOn?.(signal);
                done(128 + constants.signals[signal]);
            });
    });
    const command = (urls) => new Promise((done) => {
        const child = spawn(rest[0], rest.slice(1), { env: { ...process.env, ...urls }, stdio: 'inherit' });
        passOn = (signal) => child.kill(signal);
        child.once('error', (error) => {
            console.error(`${rest[0]}: ${error.message}`);
            done(127);
        }).once('exit', (code, signal) => done(code ?? 128 + constants.signals[signal]));
    });
    if (process.env.WGW_TEST_SHAPE) process.env.WGW_TEST_RMQ_API ??= String(await freePort());
    try {
        const servers = await Promise.race([startEach(names), signalled]);
        if (!Array.isArray(servers)) return servers;
        for (const { name, url, readyMs, pid } of servers) console.error(`${name}: ${pid ? `ready after ${readyMs} ms, process ${pid}` : 'given'}: ${url}`);
        const urls = Object.fromEntries(servers.map(({ name, url }) => [kVariables[name], url]));
        if (first === 'run') return await command(urls);
        for (const [variable, url] of Object.entries(urls)) console.log(`${variable}=${url}`);
        const ended = ({ name, children }) => children.at(-1)?.ended.then(() => {
            console.error(`${name} ended by itself`);
            return 1;
        });
        return await Promise.race([signalled, ...servers.filter(({ pid }) => pid).map(ended)]);
    } catch (error) {
        console.error(`servers.mjs: ${error.message}`);
        return 1;
    } finally {
        await stopAll();
    }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) process.exit(await main(process.argv.slice(2)));
