// Signing in is costly by design: it takes as long whatever the reason of a refusal, and nobody else notices it.
// Runs alone: it compares times.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { signUp } from './client.mjs';
import { must } from './operate.mjs';
import { p99, talkingPair } from './pair.mjs';
import { startServer } from './server.mjs';

const kPassword = 'a long password';
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** A bare sign-in: its status. Nothing of the test's own is in its time. */
async function signIn(server, username, password) {
    const response = await fetch(`${server.url}/api/v1/auth/sign-in`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password }) });
    await response.arrayBuffer();
    return response.status;
}

/** CPU time of each thread of the server so far, in ms: {name: ms}. */
async function threads(server) {
    const times = {};
    for (const id of await readdir(`/proc/${server.pid}/task`)) {
        const text = await readFile(`/proc/${server.pid}/task/${id}/stat`, 'utf8');
        const name = Number(id) === server.pid ? 'loop' : /\((.*)\)/.exec(text)[1], fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        times[name] = (times[name] ?? 0) + 10 * (Number(fields[11]) + Number(fields[12]));
    }
    return times;
}

test('it takes as long whether the user, the password or the account is wrong', { timeout: 900000 }, async (t) => {
    const server = await startServer(t), user = await signUp(server), disabled = await signUp(server, 'disabled');
    await must(server.data, ['user', 'disable', disabled.username]);
    const kinds = [
        ['unknown user', () => signIn(server, 'nobody-at-all', kPassword), 404],
        ['wrong password', () => signIn(server, user.username, 'a wrong password'), 400],
        ['disabled', () => signIn(server, disabled.username, kPassword), 403],
    ];
    // What is different stays so; what is only noise of the machine is not there three times.
    let told;
    for (let attempt = 0; attempt < 3; attempt++) {
        const times = kinds.map(() => []);
        for (let round = 0; round < 200; round++)
            for (let i = 0; i < kinds.length; i++) {
                const at = (round + i) % kinds.length, began = performance.now();
                assert.equal(await kinds[at][1](), kinds[at][2]);
                times[at].push(performance.now() - began);
            }
        const medians = times.map(median);
        told = kinds.map(([name], i) => `${name} ${medians[i].toFixed(2)} ms`).join(', ');
        t.diagnostic(`medians of 200: ${told}`);
        if (Math.max(...medians) <= 1.05 * Math.min(...medians)) return;
    }
    assert.fail(`medians differ by more than 5 %: ${told}`);
});

test('passwords are hashed on a thread of their own', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), user = await signUp(server), before = await threads(server), kSignIns = 60;
    for (let i = 0; i < kSignIns; i++) assert.equal(await signIn(server, user.username, kPassword), 200);
    const after = await threads(server), spent = Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / kSignIns]));
    t.diagnostic(`CPU of a sign-in: ${Object.entries(spent).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`).join(', ')}`);
    assert.ok(spent.hash >= 5, 'the hash');
    assert.ok(spent.loop <= spent.hash / 4, 'the loop');
});

test('two who talk do not notice a load of sign-ins', { timeout: 180000 }, async (t) => {
    const server = await startServer(t), users = await Promise.all([1, 2, 3, 4].map(() => signUp(server))), pair = await talkingPair(t, server);
    const kPeriodMs = 2000, kPeriods = 4;
    await sleep(500);
    let signedIn = 0, told;
    for (let attempt = 0; attempt < 3; attempt++) {
        const waits = { alone: [], beside: [] };
        for (let period = 0; period < 2 * kPeriods; period++) {
            const loaded = period % 2 === 1;
            let going = loaded;
            pair.take();
            const load = loaded ? users.map(async ({ username }) => {
                for (; going; signedIn++) assert.equal(await signIn(server, username, kPassword), 200);
            }) : [];
            await sleep(kPeriodMs);
            waits[loaded ? 'beside' : 'alone'].push(p99(pair.take()));
            going = false;
            await Promise.all(load);
        }
        const [alone, beside] = [median(waits.alone), median(waits.beside)];
        told = `p99 of an ack ${alone.toFixed(1)} ms alone, ${beside.toFixed(1)} ms beside ${signedIn} sign-ins`;
        t.diagnostic(told);
        // A core of the machine is busy with hashing: what must not be is that acks wait for a hash (some 20 ms) or a queue of them.
        if (beside <= 1.5 * alone + 10) {
            await pair.undisturbed();
            await pair.stop();
            return;
        }
    }
    assert.fail(told);
});
