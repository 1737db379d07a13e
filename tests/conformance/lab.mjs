// Verbs of the namespace /lab (see reference.mjs).
import assert from 'node:assert/strict';
import { call, connected } from './session.mjs';

export const lab = (server, mode = 'websocket') => connected(server, mode, '/lab');
export const say = (session, options, ...args) => session.send(`42/lab,${JSON.stringify(['say', options, ...args])}`);
export const placeholder = (num) => `{"_placeholder":true,"num":${num}}`;

/** The JSON behind `head`, with which the packet has to begin. */
export function json(packet, head = '42/lab,') {
    assert.ok(packet.startsWith?.(head), `${packet} does not begin with ${head}`);
    return JSON.parse(packet.slice(head.length));
}

/** What it has heard since it was asked last: the arguments of each event. */
export async function heard(session) {
    await call(session, 'rooms');
    return session.before.splice(0).map((packet) => (typeof packet === 'string' ? json(packet).slice(1) : packet));
}
