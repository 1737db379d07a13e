// How the bench judges: made-up reports in, verdicts out.
import assert from 'node:assert/strict';
import test from 'node:test';
import { judge, judgeRatios, median, table } from '../../bench/judge.mjs';

/** A report of a run with 1,000 deliveries in a second; `cpu` in µs per delivery, of which the store's thread has had `store` in all. */
const report = ({ cpu = 1, store = 0, p50 = 100, good = true }) => ({
    good, deliveries: 1000, sent: 100, window_s: 1, cpu_us: { loop: cpu * 1000, store }, latency_us: { p50, p99: 2 * p50 },
});
const round = (ours, floor, commit = 0) => ({ disk: { p50_us: commit, p99_us: commit }, durable: report(ours), floor: report(floor) });
const verdicts = (bars, rounds, skipped = {}) => judge('T', { bars }, ['durable'], rounds, skipped).map(({ value, verdict }) => [value, verdict]);

test('the median of an even number is in the middle of the two', () => {
    assert.equal(median([4, 1, 3]), 3);
    assert.equal(median([4, 1, 3, 2]), 2.5);
});

test('a ratio is taken within a round, and the median of the ratios is judged', () => {
    const rounds = [round({ cpu: 1 }, { cpu: 2 }), round({ cpu: 10 }, { cpu: 20 }), round({ cpu: 100 }, { cpu: 100 })];
    assert.deepEqual(verdicts([{ value: 'cpu', than: 'floor', most: 0.6 }], rounds)[0], ['0.50', 'PASS']);
    assert.deepEqual(verdicts([{ value: 'cpu', than: 'floor', most: 0.4 }], rounds)[0], ['0.50', 'FAIL']);
    assert.deepEqual(verdicts([{ value: 'cpu', than: 'floor', least: 0.6 }], rounds)[0], ['0.50', 'FAIL']);
});

test('the store\'s thread is not in the CPU of a delivery', () => {
    assert.deepEqual(verdicts([{ value: 'cpu', most: 1 }], [round({ cpu: 1, store: 5000 }, {})])[0], ['1.00', 'PASS']);
    assert.deepEqual(verdicts([{ value: 'store per message', most: 22 }], [round({ cpu: 1, store: 5000 }, {})])[0], ['50.0', 'FAIL']);
});

test('a latency after a commit is compared with that of the floor and a commit', () => {
    assert.deepEqual(verdicts([{ value: 'p50', than: 'floor', most: 1.3 }], [round({ p50: 360 }, { p50: 100 }, 200)])[0], ['1.20', 'PASS']);
});

test('one lost message fails the row, whatever the speed', () => {
    assert.deepEqual(verdicts([], [round({}, {}), round({ good: false }, {})]), [['1', 'FAIL']]);
});

test('a peer that is not there is skipped, never passed', () => {
    assert.deepEqual(verdicts([{ value: 'cpu', than: 'socketio-ws', most: 1 }], [round({}, {})], { 'socketio-ws': 'no npm' })[0], ['', 'SKIP']);
});

test('a server that never ran fails', () => {
    assert.deepEqual(verdicts([{ value: 'cpu', most: 1 }], [{ disk: {} }]), [['', 'FAIL'], ['1', 'FAIL']]);
});

test('a bar without a bound is shown', () => {
    assert.deepEqual(verdicts([{ value: 'cpu' }], [round({ cpu: 3 }, {})])[0], ['3.00', 'shown']);
});

test('a table has its columns aligned', () => {
    assert.equal(table([{ id: 'T1', value: 'µs' }, { id: 'T10', value: 'a' }]), '| id  | value |\n| --- | ----- |\n| T1  | µs    |\n| T10 | a     |');
});

test('two systems are compared within a round, and both have to lose nothing', () => {
    const bars = [{ what: 'rate', least: 20, of: ({ rate }) => rate }, { what: 'cost', most: 0.1, of: ({ cost }) => cost }];
    const round = (rate, cost, good = true) => ({ ours: { rate, cost, good: true }, theirs: { rate: 10, cost: 100, good } });
    const verdicts = (...rounds) => judgeRatios('C1', bars, rounds).map(({ value, verdict }) => `${value} ${verdict}`);
    assert.deepEqual(verdicts(round(100, 30), round(210, 9), round(250, 9)), ['21.0 PASS', '0.09 PASS', '0 PASS']);
    assert.deepEqual(verdicts(round(190, 11), round(190, 11, false)), ['19.0 FAIL', '0.11 FAIL', '1 FAIL']);
});
