// The cases of WebSocket framing that implementations compare themselves by, as data: the ids of the Autobahn test suite
// (sections 1 to 7 and 10; section 6 has a file of its own, 9 is made in frames.test.mjs), the meanings from RFC 6455.
//
// What is mapped  The echo speaks Engine.IO: a text message is a packet, so it begins with `4` and is echoed with it; where
//                 a case is about a length, the `4` is one of its bytes. Binary messages, pings, pongs and closes are
//                 as they are. A row with `mapped` says what else is different.
// Columns         id, what, send, expect, and:
//                 send     frames, sent in one write; with `chop: 'frames'` in one write each, with a number in writes of
//                          that many bytes
//                 expect   what comes back: messages, then `closed <code>`. If nothing closes, the client does in the
//                          end, with 1000, and that is answered
//                 pongs    what the pongs hold that come back; none if it is not said
import { frame, kBinary, kClose, kPing, kPong, kText } from './websocket.mjs';

export const kHalf = { fin: false };
export const text = (payload, options) => frame(kText, payload, options);
export const more = (payload, options) => frame(0, payload, options);
const binary = (payload, options) => frame(kBinary, payload, options);
const ping = (payload = '', options) => frame(kPing, payload, options);
const pong = (payload = '', options) => frame(kPong, payload, options);
const close = (code, reason = '', options) => frame(kClose, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]), options);

const kHello = '4Hello, world', kBytes = Buffer.from([0, 255, 254, 253, 252, 251, 0, 255]);
const kBroken = 'closed 1002';
const filled = (size) => `4${'*'.repeat(size - 1)}`;
const [kFrames, kOctets] = ['frames', 1];
/** The same frames in one write, frame by frame and byte by byte: three ids, each with its way. */
const threeWays = (ids, what, send, expect, rest) => [undefined, kFrames, kOctets].map((chop, i) => ({ id: ids[i], what: `${what}, ${['in one write', 'frame by frame', 'byte by byte'][i]}`, send, expect, chop, ...rest }));

const kLengths = [125, 126, 127, 128, 65535, 65536];

const kFraming = [
    { id: '1.1.1', what: 'an empty text', send: [text('')], expect: ['closed 1005'], mapped: 'a packet without a type is none: parse error' },
    ...kLengths.map((size, i) => ({ id: `1.1.${i + 2}`, what: `text of ${size} bytes`, send: [text(filled(size))], expect: [filled(size)] })),
    { id: '1.1.8', what: 'text of 65536 bytes in pieces of 997', send: [text(filled(65536))], expect: [filled(65536)], chop: 997 },
    ...[0, ...kLengths].map((size, i) => ({ id: `1.2.${i + 1}`, what: `${size} bytes`, send: [binary(Buffer.alloc(size, 254))], expect: [Buffer.alloc(size, 254)] })),
    { id: '1.2.8', what: '65536 bytes in pieces of 997', send: [binary(Buffer.alloc(65536, 254))], expect: [Buffer.alloc(65536, 254)], chop: 997 },
];

const kTen = Array.from({ length: 10 }, (_, i) => `payload-${i}`);

const kPings = [
    { id: '2.1', what: 'an empty ping', send: [ping()], expect: [], pongs: [''] },
    { id: '2.2', what: 'a ping with a text', send: [ping('Hello, world')], expect: [], pongs: ['Hello, world'] },
    { id: '2.3', what: 'a ping with bytes that are no UTF-8', send: [ping(kBytes)], expect: [], pongs: [kBytes.toString('latin1')] },
    { id: '2.4', what: 'a ping of 125 bytes', send: [ping(Buffer.alloc(125, 254))], expect: [], pongs: ['\xfe'.repeat(125)] },
    { id: '2.5', what: 'a ping of 126 bytes', send: [ping(Buffer.alloc(126, 254))], expect: [kBroken] },
    { id: '2.6', what: 'a ping of 125 bytes, byte by byte', send: [ping(Buffer.alloc(125, 254))], expect: [], pongs: ['\xfe'.repeat(125)], chop: kOctets },
    { id: '2.7', what: 'an empty pong that nobody asked for', send: [pong()], expect: [] },
    { id: '2.8', what: 'a pong with a payload that nobody asked for', send: [pong('unsolicited')], expect: [] },
    { id: '2.9', what: 'a pong that nobody asked for, and a ping', send: [pong('unsolicited'), ping('asked')], expect: [], pongs: ['asked'] },
    { id: '2.10', what: 'ten pings', send: kTen.map((payload) => ping(payload)), expect: [], pongs: kTen },
    { id: '2.11', what: 'ten pings, byte by byte', send: kTen.map((payload) => ping(payload)), expect: [], pongs: kTen, chop: kOctets },
];

const kReserved = [
    { id: '3.1', what: 'RSV 1 in a text', send: [text(kHello, { rsv: 1 })], expect: [kBroken] },
    { id: '3.2', what: 'RSV 2 in a second text, then a ping', send: [text(kHello), text(kHello, { rsv: 2 }), ping()], expect: [kHello, kBroken] },
    { id: '3.3', what: 'RSV 3 likewise, frame by frame', send: [text(kHello), text(kHello, { rsv: 3 }), ping()], expect: [kHello, kBroken], chop: kFrames },
    { id: '3.4', what: 'RSV 4 likewise, byte by byte', send: [text(kHello), text(kHello, { rsv: 4 }), ping()], expect: [kHello, kBroken], chop: kOctets },
    { id: '3.5', what: 'RSV 5 in a binary', send: [binary(kBytes, { rsv: 5 })], expect: [kBroken] },
    { id: '3.6', what: 'RSV 6 in a ping', send: [ping('Hello', { rsv: 6 })], expect: [kBroken] },
    { id: '3.7', what: 'RSV 7 in a close', send: [close(1000, '', { rsv: 7 })], expect: [kBroken] },
];

/** Five of a kind: alone, alone with a payload, and behind a text in three ways. */
const unknown = (section, [a, b, c, d, e]) => [
    { id: `${section}.1`, what: `opcode ${a}`, send: [frame(a)], expect: [kBroken] },
    { id: `${section}.2`, what: `opcode ${b} with a payload`, send: [frame(b, 'reserved')], expect: [kBroken] },
    { id: `${section}.3`, what: `opcode ${c} behind a text`, send: [text(kHello), frame(c), ping()], expect: [kHello, kBroken] },
    { id: `${section}.4`, what: `opcode ${d} with a payload, frame by frame`, send: [text(kHello), frame(d, 'reserved'), ping()], expect: [kHello, kBroken], chop: kFrames },
    { id: `${section}.5`, what: `opcode ${e} with a payload, byte by byte`, send: [text(kHello), frame(e, 'reserved'), ping()], expect: [kHello, kBroken], chop: kOctets },
];
const kOpcodes = [...unknown('4.1', [3, 4, 5, 6, 7]), ...unknown('4.2', [11, 12, 13, 14, 15])];

const kTwo = [text('4fragment1', kHalf), more('fragment2')], kOne = '4fragment1fragment2';
const kFive = ['4fragment1', 'fragment2', 'fragment3', 'fragment4', 'fragment5'];
const kFiveWithPings = [
    text(kFive[0], kHalf), more(kFive[1], kHalf), ping('first'), more(kFive[2], kHalf), more(kFive[3], kHalf), ping('second'), more(kFive[4]),
];

const kFragments = [
    { id: '5.1', what: 'a ping in two frames', send: [ping('fragment1', kHalf), more('fragment2')], expect: [kBroken] },
    { id: '5.2', what: 'a pong in two frames', send: [pong('fragment1', kHalf), more('fragment2')], expect: [kBroken] },
    ...threeWays(['5.3', '5.4', '5.5'], 'a text in two frames', kTwo, [kOne]),
    ...threeWays(['5.6', '5.7', '5.8'], 'a ping between two frames', [kTwo[0], ping('between'), kTwo[1]], [kOne], { pongs: ['between'] }),
    ...threeWays(['5.9', '5.10', '5.11'], 'the last part of nothing, and a text', [more('of nothing'), text(kHello)], [kBroken]),
    ...threeWays(['5.12', '5.13', '5.14'], 'a part of nothing, and a text', [more('of nothing', kHalf), text(kHello)], [kBroken]),
    { id: '5.15', what: 'a text in two frames, a part of nothing, and a text', send: [...kTwo, more('of nothing', kHalf), text(kHello)], expect: [kOne, kBroken] },
    { id: '5.16', what: 'a part of nothing and a text in two frames, twice', send: [more('of nothing', kHalf), ...kTwo, more('of nothing', kHalf), ...kTwo], expect: [kBroken] },
    { id: '5.17', what: 'the last part of nothing and a text in two frames, twice', send: [more('of nothing'), ...kTwo, more('of nothing'), ...kTwo], expect: [kBroken] },
    { id: '5.18', what: 'two frames that both say text', send: [text('4fragment1', kHalf), text('fragment2')], expect: [kBroken] },
    {
        id: '5.19', what: 'five frames with pings between, the second half later', send: kFiveWithPings, expect: [kFive.join('')], pongs: ['first', 'second'], wait: 3,
        mapped: 'the second half waits for the first pong, not for a second',
    },
    {
        id: '5.20', what: 'the same, frame by frame', send: kFiveWithPings, expect: [kFive.join('')], pongs: ['first', 'second'], wait: 3, chop: kFrames,
        mapped: 'as before',
    },
];

const kLong = filled(256 * 1024);
const kLegal = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const kIllegal = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];

const kClosing = [
    { id: '7.1.1', what: 'a text, then a close', send: [text(kHello), close(1000)], expect: [kHello, 'closed 1000'] },
    { id: '7.1.2', what: 'two closes', send: [close(1000), close(1000)], expect: ['closed 1000'] },
    { id: '7.1.3', what: 'a ping behind a close', send: [close(1000), ping()], expect: ['closed 1000'] },
    { id: '7.1.4', what: 'a text behind a close', send: [close(1000), text(kHello)], expect: ['closed 1000'] },
    { id: '7.1.5', what: 'a close between two frames', send: [kTwo[0], close(1000), kTwo[1]], expect: ['closed 1000'] },
    { id: '7.1.6', what: 'a long text, a close and a ping', send: [text(kLong), close(1000), ping()], expect: [kLong, 'closed 1000'] },
    { id: '7.3.1', what: 'a close without a code', send: [frame(kClose)], expect: ['closed 1005'] },
    { id: '7.3.2', what: 'a close of one byte', send: [frame(kClose, 'a')], expect: [kBroken] },
    { id: '7.3.3', what: 'a close with a code', send: [close(1000)], expect: ['closed 1000'] },
    { id: '7.3.4', what: 'a close with a reason', send: [close(1000, 'Hello, world')], expect: ['closed 1000'] },
    { id: '7.3.5', what: 'a close with the longest reason', send: [close(1000, '*'.repeat(123))], expect: ['closed 1000'] },
    { id: '7.3.6', what: 'a close with a longer one', send: [close(1000, '*'.repeat(124))], expect: [kBroken] },
    { id: '7.5.1', what: 'a reason that is no UTF-8', send: [close(1000, Buffer.from('cebae1bdb9cf83eda080', 'hex'))], expect: ['closed 1007'] },
    ...kLegal.map((code, i) => ({ id: `7.7.${i + 1}`, what: `close ${code}`, send: [close(code)], expect: [`closed ${code}`] })),
    ...kIllegal.map((code, i) => ({ id: `7.9.${i + 1}`, what: `close ${code}`, send: [close(code)], expect: [kBroken] })),
    ...[5000, 65535].map((code, i) => ({ id: `7.13.${i + 1}`, what: `close ${code}`, send: [close(code)], expect: [kBroken] })),
];

/** One message in fragments of `size` bytes. */
export function fragmented(opcode, payload, size) {
    const frames = [];
    for (let at = 0; at === 0 || at < payload.length; at += size)
        frames.push(frame(at === 0 ? opcode : 0, payload.subarray(at, at + size), { fin: at + size >= payload.length }));
    return frames;
}

const kAutomatic = [{ id: '10.1.1', what: '65536 bytes in frames of 1300', send: fragmented(kText, Buffer.from(filled(65536)), 1300), expect: [filled(65536)] }];

export const kSections = {
    '1 framing': kFraming, '2 pings and pongs': kPings, '3 reserved bits': kReserved, '4 opcodes': kOpcodes,
    '5 fragments': kFragments, '7 closing': kClosing, '10 fragments by the sender': kAutomatic,
};
