// Why can NAME not sign in? What `wegowhere user show` and the log say, for each cause.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, signUp } from './client.mjs';
import { must, operate, signIn } from './operate.mjs';
import { run, startServer } from './server.mjs';
import test from './shapes.mjs';

const kPassword = 'a long password';
const kLimits = { env: { WGW_LIMITS: '', WGW_LIMIT_SIGN_IN: '5/15min', WGW_LIMIT_SIGN_UP: 'off', WGW_LIMIT_SIGN_IN_ADDRESS: '30/h', WGW_TRUSTED_PROXIES: '127.0.0.1', WGW_LOG_FORMAT: 'json' }, logLength: 1e6 };
const from = (address) => ({ 'x-forwarded-for': address });
const lines = (server, msg = 'A sign-in failed.') => server.log.split('\n').slice(0, -1).filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
    .filter((line) => line.msg === msg).sort((a, b) => (a.ts < b.ts ? -1 : Number(a.ts > b.ts))); // of several processes

/** The newest line, as soon as it is about what is expected: what the server writes comes a little later than what it answers. */
async function newest(server, why, username) {
    await eventually(`a line "${why}"`, () => lines(server).at(-1)?.why === why && (!username || lines(server).at(-1).username === username));
    return lines(server).at(-1);
}
const show = async (server, name) => JSON.parse(await must(server.data, ['user', 'show', name, '--json'])).sign_in;

/** Guesses until whoever signs in has to wait for longer than a slow machine takes. */
async function throttle(server, username, address) {
    for (;;) {
        const { status, data } = await signIn(server, username, 'a wrong one', from(address));
        if (status !== 429) continue;
        if (data.retry_after_ms > 5000) return;
        await sleep(data.retry_after_ms);
    }
}

test('a user who waits after failures is seen, with since, until and from where, and is let in again', { timeout: 120000 }, async (t) => {
    const server = await startServer(t, kLimits), { username } = await signUp(server);
    assert.deepEqual(await show(server, username), { possible: true, why: 'ok', failed: 0, refused_since: null, refused_until: null, networks: [], last_failure: null });
    for (let i = 0; i < 2; i++) await signIn(server, username, 'a wrong one', from('203.0.113.7'));
    await throttle(server, username, '198.51.100.7');
    const refused = () => signIn(server, username, kPassword, from('192.0.2.7'));
    assert.equal((await refused()).status, 429);

    const told = await show(server, username);
    assert.deepEqual([told.possible, told.why], [false, 'throttled']);
    const [since, until] = [told.refused_since, told.refused_until].map((text) => Date.parse(text));
    assert.ok(since <= Date.now() && until > Date.now() && until - Date.now() <= 8100, JSON.stringify(told));
    assert.deepEqual(told.networks.map(({ network, failed }) => [network, failed]), [['198.51.100.0/24', told.failed - 2], ['203.0.113.0/24', 2]]);
    assert.deepEqual([told.last_failure.why, told.last_failure.address, told.last_failure.wrong_passwords], ['too many failed ones before', '192.0.2.7', told.failed]);
    const { out } = await operate(server.data, ['user', 'show', username]);
    assert.match(out, /state +sign-ins are refused since 20\S+Z\n +until 20\S+Z, because \d+ have failed,\n +from 198\.51\.100\.0\/24 \(\d+/);
    assert.match(out, new RegExp(`wegowhere user unthrottle ${username}\\n.*wegowhere user reset-password ${username}\\nlast failed 20`));

    await must(server.data, ['user', 'unthrottle', username]);
    assert.equal((await refused()).status, 200);
    assert.equal((await show(server, username)).last_failure, null, 'that is over');
    await throttle(server, username, '198.51.100.7');
    assert.equal((await signIn(server, username, kPassword, from('203.0.113.7'))).status, 429);
    await must(server.data, ['user', 'reset-password', username], { input: `${kPassword}\n` });
    assert.equal((await signIn(server, username, kPassword, from('203.0.113.7'))).status, 200);
});

test('each cause that lies in the account has its answer', { timeout: 60000 }, async (t) => {
    const server = await startServer(t, kLimits), { data } = server;
    const [disabled, none, good] = [await signUp(server, 'disabled'), await signUp(server, 'without'), await signUp(server, 'good')];
    await must(data, ['user', 'disable', disabled.username]);
    await server.stop();
    const script = `import sqlite3
db = sqlite3.connect("${data}/wegowhere.db")
print(db.execute("DELETE FROM userpasswords WHERE doc LIKE '%${none._id}%'").rowcount)
db.commit()`;
    assert.match((await run(['python3', '-c', script])).out, /^1$/m);
    const look = async () => {
        assert.match(await must(data, ['user', 'show', disabled.username]), /state +disabled: cannot sign in until wegowhere user enable disabled/);
        assert.match(await must(data, ['user', 'show', none.username]), /state +cannot sign in: there is no password that can be checked\.\n +Give one: wegowhere user reset-password without/);
        assert.match(await must(data, ['user', 'show', good.username]), /state +may sign in\n/);
    };
    await look();
    await server.start();
    await look();
    assert.equal((await signIn(server, none.username, kPassword)).data.message, 'Please reset your password!');
    await newest(server, 'no password that can be checked');
    for (const [name, sentence] of [['nobody', /There is no user "nobody".*wegowhere user list/], [good.username.toUpperCase(), new RegExp(`Case and blanks count: there is "${good.username}"`)], [` ${good.username} `, /Case and blanks count/]]) {
        const { code, out } = await operate(data, ['user', 'show', name]);
        assert.equal(code, 1, out);
        assert.match(out, sentence);
    }
});

test('what was tried of late is known while the server runs, and is said to be unknown while it does not', { timeout: 60000 }, async (t) => {
    const server = await startServer(t, kLimits), { username } = await signUp(server), other = await signUp(server, 'other');
    await signIn(server, username, 'a wrong one', from('203.0.113.7'));
    assert.match(await must(server.data, ['user', 'show', username]), /state +may sign in; the last password was wrong\.\n.*\nlast failed 20\S+: wrong password, from 203\.0\.113\.7; wrong passwords since the last success: 1/);
    for (let i = 0; i < 31; i++) await signIn(server, `nobody${i}`, 'a wrong one', from('203.0.113.9'));
    assert.equal((await signIn(server, other.username, kPassword, from('203.0.113.9'))).status, 429);
    assert.match(await must(server.data, ['user', 'show', other.username]), /state +may sign in, but the last one was refused: too many have failed\n +from its address/);
    await server.stop();
    assert.match(await must(server.data, ['user', 'show', username]), /state +may sign in\n +\(no server runs: failed sign-ins are not known\)/);
});

test('a failed sign-in has a line at info, with the name and without the password', { timeout: 60000 }, async (t) => {
    const server = await startServer(t, kLimits), { username } = await signUp(server), password = 'canary-of-a-password';
    await signIn(server, username, password, { ...from('203.0.113.7'), 'x-request-id': 'of-the-test' });
    const line = await newest(server, 'wrong password');
    assert.deepEqual([line.level, line.username, line.why, line.address, line.request_id], ['info', username, 'wrong password', '203.0.113.7', 'of-the-test']);
    await signIn(server, 'nobody', password, from('203.0.113.7'));
    await newest(server, 'no such user');
    const hostile = `x\u001b[31m\r\n{"msg":"forged"}\u202e${'é'.repeat(3000)}`;
    await signIn(server, hostile, password, from('203.0.113.7'));
    await eventually('its line', () => lines(server).at(-1).username.startsWith('x'));
    const last = lines(server).at(-1);
    assert.ok(Buffer.byteLength(last.username) <= 103 && last.username.endsWith('…') && last.username.startsWith('x\u001b[31m'), JSON.stringify(last));
    assert.doesNotMatch(server.log, /[\u001b\u202e]/, 'escaped');
    await must(server.data, ['user', 'disable', username]);
    await signIn(server, username, kPassword, from('203.0.113.70'));
    await newest(server, 'disabled');
    assert.ok(!server.log.includes(password) && !server.log.includes(kPassword));
});

test('a flood of failed sign-ins is some lines, and does not hide those of somebody who is asked about', { timeout: 120000 }, async (t) => {
    const server = await startServer(t, { ...kLimits, env: { ...kLimits.env, WGW_LIMIT_SIGN_IN_ADDRESS: 'off' } }), { username } = await signUp(server);
    // Of many at once only as many are looked at as may fail.
    await Promise.all(Array.from({ length: 30 }, () => signIn(server, username, 'a wrong one', from('203.0.113.7'))));
    await eventually('their lines', () => lines(server).filter(({ why }) => /too many/.test(why)).length === 3);
    const own = lines(server).filter((line) => line.username === username);
    assert.deepEqual([own.filter(({ why }) => why === 'wrong password').length, own.filter(({ why }) => /too many/.test(why)).length], [3, 3]);
    const began = performance.now();
    for (let i = 0; i < 80; i += 8) await Promise.all(Array.from({ length: 8 }, (_, j) => signIn(server, `nobody-${i + j}`, 'a wrong one', from('203.0.113.9'))));
    const seconds = (performance.now() - began) / 1000, written = () => lines(server).filter((line) => line.why === 'no such user');
    // Those who wait before anybody has looked at the name are paced with the unknown: up to three lines of the thirty.
    await eventually('their lines', () => written().length >= 27);
    assert.ok(written().length <= 31 + seconds, `${written().length} lines in ${seconds} s`);
    const another = await signUp(server, 'another');
    await signIn(server, another.username, 'a wrong one', from('203.0.113.9'));
    await newest(server, 'wrong password', another.username);
    await eventually('that some were left out is told', async () => {
        await signIn(server, `nobody-${Math.random()}`, 'a wrong one', from('203.0.113.9'));
        return lines(server).some(({ why, left_out }) => why === 'no such user' && left_out > 0);
    });
});
