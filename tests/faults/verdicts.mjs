// What can be wrong with a history. Each judge looks for one family of anomalies and reports them under the names that
// the design's table of verdicts gives them. checker.mjs describes the events and calls the judges.
//
// A judge gets {history, keys, finals, stored}: all events; per key its attempts and answers; per room its full reads,
// and the list of the last of these.

const last = (list) => list.at(-1);
const isPlace = (seq) => Number.isSafeInteger(seq) && seq >= 1;

/** LOST: acked before a full read began, and not in it. stale-read: the same for any read, where its page reaches. */
function acksAreRead({ history, keys }, found) {
    const acks = new Map();
    for (const event of history) {
        if (event.e !== 'ack') continue;
        const room = keys.get(event.k)?.attempts[0]?.room;
        if (!acks.has(room)) acks.set(room, []);
        acks.get(room).push(event);
    }
    for (const read of history.filter((event) => event.e === 'read')) {
        const have = new Set(read.list.flatMap(([, id, k]) => [id, k])), firstSeq = read.list[0]?.[0] ?? 0;
        const full = read.limit !== undefined && read.list.length >= read.limit;
        // A full page after a cursor ends at its last seq; a full page without one is the newest, and begins at its first.
        const from = read.after ?? (full ? firstSeq - 1 : 0);
        const to = full && read.after !== undefined ? last(read.list)[0] : Infinity;
        for (const ack of acks.get(read.room) ?? []) {
            if (ack.t >= read.t0 || have.has(ack.id) || have.has(ack.k) || ack.seq <= from || ack.seq > to) continue;
            if (read.final) found('LOST', `key ${ack.k} was acked as seq ${ack.seq} of room ${read.room} and is not in the full read`);
            else found('stale-read', `${read.c} read room ${read.room} after key ${ack.k} (seq ${ack.seq}) was acked, and did not get it`);
        }
    }
}

/** refused-but-stored: every attempt got a definite no. no-convergence: repeated to the end, and never answered. */
function refusalsAreTrue({ keys, stored }, found) {
    const present = new Set([...stored.values()].flat().map(([, , k]) => k));
    for (const [k, { attempts, acks, nacks, unknowns }] of keys) {
        if (nacks.length && !acks.length && !unknowns.length && nacks.length === attempts.length && present.has(k))
            found('refused-but-stored', `key ${k} was refused (${last(nacks).code}) and is stored`);
        const repeats = attempts.length && !attempts[0].once && !attempts[0].nokey;
        if (repeats && !acks.length && !nacks.length)
            found('no-convergence', `key ${k} was tried ${attempts.length} times and never answered`);
    }
}

/** no-reply: silence on a living connection. malformed-ack: an answer of a shape that was not promised. */
function repliesCome({ history }, found) {
    for (const event of history) {
        if (event.e === 'silent') found('no-reply', `${event.c} got no reply to ${event.ev} in ${event.ms} ms`);
        if (event.e === 'malformed') found('malformed-ack', `${event.c} got for key ${event.k}: ${event.why}`);
    }
}

/** history-order: a list not in order of seq. history-hole: a number between two messages that nothing accounts for. */
function listsAreDense({ history, finals }, found) {
    for (const { c, room, list } of history.filter((event) => event.e === 'read'))
        for (let i = 1; i < list.length; i++)
            if (list[i][0] < list[i - 1][0]) found('history-order', `${c} read seq ${list[i][0]} behind ${list[i - 1][0]} in room ${room}`);

    for (const [room, reads] of finals) {
        const firstSend = history.findIndex((event) => event.e === 'send' && event.room === room);
        // A membership change takes a number too: each one asked for after the first send excuses one.
        const excused = history.filter((event, i) => i > firstSend && ['join', 'leave'].includes(event.e) && event.room === room).length;
        const seqs = [...new Set(last(reads).list.map(([seq]) => seq))].filter(Number.isInteger).sort((a, b) => a - b);
        const missing = seqs.length ? last(seqs) - seqs[0] + 1 - seqs.length : 0;
        const hole = seqs.find((seq, i) => i && seq !== seqs[i - 1] + 1);
        if (missing > excused) found('history-hole', `room ${room} lacks ${missing} numbers, the first before seq ${hole}`);
    }
}

/** inconsistent-seq: two messages at one seq, or one message at two. no-seq: a message without a number. */
function placesAgree({ history, keys }, found) {
    const idAt = new Map(), seqOf = new Map(), told = new Set();
    const place = (room, seq, id, where) => {
        if (!isPlace(seq)) return void found('no-seq', `${where}: message ${id} of room ${room} has seq ${seq}`);
        const at = `${room} ${seq}`, of = `${room} ${id}`;
        const other = idAt.get(at) ?? id, otherSeq = seqOf.get(of) ?? seq;
        // Each contradiction is told once, however many clients saw it.
        if (other !== id && !told.has(`${at} ${id}`)) found('inconsistent-seq', `${where}: seq ${seq} of room ${room} is ${id}, and was ${other}`);
        if (otherSeq !== seq && !told.has(`${at} ${id}`)) found('inconsistent-seq', `${where}: ${id} in room ${room} is at ${seq}, and was at ${otherSeq}`);
        if (other !== id || otherSeq !== seq) told.add(`${at} ${id}`);
        idAt.set(at, other);
        seqOf.set(of, otherSeq);
    };
    for (const event of history) {
        if (event.e === 'recv') place(event.room, event.seq, event.id, `received by ${event.c}`);
        if (event.e === 'read') for (const [seq, id] of event.list) place(event.room, seq, id, `read by ${event.c}`);
        // An ack that contradicts an earlier ack of its key is ack-not-idempotent, and told there.
        if (event.e === 'ack' && keys.get(event.k)?.acks[0] === event) {
            const room = keys.get(event.k).attempts[0]?.room;
            if (room) place(room, event.seq, event.id, `acked to ${event.c}`);
        }
    }
}

/** out-of-order, duplicate-delivery: on one connection. */
function connectionsAreOrdered({ history }, found) {
    const seen = new Map();
    for (const { e, c, conn, room, seq, id } of history) {
        if (e !== 'recv' || !isPlace(seq)) continue;
        const where = `${conn} ${room}`;
        const { highest, ids } = seen.get(where) ?? { highest: 0, ids: new Set() };
        if (ids.has(id)) found('duplicate-delivery', `${c} got message ${id} (seq ${seq}) of room ${room} twice on connection ${conn}`);
        else if (seq < highest) found('out-of-order', `${c} got seq ${seq} of room ${room} behind ${highest} on connection ${conn}`);
        seen.set(where, { highest: Math.max(highest, seq), ids: ids.add(id) });
    }
}

/** sender-order: two messages, each sent once, on one connection to one room, stored the other way round. */
function sendersAreOrdered({ keys, stored }, found) {
    const seqOf = new Map([...stored.values()].flat().map(([seq, , k]) => [k, seq]));
    const single = [...keys].filter(([k, { attempts }]) => attempts.length === 1 && seqOf.has(k)).map(([k, { attempts }]) => ({ ...attempts[0], k }));
    const before = new Map();
    for (const send of single.sort((a, b) => a.line - b.line)) {
        const where = `${send.conn} ${send.room}`, previous = before.get(where);
        if (previous && seqOf.get(previous.k) > seqOf.get(send.k))
            found('sender-order', `${send.c} sent ${previous.k} before ${send.k} in room ${send.room}, stored as ${seqOf.get(previous.k)} and ${seqOf.get(send.k)}`);
        before.set(where, send);
    }
}

/** time-went-back: created_at falls along seq. */
function timeMovesOn({ finals }, found) {
    for (const [room, reads] of finals) {
        const list = [...last(reads).list].sort((a, b) => a[0] - b[0]);
        for (let i = 1; i < list.length; i++)
            if (list[i][3] < list[i - 1][3]) found('time-went-back', `room ${room}: seq ${list[i][0]} is of ${list[i][3]}, the one before of ${list[i - 1][3]}`);
    }
}

/** duplicate-stored, ack-not-idempotent, duplicate-unmarked, reuse-accepted: the key failed. */
function keysHold({ history, keys, stored }, found) {
    for (const [room, list] of stored) {
        const count = new Map();
        for (const [, , k] of list) if (k !== null) count.set(k, (count.get(k) ?? 0) + 1);
        for (const [k, n] of count) if (n > 1) found('duplicate-stored', `key ${k} is stored ${n} times in room ${room}`);
    }
    for (const [k, { acks }] of keys) {
        for (const ack of acks.slice(1))
            if (ack.id !== acks[0].id || ack.seq !== acks[0].seq)
                found('ack-not-idempotent', `key ${k} was acked as ${acks[0].seq} (${acks[0].id}), then as ${ack.seq} (${ack.id})`);
        if (acks.filter((ack) => !ack.dup).length > 1) found('duplicate-unmarked', `key ${k} was acked twice as new`);
    }
    for (const event of history) {
        const first = keys.get(event.k)?.acks[0];
        if (event.e === 'probe' && first) {
            if (event.id !== first.id || event.seq !== first.seq)
                found('ack-not-idempotent', `key ${event.k} was acked as ${first.seq} (${first.id}), repeated later: ${event.code ?? `${event.seq} (${event.id})`}`);
            else if (!event.dup) found('duplicate-unmarked', `key ${event.k} was repeated and not answered as a duplicate`);
        }
        if (event.e === 'reuse' && event.code !== 'client_msg_id_reused')
            found('reuse-accepted', `key ${event.k} with other content was answered ${event.code ?? `as seq ${event.seq}`}`);
    }
}

/** never-delivered: missing between two messages of one connection, or after a drain on it. */
function everythingArrives({ history, stored }, found) {
    const got = new Map(), healed = new Set(), told = new Set();
    for (const { e, c, conn, room, seq } of history) {
        const where = `${conn} ${room}`;
        if (e === 'resync') healed.add(where);
        if (e !== 'recv') continue;
        if (!got.has(where)) got.set(where, { c, conn, room, seqs: new Set() });
        got.get(where).seqs.add(seq);
    }
    const missing = (c, conn, room, seqs, from, to) => {
        for (const [seq] of stored.get(room) ?? []) {
            if (seq <= from || seq > to || seqs.has(seq) || told.has(`${conn} ${room} ${seq}`)) continue;
            told.add(`${conn} ${room} ${seq}`);
            found('never-delivered', `${c} never got seq ${seq} of room ${room} on connection ${conn}`);
        }
    };
    for (const [where, { c, conn, room, seqs }] of got) {
        const numbers = [...seqs].filter(Number.isInteger);
        if (!healed.has(where) && numbers.length) missing(c, conn, room, seqs, Math.min(...numbers), Math.max(...numbers));
    }
    history.forEach(({ e, c, conn, room, after }, i) => {
        if (e !== 'drain') return;
        const here = history.slice(0, i).filter((event) => event.e === 'recv' && event.conn === conn && event.room === room);
        missing(c, conn, room, new Set(here.map((event) => event.seq)), after, Infinity);
    });
}

/** delivered-to-non-member: got live what it may not see. open-to-non-member: asked for it and got it. */
function strangersSeeNothing({ history }, found) {
    const member = new Set();
    for (const { e, c, room, what, got, seq } of history) {
        if (e === 'join') member.add(`${c} ${room}`);
        if (e === 'leave') member.delete(`${c} ${room}`);
        if (e === 'recv' && !member.has(`${c} ${room}`)) found('delivered-to-non-member', `${c} is no member of room ${room} and got seq ${seq}`);
        if (e === 'peek' && got) found('open-to-non-member', `${c} is no member of room ${room} and got ${got} by ${what}`);
    }
}

/** phantom: nobody sent it. corrupt: its text is damaged. wrong-room: it was sent to another room. */
function contentIsTrue({ history, keys }, found) {
    const told = new Set();
    const look = (room, seq, id, k, where) => {
        if (told.has(`${id} ${room}`)) return;
        const sent = keys.get(k)?.attempts[0];
        const verdict = k === null ? 'corrupt' : !sent ? 'phantom' : sent.room !== room ? 'wrong-room' : null;
        if (!verdict) return;
        told.add(`${id} ${room}`);
        found(verdict, `${where}: seq ${seq} of room ${room} (${id}) carries key ${k}${sent ? `, sent to room ${sent.room}` : ''}`);
    };
    for (const event of history) {
        if (event.e === 'recv') look(event.room, event.seq, event.id, event.k, `received by ${event.c}`);
        if (event.e === 'read') for (const [seq, id, k] of event.list) look(event.room, seq, id, k, `read by ${event.c}`);
    }
}

/** server-died: an end nobody asked for. bad-stop: SIGTERM did not end it well. */
function serverBehaves({ history }, found) {
    for (const { e, code, signal, ms, goodbyes } of history) {
        if (e === 'died') found('server-died', `the server ended by itself with ${signal ?? `code ${code}`}`);
        if (e !== 'stop') continue;
        if (code !== 0) found('bad-stop', `after SIGTERM the server ended with ${signal ?? `code ${code}`}`);
        else if (ms > 30000) found('bad-stop', `the server needed ${ms} ms to stop`);
        if (goodbyes) found('bad-stop', `${goodbyes} clients were sent a DISCONNECT packet at shutdown and will not come back`);
    }
}

export const verdicts = [
    acksAreRead, refusalsAreTrue, repliesCome, listsAreDense, placesAgree, connectionsAreOrdered, sendersAreOrdered, timeMovesOn,
    keysHold, everythingArrives, strangersSeeNothing, contentIsTrue, serverBehaves,
];
