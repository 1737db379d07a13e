// A disk that hangs (slow_disk.c): everybody who waits for the store is told `unavailable` after 5 s, and what was
// under way is stored and told when the disk is back.
// Runs alone: it measures times.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { call, connectSocket, contents, eventually, hears, makeRoom, messagesOf, signUp, within } from '../e2e/client.mjs';
import { run, startServer } from '../e2e/server.mjs';

/** A server on a disk that hangs between hang() and goOn(). */
async function startOnSlowDisk(t) {
    const folder = await mkdtemp(join(tmpdir(), 'wegowhere-slow-')), file = join(folder, 'hangs'), library = join(folder, 'slow_disk.so');
    t.after(() => rm(folder, { recursive: true, force: true }));
    const source = fileURLToPath(new URL('slow_disk.c', import.meta.url));
    const built = await run(['clang-19', '-shared', '-fPIC', '-O1', '-o', library, source]);
    assert.equal(built.code, 0, built.out);
    const server = await startServer(t, { env: { LD_PRELOAD: library, SLOW_DISK: file } });
    return Object.assign(server, { hang: () => writeFile(file, ''), goOn: () => rm(file) });
}

/** The answer, and how long it took. */
async function timed(promise) {
    const began = performance.now(), answer = await within(9000, 'an answer', promise);
    return { answer, ms: performance.now() - began };
}

const send = (socket, room_id, key) => new Promise((done) => {
    socket.emit('chat.message.send', { room_id, content: key, client_msg_id: key }, done);
});

test('a disk that hangs is answered within 5 s, and works off nothing that was given up', { timeout: 60000 }, async (t) => {
    const server = await startOnSlowDisk(t), grace = await signUp(server), linus = await signUp(server);
    const room = await makeRoom(server, grace, linus);
    const sender = await connectSocket(t, server, { user: grace }), other = await connectSocket(t, server, { user: linus });
    const ready = async () => (await fetch(`http://127.0.0.1:${server.adminPort}/readyz`)).status;
    assert.equal(await ready(), 200);

    await server.hang();
    const waiting = [timed(send(sender, room, 'under-way'))];
    await sleep(500);
    waiting.push(timed(send(sender, room, 'behind-it')));
    waiting.push(timed(call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: linus.token, body: { content: 'over REST' } })));
    waiting.push(timed(call(server, 'POST', '/api/v1/chat/rooms', { token: linus.token, body: { name: 'a room' } })));
    const body = { first_name: 'Alan', username: 'alan.turing', password: 'a long password' };
    waiting.push(timed(call(server, 'POST', '/api/v1/auth/sign-up', { body })));
    assert.deepEqual(await messagesOf(server, linus, room), [], 'reading goes on');
    for (const { answer, ms } of await Promise.all(waiting)) {
        assert.equal(answer.success, false);
        assert.equal(answer.data.code, 'unavailable', JSON.stringify(answer));
        if (answer.status) assert.equal(answer.status, 503);
        assert.ok(ms > 4000 && ms < 7000, `after ${ms} ms`);
    }
    assert.deepEqual(sender.got['chat.error.receive'].map(({ code }) => code), ['unavailable', 'unavailable']);
    assert.deepEqual(contents(other), [], 'what is not known to be stored is told to nobody');
    assert.equal(await ready(), 503);
    assert.equal(server.log.split('does not answer in time').length - 1, 1, `the operator is told once:\n${server.log}`);

    await server.goOn();
    await hears(other, 'under-way');
    await eventually('ready again', async () => (await ready()) === 200);
    assert.deepEqual((await messagesOf(server, linus, room)).map(({ content }) => content), ['under-way']);
    const again = await Promise.all([send(sender, room, 'under-way'), send(sender, room, 'behind-it')]);
    assert.deepEqual(again.map(({ success, data }) => [success, data.duplicate]), [[true, true], [true, undefined]]);
    await hears(other, 'behind-it');
    assert.deepEqual(contents(other), ['under-way', 'behind-it']);
    const { status } = await call(server, 'POST', '/api/v1/auth/sign-up', { body });
    assert.equal(status, 201, 'and the user name was not burnt');
});
