// The first program of src/sio/README.md and its client do what that page says.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { kBinary, kRoot, run } from './server.mjs';

test('the first program of the library works, and ends at a signal', { timeout: 30000 }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'wegowhere-hello-'));
    t.after(() => rmSync(folder, { recursive: true }));
    copyFileSync(join(kRoot, 'examples/hello/client.mjs'), join(folder, 'client.mjs'));
    symlinkSync(join(kRoot, 'tests/node_modules'), join(folder, 'node_modules'));

    const server = spawn(join(dirname(kBinary), 'sio-hello'), { stdio: ['ignore', 'ignore', 'pipe'] });
    t.after(() => server.kill('SIGKILL'));
    const [line] = await once(server.stderr.setEncoding('utf8'), 'data');
    const { code, out } = await run([process.execPath, join(folder, 'client.mjs'), line.trim()]);
    assert.deepEqual([code, out], [0, 'said hello 42\nok\n']);

    server.kill('SIGTERM');
    assert.deepEqual(await once(server, 'exit'), [0, null]);
});
