// Classes of holes that other servers had and no other file here tries: what is unique is asked for twice at once, a
// cheap event in a large room, a compressed body, a damaged row, requests that overlap with their own end.
// Runs alone: it compares times.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join as path } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ask, call, connectSocket, eventually, join, makeRoom, messagesOf, signUp, unique } from './client.mjs';
import { run, startServer } from './server.mjs';
import test from './shapes.mjs';
import { claimsOf, kModes, listen, raw, sign } from './wire.mjs';

const kPairs = 20;
const both = (first, second) => Promise.all([first(), second()]);

test('check, then act: two at once on everything that there is once (CVE-2026-4635)', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), [grace, alan] = [await signUp(server, 'grace'), await signUp(server, 'alan')];
    await t.test('a user name', async () => {
        for (let i = 0; i < 4; i++) {
            const body = { first_name: 'x', username: unique('twice'), password: 'a long password' }, up = () => call(server, 'POST', '/api/v1/auth/sign-up', { body });
            assert.deepEqual((await both(up, up)).map(({ status }) => status).sort(), [201, 422]);
        }
    });
    await t.test('a membership', async () => {
        for (let i = 0; i < kPairs; i++) {
            const room = await makeRoom(server, grace);
            await both(() => join(server, alan, room), () => join(server, alan, room));
            const { data } = await call(server, 'GET', `/api/v1/chat/rooms/${room}/members`, { token: grace.token });
            assert.deepEqual(data.map(({ user_id }) => user_id), [grace._id, alan._id]);
        }
    });
    await t.test('a key, over REST and over a socket', async (t) => {
        const room = await makeRoom(server, grace), socket = await connectSocket(t, server, { user: grace });
        for (let i = 0; i < kPairs; i++) {
            const body = { content: `m${i}`, client_msg_id: `key-${i}` };
            const answers = await both(
                () => call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: grace.token, body }), () => ask(socket, { room_id: room, ...body }),
            );
            assert.deepEqual(answers.map(({ success }) => success), [true, true]);
            assert.equal(answers[0].data._id, answers[1].data._id);
        }
        assert.equal((await messagesOf(server, grace, room)).length, kPairs);
    });
    await t.test('a key with two contents', async () => {
        const room = await makeRoom(server, grace), send = (content, i) => call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: grace.token, body: { content, client_msg_id: `key-${i}` } });
        for (let i = 0; i < kPairs; i++) assert.deepEqual((await both(() => send('one', i), () => send('two', i))).map(({ status }) => status).sort(), [201, 409]);
        assert.equal((await messagesOf(server, grace, room)).length, kPairs);
    });
    await t.test('the first send and the join that allows it', async () => {
        for (let i = 0; i < kPairs; i++) {
            const room = await makeRoom(server, grace);
            const [, { status }] = await both(() => join(server, alan, room), () => call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: alan.token, body: { content: 'x' } }));
            assert.equal((await messagesOf(server, grace, room)).length, status === 201 ? 1 : 0, `${status}`);
        }
    });
});

test('a cheap event costs the same in a large room (CVE-2024-31208, CVE-2023-32323)', { timeout: 120000 }, async (t) => {
    const server = await startServer(t), [grace, eve] = [await signUp(server, 'grace'), await signUp(server, 'eve')];
    const kMembers = 1000, rooms = { small: await makeRoom(server, grace), large: await makeRoom(server, grace) };
    // Members that only a host application knows: a token is enough to join.
    const claims = claimsOf(grace.token);
    delete claims.sid;
    for (let i = 0; i < kMembers; i += 100)
        await Promise.all(Array.from({ length: 100 }, (_, k) => join(server, { token: sign({ ...claims, user_id: (i + k).toString(16).padStart(24, '0') }) }, rooms.large)));
    const outsider = await connectSocket(t, server, { user: eve }), member = await connectSocket(t, server, { user: grace });
    const kinds = {
        'a send of a stranger': (room_id) => ask(outsider, { room_id, content: 'x' }),
        'a send without a text': (room_id) => ask(member, { room_id, content: '' }),
        'a repeated send': (room_id) => ask(member, { room_id, content: 'x', client_msg_id: 'same' }),
        'a second join': (room_id) => call(server, 'POST', '/api/v1/chat/rooms/join', { token: grace.token, body: { room_id } }),
        'a page of one member': (room_id) => call(server, 'GET', `/api/v1/chat/rooms/${room_id}/members?limit=1`, { token: grace.token }),
        'the room': (room_id) => call(server, 'GET', `/api/v1/chat/rooms/${room_id}`, { token: grace.token }),
    };
    /** The processor's time of all threads of a process, in ms. */
    const usedBy = async (pid) => {
        const tasks = await readdir(`/proc/${pid}/task`);
        const spent = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/schedstat`, 'utf8')));
        return spent.reduce((sum, line) => sum + Number(line.split(' ')[0]), 0) / 1e6;
    };
    const used = async () => (await Promise.all(server.pids.map(usedBy))).reduce((sum, ms) => sum + ms);
    for (const [kind, run] of Object.entries(kinds)) {
        await t.test(kind, async (t) => {
            const cost = { small: 0, large: 0 };
            for (const room of ['small', 'large']) for (let i = 0; i < 5; i++) await run(rooms[room]); // what is cached, is
            for (let round = 0; round < 4; round++) {
                for (const room of ['small', 'large']) {
                    const before = await used();
                    for (let i = 0; i < 5; i++) await Promise.all(Array.from({ length: 50 }, () => run(rooms[room])));
                    cost[room] += await used() - before;
                }
            }
            t.diagnostic(`µs each: ${cost.small.toFixed(1)} with one member, ${cost.large.toFixed(1)} with ${kMembers} (noisy)`);
            assert.ok(cost.large < 2 * cost.small + 20, `${cost.small} and ${cost.large} ms for 1,000 each`);
        });
    }
});

test('a body that is compressed is not unpacked', { timeout: 30000 }, async (t) => {
    const server = await startServer(t), grace = await signUp(server, 'grace');
    const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20)), small = gzipSync(JSON.stringify({ name: 'packed' }));
    for (const coding of ['gzip', 'deflate', 'br', 'gzip, gzip', 'x-gzip', 'identity']) {
        for (const body of [bomb, small]) {
            const { status } = await raw(server, 'POST', '/api/v1/chat/rooms', { body, fields: [['Authorization', `Bearer ${grace.token}`], ['Content-Encoding', coding]] });
            assert.ok([400, 415].includes(status), `${coding}: ${status}`);
        }
    }
    const { data } = await call(server, 'GET', '/api/v1/chat/rooms', { token: grace.token });
    assert.deepEqual(data, []);
});

test('a damaged row does not hide a page, and does not end the process (CVE-2026-45076)', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), grace = await signUp(server, 'grace'), room = await makeRoom(server, grace);
    for (const content of ['one', 'two', 'three']) await call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: grace.token, body: { content, client_msg_id: content } });
    await server.stop();
    const statement = "UPDATE chat_entry SET body = 'not what it was' WHERE client_msg_id = 'two'";
    const program = `import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute(sys.argv[2]); db.commit()`;
    const damaged = await run(['python3', '-c', program, path(server.data, 'wegowhere.db'), statement]);
    assert.equal(damaged.code, 0, damaged.out);
    await server.start();
    assert.deepEqual((await messagesOf(server, grace, room)).map(({ content }) => content), ['one', 'three']);
    const { status, data } = await call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: grace.token, body: { content: 'two', client_msg_id: 'two' } });
    assert.deepEqual([status, data.duplicate], [201, true], 'its key is still known');
    await eventually('a line in the log', () => /damaged/.test(server.log) && server.log.includes(room));
    assert.equal(server.alive, true);
});

test('whatever comes behind the end of a session, or beside it', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), { pid } = server, grace = await signUp(server, 'grace'), room = await makeRoom(server, grace);
    const send = (i) => `42${i}["chat.message.send",${JSON.stringify({ room_id: room, content: `m${i}` })}]`;
    for (const mode of kModes) {
        for (const end of ['41', '1', '40', '4', '42', '450-["x"]']) {
            for (let i = 0; i < 5; i++) {
                const session = await listen(t, server, mode, { auth: { token: grace.token } });
                // Sends whose answers find nobody any more.
                await session.send(send(1), send(2), end, send(3), '40{}');
                await session.drop();
            }
        }
    }
    const reply = await call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: grace.token, body: { content: 'still there' } });
    assert.deepEqual([reply.status, server.alive, server.pid], [201, true, pid]);
});
