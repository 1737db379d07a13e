// A proxy of Debian in front of servers, with TLS and a configuration of deploy/, for tests.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { eventually } from './client.mjs';
import { freePort, run } from './server.mjs';
import { unpacked } from './tools.mjs';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // of this process: the certificate is made below
process.removeAllListeners('warning');

/** A sample with some of its words replaced: each has to be there, or the sample is not the one that is tested. */
export function filled(text, words) {
    for (const [from, to] of Object.entries(words)) {
        assert.ok(text.includes(from), `the sample has no "${from}"`);
        text = text.replaceAll(from, to);
    }
    return text;
}

/** Where the samples of nginx look for what is in the folder of a test. */
export const nginxWords = ({ folder, http, https }) => ({
    'listen 80;': `listen 127.0.0.1:${http};`, 'listen 443 ssl http2;': `listen 127.0.0.1:${https} ssl http2;`, '/etc/ssl/chat.example.com/fullchain.pem': path(folder, 'cert.pem'),
    '/etc/ssl/chat.example.com/privkey.pem': path(folder, 'key.pem'), '/var/log/nginx/wegowhere.log': path(folder, 'access.log'),
});

/** The same for haproxy, which has its log on standard output then. */
export const haproxyWords = ({ folder, http, https }) => ({
    'bind :80': `bind 127.0.0.1:${http}`, 'bind :443': `bind 127.0.0.1:${https}`, '/etc/haproxy/chat.example.com.pem': path(folder, 'both.pem'), 'log /dev/log local0': 'log stdout format raw local0',
});

const temporary = (folder) => ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${folder}/${what};`).join(' ');

/** nginx with `text` as its nginx.conf, run in the foreground as who runs the test. */
export async function nginxCommand(folder, text) {
    await writeFile(path(folder, 'nginx.conf'), `daemon off; ${process.getuid() === 0 ? 'user root;' : ''}\n${text}`);
    return [unpacked('nginx', 'usr/sbin/nginx'), '-p', folder, '-e', `${folder}/error.log`, '-c', path(folder, 'nginx.conf')];
}

/** The same with the file `included` of the folder in http { }. */
export const nginxIncluding = (folder, included) => nginxCommand(folder, `pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
    events { worker_connections 1024; } http { ${temporary(folder)} access_log off; include ${included}; }`);

/** The nginx.conf of compose.cluster.yaml, for gateways on this machine ({port}, two of them), listening at `http`. */
export const composeConfiguration = (sample, { folder, http }, [one, two]) => filled(sample, {
    'gateway-1:3000': `127.0.0.1:${one.port}`, 'gateway-2:3000': `127.0.0.1:${two.port}`, 'listen 8080': `listen 127.0.0.1:${http}`, '/tmp/': `${folder}/`, '/dev/stdout': path(folder, 'access.log'),
    'worker_processes auto': 'worker_processes 1', 'worker_rlimit_nofile 65536': 'worker_rlimit_nofile 1024', 'worker_connections 32768': 'worker_connections 512',
});

export async function haproxyCommand(folder, text) {
    await writeFile(path(folder, 'haproxy.cfg'), text);
    return [unpacked('haproxy', 'usr/sbin/haproxy'), '-db', '-f', path(folder, 'haproxy.cfg')];
}

/**
 * Starts what `command({folder, http, https})` answers: {url, http, https, port, log(), reload()}. Ends with the test. The folder has cert.pem, key.pem and both.pem.
 * `scheme` says at which of its ports it is asked whether it listens, and `url` points.
 */
export async function startProxy(t, name, command, { scheme = 'https' } = {}) {
    const folder = await mkdtemp(path(tmpdir(), `wegowhere-${name}-`)), ports = { http: await freePort(), https: await freePort() };
    const made = await run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
        '-keyout', path(folder, 'key.pem'), '-out', path(folder, 'cert.pem')]);
    assert.equal(made.code, 0, made.out);
    await writeFile(path(folder, 'both.pem'), await readFile(path(folder, 'cert.pem'), 'utf8') + await readFile(path(folder, 'key.pem'), 'utf8'));
    const [program, ...args] = await command({ folder, ...ports });
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { said += text; });
    const ended = new Promise((done) => { child.once('exit', done).once('error', done); });
    t.after(async () => {
        child.kill('SIGTERM');
        await ended;
        await rm(folder, { recursive: true, force: true });
    });
    const read = (file) => readFile(path(folder, file), 'utf8').catch(() => '');
    const proxy = {
        ...ports, folder, port: ports[scheme], url: `${scheme}://localhost:${ports[scheme]}`, log: async () => said + await read('access.log') + await read('error.log'), reload: () => child.kill('SIGHUP'),
    };
    await eventually(`${name} listens`, async () => {
        assert.equal(child.exitCode, null, await proxy.log());
        return (await fetch(`${proxy.url}/health`).catch(() => null)) !== null;
    });
    return proxy;
}
