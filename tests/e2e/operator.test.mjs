// What an operator types: each command with the server up and down, wrong input, permissions, and kill -9.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join as path } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, call, connectSocket, eventually, makeRoom, messagesOf, signUp } from './client.mjs';
import { asked, must, operate, signIn, temporary, upAndDown } from './operate.mjs';
import { freePort, kBinary, kSecret, run, startServer } from './server.mjs';
import test from './shapes.mjs';

const mode = async (file) => ((await stat(file)).mode & 0o777).toString(8);

upAndDown('a user is added, shown and listed', async (t, data, server) => {
    assert.match(await must(data, ['user', 'add', 'grace.hopper', '--first-name', 'Grace'], { input: 'cobol1959\n' }), /^Added grace\.hopper, id [0-9a-f]{24}\.$/m);
    const shown = JSON.parse(await must(data, ['user', 'show', 'grace.hopper', '--json']));
    assert.deepEqual([shown.username, shown.first_name], ['grace.hopper', 'Grace']);
    assert.match(await must(data, ['user', 'show', shown._id]), /user +grace\.hopper\n(.*\n)*state +may sign in/);
    assert.match(await must(data, ['user', 'list']), new RegExp(`^${shown._id}  \\d{4}-\\d\\d-\\d\\d  grace\\.hopper`, 'm'));
    assert.match(await must(data, ['user', 'list', '--json']), /^\{"_id":.*\}\n$/);
    assert.equal((await asked(server, () => signIn(server, 'grace.hopper', 'cobol1959'))).status, 200);
});

upAndDown('a password is reset, and all sessions end', async (t, data, server) => {
    const user = await asked(server, () => signUp(server)), me = () => call(server, 'GET', '/api/v1/user/me', { token: user.token });
    const short = await operate(data, ['user', 'reset-password', user.username], { input: '12345\n' });
    assert.deepEqual([short.code, /password must be longer/.test(short.out)], [1, true], short.out);
    assert.equal((await asked(server, me)).status, 200);
    assert.match(await must(data, ['user', 'reset-password', user.username], { input: 'flowmatic1955\n' }), /has the new password/);
    await asked(server, async () => {
        await eventually('the end of the session', async () => (await me()).status === 401);
        assert.equal((await signIn(server, user.username, 'a long password')).status, 400);
        assert.equal((await signIn(server, user.username, 'flowmatic1955')).status, 200);
    });
});

upAndDown('a user who is disabled is kept out until enabled again', async (t, data, server) => {
    const user = await asked(server, () => signUp(server)), me = () => call(server, 'GET', '/api/v1/user/me', { token: user.token });
    const issued = (await must(data, ['token', 'issue', user.username])).trim();
    assert.match(await must(data, ['user', 'disable', user.username]), /is disabled/);
    assert.match(await must(data, ['user', 'show', user.username]), /state +disabled/);
    assert.match(await must(data, ['user', 'list']), /\(disabled\)$/m);
    const { code, out } = await operate(data, ['token', 'check'], { input: issued });
    assert.deepEqual([code, /not good: its user is not let in/.test(out)], [1, true], out);
    await asked(server, async () => {
        await eventually('the end of the session', async () => (await me()).status === 401);
        assert.equal((await signIn(server, user.username, 'a long password')).status, 403);
    });
    assert.match(await must(data, ['user', 'enable', user.username]), /is enabled/);
    assert.equal((await asked(server, () => signIn(server, user.username, 'a long password'))).status, 200);
});

test('a reset ends open sockets too', { timeout: 120000 }, async (t) => {
    const server = await startServer(t), user = await signUp(server), room = await makeRoom(server, user);
    const socket = await connectSocket(t, server, { user }), send = () => ask(socket, { room_id: room, content: 'x' });
    assert.equal((await send()).success, true);
    await must(server.data, ['user', 'reset-password', user.username], { input: 'flowmatic1955\n' });
    await eventually('the end of the socket', async () => !socket.connected || !(await send().catch(() => ({}))).success);
});

test('what cannot be a user is refused with a sentence', { timeout: 120000 }, async (t) => {
    const server = await startServer(t), { data } = server;
    await must(data, ['user', 'add', 'grace.hopper'], { input: 'cobol1959' });
    for (const [words, input, sentence] of [
        [['user', 'add', 'grace.hopper'], 'cobol1959', /already signed up/],
        [['user', 'add', 'grace'], 'cobol1959', /username must be longer than or equal to 6 characters/],
        [['user', 'add', 'another'], '12345\n', /password must be longer than or equal to 6 characters/],
        [['user', 'add', 'another'], '', /Password is missing/],
        [['user', 'reset-password', 'nobody'], 'cobol1959', /There is no user/], [['user', 'disable', 'nobody'], '', /There is no user/],
        [['user', 'show', 'nobody'], '', /There is no user "nobody".*wegowhere user list/],
    ]) {
        const { code, out } = await operate(data, words, { input });
        assert.equal(code, 1, out);
        assert.match(out, sentence);
    }
    for (const [words, meant] of [[['user', 'lst'], 'list'], [['usr'], 'user'], [['token', 'chek'], 'check'], [['config', 'prnt'], 'print'], [['backup', 'x', '--quite'], '--quiet'], [['restore', 'x', '--replce'], '--replace']]) {
        const { code, out } = await operate(data, words);
        assert.equal(code, 2, out);
        assert.ok(out.includes(`Did you mean ${meant}?`), out);
    }
    for (const words of [['user', 'show', ''], ['user', 'disable', ''], ['user', 'add', ''], ['token', 'issue', '']]) {
        const { code, out } = await operate(data, words);
        assert.equal(code, 2, out);
        assert.match(out, /^wegowhere: user: it is empty.*wegowhere user list/);
        assert.doesNotMatch(out, /who should/);
    }
    for (const words of [['user'], ['user', 'show'], ['user', 'add'], ['user', 'disable'], ['user', 'reset-password'], ['token'], ['token', 'issue'], ['config'], ['secret'], ['backup'], ['restore']])
        assert.equal((await operate(data, words)).code, 2, words.join(' '));
});

test('what a user is called cannot move the cursor of a terminal', { timeout: 120000 }, async (t) => {
    const server = await startServer(t), body = { first_name: 'a\u001b[31m\u009b31m\r\n\u2028\u202e\u2066', username: 'escaping', password: 'cobol1959' };
    assert.equal((await call(server, 'POST', '/api/v1/auth/sign-up', { body })).status, 201);
    for (const words of [['user', 'list'], ['user', 'show', 'escaping'], ['user', 'list', '--json'], ['user', 'show', 'escaping', '--json']])
        assert.doesNotMatch(await must(server.data, words), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/, words.join(' '));
    assert.equal(JSON.parse((await operate(server.data, ['user', 'show', 'escaping', '--json'])).printed).first_name, body.first_name);
});

test('what could not be written ends with 1', { timeout: 120000 }, async (t) => {
    const data = await temporary(t);
    for (const words of ['config env', 'version', 'openapi', '--help']) {
        // No file may have a single block: the disk is full, as it were.
        const limited = `trap '' XFSZ; ulimit -f 0; exec "$0" ${words} > "${path(data, 'out')}"`;
        const { code, out } = await run(['bash', '-c', limited, kBinary], { cwd: data });
        assert.deepEqual([code, /^wegowhere: .*could not be written: ./m.test(out)], [1, true], `${words}: ${out}`);
    }
});

test('where there is neither server nor database, the right folder is asked for', { timeout: 120000 }, async (t) => {
    const data = await temporary(t);
    for (const words of [['user', 'list'], ['user', 'show', 'someone'], ['backup', path(data, 'b')], ['token', 'issue', 'someone']]) {
        const { code, out } = await operate(data, words);
        assert.equal(code, 1, out);
        assert.match(out, /no (server and no )?database in .*WGW_DATA/);
    }
    assert.deepEqual(await readdir(data), [], 'nothing was made');
});

test('the first user may be added before the first start', { timeout: 120000 }, async (t) => {
    const data = path(await temporary(t), 'data');
    await mkdir(data);
    await must(data, ['user', 'add', 'grace.hopper'], { input: 'cobol1959' });
    const server = await startServer(t, { data });
    assert.equal((await signIn(server, 'grace.hopper', 'cobol1959')).status, 200);
});

test('a socket that a killed server has left does not stop the commands, nor the next server', { timeout: 120000 }, async (t) => {
    const server = await startServer(t), user = await signUp(server), socket = path(server.data, 'control.sock');
    assert.equal(await mode(socket), '600');
    await server.kill();
    assert.ok(existsSync(socket));
    assert.match(await must(server.data, ['user', 'list']), new RegExp(user.username));
    await server.start();
    assert.match(await must(server.data, ['user', 'list']), new RegExp(user.username));
    await server.stop();
    assert.ok(!existsSync(socket));
});

test('a folder whose owner does not answer is left alone', { timeout: 120000 }, async (t) => {
    const server = await startServer(t);
    await server.stop();
    const { code, out } = await run(['flock', path(server.data, 'wegowhere.lock'), kBinary, 'user', 'list'], { env: { WGW_DATA: server.data } });
    assert.equal(code, 1, out);
    assert.match(out, /is in use by .*starting or ending, try again in a moment/);
});

upAndDown('a token is issued, and says why it is refused', async (t, data, server) => {
    const user = await asked(server, () => signUp(server));
    const token = (await must(data, ['token', 'issue', user.username, '--lifetime', '1h'])).trim();
    assert.equal((await asked(server, () => call(server, 'GET', '/api/v1/user/me', { token }))).data._id, user._id);
    const check = async (input, options) => {
        const { code, printed } = await operate(data, ['token', 'check', '--json'], { input, ...options });
        return { code, ...JSON.parse(printed) };
    };
    const good = await check(token);
    assert.deepEqual([good.code, good.good, good.username, good.use, good.signed_with, good.account], [0, true, user.username, 'access', 'the present key', 'there']);
    assert.ok(Math.abs(Date.parse(good.expires_at) - Date.now() - 3600e3) < 60e3, good.expires_at);

    const other = { env: { JWT_SECRET: 'another-secret-of-forty-characters-here!' } };
    if (!server.alive) { // otherwise its key counts, and not the one that is set here
        const foreign = await check(token, other);
        assert.deepEqual([foreign.code, foreign.good, foreign.reason], [1, false, 'invalid signature']);
        assert.match(foreign.advice, /JWT_SECRET_PREVIOUS/);
        assert.equal((await check(token, { env: { ...other.env, JWT_SECRET_PREVIOUS: kSecret } })).signed_with, 'the previous key');
    }

    const refresh = await check(user.refresh);
    assert.deepEqual([refresh.code, refresh.good], [1, false]);
    assert.match(refresh.advice, /refresh token/);
    const short = (await must(data, ['token', 'issue', user.username, '--lifetime', '1s'])).trim();
    await eventually('its end', async () => (await check(short)).reason === 'jwt expired', 15000);
    const nonsense = await check('nonsense');
    assert.deepEqual([nonsense.reason, nonsense.signed_with], ['jwt malformed', undefined], 'no key is named for what none has signed');
    for (const pasted of [`Bearer ${token}\n`, `  Authorization: Bearer ${token}\r\n`, `"${token}"`])
        assert.equal((await check(pasted)).good, true, pasted.slice(0, 20));
    assert.match((await operate(data, ['token', 'check'], { input: token })).out, /^good\n(.*\n)*username +\S/);
    assert.match((await operate(data, ['token', 'issue', user.username, '--lifetime', 'soon'])).out, /--lifetime is "soon"/);
});

test('the key in the data folder is rotated, and old tokens stay valid until the second time', { timeout: 120000 }, async (t) => {
    const env = { JWT_SECRET: undefined }, server = await startServer(t, { env }), user = await signUp(server);
    const me = async () => (await call(server, 'GET', '/api/v1/user/me', { token: user.token })).status;
    const rotate = (...more) => must(server.data, ['secret', 'rotate', ...more], { env: { JWT_SECRET: '' } });
    assert.match(await rotate(), /Restart the server/);
    assert.equal(await mode(path(server.data, 'jwt_secret.previous')), '600');
    await server.stop();
    await server.start();
    assert.equal(await me(), 200);
    const { out } = await operate(server.data, ['token', 'check'], { input: user.token, env: { JWT_SECRET: '' } });
    assert.match(out, /^good\nsigned_with +the previous key/);
    await rotate('--void-previous');
    await server.stop();
    await server.start();
    assert.equal(await me(), 401);
    const { code, out: told } = await operate(server.data, ['secret', 'rotate']);
    assert.equal(code, 78, told);
    assert.match(told, /JWT_SECRET_PREVIOUS/);
});

test('JWT_SECRET_PREVIOUS verifies what it signed, and nothing else does', { timeout: 120000 }, async (t) => {
    const server = await startServer(t), user = await signUp(server);
    const me = async () => (await call(server, 'GET', '/api/v1/user/me', { token: user.token })).status;
    await server.stop();
    server.env.JWT_SECRET = 'a-new-secret-of-forty-characters-for-you';
    server.env.JWT_SECRET_PREVIOUS = kSecret;
    await server.start();
    assert.equal(await me(), 200);
    await server.stop();
    delete server.env.JWT_SECRET_PREVIOUS;
    await server.start();
    assert.equal(await me(), 401);
});

// Settings

test('config print says what is in force and why, and shows no secret', async (t) => {
    const folder = await temporary(t);
    await writeFile(path(folder, '.env'), 'GATEWAY_PORT=8080\nWGW_LOG_LEVEL=debug\n');
    const env = { WGW_DATA: '/data', WGW_LOG_LEVEL: 'warn', JWT_SECRET: kSecret };
    const out = await must(folder, ['config', 'print', '--origin'], { env });
    for (const line of [/^GATEWAY_PORT=8080 +# \.env$/m, /^WGW_LOG_LEVEL=warn +# environment$/m, /^WGW_DATA=\/data +# environment$/m, /^GATEWAY_HOST=localhost +# default$/m, /^# JWT_SECRET is set: 40 bytes +# environment$/m, /^# WGW_ORIGINS= +# not set$/m])
        assert.match(out, line);
    assert.ok(!out.includes(kSecret));
    await writeFile(path(folder, '.env'), await must(folder, ['config', 'print'], { env }));
    assert.match(await must(folder, ['config', 'print', '--origin'], { env: { WGW_DATA: '' } }), /^GATEWAY_PORT=8080 +# \.env$/m, 'what it prints is a .env');
});

test('config check reads everything, names what is wrong and its nearest neighbour, and exits 78', async (t) => {
    const folder = await temporary(t);
    assert.match(await must(folder, ['config', 'check']), /The settings are right: 2 given/);
    for (const [env, sentence] of [
        [{ GATEWAY_PORT: '70000' }, /GATEWAY_PORT is "70000"/],
        [{ JWT_SECRET: 'secret' }, /JWT_SECRET is a well-known word/],
        [{ JWT_SECRET: '', JWT_SECRET_FILE: '/nowhere' }, /\/nowhere of JWT_SECRET cannot be read/],
        [{ JWT_SECRET_FILE: '/dev/null' }, /JWT_SECRET and JWT_SECRET_FILE are both set/],
        [{ GATEWAY_PROT: '1', WGW_DRAIN: 'x' }, /GATEWAY_PROT is not a setting.*Did you mean GATEWAY_PORT\?\n.*WGW_DRAIN is "x"/],
    ]) {
        const { code, out } = await operate(folder, ['config', 'check'], { env });
        assert.equal(code, 78, out);
        assert.match(out, sentence);
    }
});

test('a secret in a file is used, and never shown', { timeout: 120000 }, async (t) => {
    const folder = await temporary(t), file = path(folder, 'key');
    await writeFile(file, `${kSecret}\n`, { mode: 0o600 });
    const server = await startServer(t, { env: { JWT_SECRET: undefined, JWT_SECRET_FILE: file } }), user = await signUp(server);
    const { code } = await operate(server.data, ['token', 'check'], { input: user.token });
    assert.equal(code, 0, 'signed with the key of the file');
    assert.ok(!server.log.includes(kSecret));
});

test('SIGHUP reads the log level of .env anew; one that is wrong changes nothing', { timeout: 120000 }, async (t) => {
    const server = await startServer(t);
    await writeFile(path(server.data, '.env'), 'WGW_LOG_LEVEL=loud\n');
    process.kill(server.pid, 'SIGHUP');
    await eventually('the refusal', () => /settings could not be read.*WGW_LOG_LEVEL/.test(server.log));
    await writeFile(path(server.data, '.env'), 'WGW_LOG_LEVEL=info\n');
    process.kill(server.pid, 'SIGHUP');
    await eventually('the reload', () => /log level was read anew/.test(server.log));
    assert.equal((await call(server, 'GET', '/health')).status, 200);
    assert.equal((await server.stop()).code, 0);
});

// Backup and restore

/** A server with a room and some messages: what is expected of a copy. */
async function withMessages(t, options) {
    const server = await startServer(t, options), user = await signUp(server), room = await makeRoom(server, user);
    const socket = await connectSocket(t, server, { user });
    for (let i = 0; i < 5; i++) await ask(socket, { room_id: room, content: `m${i}` });
    socket.close();
    return { server, user, room, socket };
}

/** Of all rooms of a database. */
async function epochs(data) {
    const { code, out } = await run(['python3', '-c', `import sqlite3
for row in sqlite3.connect("file:${path(data, 'wegowhere.db')}?mode=ro", uri=True).execute("SELECT epoch FROM chat_room"): print(row[0])`]);
    assert.equal(code, 0, out);
    return out.trim().split('\n');
}

for (const state of ['runs', 'was killed', 'has stopped']) {
    test(`a backup while the server ${state} is restored with everything, and a new epoch`, { timeout: 120000 }, async (t) => {
        const { server, user, room } = await withMessages(t), folder = await temporary(t), file = path(folder, 'chat.backup');
        if (state === 'was killed') await server.kill();
        if (state === 'has stopped') await server.stop();
        assert.match(await must(server.data, ['backup', file]), /chat\.backup: \d+\.\d MB, checked\.$/m);
        assert.equal(await mode(file), '600');
        assert.deepEqual(await readdir(folder), ['chat.backup']);
        const again = await operate(server.data, ['backup', file]);
        assert.deepEqual([again.code, /is there already, and is not written over/.test(again.out)], [1, true], again.out);

        const data = path(folder, 'restored');
        await mkdir(data);
        assert.match(await must(data, ['restore', file]), /Restored to .*restored: .* MB, 1 room with a new epoch/);
        assert.equal(await mode(data), '700');
        assert.equal(await mode(path(data, 'wegowhere.db')), '600');
        const restored = await startServer(t, { data });
        assert.deepEqual((await messagesOf(restored, user, room)).map(({ content }) => content), ['m0', 'm1', 'm2', 'm3', 'm4']);
        const [[before], [after]] = [await epochs(server.data), await epochs(data)];
        assert.match(after, /^[0-9a-f]{32}$/);
        assert.notEqual(after, before);
        if (state === 'runs') await signUp(server);
    });
}

test('restore refuses a server that runs, a database that is there, and what is no backup', { timeout: 120000 }, async (t) => {
    const { server } = await withMessages(t), folder = await temporary(t), file = path(folder, 'b');
    await must(server.data, ['backup', file, '--quiet']);
    const refused = async (words, sentence) => {
        const { code, out } = await operate(server.data, words);
        assert.equal(code, 1, out);
        assert.match(out, sentence);
    };
    await refused(['restore', file], new RegExp(`in use by process ${server.pid}`));
    await refused(['restore', file, '--replace'], /in use by process/);
    await server.stop();
    await refused(['restore', file], /There is a database in .* already.*--replace/);
    const empty = path(folder, 'empty');
    await refused(['restore', path(folder, 'nowhere'), '--data', empty], /There is no file/);
    await writeFile(path(folder, 'text'), 'x'.repeat(10000));
    await refused(['restore', path(folder, 'text'), '--data', empty], /not a database/);
    await run(['python3', '-c', `import sqlite3; sqlite3.connect("${path(folder, 'foreign')}").execute("CREATE TABLE a(b)")`]);
    await refused(['restore', path(folder, 'foreign'), '--data', empty], /no backup of this program/);
    const damaged = await readFile(file);
    damaged.fill(0x5a, 3 * 4096, 5 * 4096);
    await writeFile(path(folder, 'damaged'), damaged);
    await refused(['restore', path(folder, 'damaged'), '--data', empty], /damaged|malformed/);
    assert.ok(!existsSync(empty), 'nothing is left of them');
});

test('restore --replace keeps what was there, log and all', { timeout: 120000 }, async (t) => {
    const { server, user, room } = await withMessages(t), file = path(await temporary(t), 'b');
    await must(server.data, ['backup', file]);
    const socket = await connectSocket(t, server, { user });
    await ask(socket, { room_id: room, content: 'after the backup' });
    await server.kill();
    const out = await must(server.data, ['restore', file, '--replace']);
    const aside = /What was there is in (.*)/.exec(out)[1];
    assert.equal(await mode(aside), '700');
    assert.ok((await readdir(aside)).includes('wegowhere.db-wal'), 'with the log that had not been checkpointed');
    await server.start();
    const read = async () => (await messagesOf(server, user, room)).map(({ content }) => content);
    assert.ok(!(await read()).includes('after the backup'));
    await server.stop();
    for (const name of await readdir(aside)) await copyFile(path(aside, name), path(server.data, name));
    assert.match(await must(server.data, ['restore', '--epochs-only']), /^1 room has a new epoch/);
    await server.start();
    assert.ok((await read()).includes('after the backup'));
});

/** Makes the database of a stopped server large enough that copying it takes a while. */
async function enlarge(data, megabytes) {
    const script = `import os, sqlite3
db = sqlite3.connect("${path(data, 'wegowhere.db')}")
db.execute("CREATE TABLE filler(bytes BLOB)")
db.executemany("INSERT INTO filler VALUES(?)", ((os.urandom(1000000),) for _ in range(${megabytes})))
db.commit()`;
    const { code, out } = await run(['python3', '-c', script], { ms: 60000 });
    assert.equal(code, 0, out);
}

for (const words of [['backup'], ['restore']]) {
    test(`a ${words[0]} that is killed in the middle leaves nothing that looks whole, and can be repeated`, { timeout: 120000 }, async (t) => {
        const { server } = await withMessages(t), folder = await temporary(t), file = path(folder, 'b'), data = path(folder, 'data');
        await server.stop();
        await enlarge(server.data, 150);
        if (words[0] === 'restore') await must(server.data, ['backup', file]);
        else await server.start();
        await mkdir(data);
        const whole = words[0] === 'backup' ? file : path(data, 'wegowhere.db');
        const partial = words[0] === 'backup' ? `${file}.partial` : path(data, 'wegowhere.db.restoring.partial');
        const from = words[0] === 'backup' ? server.data : data;
        const isKilled = async () => {
            const child = spawn(kBinary, [words[0], file], { env: { ...process.env, WGW_DATA: from, JWT_SECRET: kSecret }, stdio: 'ignore' });
            const ended = new Promise((done) => { child.once('exit', (...end) => done(end)); });
            while (child.exitCode === null && !(existsSync(partial) && statSync(partial).size >= 1e6)) await sleep(1);
            child.kill('SIGKILL');
            return (await ended)[1] === 'SIGKILL' && !existsSync(whole);
        };
        // On a busy machine it may be quicker than the test: then once more.
        for (let tries = 1; !(await isKilled()); tries++) {
            assert.ok(tries < 10, 'it was quicker than the test');
            if (words[0] === 'backup') await rm(file);
            else for (const name of await readdir(data)) await rm(path(data, name));
        }
        assert.ok(existsSync(partial));
        assert.ok(!existsSync(whole));
        await must(from, [words[0], file], { ms: 60000 });
        assert.ok(existsSync(whole));
        assert.ok(!existsSync(partial));
        if (words[0] === 'backup') await signUp(server);
        else await startServer(t, { data });
    });
}

test('a backup while messages are sent has each that was acknowledged before it began, and the server goes on', { timeout: 120000 }, async (t) => {
    const server = await startServer(t), user = await signUp(server), room = await makeRoom(server, user), folder = await temporary(t);
    const socket = await connectSocket(t, server, { user }), acked = [];
    let sending = true;
    const sender = (async () => {
        for (let i = 0; sending; i++) acked.push((await ask(socket, { room_id: room, content: `m${i}` })).data);
    })();
    for (let round = 0; round < 5; round++) {
        await eventually('some acks', () => acked.length > 50 * round, 30000);
        const known = [...acked], file = path(folder, `b${round}`), data = path(folder, `d${round}`);
        await must(server.data, ['backup', file]);
        await mkdir(data);
        await must(data, ['restore', file]);
        const copy = await startServer(t, { data }), list = await messagesOf(copy, user, room), have = new Set(list.map(({ _id }) => _id));
        // The list is the newest 1,000: how many of them were sent while the backup began is a matter of speed.
        assert.deepEqual(known.filter(({ _id, seq }) => seq >= list[0].seq && !have.has(_id)), []);
        assert.ok(known.every(({ seq }) => seq <= list.at(-1).seq), 'the newest, too');
        assert.deepEqual(list.map(({ seq }) => seq), list.map((_, i) => list[0].seq + i), 'dense');
        await copy.stop();
    }
    sending = false;
    await sender;
});

// The machine

upAndDown('doctor looks at everything', async (t, data, server) => {
    await chmod(data, 0o700);
    const env = { GATEWAY_PORT: String(server.port), WGW_ADMIN_PORT: String(server.adminPort), GATEWAY_HOST: '127.0.0.1' };
    const { code, out } = await operate(data, ['doctor', '--json'], { env });
    const findings = out.trim().split('\n').map((line) => JSON.parse(line));
    const names = findings.map(({ what }) => what);
    for (const what of ['settings', 'secret', 'passwords', 'data folder', 'database', 'disk space', 'disk speed', 'file system', 'open files', 'clock', 'net.core.somaxconn'])
        assert.ok(names.includes(what), `${what}: ${out}`);
    assert.equal(names.includes('server'), server.alive);
    assert.equal(names.includes('port'), !server.alive);
    for (const { grade, advice } of findings) assert.equal(advice === '', grade === 'ok', out);
    assert.equal(code, findings.some(({ grade }) => grade === 'fail') ? 1 : 0);
    await chmod(path(data, 'wegowhere.db'), 0o644);
    const open = await operate(data, ['doctor'], { env });
    assert.equal(open.code, 1);
    assert.match(open.out, /^fail  database: .*wegowhere\.db has mode 0644\n +Others can look into it: chmod 0600 /m);
});

test('doctor names a key that the server refuses', { timeout: 120000 }, async (t) => {
    const data = path(await temporary(t), 'data'), env = { JWT_SECRET: undefined, GATEWAY_PORT: '0', WGW_ADMIN_PORT: '0' };
    await mkdir(data, { mode: 0o700 });
    await writeFile(path(data, 'jwt_secret'), 'abc\n', { mode: 0o600 });
    const { code, out } = await operate(data, ['doctor'], { env });
    assert.equal(code, 1, out);
    assert.match(out, /^fail  secret: .*jwt_secret is damaged\n +Restore it from a backup/m);
});

test('doctor names a database that does not open, and makes nothing beside it', { timeout: 120000 }, async (t) => {
    const data = path(await temporary(t), 'data'), env = { GATEWAY_PORT: '0', WGW_ADMIN_PORT: '0' };
    await mkdir(data, { mode: 0o700 });
    await writeFile(path(data, 'wegowhere.db'), 'random bytes '.repeat(1000), { mode: 0o600 });
    const { code, out } = await operate(data, ['doctor'], { env });
    assert.equal(code, 1, out);
    assert.match(out, /^fail {2}database: .*wegowhere\.db.*not a database\n +Restore a backup/m);
    assert.deepEqual(await readdir(data), ['wegowhere.db']);
    await rm(path(data, 'wegowhere.db'));
    await must(data, ['user', 'add', 'grace.hopper'], { input: 'cobol1959' });
    const before = await readdir(data), good = await operate(data, ['doctor'], { env });
    assert.match(good.out, /^ok {4}database: opens$/m);
    assert.deepEqual(await readdir(data), before);
});

test('doctor has colours where they are wanted', { timeout: 60000 }, async (t) => {
    const data = await temporary(t), coloured = async (env, ...words) => /\u001b\[3/.test((await operate(data, ['doctor', ...words], { env: { GATEWAY_PORT: '0', WGW_ADMIN_PORT: '0', NO_COLOR: '', CLICOLOR_FORCE: '', ...env } })).out);
    assert.deepEqual([await coloured({}), await coloured({ CLICOLOR_FORCE: '1' }), await coloured({ CLICOLOR_FORCE: '1', NO_COLOR: '1' }), await coloured({}, '--color', 'always'), await coloured({ CLICOLOR_FORCE: '1' }, '--color=never')], [false, true, false, true, false]);
    assert.equal((await operate(data, ['doctor', '--color', 'red'])).code, 2);
});

test('doctor looks at the files that secrets are kept in', { timeout: 120000 }, async (t) => {
    const folder = await temporary(t), file = path(folder, 'key'), env = { JWT_SECRET: undefined, JWT_SECRET_FILE: file, GATEWAY_PORT: '0', WGW_ADMIN_PORT: '0' };
    await writeFile(file, `${kSecret}\n`);
    for (const [bits, line] of [[0o666, /^fail {2}JWT_SECRET: .*key has mode 0666\n.*chmod 0600/m], [0o644, /^fail {2}JWT_SECRET: .*key has mode 0644\n.*can read it: chmod 0600/m], [0o600, /^ok {4}JWT_SECRET: .*key has mode 0600$/m]]) {
        await chmod(file, bits);
        assert.match((await operate(path(folder, '.'), ['doctor'], { env })).out, line);
    }
});

test('doctor names a port that is in use, and the setting that changes it', { timeout: 120000 }, async (t) => {
    const server = await startServer(t), data = await temporary(t);
    const { code, out } = await operate(data, ['doctor', '--host', '127.0.0.1', '--port', String(server.port)], { env: { WGW_ADMIN_PORT: String(await freePort()) } });
    assert.equal(code, 1, out);
    assert.match(out, new RegExp(`^fail  port: 127\\.0\\.0\\.1:${server.port} cannot be used\\n.*GATEWAY_PORT`, 'm'));
    assert.match(out, /^ok    admin port:/m);
});

test('version --json says what the program was made of', async () => {
    const { code, out } = await run([kBinary, 'version', '--json']);
    assert.equal(code, 0, out);
    const { name, version, commit, compiler, sqlite } = JSON.parse(out);
    assert.equal(name, 'wegowhere');
    assert.match(version, /^\d+\.\d+\.\d+$/);
    assert.ok(commit === null || /^[0-9a-f]{12}\+?$/.test(commit), commit);
    assert.match(compiler, /Clang|[0-9]/);
    assert.match(sqlite, /^3\.\d+/);
});

test('the password is not shown on a terminal, is asked for twice, and Ctrl-C leaves the terminal as it was', { timeout: 120000 }, async (t) => {
    const server = await startServer(t);
    const script = `import os, pty, sys, termios, time
words, keys = sys.argv[1].split(), sys.argv[2].encode().decode('unicode_escape').encode()
pid, terminal = pty.fork()
if pid == 0: os.execv(words[0], words)
seen = b''
def until(text):
    global seen
    while text not in seen: seen += os.read(terminal, 1000)
    seen = seen[seen.index(text) + len(text):]
for i, part in enumerate(keys.split(b'|')):
    until(b'assword' if i == 0 else b'again'); until(b': ')
    while termios.tcgetattr(terminal)[3] & termios.ECHO: time.sleep(0.001)
    os.write(terminal, part)
try:
    while True: seen += os.read(terminal, 1000)
except OSError: pass
echo = bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), echo, seen.decode().replace('\\r\\n', ' ').strip())`;
    const type = async (name, keys) => (await run(['python3', '-c', script, `${kBinary} user add ${name} --data ${server.data}`, keys], { env: { JWT_SECRET: kSecret }, cwd: server.data })).out;
    assert.match(await type('grace.hopper', 'cobXX\\x7f\\x7fol1959\\n|cobol1959\\n'), /^0 True Added grace\.hopper/);
    assert.equal((await signIn(server, 'grace.hopper', 'cobol1959')).status, 200);
    assert.match(await type('another', 'cobol1959\\n|cobol1960\\n'), /^1 True wegowhere: The two are not the same; nothing was changed/);
    assert.match(await type('another', 'cob\\x03'), /^1 True wegowhere: Cancelled; nothing was changed/);
    assert.doesNotMatch(await must(server.data, ['user', 'list']), /another/);
});
