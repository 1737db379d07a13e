// What an operator of a cluster sees: whether a process is ready, what it counts, and both while a server is away.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, call, connectSocket, contents, eventually, makeRoom, signUp } from '../e2e/client.mjs';
import { readOpenMetrics, valueOf } from '../e2e/openmetrics.mjs';
import { run } from '../e2e/server.mjs';
import { unpacked } from '../e2e/tools.mjs';
import { startCluster } from './cluster.mjs';

const admin = (server, target, headers = {}) => fetch(`http://127.0.0.1:${server.adminPort}${target}`, { headers });
const metrics = async (server) => readOpenMetrics(await (await admin(server, '/metrics', { accept: 'application/openmetrics-text;version=1.0.0' })).text());
const readyz = async (server) => {
    const response = await admin(server, '/readyz?verbose');
    return { status: response.status, text: await response.text() };
};

test('what happens in a cluster is counted, by each process', { timeout: 120000 }, async (t) => {
    const cluster = await startCluster(t, { roles: { gateway: 2 } }), { gateway, chat: [chat], auth: [auth], user: [user] } = cluster.processes;
    const grace = await signUp(gateway[0], 'grace'), alan = await signUp(gateway[1], 'alan'), room = await makeRoom(gateway[0], grace, alan);
    const here = await connectSocket(t, gateway[0], { user: grace }), there = await connectSocket(t, gateway[1], { user: alan });
    for (let i = 0; i < 10; ++i) assert.ok((await ask(here, { room_id: room, content: `m${i}` })).success);
    await eventually('all is heard', () => contents(there).length === 10);
    const pages = { one: await metrics(gateway[0]), two: await metrics(gateway[1]), chat: await metrics(chat), auth: await metrics(auth), user: await metrics(user) };
    for (const [whose, name, labels, least] of [
        ['one', 'wgw_connections', {}, 1], ['one', 'wgw_events_total', { result: 'ok' }, 10], ['one', 'wgw_ack_seconds_count', {}, 10], ['one', 'wgw_calls_total', { result: 'answered' }, 12],
        ['one', 'wgw_call_seconds_count', {}, 12], ['one', 'wgw_http_requests_total', { status: '2xx' }, 2], ['two', 'wgw_hints_total', {}, 10], ['two', 'wgw_entries_told_total', {}, 10],
        ['two', 'wgw_watched_rooms', {}, 1], ['chat', 'wgw_served_total', { result: 'answered' }, 12], ['chat', 'wgw_served_seconds_count', {}, 12], ['chat', 'wgw_log_entries_total', {}, 12],
        ['chat', 'wgw_log_appends_total', {}, 12], ['chat', 'wgw_log_batch_seconds_count', {}, 10], ['chat', 'wgw_log_batch_commands_sum', {}, 12], ['chat', 'wgw_redis_seconds_count', {}, 1], ['auth', 'wgw_served_total', { result: 'answered' }, 2], ['auth', 'wgw_calls_total', { result: 'answered' }, 4],
        ['user', 'wgw_served_total', { result: 'answered' }, 4], ['user', 'wgw_loop_turn_seconds_count', {}, 1], ['user', 'wgw_process_resident_memory_bytes', {}, 1e6],
    ]) assert.ok(valueOf(pages[whose], name, labels) >= least, `${whose}: ${name} ${JSON.stringify(labels)} is ${valueOf(pages[whose], name, labels)}`);
    for (const [whose, names] of Object.entries({ one: ['rabbitmq', 'redis'], chat: ['mongodb', 'rabbitmq', 'redis'], auth: ['mongodb', 'rabbitmq', 'redis'], user: ['mongodb', 'rabbitmq', 'redis'] })) {
        const samples = pages[whose].wgw_dependency_up.samples;
        assert.deepEqual([samples.map(({ labels }) => labels.dependency).sort(), samples.every(({ value }) => value === 1)], [names, true], whose);
    }
    for (const server of Object.values(cluster.processes).flat()) {
        const checked = await run([unpacked('prometheus', 'usr/bin/promtool'), 'check', 'metrics'], { input: await (await admin(server, '/metrics')).text() });
        assert.deepEqual([checked.code, checked.out], [0, ''], server.role);
    }
});

test('a request is found by its name in the log of each process that was asked because of it', { timeout: 120000 }, async (t) => {
    const cluster = await startCluster(t, { env: { WGW_LOG_LEVEL: 'debug', WGW_LOG_FORMAT: 'json' } }), { gateway: [gateway], chat: [chat], auth: [auth], user: [user] } = cluster.processes;
    const lines = (process, id) => process.log.split('\n').filter((text) => text.startsWith('{') && text.includes(`"request_id":"${id}"`)).map((text) => JSON.parse(text));
    /** Waits until exactly these processes have lines of that name, with these patterns; the gateway has one of its own. */
    const found = async (id, expected) => {
        const seen = () => Object.fromEntries(Object.entries({ chat, auth, user }).map(([role, process]) => [role, lines(process, id).map(({ pattern }) => pattern)]));
        await eventually(`${id} is in the logs`, () => JSON.stringify(seen()) === JSON.stringify({ chat: [], auth: [], user: [], ...expected })).catch((error) => assert.fail(`${error.message}: ${JSON.stringify(seen())}`));
        assert.equal(lines(gateway, id).length, 1, 'the gateway');
    };
    const named = (id) => ({ 'x-request-id': id }), body = { first_name: 'Grace', username: 'grace.of.the.logs', password: 'a long password' };
    const { data: { access: token } } = await call(gateway, 'POST', '/api/v1/auth/sign-up', { body, headers: { ...named('sign-up'), traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' } });
    await found('sign-up', { auth: ['auth.user.sign_up', 'auth.session.describe'], user: ['user.find_by_username', 'user.create'] });
    const [line] = lines(gateway, 'sign-up');
    assert.deepEqual([line.trace_id, line.logger], ['4bf92f3577b34da6a3ce929d0e0e4736', 'gateway']);
    assert.deepEqual(lines(auth, 'sign-up').map(({ logger, queue, result }) => [logger, queue, result]), [['bus', 'auth', 'answered'], ['bus', 'auth', 'answered']]);

    await call(gateway, 'POST', '/api/v1/auth/sign-in', { body: { ...body, password: 'a wrong password' }, headers: named('sign-in') });
    await eventually('the sign-in is in the log of auth', () => lines(auth, 'sign-in').some(({ result }) => result === 'error'));

    const room = await makeRoom(gateway, { token });
    await call(gateway, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token, body: { content: 'a message' }, headers: named('send') });
    await found('send', { chat: ['chat.message.save'], user: ['user.find_by_ids'] });

    const socket = await connectSocket(t, gateway, { user: { token } }), refused = await ask(socket, { room_id: '0123456789abcdef01234567', content: 'nobody is there' });
    assert.equal(refused.data.code, 'not_found');
    await found(refused.data.request_id, { chat: ['chat.message.save'] });
});

test('a server that is away: services are not ready, gateways are and say it; all find it again', { timeout: 240000 }, async (t) => {
    const cluster = await startCluster(t), { gateway: [gateway], chat: [chat], auth: [auth], user: [user] } = cluster.processes;
    const all = { gateway, chat, auth, user };
    const grace = await signUp(gateway, 'grace'), room = await makeRoom(gateway, grace), socket = await connectSocket(t, gateway, { user: grace, mode: 'polling' });
    assert.match((await readyz(gateway)).text, /^limits: ok \(WGW_LIMITS=bench: .*\)$/m);
    let left = 0;
    socket.on('disconnect', () => { left += 1; });
    /** Kills the server, waits until each process says what is expected of it, starts the server, waits until all is as before. */
    const without = async (server, name, unready) => {
        await server.kill();
        for (const [role, process] of Object.entries(all)) {
            if (name === 'mongodb' && role === 'gateway') continue;
            await eventually(`${role} says that ${name} is away`, async () => {
                const { status, text } = await readyz(process);
                const expected = unready.includes(role) ? new RegExp(`^${name}: ${name}_away \\(.*\\)$`, 'm') : new RegExp(`^${name}: ok \\(.+\\)$`, 'm');
                return expected.test(text) && status === (unready.includes(role) ? 503 : 200) && valueOf(await metrics(process), 'wgw_dependency_up', { dependency: name }) === 0;
            }, 20000);
        }
        await server.restart();
        for (const [role, process] of Object.entries(all))
            await eventually(`${role} is ready again`, async () => {
                const { status, text } = await readyz(process);
                return status === 200 && !/^(rabbitmq|mongodb|redis): .*\(/m.test(text) && (await metrics(process)).wgw_dependency_up.samples.every(({ value }) => value === 1);
            }, 20000);
        await eventually('messages go through', async () => (await ask(socket, { room_id: room, content: `after ${name}` })).success, 20000);
    };
    await without(cluster.rabbit, 'rabbitmq', ['chat', 'auth', 'user']);
    await without(cluster.mongo, 'mongodb', ['chat', 'auth', 'user']);
    await without(cluster.redis, 'redis', []);
    assert.equal(left, 0, 'who polls was never sent away');
    assert.ok(valueOf(await metrics(gateway), 'wgw_link_losses_total', { link: 'rabbitmq_ask' }) >= 1);
    assert.ok(valueOf(await metrics(gateway), 'wgw_link_losses_total', { link: 'redis_listen' }) >= 1);
    assert.equal((await call(gateway, 'GET', '/api/v1/user/me', { token: grace.token })).status, 200);
});
