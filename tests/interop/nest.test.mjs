// Peers on NestJS against each other over a real broker: what they do here is what our services and gateway must do too.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test, { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { kSecret, run } from '../e2e/server.mjs';
import { startRabbit } from '../cluster/servers.mjs';
import { callAll, NestClient } from './client.mjs';
import { kVersions, loadNest } from './nest.mjs';
import { startPeer } from './peers.mjs';
import { kFields, tokensOf } from './rules.mjs';

let rabbit;
before(async () => { rabbit = await startRabbit(); }, { timeout: 150000 });
after(() => rabbit?.stop());

/** A client in this process: its NestJS is always the same one, that of the command line may be another. */
async function clientOf(t) {
    const client = new NestClient(loadNest(11), rabbit.url);
    t.after(() => client.close());
    await client.connect();
    return client;
}

for (const version of kVersions) {
    for (const other of kVersions) {
        test(`a client on NestJS ${other} calls all 13 patterns of services on NestJS ${version}`, { timeout: 90000 }, async (t) => {
            await startPeer(t, 'services.mjs', { version, url: rabbit.url });
            const program = fileURLToPath(new URL('./client.mjs', import.meta.url));
            const { code, out } = await run([process.execPath, program, '--nest', String(other), '--amqp', rabbit.url], { ms: 60000 });
            assert.equal(code, 0, out);
            const called = new Set([...out.matchAll(/^([a-z._]+): /gm)].map((match) => match[1]));
            assert.deepEqual([...called].sort(), Object.keys(kFields).sort());
        });
    }
}

test('services in processes of their own pass a token and an error on', { timeout: 90000 }, async (t) => {
    for (const [role, version] of [['auth', 10], ['user', 11], ['chat', 10]]) await startPeer(t, 'services.mjs', { version, url: rabbit.url, args: [role] });
    const client = await clientOf(t);
    const patterns = [];
    const { other, room_id } = await callAll(client, (pattern) => patterns.push(pattern));
    assert.equal(new Set(patterns).size, 13);

    const refused = (call, expected) => assert.rejects(call, (error) => { assert.deepEqual(error, expected); return true; });
    // The user service says so, the auth service only passes it on.
    await refused(client.call('auth.user.sign_in', { username: 'abc', password: 'secret123' }), {
        status: 400, data: [{ property: 'username', children: [], constraints: { minLength: 'username must be longer than or equal to 6 characters' } }],
    });
    await refused(client.call('chat.room.find_all', {}), { status: 401, data: { message: 'Authorization header is not found!' } });
    await refused(client.call('chat.message.save', { room_id: '0123456789abcdef01234567', content: 'x' }, other), {
        status: 404, data: { message: 'Chat room is not found! Please create one first.' },
    });
    // A user that the user service does not know may write here, as in the original.
    const stranger = `Bearer ${tokensOf({ _id: randomBytes(12).toString('hex'), username: 'nobody' }, kSecret).access}`;
    assert.equal((await client.call('chat.message.save', { room_id, content: 'x' }, stranger)).user, null);
    const unknown = await client.call('user.nothing', {}).catch((error) => error);
    assert.match(JSON.stringify(unknown), /There is no matching message handler/);
});

test('an event is run and not answered', { timeout: 90000 }, async (t) => {
    await startPeer(t, 'services.mjs', { version: 11, url: rabbit.url });
    const client = await clientOf(t);
    const { room_id, other, token } = await callAll(client);
    await client.emit('chat.room.join', { room_id: 'no id' }, other);
    await client.emit('chat.room.join', { room_id }, other);
    // A peer works on several messages at once, so the event may be done later than a call that came behind it.
    const members = async () => (await client.call('chat.room.member.find_all', { room_id }, token)).length;
    while (await members() < 3) await sleep(20);
    assert.equal(await members(), 3, 'the original has a second row for who joins twice');
});

test('without a service a call waits in its queue, and is answered when the service comes', { timeout: 90000 }, async (t) => {
    const client = await clientOf(t);
    const answer = client.call('user.find_by_username', { username: 'waits.here' });
    await startPeer(t, 'services.mjs', { version: 10, url: rabbit.url, args: ['user'] });
    assert.equal(await answer, null);
});
