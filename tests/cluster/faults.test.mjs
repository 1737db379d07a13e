// Messages are sent by many clients over two gateways while processes of ours, and the servers that they need, are killed
// and frozen one after the other. Then everything is healed, repeated, probed and read over both gateways, and the checker
// of tests/faults judges what the clients saw.
//
//   WGW_ROUNDS=20 WGW_SEED=7 node --test tests/cluster/faults.test.mjs      for longer, in the order of a run before
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Crowd } from '../faults/crowd.mjs';
import { rest } from '../faults/driver.mjs';
import { Random } from '../faults/random.mjs';
import { judge, played } from './chaos.mjs';
import { startCluster } from './cluster.mjs';

const kRounds = Number(process.env.WGW_ROUNDS ?? 1);
const kSeed = Number(process.env.WGW_SEED ?? Math.floor(Math.random() * 1e9));
const kReplyMs = 10000;   // delivery.md: a living connection hears within it
const kAnswerMs = 6000;   // a request is answered within it, whatever is away
const kPauseMs = [100, 500]; // so little that no server is busy: what is late is so because of a fault
const kReadyMs = 10000;  // until a process is there, and what was away is used again: promised are 5 s, measured on a machine of one's own

class Run {
    constructor(cluster, recorder) {
        const { gateway } = cluster.processes;
        Object.assign(this, { cluster, recorder, random: new Random(kSeed), wrong: [], kinds: new Set() });
        this.processes = Object.values(cluster.processes).flat();
        for (const server of this.processes)
            server.onDeath = ({ code, signal }) => recorder.put('died', { role: server.role, code, signal });
        this.crowd = new Crowd({ urls: gateway.map(({ url }) => url), recorder, random: this.random, replyMs: kReplyMs, pauseMs: kPauseMs });
    }

    note(verdict, detail) { this.wrong.push({ verdict, detail }); }

    async start(server) {
        const ms = await server.start({ ms: 20000 });
        this.recorder.put('ready', { role: server.role, ms });
        if (ms > kReadyMs) this.note('slow-ready', `${server.role} was ready after ${ms} ms, allowed are ${kReadyMs}`);
    }

    async killed(...servers) {
        for (const { role } of servers) this.recorder.put('kill', { role });
        await Promise.all(servers.map((server) => server.kill()));
        await sleep(this.random.int(50, 800));
        await Promise.all(servers.map((server) => this.start(server)));
    }

    async frozen(server, ms) {
        server.child.kill('SIGSTOP');
        await sleep(ms);
        server.child.kill('SIGCONT');
    }

    /** Both gateways, asked once: each has to answer in time, with one of these codes (null: it succeeds). */
    async ask(what, codes) {
        const [{ token }] = this.crowd.clients;
        await Promise.all(this.crowd.urls.map(async (url) => {
            const began = performance.now(), { status, code, unknown } = await rest(url, 'GET', '/api/v1/chat/rooms', { token, ms: kReplyMs });
            const ms = Math.round(performance.now() - began), answer = status === 200 ? null : code;
            if (unknown || ms > kAnswerMs) this.note('slow-answer', `${what}: ${unknown ?? status} after ${ms} ms`);
            else if (!codes.includes(answer) || (answer === 'unavailable' && status !== 503)) this.note('wrong-answer', `${what}: ${status} ${code}`);
        }));
    }

    /** Until both gateways answer as if nothing had been. */
    async recovered(what) {
        const [{ token }] = this.crowd.clients, began = performance.now();
        for (const url of this.crowd.urls)
            while ((await rest(url, 'GET', '/api/v1/chat/rooms', { token, ms: kReplyMs })).status !== 200) {
                if (performance.now() - began > 30000) throw new Error(`${what}: no recovery within 30 s`);
                await sleep(50);
            }
        const ms = Math.round(performance.now() - began);
        this.recorder.put('recovered', { what, ms });
        if (ms > kReadyMs) this.note('slow-recovery', `${what}: used again after ${ms} ms, allowed are ${kReadyMs}`);
    }

    async serverKilled(name, codes) {
        const server = this.cluster[name];
        await server.kill();
        await this.ask(`${name} killed`, codes);
        await sleep(this.random.int(50, 500));
        await server.restart();
        await this.recovered(`${name} killed`);
    }

    async serverFrozen(name, ms, codes) {
        const server = this.cluster[name];
        server.freeze();
        await Promise.all([this.ask(`${name} frozen`, codes), sleep(ms)]);
        server.thaw();
        await this.recovered(`${name} frozen`);
    }

    faults() {
        const { gateway, chat, user: [user], auth: [auth] } = this.cluster.processes, away = ['unavailable'], any = [null, 'unavailable'];
        return {
            'chat killed': () => this.killed(this.random.pick(chat)),
            'all of chat killed': () => this.killed(...chat),
            'chat frozen': () => this.frozen(this.random.pick(chat), 2500),
            'user killed': () => this.killed(user),
            'user frozen': () => this.frozen(user, 1500),
            'auth killed': () => this.killed(auth),
            'auth frozen': () => this.frozen(auth, 1500),
            'gateway killed': () => this.killed(this.random.pick(gateway)),
            'gateway frozen': () => this.frozen(this.random.pick(gateway), 2500),
            'rabbit killed': () => this.serverKilled('rabbit', away),
            'rabbit frozen': () => this.serverFrozen('rabbit', 5500, away),
            'redis killed': () => this.serverKilled('redis', [null]),
            'redis frozen': () => this.serverFrozen('redis', 4000, [null]),
            // Rooms are read from memory or the database, as it happens to be.
            'mongo killed': () => this.serverKilled('mongo', any),
            'mongo frozen': () => this.serverFrozen('mongo', 5500, any),
        };
    }

    async attack() {
        const faults = this.faults();
        for (let round = 0; round < kRounds; ++round)
            for (const name of this.random.shuffle(Object.keys(faults))) {
                this.recorder.put('fault', { name });
                await faults[name]();
                this.kinds.add(name);
                await sleep(this.random.int(200, 1000));
            }
    }

    /** SIGTERM to all, gateways first, and start. */
    async restartAll() {
        const order = ['gateway', 'chat', 'auth', 'user'];
        const before = this.crowd.farewells;
        for (const role of order)
            for (const end of await Promise.all(this.cluster.processes[role].map((server) => server.stop())))
                this.recorder.put('stop', { role, ...end, goodbyes: this.crowd.farewells - before });
        await Promise.all(this.processes.map((server) => this.start(server)));
    }

    async play() {
        const { crowd } = this;
        this.recorder.put('run', { fault: 'cluster', seed: kSeed });
        await crowd.gather();
        const load = crowd.work();
        try {
            await sleep(500);
            await this.attack();
        } finally {
            crowd.pause();
            await load;
        }
        await crowd.heal();
        await crowd.probe();
        await crowd.calm();
        await crowd.readEverything();
        await this.restartAll();
        await crowd.readEverything();
        crowd.leave();
    }

    judge() {
        const { history } = this.recorder;
        const result = judge(history, this.wrong);
        const missed = Object.keys(this.faults()).filter((name) => !this.kinds.has(name));
        if (missed.length) result.voids.push(`never happened: ${missed.join(', ')}`);
        if (result.figures.acked < 300) result.voids.push(`${result.figures.acked} acked sends of 300`);
        if (!result.figures.unknown) result.voids.push('no send was cut off by a fault');
        return result;
    }
}

test('whatever of a cluster is killed or frozen, no message is lost, doubled or out of order', { timeout: 170000 + (kRounds - 1) * 120000 }, async (t) => {
    const cluster = await startCluster(t, { roles: { gateway: 2, chat: 2 } });
    await played(t, 'faults', kSeed, (recorder) => new Run(cluster, recorder));
});
