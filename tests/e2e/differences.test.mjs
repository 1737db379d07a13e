// docs/differences.md: each row names tests, and they exist. Also the tests of rows that belong nowhere else.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import WebSocket from 'ws';
import { within } from './client.mjs';
import { kRoot, startServer } from './server.mjs';
import test, { kOneProcess } from './shapes.mjs';

/** Whether a test or a row of that name stands in the text of a file. `Fixture.Name` is one of GoogleTest. */
function has(text, name) {
    const [, fixture, sentence] = /^(\w+)\.(\w+)$/.exec(name) ?? [];
    return fixture ? new RegExp(`TEST(_[FP])?\\(\\s*${fixture},\\s*${sentence}\\s*\\)`).test(text) : text.includes(name);
}

test('each row of docs/differences.md names tests that exist', async () => {
    const lines = (await readFile(`${kRoot}/docs/differences.md`, 'utf8')).split('\n');
    const rows = lines.filter((line) => line.startsWith('| ') && !/^\| (the original|---) /.test(line));
    assert.ok(rows.length > 30);
    for (const row of rows) {
        const cells = row.slice(2, -2).split(' | ');
        assert.equal(cells.length, 3, row);
        for (const part of cells[2].split(' · ')) {
            const [, file, names] = /^`([^`]+)`: (.+)$/.exec(part) ?? assert.fail(`no file with its tests: ${part}`);
            const text = await readFile(`${kRoot}/${file}`, 'utf8');
            for (const name of names.split('; ')) assert.ok(has(text, name), `${file} has no "${name}"`);
        }
    }
});

test('tests/README.md names each file of tests/e2e once', async () => {
    const [, table] = (await readFile(`${kRoot}/tests/README.md`, 'utf8')).split('## Where to look in e2e');
    const named = [...table.split('## ')[0].matchAll(/^\| [^|]+ \| (`.*) \|$/gm)].flatMap(([, files]) => files.split(' ').map((file) => file.slice(1, -1)));
    const there = (await readdir(`${kRoot}/tests/e2e`)).flatMap((file) => /^(.+)\.test\.mjs$/.exec(file)?.[1] ?? []);
    assert.deepEqual(named.sort(), there.sort());
});

test('each test that shapes.mjs keeps from a cluster exists, and has its reason', async () => {
    for (const [file, rows] of Object.entries(kOneProcess)) {
        const text = await readFile(`${kRoot}/tests/${file}.test.mjs`, 'utf8');
        for (const [why, ...names] of typeof rows === 'string' ? [[rows]] : rows) {
            assert.ok(why.length > 10, `${file}: ${why}`);
            for (const name of names) {
                const words = name instanceof RegExp ? name.source.slice(1).split('.*')[0] : name.replace(/…$/, '').replaceAll("'", "\\'");
                assert.ok(text.includes(words), `${file} has no "${words}"`);
            }
        }
        // Only what takes test() from there can be kept from anything.
        if (typeof rows !== 'string') assert.match(text, /^import test.* from '.\/shapes.mjs';$/m, file);
    }
});

test('a connection that joins no namespace is closed after 10 s', { timeout: 30000 }, async (t) => {
    const server = await startServer(t), socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=websocket`);
    await once(socket, 'open');
    const began = performance.now();
    await within(15000, 'the close', once(socket, 'close'));
    const ms = performance.now() - began;
    assert.ok(ms > 9000 && ms < 12000, `closed after ${Math.round(ms)} ms`);
});
