// The chapter "A cluster" of docs/operations.md: its commands do what it says, one behind the other, with docker.mjs in the place of Docker; a roll by them
// loses nothing; and when a server is away they name it and bring it back, and users see what the table says.
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { ask, call, connectSocket, contents, eventually, makeRoom, messagesOf, signUp } from '../e2e/client.mjs';
import { freePort, kRoot, run } from '../e2e/server.mjs';
import { Docker } from './docker.mjs';
import { startMongo, startRabbit, startRedis } from './servers.mjs';

const page = await readFile(join(kRoot, 'docs/operations.md'), 'utf8');
const chapter = page.slice(page.indexOf('\n## A cluster\n'), page.indexOf('\n## What it refuses to start with\n'));

/** The blocks below a heading, in their order. */
function blocksOf(heading) {
    const from = chapter.indexOf(`\n### ${heading}\n`), next = chapter.indexOf('\n### ', from + 1);
    assert.ok(from >= 0, heading);
    return [...chapter.slice(from, next < 0 ? undefined : next).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block);
}

/** A folder with the servers of a cluster and `docker`, but nothing of ours: {docker, balancer, shell(block)}. */
async function prepare(t) {
    const folder = await mkdtemp(join(tmpdir(), 'wegowhere-manual-'));
    t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
    await chmod(folder, 0o711);
    const port = await freePort();
    const [rabbitmq, redis, mongo] = await Promise.all([startRabbit(t), startRedis(t), startMongo(t)]);
    const docker = await Docker.begin(t, { folder, servers: { rabbitmq, redis, mongo }, port, env: { WGW_DRAIN: '1' } });
    await mkdir(join(folder, 'secrets'), { recursive: true });
    const shell = (block, options = '-eux') => run(['bash', `${options}o`, 'pipefail', '-c', `exec 2>&1\n${block.replaceAll('8080', port)}`], { cwd: folder, env: { PATH: `${folder}/bin:${process.env.PATH}` }, ms: 200_000 });
    const must = async (block) => {
        const { code, out } = await shell(block);
        assert.equal(code, 0, out.slice(-4000));
        return out;
    };
    return { docker, shell, must, balancer: { url: `http://localhost:${port}`, port } };
}

test('the commands of the chapter install a cluster, roll it with nothing lost, and look after its users', { timeout: 400000 }, async (t) => {
    const { docker, must, balancer } = await prepare(t), running = () => docker.containers.filter(({ child }) => child.alive).map(({ id }) => id);
    assert.equal(blocksOf('Install a cluster').length, 1);
    assert.match(await must(blocksOf('Install a cluster')[0]), /"success":true/);
    const before = running();
    assert.equal(before.length, 9, 'two of each, and nginx');

    const grace = await signUp(balancer, 'grace'), alan = await signUp(balancer, 'alan'), room = await makeRoom(balancer, grace, alan);
    const sockets = await Promise.all([grace, alan].map((user) => connectSocket(t, balancer, { user, mode: 'websocket', reconnection: true, reconnectionDelay: 100, reconnectionDelayMax: 300 })));
    let over = false;
    const sent = [];
    const load = (async () => {
        for (let i = 0; !over; ++i) {
            const content = `message ${i}`, client_msg_id = `k${i}`;
            // Repeated until it is answered, as a client does.
            await eventually(content, async () => (await sockets[0].timeout(2000).emitWithAck('chat.message.send', { room_id: room, content, client_msg_id }).catch(() => ({}))).success === true, 60000);
            sent.push(content);
        }
    })();
    for (const block of blocksOf('Roll a cluster')) await must(block);
    over = true;
    await load;
    const after = running();
    assert.match(after.filter((id) => before.includes(id)).join(), /^nginx\.\d+$/, 'all of ours are new');
    assert.equal(after.length, 9, `${after}`);
    assert.ok(sent.length > 50, `${sent.length} sent`);
    assert.deepEqual((await messagesOf(balancer, alan, room)).map(({ content }) => content), sent.slice(-1000));
    t.diagnostic(`${sent.length} messages were sent during the roll`);

    const told = (await Promise.all(blocksOf('Commands in a cluster').map(must))).join('');
    for (const sentence of [/grace\.hopper is disabled/, /grace\.hopper is enabled/]) assert.match(told, sentence);
});

test('what is away is named by the commands of the chapter and brought back by them, and users see meanwhile what its table says', { timeout: 400000 }, async (t) => {
    const { docker, shell, must, balancer } = await prepare(t), [look, bringBack] = blocksOf('When something is away');
    await must(blocksOf('Install a cluster')[0]);
    const grace = await signUp(balancer, 'grace'), room = await makeRoom(balancer, grace), socket = await connectSocket(t, balancer, { user: grace, mode: 'websocket' });
    let left = 0, sends = 0;
    socket.on('disconnect', () => { left += 1; });
    const send = () => ask(socket, { room_id: room, content: `${++sends}` });
    assert.match(await must(look), /^rabbitmq: ok$/m);
    const expected = {
        rabbitmq: { named: [/^rabbitmq: \w+ \(/, 2], sees: ({ data }) => data.code === 'unavailable', answer: 503 },
        redis: { named: [/^redis: \w+ \(/, 2], sees: ({ success }) => success, answer: 200 },
        mongo: { named: [/^mongodb: mongodb_away \(/, 1], sees: ({ data }) => data.code === 'unavailable', answer: null },
    };
    for (const [name, { named: [line, by], sees, answer }] of Object.entries(expected)) {
        await docker.run(['compose', '-f', 'compose.cluster.yaml', 'stop', name]);
        const ack = await send();
        assert.ok(sees(ack), `${name}: ${JSON.stringify(ack)}`);
        if (answer) assert.equal((await call(balancer, 'GET', '/api/v1/chat/rooms', { token: grace.token })).status, answer, name);
        let said = '';
        await eventually(`${name} is named`, async () => {
            said = (await shell(look, '-ux')).out;
            return said.split('\n').filter((text) => line.test(text)).length >= by;
        }, 20000).catch((error) => assert.fail(`${error.message}: ${said}`));
        await must(bringBack);
        await eventually(`${name}: messages go through`, async () => (await send()).success === true, 20000);
        await eventually(`${name}: nobody misses it`, async () => { said = (await shell(look)).out; return !/^(rabbitmq|mongodb|redis): \w+ \(/m.test(said); }, 20000).catch((error) => assert.fail(`${error.message}: ${said}`));
    }
    assert.equal(left, 0, 'the socket stayed');
    assert.ok(contents(socket).length > 0);
});
