// A client that sends without waiting for its acks: it is served in full, and held back so that nobody else notices.
// Runs alone: it bounds how long others wait.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { ask, call, connectSocket, eventually, makeRoom, signUp, within } from './client.mjs';
import { startServer } from './server.mjs';
import test, { kIsCluster } from './shapes.mjs';

const kSends = kIsCluster ? 500 : 10_000;
const kWaitMs = kIsCluster ? 1500 : 500;
const kHandshake = '/socket.io/?EIO=4&transport=';
const send = (room, i) => `42${i}["chat.message.send",${JSON.stringify({ room_id: room, content: `m${i}` })}]`;

/** The acks among Socket.IO packets: [id, envelope], in the order of their arrival. */
const acksOf = (packets) => packets.map((packet) => /^43(\d+)\[(.*)\]$/s.exec(packet)).filter(Boolean).map(([, id, json]) => [Number(id), JSON.parse(json)]);

async function memoryKiB({ pid }) {
    return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))[1]);
}

/** Two others who talk until stop(), or the end of the test: the slowest answer that one of them waited for, in ms. */
function pairThatTalks(t, speaker, room) {
    let slowest = 0, talking = true, sent = 0;
    const talk = (async () => {
        for (; talking; await sleep(10)) {
            const began = performance.now(), reply = await ask(speaker, { room_id: room, content: `talk ${sent++}` });
            assert.equal(reply.success, true);
            slowest = Math.max(slowest, performance.now() - began);
        }
    })();
    t.after(() => { talking = false; return talk.catch(() => {}); });
    return { stop: async () => { talking = false; await talk; return { slowest, sent }; } };
}

/** Greatest memory of the server until it is asked for, or the end of the test. */
function memoryWatch(t, server) {
    let greatest = 0;
    const look = async () => { greatest = Math.max(greatest, await memoryKiB(server)); };
    const timer = setInterval(() => look().catch(() => {}), 20);
    t.after(() => clearInterval(timer));
    return async () => { clearInterval(timer); await look(); return greatest; };
}

/** Opens a WebSocket, sends all at once, and returns all packets up to the last ack. */
async function floodWebSocket(server, user, room) {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${kHandshake}websocket`), packets = [];
    let acks = 0;
    const all = new Promise((done, fail) => {
        socket.on('message', (data) => {
            const packet = data.toString();
            packets.push(packet);
            if (packet === '2') socket.send('3');
            if (packet.startsWith('43') && ++acks === kSends) done();
        }).on('close', (code) => fail(new Error(`closed with ${code} after ${acks} acks`)));
    });
    await once(socket, 'open');
    socket.send(`40${JSON.stringify({ token: user.token })}`);
    await eventually('the answer to 40', () => packets.some((packet) => packet.startsWith('40')));
    for (let i = 0; i < kSends; i++) socket.send(send(room, i));
    await within(30000, 'the acks', all);
    socket.removeAllListeners('close').close();
    return packets;
}

/**
 * The same over polling: one POST beside a GET that is always open. Its answer comes when all of it has been heard.
 */
async function floodPolling(server, user, room) {
    const open = await (await fetch(`${server.url}${kHandshake}polling`)).text();
    const url = `${server.url}${kHandshake}polling&sid=${JSON.parse(open.slice(1)).sid}`, packets = [];
    const post = async (body) => {
        const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(30000) });
        assert.equal(`${response.status} ${await response.text()}`, '200 ok');
    };
    let acks = 0, failed;
    const listen = (async () => {
        while (acks < kSends) {
            const response = await fetch(url, { signal: AbortSignal.timeout(30000) }), body = await response.text();
            assert.equal(response.status, 200, `${body} after ${acks} acks`);
            for (const packet of body.split('\x1e')) {
                packets.push(packet);
                if (packet === '2') await post('3');
                if (packet.startsWith('43')) acks += 1;
            }
        }
    })().catch((error) => { failed = error; });
    await post(`40${JSON.stringify({ token: user.token })}`);
    await eventually('the answer to 40', () => packets.some((packet) => packet.startsWith('40')));
    await post(Array.from({ length: kSends }, (_, i) => send(room, i)).join('\x1e'));
    assert.ok(acks > kSends / 2, `the POST was answered after ${acks} acks: it was not held back`);
    await listen;
    if (failed) throw failed;
    await post('1').catch(() => {});
    return packets;
}

async function allMessages(server, user, room) {
    const list = [];
    for (let next = 0; next !== null;) {
        const { data } = await call(server, 'GET', `/api/v1/chat/rooms/${room}/messages?limit=200&after=${next}`, { token: user.token });
        list.push(...data.items);
        next = data.next;
    }
    return list;
}

for (const [how, flood] of Object.entries({ 'at once over websocket': floodWebSocket, 'in one POST over polling': floodPolling })) {
    test(`${kSends} sends ${how}: each acked once, stored once, in order, beside a pair that talks`, { timeout: 120000 }, async (t) => {
        const server = await startServer(t);
        const [grace, alan, mary] = [await signUp(server, 'grace'), await signUp(server, 'alan'), await signUp(server, 'mary')];
        const room = await makeRoom(server, grace), pairs = await makeRoom(server, alan, mary);
        const [speaker, listener] = [await connectSocket(t, server, { user: alan }), await connectSocket(t, server, { user: mary })];
        await ask(speaker, { room_id: pairs, content: 'warm' });
        const before = await memoryKiB(server), greatest = memoryWatch(t, server), talk = pairThatTalks(t, speaker, pairs);

        const began = performance.now(), packets = await flood(server, grace, room), ms = Math.round(performance.now() - began);

        const { slowest, sent } = await talk.stop(), grown = Math.round((await greatest() - before) / 1024);
        t.diagnostic(`${ms} ms; memory grew by ${grown} MiB; the pair: ${sent} messages, slowest ${Math.round(slowest)} ms`);
        const acks = acksOf(packets);
        assert.deepEqual(acks.map(([id]) => id), acks.map((_, i) => i), 'each id once, in order');
        assert.equal(acks.length, kSends);
        assert.deepEqual(acks.filter(([, { success }]) => !success), [], 'refused');
        const list = await allMessages(server, grace, room);
        assert.deepEqual(list.map(({ content }) => content), acks.map((_, i) => `m${i}`), 'stored once, in order');
        assert.deepEqual(list.map(({ _id }) => _id), acks.map(([, { data }]) => data._id));
        const told = packets.filter((packet) => packet.startsWith('42["chat.message.receive"')).map((packet) => JSON.parse(packet.slice(2))[1].seq);
        assert.deepEqual(told, list.map(({ seq }) => seq), 'told once, in order');
        assert.ok(grown < 64, `memory grew by ${grown} MiB`);
        assert.ok(slowest < kWaitMs, `one of the pair waited ${slowest} ms`);
        await eventually('the pair has lost nothing', () => listener.got['chat.message.receive'].length === sent + 1);
    });
}
