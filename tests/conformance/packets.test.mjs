// The packets of Socket.IO, row by row, over both transports: what closes, what is ignored, what is answered.
import assert from 'node:assert/strict';
import test from 'node:test';
import { placeholder } from './lab.mjs';
import { connected, kModes, openSession } from './session.mjs';
import { startTarget, table } from './target.mjs';

const [b0, b1, b2] = ['zero', 'one', 'two'].map((text) => Buffer.from(text));
const kDigits = '1'.repeat(400), kTen = Array.from({ length: 10 }, (_, i) => placeholder(i));

const kNoJson = [
    '["message",]', '["message",NaN]', '["message",Infinity]', '["message",01]', '["message",+1]',
    '["message",1.]', '["message",.5]', '["message",undefined]', "['message']", '["message"', '["message"]]',
    '["message"] x', '["message","\x01"]', '["message","\\x41"]', '["message","\\ud8"]', '["message",tru]',
    '["message",{a:1}]', '["message",{"a":1,}]', '["message",/**/1]',
];

// Packets behind `40` → `closed`, or what comes back before the answer to a last event.
const kPackets = [
    // Types and grammar.
    ['no packet', ['4'], 'closed'], ['type 7', ['47'], 'closed'], ['type 9', ['49["x"]'], 'closed'], ['a letter', ['4x'], 'closed'],
    ['an event that is an object', ['42{}'], 'closed'], ['a text', ['42"x"'], 'closed'], ['a number', ['421'], 'closed', { ours: 'no payload: see below', node: [] }],
    ['an event without name', ['42[]'], 'closed'], ['a name that is null', ['42[null]'], 'closed'], ['a name that is true', ['42[true]'], 'closed'],
    ['a name that is an object', ['42[{"toString":"x"}]'], 'closed'], ['a name that is an array', ['42[["message"]]'], 'closed'],
    ...['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'].map((name) => [`the reserved name ${name}`, [`42["${name}"]`], 'closed']),
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'error', ''].map((name) => [`an event that nobody expects: ${name}`, [`42["${name}",1]`], []]),
    ['a name that is a number', ['42[1]'], []],
    ['a name with escapes', ['42["m\\u0065ssage",1]'], ['42["message-back",1]']],
    ['a reserved name with escapes', ['42["connec\\u0074"]'], 'closed'],

    // JSON.
    ...kNoJson.map((json) => [`what is no JSON: ${JSON.stringify(json)}`, [`42${json}`], 'closed']),
    ['numbers', ['42["message",0,-0.5,1e3,123456789012345678901234567890]'], ['42["message-back",0,-0.5,1000,1.2345678901234568e+29]']],
    ['spaces', ['42[ "message" ,\t1 ,\n{ "a" : [ ] } ]'], ['42["message-back",1,{"a":[]}]']],
    ['letters of the world', ['42["message","ü€𝄞\u2028","\\ud834\\udd1e"]'], ['42["message-back","ü€𝄞\u2028","𝄞"]']],
    ['members of the language', ['42["message",{"__proto__":{"x":1},"constructor":2}]'], ['42["message-back",{"__proto__":{"x":1},"constructor":2}]']],
    ['a number that is not finite', ['42["message",1e400,-1e400]'], ['42["message-back",null,null]']],
    ['half a surrogate pair', ['42["message","\\ud800"]'], ['42["message-back","…"]']],

    // Ids.
    ['an ack id', ['427["message-with-ack",1]'], ['437[1]']], ['the id 0', ['420["message-with-ack"]'], ['430[]']],
    ['zeros before an id', ['42007["message-with-ack"]'], ['437[]']],
    ['the highest id', ['429007199254740991["message-with-ack"]'], ['439007199254740991[]']],
    ['one over it', ['429007199254740992["message-with-ack"]'], 'closed', { ours: 'no number of JavaScript counts further', node: ['439007199254740992[]'] }],
    ['an id of 400 digits', [`42${kDigits}["message-with-ack"]`], 'closed', { ours: 'no number of JavaScript counts further', node: ['43Infinity[]'] }],
    ['an id that is a fraction', ['421.5["x"]'], 'closed'], ['a negative id', ['42-1["x"]'], 'closed'], ['an id of letters', ['42abc["x"]'], 'closed'],
    ['a space as id', ['42 ["message",1]'], 'closed', { ours: 'Node reads 0', node: ['42["message-back",1]'] }],

    // Acks, errors, disconnects.
    ['an ack of letters', ['43abc'], 'closed'], ['an ack that is an object', ['431{}'], 'closed'],
    ['an ack without id', ['43[]'], []], ['an ack of an id that is not awaited', ['4312[]'], []], ['a binary one', [`461-12[${placeholder(0)}]`, b0], []],
    ['CONNECT_ERROR', ['44'], 'closed'], ['CONNECT_ERROR with a payload', ['44{"message":"x"}'], 'closed'], ['with a text', ['44"x"'], 'closed'],
    ['DISCONNECT with a payload', ['41{"a":1}'], 'closed'], ['DISCONNECT with an array', ['41[]'], 'closed'],
    ['DISCONNECT of a namespace not joined', ['41/custom,'], 'closed'], ['the same without comma', ['41/custom'], 'closed'],
    ['an event of a namespace not joined', ['42/custom,["x"]'], 'closed'], ['of one that there is not', ['42/nowhere,["x"]'], 'closed'],
    ['an event of `/` by its name', ['42/,["message",1]'], ['42["message-back",1]']],

    // CONNECT.
    ['a second CONNECT', ['40'], 'closed'], ['a second one by name', ['40/,'], 'closed'], ['a second one with a payload', ['40{}'], 'closed'],
    ['CONNECT with a text', ['40/x,"str"'], 'closed'], ['CONNECT to nowhere', ['40/x,'], ['44/x,{"message":"Invalid namespace"}']],

    // No payload at all.
    ['an event without payload', ['42'], 'closed', { ours: 'Node delivers an event without a name', node: [] }],
    ['an ack without payload', ['437'], 'closed', { ours: 'Node delivers it', node: [] }],
    ['a binary event without payload', ['451-', b0], 'closed', { ours: 'Node delivers an event without a name', node: [] }],

    // Attachments.
    ['attachments: 0', ['450-["x"]'], 'closed'], ['none', ['45-["x"]'], 'closed'], ['11', ['4511-["x"]'], 'closed'], ['no dash', ['451["x"]'], 'closed'],
    ['nothing behind the type', ['45'], 'closed'], ['a fraction', ['451.5-["x"]'], 'closed'], ['letters', ['45a-["x"]'], 'closed'], ['negative', ['45-1-["x"]'], 'closed'],
    ['many digits', [`45${kDigits}-["x"]`], 'closed'], ['a binary ack with 0', ['460-1["x"]'], 'closed'],
    ['a number in hexadecimal', ['450x1-["message",1]', b0], 'closed', { ours: 'digits only', node: ['42["message-back",1]'] }],
    ['binary', [`451-["message",${placeholder(0)}]`, b0], [`451-["message-back",${placeholder(0)}]`, b0]],
    ['binary with an ack', [`451-5["message-with-ack",${placeholder(0)}]`, b0], [`461-5[${placeholder(0)}]`, b0]],
    ['ten attachments', [`4510-["message",${kTen}]`, ...Array(10).fill(b1)], [`4510-["message-back",${kTen}]`, ...Array(10).fill(b1)]],
    ['an attachment without bytes', [`451-["message",${placeholder(0)}]`, Buffer.alloc(0)], [`451-["message-back",${placeholder(0)}]`, Buffer.alloc(0)]],
    ['placeholders are numbered anew, depth first', [`453-["message",{"b":${placeholder(2)},"a":[${placeholder(0)}]},${placeholder(1)}]`, b0, b1, b2], [`453-["message-back",{"b":${placeholder(0)},"a":[${placeholder(1)}]},${placeholder(2)}]`, b2, b0, b1]],
    ['one used twice, one not at all', [`452-["message",${placeholder(0)},${placeholder(0)}]`, b0, b1], [`452-["message-back",${placeholder(0)},${placeholder(1)}]`, b0, b0]],
    ['none used', ['452-["message",1]', b0, b1], ['42["message-back",1]']],
    ['a placeholder out of range', [`451-["message",${placeholder(1)}]`, b0], 'closed'], ['a negative one', [`451-["message",${placeholder(-1)}]`, b0], 'closed'],
    ...['"0"', '"__proto__"', 'null', 'true', '{}', '[0]', '"splice"'].map((num) => [`a placeholder that is ${num}`, [`451-["message",${placeholder(num)}]`, b0], 'closed']),
    ['a placeholder without number', ['451-["message",{"_placeholder":true}]', b0], 'closed'],
    ['a placeholder that is a fraction', [`451-["message",${placeholder(0.5)}]`, b0], 'closed', { ours: 'it is no index; Node delivers undefined', node: ['42["message-back",null]'] }],
    ['_placeholder that is not true', ['451-["message",{"_placeholder":1,"num":9}]', b0], ['42["message-back",{"_placeholder":1,"num":9}]']],
    ['a placeholder in a text packet is data', [`42["message",${placeholder(0)}]`], [`42["message-back",${placeholder(0)}]`]],
    ['a placeholder as name', [`451-[${placeholder(0)}]`, b0], 'closed'],
    ['binary without a header', [b0], 'closed'],
    ['binary behind what was announced', [`451-["nobody",${placeholder(0)}]`, b0, b1], 'closed'],
    ['a text while attachments are due', [`451-["message",${placeholder(0)}]`, '42["message",1]'], 'closed'],
    ['a second header while attachments are due', [`451-["message",${placeholder(0)}]`, `451-["message",${placeholder(0)}]`], 'closed'],
    ['a pong while attachments are due', [`451-["message",${placeholder(0)}]`, '3', b0], [`451-["message-back",${placeholder(0)}]`, b0]],
    ['a bad payload is not waited for', ['452-{}'], 'closed'],

    // Engine packets out of place.
    ...['3', '5', '6', '0'].map((packet) => [`${packet} out of place`, [packet], []]),
].map(([name, send, expect, row]) => ({ name, send, expect, ...row }));

// First packets → the answer.
const kFirst = [
    ['an event', ['42["x"]'], 'closed'], ['a disconnect', ['41'], 'closed'], ['an ack', ['431[]'], 'closed'], ['an error', ['44'], 'closed'],
    ['binary', [b0], 'closed'], ['a binary event', [`451-["message",${placeholder(0)}]`, b0], 'closed'],
    ['with a text', ['40"x"'], 'closed'], ['with an array', ['40[]'], 'closed'], ['with null', ['40null'], 'closed'], ['with true', ['40true'], 'closed'],
    ['with half an object', ['40{'], 'closed'], ['with two objects', ['40{}{}'], 'closed'], ['with a letter', ['40x'], 'closed'],
    ['CONNECT', ['40'], 'joined'], ['CONNECT with a payload', ['40{"token":"x"}'], 'joined'], ['CONNECT to `/` by name', ['40/,'], 'joined'], ['and without comma', ['40/'], 'joined'],
    ['another namespace without comma', ['40/custom'], 'joined'],
    ['a query stays part of the name', ['40/?a=1,'], '44/?a=1,{"message":"Invalid namespace"}'],
    ['a payload without comma is part of the name', ['40/x{"a":1}'], '44/x{"a":1},{"message":"Invalid namespace"}'],
    ['the name is not decoded', ['40/%63ustom,'], '44/%63ustom,{"message":"Invalid namespace"}'],
    ['names differ by case', ['40/Custom,'], '44/Custom,{"message":"Invalid namespace"}'],
    ['a name of the language', ['40/__proto__,'], '44/__proto__,{"message":"Invalid namespace"}'],
    ['a payload that is wrong, for nowhere', ['40/x,abc'], 'closed'],
    ['a refused one may try another', ['40/x', '40'], '44/x,{"message":"Invalid namespace"}'],
].map(([name, send, expect]) => ({ name, send, expect }));

// JSON may be spaced and escaped as the server likes; what stands for half a surrogate pair is its choice.
const kHead = /^4\d(?:\d+-)?(?:\/[^,]*,)?(?:\d+|Infinity)?/;
function plain(packet) {
    const json = typeof packet === 'string' ? packet.replace(kHead, '') : '';
    return json ? packet.slice(0, -json.length) + JSON.stringify(JSON.parse(json)).replace(/"(\\ud800|\ufffd)"/, '"…"') : packet;
}

// How a session ends: on polling the close packet, then the refusal (noops are not shown).
const kEnd = { polling: ['1', '400 {"code":1,"message":"Session ID unknown"}'], websocket: ['closed 1005'] };

/** Packets until the one that `isLast`; `closed` if the session ends as it should, and with nothing before. */
async function until(session, isLast) {
    const got = [], [end, ...rest] = kEnd[session.mode];
    for (;;) {
        const packet = await session.next();
        if (packet === end) {
            for (const more of rest) assert.equal(await session.next(), more);
            return got.length === 0 ? 'closed' : [...got, 'closed'];
        }
        got.push(plain(packet));
        if (isLast(got.at(-1))) return got;
    }
}

test('packets of Socket.IO', async (t) => {
    const server = await startTarget(t, 'sio');
    for (const mode of kModes) {
        await table(t, `behind CONNECT, over ${mode}`, server, kPackets, async ({ send }) => {
            const session = await connected(server, mode), sent = await session.send(...send);
            if (mode === 'polling') assert.equal(sent, '200 ok');
            await session.send('4299["message-with-ack","last"]');
            const got = await until(session, (packet) => packet === '4399["last"]');
            await session.drop();
            return got === 'closed' ? got : got.slice(0, -1);
        });
        await table(t, `the first, over ${mode}`, server, kFirst, async ({ send }) => {
            const session = await openSession(server, mode);
            await session.send(...send);
            const got = await until(session, () => true);
            await session.drop();
            return got === 'closed' ? got : got[0].startsWith('40') ? 'joined' : got[0];
        });
    }
});
