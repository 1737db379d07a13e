// The cases of framing of frame_cases.mjs and utf8_cases.mjs, and section 9 of the same list, which is made here: large
// messages, many fragments, many pieces, many messages.
import assert from 'node:assert/strict';
import test from 'node:test';
import { fragmented, kSections } from './frame_cases.mjs';
import { openSession } from './session.mjs';
import { cases, startTarget, table } from './target.mjs';
import { kUtf8 } from './utf8_cases.mjs';
import { within } from './wait.mjs';
import { frame, kBinary, kClose, kText } from './websocket.mjs';

const kGoodbye = Buffer.from([1000 >> 8, 1000 & 255]), kSettled = ['closed 1000'];
const named = (rows) => rows.map((row) => ({ ...row, name: `${row.id} ${row.what}${row.mapped ? ` (mapped: ${row.mapped})` : ''}` }));

async function open(server) {
    const session = await openSession(server, 'websocket');
    session.socket.connection.socket.setNoDelay(); // each write is on its way at once
    return session;
}

async function write(session, frames, chop) {
    const bytes = Buffer.concat(frames), pieces = chop === 'frames' ? frames : [];
    for (let at = 0; chop !== 'frames' && at < bytes.length; at += chop ?? bytes.length) pieces.push(bytes.subarray(at, at + (chop ?? bytes.length)));
    for (const piece of pieces) {
        session.socket.raw(piece);
        if (pieces.length > 1) await new Promise(setImmediate);
    }
}

async function pongs(socket, count) {
    while (socket.pongs.length < count && !socket.connection.closed) await socket.connection.more();
}

/** Plays a row: {got, pongs} as they came. Where the server does not close, the client does, and all before it counts. */
async function play(server, { send, chop, wait = 0, expect, pongs: answers = [] }) {
    const session = await open(server), got = [];
    if (wait > 0) {
        await write(session, send.slice(0, wait), chop);
        await within(8000, 'the first pong', pongs(session.socket, 1));
    }
    await write(session, send.slice(wait), chop);
    while (got.length < expect.length) got.push(await session.next());
    if (!ends(expect)) {
        await within(8000, 'the pongs', pongs(session.socket, answers.length));
        session.socket.frame(kClose, kGoodbye);
        got.push(...(await session.ended()));
    }
    session.drop();
    return { got, pongs: session.socket.pongs };
}

const ends = (expect) => /^closed/.test(expect.at(-1));
/** A row for table(): what it expects is all that play() gives. */
const asPlayed = (row) => ({ ...row, row, expect: { got: ends(row.expect) ? row.expect : [...row.expect, ...kSettled], pongs: row.pongs ?? [] } });

test('the cases of framing', async (t) => {
    const server = await startTarget(t, 'eio');
    for (const [name, rows] of [...Object.entries(kSections), ['6 UTF-8', kUtf8]]) {
        await table(t, name, server, named(rows).map(asPlayed), ({ row }) => play(server, row));
    }
});

const kKiB = 1024, kMiB = 1024 * kKiB, kMostFrames = 1024; // that a message may have by default
const kKinds = [['text', kText], ['binary', kBinary]];
const payload = (kind, bytes) => (kind === kText ? Buffer.from(`4${'The payload of a large message. '.repeat(bytes / 32)}`.slice(0, bytes)) : Buffer.alloc(bytes, '\x00The payload\xfe of a large message', 'latin1'));
const size = (bytes) => (bytes < kMiB ? `${bytes / kKiB} KiB` : `${bytes / kMiB} MiB`);

/** The same bytes come back. They are not shown if they do not: there are too many. */
async function echoes(session, kind, bytes) {
    const got = await session.next();
    assert.ok(typeof got === (kind === kText ? 'string' : 'object'), `${got.slice(0, 40)} is of another kind`);
    assert.ok(bytes.equals(Buffer.from(got)), `${got.length} bytes came back that are not those that were sent`);
}

async function settle(session) {
    session.socket.frame(kClose, kGoodbye);
    assert.deepEqual(await session.ended(), kSettled);
}

const kSizes = [64 * kKiB, 256 * kKiB, kMiB, 4 * kMiB, 8 * kMiB, 16 * kMiB];
const kFragmentSizes = [64, 256, kKiB, 4 * kKiB, 16 * kKiB, 64 * kKiB, 256 * kKiB, kMiB, 4 * kMiB];
const kChops = [64, 128, 256, 512, 1024, 2048];
const kMessageSizes = [0, 16, 64, 256, 1024, 4096];

const sizes = kKinds.flatMap(([what, kind], k) => kSizes.map((bytes, i) => ({ id: `9.${k + 1}.${i + 1}`, what: `${what} of ${size(bytes)}`, kind, bytes })));
const fragments = kKinds.flatMap(([what, kind], k) => kFragmentSizes.map((fragment, i) => ({ id: `9.${k + 3}.${i + 1}`, what: `${what} of 4 MiB in frames of ${fragment} bytes`, kind, bytes: 4 * kMiB, fragment })));
const chops = kKinds.flatMap(([what, kind], k) => kChops.map((chop, i) => ({ id: `9.${k + 5}.${i + 1}`, what: `${what} of 1 MiB in pieces of ${chop} bytes`, kind, bytes: kMiB, chop })));
const rounds = kKinds.flatMap(([what, kind], k) => kMessageSizes.map((bytes, i) => ({
    id: `9.${k + 7}.${i + 1}`, what: `1,000 times ${what} of ${bytes} bytes, one after another`, kind, bytes: bytes + (kind === kText ? 1 : 0), messages: 1000,
    ...(kind === kText && { mapped: 'and the type of the packet' }),
})));

test('large messages and many', async (t) => {
    const max = { 'max-payload': 16 * kMiB };
    const [server, strict] = await Promise.all([startTarget(t, 'eio', { ...max, frames: (4 * kMiB) / Math.min(...kFragmentSizes) }), startTarget(t, 'eio', max)]);
    const message = (row) => ({
        ...row,
        async run() {
            const session = await open(server), bytes = payload(row.kind, row.bytes);
            await write(session, row.fragment ? fragmented(row.kind, bytes, row.fragment) : [frame(row.kind, bytes)], row.chop);
            await echoes(session, row.kind, bytes);
            await settle(session);
        },
    });
    const round = (row) => ({
        ...row,
        async run() {
            const session = await open(server), bytes = payload(row.kind, row.bytes);
            for (let i = 0; i < row.messages; i++) {
                session.socket.frame(row.kind, bytes);
                await echoes(session, row.kind, bytes);
            }
            await settle(session);
        },
    });
    // Without the option these have too many.
    const refused = fragments.filter(({ bytes, fragment }) => bytes / fragment > kMostFrames).map((row) => ({
        ...row, what: `${row.what}: 1008`, ours: 'a message has at most 1,024 frames',
        async run() {
            const session = await open(strict);
            await write(session, fragmented(row.kind, payload(row.kind, 4 * kMiB), row.fragment));
            assert.deepEqual(await session.ended(), ['closed 1008']);
        },
    }));
    await cases(t, '9 sizes', server, named([...sizes, ...fragments].map(message)), { concurrency: 3, ms: 30000 });
    await cases(t, '9 too many frames', strict, named(refused), { concurrency: 3, ms: 30000 });
    await cases(t, '9 pieces, and one after another', server, named([...chops.map(message), ...rounds.map(round)]), { ms: 30000 });
});

test('no case is missing', () => {
    const ids = [...Object.values(kSections).flat(), ...kUtf8, ...sizes, ...fragments, ...chops, ...rounds].map(({ id }) => id), counts = {};
    assert.equal(new Set(ids).size, ids.length, 'an id stands twice');
    for (const id of ids) counts[id.split('.')[0]] = (counts[id.split('.')[0]] ?? 0) + 1;
    assert.deepEqual(counts, { 1: 16, 2: 11, 3: 7, 4: 10, 5: 20, 6: 145, 7: 37, 9: 54, 10: 1 });
});
