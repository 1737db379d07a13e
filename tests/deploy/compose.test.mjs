// compose.yaml and compose.cluster.yaml: docker-compose reads them, and each rule that they are written by holds. No container is started.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join as path } from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { kRoot, run } from '../e2e/server.mjs';
import { kServers, kSettings, longestEnd, seconds } from './settings.mjs';

const read = async (file) => parse(await readFile(path(kRoot, file), 'utf8'), { merge: true });
const cluster = await read('compose.cluster.yaml');
const services = Object.entries(cluster.services);
const ours = services.filter(([, { image }]) => image.startsWith('wegowhere:'));
const byRole = (role) => ours.filter(([, { environment }]) => environment.WGW_ROLE === role);

/** What the images of others read. */
const kOfImages = { mongo: ['MONGO_INITDB_ROOT_USERNAME', 'MONGO_INITDB_ROOT_PASSWORD_FILE'], rabbitmq: ['RABBITMQ_DEFAULT_USER'], redis: [], nginx: [] };

for (const file of ['compose.yaml', 'compose.cluster.yaml']) {
    test(`docker-compose reads ${file}`, { timeout: 60000 }, async () => {
        const { code, out } = await run(['docker-compose', '--project-directory', kRoot, '-f', path(kRoot, file), 'config'], { ms: 50000 });
        assert.equal(code, 0, out);
        assert.doesNotMatch(out, /is not set/, 'each variable of the file has a default');
    });
}

test('there are two of each role, behind nginx, with MongoDB, Redis and RabbitMQ', () => {
    const count = (role) => byRole(role).reduce((sum, [, { deploy }]) => sum + deploy.replicas, 0);
    assert.deepEqual(Object.keys(kServers).map(count), [2, 2, 2, 2]);
    assert.deepEqual(services.map(([name]) => name).filter((name) => !ours.some(([own]) => own === name)).sort(), ['mongo', 'nginx', 'rabbitmq', 'redis']);
});

test('images are pinned, and ours is the version of the tree', async () => {
    for (const [name, { image }] of services) assert.match(image, /^[a-z]+:\d+\.\d+\.\d+$/, name);
    const [, version] = /project\(wegowhere VERSION (\S+)/.exec(await readFile(path(kRoot, 'CMakeLists.txt'), 'utf8'));
    for (const [name, { image, build }] of ours) assert.deepEqual([image, build], [`wegowhere:${version}`, '.'], name);
});

test('each process says when it can work, and is waited for', () => {
    for (const [name, { healthcheck }] of services) assert.ok(healthcheck?.test?.length > 1 && healthcheck.interval && healthcheck.timeout && healthcheck.retries, `${name} has a health check`);
    for (const [name, { depends_on }] of services.filter(([, { depends_on }]) => depends_on)) {
        for (const [other, { condition }] of Object.entries(depends_on)) {
            assert.ok(other in cluster.services, `${name} waits for ${other}`);
            assert.equal(condition, 'service_healthy', `${name} waits for ${other}`);
        }
    }
    for (const [name, { environment, depends_on }] of ours) for (const host of ['RMQ_HOST', 'REDIS_HOST', 'DB_HOST']) if (environment[host]) assert.ok(environment[host] in depends_on, `${name} waits for ${environment[host]}`);
    assert.deepEqual(Object.keys(cluster.services.nginx.depends_on), byRole('gateway').map(([name]) => name));
    // Not ready is not dead: what Swarm replaces has been so for minutes.
    for (const [name, { healthcheck }] of ours) assert.ok(seconds(healthcheck.interval) * healthcheck.retries >= 300, name);
});

test('what asks for the health of ours is in the image, and the same as the image asks by itself', async () => {
    const image = await readFile(path(kRoot, 'Dockerfile'), 'utf8'), [, check] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(image);
    const [program] = JSON.parse(check);
    assert.match(image, new RegExp(`^COPY --from=build \\S+/${program} /usr/local/bin/${program}$`, 'm'));
    for (const [name, { healthcheck }] of ours) assert.deepEqual(healthcheck.test, ['CMD', ...JSON.parse(check)], name);
});

test('each process has the time to end', () => {
    for (const [name, { stop_grace_period, stop_signal }] of services) {
        assert.ok(seconds(stop_grace_period) >= (name in kOfImages ? 35 : 45), name);
        assert.ok(stop_signal === undefined || name === 'nginx', name);
    }
    for (const [name, { stop_grace_period, environment }] of ours) assert.ok(seconds(stop_grace_period) >= longestEnd(environment) + 10, name);
});

test('each variable is one that is read, and a role has what it needs and no more', () => {
    for (const [name, { environment }] of ours) {
        for (const variable of Object.keys(environment)) assert.ok(kSettings.has(variable), `${name}: ${variable}`);
        const prefixes = ['RMQ_', 'REDIS_', 'DB_'].filter((prefix) => `${prefix}HOST` in environment);
        assert.deepEqual(prefixes, kServers[environment.WGW_ROLE], name);
        for (const host of ['RMQ_HOST', 'REDIS_HOST', 'DB_HOST']) if (environment[host]) assert.ok(environment[host] in cluster.services, `${name}: ${host}`);
    }
    for (const [name, names] of Object.entries(kOfImages)) assert.deepEqual(Object.keys(cluster.services[name].environment ?? {}), names, name);
});

test('secrets are files that nobody is given who does not need them, and there is no password in the file', async () => {
    const text = await readFile(path(kRoot, 'compose.cluster.yaml'), 'utf8');
    for (const [name, service] of services) {
        const environment = Object.entries(service.environment ?? {});
        for (const [variable, value] of environment) if (/PASS|SECRET|_URL$/.test(variable)) assert.match(`${variable}=${value}`, /_FILE=\/run\/secrets\/\w+$/, name);
        const used = [...new Set([...JSON.stringify(service).matchAll(/\/run\/secrets\/(\w+)/g)].map(([, secret]) => secret))].sort();
        assert.deepEqual([...(service.secrets ?? [])].sort(), used, `${name}: what it is given is what it reads`);
        for (const secret of used) assert.ok(secret in cluster.secrets, secret);
        // An argument is seen by every process of the machine.
        assert.doesNotMatch(JSON.stringify(service.command ?? ''), /(requirepass|--pass\w*)[ ="]+\$\$\(/, name);
    }
    assert.doesNotMatch(text, /:\s*["']?(guest|secret|password|changeme|admin)["']?\s*$/m);
    const ignored = await readFile(path(kRoot, '.gitignore'), 'utf8');
    for (const { file } of Object.values(cluster.secrets)) assert.ok(file.startsWith('./secrets/') && /^secrets\/$/m.test(ignored), file);
    // The page says which to make, and so does the head of the file.
    for (const name of Object.keys(cluster.secrets)) assert.match(text, new RegExp(`for name in .*\\b${name}\\b.*; do`));
});

test('only nginx has a port, and only the gateways are on its network', () => {
    assert.deepEqual(services.filter(([, { ports }]) => ports).map(([name]) => name), ['nginx']);
    const { target, mode } = cluster.services.nginx.ports[0];
    assert.deepEqual([target, mode, cluster.services.nginx.ports.length], [8080, 'host', 1]);
    const on = (network) => services.filter(([, { networks }]) => (Array.isArray(networks) ? networks.includes(network) : network in networks)).map(([name]) => name);
    assert.deepEqual(on('front'), ['nginx', ...byRole('gateway').map(([name]) => name)]);
    assert.ok(!on('back').includes('nginx'));
    assert.equal(cluster.networks.back.internal, true);
    for (const [name] of services) assert.ok(on('front').includes(name) || on('back').includes(name), name);
    // The gateways believe that network, and no other, about whose request it is.
    const subnet = cluster.networks.front.ipam.config[0].subnet;
    for (const [name, { environment, networks }] of byRole('gateway')) {
        assert.equal(environment.WGW_TRUSTED_PROXIES, subnet, name);
        assert.ok(networks.front.ipv4_address.startsWith(subnet.replace(/0\/24$/, '')), name);
    }
});

test('ours run without privileges on a file system that cannot be written', () => {
    for (const [name, service] of [...ours, ['nginx', cluster.services.nginx]]) {
        assert.deepEqual([service.read_only, service.cap_drop], [true, ['ALL']], name);
        assert.notEqual(service.user, 'root', name);
    }
    for (const [name, service] of services) {
        assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
        assert.equal(service.privileged, undefined, name);
    }
});

test('data that has to be kept is in a volume, and configurations are files of the tree', () => {
    assert.deepEqual(services.filter(([, { volumes }]) => volumes).map(([name]) => name).sort(), ['mongo', 'rabbitmq']);
    for (const [name, { volumes }] of services) for (const volume of volumes ?? []) assert.ok(volume.split(':')[0] in cluster.volumes, `${name}: ${volume}`);
    for (const { file } of Object.values(cluster.configs)) assert.ok(existsSync(path(kRoot, file)), file);
    assert.deepEqual(cluster.services.nginx.configs.map(({ source }) => source), Object.keys(cluster.configs));
});

test('nginx is told the names and ports of the gateways', async () => {
    const conf = await readFile(path(kRoot, 'deploy/nginx/cluster/compose.conf'), 'utf8');
    const named = [...conf.matchAll(/^ *server (\S+):(\d+) /gm)].map(([, host, port]) => `${host}:${port}`);
    const gateways = byRole('gateway').map(([name]) => `${name}:3000`);
    assert.deepEqual(named, [...gateways, ...gateways], 'both pools have them');
    for (const [name, { environment }] of byRole('gateway')) assert.equal(environment.GATEWAY_PORT, undefined, `${name} listens on 3000`);
});

test('Swarm starts the new one before it ends the old one, and goes back if that fails', () => {
    for (const [name, { deploy }] of services) assert.ok(deploy, name);
    for (const [name, { deploy }] of ours) {
        assert.deepEqual([deploy.update_config.order, deploy.update_config.failure_action, deploy.update_config.parallelism], ['start-first', 'rollback', 1], name);
        assert.ok(deploy.resources.limits.memory, name);
    }
    for (const name of ['mongo', 'rabbitmq']) assert.ok(cluster.services[name].deploy.placement.constraints.length, `${name} stays where its volume is`);
});
