// A smoke run of the load generator against the real server: seconds, and about correctness, not speed.
// Runs alone: it loads the machine.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { call } from './client.mjs';
import { kBinary, run, startServer } from './server.mjs';

const kPrograms = join(dirname(kBinary), 'bin');

test('the load generator', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'wegowhere-bench-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const data = join(folder, 'data'), tokens = join(folder, 'tokens');
    const seeded = await run([join(kPrograms, 'bench_seed'), data, tokens, '6', '5']);
    assert.equal(seeded.code, 0, seeded.out);
    const server = await startServer(t, { data, env: { JWT_SECRET: '' } });

    const bench = async (...flags) => {
        const { code, out } = await run([kBinary, 'bench', ...flags, '--url', server.url, '--json', '--warmup', '0.2', '--duration', '1']);
        return { code, out, report: out.startsWith('{') ? JSON.parse(out) : null };
    };

    for (const [loop, flags] of [['a closed', ['--window', '3']], ['an open', ['--rate', '20']]]) {
        await t.test(`finds nothing lost, doubled, reordered or cut in ${loop} loop`, async () => {
            const { code, out, report } = await bench('rooms', '--rooms', '6', '--members', '5', ...flags, '--token-file', tokens, '--pid', String(server.pid));
            assert.equal(code, 0, out);
            assert.equal(report.good, true);
            assert.ok(report.sent > 100, out);
            assert.equal(report.arrived, report.all_sent * 5);
            assert.equal(report.ack_us.count > 0, true);
            assert.ok(report.cpu_us.store > 0, out);
        });
    }

    await t.test('is told by the exit code when messages are refused', async () => {
        const [token] = (await readFile(tokens, 'utf8')).split(' '), other = join(folder, 'strangers');
        await writeFile(other, `${token} 507f1f77bcf86cd799439011\n`);
        const { code, report } = await bench('ack', '--rooms', '1', '--token-file', other, '--drain', '0.2');
        assert.equal(code, 1);
        assert.ok(report.refused > 0);
        assert.match(report.trouble, /chat\.error\.receive/);
    });

    await t.test('says why when a token is refused', async () => {
        const bad = join(folder, 'bad');
        await writeFile(bad, 'not.a.token 507f1f77bcf86cd799439011\n');
        const { code, out } = await bench('ack', '--rooms', '1', '--token-file', bad);
        assert.equal(code, 1);
        assert.match(out, /could not connect: it was refused: .*invalid token/);
    });

    await t.test('refuses a token file with fewer or smaller rooms than asked for, and says how to make one', async () => {
        for (const size of [['--rooms', '7', '--members', '5'], ['--rooms', '1', '--members', '6']]) {
            const { code, out } = await bench('rooms', ...size, '--token-file', tokens);
            assert.equal(code, 1, out);
            assert.match(out, new RegExp(`/tokens: There are .* ${size[1]} are needed.*\n.*seed NEW_FOLDER NEW_FILE ${size[1]} ${size[3]} `), out);
        }
    });

    await t.test('takes some members of larger rooms', async () => {
        const { code, out, report } = await bench('rooms', '--rooms', '6', '--members', '2', '--token-file', tokens);
        assert.equal(code, 0, out);
        assert.equal(report.arrived, report.all_sent * 2);
    });

    await t.test('leaves a server that is well', async () => assert.equal((await call(server, 'GET', '/health')).status, 200));
});

test('an event of one\'s own needs the name under which it comes back', async () => {
    const { code, out } = await run([kBinary, 'bench', 'fanout', '--event', 'send']);
    assert.equal(code, 2);
    assert.match(out, /--receive/);
});

test('chat needs a token file', async () => {
    const { code, out } = await run([kBinary, 'bench', 'fanout']);
    assert.equal(code, 2);
    assert.match(out, /--token-file/);
    assert.match(out, /\.\/dev seed NEW_FOLDER NEW_FILE 1 100 /, 'with the command that makes it');
});
