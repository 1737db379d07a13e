// MessagePack packets: generated and changed ones, decoded by npm's socket.io-msgpack-parser (notepack.io) and by ours;
// and ours, encoded, decoded by npm's. All differences are in the lists below. SEED=n takes other packets.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isDeepStrictEqual, types } from 'node:util';
import { Decoder, Encoder } from 'socket.io-msgpack-parser';
import { Random } from '../faults/random.mjs';
import { ackId, mutated, namespace, payload } from './generate.mjs';
import { decodeAll, Differences, withAttachments } from './ours.mjs';

const kPackets = 30_000;
const seed = () => new Random(Number(process.env.SEED ?? 1));
const encoder = new Encoder();

/** Bytes, to be told from what JSON has. */
class Bin { constructor(bytes) { this.hex = Buffer.from(bytes).toString('hex'); } }

function decodeNpm(bytes) {
    const decoder = new Decoder();
    let decoded;
    decoder.on('decoded', (packet) => { decoded = packet; });
    try {
        decoder.add(bytes);
    } catch {
        return null;
    }
    return decoded;
}

/** As JSON.stringify and JSON.parse would leave it, but for its bytes. */
function plain(value) {
    if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null; // -0 is 0
    if (value === undefined || value === null || typeof value !== 'object') return value;
    if (isBinary(value)) return new Bin(value);
    if (types.isDate(value)) return value.toJSON();
    if (Array.isArray(value)) return value.map((child) => plain(child) ?? null);
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]).filter(([, child]) => child !== undefined));
}

const fields = ({ type, nsp, id, data }) => ({ type, nsp, id, data: plain(data) });

/** Ours in the same form. */
function complete({ type, nsp, id, data, binary }) {
    return { type: type > 4 ? type - 3 : type, nsp, id, data: withAttachments(data, binary.map((text) => new Bin(Buffer.from(text, 'base64')))) };
}

function* everything(value) {
    yield value;
    if (value === null || typeof value !== 'object' || isBinary(value)) return;
    for (const [key, child] of Object.entries(value)) {
        yield key;
        yield* everything(child);
    }
}
const some = (value, predicate) => [...everything(value)].some(predicate);
const isBinary = (value) => types.isUint8Array(value) || types.isArrayBuffer(value); // not instanceof: npm may have changed the prototype
const isExt = (value) => Array.isArray(value) && value.length === 2 && Number.isInteger(value[0]) && Buffer.isBuffer(value[1]);
const depth = (value) => (value === null || typeof value !== 'object' || isBinary(value) ? 0 : 1 + Math.max(0, ...Object.values(value).map(depth)));

const kReserved = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];
// Their numbers in PacketError and MsgpackError.
const error = (number) => (packet, refusal) => refusal.codec === undefined && refusal.error === number;
const codec = (number) => (packet, refusal) => refusal.codec === number;
const both = (...predicates) => (...args) => predicates.every((predicate) => predicate(...args));
/** npm takes these and we do not. */
const kStricter = [
    ['an event name that is reserved', both(error(5), ({ type, data }) => type === 2 && kReserved.includes(data[0]))],
    ['an event name that is no string or number in JSON', both(error(5), ({ type, data }) => type === 2 && typeof data[0] !== 'string' && !Number.isFinite(data[0]))],
    ['binary in CONNECT or CONNECT_ERROR', both(error(5), (packet) => (packet.type === 0 || packet.type === 4) && some(packet, isBinary))],
    ['a namespace that no text packet could have', both(error(2), ({ nsp }) => !nsp.startsWith('/') || nsp.includes(',') || Buffer.byteLength(nsp) > 255)],
    ['an ack id below 0 or above 2^53 - 1', both(error(3), ({ id }) => id < 0 || id > Number.MAX_SAFE_INTEGER)],
    ['more than ten attachments', both(codec(6), (packet) => [...everything(packet)].filter(isBinary).length > 10)],
    ['a literal _placeholder beside binary', both(codec(7), (packet) => some(packet, (value) => value?._placeholder === true) && some(packet, isBinary))],
    ['text that is not UTF-8', both(codec(1), (packet) => some(packet, (value) => typeof value === 'string' && value.includes('\ufffd')))],
    ['a key that is no string or integer', codec(2)],
    ['an ext type that npm does not know either', both(codec(3), (packet) => some(packet, isExt))],
    ['more than 64 levels', both(codec(4), (packet) => depth(packet) > 64)],
];

/** The other way round, or both take it and it is not the same. */
const kOther = [
    ['a date as the payload of CONNECT_ERROR, which is a string to us, as in JSON', (packet, bytes, mine) => packet === null && mine.type === 4 && /^\S+T\S+Z$/.test(mine.data)],
    ['a timestamp (ext -1), which npm does not know', (packet) => packet && some(packet, (value) => isExt(value) && value[0] === -1)],
    ['__proto__, which npm makes the prototype', (packet, bytes) => bytes.includes('__proto__')],
];

/** What JSON does not have. */
function leaf(random) {
    return random.pick([() => undefined, () => NaN, () => -Infinity, () => new Date(random.int(-1e12, 2e12)), () => new Date(NaN), () => new Date(8.64e15), () => new Date(-8.64e15),
        () => Buffer.from('bytes'), () => Buffer.alloc(0), () => Buffer.alloc(300, 1), () => new Uint8Array([1, 2, 3]).buffer, () => new ArrayBuffer(1), () => new ArrayBuffer(8), () => new ArrayBuffer(random.chance(0.01) ? 70_000 : 256)])();
}

function packet(random) {
    const type = random.int(0, 4);
    const fields = [['type', random.chance(0.98) ? type : random.pick([5, -1, 1.5, '2', null])], ['nsp', random.chance(0.97) ? namespace(random) : random.pick(['chat', '/a,b', '', 1])],
        ['data', payload(random, type, random.chance(0.5) ? () => leaf(random) : null)], ['id', ackId(random)], ['options', { compress: true }]].filter(([name, value]) => value !== undefined || random.chance(0.3) || name === 'type');
    if (random.chance(0.5)) fields.reverse();
    return Object.fromEntries(fields);
}

/** By hand: what notepack does not write. */
const kByHand = [
    (data) => Buffer.concat([Buffer.from('83a474797065', 'hex'), Buffer.from([2]), Buffer.from('a36e7370a12fa464617461', 'hex'), data]),
].flatMap((around) => ['92a178d6ff00000001', '92a178d7ff7d2b750000000001', '92a17881c001', '92a178d40500', '92a178a1ff', '9178'.replace('91', '92') + 'a178', `92a178${'91'.repeat(70)}01`,
    `92a178${'91'.repeat(62)}90`, '92a17881cf000000000000000501', '92a178cf0020000000000001', '92a178ca3fc00000', '92a178db0000000161', '92a17883a16101a16102a16103', '92a178c1', '92a178dc00', '92a17881a95f5f70726f746f5f5f90'].map((hex) => around(Buffer.from(hex, 'hex'))));

test(`${kPackets} MessagePack packets mean the same to npm's parser and to ours`, () => {
    const random = seed(), stricter = new Differences(kStricter), other = new Differences(kOther);
    const packets = Array.from({ length: kPackets }, () => {
        const bytes = encoder.encode(packet(random))[0];
        const changed = random.chance(0.4) ? mutated(random, bytes) : bytes;
        return changed.includes(0xc9) ? bytes : changed; // npm allocates and copies the 4 GB that a changed ext 32 announces
    });
    packets.push(...kByHand);
    const ours = decodeAll(packets);
    let taken = 0;
    packets.forEach((bytes, i) => {
        const theirs = decodeNpm(bytes), mine = ours[i].error === undefined ? complete(ours[i]) : null;
        if (!theirs && !mine) return;
        if (theirs && !mine && stricter.explain(theirs, ours[i], bytes)) return;
        if (theirs && mine) taken++;
        if (mine && !isDeepStrictEqual(mine, theirs && fields(theirs)) && other.explain(theirs, bytes, mine)) return;
        if (!theirs || !mine || !isDeepStrictEqual(mine, fields(theirs)))
            assert.fail(`${bytes.toString('hex')} is ${JSON.stringify(theirs)} to npm, ${JSON.stringify(mine)} (${JSON.stringify(ours[i])}) to us`);
        const back = decodeNpm(Buffer.from(ours[i].again, 'base64'));
        if (!isDeepStrictEqual(mine, back && fields(back))) assert.fail(`${bytes.toString('hex')}: we send ${JSON.stringify(mine)}, and npm reads ${JSON.stringify(back)}`);
    });
    assert.deepEqual([...stricter.unmet(), ...other.unmet()], [], 'a difference that is listed and was not met');
    assert.ok(taken > kPackets * 0.4, `only ${taken} were taken by both: the generator is out of balance`);
});

test('what JSON and bytes have is encoded as npm encodes it, byte for byte', () => {
    const random = seed();
    const packets = Array.from({ length: kPackets / 3 }, () => {
        const type = random.int(0, 4), binary = type === 2 || type === 3;
        const data = payload(random, type, binary && random.chance(0.3) ? () => Buffer.alloc(random.chance(0.01) ? 70_000 : random.pick([0, 3, 255, 256]), 7) : null);
        return { type, ...(data === undefined ? {} : { data }), nsp: '/chat', ...(random.chance(0.5) ? { id: random.int(0, 70_000) } : {}) };
    }).filter((one) => !JSON.stringify(one).includes('e+300')).map((one) => encoder.encode(one)[0]); // npm writes 1e300 as 0
    const taken = decodeAll(packets).map(({ again }, i) => [again, packets[i].toString('base64')]).filter(([again]) => again !== undefined);
    assert.ok(taken.length > packets.length / 2, 'most are taken');
    for (const [again, theirs] of taken) assert.equal(again, theirs);
});
