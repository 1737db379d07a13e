// docs/operations.md: its commands do what the page says, and its table has every message of the log. The chapter "A cluster" is run by
// tests/cluster/manual.test.mjs.
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import test from 'node:test';
import { freePort, kBinary, kRoot, run } from './server.mjs';

const page = await readFile(path(kRoot, 'docs/operations.md'), 'utf8');

/** What stands for systemd: starts the server as the unit says, with its credentials, and waits until it is ready. */
const kSystemctl = (root) => `#!/bin/bash
set -eu
unit=${root}/etc/systemd/system/wegowhere.service
pid_file=${root}/pid
alive() { [[ -e $pid_file ]] && kill -0 "$(cat "$pid_file")" 2>/dev/null; }
start() {
    export CREDENTIALS_DIRECTORY=${root}/credentials
    rm -rf "$CREDENTIALS_DIRECTORY" && mkdir "$CREDENTIALS_DIRECTORY"
    cat "$unit" "$unit.d"/*.conf 2>/dev/null | sed -n 's/^LoadCredential=//p' | while IFS=: read -r name file; do
        cp "$file" "$CREDENTIALS_DIRECTORY/$name"
    done
    cd "$(sed -n 's/^WorkingDirectory=//p' "$unit")"
    export "$(sed -n 's/^Environment=//p' "$unit")"
    $(sed -n 's/^ExecStart=//p' "$unit") >>${root}/log 2>&1 &
    echo $! >"$pid_file"
    for _ in {1..500}; do
        wegowhere healthcheck >/dev/null 2>&1 && return
        alive || { cat ${root}/log; exit 1; }
        sleep 0.02
    done
    exit 1
}
stop() {
    alive || return 0
    kill -TERM "$(cat "$pid_file")"
    while alive; do sleep 0.02; done
}
case $1 in
daemon-reload) [[ -e $unit ]] ;;
enable) [[ $2 == --now && $3 == wegowhere ]] && start ;;
start) start ;;
stop) stop ;;
restart) stop; start ;;
reload) kill -HUP "$(cat "$pid_file")" ;;
status) alive ;;
*) exit 1 ;;
esac
`;

test('the commands of docs/operations.md work, one behind the other', { timeout: 180000 }, async (t) => {
    const root = await mkdtemp(path(tmpdir(), 'wegowhere-test-'));
    t.after(async () => {
        await run(['bash', path(root, 'bin/systemctl'), 'stop']);
        await rm(root, { recursive: true, force: true });
    });
    for (const folder of ['bin', 'build', 'usr/local/bin', 'etc/systemd/system', 'backups', 'tmp', 'var/lib']) await mkdir(path(root, folder), { recursive: true });
    await writeFile(path(root, 'bin/systemctl'), kSystemctl(root));
    await writeFile(path(root, 'bin/journalctl'), `#!/bin/bash\ntail -n 50 ${root}/log\n`);
    for (const name of ['systemctl', 'journalctl']) await chmod(path(root, 'bin', name), 0o755);
    await symlink(kBinary, path(root, 'build/wegowhere'));
    await symlink(path(root, 'build/wegowhere'), path(root, 'bin/wegowhere'));
    await mkdir(path(root, 'deploy/systemd'), { recursive: true });
    const port = await freePort(), admin = await freePort(), spare = await freePort();
    const here = (text) => text
        .replaceAll(/(?<=^|[\s=:])\/(etc|var|usr|tmp|backups)\//gm, `${root}/$1/`)
        .replaceAll('8080', port).replaceAll('9464', admin).replaceAll(/\b809[89]\b/g, spare);
    await writeFile(path(root, 'deploy/systemd/wegowhere.service'), here(await readFile(path(kRoot, 'deploy/systemd/wegowhere.service'), 'utf8')));

    // A data folder with a key that was made there.
    await run([kBinary, 'user', 'add', 'somebody', '--data', path(root, 'data')], { cwd: root, input: 'a long password' });
    const [before, , after] = page.split(/^(?=## A cluster$|## What it refuses to start with$)/m), oneServer = before + after;
    const blocks = [...oneServer.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => here(block));
    assert.ok(blocks.length >= 12, 'the page has its blocks');
    const all = blocks.map((block) => `cd ${root}\n${block}`).join(`\necho '=== done'\n`);
    const env = { PATH: `${root}/bin:${process.env.PATH}`, WGW_ADMIN_PORT: String(admin) };
    const { code, out } = await run(['bash', '-euxo', 'pipefail', '-c', `exec 2>&1\n${all}`], { cwd: root, env, ms: 150000 });
    assert.equal(code, 0, out.slice(-4000));
    for (const sentence of [/GATEWAY_PORT=\d+ +# \.env/, /says: ready/, /grace\.hopper has the new password/, /grace\.hopper is disabled/, /^good$/m, /chat\.backup: .* MB, checked/, /What was there is in/, /is a new key/])
        assert.match(out, sentence);
});

test('each message of the log is explained in docs/operations.md', async () => {
    const files = (await readdir(path(kRoot, 'src'), { recursive: true })).filter((name) => /\.[ch]pp$/.test(name) && !/_test|test_/.test(name));
    const missing = [];
    for (const name of files) {
        const text = await readFile(path(kRoot, 'src', name), 'utf8');
        for (const [, literals] of text.matchAll(/(?<!\/\/\/.*)log::(?:info|warn|error)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)/g)) {
            const sentence = [...literals.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part]) => part).join('').trim();
            if (!page.includes(`\`${sentence}\``)) missing.push(`${name}: ${sentence}`);
        }
    }
    assert.deepEqual(missing, [], 'write a row for each into "What the log says"');
});

test('each command that README.md shows is one', async () => {
    const readme = await readFile(path(kRoot, 'README.md'), 'utf8');
    const commands = [...readme.matchAll(/^wegowhere ([a-z]+(?: (?:env|print|check|rotate|show|reset-password))?)/gm)].map(([, words]) => words.split(' '));
    assert.ok(commands.length > 5);
    for (const words of commands) {
        const { code, out } = await run([kBinary, ...words, '--help']);
        assert.equal(code, 0, out);
        assert.match(out, new RegExp(`wegowhere ${words.join(' ')}`));
    }
});
