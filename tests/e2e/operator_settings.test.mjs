// Settings as an operator asks about them, and starts that are refused.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join as path } from 'node:path';
import { call, eventually, signUp } from './client.mjs';
import { must, operate, temporary } from './operate.mjs';
import { freePort, kBinary, kSecret, run, startServer, withoutSettings } from './server.mjs';
import test from './shapes.mjs';

test('config print knows the flags of serve, and of a running server', { timeout: 30000 }, async (t) => {
    const folder = await temporary(t);
    assert.match(await must(folder, ['config', 'print', '--origin', '--port', '8080', '--host', '0.0.0.0', '--log-level', 'warn']), /^GATEWAY_HOST=0\.0\.0\.0 +# flag$(.*\n)*^GATEWAY_PORT=8080 +# flag$(.*\n)*^WGW_LOG_LEVEL=warn +# flag$/m);
    const port = await freePort(), server = await startServer(t, { command: [kBinary, 'serve', '--port', String(port), '--log-level', 'warn'], port });
    const running = await must(server.data, ['config', 'print', '--running', '--origin'], { env: { GATEWAY_PORT: '1', WGW_DRAIN: 'nonsense' } });
    for (const line of [new RegExp(`^GATEWAY_PORT=${port} +# flag$`, 'm'), /^WGW_LOG_LEVEL=warn +# flag$/m, /^WGW_DRAIN=10 +# default$/m, /^WGW_LIMITS=bench +# environment$/m, /^# JWT_SECRET is set: 40 bytes +# environment$/m])
        assert.match(running, line);
    assert.ok(!running.includes(kSecret));
    await server.stop();
    const { code, out } = await operate(server.data, ['config', 'print', '--running']);
    assert.equal(code, 1, out);
    assert.match(out, /No server has .*--data or WGW_DATA/);
});

test('a running server says what a reload has changed', { timeout: 30000 }, async (t) => {
    const server = await startServer(t);
    await writeFile(path(server.data, '.env'), 'WGW_LOG_LEVEL=debug\n');
    process.kill(server.pid, 'SIGHUP');
    for (let tries = 0; !server.log.includes('read anew') && tries < 100; tries++) await new Promise((done) => { setTimeout(done, 50); });
    assert.match(await must(server.data, ['config', 'print', '--running', '--origin']), /^WGW_LOG_LEVEL=debug +# \.env$/m);
});

test('the key that the server has made is shown as set', { timeout: 30000 }, async (t) => {
    const env = { JWT_SECRET: '' }, server = await startServer(t, { env });
    for (const words of [['config', 'print', '--origin'], ['config', 'print', '--origin', '--running']])
        assert.match(await must(server.data, words, { env }), /^# JWT_SECRET is set: 64 bytes +# file .*\/jwt_secret, made by the server$/m);
});

test('config check names every value that is wrong, and serve does so in the same words', { timeout: 30000 }, async (t) => {
    const folder = await temporary(t);
    await writeFile(path(folder, '.env'), 'GATWAY_PORT=1\nPORT=8080\ngateway_host=x\nTZ=UTC\nCOMPOSE_PROJECT_NAME=chat\n');
    const env = { GATEWAY_PORT: '70000', WGW_LOG_LEVEL: 'loud', JWT_SECRET: 'secret', WGW_LIMIT_SEND: 'fast', WGW_LIMIT_PAGE: '0', WGW_TRUSTED_PROXIES: 'me' };
    const sentences = [/GATEWAY_PORT is "70000"/, /WGW_LOG_LEVEL is "loud"/, /JWT_SECRET is a well-known word/, /WGW_LIMIT_SEND is "fast"/, /WGW_LIMIT_PAGE is "0"/, /"me" in WGW_TRUSTED_PROXIES/];
    for (const words of [['config', 'check'], ['serve']]) {
        const { code, out } = await operate(folder, words, { env });
        assert.equal(code, 78, out);
        for (const sentence of sentences) assert.match(out, sentence);
        assert.equal(out.split('\n').filter((line) => line.startsWith('wegowhere: ')).length, sentences.length, out);
    }
    const { code, out } = await operate(folder, ['config', 'check']);
    assert.equal(code, 0, out);
    assert.doesNotMatch(out, /are right/);
    assert.match(out, /^No value is wrong, but see the 3 warnings above: 2 given/m);
    for (const [wrong, right] of [['GATWAY_PORT', 'GATEWAY_PORT'], ['PORT', 'GATEWAY_PORT'], ['gateway_host', 'GATEWAY_HOST']])
        assert.match(out, new RegExp(`^warning: ${wrong} is not a setting of this program\\. Did you mean ${right}\\?$`, 'm'));
    assert.doesNotMatch(out, /TZ|COMPOSE/, 'what is for others is not mentioned');
});

test('config check refuses what serve refuses, and what never matches', { timeout: 60000 }, async (t) => {
    const folder = await temporary(t), data = path(folder, 'data'), free = { GATEWAY_PORT: '0', WGW_ADMIN_PORT: '0' };
    for (const [env, sentence, refused = 78] of [
        [{ GATEWAY_HOST: '0.0.0.0:80' }, /GATEWAY_HOST is "0\.0\.0\.0:80".*GATEWAY_PORT/], [{ WGW_ADMIN_HOST: '[::1]' }, /WGW_ADMIN_HOST is "\[::1\]".*without the brackets/],
        [{ GATEWAY_HOST: 'nobody.invalid' }, /"nobody\.invalid": .*Give a name or an IP address of this machine/, 1],
        [{ WGW_ORIGINS: 'https://c.d, https://a.b/' }, /"https:\/\/a\.b\/" in WGW_ORIGINS never matches: .*Write https:\/\/a\.b\./],
        [{ JWT_SECRET: 'a'.repeat(32) }, /JWT_SECRET has only 1 character.*openssl rand -hex 32/], [{ WGW_INSECURE_DEV: 'yes' }, /WGW_INSECURE_DEV is "yes"/],
    ])
        for (const words of [['config', 'check'], ['serve']]) {
            const { code, out } = await operate(data, words, { env: { ...free, ...env }, cwd: folder });
            assert.equal(code, words[0] === 'serve' ? refused : 78, `${words}: ${out}`);
            assert.match(out, sentence, words.join(' '));
        }
    assert.deepEqual(await readdir(folder), []);
});

test('a weak key that is accepted is warned of', { timeout: 60000 }, async (t) => {
    const env = { JWT_SECRET: 'wegowhere', WGW_INSECURE_DEV: '1' }, warning = /JWT_SECRET is a well-known word: anybody could sign in as anybody\. WGW_INSECURE_DEV=1 accepts it.*openssl rand -hex 32/;
    const server = await startServer(t, { env });
    assert.match(server.log, warning);
    const { code, out } = await operate(server.data, ['config', 'check'], { env });
    assert.deepEqual([code, warning.test(out), /see the warning above/.test(out)], [0, true, true], out);
    assert.match((await operate(server.data, ['doctor'], { env })).out, /^fail {2}secret: weak/m);
});

test('URLs of an IPv6 address have brackets', { timeout: 30000 }, async (t) => {
    const data = await temporary(t), env = { ...withoutSettings(), WGW_DATA: data, JWT_SECRET: kSecret, GATEWAY_PORT: '0', WGW_ADMIN_HOST: '::1', WGW_ADMIN_PORT: '0', WGW_LOG_FORMAT: 'json' };
    const child = spawn(kBinary, ['serve', '--host', '::1'], { env, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = new Promise((done) => { child.once('exit', done); });
    t.after(async () => { child.kill('SIGKILL'); await ended; });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text) => { log += text; });
    await eventually('the first line, or the end', () => /"Ready\."/.test(log) || child.exitCode !== null);
    if (/no address of this machine|Address family/.test(log)) return t.skip('this machine has no IPv6');
    const { url, health } = log.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)).find(({ msg }) => msg === 'Ready.');
    for (const address of [url, health]) assert.match(address, /^http:\/\/\[::1\]:\d+/);
    assert.equal((await fetch(`${url}/health`)).status, 200);
    assert.equal((await fetch(health)).status, 200);
});

test('one port for both listeners is refused, before anything is made', { timeout: 30000 }, async (t) => {
    const folder = await temporary(t), port = String(await freePort()), data = path(folder, 'data');
    for (const words of [['config', 'check'], ['serve']]) {
        const { code, out } = await operate(data, words, { env: { GATEWAY_PORT: port, WGW_ADMIN_PORT: port }, cwd: folder });
        assert.equal(code, 78, out);
        assert.match(out, new RegExp(`GATEWAY_PORT and WGW_ADMIN_PORT are both ${port}.*Set one`));
    }
    assert.equal((await operate(data, ['config', 'check'], { env: { GATEWAY_HOST: '192.0.2.1', GATEWAY_PORT: port, WGW_ADMIN_PORT: port }, cwd: folder })).code, 0, 'at two addresses it is possible');
    assert.deepEqual(await readdir(folder), []);
});

test('a start that is refused leaves no new folder, and one that is there as it was', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), folder = await temporary(t), data = path(folder, 'above/data');
    const env = { GATEWAY_HOST: '127.0.0.1', GATEWAY_PORT: String(server.port), WGW_ADMIN_PORT: String(await freePort()) };
    const { code, out } = await operate(data, ['serve'], { env, cwd: folder });
    assert.equal(code, 1, out);
    assert.match(out, /is in use by another program/);
    assert.ok(!existsSync(path(folder, 'above')), 'with what is above it');
    await mkdir(data, { recursive: true });
    await writeFile(path(data, 'mine'), 'x');
    assert.equal((await operate(data, ['serve'], { env, cwd: folder })).code, 1);
    assert.ok(existsSync(path(data, 'mine')));
});

test('a data folder that is a file is told so', { timeout: 30000 }, async (t) => {
    const folder = await temporary(t), file = path(folder, 'file');
    await writeFile(file, '');
    await chmod(file, 0o644);
    for (const [data, sentence] of [[file, /is a file\. Set WGW_DATA, or --data, to a folder/], [path(file, 'data'), /A part of the path is a file: set WGW_DATA/]]) {
        const { code, out } = await operate(data, ['serve'], { cwd: folder });
        assert.equal(code, 1, out);
        assert.match(out, sentence);
        assert.doesNotMatch(out, /chown/);
    }
});

test('who may not read the data is told as whom to run a command', { timeout: 60000 }, async (t) => {
    const server = await startServer(t, { env: { JWT_SECRET: '' } });
    await server.stop();
    const folder = await temporary(t), root = process.getuid() === 0;
    await chmod(folder, 0o777);
    const program = path(folder, 'wegowhere'); // where everybody may run it
    await copyFile(kBinary, program);
    await chmod(program, 0o755);
    if (!root) await chmod(server.data, 0);
    for (const words of [['backup', path(folder, 'b')], ['user', 'list'], ['token', 'issue', 'somebody'], ['secret', 'rotate'], ['restore', '--epochs-only'], ['doctor'], ['config', 'print'], ['serve']]) {
        const command = root ? ['setpriv', '--reuid=65534', '--clear-groups', program, ...words] : [program, ...words];
        const { code, out } = await run(command, { env: { WGW_DATA: server.data }, cwd: folder });
        assert.doesNotMatch(out, /filesystem error|\[\/|terminate/, `${words}: ${out}`);
        if (words[0] === 'config') continue;
        assert.equal(code, 1, `${words}: ${out}`);
        assert.match(out, words[0] === 'serve' ? /cannot be read: Permission denied.*chown/ : /[Rr]un this as (the user of the server|that user|the server's user)/, words.join(' '));
        assert.doesNotMatch(out, /remove it/, words.join(' '));
    }
    await chmod(server.data, 0o700);
});

test('help, -v and what is nearly a flag', { timeout: 30000 }, async (t) => {
    const folder = await temporary(t);
    assert.match(await must(folder, ['help']), /^WeGoWhere Chat: .*\n(.*\n)*.*wegowhere serve --port 8080/);
    assert.match(await must(folder, ['help', 'user', 'show']), /wegowhere user show grace\.hopper/);
    assert.equal(await must(folder, ['-v']), await must(folder, ['version']));
    const unknown = await operate(folder, ['help', 'bakcup']);
    assert.deepEqual([unknown.code, /Did you mean backup\?/.test(unknown.out)], [2, true], unknown.out);
    const { code, out } = await operate(folder, ['serve', '8080']);
    assert.deepEqual([code, /For another port: wegowhere serve --port 8080/.test(out)], [78, true], out);
});

test('the first line says where the health is', { timeout: 30000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LOG_FORMAT: 'json' } });
    const { health } = server.log.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)).find(({ msg }) => msg === 'Ready.');
    assert.equal(health, `http://127.0.0.1:${server.adminPort}/readyz`);
    assert.equal((await fetch(health)).status, 200);
});

test('a body that cannot be read has a line that says why and where, and the recorded answer', { timeout: 30000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LOG_FORMAT: 'json' } }), user = await signUp(server);
    const post = async (body, type, id) => {
        const response = await fetch(`${server.url}/api/v1/auth/sign-in`, { method: 'POST', body, headers: { ...(type && { 'content-type': type }), 'x-request-id': id } });
        return [response.status, await response.json()];
    };
    const line = async (id) => {
        let found;
        await eventually(`a line of ${id}`, () => {
            found = server.log.split('\n').slice(0, -1).filter((text) => text.startsWith('{')).map((text) => JSON.parse(text)).find(({ request_id }) => request_id === id);
            return found;
        });
        return found;
    };
    const [status, answer] = await post('{\n  "username": "canary",\n  password: "canary"}', 'application/json', 'bad-json');
    assert.equal(status, 400);
    assert.deepEqual(Object.keys(answer), ['success', 'timestamp'], 'as recorded');
    const { msg, level, what, at_byte, line: number } = await line('bad-json');
    assert.deepEqual([msg, level, what, at_byte, number], ['A body could not be read.', 'info', 'expected a name in double quotes', 28, 3]);
    assert.equal((await post('{}', 'application/xml', 'bad-type'))[0], 415);
    assert.match((await line('bad-type')).what, /Content-Type is none/);

    const body = JSON.stringify({ username: user.username, password: 'a long password' });
    const [formStatus, fields] = await post(body, 'application/x-www-form-urlencoded', 'form');
    assert.equal(formStatus, 400);
    assert.ok(Array.isArray(fields.data), 'as recorded');
    assert.match((await line('form')).msg, /JSON came as a form.*Content-Type: application\/json/);
    assert.equal((await post(`username=${user.username}&password=a+long+password`, 'application/x-www-form-urlencoded', 'good-form'))[0], 200);
    assert.ok(!server.log.includes('canary') && !server.log.includes('good-form'));
    await Promise.all(Array.from({ length: 200 }, (_, i) => post('{', 'application/json', `flood-${i}`)));
    const lines = server.log.split('\n').filter((text) => text.includes('A body could not be read.')).length;
    assert.ok(lines < 60, `${lines} lines`);
    assert.equal((await call(server, 'GET', '/health')).status, 200);
});
