// The commands of an operator where the settings are those of a cluster: they work on its accounts, or say what to do
// instead; nothing is made in a data folder.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, connectSocket, eventually, makeRoom, signUp, unique } from '../e2e/client.mjs';
import { kBinary, run } from '../e2e/server.mjs';
import { startCluster } from './cluster.mjs';

/** Runs a command with the settings of a process of the cluster, in an empty folder that is still empty afterwards. */
async function commandsOf(t, server, more = {}) {
    const { WGW_DATA, ...env } = { ...server.env, ...more }, cwd = await mkdtemp(join(tmpdir(), 'wegowhere-test-'));
    assert.ok(WGW_DATA, 'the default is what could be made');
    t.after(() => rm(cwd, { recursive: true, force: true }));
    return async (words, options = {}) => {
        const done = await run([kBinary, ...words.split(' ')], { env: { ...env, ...options.env }, cwd, ...(options.input && { input: options.input }) });
        assert.deepEqual(await readdir(cwd), [], `${words}: nothing is made where it was run`);
        return done;
    };
}

const signIn = (server, username, password) => call(server, 'POST', '/api/v1/auth/sign-in', { body: { username, password } });

test('accounts of a cluster: listed, added, mended, kept out; tokens', { timeout: 180000 }, async (t) => {
    const cluster = await startCluster(t, { roles: { gateway: 2 } }), { gateway: [one, two], auth: [auth] } = cluster.processes;
    const command = await commandsOf(t, auth), grace = await signUp(one, 'grace'), name = grace.username;
    const ok = async (words, options) => {
        const { code, out } = await command(words, options);
        assert.equal(code, 0, `${words}: ${out}`);
        return out;
    };
    assert.match(await ok('user list'), new RegExp(`1 user\n.* ${name} `));
    const shown = await ok(`user show ${name}`);
    assert.match(shown, /state {7}may sign in\n.*in the memory of the gateways/);

    const added = unique('added');
    assert.match(await ok(`user add ${added} --first-name Ada`, { input: 'a long password\n' }), /^Added /m);
    assert.equal((await signIn(two, added, 'a long password')).status, 200);

    const socket = await connectSocket(t, two, { user: grace });
    let closed = false;
    socket.once('disconnect', () => { closed = true; });
    assert.match(await ok(`user reset-password ${name}`, { input: 'another password\n' }), /has the new password/);
    await eventually('the socket of a session that has ended is closed', () => closed);
    assert.equal((await call(one, 'GET', '/api/v1/user/me', { token: grace.token })).status, 401);
    assert.equal((await signIn(one, name, 'a long password')).status, 400);
    const again = await signIn(one, name, 'another password'), token = again.data.access;
    assert.equal(again.status, 200);

    assert.match(await ok('token check', { input: `${token}\n` }), /good|valid/i);
    assert.match(await ok(`user disable ${name}`), /cannot sign in/);
    await eventually('everybody has heard of it', async () => (await call(two, 'GET', '/api/v1/user/me', { token })).status === 401);
    const refused = await command('token check', { input: `${token}\n` });
    assert.equal(refused.code, 1, refused.out);
    assert.match(refused.out, /disabled/);
    await ok(`user enable ${name}`);
    const issued = (await ok(`token issue ${name} --lifetime 1h`)).trim();
    assert.equal((await call(one, 'GET', '/api/v1/user/me', { token: issued })).status, 200, 'the services know their own key');
    const unknown = await command('user show nobody.of.that.name');
    assert.equal(unknown.code, 1);
    assert.match(unknown.out, /There is no user/);
    assert.equal((await command('healthcheck')).code, 0);
});

test('who is refused after failed sign-ins is let in again by all gateways, or it is said why not', { timeout: 180000 }, async (t) => {
    const cluster = await startCluster(t, { roles: { gateway: 2 }, env: { WGW_LIMITS: undefined, WGW_LIMIT_SIGN_IN: '3/h' } });
    const { gateway: gateways, auth: [auth] } = cluster.processes, command = await commandsOf(t, auth), { username: name } = await signUp(gateways[0], 'grace');
    const wrong = (gateway) => signIn(gateway, name, 'a wrong password'), refused = async () => {
        // A delay of some seconds, so that it is not over before it is lifted.
        for (let wait = 0; wait < 5000;) {
            const { status, data } = await wrong(gateways[0]);
            if (status === 429) await sleep((wait = data.retry_after_ms) < 5000 ? wait : 600);
        }
        await eventually('the other one has heard of it', async () => (await wrong(gateways[1])).status === 429);
    };
    await refused();
    const lifted = await command(`user unthrottle ${name}`);
    assert.deepEqual([lifted.code, lifted.out], [0, `${name} may try to sign in again at once: 2 gateways were told.\n`]);
    for (const gateway of gateways) await eventually('it may try again', async () => (await wrong(gateway)).status === 400);
    await refused();
    const reset = await command(`user reset-password ${name}`, { input: 'another password\n' });
    assert.equal(reset.code, 0, reset.out);
    assert.match(reset.out, /has the new password\. All sessions have ended\. Sign-ins that were refused are possible again: 2 gateways were told\./);
    for (const gateway of gateways) await eventually('it is let in', async () => (await signIn(gateway, name, 'another password')).status === 200);
    const unknown = await command('user unthrottle nobody.of.that.name');
    assert.deepEqual([unknown.code, /There is no user/.test(unknown.out)], [1, true], unknown.out);

    const without = await command(`user unthrottle ${name}`, { env: { REDIS_URL: '' } });
    assert.deepEqual([without.code, /set REDIS_URL or REDIS_HOST/.test(without.out)], [1, true], without.out);
    await cluster.redis.kill();
    const away = await command(`user unthrottle ${name}`);
    assert.deepEqual([away.code, /could not be told over Redis: .*within an hour/.test(away.out)], [1, true], away.out);
    const half = await command(`user reset-password ${name}`, { input: 'a third password\n' });
    assert.deepEqual([half.code, /has the new password.*\n.*stay so for now\. .*could not be told over Redis/.test(half.out)], [0, true], half.out);
});

test('doctor looks at the three servers, and says which is away', { timeout: 180000 }, async (t) => {
    const cluster = await startCluster(t), { auth: [auth], gateway: [gateway] } = cluster.processes, command = await commandsOf(t, auth);
    const look = async (ask = command) => {
        const { code, out } = await ask('doctor --json');
        return { code, findings: Object.fromEntries(out.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)).map(({ what, ...rest }) => [what, rest])) };
    };
    const { findings } = await look();
    for (const [what, version] of [['RabbitMQ', /^\d+\.\d+\.\d+ at /], ['MongoDB', /^\d+\.\d+\.\d+ at .*(on its own|replica set)/], ['Redis', /^\d+\.\d+\.\d+ at /]]) {
        assert.equal(findings[what].grade, 'ok', JSON.stringify(findings[what]));
        assert.match(findings[what].found, version);
    }
    assert.match(findings.server.found, /runs, and answers at/);
    assert.ok(!('data folder' in findings) && !('disk speed' in findings), Object.keys(findings).join());
    const ofGateway = await look(await commandsOf(t, gateway, { DB_URL: '', WGW_ROLE: 'gateway', REDIS_URL: '', GATEWAY_PORT: '0', WGW_ADMIN_PORT: '0' }));
    assert.equal(ofGateway.findings.Redis.grade, 'warn');
    assert.ok(!('MongoDB' in ofGateway.findings) && 'port' in ofGateway.findings);
    await Promise.all([cluster.rabbit.kill(), cluster.mongo.kill(), cluster.redis.kill()]);
    const away = await look();
    assert.equal(away.code, 1);
    for (const what of ['RabbitMQ', 'MongoDB', 'Redis']) {
        assert.equal(away.findings[what].grade, 'fail', JSON.stringify(away.findings[what]));
        assert.match(away.findings[what].advice, /Look whether it runs/);
    }
    for (const what of ['RabbitMQ', 'MongoDB', 'Redis']) t.diagnostic(away.findings[what].found);
});

test('what does not work in a cluster says what to do', { timeout: 180000 }, async (t) => {
    const cluster = await startCluster(t), { gateway: [gateway], auth: [auth] } = cluster.processes;
    const command = await commandsOf(t, auth), ofGateway = await commandsOf(t, gateway, { DB_URL: '', WGW_ROLE: 'gateway' });
    for (const [words, code, expected] of [
        ['config print --running', 1, /No process of a cluster is asked.*config print --origin/s], ['secret rotate', 78, /all processes.*JWT_SECRET_PREVIOUS/s],
        ['backup chat.backup', 78, /mongodump/], ['restore chat.backup', 78, /mongorestore/],
    ]) {
        const done = await command(words);
        assert.equal(done.code, code, `${words}: ${done.out}`);
        assert.match(done.out, expected, words);
        assert.doesNotMatch(done.out, /\.\/data/, words);
    }
    for (const words of ['user list', 'user show grace', 'token issue grace']) {
        const done = await ofGateway(words);
        assert.equal(done.code, 1, done.out);
        assert.match(done.out, /set DB_URL or DB_HOST, as for the auth service/);
    }
    // After the database was put back: who has read a room before reads it anew.
    const grace = await signUp(gateway, 'grace'), room = await makeRoom(gateway, grace);
    const epochOf = async () => (await call(gateway, 'GET', `/api/v1/chat/rooms/${room}`, { token: grace.token })).data.epoch;
    const before = await epochOf();
    await cluster.processes.chat[0].stop();
    const renewed = await command('restore --epochs-only');
    assert.deepEqual([renewed.code, renewed.out], [0, '1 room has a new epoch: clients read it anew.\n']);
    await cluster.processes.chat[0].start();
    const after = await epochOf();
    assert.match(before + after, /^[0-9a-f]{64}$/);
    assert.notEqual(after, before);
    await cluster.mongo.kill();
    const away = await command('user list');
    assert.equal(away.code, 1, away.out);
    assert.match(away.out, /MongoDB/);
});
