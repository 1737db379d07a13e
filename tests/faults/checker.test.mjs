// The checker is tested before anything is tested with it: clean histories raise nothing, every anomaly is named.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { check, summary } from './checker.mjs';
import { cleanHistory } from './generate.mjs';
import { planters } from './plant.mjs';
import { Random } from './random.mjs';

const kClean = 300, kPlanted = 100;

test(`${kClean} clean histories raise no alarm`, () => {
    for (let seed = 1; seed <= kClean; seed++) {
        const { anomalies, voids } = check(cleanHistory(seed));
        assert.deepEqual([...anomalies, ...voids], [], `false alarm with seed ${seed}`);
    }
});

test('clean histories contain what the judges look at', () => {
    const seen = {};
    for (let seed = 1; seed <= 20; seed++) for (const { e } of cleanHistory(seed)) seen[e] = (seen[e] ?? 0) + 1;
    for (const e of ['send', 'ack', 'nack', 'unknown', 'recv', 'read', 'kill', 'ready', 'probe', 'reuse', 'drain'])
        assert.ok(seen[e] >= 20, `only ${seen[e] ?? 0} "${e}" in 20 histories`);
});

for (const [verdict, { plant, also = [] }] of Object.entries(planters)) {
    test(`${verdict} is found ${kPlanted} times of ${kPlanted}, and nothing unrelated`, () => {
        for (let seed = 1; seed <= kPlanted; seed++) {
            const history = cleanHistory(seed);
            plant(history, new Random(seed * 7919));
            const found = new Set(check(history).anomalies.map((anomaly) => anomaly.verdict));
            assert.ok(found.has(verdict), `seed ${seed}: not found; found were: ${[...found].join(', ') || 'none'}`);
            for (const other of found)
                assert.ok(other === verdict || also.includes(other), `seed ${seed}: also found ${other}`);
        }
    });
}

test('a room that was never read in full makes the run void', () => {
    const history = cleanHistory(1).filter(({ e, final, room }) => !(e === 'read' && final && room === 'r1'));
    const result = check(history);
    assert.deepEqual(result.voids, ['room r1 was not read in full']);
    assert.match(summary(history, result), /^chaos made: VOID /);
});

test('a hole that the server announced is healed, not a loss', () => {
    const history = cleanHistory(3);
    planters['never-delivered'].plant(history, new Random(5));
    const { anomalies } = check(history);
    const lost = anomalies[0].detail.match(/^(\w+) never got seq \d+ of room (\w+) on connection (\d+)$/);
    history.splice(-1, 0, { t: history.at(-1).t, e: 'resync', c: lost[1], room: lost[2], conn: Number(lost[3]) });
    const result = check(history.filter(({ e }) => e !== 'drain'));
    assert.deepEqual(result.anomalies, []);
    assert.equal(result.figures['holes-healed'], 1);
});

test('the command prints one line per anomaly and the summary, and exits 1', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'checker-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const command = fileURLToPath(new URL('checker.mjs', import.meta.url));
    const run = (history) => {
        const file = join(folder, 'history.jsonl');
        writeFileSync(file, history.map((event) => `${JSON.stringify(event)}\n`).join(''));
        return spawnSync(process.execPath, [command, file], { encoding: 'utf8', timeout: 20000 });
    };
    const good = run(cleanHistory(1));
    assert.equal(good.status, 0, good.stdout + good.stderr);
    assert.match(good.stdout, /^chaos made: PASS acked=\d+ unknown=\d+ recovered=\d+ lost=0 duplicated=0 out-of-order=0 gaps=0 other=0 holes-healed=0 kills=\d+ ready-p50-ms=\d+ ready-max-ms=\d+ seconds=\d+ seed=0\n$/);

    const history = cleanHistory(1);
    planters.LOST.plant(history, new Random(1));
    const bad = run(history);
    assert.equal(bad.status, 1);
    assert.match(bad.stdout, /^LOST: key \S+ was acked as seq \d+ of room r\d and is not in the full read$/m);
    assert.match(bad.stdout, /^chaos made: FAIL .* lost=2 /m);
});
