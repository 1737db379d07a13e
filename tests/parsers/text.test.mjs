// Text packets: generated ones, decoded by npm's socket.io-parser and by ours. All differences are in the list below.
// SEED=n takes other packets.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { Decoder } from 'socket.io-parser';
import { Random } from '../faults/random.mjs';
import { text } from './generate.mjs';
import { decodeAll, Differences, withAttachments } from './ours.mjs';

const kPackets = 100_000;
const kAttachments = Array.from({ length: 10 }, (_, i) => Buffer.from(`attachment ${i}`));

/** The parts of a text packet as npm reads them: the id is what it takes for digits. */
function parts(packet) {
    const [, head, nsp = '', id, json] = /^([0-4]|[56]\d+-)(\/[^,]*,?)?([\d\s]*)(.*)$/s.exec(packet) ?? [];
    return head === undefined ? null : { type: Number(head[0]), nsp: nsp.replace(/,$/, ''), id, json };
}

function placeholders(data) {
    if (data === null || typeof data !== 'object') return [];
    const inside = Object.values(data).flatMap(placeholders);
    return data._placeholder === true ? [data, ...inside] : inside;
}

/** npm takes these and we do not. Never the other way round. */
const kStricter = [
    ['white space, or nothing, as type 0', (packet) => !/^[0-6]/.test(packet)],
    ['a number of attachments that is not digits', (packet) => /^[56](?!\d+-)/.test(packet)],
    ['white space for an ack id', (packet) => /\s/.test(parts(packet).id)],
    ['no payload', (packet) => parts(packet).type > 1 && parts(packet).json === ''],
    ['an ack id above 2^53 - 1', (packet) => Number(parts(packet).id) > Number.MAX_SAFE_INTEGER],
    ['a namespace of more than 255 bytes', (packet) => Buffer.byteLength(parts(packet).nsp) > 255],
    ['a placeholder whose number is a fraction', (packet) => placeholders(JSON.parse(parts(packet).json)).some(({ num }) => !Number.isInteger(num))],
    ['a wrong placeholder inside a placeholder', (packet) => placeholders(JSON.parse(parts(packet).json)).some((data) => Object.values(data).some((inner) => placeholders(inner).length > 0))],
    ['JSON deeper than 128', (packet) => /\[{128}/.test(parts(packet).json)],
    ['JSON of more than 100,000 nodes', (packet) => parts(packet).json.length > 200_000],
];

/** What npm makes of it: a packet with its attachments in place, or nothing. */
function decodeNpm(packet) {
    const decoder = new Decoder();
    let decoded;
    let attachments = 0;
    decoder.on('decoded', (whole) => { decoded = whole; });
    try {
        decoder.add(packet);
        while (!decoded) decoder.add(kAttachments[attachments++]);
    } catch {
        return null;
    }
    const { type, nsp, id, data } = decoded;
    return { type, nsp, id, data, attachments };
}

/** Ours in the same form: npm calls a binary event an event once it is complete. */
function complete({ type, nsp, id, data, attachments, error }) {
    if (error !== undefined) return null;
    return { type: type > 4 ? type - 3 : type, nsp, id, data: withAttachments(data, kAttachments.slice(0, attachments)), attachments };
}

test(`${kPackets} text packets mean the same to npm's parser and to ours`, () => {
    const random = new Random(Number(process.env.SEED ?? 1)), differences = new Differences(kStricter);
    const packets = Array.from({ length: kPackets }, () => text(random));
    packets.push(`2["x",${'['.repeat(127)}${']'.repeat(127)}]`, `2["x",${'['.repeat(128)}${']'.repeat(128)}]`, `2["x"${',1'.repeat(100_000)}]`);
    const ours = decodeAll(packets);
    assert.equal(ours.length, packets.length);
    let taken = 0;
    packets.forEach((packet, i) => {
        const theirs = decodeNpm(packet), mine = complete(ours[i]);
        if (theirs && mine) taken++;
        if (theirs && !mine && differences.explain(packet)) return;
        if (!isDeepStrictEqual(mine, theirs)) assert.fail(`${JSON.stringify(packet)} is ${JSON.stringify(theirs)} to npm, ${JSON.stringify(mine)} to us`);
    });
    assert.deepEqual(differences.unmet(), [], 'a difference that is listed and was not met');
    assert.ok(taken > kPackets * 0.3 && taken < kPackets * 0.8, `${taken} were taken by both: the generator is out of balance`);
});
