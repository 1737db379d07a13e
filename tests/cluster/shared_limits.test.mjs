// Limits hold over all gateways together, and over each for itself where there is no Redis.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, connectSocket, eventually, makeRoom, openSocket, signUp, within } from '../e2e/client.mjs';
import { startCluster } from './cluster.mjs';

const kTold = 600;  // ms: three windows
const kLimits = {
    WGW_LIMITS: undefined, WGW_LIMIT_SEND: '3/h', WGW_LIMIT_SIGN_IN: '4/h', WGW_LIMIT_CONNECTIONS_PER_USER: '3',
};

const send = async (server, user, room) => {
    const { status } = await call(server, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: user.token, body: { content: 'x' } });
    return status;
};
const signIn = async (server, { username }, password) => {
    const { status } = await call(server, 'POST', '/api/v1/auth/sign-in', { body: { username, password } });
    return status;
};

/** `connect` or the code of the refusal. */
async function connecting(t, server, user) {
    const socket = openSocket(t, server, { user });
    const outcome = await within(5000, 'a connection', new Promise((done) => {
        socket.once('connect', () => done('connect')).once('connect_error', (error) => done(error.data?.data?.code ?? error.message));
    }));
    return { socket, outcome };
}

test('two gateways count together', { timeout: 120000 }, async (t) => {
    const cluster = await startCluster(t, { roles: { gateway: 2 }, env: kLimits });
    const [one, two] = cluster.processes.gateway;
    const grace = await signUp(one, 'grace'), room = await makeRoom(one, grace), at = (i) => i % 2 ? two : one;

    for (let i = 0; i < 3; ++i) {
        assert.equal(await send(at(i), grace, room), 201);
        await sleep(kTold);
    }
    assert.equal(await send(one, grace, room), 429, 'two gateways, one limit');
    assert.equal(await send(two, grace, room), 429);

    // Of failures only the account's counter is looked at: loopback is not counted by address.
    const alan = await signUp(one, 'alan');
    for (let i = 0; i < 4; ++i) {
        assert.equal(await signIn(at(i), alan, 'a wrong password'), 400);
        await sleep(kTold);
    }
    for (const gateway of [one, two]) assert.equal(await signIn(gateway, alan, 'a wrong password'), 429);

    const eve = await signUp(two, 'eve');
    await connectSocket(t, one, { user: eve });
    await connectSocket(t, two, { user: eve });
    const third = await connectSocket(t, one, { user: eve });
    await sleep(kTold);
    assert.equal((await connecting(t, two, eve)).outcome, 'rate_limited', 'a socket too many');
    third.disconnect();
    await eventually('one has left, one may come', async () => (await connecting(t, two, eve)).outcome === 'connect');

    // A gateway that dies takes its sockets with it, and says no more of them.
    await sleep(kTold);
    assert.equal((await connecting(t, two, eve)).outcome, 'rate_limited');
    await one.kill();
    await eventually('who is dead is forgotten', async () => (await connecting(t, two, eve)).outcome === 'connect', 25000);
});

test('without Redis each gateway counts for itself', { timeout: 120000 }, async (t) => {
    const cluster = await startCluster(t, { roles: { gateway: 2 }, redis: null, env: kLimits });
    const [one, two] = cluster.processes.gateway;
    const grace = await signUp(one, 'grace'), room = await makeRoom(one, grace);
    for (const gateway of [one, two]) {
        for (let i = 0; i < 3; ++i) assert.equal(await send(gateway, grace, room), 201);
        assert.equal(await send(gateway, grace, room), 429, 'never without a limit');
    }
});
