// Verbs of the tests of the command line: `wegowhere …` for a data folder, with its server up or down.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { call } from './client.mjs';
import { kBinary, kSecret, run, startServer } from './server.mjs';
import test from './shapes.mjs';

/** A folder that goes with the test. */
export async function temporary(t) {
    const folder = await mkdtemp(path(tmpdir(), 'wegowhere-test-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    return folder;
}

/** Runs `wegowhere …` for the data folder `data`, with its secret. */
export const operate = (data, words, { env = {}, ...options } = {}) =>
    run([kBinary, ...words], { env: { WGW_DATA: data, JWT_SECRET: kSecret, ...env }, cwd: data, ...options });

/** The same, when it has to succeed: what it prints. */
export async function must(data, words, options) {
    const { code, out } = await operate(data, words, options);
    assert.equal(code, 0, `${words.join(' ')}: ${out}`);
    return out;
}

export const signIn = (server, username, password, headers = {}) => call(server, 'POST', '/api/v1/auth/sign-in', { body: { username, password }, headers });

/** Runs `check(t, data, server)` while the server runs, and once more on a folder whose server has stopped. */
export function upAndDown(name, check) {
    test(`${name}, while the server runs`, { timeout: 120000 }, async (t) => {
        const server = await startServer(t);
        await check(t, server.data, server);
    });
    test(`${name}, while it does not`, { timeout: 120000 }, async (t) => {
        const server = await startServer(t);
        await server.stop();
        await check(t, server.data, server);
    });
}

/** What has to be asked of the server is asked of it: started if it does not run. */
export async function asked(server, question) {
    const was = server.alive;
    if (!was) await server.start();
    const answer = await question();
    if (!was) await server.stop();
    return answer;
}
