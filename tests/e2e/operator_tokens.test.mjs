// Tokens and the key that signs them, as an operator asks about them.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { join as path } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, signUp } from './client.mjs';
import { asked, must, operate, signIn, upAndDown } from './operate.mjs';
import { kSecret, startServer } from './server.mjs';
import test from './shapes.mjs';

const kOwnKey = { env: { JWT_SECRET: undefined } };

async function check(data, token, options) {
    const { code, printed } = await operate(data, ['token', 'check', '--json'], { input: token, ...options });
    return { code, ...JSON.parse(printed) };
}

const sessionOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).sid;
const signOut = (server, token, all) => call(server, 'POST', '/api/v1/auth/sign-out', { token, body: { all } });

upAndDown('a token whose session has ended is not good, and which and why is said', async (t, data, server) => {
    const user = await asked(server, () => signUp(server));
    const good = await check(data, user.token);
    assert.deepEqual([good.code, good.good, good.session], [0, true, sessionOf(user.token)]);
    assert.match(good.judged_by, server.alive ? /the running server/ : /the store/);

    await asked(server, () => signOut(server, user.token));
    const ended = await check(data, user.token);
    assert.deepEqual([ended.code, ended.good, ended.reason, ended.session, ended.ended_because], [1, false, 'its session has ended', sessionOf(user.token), 'signed out']);
    assert.ok(Math.abs(Date.parse(ended.ended_at) - Date.now()) < 60e3, ended.ended_at);
    const { out } = await operate(data, ['token', 'check'], { input: user.token });
    assert.match(out, /^not good: its session has ended\. .*sign in again\.\n(.*\n)*session +[0-9a-f]{24}\nended_at .*\nended_because signed out\n/);
    assert.equal((await check(data, user.refresh)).ended_because, 'signed out', 'of its refresh token, too');

    const [first, second, third] = await asked(server, async () => [
        (await signIn(server, user.username, 'a long password')).data.access,
        (await signIn(server, user.username, 'a long password')).data.access, (await signIn(server, user.username, 'a long password')).data.access]);
    await asked(server, () => call(server, 'DELETE', `/api/v1/auth/sessions/${sessionOf(first)}`, { token: second }));
    assert.match((await check(data, first)).ended_because, /list of sessions/);
    assert.equal((await check(data, second)).good, true);
    await asked(server, () => signOut(server, third, true));
    assert.match((await check(data, second)).ended_because, /signed out everywhere/);

    await sleep(1100); // of those that name no session none counts that is of the same second
    const issued = (await must(data, ['token', 'issue', user.username])).trim();
    assert.equal((await check(data, issued)).good, true);
    await must(data, ['user', 'reset-password', user.username], { input: 'flowmatic1955\n' });
    const older = await check(data, issued);
    assert.deepEqual([older.good, older.reason, older.ended_because], [false, 'it has been ended', 'all sessions of its user were ended']);
    assert.equal((await asked(server, () => call(server, 'GET', '/api/v1/user/me', { token: issued }))).status, 401, 'as the server says');
    const next = (await must(data, ['token', 'issue', user.username])).trim();
    assert.equal((await check(data, next)).good, true, 'the next one, also in the same second');
});

test('a running server judges tokens, and signs them, with the key that it has', { timeout: 120000 }, async (t) => {
    const server = await startServer(t), user = await signUp(server);
    const other = { env: { JWT_SECRET: 'another-secret-of-forty-characters-here!' } };
    assert.equal((await check(server.data, user.token, other)).good, true);
    const { code, out } = await operate(server.data, ['token', 'issue', user.username], other);
    assert.equal(code, 0, out);
    assert.match(out, /^note: the server has another key than these settings/m);
    const token = /^ey\S+$/m.exec(out)[0];
    assert.equal((await call(server, 'GET', '/api/v1/user/me', { token })).status, 200);
    assert.match((await operate(server.data, ['doctor'], other)).out, /^warn {2}key in use: the server signs with another key/m);
});

test('a token of an invalid form is refused with one full stop', { timeout: 120000 }, async (t) => {
    const server = await startServer(t), user = await signUp(server);
    for (const token of [user.refresh, 'nonsense', `${user.token}x`, `x${user.token}`])
        assert.doesNotMatch((await operate(server.data, ['token', 'check'], { input: token })).out.split('\n')[0], /[!.]\.|\. *$.*\./);
});

test('issuers can be named, and then no others count', { timeout: 120000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_JWT_ISS: 'host.example' } }), user = await signUp(server);
    const part = (object) => Buffer.from(JSON.stringify(object)).toString('base64url');
    const made = (iss) => {
        const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ user_id: user._id, username: user.username, iss })}`;
        return `${text}.${createHmac('sha256', kSecret).update(text).digest('base64url')}`;
    };
    const me = async (token) => { const { status, data } = await call(server, 'GET', '/api/v1/user/me', { token }); return [status, data.message]; };
    assert.deepEqual([(await me(user.token))[0], (await me(made('host.example')))[0]], [200, 200]);
    assert.deepEqual(await me(made('another')), [401, 'jwt issuer invalid']);
    const { reason, advice } = await check(server.data, made('another'));
    assert.deepEqual([reason, /WGW_JWT_ISS/.test(advice)], ['jwt issuer invalid', true]);
});

test('a user who is added has no session', { timeout: 120000 }, async (t) => {
    const server = await startServer(t);
    await must(server.data, ['user', 'add', 'grace.hopper'], { input: 'cobol1959' });
    const { data: { access } } = await signIn(server, 'grace.hopper', 'cobol1959');
    const { data } = await call(server, 'GET', '/api/v1/auth/sessions', { token: access });
    assert.deepEqual((data.items ?? data).map(({ current }) => current), [true]);
});

test('a second rotation is refused while tokens of the first key are in use, and says what to do', { timeout: 120000 }, async (t) => {
    const server = await startServer(t, kOwnKey), user = await signUp(server), { data } = server;
    const me = async (token = user.token) => (await call(server, 'GET', '/api/v1/user/me', { token })).status;
    const rotate = (...more) => operate(data, ['secret', 'rotate', ...more], kOwnKey);
    assert.match((await must(data, ['doctor'], kOwnKey).catch(({ message }) => message)), /^ok {4}key in use: /m);
    assert.equal((await rotate()).code, 0);

    const early = await rotate();
    assert.equal(early.code, 1, early.out);
    assert.match(early.out, /rotated \d+ s ago \(.*\), and the server has not been restarted since.*Restart the server first.*--void-previous/);
    const { out } = await operate(data, ['token', 'issue', user.username], kOwnKey);
    assert.match(out, /^note: the server still signs with the key from before the last rotation/m);
    const issued = /^ey\S+$/m.exec(out)[0];
    assert.equal(await me(issued), 200, 'a token that is issued in between is good at once');
    assert.match((await operate(data, ['doctor'], kOwnKey)).out, /^warn {2}key in use: .*before the last rotation\n +Restart the server/m);

    await server.stop();
    await server.start();
    assert.deepEqual([await me(), await me(issued)], [200, 200], 'and behind the restart');
    const soon = await rotate();
    assert.equal(soon.code, 1, soon.out);
    assert.match(soon.out, /rotated \d+ s ago \(.*\): tokens of the key before it are still in use for (29|30) days/);

    const previous = path(data, 'jwt_secret.previous'), before = (days) => new Date(Date.now() - days * 86400e3);
    await utimes(previous, before(31), before(31));
    assert.equal((await rotate()).code, 0, 'nothing is lost when they have expired');
    const forced = await rotate('--void-previous');
    assert.equal(forced.code, 0, forced.out);
    assert.match(forced.out, /are void/);
    await server.stop();
    await server.start();
    assert.equal(await me(), 401);
});
