#!/usr/bin/env node
// The services auth, user and chat on NestJS, as the original answered: a peer for our gateway and for our services.
//
//   node tests/interop/services.mjs --nest 10|11 --amqp URL [--secret S] [--mongo URL] [auth|user|chat…]    (default: all three)
//
// Prints "ready" once it consumes its queues, and each pattern that it is asked for and does not know; ends on SIGTERM. Everything
// is in its memory, or in the database that --mongo names.
import { parseArgs } from 'node:util';
import { NestClient } from './client.mjs';
import { openMemory } from './memory.mjs';
import { openMongo } from './mongo.mjs';
import { kQueues, loadNest, rabbit, settings } from './nest.mjs';
import { kRoutes } from './routes.mjs';
import { claimsOf, Refusal, validated } from './rules.mjs';

/** One message: guard, then fields, then the work. What is thrown becomes the error of the reply. */
async function answer(nest, secret, pattern, { guarded, run }, data, context) {
    try {
        const { authorization } = context.getMessage().properties.headers ?? {};
        const claims = guarded ? claimsOf(authorization, secret) : undefined;
        return await run(validated(pattern, data), { authorization, claims });
    } catch (error) {
        // An answer of another service is passed on as it is; of what nobody foresaw went what a copy has of it, and it is told here.
        if (error instanceof Error && !(error instanceof Refusal)) console.error(pattern, error);
        throw new nest.RpcException(error instanceof Refusal ? error.answer : error instanceof Error ? { ...error } : error);
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

/** NestJS's server, that says what it has no handler for: by itself it only answers so. */
const serverOf = (nest, url, queue) => new class extends nest.ServerRMQ {
    getHandlerByPattern(pattern) {
        const handler = super.getHandlerByPattern(pattern);
        if (!handler) console.log(`nobody here handles ${pattern}`);
        return handler;
    }
}(rabbit(nest, url, queue).options);

/** Starts these services, each on its queue: {close()}. `mongo`: the URL of their database; without, they remember. */
export async function startServices({ version, url, secret, mongo, roles = kQueues }) {
    const nest = loadNest(version);
    const store = mongo ? await openMongo(mongo) : openMemory();
    const peers = new NestClient(nest, url);
    await peers.connect();
    const apps = await Promise.all(roles.map(async (role) => {
        class Service {}
        nest.Module({ controllers: [controllerOf(nest, secret, kRoutes[role]({ secret, peers, store }))] })(Service);
        const app = await nest.NestFactory.createMicroservice(Service, { strategy: serverOf(nest, url, role), logger: ['error', 'warn'] });
        await app.listen();
        return app;
    }));
    return { close: async () => { await Promise.all([...apps, peers].map((one) => one.close())); await store.close(); } };
}

const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { nest: { type: 'string' }, amqp: { type: 'string' }, mongo: { type: 'string' }, secret: { type: 'string', default: 'wegowhere' } },
});
const kUsage = 'usage: services.mjs --nest 10|11 --amqp URL [--secret S] [--mongo URL] [auth|user|chat…]';
const { nest, amqp, mongo, secret } = settings(positionals.every((role) => kQueues.includes(role)) ? values : {}, kUsage);
const services = await startServices({ version: nest, url: amqp, secret, mongo, roles: positionals.length ? positionals : kQueues });
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => services.close().then(() => process.exit(0)));
console.log('ready');
