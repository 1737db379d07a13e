#!/usr/bin/env node
// F1: the server is killed (SIGKILL 0.05 to 1.5 s after it is ready), again and again, while clients with keys and
// retries use it. Then everything is healed, repeated, probed and read, and the checker judges what the clients saw.
//
//   node kill_loop.mjs [--server PATH] [--kills 20] [--acked 1000] [--seconds 0] [--seed N] [--reply-ms 10000]
//                      [--original-double[=DEFECT]] [--keep]
//
//   --seconds N          go on killing for at least so long
//   --acked N            a run with fewer acked sends is void
//   --original-double    run against double.mjs instead, with one of its defects
//   --keep               keep the folder (history, store, server log); it is always kept unless the run passes
//
// Prints one line per anomaly and the summary line; exit 0 only for PASS. The history can be judged again with
// `node checker.mjs FOLDER/history.jsonl`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, kBinary, ServerProcess } from '../e2e/server.mjs';
import { check, report, summary } from './checker.mjs';
import { Recorder } from './driver.mjs';
import { Random } from './random.mjs';
import { Crowd } from './crowd.mjs';

const kReadyMs = 2000;  // until it is ready again

/** Node's parseArgs has no options whose value may be left out: `--original-double` alone means without a defect. */
const words = process.argv.slice(2).map((word) => (word === '--original-double' ? '--original-double=' : word));
const { values: options } = parseArgs({
    args: words,
    options: {
        'server': { type: 'string', default: kBinary }, 'kills': { type: 'string', default: '20' },
        'acked': { type: 'string', default: '1000' }, 'seconds': { type: 'string', default: '0' },
        'seed': { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
        'reply-ms': { type: 'string', default: '10000' }, 'original-double': { type: 'string' }, 'keep': { type: 'boolean' },
    },
});
const number = (name) => {
    const value = Number(options[name]);
    if (options[name] === '' || !Number.isInteger(value) || value < 0) {
        console.error(`--${name} wants a number, not "${options[name]}"`);
        process.exit(2);
    }
    return value;
};
const [kills, acked, seconds, seed, replyMs] = ['kills', 'acked', 'seconds', 'seed', 'reply-ms'].map(number);
const double = options['original-double'];

class Run {
    constructor(folder, port, adminPort) {
        this.random = new Random(seed);
        this.recorder = new Recorder(join(folder, 'history.jsonl'));
        const data = join(folder, 'data');
        mkdirSync(data);
        this.server = new ServerProcess({
            command: double === undefined ? [resolve(options.server), 'serve']
                : [process.execPath, fileURLToPath(new URL('double.mjs', import.meta.url)), 'serve'],
            env: double ? { WGW_DOUBLE_DEFECT: double } : {}, data, port, adminPort,
        });
        this.server.onDeath = ({ code, signal }) => {
            this.recorder.put('died', { code, signal });
            this.diedInPeace?.(new Error('the server ended by itself when no fault was left'));
        };
        this.crowd = new Crowd({ urls: [this.server.url], recorder: this.recorder, random: this.random, replyMs });
    }

    async start() { this.recorder.put('ready', { ms: await this.server.start() }); }

    async killAgainAndAgain() {
        const until = performance.now() + seconds * 1000;
        for (let n = 0; n < kills || performance.now() < until; n++) {
            await sleep(this.random.int(50, 1500));
            if (this.server.alive) {
                this.recorder.put('kill');
                await this.server.kill();
            }
            await this.start();
        }
    }

    /** SIGTERM with everybody connected. Nobody may be sent away for good. */
    async stop() {
        const before = this.crowd.farewells;
        const { code, signal, ms } = await this.server.stop();
        await sleep(100);
        this.recorder.put('stop', { code, signal, ms, goodbyes: this.crowd.farewells - before });
    }

    async play() {
        const { crowd } = this;
        this.recorder.put('run', { fault: 'F1', seed });
        await this.start();
        await crowd.gather();
        const load = crowd.work();
        await this.killAgainAndAgain();
        if (!kills) await sleep(1500);
        crowd.pause();
        await load;
        if (!this.server.alive) await this.start();
        // Each question to a server that is gone would wait for its reply: the first death from here on decides the run.
        const death = new Promise((_, fail) => { this.diedInPeace = fail; });
        await Promise.race([this.verify(), death]);
    }

    /** No fault is left: everything is repeated, probed and read. */
    async verify() {
        const { crowd } = this;
        await crowd.heal();
        await crowd.probe();
        await crowd.calm();
        await crowd.readEverything();
        await this.stop();
        await this.start();
        await crowd.readEverything();
        crowd.leave();
        await this.stop();
    }

    /** The checker's verdict, and what only this loop knows: what it may expect, and whether the planned faults happened. */
    judge() {
        const { history } = this.recorder, events = (e) => history.filter((event) => event.e === e);
        const slow = events('ready').filter(({ ms }) => ms > kReadyMs)
            .map(({ ms }) => ({ verdict: 'slow-ready', detail: `ready after ${ms} ms, promised are ${kReadyMs}` }));
        // Every writer is a member and no limit is on: nothing in the run explains a refusal.
        const refused = events('nack').map(({ c, k, code }) => ({ verdict: 'refused', detail: `${c} was refused key ${k} with ${code}` }));
        const result = check(history, [...slow, ...refused]), { figures, voids } = result;
        if (figures.kills < kills) voids.push(`${figures.kills} kills of ${kills}`);
        if (figures.acked < acked) voids.push(`${figures.acked} acked sends of ${acked}`);
        if (kills && !figures.unknown) voids.push('no send was cut off by a kill');
        if (!this.crowd.cuts && kills >= 3) voids.push('no client cut its own connection');
        voids.push(...this.crowd.failures);
        return result;
    }
}

const folder = mkdtempSync(join(tmpdir(), 'wegowhere-kill-'));
const run = new Run(folder, await freePort(), await freePort());
let passed = false;
try {
    await run.play();
} catch (error) {
    run.crowd.failures.push(error.message);
} finally {
    run.crowd.leave();
    await run.server.kill();
}
const result = run.judge();
passed = !result.anomalies.length && !result.voids.length;
for (const line of report(result)) console.log(line);
console.log(summary(run.recorder.history, result));
run.recorder.close();
if (passed && !options.keep) {
    rmSync(folder, { recursive: true });
} else {
    writeFileSync(join(folder, 'server.log'), run.server.log);
    console.log(`kept ${folder}; run again with --seed ${seed}`);
}
process.exit(passed ? 0 : 1);
