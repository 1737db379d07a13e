// Verbs of the end-to-end tests: accounts, rooms, sockets, and waits that end.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { io as newest } from 'socket.io-client';
import { contractOf } from './contract.mjs';

export const kModes = { polling: ['polling'], websocket: ['websocket'], upgrade: ['polling', 'websocket'] };
export const unique = (name) => `${name}-${randomBytes(4).toString('hex')}`;

/** One REST call: {status, headers, success, timestamp, data}. It is held to the server's own document. */
export async function call(server, method, path, { token, body, headers = {} } = {}) {
    const response = await fetch(`${server.url}${path}`, {
        method, signal: AbortSignal.timeout(10000), body: body === undefined ? undefined : JSON.stringify(body),
        headers: {
            ...(body !== undefined && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }), ...headers,
        },
    });
    const reply = { status: response.status, headers: response.headers, body: await response.json() };
    (await contractOf(server)).checkReply(method, path, reply);
    return { status: reply.status, headers: reply.headers, ...reply.body };
}

/** The same, when it has to succeed: its data. */
async function must(server, status, method, path, options) {
    const reply = await call(server, method, path, options);
    assert.equal(reply.status, status, `${method} ${path}: ${JSON.stringify(reply)}`);
    return reply.data;
}

/** A new user: {username, token, refresh, _id}. */
export async function signUp(server, name = 'someone') {
    const username = unique(name), body = { first_name: name, username, password: 'a long password' };
    const { access, refresh } = await must(server, 201, 'POST', '/api/v1/auth/sign-up', { body });
    const { _id } = await must(server, 200, 'GET', '/api/v1/user/me', { token: access });
    return { username, token: access, refresh, _id };
}

/** The id of a new room of `owner`, with `members` in it. */
export async function makeRoom(server, owner, ...members) {
    const { _id } = await must(server, 201, 'POST', '/api/v1/chat/rooms', { token: owner.token, body: { name: unique('room') } });
    for (const member of members) await join(server, member, _id);
    return _id;
}

export const join = (server, { token }, room_id) => must(server, 201, 'POST', '/api/v1/chat/rooms/join', { token, body: { room_id } });
export const messagesOf = (server, { token }, room) => must(server, 200, 'GET', `/api/v1/chat/rooms/${room}/messages`, { token });

/** A cluster has the servers that it needs on the same machine, and is given more time. */
const kPatience = process.env.WGW_TEST_SHAPE ? 3 : 1;

/** Ends a promise that does not end by itself, with a sentence. */
export function within(ms, what, promise) {
    let timer;
    const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`${what}: nothing in ${ms} ms`)), ms * kPatience); });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export async function eventually(what, done, ms = 5000) {
    for (const until = performance.now() + ms * kPatience; performance.now() < until; await sleep(20)) if (await done()) return;
    throw new Error(`${what}: not within ${ms} ms`);
}

/** The payloads of these are described by /asyncapi.json. */
const isDescribed = (name) => name === 'exception' || /^(chat|system)\./.test(name);

/** `auth: false` connects without a token in CONNECT. A socket with what it received: `socket.got[event]` is a list of first arguments. Closed with the test. */
export function openSocket(t, server, { user, auth = user && { token: user.token }, io = newest, mode = 'websocket', ...options } = {}) {
    const socket = io(server.url, { transports: kModes[mode], forceNew: true, reconnection: false, timeout: 5000, ...(auth && { auth }), ...options });
    socket.got = {};
    const names = ['chat.message.receive', 'chat.error.receive', 'exception', 'system.hello', 'system.notice', 'disconnect', 'connect_error'];
    for (const name of names) {
        socket.got[name] = [];
        socket.on(name, (value) => socket.got[name].push(value));
    }
    // Fetched now, while the server is there; who connects to one that is not has nothing to be held to.
    socket.contract = contractOf(server).catch(() => null);
    t.after(async () => {
        socket.close();
        const contract = await socket.contract;
        for (const name of names.filter(isDescribed)) for (const payload of socket.got[name]) contract?.checkEvent(name, payload);
    });
    return socket;
}

/** The same, once it is connected. */
export async function connectSocket(t, server, options) {
    const socket = openSocket(t, server, options);
    await within(5000, 'connecting', new Promise((done, fail) => { socket.on('connect', done).on('connect_error', fail); }));
    return socket;
}

/** Sends and waits for the ack. The callback form, because old clients have no other. */
export async function ask(socket, payload, event = 'chat.message.send') {
    const ack = await within(5000, `ack of ${event}`, new Promise((done) => { socket.emit(event, payload, done); }));
    if (event === 'chat.message.send') (await socket.contract)?.checkAck(event, ack);
    return ack;
}

export const contents = (socket) => socket.got['chat.message.receive'].map(({ content }) => content);
export const hears = (socket, content) => eventually(`"${content}" is received`, () => contents(socket).includes(content));
