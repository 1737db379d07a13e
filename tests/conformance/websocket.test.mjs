// The rules of a WebSocket that carries Engine.IO: frames (RFC 6455), sizes, and packets that are none.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HttpConnection } from './http.mjs';
import { openSession, target } from './session.mjs';
import { cases, kNode, startTarget, table } from './target.mjs';
import { within } from './wait.mjs';
import { frame, kBinary, kClose, kPing, kPong, kText, kUpgrade, upgrade } from './websocket.mjs';

const kHalf = { fin: false };
const code = (n, text = '') => Buffer.concat([Buffer.from([n >> 8, n & 255]), Buffer.from(text)]);
const many = (n, bytes) => Buffer.concat(Array.from({ length: n }, () => bytes));

// Frames behind the open packet → what comes back: messages, then `closed <code>`, or only messages if it stays open.
const kFrames = [
    ['a text', frame(kText, '4a'), ['4a']],
    ['a text in three frames', Buffer.concat([frame(kText, '4a', kHalf), frame(0, 'b', kHalf), frame(0, 'c')]), ['4abc']],
    ['a letter torn over two frames', Buffer.concat([frame(kText, Buffer.from('4\xc3', 'latin1'), kHalf), frame(0, Buffer.from('\xbc', 'latin1'))]), ['4ü']],
    ['a ping between two frames', Buffer.concat([frame(kText, '4a', kHalf), frame(kPing, 'x'), frame(0, 'b')]), ['4ab']],
    ['a pong that nobody asked for', Buffer.concat([frame(kPong, 'x'), frame(kText, '4a')]), ['4a']],
    ['a length of 16 bits', frame(kText, `4${'x'.repeat(200)}`), [`4${'x'.repeat(200)}`]],
    ['a length of 64 bits', frame(kText, `4${'x'.repeat(70000)}`), [`4${'x'.repeat(70000)}`]],
    ['binary without bytes', frame(kBinary, ''), [Buffer.alloc(0)]],
    ['an unmasked frame', frame(kText, '4a', { mask: false }), ['closed 1002']],
    ['an unmasked ping', frame(kPing, '', { mask: false }), ['closed 1002']],
    ['RSV 1', frame(kText, '4a', { rsv: 4 }), ['closed 1002']],
    ['RSV 2', frame(kText, '4a', { rsv: 2 }), ['closed 1002']],
    ['RSV 3', frame(kText, '4a', { rsv: 1 }), ['closed 1002']],
    ...[3, 7, 11, 15].map((opcode) => [`opcode ${opcode}`, frame(opcode, ''), ['closed 1002']]),
    ['a continuation of nothing', frame(0, 'a'), ['closed 1002']],
    ['a text within a message', Buffer.concat([frame(kText, '4a', kHalf), frame(kText, 'b')]), ['closed 1002']],
    ['a ping in two frames', frame(kPing, '', kHalf), ['closed 1002']],
    ['a ping of 125 bytes', Buffer.concat([frame(kPing, 'x'.repeat(125)), frame(kText, '4a')]), ['4a']],
    ['a ping of 126 bytes', frame(kPing, 'x'.repeat(126)), ['closed 1002']],
    ['bytes that are no UTF-8', frame(kText, Buffer.from('4\xff', 'latin1')), ['closed 1007']],
    ['a surrogate as UTF-8', frame(kText, Buffer.from('4\xed\xa0\x80', 'latin1')), ['closed 1007']],
    ['half a letter at the end', frame(kText, Buffer.from('4\xc3', 'latin1')), ['closed 1007']],
    ['a length of 64 bits that is negative', frame(kText, '', { length: 2n ** 64n - 1n }), ['closed 1002'], { ours: 'no such length exists (RFC 6455 §5.2)', node: ['closed 1009'] }],
    ['16 bits for a short length', frame(kText, '4a', { wide: 16 }), ['closed 1002'], { ours: 'the shortest form is a must (RFC 6455 §5.2)', node: ['4a'] }],
    ['64 bits for a short length', frame(kText, '4a', { wide: 64 }), ['closed 1002'], { ours: 'the shortest form is a must (RFC 6455 §5.2)', node: ['4a'] }],
    ...[2n ** 31n, 2n ** 32n, 2n ** 53n - 1n].map((length) => [`${length} bytes announced`, frame(kText, '', { length }), ['closed 1009']]),
    ['close without code', frame(kClose, ''), ['closed 1005']],
    ['close 1000', frame(kClose, code(1000, 'bye')), ['closed 1000']],
    ['close 3000', frame(kClose, code(3000)), ['closed 3000']],
    ['close of one byte', frame(kClose, 'x'), ['closed 1002']],
    ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000].map((n) => [`close ${n}`, frame(kClose, code(n)), ['closed 1002']]),
    ['close with a reason that is no UTF-8', frame(kClose, code(1000, Buffer.from([0xff]))), ['closed 1007']],
    ['a close of 126 bytes', frame(kClose, code(1000, 'x'.repeat(124))), ['closed 1002']],
    ['what comes behind a close', Buffer.concat([frame(kClose, code(1000)), frame(kText, '4a')]), ['closed 1000']],
].map(([name, bytes, expect, row]) => ({ name, bytes, expect, ...row }));

// Packets of Engine.IO, one message each.
const kPackets = [
    ['no type', 'abc', 'closed 1005'], ['nothing', '', 'closed 1005'], ['type 7', '7', 'closed 1005'], ['type 9', '9x', 'closed 1005'],
    ['binary as text, of a client with forceBase64', 'bYg==', Buffer.from('b')],
    ['ping', '2', 'closed 1005'], ['ping with a text', '2x', 'closed 1005'], ['probe', '2probe', 'closed 1005'],
    ['close', '1', 'closed 1005', { ours: 'Node waits for the ping timeout', node: '4mark' }],
    ['open out of place', '0', '4mark'], ['pong out of place', '3', '4mark'], ['upgrade out of place', '5', '4mark'], ['noop', '6', '4mark'],
    ['separators are for polling', '4a\x1e4b', '4a\x1e4b'],
].map(([name, packet, expect, row]) => ({ name, packet, expect, ...row }));

test('the rules of a WebSocket', async (t) => {
    const server = await startTarget(t, 'eio');
    await table(t, 'frames', server, kFrames, async ({ bytes, expect, node }) => {
        const session = await openSession(server, 'websocket'), got = [];
        session.socket.raw(bytes);
        for (let i = 0; i < (kNode && node ? node : expect).length; i++) got.push(await session.next());
        session.drop();
        return got;
    });
    await table(t, 'packets', server, kPackets, async ({ packet, expect }) => {
        const session = await openSession(server, 'websocket');
        await session.send(packet, ...(expect === '4mark' || kNode ? ['4mark'] : []));
        const got = await session.next();
        session.drop();
        return got;
    });

    const handshake = (headers) => upgrade(server, target(server, 'transport=websocket'), headers);
    const kHandshakes = [
        ['as it should be', {}, 101], ['words in capitals', { Connection: 'UPGRADE', Upgrade: 'WebSocket' }, 101],
        ['Upgrade among others', { Connection: 'keep-alive, Upgrade' }, 101], ['extensions that are not known', { 'Sec-WebSocket-Extensions': 'foo; bar="baz", x' }, 101],
        ['deflate is off', { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' }, 101],
        ['no key', { 'Sec-WebSocket-Key': undefined }, 400], ['a key of another length', { 'Sec-WebSocket-Key': 'AAAA' }, 400],
        ['a key that is no base64', { 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!==' }, 400],
        ['no version', { 'Sec-WebSocket-Version': undefined }, 400],
        ['version 12', { 'Sec-WebSocket-Version': '12' }, 400],
    ].map(([name, headers, expect]) => ({ name, headers, expect }));
    await table(t, 'handshakes', server, kHandshakes, async ({ headers }) => {
        const { status, socket, headers: { 'sec-websocket-extensions': extensions } } = await handshake(headers);
        assert.equal(extensions, undefined, 'nothing is agreed upon');
        socket?.drop();
        return status;
    });

    const kProtocols = [
        ['none', undefined, undefined], ['one', 'v1', 'v1'], ['the first of two', 'v2, v1', 'v2'],
    ].map(([name, protocols, expect]) => ({ name, protocols, expect }));
    await table(t, 'subprotocols', server, kProtocols, async ({ protocols }) => {
        const { socket, headers } = await handshake({ 'Sec-WebSocket-Protocol': protocols });
        socket.drop();
        return headers['sec-websocket-protocol'];
    });

    await cases(t, 'more', server, [
        {
            name: 'the answer to the key',
            async run() {
                // The example of RFC 6455 §1.3.
                const { headers, socket } = await handshake({ 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' });
                assert.equal(headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
                assert.equal(headers['set-cookie'], undefined);
                socket.drop();
            },
        },
        {
            name: 'a frame in the same segment as the handshake',
            ours: 'Node loses it, its listener comes too late',
            async run() {
                const line = new HttpConnection(server);
                const fields = Object.entries({ Host: 'x', ...kUpgrade }).map(([name, value]) => `${name}: ${value}\r\n`).join('');
                line.write(Buffer.concat([Buffer.from(`GET ${target(server, 'transport=websocket')} HTTP/1.1\r\n${fields}\r\n`), frame(kText, '4early')]));
                assert.equal((await line.response({ head: true })).status, 101);
                await within(3000, 'the echo', (async () => { while (!line.bytes.includes('4early')) await line.more(); })());
                line.close();
            },
        },
        {
            name: 'a message byte by byte',
            async run() {
                const session = await openSession(server, 'websocket');
                for (const byte of frame(kText, '4slowly')) {
                    session.socket.raw(Buffer.from([byte]));
                    await new Promise(setImmediate);
                }
                assert.equal(await session.next(), '4slowly');
                session.drop();
            },
        },
        {
            name: 'a thousand messages in one write, in order',
            async run() {
                const session = await openSession(server, 'websocket'), sent = Array.from({ length: 1000 }, (_, i) => (i % 5 ? `4${i}` : Buffer.from(`${i}`)));
                session.socket.raw(Buffer.concat(sent.map((packet) => frame(typeof packet === 'string' ? kText : kBinary, packet))));
                for (const packet of sent) assert.deepEqual(await session.next(), packet);
                session.drop();
            },
        },
        {
            name: 'pings are answered, each with what it held',
            async run() {
                const session = await openSession(server, 'websocket');
                session.socket.raw(many(10, frame(kPing, 'x')));
                await session.send('4behind');
                assert.equal(await session.next(), '4behind');
                assert.deepEqual(session.socket.pongs, Array(10).fill('x'));
                session.drop();
            },
        },
    ]);
});
