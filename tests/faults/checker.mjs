#!/usr/bin/env node
// Judges a history: what clients saw of a server that was attacked meanwhile. It reads nothing else.
//
//   node checker.mjs history.jsonl          one line per anomaly, then the summary line; exit 0 (PASS) or 1
//
// A history is one JSON object a line, in the order in which the recorder saw things. `t` is its monotonic clock in
// nanoseconds, `e` what happened, `c` a client, `conn` one connection of it, `k` the key that each text carries (null
// where the text came back damaged; so are the keys in lists):
//
//   run      fault seed                 what this history is of; for the summary line
//   open     c conn mode                mode: plain, or none (no token); connected from here on
//   join     c room                     asked for; leave: confirmed
//   send     c conn room k once? nokey? one per attempt. once: never repeated. nokey: sent without client_msg_id
//   ack      c k seq id dup             nack: c k code (a definite no); unknown: c k why; malformed: c k why
//   silent   c ev ms                    no reply in time on a living connection
//   recv     c conn room seq id k       a live message; resync: c conn room (the server said that it skipped some)
//   read     c room t0 after limit list:[[seq,id,k,created_at]] final?    final: the whole room, at the end
//   drain    c conn room after          must know every message beyond `after` now, by that connection
//   probe    c room k seq id dup | code a known key repeated; reuse: c room k code? with other content
//   peek     c room what got            what one who is no member got: got counts what it should not have
//   kill     ready {ms}  died {code signal}  stop {code signal ms goodbyes}    the server's life
//
// What each verdict means is said where it is given, in verdicts.mjs.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { verdicts } from './verdicts.mjs';

/** The groups of the summary line; every other verdict counts as `other`. */
const kGroups = {
    'lost': ['LOST'],
    'duplicated': ['duplicate-stored', 'duplicate-delivery'],
    'out-of-order': ['out-of-order', 'sender-order', 'history-order'],
    'gaps': ['history-hole', 'never-delivered'],
};

/** What several verdicts need: the attempts and answers of each key, the final reads of each room. */
function index(history) {
    const keys = new Map(), finals = new Map();
    history.forEach((event, line) => {
        const key = () => {
            const fresh = { attempts: [], acks: [], nacks: [], unknowns: [] };
            if (!keys.has(event.k)) keys.set(event.k, fresh);
            return keys.get(event.k);
        };
        if (event.e === 'send') key().attempts.push({ ...event, line });
        if (event.e === 'ack') key().acks.push(event);
        if (event.e === 'nack') key().nacks.push(event);
        if (event.e === 'unknown') key().unknowns.push(event);
        if (event.e === 'read' && event.final) finals.set(event.room, [...(finals.get(event.room) ?? []), event]);
    });
    // The last final read of a room is the one that others are compared with.
    const stored = new Map([...finals].map(([room, reads]) => [room, reads.at(-1).list]));
    return { history, keys, finals, stored };
}

/**
 * {anomalies: [{verdict, detail}], figures, voids: [reason]}; `voids` says why the run proves nothing. `known` are
 * anomalies that the caller found by itself.
 */
export function check(history, known = []) {
    const seen = index(history);
    const anomalies = [...known];
    const voids = [];
    for (const judge of verdicts) judge(seen, (verdict, detail) => anomalies.push({ verdict, detail }));

    const acked = [...seen.keys.values()].filter((key) => key.acks.length);
    for (const room of new Set(acked.map((key) => key.attempts[0]?.room)))
        if (room && !seen.finals.has(room)) voids.push(`room ${room} was not read in full`);
    return { anomalies, voids, figures: figures(seen, anomalies) };
}

function figures({ history, keys, stored }, anomalies) {
    const count = (e) => history.filter((event) => event.e === e).length;
    const found = new Set([...stored.values()].flat().map(([, , k]) => k));
    const ready = history.filter((event) => event.e === 'ready' && event.ms !== undefined).map((event) => event.ms).sort((a, b) => a - b);
    const grouped = Object.entries(kGroups).map(([name, list]) => [name, anomalies.filter(({ verdict }) => list.includes(verdict)).length]);
    return {
        'acked': [...keys.values()].filter((key) => key.acks.length).length,
        'unknown': count('unknown'),
        'recovered': [...keys].filter(([k, key]) => key.unknowns.length && (key.acks.length || found.has(k))).length,
        ...Object.fromEntries(grouped),
        'other': anomalies.length - grouped.reduce((sum, [, n]) => sum + n, 0),
        'holes-healed': count('resync'),
        'kills': count('kill'),
        'ready-p50-ms': ready[Math.floor((ready.length - 1) / 2)] ?? '-',
        'ready-max-ms': ready.at(-1) ?? '-',
    };
}

/** The one line of a run. `voids` may hold more reasons than the checker itself can know. */
export function summary(history, { anomalies, voids, figures: numbers }) {
    const { fault = 'history', seed = '-' } = history.find((event) => event.e === 'run') ?? {};
    const verdict = anomalies.length ? 'FAIL' : voids.length ? 'VOID' : 'PASS';
    const seconds = history.length ? Math.round((history.at(-1).t - history[0].t) / 1e9) : 0;
    const fields = Object.entries({ ...numbers, seconds, seed }).map(([name, value]) => `${name}=${value}`);
    return `chaos ${fault}: ${verdict} ${fields.join(' ')}`;
}

/** One readable line per anomaly, at most `most` of a kind. */
export function report({ anomalies, voids }, most = 10) {
    const shown = new Map();
    const lines = [];
    for (const { verdict, detail } of anomalies) {
        shown.set(verdict, (shown.get(verdict) ?? 0) + 1);
        if (shown.get(verdict) <= most) lines.push(`${verdict}: ${detail}`);
    }
    for (const [verdict, n] of shown) if (n > most) lines.push(`${verdict}: … ${n - most} more`);
    return [...lines, ...voids.map((reason) => `void: ${reason}`)];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
    if (process.argv.length !== 3) {
        console.error('usage: node checker.mjs history.jsonl');
        process.exit(2);
    }
    const history = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
    const result = check(history);
    for (const line of report(result, Infinity)) console.log(line);
    console.log(summary(history, result));
    process.exit(result.anomalies.length || result.voids.length ? 1 : 0);
}
