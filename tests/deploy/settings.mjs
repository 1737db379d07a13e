// What the program reads, for tests of the files that set it.
import { readFile } from 'node:fs/promises';
import { join as path } from 'node:path';
import { kRoot } from '../e2e/server.mjs';

const template = await readFile(path(kRoot, '.env.template'), 'utf8');

/** The names of all settings, and of the files of the secret ones. */
export const kSettings = new Set([...template.matchAll(/^# ([A-Z][A-Z_]+)=/gm)].map(([, name]) => name));

/** Which servers a role needs beside the key: the prefixes of their settings. */
export const kServers = { gateway: ['RMQ_', 'REDIS_'], auth: ['RMQ_', 'REDIS_', 'DB_'], user: ['RMQ_', 'REDIS_', 'DB_'], chat: ['RMQ_', 'REDIS_', 'DB_'] };

const shutdown = await readFile(path(kRoot, 'src/app/shutdown.hpp'), 'utf8');
const milliseconds = (name) => Number(new RegExp(`${name}\\{([\\d']+)\\}`).exec(shutdown)[1].replaceAll("'", ''));
const byDefault = (name) => new RegExp(`^# ${name}=(\\d+)$`, 'm').exec(template)[1];

/** The seconds after which a process that was told to end has ended, if it is given these settings. */
export function longestEnd(settings) {
    const [delay, drain] = ['WGW_SHUTDOWN_DELAY', 'WGW_DRAIN'].map((name) => Number(settings[name] ?? byDefault(name)));
    return delay + drain + (milliseconds('kFinishTime') + milliseconds('kDrainGrace')) / 1000;
}

/** Seconds of `45s` or `1m`. */
export const seconds = (text) => Number(/^(\d+)[sm]$/.exec(text)[1]) * (text.endsWith('m') ? 60 : 1);
