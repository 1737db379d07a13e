// The original's services and ours in one system, in every mixture: the main job over each, on one database of the original's form.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test, { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, call, connectSocket, contents, eventually, hears, join, makeRoom, messagesOf, signUp, unique } from '../e2e/client.mjs';
import { kPlaces, Mixture } from './mixture.mjs';
import { startMongo, startRabbit, startRedis } from './servers.mjs';

const require = createRequire(new URL('../interop/package.json', import.meta.url));
const amqp = require('amqplib');
const { MongoClient } = require('mongodb');

let rabbit, redis, mongo;
before(async () => { [rabbit, redis, mongo] = await Promise.all([startRabbit(), startRedis(), startMongo()]); }, { timeout: 150000 });
after(() => Promise.all([rabbit, redis, mongo].map((server) => server?.stop())));

const kPassword = 'a long password';
const kNowhere = '0123456789abcdef01234567';
const kNoRoom = { message: 'Chat room is not found! Please create one first.' };
const texts = (messages) => messages.map(({ content }) => content);
/** Theirs reads without a sort, and PostgreSQL under FerretDB then gives rows as they lie. */
const ordered = (messages, { chat }) => (chat === 'theirs' ? messages.toSorted((a, b) => (a.created_at < b.created_at ? -1 : 1)) : messages);
const signIn = (server, username, password = kPassword) => call(server, 'POST', '/api/v1/auth/sign-in', { body: { username, password } });

/** Asserts status and data; of data that is an object the fields that the original has, for ours may have more behind them. */
function refused({ status, data }, expected, recorded) {
    assert.equal(status, expected, JSON.stringify(data));
    for (const [name, value] of Object.entries(recorded ?? {})) assert.deepEqual(data[name], value, JSON.stringify(data));
}

/** Asserts that nobody has found anything worth a warning; what theirs are asked and do not know is told apart. */
function assertQuiet(system) {
    const expected = ['WGW_LIMITS=bench', 'The password of RabbitMQ is a well-known word'];
    const loud = system.logOf('ours').split('\n').filter((line) => /"level":"(warn|error)"/.test(line) && !expected.some((words) => line.includes(words)));
    const theirs = system.logOf('theirs').split('\n').filter((line) => line && line !== 'ready' && !line.startsWith('nobody here handles '));
    assert.deepEqual([loud, theirs], [[], []]);
}

/** What people do, from the first sign-up to messages read back. `whose` says who stands where, and so what is answered to a stranger. */
async function mainJob(t, { gateway, whose }) {
    const anna = await signUp(gateway, 'anna'), bert = await signUp(gateway, 'bert'), eve = await signUp(gateway, 'eve');
    const { status, data: tokens } = await signIn(gateway, anna.username);
    assert.equal(status, 200);
    anna.token = tokens.access;
    const me = (await call(gateway, 'GET', '/api/v1/user/me', { token: anna.token })).data;
    assert.deepEqual([me._id, me.first_name, me.last_name, me.username], [anna._id, 'anna', null, anna.username]);
    assert.equal((await call(gateway, 'GET', `/api/v1/user/${bert.username}`, { token: anna.token })).data._id, bert._id);
    const everybody = (await call(gateway, 'GET', '/api/v1/user', { token: anna.token })).data;
    for (const { _id } of [anna, bert, eve]) assert.equal(everybody.filter((user) => user._id === _id).length, 1);

    const room = await makeRoom(gateway, anna);
    const here = await connectSocket(t, gateway, { user: anna }), there = await connectSocket(t, gateway, { user: bert });
    await join(gateway, bert, room); // while connected
    const membersOf = async () => (await call(gateway, 'GET', `/api/v1/chat/rooms/${room}/members`, { token: anna.token })).data;
    await eventually('bert is a member', async () => (await membersOf()).length === 2); // an event of theirs is done later
    assert.deepEqual((await membersOf()).map(({ user_id, user }) => [user_id, user._id, user.username]), [anna, bert].map(({ _id, username }) => [_id, _id, username]));
    assert.ok((await call(gateway, 'GET', '/api/v1/chat/rooms', { token: eve.token })).data.some(({ _id }) => _id === room));
    assert.equal((await call(gateway, 'GET', `/api/v1/chat/rooms/${room}`, { token: eve.token })).data._id, room);

    const said = ['first', 'second, ünïcode \u2028', 'third'];
    for (const [i, content] of said.entries()) {
        const ack = await ask(i % 2 ? there : here, { room_id: room, content });
        assert.ok(ack.success, JSON.stringify(ack));
        await hears(here, content);
        await hears(there, content);
    }
    const authors = [anna, bert, anna];
    if (whose.gateway === 'ours') { // theirs knows no such route
        said.push('over REST');
        authors.push(bert);
        const sent = await call(gateway, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: bert.token, body: { content: said.at(-1) } });
        assert.equal(sent.status, 201, JSON.stringify(sent));
        for (const socket of [here, there]) await hears(socket, said.at(-1));
    }
    for (const socket of [here, there]) assert.deepEqual(contents(socket), said);
    assert.deepEqual(here.got['chat.message.receive'].map(({ room_id, user_id, user }) => [room_id, user_id, user.username]), authors.map(({ _id, username }) => [room, _id, username]));
    const read = ordered(await messagesOf(gateway, bert, room), whose);
    assert.deepEqual(texts(read), said);
    assert.deepEqual(read.map(({ user }) => user.username), authors.map(({ username }) => username));

    // Refusals, as recorded.
    refused(await signIn(gateway, anna.username, 'another password'), 400, { message: 'Username or password is wrong!' });
    refused(await signIn(gateway, unique('nobody')), 404, { message: 'User is not found! Please sign up first.' });
    refused(await call(gateway, 'POST', '/api/v1/auth/sign-up', { body: { first_name: 'anna', username: anna.username, password: kPassword } }), 422,
        { message: 'User with that username already signed up! Please sign in if it is yours.' });
    refused(await call(gateway, 'POST', '/api/v1/auth/sign-up', { body: { first_name: 'a', username: 'abc', password: kPassword } }), 400,
        [{ property: 'username', children: [], constraints: { minLength: 'username must be longer than or equal to 6 characters' } }]);
    refused(await call(gateway, 'GET', '/api/v1/chat/rooms'), 401, { message: 'Authorization header is not found!' });
    const unknown = await ask(here, { room_id: kNowhere, content: 'into the void' });
    assert.equal(unknown.success, false);
    assert.equal(unknown.data.message, kNoRoom.message);
    assert.equal(here.got['chat.error.receive'].at(-1).message, kNoRoom.message);
    const joined = await call(gateway, 'POST', '/api/v1/chat/rooms/join', { token: eve.token, body: { room_id: kNowhere } });
    if (whose.gateway === 'ours') refused(joined, 404, kNoRoom);
    else assert.equal(joined.status, 201, 'their gateway sends an event, and hears nothing');
    assert.equal((await call(gateway, 'GET', `/api/v1/chat/rooms/${kNowhere}`, { token: eve.token })).data, null);
    const strange = await call(gateway, 'GET', `/api/v1/chat/rooms/${room}/messages`, { token: eve.token });
    assert.equal(strange.status, whose.chat === 'ours' ? 403 : 200);
    return { anna, bert, eve, room, said };
}

const both = ['ours', 'theirs'];
const mixtures = both.flatMap((gateway) => both.flatMap((auth) => both.flatMap((user) => both.map((chat) => ({ gateway, auth, user, chat })))))
    .filter((places) => new Set(Object.values(places)).size > 1 || places.gateway === 'theirs'); // all of ours: four_services.test.mjs
const nameOf = (places) => both.map((whose) => kPlaces.filter((place) => places[place] === whose)).map((list, i) => list.length && `${both[i]} ${list.join(', ')}`).filter(Boolean).join('; ');

/** Starts all at once; the gateway of ours waits by itself until somebody answers. */
async function mixed(t, places, version = 11) {
    const system = new Mixture(t, { rabbit, redis, mongo, version });
    await system.place(places);
    return system;
}

for (const places of mixtures) {
    test(`${nameOf(places)}: the main job`, { timeout: 120000 }, async (t) => {
        const system = await mixed(t, places);
        await mainJob(t, system);
        assertQuiet(system);
    });
}
for (const places of [{ gateway: 'ours', auth: 'theirs', user: 'theirs', chat: 'theirs' }, { gateway: 'theirs', auth: 'ours', user: 'ours', chat: 'ours' }]) {
    test(`${nameOf(places)}, on NestJS 10: the main job`, { timeout: 120000 }, async (t) => { await mainJob(t, await mixed(t, places, 10)); });
}

const all = (whose) => Object.fromEntries(kPlaces.map((place) => [place, whose]));

/** Puts it there, then looks that everybody and all messages are still there and that another is heard, and says it. */
async function replaced(t, system, place, whose, { anna, bert, room, said }) {
    await system.place({ [place]: whose });
    const here = await connectSocket(t, system.gateway, { user: anna }), there = await connectSocket(t, system.gateway, { user: bert }); // by tokens of before
    said.push(`${place} is ${whose}`);
    const ack = await ask(here, { room_id: room, content: said.at(-1) });
    assert.ok(ack.success, `${said.at(-1)}: ${JSON.stringify(ack)}`);
    await hears(there, said.at(-1));
    assert.deepEqual(texts(ordered(await messagesOf(system.gateway, bert, room), system.whose)), said);
    for (const socket of [here, there]) socket.close();
}

test('a system of theirs becomes ours, one place after the other, and goes back', { timeout: 300000 }, async (t) => {
    const system = await mixed(t, all('theirs')), job = await mainJob(t, system);
    for (const place of ['gateway', 'chat', 'user', 'auth']) {
        await replaced(t, system, place, 'ours', job);
        assert.equal((await signIn(system.gateway, job.anna.username)).status, 200);
        await mainJob(t, system);
    }
    for (const place of ['user', 'chat', 'gateway', 'auth']) {
        await replaced(t, system, place, 'theirs', job);
        await mainJob(t, system);
    }
    await replaced(t, system, 'chat', 'ours', job);
    assertQuiet(system);
});

test('a user service of each kind on one queue', { timeout: 120000 }, async (t) => {
    const system = await mixed(t, all('ours'));
    await system.startTheirs('user');
    system.gateway.undocumented = true;
    await mainJob(t, system);
    assertQuiet(system);
});

test('a gateway of each kind: who is connected to ours hears what is sent at theirs', { timeout: 120000 }, async (t) => {
    const system = await mixed(t, all('ours')), { gateway } = system, other = await system.startTheirs('gateway');
    other.undocumented = true;
    const anna = await signUp(gateway, 'anna'), bert = await signUp(other, 'bert'), room = await makeRoom(other, anna);
    await join(gateway, bert, room);
    const here = await connectSocket(t, gateway, { user: anna }), there = await connectSocket(t, other, { user: bert });
    assert.ok((await ask(there, { room_id: room, content: 'from theirs' })).success);
    await hears(here, 'from theirs');
    assert.ok((await ask(here, { room_id: room, content: 'from ours' })).success);
    assert.deepEqual(texts(await messagesOf(other, bert, room)), ['from theirs', 'from ours']);
    assertQuiet(system);
});

test('what ours hashed the original cannot check, and refuses as a wrong password; what it hashed ours can', { timeout: 120000 }, async (t) => {
    const system = await mixed(t, { ...all('theirs'), gateway: 'ours' });
    const anna = await signUp(system.gateway, 'anna'), dora = await signUp(system.gateway, 'dora');
    await system.place({ auth: 'ours' });
    const bert = await signUp(system.gateway, 'bert');
    for (const { username } of [anna, bert]) assert.equal((await signIn(system.gateway, username)).status, 200);
    refused(await signIn(system.gateway, anna.username, 'another password'), 400, { message: 'Username or password is wrong!' });
    await system.place({ auth: 'theirs' });
    for (const { username } of [anna, bert]) refused(await signIn(system.gateway, username), 400, { message: 'Username or password is wrong!' });
    assert.equal((await signIn(system.gateway, dora.username)).status, 200, 'who has not signed in meanwhile');
    // Tokens of either are good everywhere.
    for (const { token, _id } of [anna, bert]) assert.equal((await call(system.gateway, 'GET', '/api/v1/user/me', { token })).data._id, _id);
});

test('of five who sign up under one name at once with our auth and their users, one does', { timeout: 120000 }, async (t) => {
    const { gateway } = await mixed(t, { ...all('theirs'), gateway: 'ours', auth: 'ours' });
    const body = { first_name: 'five', username: unique('five'), password: kPassword };
    const replies = await Promise.all(Array.from({ length: 5 }, () => call(gateway, 'POST', '/api/v1/auth/sign-up', { body })));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 422, 422, 422, 422]);
});

/** The fields of each document that is not in `before`, in order, each with its type; who all have the same are told once. */
async function formsOf(collection, before = []) {
    const documents = (await collection.find().toArray()).filter(({ _id }) => !before.some((id) => id.equals(_id)));
    const forms = documents.map((document) => Object.entries(document).map(([name, value]) => `${name} ${value?.constructor.name ?? value}`));
    return [...new Set(forms.map((form) => form.join()))].map((form) => form.split(','));
}

test('documents of ours begin as those of theirs, field by field', { timeout: 120000 }, async (t) => {
    const system = await mixed(t, all('theirs'));
    const db = await new MongoClient(system.database).connect();
    t.after(() => db.close());
    const kShared = ['users', 'userpasswords', 'chatrooms', 'chatmembers', 'chatmessages'], collections = kShared.map((name) => db.db().collection(name));
    await mainJob(t, system);
    const theirs = await Promise.all(collections.map((collection) => formsOf(collection)));
    assert.deepEqual(theirs[0], [['_id ObjectId', 'first_name String', 'last_name null', 'username String', 'created_at Date', 'updated_at Date', '__v Number']]);
    // Not by the order of ids: within one second that is chance.
    const before = await Promise.all(collections.map((collection) => collection.distinct('_id')));
    await system.place({ user: 'ours', auth: 'ours', chat: 'ours' });
    const { said } = await mainJob(t, system);
    // Ours are copied from the log, a little later.
    await eventually('all messages are there', async () => await collections.at(-1).countDocuments() === 2 * said.length);
    const ours = await Promise.all(collections.map((collection, i) => formsOf(collection, before[i])));
    assert.deepEqual(ours.at(-1).map((form) => form.slice(theirs.at(-1)[0].length)), [['seq Number']]);
    for (const [i, name] of kShared.entries()) {
        for (const form of ours[i]) assert.deepEqual(form.slice(0, theirs[i][0].length), theirs[i][0], name);
    }
});

test('at rest our gateway asks services of theirs for nothing that they do not know, but what was stored lately', { timeout: 120000 }, async (t) => {
    const system = await mixed(t, { ...all('theirs'), gateway: 'ours' });
    await mainJob(t, system);
    const unknown = () => system.logOf('theirs').split('\n').filter((line) => line.startsWith('nobody here handles '));
    const before = unknown().length;
    await sleep(10000); // with two sockets open
    const asked = unknown().slice(before).map((line) => line.split(' ').at(-1));
    assert.deepEqual(asked.filter((pattern) => pattern !== 'chat.entry.find_recent'), []);
    assert.ok(asked.length <= 6, `each 2 s: ${asked.length} in 10 s`);
});

test('a queue that somebody has declared durable: the log says what to do, and then all is well', { timeout: 120000 }, async (t) => {
    const connection = await amqp.connect(rabbit.url);
    t.after(() => connection.close());
    const channel = await connection.createChannel();
    await channel.deleteQueue('chat'); // of the tests before
    await channel.assertQueue('chat', { durable: true });
    const system = new Mixture(t, { rabbit, redis, mongo, version: 11 });
    const started = system.place({ chat: 'ours' });
    started.catch(() => {}); // told by the await below
    await eventually('it is said', () => /406 PRECONDITION_FAILED.*rabbitmqctl delete_queue/.test(system.running.chat?.log), 10000);
    await channel.deleteQueue('chat');
    await started;
});
