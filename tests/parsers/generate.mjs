// Socket.IO packets, seeded: valid ones, odd ones, and ones with a few changed places.

const kNames = ['say', 'chat.message.send', '', 'connect', 'disconnecting', 'newListener', 'removeListener', '__proto__', 'toString', 7, -1.5, null, true, {}, []];
const kStrings = ['', 'a', 'hi "there"', 'x\n\u0000\u001f', 'สวัสดี', '😀', '\ud800', 'a'.repeat(31), 'b'.repeat(32), 'c'.repeat(40), '_placeholder', '\u2028', 'd'.repeat(300)];
const kNumbers = [0, -0, 1, -1, 31, -32, -33, 127, 128, -128, -129, 255, 256, 32767, -32768, -32769, 65535, 65536, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1,
    2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 2 ** 60, -(2 ** 62), 0.5, -1.25, 1e-7, 1e300, -5e-324, Math.PI];
const kKeys = ['a', 'b', 'num', '_placeholder', 'toJSON', '', '0', '10', 'ส', 'constructor'];
const kNamespaces = ['/', '/', '/', '/chat', '/admin', '/x?a=1', '/' + 'n'.repeat(254), '/' + 'n'.repeat(255), '/ก', '/a"b'];
const kText = '0123456789-/,[]{}":. \t\n\\"eE+truefalsnl_placeholderum\u00a0\ufeff\u2028é\ud83d\ude00\ud800\u0000\u001e';

/** A value that JSON has; `leaf` makes others. */
export function value(random, depth, leaf = null) {
    const kind = random.int(0, depth > 0 ? 9 : 5);
    if (kind <= 1) return leaf ? leaf() : random.pick(kNumbers);
    if (kind <= 3) return random.pick(kStrings);
    if (kind === 4) return random.pick(kNumbers);
    if (kind === 5) return random.pick([true, false, null]);
    if (kind <= 7) return Array.from({ length: random.chance(0.05) ? random.int(14, 18) : random.int(0, 4) }, () => value(random, depth - 1, leaf));
    return Object.fromEntries(Array.from({ length: random.int(0, 4) }, () => [random.pick(kKeys), value(random, depth - 1, leaf)]));
}

function eventName(random) { return random.chance(0.8) ? 'say' : random.pick(kNames); }

/** The payload of a packet of that type: mostly one that fits. */
export function payload(random, type, leaf = null) {
    if (random.chance(0.06)) return value(random, 2, leaf);
    if (type === 0) return random.chance(0.4) ? undefined : { token: value(random, 1, leaf) };
    if (type === 1) return undefined;
    if (type === 4) return random.chance(0.3) ? 'no' : { message: 'no', data: value(random, 2, leaf) };
    const list = Array.from({ length: random.int(0, 3) }, () => value(random, 3, leaf));
    return type === 2 || type === 5 ? [eventName(random), ...list] : list;
}

export function namespace(random) { return random.pick(kNamespaces); }
export function ackId(random) {
    if (random.chance(0.6)) return undefined;
    return random.chance(0.9) ? random.int(0, 300) : random.pick([2 ** 53 - 1, 2 ** 53, -1, 1.5, 1e300]);
}

const kPlaceholders = ['{"_placeholder":true,"num":0}', '{"num":1,"_placeholder":true}', '{"_placeholder":true,"num":9}', '{"_placeholder":true,"num":-1}',
    '{"_placeholder":true,"num":"0"}', '{"_placeholder":true}', '{"_placeholder":true,"num":0.5}', '{"_placeholder":1,"num":9}', '{"_placeholder":true,"num":0.0}',
    '{"_placeholder":true,"num":0,"x":{"_placeholder":true,"num":99}}', '{"\\u005fplaceholder":true,"n\\u0075m":0}', '{"_placeholder":true,"num":7,"num":0}'];
const kCounts = ['1', '1', '1', '2', '10', '11', '0', '', '01', '1.5', '1e0', ' 1', '-1', '0x1', '999999999999999999999'];
const kIds = ['', '', '', '0', '7', '007', '12345', '9007199254740991'];
const kOddIds = ['9007199254740992', '99999999999999999999', ' ', '1 ', '\u00a0', '1.5', '-1', '1e3'];

/** A text packet. */
export function text(random) {
    const type = random.int(0, 6);
    let out = random.chance(0.01) ? random.pick(['', ' ', '7', 'x', '9', '\n']) : String(type);
    if (type >= 5) out += (random.chance(0.8) ? '1' : random.pick(kCounts)) + (random.chance(0.97) ? '-' : '');
    const nsp = namespace(random);
    if (nsp !== '/' || random.chance(0.02)) out += nsp + (random.chance(0.97) ? ',' : '');
    out += random.pick(random.chance(0.9) ? kIds : kOddIds);
    const data = payload(random, type);
    if (data !== undefined) {
        let json = JSON.stringify(data);
        if (type >= 5 || random.chance(0.1))
            for (let i = random.int(0, 2); i > 0; i--) json = json.replace(/(?<=[[,])(-?\d[^,\]}]*|true|null|""|"a")(?=[,\]])/, () => random.pick(kPlaceholders));
        if (random.chance(0.1)) json = json.replace(/"a":/g, '"__proto__":');
        if (random.chance(0.1)) json = json.replace(/[[,:]/g, (c) => c + random.pick(['', ' ', '\n', '\t']));
        if (random.chance(0.05)) json = json.replace(/\d+/, () => random.pick(['1e400', '1E5', '-0', '01', '1.', '0.10', '123456789012345678901234567890']));
        out += json;
    }
    for (let i = random.chance(0.35) ? random.int(1, 3) : 0; i > 0; i--) {
        const at = random.int(0, out.length), c = kText[random.int(0, kText.length - 1)];
        out = out.slice(0, at) + (random.chance(0.6) ? c : '') + out.slice(at + (random.chance(0.6) ? 1 : 0));
    }
    return Buffer.from(out).toString(); // as a client's UTF-8 arrives
}

/** `bytes` with a few places changed. */
export function mutated(random, bytes) {
    const out = [...bytes];
    for (let i = random.int(1, 3); i > 0; i--) {
        const at = random.int(0, out.length), byte = random.chance(0.5) ? random.int(0, 255) : random.pick([0x80, 0x90, 0xa0, 0xc0, 0xc3, 0xc4, 0xc7, 0xd4, 0xd7, 0xd9, 0xdc, 0xde, 0xff, 0x00]);
        out.splice(at, random.int(0, 1), ...(random.chance(0.6) ? [byte] : []));
    }
    return Buffer.from(out);
}
