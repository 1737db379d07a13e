// The unit that is shipped: systemd accepts it, finds it closed enough, and is told what the server does.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import test from 'node:test';
import { kRoot, run, startServer } from './server.mjs';

const kUnit = path(kRoot, 'deploy/systemd/wegowhere.service');

async function temporary(t) {
    const folder = await mkdtemp(path(tmpdir(), 'wegowhere-test-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    return folder;
}

test('systemd-analyze verify has nothing to say', async (t) => {
    const file = path(await temporary(t), 'wegowhere.service');
    // The program is not installed on this machine.
    await writeFile(file, (await readFile(kUnit, 'utf8')).replace('/usr/local/bin/wegowhere', '/bin/true'));
    assert.deepEqual(await run(['systemd-analyze', 'verify', file]), { code: 0, signal: null, out: '', printed: '' });
});

test('systemd-analyze security finds an exposure of 2.0 or less', async () => {
    const { out } = await run(['systemd-analyze', 'security', '--offline=true', kUnit], { env: { LC_ALL: 'C' } });
    const level = Number(/exposure level for wegowhere\.service: ([0-9.]+)/.exec(out)?.[1]);
    assert.ok(level <= 2.0, out);
});

/** A service manager that writes down what it is told. */
async function manager(t, socket) {
    const script = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1])
print("listening", flush=True)
while True: print(s.recv(4096).decode().replace("\\n", " "), flush=True)`;
    const child = spawn('python3', ['-c', script, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    const heard = [];
    child.stdout.setEncoding('utf8').on('data', (text) => heard.push(...text.trim().split('\n')));
    const until = async (what) => {
        const index = () => heard.findIndex((line) => what.test(line));
        for (const end = performance.now() + 5000; index() < 0;) {
            if (performance.now() > end) throw new Error(`not told ${what}: ${heard.join(' | ')}`);
            await new Promise((done) => { setTimeout(done, 5); });
        }
        heard.splice(0, index() + 1);
    };
    await until(/listening/);
    return until;
}

test('the manager is told READY, WATCHDOG, RELOADING and STOPPING', { timeout: 30000 }, async (t) => {
    const socket = path(await temporary(t), 'notify'), told = await manager(t, socket);
    const server = await startServer(t, { env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '200000' } });
    await told(/^READY=1/);
    await told(/^WATCHDOG=1/);
    await told(/^WATCHDOG=1/);
    process.kill(server.pid, 'SIGHUP');
    await told(/^RELOADING=1 MONOTONIC_USEC=\d+$/);
    await told(/^READY=1/);
    const stopped = server.stop();
    await told(/^STOPPING=1/);
    assert.equal((await stopped).code, 0);
});
