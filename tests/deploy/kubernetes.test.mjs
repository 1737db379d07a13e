// deploy/kubernetes: each object fits the schema of its kind, and each rule that it is written by holds. No cluster is used.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join as path } from 'node:path';
import test from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { kRoot } from '../e2e/server.mjs';
import { kServers, kSettings, longestEnd } from './settings.mjs';

const require = createRequire(import.meta.url);
const kFolder = path(kRoot, 'deploy/kubernetes');
const kRoles = Object.keys(kServers);

const files = (await readdir(kFolder, { recursive: true })).filter((name) => name.endsWith('.yaml')).sort();
const isKustomization = (name) => name.endsWith('kustomization.yaml');

/** [file, object] of all but the kustomizations. */
const objects = [];
for (const file of files.filter((name) => !isKustomization(name))) {
    for (const document of parseAllDocuments(await readFile(path(kFolder, file), 'utf8'))) {
        assert.deepEqual(document.errors, [], file);
        objects.push([file, document.toJS()]);
    }
}
const kustomizations = new Map();
for (const file of files.filter(isKustomization)) kustomizations.set(file, parse(await readFile(path(kFolder, file), 'utf8')));

const all = (kind) => objects.map(([, object]) => object).filter((object) => object.kind === kind);
const one = (kind, name) => {
    const found = all(kind).filter(({ metadata }) => metadata.name === name);
    assert.equal(found.length, 1, `${kind} ${name}`);
    return found[0];
};
const labels = (role) => ({ 'app.kubernetes.io/name': 'wegowhere', 'app.kubernetes.io/component': role });
const pod = (role) => one('Deployment', `wegowhere-${role}`).spec.template.spec;
const container = (role) => pod(role).containers[0];
const settings = Object.fromEntries((await readFile(path(kFolder, 'base/settings.env'), 'utf8')).split('\n').filter((line) => /^\w/.test(line)).map((line) => line.split(/=(.*)/)));

/** The class of npm's kubernetes-models that knows the schema. */
function modelOf({ apiVersion, kind }) {
    const name = apiVersion.startsWith('monitoring.coreos.com') ? `@kubernetes-models/prometheus-operator/${apiVersion}/${kind}` : `kubernetes-models/${apiVersion}/${kind}`;
    return require(name)[kind];
}

for (const [file, object] of objects) {
    test(`${file}: ${object.kind} ${object.metadata.name} fits its schema`, () => {
        assert.doesNotThrow(() => new (modelOf(object))(object).validate());
    });
}

test('a schema that is not met is told', () => {
    const wrong = structuredClone(one('Deployment', 'wegowhere-chat'));
    wrong.spec.minReadySeconds = 'five';
    assert.throws(() => new (modelOf(wrong))(wrong).validate(), /minReadySeconds/);
});

// Schemas let pass what they do not know; a name that is mistyped there would have no effect.
const kKnown = {
    deployment: ['revisionHistoryLimit', 'minReadySeconds', 'strategy', 'selector', 'template'],
    pod: ['terminationGracePeriodSeconds', 'enableServiceLinks', 'automountServiceAccountToken', 'securityContext', 'topologySpreadConstraints', 'containers', 'volumes'],
    podSecurity: ['runAsNonRoot', 'runAsUser', 'runAsGroup', 'fsGroup', 'seccompProfile'],
    container: ['name', 'image', 'envFrom', 'env', 'ports', 'startupProbe', 'readinessProbe', 'livenessProbe', 'resources', 'securityContext', 'volumeMounts'],
    probe: ['httpGet', 'periodSeconds', 'timeoutSeconds', 'failureThreshold'],
    security: ['allowPrivilegeEscalation', 'readOnlyRootFilesystem', 'capabilities'],
};
test('no key of a pod is mistyped', () => {
    const known = (value, names, what) => assert.deepEqual(Object.keys(value).filter((key) => !names.includes(key)), [], what);
    for (const role of kRoles) {
        known(one('Deployment', `wegowhere-${role}`).spec, kKnown.deployment, role);
        known(pod(role), kKnown.pod, role);
        known(pod(role).securityContext, kKnown.podSecurity, role);
        known(container(role), kKnown.container, role);
        known(container(role).securityContext, kKnown.security, role);
        for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) known(container(role)[probe], kKnown.probe, `${role}: ${probe}`);
    }
});

test('the kustomizations name each file, and only what is there', () => {
    for (const [file, { resources = [] }] of kustomizations) {
        const folder = path(kFolder, file, '..');
        for (const resource of resources) assert.ok(existsSync(path(folder, resource)), `${file}: ${resource}`);
        const beside = files.filter((name) => path(kFolder, name, '..') === folder && !isKustomization(name)).map((name) => name.split('/').at(-1));
        assert.deepEqual(resources.filter((name) => name.endsWith('.yaml')).sort(), beside, file);
    }
    const { namespace, resources } = kustomizations.get('example/kustomization.yaml');
    assert.ok(resources.includes('../base'));
    assert.equal(namespace, all('Namespace')[0].metadata.name);
});

test('what the components change is there', () => {
    for (const [file, { patches = [], kind }] of kustomizations) {
        if (file.startsWith('components/')) assert.equal(kind, 'Component', file);
        for (const { target, patch } of patches) {
            const object = one(target.kind, target.name), change = parse(patch);
            if (!Array.isArray(change)) {
                assert.deepEqual([change.kind, change.metadata.name], [target.kind, target.name], file);
                continue;
            }
            for (const { op, path: pointer } of change) {
                const keys = pointer.slice(1).split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
                const last = keys.pop(), parent = keys.reduce((value, key) => value?.[key], object);
                assert.ok(op === 'remove' ? last in parent : Array.isArray(parent) && last === '-', `${file}: ${op} ${pointer}`);
            }
        }
    }
});

test('the four roles differ in their name, their role, and the way to the database', () => {
    const text = (role) => JSON.stringify(one('Deployment', `wegowhere-${role}`)).replaceAll(role, 'ROLE');
    const without = (text, ...parts) => parts.reduce((rest, part) => { assert.ok(rest.includes(part), part); return rest.replace(part, ''); }, text);
    const database = ['{"name":"DB_URL_FILE","value":"/run/secrets/wegowhere-database/db_url"}', '{"name":"database","mountPath":"/run/secrets/wegowhere-database","readOnly":true}', '{"name":"database","secret":{"secretName":"wegowhere-database","defaultMode":288}}'].map((part) => `,${part}`);
    const same = (role) => text(role).replace(/"cpu":"\d+m"/, '"cpu":""');
    assert.equal(same('auth'), same('chat'));
    assert.equal(same('user'), same('chat'));
    assert.equal(without(same('gateway'), '{"name":"http","containerPort":3000},'), without(same('chat'), ...database));
});

for (const role of kRoles) {
    test(`${role}: probes ask whether it can work, and its life hangs on nothing but itself`, () => {
        const { startupProbe, readinessProbe, livenessProbe } = container(role);
        for (const [probe, url] of [[startupProbe, '/readyz'], [readinessProbe, '/readyz'], [livenessProbe, '/livez']]) assert.deepEqual(probe.httpGet, { path: url, port: 'admin' });
        assert.ok(startupProbe.periodSeconds * startupProbe.failureThreshold >= 60, 'time to number the messages of the original, and for RabbitMQ to come');
        assert.ok(livenessProbe.periodSeconds * livenessProbe.failureThreshold >= 30);
        assert.equal(container(role).ports.find(({ name }) => name === 'admin').containerPort, 9464);
        assert.equal(settings.WGW_ADMIN_HOST, '0.0.0.0');
    });

    test(`${role}: it has the time to end`, () => {
        const grace = pod(role).terminationGracePeriodSeconds;
        assert.ok(grace >= longestEnd(settings) + 10, `${grace}`);
        assert.ok(grace >= 45 && grace >= Number(settings.WGW_SHUTDOWN_DELAY) + 30 + 10, `${grace}`);
        assert.ok(Number(settings.WGW_SHUTDOWN_DELAY) >= 5, 'until each node has heard that it leaves');
        assert.ok(Number(settings.WGW_SHUTDOWN_DELAY) > 2 * container(role).readinessProbe.periodSeconds);
    });

    test(`${role}: there are two at least, always, and they are rolled one by one`, () => {
        const { spec } = one('Deployment', `wegowhere-${role}`), scaler = one('HorizontalPodAutoscaler', `wegowhere-${role}`).spec, budget = one('PodDisruptionBudget', `wegowhere-${role}`).spec;
        assert.deepEqual(spec.strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 });
        assert.equal(spec.replicas, undefined, 'the number is the autoscaler\'s: apply would put it back');
        assert.deepEqual(scaler.scaleTargetRef, { apiVersion: 'apps/v1', kind: 'Deployment', name: `wegowhere-${role}` });
        assert.ok(scaler.minReplicas >= 2 && scaler.maxReplicas > scaler.minReplicas);
        assert.ok(scaler.behavior.scaleDown.stabilizationWindowSeconds >= 600);
        assert.deepEqual([budget.maxUnavailable, budget.selector.matchLabels], [1, labels(role)]);
        for (const found of [spec.selector.matchLabels, spec.template.metadata.labels, pod(role).topologySpreadConstraints[0].labelSelector.matchLabels]) assert.deepEqual(found, labels(role));
        assert.ok(container(role).resources.requests.cpu && container(role).resources.requests.memory && container(role).resources.limits.memory);
        assert.equal(container(role).resources.limits.cpu, undefined, 'a loop that is throttled is late for everybody');
    });

    test(`${role}: it runs without privileges`, () => {
        const { securityContext, automountServiceAccountToken, enableServiceLinks } = pod(role);
        assert.deepEqual(securityContext, { runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001, seccompProfile: { type: 'RuntimeDefault' } });
        assert.deepEqual(container(role).securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
        assert.deepEqual([automountServiceAccountToken, enableServiceLinks], [false, false]);
    });

    test(`${role}: it is told what it reads, by files where it is secret`, () => {
        const environment = Object.fromEntries(container(role).env.map(({ name, value }) => [name, value]));
        assert.equal(environment.WGW_ROLE, role);
        for (const name of [...Object.keys(environment), ...Object.keys(settings)]) assert.ok(kSettings.has(name), name);
        assert.deepEqual(['RMQ_', 'REDIS_', 'DB_'].filter((prefix) => `${prefix}URL_FILE` in environment), kServers[role]);
        assert.deepEqual(container(role).envFrom, [{ configMapRef: { name: 'wegowhere' } }]);
        // Each file is of a secret that is mounted, and that the example makes.
        const { secretGenerator } = kustomizations.get('example/kustomization.yaml');
        const mounts = Object.fromEntries(container(role).volumeMounts.map(({ name, mountPath, readOnly }) => [name, { mountPath, readOnly }]));
        for (const [name, value] of Object.entries(environment).filter(([name]) => name.endsWith('_FILE'))) {
            const [, folder, file] = /^(.*)\/([a-z_]+)$/.exec(value);
            const volume = pod(role).volumes.find((each) => mounts[each.name]?.mountPath === folder);
            assert.deepEqual([volume?.secret?.defaultMode, mounts[volume.name].readOnly], [0o440, true], name);
            assert.ok(secretGenerator.find((each) => each.name === volume.secret.secretName).files.includes(`secrets/${file}`), `${name}: ${value}`);
        }
        const used = new Set(Object.values(environment).map((value) => value.split('/').slice(0, -1).join('/')));
        for (const { secret, name } of pod(role).volumes.filter((each) => each.secret)) assert.ok(used.has(mounts[name].mountPath), `${secret.secretName} is read`);
    });
}

test('the pods let nobody in but the ingress controller and Prometheus', () => {
    const [everybody, gateway, database] = ['wegowhere', 'wegowhere-gateway', 'wegowhere-database'].map((name) => one('NetworkPolicy', name).spec);
    assert.deepEqual([everybody.podSelector.matchLabels, everybody.policyTypes], [{ 'app.kubernetes.io/name': 'wegowhere' }, ['Ingress', 'Egress']]);
    const rules = [everybody, gateway].map(({ ingress }) => ingress.map(({ from, ports }) => [from.map(({ namespaceSelector }) => namespaceSelector.matchLabels['kubernetes.io/metadata.name']), ports.map(({ port }) => port)]));
    assert.deepEqual(rules, [[[['monitoring'], ['admin']]], [[['ingress-nginx'], ['http']]]]);
    assert.deepEqual(gateway.podSelector.matchLabels, labels('gateway'));
    const [{ operator, values }] = database.podSelector.matchExpressions;
    assert.deepEqual([operator, values], ['In', kRoles.filter((role) => kServers[role].includes('DB_'))], 'gateways have no way to the database');
    assert.ok(!JSON.stringify(everybody).includes('27017') && JSON.stringify(database).includes('27017'));
});

test('long polling is kept on one gateway, by the service and by the Ingress', () => {
    const service = one('Service', 'wegowhere-gateway').spec, ingress = all('Ingress')[0];
    assert.deepEqual([service.sessionAffinity, service.selector], ['ClientIP', labels('gateway')]);
    assert.equal(container('gateway').ports.find(({ name }) => name === service.ports[0].targetPort).containerPort, 3000);
    const { service: target } = ingress.spec.rules[0].http.paths[0].backend;
    assert.deepEqual([target.name, target.port.name], ['wegowhere-gateway', service.ports[0].name]);
    const notes = Object.fromEntries(Object.entries(ingress.metadata.annotations).map(([name, value]) => [name.split('/')[1], value]));
    assert.equal(notes['upstream-hash-by'], '$binary_remote_addr');
    assert.equal(notes['proxy-next-upstream'], 'error timeout', 'no POST is made twice');
    for (const name of ['proxy-read-timeout', 'proxy-send-timeout']) assert.ok(Number(notes[name]) > 60, name);
    for (const [name, value] of Object.entries(notes)) assert.equal(typeof value, 'string', name);
});

test('Prometheus finds the admin listeners of all roles', () => {
    const service = one('Service', 'wegowhere-admin'), { selector, endpoints } = all('ServiceMonitor')[0].spec;
    assert.deepEqual(selector.matchLabels, service.metadata.labels);
    assert.deepEqual(service.spec.selector, { 'app.kubernetes.io/name': 'wegowhere' });
    assert.equal(endpoints[0].port, service.spec.ports[0].name);
    assert.equal(service.spec.publishNotReadyAddresses, true);
});

test('images are pinned to the version of the tree', async () => {
    const [, version] = /project\(wegowhere VERSION (\S+)/.exec(await readFile(path(kRoot, 'CMakeLists.txt'), 'utf8'));
    const { images } = kustomizations.get('example/kustomization.yaml');
    assert.deepEqual(images.map(({ name, newTag }) => [name, newTag]), [['wegowhere', version]]);
    for (const role of kRoles) assert.equal(container(role).image, 'wegowhere');
    assert.match(await readFile(path(kFolder, 'README.md'), 'utf8'), new RegExp(`registry\\.example\\.com/wegowhere:${version.replaceAll('.', '\\.')} `));
});

test('the secrets that the example makes are those that its page tells to write, and none is in the tree', async () => {
    const readme = await readFile(path(kFolder, 'README.md'), 'utf8');
    for (const { files: secrets } of kustomizations.get('example/kustomization.yaml').secretGenerator) for (const file of secrets) assert.ok(readme.includes(`> ${file}\n`), file);
    assert.ok(!existsSync(path(kFolder, 'example/secrets')));
    assert.match(await readFile(path(kRoot, '.gitignore'), 'utf8'), /^secrets\/$/m);
});
