#!/usr/bin/env node
// A NestJS client of the services auth, user and chat, whoever they are, on the queues of those names.
//
//   node tests/interop/client.mjs --nest 10|11 --amqp URL        calls all 13 patterns as a new user, prints each answer
import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { kQueues, loadNest, rabbit, settings } from './nest.mjs';

export class NestClient {
    constructor(nest, url) {
        this.nest = nest;
        this.proxies = Object.fromEntries(kQueues.map((queue) => [queue, nest.ClientProxyFactory.create(rabbit(nest, url, queue))]));
    }

    connect() { return Promise.all(Object.values(this.proxies).map((proxy) => proxy.connect())); }
    close() { return Promise.all(Object.values(this.proxies).map((proxy) => proxy.close())); }

    record(data, authorization) {
        return new this.nest.RmqRecordBuilder(data).setOptions({ headers: authorization === undefined ? {} : { authorization } }).build();
    }

    /** The answer (undefined: none was in it); throws what the service answered as its error. The queue is the pattern's first word. */
    call(pattern, data, authorization) {
        const { defaultIfEmpty, lastValueFrom, timeout } = this.nest.rxjs;
        return lastValueFrom(this.proxies[pattern.split('.')[0]].send(pattern, this.record(data, authorization)).pipe(defaultIfEmpty(undefined), timeout(10000)));
    }

    /** Sends an event: done when it was written, whatever becomes of it. */
    emit(pattern, data, authorization) {
        const { defaultIfEmpty, lastValueFrom } = this.nest.rxjs;
        return lastValueFrom(this.proxies[pattern.split('.')[0]].emit(pattern, this.record(data, authorization)).pipe(defaultIfEmpty(undefined)));
    }
}

const kId = /^[0-9a-f]{24}$/;
const kDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const kStamps = ['created_at', 'updated_at', '__v'];

/** What is wrong with the object: its fields, `own` first and the id before or after them, in this order. Fields after these may be new. */
function entity(object, own, { more = [] } = {}) {
    const orders = [[...own, '_id', ...kStamps, ...more], ['_id', ...own, ...kStamps, ...more]];
    const keys = Object.keys(object).slice(0, orders[0].length);
    assert.ok(orders.some((order) => order.join() === keys.join()), `fields ${Object.keys(object).join()}, expected ${orders[0].join()}`);
    assert.match(object._id, kId);
    assert.match(object.created_at, kDate);
    assert.equal(object.__v, 0);
}
const user = (object) => entity(object, ['first_name', 'last_name', 'username']);
const room = (object) => entity(object, ['name']);
const member = (object) => { entity(object, ['room_id', 'user_id'], { more: ['user'] }); user(object.user); };
const message = (object) => { entity(object, ['room_id', 'user_id', 'content'], { more: ['user'] }); user(object.user); };

/**
 * Calls all 13 patterns with a user of its own, and asserts the form of every answer; `told(pattern, answer)` is told each.
 * With a second user's token, joins a room too.
 */
export async function callAll(client, told = () => {}) {
    const username = `nest.${Date.now().toString(36)}.${Math.random().toString(36).slice(2, 8)}`;
    const body = { first_name: 'Nest', username, password: 'secret123' };
    const call = async (pattern, data, authorization) => {
        const answer = await client.call(pattern, data, authorization);
        told(pattern, answer);
        return answer;
    };
    const bearer = (tokens) => {
        for (const name of ['access', 'refresh']) assert.equal(tokens[name].split('.').length, 3, name);
        return `Bearer ${tokens.access}`;
    };
    assert.equal(await call('user.find_by_username', { username }), null);
    bearer(await call('auth.user.sign_up', body));
    const token = bearer(await call('auth.user.sign_in', { username, password: 'secret123' }));

    const me = await call('user.find_by_username', { username });
    user(me);
    assert.deepEqual([me.first_name, me.last_name, me.username], ['Nest', null, username]);
    const made = await call('user.create', { first_name: 'Made', last_name: 'Here', username: `${username}.made`, extra: 1 });
    user(made);
    assert.deepEqual(await call('user.find_by_id', { user_id: me._id }, token).then(({ _id }) => _id), me._id);
    const users = await call('user.find_all', {}, token);
    users.forEach(user);
    assert.ok(users.some(({ _id }) => _id === made._id));

    const created = await call('chat.room.create', { name: 'Nest' }, token);
    room(created);
    const room_id = created._id;
    room(await call('chat.room.find_by_id', { room_id }, token));
    (await call('chat.room.find_all', {}, token)).forEach(room);
    const other = bearer(await client.call('auth.user.sign_up', { ...body, username: `${username}.other` }));
    assert.equal(await call('chat.room.join', { room_id }, other), undefined);
    const members = await call('chat.room.member.find_all', { room_id }, token);
    members.forEach(member);
    assert.deepEqual(members.map((one) => one.user.username), [username, `${username}.other`]);

    for (const [content, by] of [['first', token], ['second, ünïcode \u2028', other]]) {
        const saved = await call('chat.message.save', { room_id, content }, by);
        message(saved);
        assert.deepEqual([saved.room_id, saved.content], [room_id, content]);
    }
    const messages = await call('chat.room.message.find_all', { room_id }, token);
    messages.forEach(message);
    assert.deepEqual(messages.map(({ content }) => content), ['first', 'second, ünïcode \u2028']);
    return { token, other, username, me, room_id };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
    const { values } = parseArgs({ options: { nest: { type: 'string' }, amqp: { type: 'string' } } });
    const { nest, amqp } = settings(values, 'usage: client.mjs --nest 10|11 --amqp URL');
    const client = new NestClient(loadNest(nest), amqp);
    let status = 0;
    try {
        await client.connect();
        await callAll(client, (pattern, answer) => console.log(`${pattern}: ${JSON.stringify(answer)}`));
    } catch (error) {
        console.error(error instanceof Error ? error : JSON.stringify(error)); // an error of a service is an object
        status = 1;
    }
    await client.close();
    process.exit(status);
}
