// Other versions of the official client connect, send and receive; the one of the protocol before is refused.
import assert from 'node:assert/strict';
import test from 'node:test';
import ioTwo from 'socket.io-client-2.5';
import * as three from 'socket.io-client-3.1';
import * as fourZero from 'socket.io-client-4.0';
import * as fourFive from 'socket.io-client-4.5';
import * as newest from 'socket.io-client';
import { ask, connectSocket, eventually, hears, kModes, makeRoom, openSocket, signUp } from './client.mjs';
import { startServer } from './server.mjs';

const kClients = { '4.8': newest, '4.5': fourFive, '4.0': fourZero, '3.1': three };

test('clients of other versions', async (t) => {
    const server = await startServer(t), user = await signUp(server), room = await makeRoom(server, user);

    for (const [version, { io }] of Object.entries(kClients)) {
        for (const mode of Object.keys(kModes)) {
            await t.test(`socket.io-client ${version} connects, sends and receives over ${mode}`, async (t) => {
                const socket = await connectSocket(t, server, { user, io, mode });
                const reply = await ask(socket, { room_id: room, content: `from ${version} over ${mode}` });
                assert.equal(reply.success, true, JSON.stringify(reply));
                await hears(socket, `from ${version} over ${mode}`);
                if (mode === 'upgrade') await eventually('the upgrade', () => socket.io.engine.transport.name === 'websocket');
            });
        }
    }

    for (const mode of ['polling', 'websocket']) {
        await t.test(`socket.io-client 2.5 is refused over ${mode}`, async (t) => {
            const socket = openSocket(t, server, { io: ioTwo, auth: undefined, mode });
            await eventually('connect_error', () => socket.got.connect_error.length > 0);
            assert.equal(socket.connected, false);
        });
    }

    await t.test('the refusal of the protocol before says so', async () => {
        const response = await fetch(`${server.url}/socket.io/?EIO=3&transport=polling`, { signal: AbortSignal.timeout(5000) });
        assert.equal(response.status, 400);
        assert.deepEqual(await response.json(), { code: 5, message: 'Unsupported protocol version' });
    });
});
