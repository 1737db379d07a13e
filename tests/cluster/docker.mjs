// What stands for Docker where there is none, so that the commands of docs/operations.md can be run: `docker compose` with compose.cluster.yaml,
// and a few commands more. A container of ours is a process with the environment that the file gives it, a container of nginx is nginx with the
// configuration that the file gives it, and those of others are the servers of servers.mjs. It lives in the process of a test and ends with it;
// the program `docker` that it writes only asks it.
//
// Not as the file says: ports and addresses, which are free ones of this machine, and the passwords of the servers, which have none here.
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parse } from 'yaml';
import { composeConfiguration, nginxCommand } from '../e2e/proxy.mjs';
import { freePort, kBinary, kRoot, run, withoutSettings } from '../e2e/server.mjs';
import { Child } from './child.mjs';

const kReadyMs = 30_000, kStopMs = 45_000;

const kProgram = (port) => `
const words = process.argv.slice(2);
let input = '';
if (words.includes('exec')) for await (const part of process.stdin.setEncoding('utf8')) input += part;
const reply = await fetch('http://127.0.0.1:${port}', { method: 'POST', body: JSON.stringify({ words, input }) });
const { code, out } = await reply.json();
process.stdout.write(out);
process.exitCode = code;
`;

export class Docker {
    /** `folder` is where compose.cluster.yaml and secrets/ are; `servers` are {rabbitmq, redis, mongo} of servers.mjs, running; `port` is that of nginx. */
    static async begin(t, { folder, servers, port, env = {} }) {
        const docker = new Docker();
        const file = parse(await readFile(join(kRoot, 'compose.cluster.yaml'), 'utf8'), { merge: true });
        Object.assign(docker, { folder, servers, port, env, services: file.services, containers: [], image: 1, last: 0, ports: {} });
        for (const name of ['gateway-1', 'gateway-2']) docker.ports[name] = await freePort();
        const listener = createServer(async (request, response) => {
            let body = '';
            for await (const part of request.setEncoding('utf8')) body += part;
            const { words, input } = JSON.parse(body);
            const answer = await docker.run(words, input).then((out) => ({ code: 0, out: out ?? '' }), (error) => ({ code: error.code ?? 1, out: `${error.message}\n` }));
            response.end(JSON.stringify(answer));
        });
        const asked = await freePort();
        await new Promise((done) => { listener.listen(asked, '127.0.0.1', done); });
        t.after(async () => {
            listener.closeAllConnections();
            listener.close();
            await Promise.all(docker.containers.map(({ name, child }) => child.end(name === 'nginx' ? 'SIGTERM' : 'SIGKILL'))); // a killed nginx leaves its workers
        });
        await mkdir(join(folder, 'bin'), { recursive: true });
        await writeFile(join(folder, 'bin/docker.mjs'), kProgram(asked));
        await writeFile(join(folder, 'bin/docker'), `#!/bin/sh\nexec ${process.execPath} ${folder}/bin/docker.mjs "$@"\n`);
        await chmod(join(folder, 'bin/docker'), 0o755);
        return docker;
    }

    async run([command, ...words], input) {
        if (command === 'stop') return void await Promise.all(words.map((id) => this.end(this.containers.find((each) => each.id === id))));
        if (command === 'rm') return void (this.containers = this.containers.filter(({ id }) => !words.includes(id)));
        const [, file, verb, ...rest] = words;
        if (command !== 'compose' || words[0] !== '-f' || file !== 'compose.cluster.yaml' || !(`do_${verb}` in this)) throw new Error(`what stands for docker has no "${[command, ...words].join(' ')}"`);
        return this[`do_${verb}`](rest, input);
    }

    // ---------------------------------------------------------------- compose

    do_build() { this.image += 1; }

    /** Each behind those it waits for, all others beside it. */
    async do_up(words) {
        const { options, names } = optionsOf(words, ['-d', '--wait', '--no-deps', '--no-recreate', '--scale=']);
        const [scaled, count] = (options['--scale'] ?? '').split('='), { image } = this, started = new Map();
        const begin = async (name) => {
            if (name in this.servers) return;
            if (!options['--no-deps']) await Promise.all(Object.keys(this.service(name).depends_on ?? {}).map(up));
            const there = () => this.of(name).filter(({ child }) => child.alive);
            if (!options['--no-recreate']) for (const old of there().filter((each) => each.image !== image)) await this.end(old);
            const wanted = scaled === name ? Number(count) : this.service(name).deploy.replicas;
            await Promise.all(Array.from({ length: Math.max(0, wanted - there().length) }, () => this.begin(name)));
        };
        const up = (name) => {
            if (!started.has(name)) started.set(name, begin(name));
            return started.get(name);
        };
        await Promise.all((names.length ? names : Object.keys(this.services)).map(up));
    }

    async do_stop(names) {
        for (const name of names) {
            if (name in this.servers) await this.servers[name].kill();
            await Promise.all(this.of(name).map((each) => this.end(each)));
        }
    }

    async do_start(names) {
        for (const name of names) {
            if (name in this.servers && !this.servers[name].children.length) await this.servers[name].restart();
            const ended = this.of(name).filter(({ child }) => !child.alive);
            this.containers = this.containers.filter((each) => !ended.includes(each));
            for (const _ of ended) await this.begin(name);
        }
    }

    async do_ps(words) {
        const { options, names } = optionsOf(words, ['-q']);
        const listed = names.length ? names.flatMap((name) => this.of(name)) : this.containers;
        return listed.filter(({ child }) => child.alive).map(({ id, name }) => (options['-q'] ? `${id}\n` : `${id} ${name} running\n`)).join('');
    }

    async do_exec(words, input) {
        const { names: [name, ...command] } = optionsOf(words, ['-T']);
        const [container] = this.of(name).filter(({ child }) => child.alive);
        if (!container) throw new Error(`service "${name}" is not running`);
        if (command[0] !== 'wegowhere') throw new Error(`the image has no ${command[0]}`);
        const { code, out } = await run([kBinary, ...command.slice(1)], { env: container.env, cwd: container.folder, input });
        if (code) throw Object.assign(new Error(out.trimEnd()), { code });
        return out;
    }

    // ---------------------------------------------------------------- containers

    service(name) {
        if (!(name in this.services)) throw new Error(`no such service: ${name}`);
        return this.services[name];
    }

    of(name) {
        this.service(name);
        return this.containers.filter((each) => each.name === name);
    }

    async begin(name) {
        const number = ++this.last, id = `${name}.${number}`, folder = join(this.folder, 'containers', id);
        await mkdir(folder, { recursive: true });
        const container = { id, name, folder, image: this.image, ...(name === 'nginx' ? await this.nginx(folder) : await this.ours(name)) };
        container.child = new Child(id, container.command, { env: { ...withoutSettings(), ...container.env }, cwd: folder, orphan: 'TERM' });
        this.containers.push(container);
        await container.child.until(container.isReady, kReadyMs);
    }

    async nginx(folder) {
        await cp(join(kRoot, 'deploy/nginx/cluster'), join(folder, 'wegowhere'), { recursive: true });
        const gateways = Object.values(this.ports).map((port) => ({ port }));
        const text = composeConfiguration(await readFile(join(folder, 'wegowhere/compose.conf'), 'utf8'), { folder, http: this.port }, gateways);
        const isReady = () => fetch(`http://127.0.0.1:${this.port}/health`).then(({ ok }) => ok, () => false);
        return { command: await nginxCommand(folder, text), isReady, env: {} };
    }

    /** A process of ours, with what the file and the image say, and the addresses of this machine. */
    async ours(name) {
        const env = { GATEWAY_HOST: '127.0.0.1', WGW_ADMIN_PORT: String(await freePort()), WGW_LIMITS: 'bench', WGW_DATA: '.', ...this.env };
        for (const [variable, value] of Object.entries(this.service(name).environment)) {
            const server = variable.endsWith('_HOST') && this.servers[value];
            if (server) Object.assign(env, { [variable]: '127.0.0.1', [variable.replace('HOST', 'PORT')]: new URL(server.url).port });
            else if (/^(RMQ|REDIS|DB)_(USER|PASS_FILE)$/.test(variable)) continue;
            else env[variable] = String(value).replace(/\$\{\w+:-(.*?)\}/g, '$1').replace(/^\/run\/secrets\//, `${this.folder}/secrets/`);
        }
        if (env.RMQ_HOST) Object.assign(env, { RMQ_USER: 'guest', RMQ_PASS: 'guest' });
        if (env.WGW_TRUSTED_PROXIES) env.WGW_TRUSTED_PROXIES = '127.0.0.1';
        if (this.ports[name]) env.GATEWAY_PORT = String(this.ports[name]);
        const check = this.service(name).healthcheck.test.slice(2); // CMD wegowhere …
        const isReady = async () => (await run([kBinary, ...check], { env })).code === 0;
        return { command: [kBinary, 'serve'], isReady, env };
    }

    async end(container) {
        const { code, signal } = await container.child.end('SIGTERM', kStopMs);
        if (code !== 0) throw new Error(`${container.id} ended with ${signal ?? code}: ${container.child.tail()}`);
    }
}

/** The options among the words, `=`: with a value, and the other words. A word that is like an option and none of `known` is refused, up to the first name. */
function optionsOf(words, known) {
    const options = {}, rest = [...words];
    while (rest[0]?.startsWith('-')) {
        const word = rest.shift();
        if (known.includes(`${word}=`)) options[word] = rest.shift();
        else if (known.includes(word)) options[word] = true;
        else throw new Error(`what stands for docker has no ${word}`);
    }
    return { options, names: rest };
}
