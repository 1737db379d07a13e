#!/usr/bin/env node
// A whole cluster on this machine, to try things on: ./dev cluster [--port N]. RabbitMQ, Redis and MongoDB, two processes of each role,
// and nginx with the configuration of compose.cluster.yaml in front of the gateways.
//
// What it keeps is in one temporary folder, which is gone with it: SIGINT (Ctrl-C) and SIGTERM end the gateways, then the other
// roles, then the servers, each in order; a second one ends them at once. The logs stay in build/log/cluster/. A process that
// ends otherwise is told of and not started again: whoever tries what a cluster does without it has ended it.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeConfiguration, nginxCommand } from '../e2e/proxy.mjs';
import { freePort, isFree, kBinary, kRoot, withoutSettings } from '../e2e/server.mjs';
import { Child } from './child.mjs';
import { startAll, stopAll } from './servers.mjs';

const kRoles = ['user', 'auth', 'chat', 'gateway'];
const kEach = 2;
const kPort = 3000;
const kReadyMs = 60_000;
const kEndMs = 35_000; // a role ends itself after 30 s

const say = (text) => console.log(text);
const answers = (url) => fetch(url, { signal: AbortSignal.timeout(1000) }).then((reply) => reply.ok, () => false);

class LocalCluster {
    constructor(port) {
        Object.assign(this, { port, folder: null, servers: [], roles: [], balancer: null, stopping: false, began: performance.now() });
    }

    progress(text) { say(`${((performance.now() - this.began) / 1000).toFixed(1).padStart(6)} s  ${text}`); }

    async start() {
        this.progress('starting RabbitMQ, Redis and MongoDB');
        this.servers = await startAll();
        this.progress(`the servers answer (${this.servers.map(({ name, readyMs }) => `${name} after ${(readyMs / 1000).toFixed(1)} s`).join(', ')})`);
        this.folder = await mkdtemp(join(tmpdir(), 'wegowhere-cluster-'));
        const url = (wanted) => this.servers.find(({ name }) => name === wanted).url;
        // Read by the roles, and by the commands of an operator who goes to the folder.
        this.settings = {
            RMQ_URL: url('rabbit'), DB_URL: `${url('mongo')}/wegowhere`, REDIS_URL: url('redis'), JWT_SECRET: randomBytes(32).toString('hex'),
            GATEWAY_HOST: '127.0.0.1', WGW_TRUSTED_PROXIES: '127.0.0.1', WGW_DRAIN: '1', WGW_LOG_FORMAT: 'json',
        };
        await writeFile(join(this.folder, '.env'), Object.entries(this.settings).map(([name, value]) => `${name}=${value}\n`).join(''), { mode: 0o600 });
        await mkdir(join(kRoot, 'build/log/cluster'), { recursive: true });
        for (const role of kRoles) for (let i = 1; i <= kEach; ++i) await this.startRole(role, i);
        await Promise.all(this.roles.map((process) => process.until(() => answers(`${process.admin}/readyz`), kReadyMs)));
        this.progress(`${this.roles.length} processes are ready`);
        await this.startBalancer();
        this.progress('the balancer answers');
        for (const child of [...this.roles, this.balancer]) child.ended.then((end) => this.tellOfEnd(child, end));
    }

    child(name, command, env) {
        if (this.stopping) throw new Error('stopped while it started');
        const child = new Child(name, command, { env: { ...withoutSettings(), ...env }, cwd: this.folder, orphan: 'TERM' });
        const log = createWriteStream(join(kRoot, `build/log/cluster/${name.replace(' ', '-')}.log`));
        for (const stream of [child.process.stdout, child.process.stderr]) stream.on('data', (text) => log.write(text));
        child.ended.then(() => log.end());
        return child;
    }

    async startRole(role, number) {
        const admin = await freePort(), port = role === 'gateway' ? await freePort() : null;
        const env = { WGW_ROLE: role, WGW_ADMIN_PORT: String(admin), ...(port && { GATEWAY_PORT: String(port) }) };
        const child = this.child(`${role} ${number}`, [kBinary, 'serve'], env);
        this.roles.push(Object.assign(child, { role, port, admin: `http://127.0.0.1:${admin}`, url: port && `http://127.0.0.1:${port}` }));
    }

    async startBalancer() {
        await cp(join(kRoot, 'deploy/nginx/cluster'), join(this.folder, 'wegowhere'), { recursive: true });
        const gateways = this.roles.filter(({ role }) => role === 'gateway');
        const sample = await readFile(join(this.folder, 'wegowhere/compose.conf'), 'utf8');
        const command = await nginxCommand(this.folder, composeConfiguration(sample, { folder: this.folder, http: this.port }, gateways));
        this.balancer = this.child('balancer', command, {});
        await this.balancer.until(() => answers(`${this.url}/health`), 10_000);
    }

    get url() { return `http://localhost:${this.port}`; }

    tellOfEnd(child, { code, signal }) {
        if (!this.stopping) say(`${child.name} (process ${child.pid}) has ended: ${signal ?? `exit code ${code}`}. The others go on; its log: build/log/cluster/`);
    }

    print() {
        const row = (name, ...rest) => say(`  ${name.padEnd(18)}  ${rest.join('  ')}`);
        say('\n  WeGoWhere Chat, a cluster on this machine\n');
        row('In a browser', `${this.url}/docs`);
        row('API and Socket.IO', `${this.url} (nginx, process ${this.balancer.pid})`);
        for (const { name, admin, url, pid } of this.roles) row(name, `${admin}/readyz?verbose  process ${pid}`, ...(url ? [url] : []));
        for (const { name, url, pid } of this.servers) row(name, url, ...(pid ? [`process ${pid}`] : []));
        row('Logs', 'build/log/cluster/');
        row('Commands', `cd ${this.folder} && ${kBinary} user list`);
        say('\n  Try what happens when one is away: kill -9, -STOP and -CONT with its process id.\n  Stop with Ctrl-C.\n');
    }

    /** Also of what is started halfway. */
    async stop() {
        this.stopping = true;
        const end = (children) => Promise.all(children.map((child) => child.end('SIGTERM', kEndMs)));
        await end(this.roles.filter(({ role }) => role === 'gateway'));
        await end(this.roles);
        await end(this.balancer ? [this.balancer] : []);
        await stopAll();
        if (this.folder) await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
    }

    killAll() {
        for (const child of [...this.roles, this.balancer]) child?.signal('SIGKILL');
    }
}

function portOf(args) {
    if (!args.length) return kPort;
    const port = Number(args[1]);
    return args.length === 2 && args[0] === '--port' && Number.isInteger(port) && port > 0 && port < 65536 ? port : null;
}

async function main(args) {
    const port = portOf(args);
    if (port === null) {
        console.error(`usage: ./dev cluster [--port N]    N: of the balancer (${kPort})`);
        return 2;
    }
    if (!(await isFree(port))) {
        console.error(`port ${port} is in use by another program: stop that one, or ./dev cluster --port N`);
        return 1;
    }
    const cluster = new LocalCluster(port);
    let signals = 0;
    const signalled = new Promise((done) => {
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
            process.on(signal, () => {
                if (++signals > 1) return cluster.killAll();
                say(`\n${signal}: stopping; once more: at once`);
                done(signal);
            });
    });
    const starting = cluster.start();
    let status = 0;
    try {
        if (!(await Promise.race([starting, signalled]))) {
            cluster.print();
            await signalled;
        }
    } catch (error) {
        console.error(`cluster: ${error.message}`);
        status = 1;
    }
    await cluster.stop();
    // What was under way when it was stopped, and has failed because of that: what it made meanwhile goes too.
    if (await starting.then(() => false, () => true)) await cluster.stop();
    say('all of it has ended');
    return status;
}

process.exit(await main(process.argv.slice(2)));
