// Ten thousand sends in one go: heard at the pace of the store, each answered once, and the neighbours go on talking.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, connectSocket, contents, eventually, makeRoom, messagesOf, signUp } from './client.mjs';
import { startServer } from './server.mjs';

const kSends = 10000;

for (const mode of ['websocket', 'polling']) {
    test(`${kSends} sends in a row over ${mode} are acked once each, in order, and harm no neighbour`, { timeout: 120000 }, async (t) => {
        const server = await startServer(t), [loud, quiet] = [await signUp(server, 'loud'), await signUp(server, 'quiet')];
        const room = await makeRoom(server, loud), other = await makeRoom(server, quiet);
        const flood = await connectSocket(t, server, { user: loud, mode }), neighbour = await connectSocket(t, server, { user: quiet });
        const seqs = [];
        let slowest = 0, said = 0;
        for (let i = 0; i < kSends; i++) {
            flood.emit('chat.message.send', { room_id: room, content: `n${i}` }, ({ success, data }) => {
                assert.ok(success, JSON.stringify(data));
                seqs.push(data.seq);
            });
        }
        while (seqs.length < kSends) {
            const began = performance.now();
            assert.equal((await ask(neighbour, { room_id: other, content: `s${said}` })).success, true);
            slowest = Math.max(slowest, performance.now() - began);
            said += 1;
        }
        assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i), 'dense and in the order of the sends');
        await eventually('everything heard', () => contents(flood).length === kSends, 30000);
        assert.deepEqual(contents(flood), Array.from({ length: kSends }, (_, i) => `n${i}`));
        assert.ok(slowest < 2000, `a neighbour waited ${slowest} ms for an ack`);
        t.diagnostic(`the neighbour sent ${said} messages, the slowest ack took ${Math.round(slowest)} ms`);
    });
}
