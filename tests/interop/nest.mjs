// The NestJS that a peer is made of: 10 or 11, each with packages of its own in a folder of its own.
import { createRequire } from 'node:module';

export const kVersions = [10, 11];
export const kQueues = ['auth', 'user', 'chat'];

/** The packages of a version. A process uses one version only: both keep what decorators say in one global place. */
export function loadNest(version) {
    if (!kVersions.includes(version)) throw new Error(`there is no peer on NestJS ${version}: take one of ${kVersions.join(', ')}`);
    const require = createRequire(new URL(`./nest${version}/package.json`, import.meta.url));
    require('reflect-metadata');
    const nest = { ...require('@nestjs/common'), ...require('@nestjs/core'), ...require('@nestjs/microservices'), rxjs: require('rxjs') };
    nest.Logger.overrideLogger(['error', 'warn']);
    return nest;
}

/** How both sides open a queue, as the original did. */
export const rabbit = (nest, url, queue) => ({ transport: nest.Transport.RMQ, options: { urls: [url], queue, queueOptions: { durable: false } } });

/** What a program of this folder was told on its command line, after what must be there. */
export function settings(parsed, usage) {
    const { nest, amqp } = parsed;
    if (!nest || !amqp) {
        console.error(usage);
        process.exit(2);
    }
    return { ...parsed, nest: Number(nest) };
}
