// What a send answers: success only for what is stored, once per key, and every refusal told.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, call, connectSocket, contents, eventually, hears, makeRoom, messagesOf, signUp } from './client.mjs';
import { startServer } from './server.mjs';

const kNowhere = '0123456789abcdef01234567';
const kAckKeys = ['_id', 'room_id', 'seq', 'client_msg_id', 'created_at'];

test('acks and errors of chat.message.send', async (t) => {
    const server = await startServer(t);
    const [grace, eve] = [await signUp(server, 'grace'), await signUp(server, 'eve')];
    const room = await makeRoom(server, grace);

    await t.test('an ack is the envelope with the place of the message', async (t) => {
        const socket = await connectSocket(t, server, { user: grace });
        const plain = await ask(socket, { room_id: room, content: 'without a key' });
        assert.deepEqual(Object.keys(plain), ['success', 'timestamp', 'data']);
        assert.equal(plain.success, true);
        assert.deepEqual(Object.keys(plain.data), kAckKeys.filter((key) => key !== 'client_msg_id'));
        const keyed = await ask(socket, { room_id: room, content: 'with a key', client_msg_id: 'A-z.0:_9' });
        assert.deepEqual(Object.keys(keyed.data), kAckKeys);
        assert.equal(keyed.data.client_msg_id, 'A-z.0:_9');
        assert.equal(keyed.data.seq, plain.data.seq + 1);
        await hears(socket, 'with a key');
        const received = socket.got['chat.message.receive'].at(-1);
        for (const key of kAckKeys) assert.equal(received[key], keyed.data[key], key);
    });

    await t.test('a key repeated is the first message again, marked, and told to nobody twice', async (t) => {
        const socket = await connectSocket(t, server, { user: grace });
        const message = { room_id: room, content: 'once', client_msg_id: 'repeated' };
        const first = await ask(socket, message), again = await ask(socket, message);
        assert.equal(first.data.duplicate, undefined);
        assert.deepEqual(again.data, { ...first.data, duplicate: true });
        const posted = await call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: grace.token, body: message });
        assert.equal(posted.status, 201);
        assert.deepEqual(posted.data, again.data);
        await ask(socket, { room_id: room, content: 'the end' });
        await hears(socket, 'the end');
        assert.deepEqual(contents(socket), ['once', 'the end']);
    });

    await t.test('a key with other content is refused, and the first message stays', async (t) => {
        const socket = await connectSocket(t, server, { user: grace });
        const message = { room_id: room, content: 'first', client_msg_id: 'reused' };
        await ask(socket, message);
        const other = await ask(socket, { ...message, content: 'second' });
        assert.equal(other.success, false);
        assert.equal(other.data.code, 'client_msg_id_reused');
        const posted = await call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: grace.token, body: { ...message, content: 'third' } });
        assert.equal(posted.status, 409);
        const list = await messagesOf(server, grace, room);
        assert.deepEqual(list.filter(({ client_msg_id }) => client_msg_id === 'reused').map(({ content }) => content), ['first']);
    });

    await t.test('the same key sent from two devices at once is stored once', async (t) => {
        const devices = [await connectSocket(t, server, { user: grace }), await connectSocket(t, server, { user: grace, mode: 'polling' })];
        for (let i = 0; i < 50; i++) {
            const message = { room_id: room, content: `twice ${i}`, client_msg_id: `twice-${i}` };
            const replies = await Promise.all(devices.map((socket) => ask(socket, message)));
            assert.equal(new Set(replies.map(({ data }) => data._id)).size, 1, message.content);
            assert.deepEqual(replies.map(({ data }) => data.duplicate === true).sort(), [false, true], message.content);
        }
    });

    await t.test('pipelined sends are stored in their order', async (t) => {
        const socket = await connectSocket(t, server, { user: grace }), mine = await makeRoom(server, grace);
        const replies = await Promise.all(Array.from({ length: 200 }, (_, i) => ask(socket, { room_id: mine, content: `p${i}` })));
        const seqs = replies.map(({ data }) => data.seq);
        assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i));
        assert.deepEqual((await messagesOf(server, grace, mine)).map(({ content }) => content), seqs.map((_, i) => `p${i}`));
    });

    const row = (property, constraints) => ({ property, children: [], constraints });
    const noRoom = row('room_id', { isNotEmpty: 'room_id should not be empty', isMongoId: 'room_id must be a mongodb id' });
    const noContent = row('content', { isNotEmpty: 'content should not be empty', isString: 'content must be a string' });
    const refusals = [
        ['no payload fields', {}, [noRoom, noContent]],
        ['null', null, [noRoom, noContent]],
        ['an empty text', { room_id: room, content: '' }, [row('content', { isNotEmpty: 'content should not be empty' })]],
        ['a number as text', { room_id: room, content: 7 }, [row('content', { isString: 'content must be a string' })]],
        ['an id that is none', { room_id: '0x0123456789abcdef012345', content: 'x' }, [row('room_id', { isMongoId: 'room_id must be a mongodb id' })]],
        ['an unknown room', { room_id: kNowhere, content: 'x' }, { message: 'Chat room is not found! Please create one first.', code: 'not_found' }],
        ['a text over its limit', { room_id: room, content: 'x'.repeat(16385) }, { code: 'too_large' }],
    ];
    for (const [what, payload, data] of refusals) {
        await t.test(`${what} is refused in the ack and as chat.error.receive`, async (t) => {
            const socket = await connectSocket(t, server, { user: grace });
            const reply = await ask(socket, payload);
            assert.equal(reply.success, false);
            await eventually('chat.error.receive', () => socket.got['chat.error.receive'].length === 1);
            assert.deepEqual(socket.got['chat.error.receive'][0], reply.data);
            if (Array.isArray(data)) assert.deepEqual(reply.data, data);
            else for (const [key, value] of Object.entries(data)) assert.equal(reply.data[key], value);
            assert.deepEqual(socket.got.exception, []);
        });
    }

    await t.test('who is no member is refused, and nothing is stored', async (t) => {
        const socket = await connectSocket(t, server, { user: eve });
        const reply = await ask(socket, { room_id: room, content: 'intrusion' });
        assert.equal(reply.data.code, 'not_member');
        await eventually('chat.error.receive', () => socket.got['chat.error.receive'].length === 1);
        assert.ok((await messagesOf(server, grace, room)).every(({ content }) => content !== 'intrusion'));
    });

    await t.test('without a token a send is an exception as recorded, and the socket stays', async (t) => {
        const socket = await connectSocket(t, server, {}), payload = { room_id: room, content: 'who am I' };
        const reply = await ask(socket, payload), message = 'Authorization header is not found!';
        assert.equal(reply.success, false);
        assert.equal(reply.data.message, message);
        assert.deepEqual(socket.got.exception, [{ status: 'error', message, cause: { pattern: 'chat.message.send', data: payload } }]);
        assert.deepEqual(socket.got['chat.error.receive'], []);
        assert.equal(socket.connected, true);
    });

    await t.test('errors are told also to who asked for no ack', async (t) => {
        const socket = await connectSocket(t, server, { user: grace });
        socket.emit('chat.message.send', { room_id: kNowhere, content: 'x' });
        await eventually('chat.error.receive', () => socket.got['chat.error.receive'].length === 1);
    });

    await t.test('an unknown event is ignored, unless it asks for an ack', async (t) => {
        const socket = await connectSocket(t, server, { user: grace });
        socket.emit('chat.unknown.event', {});
        const reply = await ask(socket, {}, 'chat.unknown.event');
        assert.equal(reply.data.code, 'not_found');
        assert.equal(socket.connected, true);
    });
});
