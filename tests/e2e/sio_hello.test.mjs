// The first program of src/sio/README.md and its client do what that page says.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

// The product's own libraries are hidden: whoever takes the library alone has none of them.
test('the library is configured in another project with what its page names', { timeout: 120000 }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'wegowhere-elsewhere-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const page = readFileSync(join(kRoot, 'src/sio/README.md'), 'utf8');
    const [, words] = page.match(/^Take (.*?)\(`npm/m), taken = [...words.matchAll(/`([^`*]+)`/g)].map(([, path]) => path);
    assert.ok(taken.includes('src/sio'));
    mkdirSync(join(folder, 'src'));
    for (const path of taken) cpSync(join(kRoot, path), join(folder, path), { recursive: true });
    cpSync(join(kRoot, 'web/node_modules/socket.io-client'), join(folder, 'web/node_modules/socket.io-client'), { recursive: true });
    writeFileSync(join(folder, 'CMakeLists.txt'), page.match(/^```cmake\n(.*?)^```/ms)[1]);
    writeFileSync(join(folder, 'main.cpp'), page.match(/^```cpp\n(.*?)^```/ms)[1]);
    const env = { ...process.env, PKG_CONFIG_LIBDIR: '/nonexistent' };
    const [, options] = page.match(/^`(-G Ninja [^`]*)` this/m);
    const { code, out } = await run(['cmake', '-S', folder, '-B', join(folder, 'build'), ...options.split(' ')], { env, ms: 100000 });
    assert.equal(code, 0, out);
});
