// Section 6 of the cases of framing (see frame_cases.mjs): what is UTF-8 and what is not, alone in a text message.
//
// A sequence stands behind the `4` that makes it a packet. Bytes in hex; `good` is echoed, the rest is `closed 1007`.
import { kHalf, more, text } from './frame_cases.mjs';

const kNotUtf8 = ['closed 1007'];
const bytes = (hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const packet = (hex) => Buffer.concat([Buffer.from('4'), bytes(hex)]);
const row = (id, what, hex, good) => ({ id, what: `${what}: ${hex}`, send: [text(packet(hex))], expect: good ? [packet(hex).toString()] : kNotUtf8 });
/** A list of sequences, numbered from 1. */
const rows = (section, what, good, list) => list.map((hex, i) => row(`6.${section}.${i + 1}`, what, hex, good));
const range = (first, last, behind = '') => Array.from({ length: last - first + 1 }, (_, i) => (first + i).toString(16) + behind).join('');
const hex = (string) => Buffer.from(string).toString('hex');

const kMixed = '4Hello-µ@ßöäüàá-UTF-8!!', kWord = 'κ\u1f79σμε', kWordHex = hex(kWord); // letters of 2, 3, 2, 2 and 2 bytes
/** One frame for each byte. */
const bytewise = (payload) => [...payload].map((byte, i) => (i === 0 ? text : more)(Buffer.from([byte]), { fin: i === payload.length - 1 }));

// A sequence that ends in the middle of a message: a decoder that looks at once does not wait for the rest.
const kEarly = { ours: 'fails at the first byte that is wrong, not at the end of the message' };
const kBefore = packet(kWordHex), kBehind = Buffer.from('edited');
const kWhole = text(Buffer.concat([kBefore, bytes('f4908080'), kBehind]));
const kBodyEnd = kWhole.length - kBehind.length; // and the frame's last bytes
const kWrong = [
    { id: '6.4.1', what: 'wrong in the second frame', send: [text(kBefore, kHalf), more(bytes('f4908080'), kHalf)], chop: 'frames' },
    { id: '6.4.2', what: 'wrong in the second frame, torn', send: [text(Buffer.concat([kBefore, bytes('f4')]), kHalf), more(bytes('90'), kHalf)], chop: 'frames' },
    { id: '6.4.3', what: 'wrong in the second piece of a frame', send: [kWhole.subarray(0, kBodyEnd - 4), kWhole.subarray(kBodyEnd - 4, kBodyEnd)], chop: 'frames' },
    { id: '6.4.4', what: 'wrong in the second piece of a frame, torn', send: [kWhole.subarray(0, kBodyEnd - 3), kWhole.subarray(kBodyEnd - 3, kBodyEnd - 2)], chop: 'frames' },
].map((one) => ({ ...one, expect: kNotUtf8, ...kEarly, mapped: 'the rest is never sent: the end comes without it' }));

const kPrefixes = Array.from({ length: kWordHex.length / 2 }, (_, i) => kWordHex.slice(0, 2 * (i + 1)));
const kWholeAfter = [2, 5, 7, 9, 11]; // bytes: where a letter ends
const kHigh = ['eda080', 'edadbf', 'edae80', 'edafbf'], kLow = ['edb080', 'edbfbf'];
const kPlaneEnds = Array.from({ length: 17 }, (_, plane) => [0xfffe, 0xffff].map((end) => hex(String.fromCodePoint(plane * 0x10000 + end)))).flat();
const kTorn = ['c0', 'e080', 'f08080', 'f8808080', 'fc80808080', 'df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf'];

export const kUtf8 = [
    { id: '6.1.1', what: 'an empty text', send: [text('')], expect: ['closed 1005'], mapped: 'a packet without a type is none: parse error' },
    { id: '6.1.2', what: 'three empty frames', send: [text('', kHalf), more('', kHalf), more('')], expect: ['closed 1005'], mapped: 'a packet without a type is none: parse error' },
    { id: '6.1.3', what: 'the first and the last of three frames are empty', send: [text('', kHalf), more('4middle', kHalf), more('')], expect: ['4middle'] },
    { id: '6.2.1', what: 'letters of two bytes', send: [text(kMixed)], expect: [kMixed] },
    { id: '6.2.2', what: 'two frames, between two letters', send: [text(kMixed.slice(0, 10), kHalf), more(kMixed.slice(10))], expect: [kMixed] },
    { id: '6.2.3', what: 'a frame for each byte', send: bytewise(Buffer.from(kMixed)), expect: [kMixed] },
    { id: '6.2.4', what: 'a frame for each byte, letters of three', send: bytewise(packet(kWordHex)), expect: [`4${kWord}`] },
    row('6.3.1', 'a surrogate in a text', `${kWordHex}eda080${hex('edited')}`, false),
    { id: '6.3.2', what: 'the same, a frame for each byte', send: bytewise(packet(`${kWordHex}eda080${hex('edited')}`)), expect: kNotUtf8 },
    ...kWrong,
    ...rows(5, 'letters', true, ['hello$world', 'hello¢world', 'hello€world', 'hello𤭢world', kWord].map(hex)),
    ...kPrefixes.map((prefix, i) => row(`6.6.${i + 1}`, `${i + 1} bytes of a word`, prefix, kWholeAfter.includes(i + 1))),
    ...rows(7, 'the first of a length', true, ['00', 'c280', 'e0a080', 'f0908080']),
    ...rows(8, 'the first of a length that there is not', false, ['f888808080', 'fc8480808080']),
    ...rows(9, 'the last of a length', true, ['7f', 'dfbf', 'efbfbf', 'f48fbfbf']),
    ...rows(10, 'the last of a length, too high', false, ['f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf']),
    ...rows(11, 'around the borders', true, ['ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf']),
    row('6.11.5', 'over the border', 'f4908080', false),
    ...rows(12, 'continuation bytes alone', false, ['80', 'bf', '80bf', '80bf80', '80bf80bf', '80bf80bf80', '80bf80bf80bf', range(0x80, 0xbf)]),
    ...rows(13, 'first bytes alone', false, [range(0xc0, 0xdf, '20'), range(0xe0, 0xef, '20'), range(0xf0, 0xf7, '20'), range(0xf8, 0xfb, '20'), range(0xfc, 0xfd, '20')]),
    ...rows(14, 'the last byte is missing', false, kTorn),
    row('6.15.1', 'all these in a row', kTorn.join(''), false),
    ...rows(16, 'bytes that never occur', false, ['fe', 'ff', 'fefeffff']),
    ...rows(17, 'a slash, too long', false, ['c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af']),
    ...rows(18, 'the last that is too long', false, ['c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf']),
    ...rows(19, 'a zero, too long', false, ['c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080']),
    ...rows(20, 'a surrogate', false, [...kHigh, 'edb080', 'edbe80', 'edbfbf']),
    ...rows(21, 'two surrogates', false, kHigh.flatMap((high) => kLow.map((low) => high + low))),
    ...rows(22, 'the last two of a plane', true, kPlaneEnds),
    ...rows(23, 'specials', true, [0xfff9, 0xfffa, 0xfffb, 0xfffc, 0xfffd, 0xfffe, 0xffff].map((point) => hex(String.fromCodePoint(point)))),
];
