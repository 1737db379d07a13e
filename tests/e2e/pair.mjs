// Two members who talk without end: what every test of hostile input looks at to see whether anybody else noticed.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, connectSocket, contents, eventually, makeRoom, signUp } from './client.mjs';
import { kTalkMs } from './shapes.mjs';

/** Talks until stop(), or the end of the test: a message each `ms`, each acked before the next. */
export async function talkingPair(t, server, { ms = kTalkMs } = {}) {
    const [grace, alan] = [await signUp(server, 'grace'), await signUp(server, 'alan')], room = await makeRoom(server, grace, alan);
    const sockets = [await connectSocket(t, server, { user: grace }), await connectSocket(t, server, { user: alan, mode: 'polling' })];
    const said = [], waits = [];
    let talking = true, failed;
    const talk = (async () => {
        for (; talking; await sleep(ms)) {
            const content = `t${said.length}`, began = performance.now();
            const reply = await ask(sockets[said.length % 2], { room_id: room, content });
            said.push(content);
            assert.equal(reply.success, true);
            waits.push(performance.now() - began);
        }
    })().catch((error) => { failed = error; });
    t.after(() => { talking = false; return talk; });
    const heardBy = (n) => sockets.every((socket) => contents(socket).length >= n);
    return {
        room, grace, alan,
        /** Both still talk: what they say from now on arrives. */
        async undisturbed() {
            if (failed) throw failed;
            assert.equal(server.alive, true, `the server died: ${server.log.slice(-500)}`);
            const mark = said.length + 1;
            await eventually('the pair goes on talking', () => failed || heardBy(mark));
            if (failed) throw failed;
        },
        /** The waits for an ack since the last call, in ms, sorted. */
        take: () => waits.splice(0).sort((a, b) => a - b),
        async stop() {
            talking = false;
            await talk;
            if (failed) throw failed;
            await eventually('the last words', () => heardBy(said.length));
            for (const socket of sockets) {
                assert.deepEqual(contents(socket), said, 'nothing lost, nothing twice, all in order');
                assert.deepEqual(socket.got.disconnect, [], 'nobody was disconnected');
            }
        },
    };
}

/** Of sorted values: that which 99 of 100 do not exceed. */
export const p99 = (sorted) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))];
