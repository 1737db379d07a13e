// What the tests have in common that disturb a cluster under load: they are played to the end whatever happens, and judged by the checker of
// tests/faults by what the clients saw.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, report, summary } from '../faults/checker.mjs';
import { Recorder } from '../faults/driver.mjs';

/** The checker's verdict; each refusal is an anomaly: all writers are members, and no limit is on. `wrong`: more of those. */
export function judge(history, wrong = []) {
    const refused = history.filter(({ e }) => e === 'nack').map(({ c, k, code }) => ({ verdict: 'refused', detail: `${c} was refused key ${k} with ${code}` }));
    return check(history, [...wrong, ...refused]);
}

/** Plays what `make(recorder)` returns, {crowd, play(), judge()}, and fails with what is wrong; the history is kept then. Returns it. */
export async function played(t, name, seed, make) {
    const folder = await mkdtemp(join(tmpdir(), `wegowhere-${name}-`)), recorder = new Recorder(join(folder, 'history.jsonl')), run = make(recorder);
    try {
        await run.play();
    } catch (error) {
        run.crowd.failures.push(error.stack);
    } finally {
        run.crowd.leave();
    }
    const result = run.judge();
    result.voids.push(...run.crowd.failures);
    recorder.close();
    t.diagnostic(summary(recorder.history, result));
    const passed = !result.anomalies.length && !result.voids.length;
    if (passed) await rm(folder, { recursive: true });
    assert.ok(passed, `${report(result).join('\n')}\nkept ${folder}; again with WGW_SEED=${seed}`);
    return recorder.history;
}
