// What the program reads, for tests of the files that set it.
import { readFile } from 'node:fs/promises';
import { join as path } from 'node:path';
import { kRoot } from '../e2e/server.mjs';

const template = await readFile(path(kRoot, '.env.template'), 'utf8');

/** The names of all settings, and of the files of the secret ones. */
export const kSettings = new Set([...template.matchAll(/^# ([A-Z][A-Z_]+)=/gm)].map(([, name]) => name));

/** Which servers a role needs beside the key: the prefixes of their settings. */
export const kServers = { gateway: ['RMQ_', 'REDIS_'], auth: ['RMQ_', 'REDIS_', 'DB_'], user: ['RMQ_', 'REDIS_', 'DB_'], chat: ['RMQ_', 'REDIS_', 'DB_'] };

/** Seconds of `45s` or `1m`. */
export const seconds = (text) => Number(/^(\d+)[sm]$/.exec(text)[1]) * (text.endsWith('m') ? 60 : 1);
