// Starts the peers on NestJS as processes of their own, which end with the test.
import { fileURLToPath } from 'node:url';
import { kSecret } from '../e2e/server.mjs';
import { Child } from '../cluster/child.mjs';

/** Runs a program of this folder until it says that it is ready: services.mjs or gateway.mjs, with its arguments. */
export async function startPeer(t, program, { version, url, args = [] }) {
    const file = fileURLToPath(new URL(`./${program}`, import.meta.url));
    const peer = new Child(`${program} on NestJS ${version}`, [process.execPath, file, '--nest', String(version), '--amqp', url, '--secret', kSecret, ...args]);
    t.after(() => peer.end('SIGTERM'));
    await peer.until(() => /^ready$/m.test(peer.log), 30000);
    return peer;
}
