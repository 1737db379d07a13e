// What an operator sees of a running server: /metrics, and everything that is shipped to look at it.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { ask, call, connectSocket, eventually, hears, makeRoom, signUp, unique } from './client.mjs';
import { readOpenMetrics, valueOf } from './openmetrics.mjs';
import { freePort, kBinary, kRoot, run, startServer } from './server.mjs';
import test from './shapes.mjs';
import { unpacked } from './tools.mjs';

const file = (...names) => readFile(path(kRoot, ...names), 'utf8');
const kOpen = { accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1' };
const ask_admin = (server, target, headers = {}) => fetch(`http://127.0.0.1:${server.adminPort}${target}`, { headers });
const metrics = async (server) => readOpenMetrics(await (await ask_admin(server, '/metrics', kOpen)).text());

/** Every name of a metric of ours in a text. */
const namesIn = (text) => new Set(text.match(/\bwgw_[a-z0-9_]+/g));
const samplesOf = (families) => new Set(Object.values(families).flatMap(({ samples }) => samples.map(({ name }) => name)));

/** All roles of a cluster in one process. The servers that they use are not there: it starts, and counts, all the same. */
async function startRoles(t) {
    const away = await freePort(), env = { RMQ_URL: `amqp://127.0.0.1:${away}`, DB_URL: `mongodb://127.0.0.1:${away}/test`, REDIS_URL: `redis://127.0.0.1:${away}` };
    return startServer(t, { command: [kBinary, 'serve', 'gateway', 'auth', 'user', 'chat'], env });
}

for (const [what, start] of [['one process', startServer], ['a cluster', startRoles]]) test(`${what}: the page is OpenMetrics to who asks for it, and passes promtool for others`, { timeout: 60000 }, async (t) => {
    const server = await start(t);
    const open = await ask_admin(server, '/metrics', kOpen), families = readOpenMetrics(await open.text());
    assert.equal(open.headers.get('content-type'), 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    assert.ok(Object.keys(families).length > 40 && Object.keys(families).every((name) => name.startsWith('wgw_')));
    const classic = await ask_admin(server, '/metrics'), text = await classic.text();
    assert.equal(classic.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const samples = text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split(/[{ ]/)[0]);
    assert.deepEqual(new Set(samples), samplesOf(families), 'the same samples in both forms');
    const checked = await run([unpacked('prometheus', 'usr/bin/promtool'), 'check', 'metrics'], { input: text });
    assert.deepEqual([checked.code, checked.out], [0, ''], checked.out);
});

test('what happens is counted', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), before = await metrics(server);
    const grace = await signUp(server, 'grace'), alan = await signUp(server, 'alan'), room = await makeRoom(server, grace, alan);
    const a = await connectSocket(t, server, { user: grace }), b = await connectSocket(t, server, { user: alan, mode: 'polling' });
    await connectSocket(t, server, { user: alan, mode: 'upgrade' });
    for (let i = 0; i < 10; i++) await ask(a, { room_id: room, content: `m${i}` });
    await hears(b, 'm9');
    await ask(b, { room_id: room, content: 'polled' });
    await ask(a, { room_id: '0123456789abcdef01234567', content: 'x' });
    await ask(a, {}, 'chat.message.unknown');
    await call(server, 'POST', '/api/v1/auth/sign-in', { body: { username: grace.username, password: 'a wrong password' } });
    await call(server, 'POST', '/api/v1/auth/sign-in', { body: { username: grace.username, password: 'a long password' } });
    await call(server, 'POST', '/api/v1/auth/sign-in', { body: { username: unique('nobody'), password: 'a long password' } });
    await call(server, 'GET', '/api/v1/chat/rooms');
    await call(server, 'GET', '/nowhere');
    let after;
    await eventually('the upgrade', async () => valueOf(after = await metrics(server), 'wgw_connections', { transport: 'websocket' }) === 2);
    const grown = (name, labels) => valueOf(after, name, labels) - valueOf(before, name, labels);
    for (const [name, labels, expected] of [
        ['wgw_connections', { transport: 'polling' }, 1], ['wgw_connections', { transport: 'websocket' }, 2],
        ['wgw_connection_opens_total', { transport: 'polling' }, 2], ['wgw_connection_upgrades_total', {}, 1],
        ['wgw_sockets', {}, 3], ['wgw_rooms', {}, 1], ['wgw_connects_total', { result: 'ok' }, 3],
        ['wgw_events_total', { event: 'chat.message.send', result: 'ok' }, 11], ['wgw_events_total', { event: 'chat.message.send', result: 'not_found' }, 1],
        ['wgw_events_total', { event: 'other', result: 'not_found' }, 1],
        ['wgw_ack_seconds_count', {}, 12], ['wgw_fan_out_sockets_count', {}, 11], ['wgw_fan_out_sockets_sum', {}, 33],
        ['wgw_sign_ups_total', { result: 'ok' }, 2], ['wgw_sign_ins_total', { result: 'ok' }, 1],
        ['wgw_sign_ins_total', { result: 'unauthorized' }, 1], ['wgw_sign_ins_total', { result: 'not_found' }, 1],
        ['wgw_http_requests_total', { route: '/api/v1/auth/sign-in', status: '4xx' }, 2],
        ['wgw_http_requests_total', { route: '/api/v1/chat/rooms', method: 'GET', status: '4xx' }, 1],
        ['wgw_http_requests_total', { route: 'none', status: '4xx' }, 1],
        ['wgw_http_request_seconds_count', { route: '/api/v1/chat/rooms/join', method: 'POST' }, 1],
    ]) assert.equal(grown(name, labels), expected, `${name} ${JSON.stringify(labels)}`);
    for (const [name, labels, least] of [
        ['wgw_store_commit_seconds_count', {}, 15], ['wgw_store_batch_jobs_sum', {}, 15], ['wgw_ack_seconds_sum', {}, 1e-4],
        ['wgw_received_bytes_total', {}, 1000], ['wgw_sent_bytes_total', {}, 1000], ['wgw_packets_received_total', {}, 14],
        ['wgw_packets_sent_total', { transport: 'polling' }, 12], ['wgw_packets_sent_total', { transport: 'websocket' }, 24],
        ['wgw_loop_turn_seconds_count', {}, 20], ['wgw_process_cpu_seconds_total', {}, 0.01],
    ]) assert.ok(grown(name, labels) >= least, `${name} ${JSON.stringify(labels)}: ${grown(name, labels)}`);
    assert.ok(valueOf(after, 'wgw_process_resident_memory_bytes') > 5e6 && valueOf(after, 'wgw_process_open_files') > 10);
    assert.ok(Math.abs(valueOf(after, 'wgw_process_start_time_seconds') - Date.now() / 1000) < 60);
    assert.equal(valueOf(after, 'wgw_ready_check'), after.wgw_ready_check.samples.length, 'all checks hold');
    a.close();
    await eventually('the end of one is counted', async () => valueOf(after = await metrics(server), 'wgw_connections', { transport: 'websocket' }) === 1);
    assert.equal(valueOf(after, 'wgw_connection_closes_total'), 1);
});

test('nothing that a client says becomes a label', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), user = await signUp(server), socket = await connectSocket(t, server, { user });
    const shape = (families) => Object.values(families).flatMap(({ samples }) => samples.map(({ name, labels }) => name + JSON.stringify(labels))).sort();
    await call(server, 'GET', '/nowhere');
    const before = shape(await metrics(server));
    for (let i = 0; i < 50; i++) {
        await Promise.all([call(server, 'GET', `/nowhere/${i}`), call(server, 'GET', `/api/v1/chat/rooms/${i}`, { token: user.token }), call(server, 'POST', `/api/${i}`, { body: {} }), ask(socket, {}, `event ${i}`)]);
    }
    assert.deepEqual(shape(await metrics(server)), before);
});

test('a flood of one kind of line is cut short in the log, and counted', { timeout: 60000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_LOG_LEVEL: 'debug', WGW_LOG_FORMAT: 'json' }, logLength: 5_000_000 });
    for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 100 }, () => call(server, 'GET', '/health')));
    const dropped = valueOf(await metrics(server), 'wgw_drops_total', { reason: 'log_lines' });
    await eventually('what is missing is told', async () => {
        await call(server, 'GET', '/health');
        return server.log.includes('came too fast');
    });
    const lines = server.log.trim().split('\n').map((line) => JSON.parse(line)), perSecond = {};
    for (const { ts, msg } of lines) if (msg === 'Answered.') perSecond[ts.slice(0, 19)] = (perSecond[ts.slice(0, 19)] ?? 0) + 1;
    assert.ok(dropped > 0);
    const missing = lines.filter(({ kind }) => kind === 'Answered.');
    assert.ok(missing.length > 0 && missing.every(({ lines }) => lines > 0));
    const most = 200 * (server.gateways?.length ?? 1); // of each process
    assert.ok(Object.values(perSecond).every((count) => count <= most), 'a second of the wall clock touches two of the monotonic one');
});

test('/readyz?verbose names each check, in words and as JSON', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), verbose = await ask_admin(server, '/readyz?verbose');
    assert.equal(verbose.status, 200);
    assert.match(await verbose.text(), /^store: ok\nprocess: ok\n(.+\n)*limits: ok \(WGW_LIMITS=bench.*\)\n(.+\n)*ready\n$/);
    const { ready, checks } = await (await ask_admin(server, '/readyz', { accept: 'application/json' })).json();
    assert.deepEqual([ready, checks.every(({ ok }) => ok), checks.map(({ name }) => name).includes('store')], [true, true, true]);
    assert.equal(await (await ask_admin(server, '/livez')).text(), 'ok\n');
    // It says once where they are.
    assert.doesNotMatch(server.log.replace(/^.*"msg":"Ready\.".*$/m, ''), /readyz|livez|metrics/);
});

test('dashboard, alerts and docs name metrics that are there, and the docs name them all', { timeout: 60000 }, async (t) => {
    const alone = await metrics(await startServer(t)), roles = await metrics(await startRoles(t)), families = { ...roles, ...alone }, there = samplesOf(families);
    for (const name of Object.keys(alone)) assert.ok(name.startsWith('wgw_store_') || roles[name], `${name} is on the page of a cluster too`);
    const dashboard = JSON.parse(await file('deploy/grafana/wegowhere.json')), alerts = await file('deploy/prometheus/alerts.yml'), docs = await file('docs/observe.md');
    for (const [what, text] of [['the dashboard', JSON.stringify(dashboard)], ['an alert', alerts]])
        for (const name of namesIn(text)) assert.ok(there.has(name), `${what} asks for ${name}, which is not on the page`);
    const shown = new Set([...namesIn(docs)].map((name) => name.replace(/_(total|bucket|sum|count|info)$/, '')));
    assert.deepEqual([...shown].sort(), Object.keys(families).sort(), 'docs/observe.md lists the families of the page');

    // The dashboard is one that Grafana loads: what its panels need, once, and in their places.
    assert.equal(typeof dashboard.schemaVersion, 'number');
    assert.ok(dashboard.title && dashboard.uid && dashboard.templating.list.some(({ type }) => type === 'datasource'));
    const panels = dashboard.panels.filter(({ type }) => type !== 'row'), taken = new Set();
    assert.ok(panels.length > 20);
    assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
    for (const { title, gridPos: { x, y, w, h }, targets, datasource } of panels) {
        assert.ok(title && targets.length && targets.every(({ expr, refId }) => expr && refId), title);
        assert.equal(datasource.uid, '${datasource}', title);
        for (let i = x; i < x + w; i++) for (let j = y; j < y + h; j++) {
            assert.ok(i < 24 && !taken.has(`${i} ${j}`), `${title} lies over another`);
            taken.add(`${i} ${j}`);
        }
    }
    const rules = await run([unpacked('prometheus', 'usr/bin/promtool'), 'check', 'rules', path(kRoot, 'deploy/prometheus/alerts.yml')]);
    assert.equal(rules.code, 0, rules.out);
    const names = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    const runbooks = [...alerts.matchAll(/runbook: docs\/observe\.md#(\w+)/g)].map(([, anchor]) => anchor);
    assert.deepEqual(runbooks, names.map((name) => name.toLowerCase()), 'each alert names its runbook');
    for (const name of names) assert.match(docs, new RegExp(`^### ${name}$`, 'm'), `docs/observe.md says what to do about ${name}`);
});

test('every expression of the dashboard is one that Prometheus can read', { timeout: 60000 }, async (t) => {
    const { panels } = JSON.parse(await file('deploy/grafana/wegowhere.json'));
    const rules = panels.flatMap(({ targets = [] }) => targets).map(({ expr }, i) => ({
        record: `panel:${i}`, expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'),
    }));
    const folder = await mkdtemp(path(tmpdir(), 'wegowhere-test-'));
    t.after(() => rm(folder, { recursive: true }));
    await writeFile(path(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const checked = await run([unpacked('prometheus', 'usr/bin/promtool'), 'check', 'rules', path(folder, 'rules.yml')]);
    assert.equal(checked.code, 0, checked.out);
});
