#!/usr/bin/env node
// The services auth, user and chat on NestJS, as the original answered: a peer for our gateway and for our services.
//
//   node tests/interop/services.mjs --nest 10|11 --amqp URL [--secret S] [auth|user|chat…]     (default: all three)
//
// Prints "ready" once it consumes its queues; ends on SIGTERM. Everything is in its memory.
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { parseArgs } from 'node:util';
import { NestClient } from './client.mjs';
import { Collection } from './memory.mjs';
import { kQueues, loadNest, rabbit, settings } from './nest.mjs';
import { claimsOf, oops, Refusal, tokensOf, validated } from './rules.mjs';

const kNoRoom = 'Chat room is not found! Please create one first.';
const hash = (password, salt) => scryptSync(password, salt, 16, { N: 1024 });

// A service is its routes by pattern: {guarded, event, run(data, caller)}. The caller is {authorization, claims}, claims only if guarded.

function authRoutes({ secret, peers }) {
    const passwords = new Collection();
    const byName = (username) => peers.call('user.find_by_username', { username });
    return {
        'auth.user.sign_up': {
            run: async ({ password, ...fields }) => {
                if (await byName(fields.username)) throw new Refusal(422, 'User with that username already signed up! Please sign in if it is yours.');
                const user = await peers.call('user.create', fields);
                const salt = randomBytes(8);
                await passwords.insert({ user_id: user._id, salt, password: hash(password, salt) });
                return tokensOf(user, secret);
            },
        },
        'auth.user.sign_in': {
            run: async ({ username, password }) => {
                const user = await byName(username);
                if (!user) throw new Refusal(404, 'User is not found! Please sign up first.');
                const stored = await passwords.findOne({ user_id: user._id });
                if (!stored) throw new Refusal(404, 'Please reset your password!');
                if (!timingSafeEqual(stored.password, hash(password, stored.salt))) throw new Refusal(400, 'Username or password is wrong!');
                return tokensOf(user, secret);
            },
        },
    };
}

function userRoutes() {
    const users = new Collection();
    return {
        'user.create': { run: ({ first_name, last_name, username }) => users.insert({ first_name, last_name: last_name ?? null, username }) },
        'user.find_by_username': { run: ({ username }) => users.findOne({ username }) },
        'user.find_by_id': { guarded: true, run: ({ user_id }) => users.findOne({ _id: user_id.toLowerCase() }) },
        'user.find_all': { guarded: true, run: () => users.find() },
    };
}

function chatRoutes({ peers }) {
    const [rooms, members, messages] = [new Collection(), new Collection(), new Collection()];
    const idOf = ({ claims }) => (/^[0-9a-f]{24}$/.test(claims.user_id) ? claims.user_id : (() => { throw oops(); })());
    const roomOf = async ({ room_id }) => {
        const _id = room_id.toLowerCase();
        if (!/^[0-9a-f]{24}$/.test(_id)) throw oops();
        return await rooms.findOne({ _id }) ?? (() => { throw new Refusal(404, kNoRoom); })();
    };
    const userOf = (user_id, { authorization }) => peers.call('user.find_by_id', { user_id }, authorization);
    const withUsers = (rows, caller) => Promise.all(rows.map(async (row) => ({ ...row, user: await userOf(row.user_id, caller) })));
    return {
        'chat.room.create': {
            guarded: true,
            run: async ({ name }, caller) => {
                const user_id = idOf(caller);
                const room = await rooms.insert({ name });
                await members.insert({ room_id: room._id, user_id });
                return room;
            },
        },
        'chat.room.join': {
            guarded: true, event: true,
            run: async (data, caller) => {
                const room = await roomOf(data);
                await members.insert({ room_id: room._id, user_id: idOf(caller) });
            },
        },
        'chat.room.find_all': { guarded: true, run: () => rooms.find() },
        'chat.room.find_by_id': { guarded: true, run: ({ room_id }) => rooms.findOne({ _id: room_id.toLowerCase() }) },
        'chat.room.member.find_all': { guarded: true, run: async ({ room_id }, caller) => withUsers(await members.find({ room_id: room_id.toLowerCase() }), caller) },
        'chat.room.message.find_all': { guarded: true, run: async ({ room_id }, caller) => withUsers(await messages.find({ room_id: room_id.toLowerCase() }), caller) },
        'chat.message.save': {
            guarded: true,
            run: async (data, caller) => {
                const room = await roomOf(data);
                const user_id = idOf(caller);
                const [message, user] = await Promise.all([messages.insert({ room_id: room._id, user_id, content: data.content }), userOf(user_id, caller)]);
                return { ...message, user };
            },
        },
    };
}

const kRoutes = { auth: authRoutes, user: userRoutes, chat: chatRoutes };

/** One message: guard, then fields, then the work. What is thrown becomes the error of the reply. */
async function answer(nest, secret, pattern, { guarded, run }, data, context) {
    try {
        const { authorization } = context.getMessage().properties.headers ?? {};
        const claims = guarded ? claimsOf(authorization, secret) : undefined;
        return await run(validated(pattern, data), { authorization, claims });
    } catch (error) {
        // An answer of another service is passed on as it is; what nobody foresaw was an empty object there, and is told here.
        if (error instanceof Error && !(error instanceof Refusal)) console.error(pattern, error);
        throw new nest.RpcException(error instanceof Refusal ? error.answer : error instanceof Error ? {} : error);
    }
}

/** A controller class with a method for each pattern: what a compiler would make of decorators. */
function controllerOf(nest, secret, routes) {
    class Peer {}
    for (const [pattern, route] of Object.entries(routes)) {
        Peer.prototype[pattern] = (data, context) => answer(nest, secret, pattern, route, data, context);
        const decorate = route.event ? nest.EventPattern : nest.MessagePattern;
        nest.Payload()(Peer.prototype, pattern, 0);
        nest.Ctx()(Peer.prototype, pattern, 1);
        decorate(pattern)(Peer.prototype, pattern, Object.getOwnPropertyDescriptor(Peer.prototype, pattern));
    }
    nest.Controller()(Peer);
    return Peer;
}

/** Starts these services, each on its queue: {close()}. */
export async function startServices({ version, url, secret, roles = kQueues }) {
    const nest = loadNest(version);
    const peers = new NestClient(nest, url);
    await peers.connect();
    const apps = await Promise.all(roles.map(async (role) => {
        class Service {}
        nest.Module({ controllers: [controllerOf(nest, secret, kRoutes[role]({ secret, peers }))] })(Service);
        const app = await nest.NestFactory.createMicroservice(Service, { ...rabbit(nest, url, role), logger: ['error', 'warn'] });
        await app.listen();
        return app;
    }));
    return { close: async () => { await Promise.all([...apps, peers].map((one) => one.close())); } };
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { nest: { type: 'string' }, amqp: { type: 'string' }, secret: { type: 'string', default: 'wegowhere' } } });
const kUsage = 'usage: services.mjs --nest 10|11 --amqp URL [--secret S] [auth|user|chat…]';
const { nest, amqp, secret } = settings(positionals.every((role) => kQueues.includes(role)) ? values : {}, kUsage);
const services = await startServices({ version: nest, url: amqp, secret, roles: positionals.length ? positionals : kQueues });
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => services.close().then(() => process.exit(0)));
console.log('ready');
