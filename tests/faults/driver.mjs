// The clients of a fault run: they keep keys, repeat what is unknown, and write down everything they see (checker.mjs
// describes the lines). They know the public contract and nothing of the server's code.
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { Agent } from 'node:http';
import { io } from 'socket.io-client';

/** The history of a run, in memory and, line by line, in a file that survives whatever ends the run. */
export class Recorder {
    constructor(file) {
        this.file = openSync(file, 'w');
        this.history = [];
        this.conns = 0;
    }

    now() { return Number(process.hrtime.bigint()); }

    put(e, fields = {}, t = this.now()) {
        const event = { t, e, ...fields };
        this.history.push(event);
        writeSync(this.file, `${JSON.stringify(event)}\n`);
    }

    close() { closeSync(this.file); }
}

const digest = (text) => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** A text that carries its key and a checksum: "<key> <8 hex digits> <filler>". */
export const makeText = (k, filler = '') => `${k} ${digest(k + filler)} ${filler}`;

/** The key of such a text; null if it is damaged. */
export function keyOf(text) {
    const [, k, sum, filler] = /^(\S+) ([0-9a-f]{8}) (.*)$/su.exec(text ?? '') ?? [];
    return k !== undefined && digest(k + filler) === sum ? k : null;
}

/** One REST call: {status, data, code}, or {unknown: why} where no answer came. */
export async function rest(url, method, path, { token, body, ms = 10000 } = {}) {
    try {
        const response = await fetch(`${url}${path}`, {
            method, signal: AbortSignal.timeout(ms), body: body && JSON.stringify(body),
            headers: { ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) },
        });
        const { data } = await response.json();
        return { status: response.status, data, code: codeOf(data) };
    } catch (error) {
        return { unknown: error.cause?.code ?? error.name };
    }
}

const codeOf = (data) => (Array.isArray(data) ? 'validation_failed' : data?.code ?? 'no_code');
const kUnknownCodes = ['internal', 'unavailable', 'draining', 'no_code'];
const kRepeatable = ['rate_limited', 'slow_mode'];
const kAwayMs = 500;  // until something is repeated that the server could not do now

/** What is wrong with the data of a successful send, or nothing. */
function malformed(data, { room, k, nokey }) {
    if (!/^[0-9a-f]{24}$/.test(data?._id)) return 'no _id';
    if (data.room_id !== room) return `room_id ${data.room_id}`;
    if (!Number.isSafeInteger(data.seq)) return `seq ${data.seq}`;
    if (!nokey && data.client_msg_id !== k) return `client_msg_id ${data.client_msg_id}`;
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(data.created_at)) return `created_at ${data.created_at}`;
    return null;
}

/** One connection of one user, that comes back by itself. */
export class ChatClient {
    constructor({ name, url, token, transports, header = false, recorder, random, replyMs }) {
        Object.assign(this, { name, url, token, recorder, random, replyMs });
        this.inFlight = new Map();   // key -> {message, timer}, or {message, rest: true}
        this.pending = [];           // keyed messages whose fate is unknown, in their old order
        this.got = new Map();        // room -> Set of keys received on this connection
        this.farewells = 0;
        // A connection for each request: the client hangs when one that it uses again is cut (xmlhttprequest-ssl begins a
        // second request then, and never ends it).
        this.agent = new Agent({ keepAlive: false });
        this.socket = io(url, {
            transports, forceNew: true, autoConnect: false, agent: this.agent,
            reconnectionDelay: 20, reconnectionDelayMax: 200, timeout: 3000,
            ...(token && (header ? { extraHeaders: { authorization: `Bearer ${token}` } } : { auth: { token } })),
        });
        this.socket.on('connect', () => this.opened());
        this.socket.on('disconnect', (reason) => this.closed(reason));
        this.socket.on('chat.message.receive', (message) => this.received(message));
        this.socket.on('system.notice', (notice) => {
            if (notice?.kind === 'resync') recorder.put('resync', { c: name, conn: this.conn, room: notice.room_id });
        });
        // Where the WebSocket dies between the server's pong and the switch, this client has paused polling and would wait
        // for the ping timeout, 45 s of a connection that is none. It is told that its transport failed.
        this.socket.io.on('open', () => {
            const { engine } = this.socket.io;
            engine.on('upgradeError', () => { if (engine.upgrading) engine.transport.onError('the upgrade was cut'); });
        });
        // A handshake that meets a dying server may end in connect_error; the client would then stay away.
        this.socket.on('connect_error', () => { if (!this.socket.active) setTimeout(() => this.connect(), 100); });
    }

    connect() {
        this.wanted = true;
        this.socket.connect();
    }

    close() {
        this.wanted = false;
        this.socket.disconnect();
        this.agent.destroy();
    }

    get connected() { return this.socket.connected; }
    get idle() { return this.inFlight.size === 0 && this.pending.length === 0; }

    opened() {
        this.conn = ++this.recorder.conns;
        this.got = new Map();
        this.recorder.put('open', { c: this.name, conn: this.conn, mode: this.token ? 'plain' : 'none' });
        this.repeat();
    }

    closed(reason) {
        for (const [k, { rest: elsewhere }] of [...this.inFlight]) if (!elsewhere) this.settle(k, { unknown: reason });
        if (reason !== 'io server disconnect') return;
        this.farewells += 1;
        if (this.wanted) setTimeout(() => this.wanted && this.socket.connect(), 100);
    }

    received({ room_id: room, seq, _id: id, content }) {
        const k = keyOf(content);
        this.recorder.put('recv', { c: this.name, conn: this.conn, room, seq, id, k, type: 'message' });
        if (!this.got.has(room)) this.got.set(room, new Set());
        this.got.get(room).add(k);
    }

    /** Cuts the TCP connections without a word, as a lost network does. */
    cut() {
        this.socket.io.engine?.transport?.ws?.terminate?.();
        this.agent.destroy();
    }

    /** Sends once. What became of it is recorded; what is unknown and may be repeated is, until it is answered. */
    send(message) {
        const { room, k, text, once, nokey } = message, { conn } = this;
        this.recorder.put('send', { c: this.name, conn, room, k, ...(once && { once }), ...(nokey && { nokey }) });
        const timer = setTimeout(() => {
            this.recorder.put('silent', { c: this.name, ev: 'chat.message.send', ms: this.replyMs });
            this.settle(k, { unknown: 'no reply' });
        }, this.replyMs);
        this.inFlight.set(k, { message, timer });
        this.socket.emit('chat.message.send', { room_id: room, content: text, ...(!nokey && { client_msg_id: k }) }, (reply) => {
            // An ack that comes after its attempt was given up says nothing about the next attempt.
            if (this.inFlight.get(k)?.timer === timer) this.settle(k, this.outcome(reply));
        });
    }

    outcome(reply) {
        if (typeof reply?.success !== 'boolean' || typeof reply.timestamp !== 'string') return { shape: JSON.stringify(reply) };
        return reply.success ? { data: reply.data } : { code: codeOf(reply.data) };
    }

    /** Tries once over REST: the same operation with the same key. */
    async sendOverRest(message) {
        const { room, k, text } = message;
        this.recorder.put('send', { c: this.name, conn: `rest-${++this.recorder.conns}`, room, k });
        this.inFlight.set(k, { message, rest: true });
        const body = { content: text, client_msg_id: k };
        const answer = await rest(this.url, 'POST', `/api/v1/chat/rooms/${room}/messages`, { token: this.token, body, ms: this.replyMs });
        if (answer.unknown === 'TimeoutError') this.recorder.put('silent', { c: this.name, ev: 'POST messages', ms: this.replyMs });
        this.settle(k, answer.unknown ? answer : answer.status === 201 ? { data: answer.data } : { code: answer.code });
    }

    /** Writes down how an attempt ended, and keeps the message if it has to be repeated. */
    settle(k, { data, code, shape, unknown }) {
        const { message, timer } = this.inFlight.get(k), c = this.name;
        clearTimeout(timer);
        this.inFlight.delete(k);
        const wrong = shape ?? (data !== undefined || (!code && !unknown) ? malformed(data, message) : null);
        if (wrong) return this.recorder.put('malformed', { c, k, why: wrong });
        if (data) return this.recorder.put('ack', { c, k, seq: data.seq, id: data._id, dup: data.duplicate === true });
        if (code && !kUnknownCodes.includes(code)) {
            this.recorder.put('nack', { c, k, code });
            if (!kRepeatable.includes(code)) return undefined;
        } else {
            this.recorder.put('unknown', { c, k, why: unknown ?? code });
        }
        if (!message.once && !message.nokey) this.pending.push(message);
        if (this.connected) setTimeout(() => this.repeat(), code === 'unavailable' ? kAwayMs : 50);
        return undefined;
    }

    /** Repeats everything unknown, in the old order; a part of it over REST. */
    repeat() {
        if (!this.connected) return;
        for (const message of this.pending.splice(0)) {
            if (this.random.chance(0.2)) this.sendOverRest(message);
            else this.send(message);
        }
    }

    /** A question that is not part of the load: the reply's envelope, or null without one in time. */
    async ask(payload) {
        return this.socket.timeout(this.replyMs).emitWithAck('chat.message.send', payload).catch(() => null);
    }
}

/** Everything of a room by pages: [[seq, id, k, created_at]]; or {failed}. */
export async function readAll(url, token, room) {
    const list = [];
    for (let after = 0; ;) {
        const { status, data, unknown } = await rest(url, 'GET', `/api/v1/chat/rooms/${room}/messages?after=${after}&limit=200`, { token });
        if (status !== 200) return { failed: unknown ?? status };
        if (!Array.isArray(data?.items)) return { failed: 'no page, although one was asked for' };
        list.push(...data.items.map(entryOf));
        if (data.next === null || !data.items.length) return list;
        after = data.next;
    }
}

export const entryOf = ({ seq, _id, content, created_at }) => [seq, _id, keyOf(content), created_at];
