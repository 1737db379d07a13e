// node bench/run.mjs [id…] [--quick] [--write] [--servers a,b]: what `./dev bench` runs once everything is built.
// Rounds are interleaved: each runs every server once on the same scenario. Results are medians of per-round ratios,
// because absolute numbers of a machine with neighbours mean little. Exit code 1: a bar was missed.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { absolute, judge, table } from './judge.mjs';
import { page } from './page.mjs';
import { kScenarios } from './scenarios.mjs';
import { kRoot, kServers, measure, measureDisk, missing } from './servers.mjs';

const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean' }, write: { type: 'boolean' }, servers: { type: 'string' }, rounds: { type: 'string' } },
});
const ids = positionals.length ? positionals : Object.keys(kScenarios);
const unknown = ids.filter((id) => !kScenarios[id]);
if (unknown.length) {
    console.error(`There is no ${unknown.join(', ')}; there are ${Object.keys(kScenarios).join(', ')}.`);
    process.exit(2);
}
const planned = Number(flags.rounds ?? (flags.quick ? 3 : 5));
const skipped = {};
for (const name of Object.keys(kServers)) {
    const reason = await missing(name);
    if (reason) skipped[name] = reason;
}

async function oneRound(scenario, servers) {
    const round = { disk: await measureDisk() };
    const time = { seconds: flags.quick ? Math.min(3, scenario.seconds) : scenario.seconds, warmup: flags.quick ? 0.5 : 1, drain: scenario.drain };
    for (const name of servers) {
        if (skipped[name]) continue;
        try {
            round[name] = await measure(name, scenario.load, time);
        } catch (error) {
            console.error(`\n${name}: ${error.message}`);
            continue;
        }
        process.stderr.write(round[name].good ? '.' : '!');
    }
    return round;
}

const rows = [], numbers = [], all = {};
for (const id of ids) {
    const scenario = kScenarios[id], paths = scenario.paths ?? ['relay', 'durable'];
    const wanted = [...(scenario.peers ?? ['floor', 'coalesce', 'socketio-ws', 'socketio-uws']), ...paths];
    const servers = flags.servers ? wanted.filter((name) => flags.servers.split(',').includes(name)) : wanted;
    const judged = paths.filter((path) => servers.includes(path)), absent = { ...skipped };
    for (const name of Object.keys(kServers)) if (!servers.includes(name)) absent[name] ??= 'not asked for';
    process.stderr.write(`${id} ${scenario.title} `);
    const rounds = [];
    while (rounds.length < planned) rounds.push(await oneRound(scenario, servers));
    // One disturbed round moves a latency by a factor: what would fail is judged on twice the rounds.
    if (!flags.quick && judge(id, scenario, judged, rounds, absent).some(({ verdict, what }) => verdict === 'FAIL' && / µs \//.test(what)))
        while (rounds.length < 2 * planned) rounds.push(await oneRound(scenario, servers));
    process.stderr.write('\n');
    rows.push(...judge(id, scenario, judged, rounds, absent));
    numbers.push(...absolute(id, servers, rounds));
    all[id] = rounds;
}

const tables = { rows: table(rows), numbers: table(numbers) };
console.log(`${tables.rows}\n\n${tables.numbers}`);
for (const [name, reason] of Object.entries(skipped)) console.log(`skipped: ${kServers[name].title}: ${reason}`);
await writeFile(join(kRoot, 'build/bench-run/results.json'), JSON.stringify({ rows, all }, null, 1));
if (flags.write) await writeFile(join(kRoot, 'docs/bench.md'), await page(tables, { ids, planned, skipped, quick: flags.quick }));
process.exit(rows.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0);
