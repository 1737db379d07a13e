// The kill loop is tested before it tests anything: the correct double passes, and each of its defects is found under
// its name.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../e2e/server.mjs';

const kLoop = fileURLToPath(new URL('kill_loop.mjs', import.meta.url));

/** One short run: {code, out}; what it kept is removed. */
async function killLoop(defect, ...options) {
    const command = [process.execPath, kLoop, `--original-double=${defect}`, '--acked', '20', '--reply-ms', '3000', ...options];
    const result = await run(command, { ms: 90000 });
    const [, kept] = /^kept (\S+);/m.exec(result.out) ?? [];
    if (kept?.startsWith(tmpdir())) rmSync(kept, { recursive: true, force: true });
    return result;
}

test('the correct double passes', { timeout: 100000 }, async () => {
    const { code, out } = await killLoop('', '--kills', '3', '--seed', '7');
    assert.equal(code, 0, out);
    assert.match(out, /^chaos F1: PASS acked=\d+ unknown=\d+ recovered=\d+ lost=0 duplicated=0 out-of-order=0 gaps=0 other=0 holes-healed=0 kills=3 /m);
});

test('a run with too few acked sends is void, which is not a pass', { timeout: 100000 }, async () => {
    const { code, out } = await killLoop('', '--kills', '1', '--acked', '1000000');
    assert.equal(code, 1, out);
    assert.match(out, /^void: \d+ acked sends of 1000000$/m);
    assert.match(out, /^chaos F1: VOID /m);
});

const kDefects = [
    ['ack-before-commit', 'LOST'],
    ['refused-but-stored', 'refused-but-stored'],
    ['never-converges', 'no-convergence'],
    ['reads-from-cache', 'stale-read'],
    ['forgets-acks', 'no-reply'],
    ['forgets-seq', 'no-seq'],
    ['seq-with-holes', 'history-hole'],
    ['seq-twice', 'inconsistent-seq'],
    ['lists-unsorted', 'history-order'],
    ['sends-in-parallel', 'sender-order'],
    ['delivers-out-of-order', 'out-of-order'],
    ['delivers-twice', 'duplicate-delivery'],
    ['loses-deliveries', 'never-delivered'],
    ['order-by-clock', 'time-went-back'],
    ['keys-not-unique', 'duplicate-stored'],
    ['keys-forgotten', 'duplicate-stored'],
    ['duplicate-with-new-id', 'ack-not-idempotent'],
    ['duplicate-unmarked', 'duplicate-unmarked'],
    ['reuse-accepted', 'reuse-accepted'],
    ['tells-everyone', 'delivered-to-non-member'],
    ['no-membership', 'open-to-non-member'],
    ['invents-messages', 'phantom'],
    ['damages-content', 'corrupt'],
    ['tells-wrong-room', 'wrong-room'],
    ['dies', 'server-died'],
    ['disconnects-at-shutdown', 'bad-stop'],
    ['fails-at-shutdown', 'bad-stop'],
];

test('each defect is found under its name', { concurrency: 3 }, async (t) => {
    await Promise.all(kDefects.map(([defect, verdict]) => t.test(`${defect}: ${verdict}`, { timeout: 100000 }, async () => {
        const { code, out } = await killLoop(defect, '--kills', '1', '--seconds', '1', '--seed', '11');
        assert.equal(code, 1, `the run passed: ${out}`);
        assert.match(out, new RegExp(`^${verdict}: `, 'm'), `not found under its name: ${out.slice(0, 1500)}`);
    })));
});
