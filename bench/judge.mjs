// From the reports of all rounds to rows: what was reached, of which bar, PASS or FAIL.
import { kServers } from './servers.mjs';
import { kValues, store } from './scenarios.mjs';

const kNothingLost = 'rounds with anything lost, doubled, reordered, cut';
const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
export function median(numbers) {
    const all = sorted(numbers), middle = Math.floor(all.length / 2);
    return all.length % 2 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
}
const short = (number) => (Math.abs(number) >= 100 ? number.toFixed(0) : Math.abs(number) >= 10 ? number.toFixed(1) : number.toFixed(2));

/** Store first, tell second: on the durable path a latency is compared with that of the floor and of a commit together. */
function yardstick(bar, path, round) {
    const value = kValues[bar.value];
    if (bar.than === 'disk') return value.of({ disk: round.disk });
    const commit = path === 'durable' && bar.than === 'floor' && value.commit ? round.disk[`${value.commit}_us`] : 0;
    return value.of({ report: round[bar.than] }) + commit;
}

/** One bar over all rounds. */
function judgeBar(id, bar, path, rounds, skipped) {
    const peer = bar.than === 'disk' ? 'the disk' : kServers[bar.than]?.title;
    const commit = path === 'durable' && bar.than === 'floor' && kValues[bar.value].commit ? ' + commit' : '';
    const row = { id, path, what: kValues[bar.value].title + (bar.than ? ` / ${peer}${commit}` : '') };
    row.bar = bar.most !== undefined ? `≤ ${bar.most}` : bar.least !== undefined ? `≥ ${bar.least}` : '';
    if (bar.than && skipped[bar.than]) return { ...row, value: '', spread: '', verdict: 'SKIP' };
    const complete = rounds.filter((round) => round[path] && (!bar.than || bar.than === 'disk' || round[bar.than]));
    if (complete.length === 0) return { ...row, value: '', spread: '', verdict: 'FAIL' };
    const values = complete.map((round) => kValues[bar.value].of({ report: round[path] }) / (bar.than ? yardstick(bar, path, round) : 1));
    const middle = median(values), good = middle <= (bar.most ?? Infinity) && middle >= (bar.least ?? 0);
    const verdict = row.bar === '' ? 'shown' : good ? 'PASS' : 'FAIL';
    return { ...row, value: short(middle), spread: `${short(Math.min(...values))}–${short(Math.max(...values))}`, verdict };
}

export function judge(id, scenario, paths, rounds, skipped) {
    const rows = [];
    for (const path of paths) {
        for (const bar of scenario.bars)
            if (!bar.only || bar.only.includes(path)) rows.push(judgeBar(id, bar, path, rounds, skipped));
        const bad = rounds.filter((round) => !round[path]?.good).length;
        rows.push({ id, path, what: kNothingLost, value: String(bad), spread: '', bar: '0', verdict: bad ? 'FAIL' : 'PASS' });
    }
    return rows;
}

/** Rows of two systems, `ours` and `theirs` in each round: each bar is of the ratio of the two, `of(report)` one value. Lost is lost in either. */
export function judgeRatios(id, bars, rounds) {
    const rows = bars.map(({ what, of, most = Infinity, least = 0 }) => {
        const ratios = rounds.map(({ ours, theirs }) => of(ours) / of(theirs)), middle = median(ratios);
        return {
            id, what, bar: least > 0 ? `≥ ${least}` : `≤ ${most}`, value: short(middle),
            spread: `${short(Math.min(...ratios))}–${short(Math.max(...ratios))}`, verdict: middle >= least && middle <= most ? 'PASS' : 'FAIL',
        };
    });
    const bad = rounds.filter((round) => Object.values(round).some(({ good }) => !good)).length;
    return [...rows, { id, what: kNothingLost, bar: '0', value: String(bad), spread: '', verdict: bad ? 'FAIL' : 'PASS' }];
}

/** What each server did by itself: medians over the rounds. Not for comparison across machines. */
export function absolute(id, servers, rounds) {
    return servers.flatMap((name) => {
        const reports = rounds.map((round) => round[name]).filter(Boolean);
        if (reports.length === 0) return [];
        const of = (value) => median(reports.map(value));
        const per = (value) => (Number.isFinite(value) ? value.toFixed(2) : '–');
        return [{
            id, server: kServers[name].title, 'CPU µs/delivery': per(of((report) => kValues.cpu.of({ report }))),
            'store µs/message': per(of((report) => store(report) / report.sent)), 'deliveries/s': of((report) => report.deliveries / report.window_s).toFixed(0),
            'p50 ms': (of((report) => report.latency_us.p50) / 1000).toFixed(2), 'p99 ms': (of((report) => report.latency_us.p99) / 1000).toFixed(2),
            'ack p50 ms': reports[0].ack_us.count ? (of((report) => report.ack_us.p50) / 1000).toFixed(2) : '–',
            'bytes/conn': of((report) => report.connect_rss / report.clients).toFixed(0), 'CPU µs/connect': of((report) => report.connect_cpu_us / report.clients).toFixed(0),
            'generator CPU': of((report) => report.own_cpu).toFixed(2), 'stolen %, at most': (Math.max(...reports.map((report) => report.stolen)) * 100).toFixed(1),
        }];
    });
}

/** Rows of one shape as a Markdown table, its columns aligned. */
export function table(rows) {
    const names = Object.keys(rows[0]), lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
    const widths = names.map((_, column) => Math.max(3, ...lines.map((line) => [...String(line[column])].length)));
    const text = (line) => `| ${line.map((cell, column) => String(cell) + ' '.repeat(widths[column] - [...String(cell)].length)).join(' | ')} |`;
    return [text(lines[0]), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.slice(1).map(text)].join('\n');
}
