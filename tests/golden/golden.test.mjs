// The recorded cases of the original system, replayed against the real binary: a fresh server for each file.
import assert from 'node:assert/strict';
import test from '../e2e/shapes.mjs';
import { fileURLToPath } from 'node:url';
import { kSecret, run, startServer } from '../e2e/server.mjs';
import kExpected from './expected-failures.mjs';
import { kFiles } from './files.mjs';

const kHere = fileURLToPath(new URL('.', import.meta.url));

for (const file of kFiles) {
    test(`recorded cases of ${file} are answered as recorded`, { timeout: 180000 }, async (t) => {
        // With the limits that a server has by default: they must let the recorded cases through.
        const server = await startServer(t, { env: { WGW_LIMITS: undefined } });
        const { code, out } = await run(
            [process.execPath, `${kHere}replay.mjs`, '--base', server.url, '--secret', kSecret, '--verbose', `${kHere}${file}.json`],
            { ms: 170000 },
        );
        const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(out) ?? assert.fail(`replay.mjs did not finish (exit ${code}): ${out.slice(-2000)}`);
        assert.ok(Number(passed) + Number(failed) > 0, `no case of ${file} was run`);
        const lines = out.split('\n').filter((line) => /^(FAIL|ok  ) /.test(line));
        const nameOf = (line) => Object.keys(kExpected).find((name) => line.startsWith(`FAIL ${name}: `) || line === `ok   ${name}`);
        const surprises = [
            ...lines.filter((line) => line.startsWith('FAIL ') && !nameOf(line)),
            ...lines.filter((line) => line.startsWith('ok ') && nameOf(line)).map((line) => `${line} passes: take it off expected-failures.mjs`),
        ];
        assert.deepEqual(surprises, [], `${surprises.length} surprises in ${file}:\n${surprises.join('\n')}`);
        t.diagnostic(`${passed} passed, ${failed} failed as expected`);
    });
}

test('every expected failure names a case that exists', async () => {
    const { out } = await run([process.execPath, `${kHere}replay.mjs`, '--list', ...kFiles.map((file) => `${kHere}${file}.json`)]);
    for (const name of Object.keys(kExpected)) assert.ok(out.includes(` ${name}\n`), `no case is called "${name}"`);
});
