// The documents that a server hands out: valid, the same in every form, and what the server does. Every other test that
// uses client.mjs holds what it is answered to them; see contract.mjs.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse as parseYaml } from 'yaml';
import { call, makeRoom, signUp } from './client.mjs';
import { contractOf, makeContract } from './contract.mjs';
import { kBinary, kRoot, run, startServer } from './server.mjs';
import test from './shapes.mjs';

const kDocuments = ['/docs-json', '/docs-yaml', '/openapi.json', '/openapi.yaml', '/asyncapi.json'];

async function get(server, path, headers = {}) {
    const response = await fetch(`${server.url}${path}`, { headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
}

/** What a page names in src= and href=, of this server. */
const named = (html) => [...html.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, path]) => path);

test('the documents', async (t) => {
    // With the limits that a server has by default, as the command line prints them.
    const server = await startServer(t, { env: { WGW_LIMITS: undefined } });

    for (const page of ['/docs', '/docs/', '/docs/index.html', '/docs/events']) {
        await t.test(`${page} is a page without scripts inside of it, and all that it names is there`, async () => {
            const { status, headers, text } = await get(server, page);
            assert.equal(status, 200);
            assert.equal(headers.get('content-type'), 'text/html; charset=utf-8');
            const policy = headers.get('content-security-policy');
            assert.match(policy, /default-src 'none'; script-src 'self';/);
            assert.doesNotMatch(policy.replace(/style-src[^;]*/, ''), /unsafe/);
            assert.doesNotMatch(text, /<script(?![^>]*\ssrc=)|\son\w+\s*=|javascript:/i);
            const paths = named(text);
            assert.ok(paths.length > 1);
            for (const path of paths) {
                const file = await get(server, path);
                assert.equal(file.status, 200, path);
                const type = { js: 'application/javascript; charset=utf-8', css: 'text/css; charset=utf-8', png: 'image/png' }[path.split('.')[1]];
                if (type) assert.equal(file.headers.get('content-type'), type, path);
                assert.equal(file.headers.get('x-content-type-options'), 'nosniff', path);
            }
        });
    }

    await t.test('what start.js asks for is there', async () => {
        const { text } = await get(server, '/docs/start.js');
        const [, path] = /url: '([^']+)'/.exec(text);
        assert.equal((await get(server, path)).status, 200);
    });

    await t.test('files and documents are packed, and not sent twice', async () => {
        for (const path of ['/docs/swagger-ui-bundle.js', '/openapi.json', '/asyncapi.json', '/docs/events']) {
            const { headers } = await get(server, path, { 'accept-encoding': 'gzip' });
            assert.equal(headers.get('content-encoding'), 'gzip', path);
            const again = await get(server, path, { 'if-none-match': headers.get('etag') });
            assert.deepEqual([again.status, again.text], [304, ''], path);
        }
    });

    for (const path of ['/docs-json', '/openapi.json']) {
        await t.test(`${path} is valid OpenAPI`, { timeout: 60000 }, async () => {
            const file = join(server.data, 'openapi.json');
            await writeFile(file, (await get(server, path)).text);
            const env = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
            const { code, out } = await run([process.execPath, `${kRoot}/tests/node_modules/@redocly/cli/bin/cli.js`, 'lint', file], { cwd: server.data, env, ms: 50000 });
            assert.equal(code, 0, out);
        });
    }

    await t.test('the AsyncAPI document is valid', async () => {
        const schema = JSON.parse(await readFile(`${kRoot}/tests/node_modules/@asyncapi/specs/schemas/3.0.0.json`, 'utf8'));
        const formats = Object.fromEntries(['uri', 'uri-reference', 'email', 'regex'].map((name) => [name, true]));
        const check = new Ajv({ strict: false, meta: false, validateSchema: false, formats }).compile(schema);
        const { text } = await get(server, '/asyncapi.json'), document = JSON.parse(text);
        assert.ok(check(document), JSON.stringify(check.errors));
        // The schema does not look where references lead to.
        for (const [, reference] of text.matchAll(/"\$ref":"#\/([^"]+)"/g))
            assert.ok(reference.split('/').reduce((at, name) => at?.[name], document), reference);
        assert.equal(check({ ...document, operations: { odd: { action: 'shout' } } }), false);
    });

    await t.test('YAML says what JSON says', async () => {
        for (const [json, yaml] of [['/docs-json', '/docs-yaml'], ['/openapi.json', '/openapi.yaml']])
            assert.deepEqual(parseYaml((await get(server, yaml)).text), JSON.parse((await get(server, json)).text), yaml);
    });

    await t.test('the command line prints what the server hands out', async () => {
        for (const [command, path] of [['openapi', '/openapi.json'], ['openapi --yaml', '/openapi.yaml'], ['asyncapi', '/asyncapi.json']]) {
            const { code, out } = await run([kBinary, ...command.split(' ')], { cwd: server.data });
            assert.equal(code, 0, out);
            assert.equal(out.trimEnd(), (await get(server, path)).text.trimEnd(), command);
        }
    });

    await t.test('HEAD is answered, and nothing else is taken', async () => {
        for (const path of ['/docs', ...kDocuments]) {
            const head = await fetch(`${server.url}${path}`, { method: 'HEAD' });
            assert.equal(head.status, 200, path);
            const { status, data } = await call(server, 'POST', path, { body: {} });
            assert.deepEqual([status, data.message], [404, `Cannot POST ${path}`]);
        }
    });
});

test('an answer that is not as described fails the test that got it', async (t) => {
    const server = await startServer(t), user = await signUp(server), room = await makeRoom(server, user);
    const path = `/api/v1/chat/rooms/${room}`, [openapi, asyncapi] = await Promise.all(
        ['/docs-json', '/asyncapi.json'].map(async (document) => JSON.parse((await get(server, document)).text)),
    );
    const response = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${user.token}` } });
    const reply = { status: response.status, headers: response.headers, body: await response.json() };
    const check = (changed, method = 'GET', target = path) => makeContract(openapi, asyncapi).checkReply(method, target, { ...reply, ...changed });
    const withData = (data) => ({ body: { ...reply.body, data: { ...reply.body.data, ...data } } });
    check({});
    await t.test('a field more', () => assert.throws(() => check(withData({ colour: 'red' })), /additional properties/));
    await t.test('a field less', () => assert.throws(() => check(withData({ epoch: undefined })), /epoch/));
    await t.test('another type', () => assert.throws(() => check(withData({ seq: '1' })), /seq must be integer/));
    await t.test('another form', () => assert.throws(() => check(withData({ created_at: 'now' })), /format/));
    await t.test('a status', () => assert.throws(() => check({ status: 418 }), /no such status/));
    await t.test('a code', () => assert.throws(() => check({ status: 401, body: { success: false, timestamp: reply.body.timestamp, data: { message: 'no', code: 'odd' } } }), /allowed values/));
    await t.test('a header', () => assert.throws(() => check({ headers: new Headers({ 'x-next': '7' }) }), /x-next/));
    await t.test('a route', () => assert.throws(() => check({}, 'GET', '/api/v1/elsewhere'), /no such operation/));
    await t.test('an event', async () => {
        const contract = await contractOf(server);
        assert.throws(() => contract.checkEvent('system.hello', { session_id: '' }), /not as described/);
        assert.throws(() => contract.checkEvent('chat.unknown', {}), /nothing at/);
        assert.throws(() => contract.checkAck('chat.message.send', { success: true, timestamp: reply.body.timestamp }), /not as described/);
    });
});
