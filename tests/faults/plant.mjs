// One way to spoil a clean history for each verdict. A planter changes `history` in place with the randomness given;
// `also` names verdicts that the same damage must or may show as well.

const events = (history, e, fits = () => true) => history.filter((event) => event.e === e && fits(event));
const remove = (history, gone) => history.splice(0, history.length, ...history.filter((event) => !gone(event)));
const roomOf = (history, k) => events(history, 'send', (send) => send.k === k)[0].room;
const before = (history, event, made) => history.splice(history.indexOf(event), 0, { ...made, t: event.t });
const after = (history, event, made) => history.splice(history.indexOf(event) + 1, 0, { ...made, t: event.t + 1 });
const finals = (history, room) => events(history, 'read', (read) => read.final && read.room === room);

/** An acked message of the first phase, neither probed nor calm: {ack, room}. */
function someAck(history, random, fits = () => true) {
    const probed = new Set(events(history, 'probe').map(({ k }) => k)), firstProbe = history.findIndex(({ e }) => e === 'probe');
    const ack = random.pick(history.slice(0, firstProbe).filter((event) => event.e === 'ack' && !probed.has(event.k) && fits(event)));
    return { ack, room: roomOf(history, ack.k) };
}

/** Puts `spoil(entry)` in place of the entry `id` wherever it was read, and undefined removes it. */
function inLists(history, id, spoil) {
    for (const read of events(history, 'read')) read.list = read.list.map((entry) => (entry[1] === id ? spoil(entry) : entry)).filter(Boolean);
}

/** Two neighbours on one connection: [first, second] of its messages of one room. */
function neighbours(history, random) {
    const received = events(history, 'recv');
    const first = random.pick(received.filter((a) => received.some((b) => b.conn === a.conn && b.room === a.room && b.seq > a.seq)));
    return [first, received.find((b) => b.conn === first.conn && b.room === first.room && b.seq > first.seq)];
}

export const planters = {
    'LOST': {
        also: ['stale-read', 'history-hole'],
        plant(history, random) {
            const { ack } = someAck(history, random);
            inLists(history, ack.id, () => undefined);
        },
    },
    'refused-but-stored': {
        also: ['ack-not-idempotent'],
        plant(history, random) {
            const { ack } = someAck(history, random, ({ k, dup }) => !dup && events(history, 'send', (send) => send.k === k).length === 1);
            Object.assign(ack, { e: 'nack', code: 'rate_limited' });
        },
    },
    'no-convergence': {
        plant(history, random) {
            const { ack } = someAck(history, random, ({ k }) => !events(history, 'send', (send) => send.k === k && (send.once || send.nokey)).length
                && !events(history, 'nack', (nack) => nack.k === k).length);
            for (const other of events(history, 'ack', (event) => event.k === ack.k)) Object.assign(other, { e: 'unknown', why: 'unavailable' });
        },
    },
    'stale-read': {
        plant(history, random) {
            const { ack, room } = someAck(history, random);
            const list = finals(history, room)[0].list.filter(([seq]) => seq < ack.seq);
            after(history, ack, { e: 'read', c: 'reader', room, t0: ack.t + 1, list });
        },
    },
    'no-reply': { plant: (history, random) => after(history, someAck(history, random).ack, { e: 'silent', c: 'w1', ev: 'chat.message.send', ms: 10000 }) },
    'malformed-ack': { plant: (history, random) => after(history, someAck(history, random).ack, { e: 'malformed', c: 'w1', k: 'x', why: '[]' }) },
    'history-hole': {
        plant(history, random) {
            const { room } = someAck(history, random);
            const ids = finals(history, room)[0].list.slice(1).map(([, id]) => id), from = random.int(0, ids.length - 1);
            const moved = new Set(ids.slice(from)), seqs = new Map(finals(history, room)[0].list.map(([seq, id]) => [id, seq]));
            for (const event of history) {
                if (moved.has(event.id)) event.seq += 1;
                if (event.e === 'drain' && event.room === room) event.after += moved.size && event.after >= seqs.get(ids[from]) ? 1 : 0;
                if (event.e === 'read' && event.room === room) {
                    if (event.limit) delete event.limit, event.after = event.list[0] ? event.list[0][0] - 1 : 1e9;
                    event.list = event.list.map(([seq, id, ...rest]) => [moved.has(id) ? seq + 1 : seq, id, ...rest]);
                }
            }
            // A page that was cut short has become a whole one: what lies behind it would count as missing.
            remove(history, (event) => event.e === 'read' && event.room === room && event.after !== undefined);
        },
    },
    'history-order': {
        plant(history, random) {
            const read = random.pick(events(history, 'read', ({ list }) => list.length > 1)), i = random.int(1, read.list.length - 1);
            [read.list[i - 1], read.list[i]] = [read.list[i], read.list[i - 1]];
        },
        also: ['stale-read'],
    },
    'inconsistent-seq': {
        also: ['duplicate-delivery', 'never-delivered'],
        plant(history, random) { random.pick(events(history, 'recv')).id = random.id(); },
    },
    'out-of-order': {
        plant(history, random) {
            const [first, second] = neighbours(history, random), i = history.indexOf(first), j = history.indexOf(second);
            [history[i], history[j]] = [second, first];
        },
        // After the first probe the swap may cross a drain.
        also: ['never-delivered'],
    },
    'duplicate-delivery': { plant(history, random) { const event = random.pick(events(history, 'recv')); after(history, event, event); } },
    'sender-order': {
        plant(history, random) {
            const once = (k) => events(history, 'send', (send) => send.k === k).length === 1;
            const stored = new Set(events(history, 'read', ({ final }) => final).flatMap(({ list }) => list.map(([, , k]) => k)));
            const sends = events(history, 'send', ({ k }) => once(k) && stored.has(k));
            const pairs = sends.flatMap((a, i) => sends.slice(i + 1, i + 8).filter((b) => b.conn === a.conn && b.room === a.room).map((b) => [a, b]));
            const [a, b] = random.pick(pairs);
            [a.k, b.k, a.once, b.once, a.nokey, b.nokey] = [b.k, a.k, b.once, a.once, b.nokey, a.nokey];
        },
    },
    'time-went-back': {
        plant(history, random) {
            const { list } = random.pick(events(history, 'read', ({ final }) => final)), [, id] = random.pick(list.slice(1));
            inLists(history, id, ([seq, same, k]) => [seq, same, k, '2025-12-31T23:59:59.999Z']);
        },
    },
    'duplicate-stored': {
        // The copy has no receiver, and stands behind what its sender sent later.
        also: ['never-delivered', 'sender-order'],
        plant(history, random) {
            const { room, ack } = someAck(history, random);
            for (const read of finals(history, room)) read.list.push([read.list.at(-1)[0] + 1, `${ack.id.slice(0, -4)}beef`, ack.k, read.list.at(-1)[3]]);
        },
    },
    'ack-not-idempotent': {
        plant(history, random) {
            const { ack } = someAck(history, random);
            after(history, ack, { ...ack, id: random.id(), dup: true });
        },
    },
    'duplicate-unmarked': {
        plant(history, random) {
            const probe = random.pick(events(history, 'probe'));
            if (random.chance(0.5)) return void (probe.dup = false);
            const { ack } = someAck(history, random, ({ dup }) => !dup);
            after(history, ack, ack);
        },
    },
    'reuse-accepted': { plant(history, random) { Object.assign(random.pick(events(history, 'reuse')), { code: undefined, seq: 9 }); } },
    'never-delivered': {
        plant(history, random) {
            const inner = events(history, 'recv', (event) => {
                const same = (other) => other.conn === event.conn && other.room === event.room;
                return history.some((other) => other.e === 'drain' && same(other) && event.seq > other.after)
                    || (events(history, 'recv', (other) => same(other) && other.seq < event.seq).length
                        && events(history, 'recv', (other) => same(other) && other.seq > event.seq).length);
            });
            const gone = random.pick(inner);
            remove(history, (event) => event === gone);
        },
    },
    'delivered-to-non-member': {
        plant(history, random) {
            const event = random.pick(events(history, 'recv')), c = random.pick(['outsider', 'anonymous']);
            const { conn } = events(history.slice(0, history.indexOf(event)), 'open', (open) => open.c === c).at(-1);
            after(history, event, { ...event, c, conn });
        },
    },
    'open-to-non-member': { plant(history, random) { random.pick(events(history, 'peek')).got = 3; } },
    'phantom': {
        plant(history, random) { random.pick(events(history, 'recv')).k = 'nobody-1'; },
    },
    'corrupt': {
        plant(history, random) {
            const event = random.pick(events(history, random.pick(['recv', 'read']), ({ list }) => !list || list.length));
            if (event.list) random.pick(event.list)[2] = null;
            else event.k = null;
        },
    },
    'wrong-room': {
        also: ['inconsistent-seq', 'out-of-order', 'never-delivered', 'duplicate-delivery'],
        plant(history, random) {
            const event = random.pick(events(history, 'recv'));
            after(history, event, { ...event, room: event.room === 'r1' ? 'r2' : 'r1' });
        },
    },
    'no-seq': {
        also: ['never-delivered'],
        plant(history, random) { random.pick(events(history, 'recv')).seq = random.pick([undefined, 0, -1, 1.5, '7']); },
    },
    'server-died': { plant: (history, random) => before(history, random.pick(events(history, 'send')), { e: 'died', code: random.pick([null, 0, 1, 139]), signal: null }) },
    'bad-stop': {
        plant: (history, random) => Object.assign(events(history, 'stop')[0], random.pick([{ code: 1 }, { code: null, signal: 'SIGKILL' }, { goodbyes: 2 }, { ms: 31000 }])),
    },
};
