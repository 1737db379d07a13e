#!/usr/bin/env node
// The driver's double: a small correct chat server on npm's socket.io, with defects that can be switched on.
//
// It exists to test the tests. `WGW_DOUBLE_DEFECT=<name>` makes it wrong in exactly one way, and the kill loop has to
// find that under its name (driver.test.mjs). It reads the same environment as `wegowhere serve`, keeps what it acked
// in one file of WGW_DATA (written before the ack, so a kill loses nothing), and shares no code with the server.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from 'socket.io';

if (process.argv[2] !== 'serve') {
    console.error('usage: double.mjs serve');
    process.exit(2);
}
const env = process.env;
const secret = env.JWT_SECRET ?? randomBytes(32).toString('hex');
const defect = env.WGW_DOUBLE_DEFECT ?? '';
/** Whether to be wrong now: always, or once in `every` times. */
const wrong = (name, every = 1) => defect === name && Math.random() * every < 1;

// ---------------------------------------------------------------- what is remembered

const users = new Map();   // _id -> {user, password}
const rooms = new Map();   // _id -> {room, members: Set, log: [message], head, keys: Map}
const file = join(env.WGW_DATA ?? './data', 'double.jsonl');

/** Applies one record; the same records come from the file at the start and from the calls afterwards. */
function apply(record, fromFile = false) {
    if (record.user) users.set(record.user._id, record);
    if (record.room) rooms.set(record.room._id, { room: record.room, members: new Set(), log: [], head: 0, keys: new Map() });
    const room = rooms.get(record.room_id ?? record.room?._id);
    if (record.member) {
        room.members.add(record.member);
        room.head += 1;
    }
    if (record.message) {
        room.log.push(record.message);
        room.head = Math.max(room.head, record.message.seq);
        const key = record.message.client_msg_id;
        const keysKept = defect !== 'keys-not-unique' && !(defect === 'keys-forgotten' && fromFile);
        if (key && keysKept) room.keys.set(`${record.message.user_id} ${key}`, record.message);
    }
}

function store(record) {
    const line = `${JSON.stringify(record)}\n`;
    if (record.message && wrong('ack-before-commit')) setTimeout(() => appendFileSync(file, line), 150);
    else appendFileSync(file, line);
    apply(record);
}

mkdirSync(env.WGW_DATA ?? './data', { recursive: true });
if (existsSync(file)) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
        // The last line may be torn by a kill: it was never acked.
        try { apply(JSON.parse(line), true); } catch { /* torn */ }
    }
}

// ---------------------------------------------------------------- words

const newId = () => randomBytes(12).toString('hex');
const now = () => new Date(Date.now() - (wrong('order-by-clock', 10) ? 5000 : 0)).toISOString();
const envelope = (success, data) => ({ success, timestamp: new Date().toISOString(), ...(data !== undefined && { data }) });

class Refusal extends Error {
    constructor(status, code, message, data) {
        super(message);
        Object.assign(this, { status, data: data ?? { message, code } });
    }
}
const notMember = () => new Refusal(403, 'not_member', 'You are not a member of this chat room! Please join it first.');
const noRoom = () => new Refusal(404, 'not_found', 'Chat room is not found! Please create one first.');
const row = (property, isNotEmpty, rest) =>
    ({ property, children: [], constraints: { ...(isNotEmpty && { isNotEmpty: `${property} should not be empty` }), ...rest } });

function validated({ room_id, content }) {
    const rows = [];
    if (!/^[0-9a-f]{24}$/i.test(room_id)) rows.push(row('room_id', !room_id, { isMongoId: 'room_id must be a mongodb id' }));
    if (typeof content !== 'string' || !content)
        rows.push(row('content', !content, typeof content === 'string' ? {} : { isString: 'content must be a string' }));
    if (rows.length) throw new Refusal(400, 'validation_failed', '', rows);
}

const sign = (claims) => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};
function tokens({ _id, username }) {
    const iat = Math.floor(Date.now() / 1000);
    const make = (use, days) => sign({ user_id: _id, username, iat, exp: iat + days * 86400, iss: 'WeGoWhere', use });
    return { access: make('access', 7), refresh: make('refresh', 30) };
}
function caller(header) {
    const no = (message) => { throw new Refusal(401, 'unauthorized', message); };
    if (!header) no('Authorization header is not found!');
    const [kind, token] = header.split(' ');
    if (kind !== 'Bearer') no('Access token type is invalid!');
    const [head, body, signature] = (token ?? '').split('.');
    if (!signature) no('jwt malformed');
    if (createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url') !== signature) no('invalid signature');
    return users.get(JSON.parse(Buffer.from(body, 'base64url')).user_id) ?? no('invalid token');
}

// ---------------------------------------------------------------- the one operation that matters

const io = new Server({ serveClient: false });

async function sendMessage(from, payload) {
    validated(payload ?? {});
    const room = rooms.get(payload.room_id.toLowerCase());
    if (!room) throw noRoom();
    if (!room.members.has(from.user._id) && !wrong('no-membership')) throw notMember();
    if (wrong('sends-in-parallel')) await sleep(Math.random() * 10);
    if (defect === 'never-converges' && payload.client_msg_id?.endsWith('7')) throw new Refusal(503, 'unavailable', 'Try again.');

    const { content, client_msg_id } = payload;
    const known = client_msg_id && room.keys.get(`${from.user._id} ${client_msg_id}`);
    if (known) {
        if (wrong('duplicate-with-new-id')) return answer({ ...known, _id: newId() }, true);
        if (known.content === content || wrong('reuse-accepted')) return answer(known, !wrong('duplicate-unmarked'));
        throw new Refusal(409, 'client_msg_id_reused', 'That client_msg_id was used for another message.');
    }
    const at = [now(), defect === 'order-by-clock' ? '' : room.log.at(-1)?.created_at ?? ''].sort().at(-1);
    const seq = room.head + (wrong('seq-with-holes', 20) ? 2 : wrong('seq-twice', 20) && room.log.length ? 0 : 1);
    const message = {
        room_id: room.room._id, user_id: from.user._id, content: wrong('damages-content', 20) ? content.slice(0, -1) : content,
        _id: newId(), created_at: at, updated_at: at, __v: 0, user: from.user, seq, ...(client_msg_id && { client_msg_id }),
    };
    store({ room_id: room.room._id, message });
    publish(room, message);
    if (wrong('invents-messages', 20)) publish(room, { ...message, _id: newId(), seq: seq + 1, content: invented() });
    if (wrong('refused-but-stored', 20)) throw new Refusal(403, 'content_rejected', 'No.');
    if (wrong('dies', 20)) process.exit(3);
    return answer(message, false);
}

/** A text in the form that the driver checks, with a key that nobody sent. */
function invented() {
    const k = newId();
    return `${k} ${createHash('sha256').update(k).digest('hex').slice(0, 8)} `;
}

function answer({ _id, room_id, seq, client_msg_id, created_at }, duplicate) {
    return { _id, room_id, seq, ...(client_msg_id && { client_msg_id }), created_at, ...(duplicate && { duplicate }) };
}

function publish({ room, members }, message) {
    const everyone = defect === 'tells-everyone';
    for (const socket of io.sockets.sockets.values()) {
        const wants = !socket.data.only || socket.data.only === room._id;
        if (!everyone && !(socket.data.user && wants && members.has(socket.data.user._id))) continue;
        let event = message;
        if (wrong('forgets-seq', 20)) event = { ...message, seq: undefined };
        if (wrong('tells-wrong-room', 20)) event = { ...message, room_id: [...rooms.keys()].find((id) => id !== room._id) ?? room._id };
        if (wrong('loses-deliveries', 10)) continue;
        const tell = () => socket.emit('chat.message.receive', event);
        if (wrong('delivers-out-of-order', 4)) setTimeout(tell, 30);
        else tell();
        if (wrong('delivers-twice', 20)) tell();
    }
}

// ---------------------------------------------------------------- Socket.IO

io.use((socket, next) => {
    const { token, room_id } = socket.handshake.auth;
    socket.data.header = token === undefined ? socket.handshake.headers.authorization : `Bearer ${token}`;
    try {
        socket.data.user = caller(socket.data.header).user;
    } catch (refusal) {
        if (token !== undefined) return next(Object.assign(new Error(refusal.message), { data: envelope(false, refusal.data) }));
    }
    socket.data.only = room_id ?? socket.handshake.query.room_id;
    if (socket.data.only && !rooms.get(socket.data.only)?.members.has(socket.data.user?._id))
        return next(Object.assign(new Error('not_member'), { data: envelope(false, notMember().data) }));
    return next();
});

io.on('connection', (socket) => {
    if (socket.handshake.auth.token) socket.emit('system.hello', { session_id: newId(), node: 'double', version: '0', limits: {} });
    socket.on('chat.message.send', async (...args) => {
        const reply = typeof args.at(-1) === 'function' ? args.pop() : () => {};
        const payload = args.length === 1 ? args[0] : args;
        let from;
        try {
            from = caller(socket.data.header);
        } catch (refusal) {
            const { message } = refusal;
            socket.emit('exception', { status: 'error', message, cause: { pattern: 'chat.message.send', data: payload } });
            return reply(envelope(false, refusal.data));
        }
        try {
            const data = await sendMessage(from, payload);
            if (!wrong('forgets-acks', 20)) reply(envelope(true, data));
        } catch (refusal) {
            socket.emit('chat.error.receive', refusal.data);
            reply(envelope(false, refusal.data));
        }
    });
});

// ---------------------------------------------------------------- REST

const staleLists = new Map();  // of the defect that reads from a cache

function messages(room, query) {
    let list = room.log;
    if (defect === 'reads-from-cache') {
        const cached = staleLists.get(room) ?? { at: 0 };
        if (Date.now() - cached.at > 500) staleLists.set(room, { at: Date.now(), list: [...list] });
        list = staleLists.get(room).list;
    }
    if (wrong('lists-unsorted')) list = [...list].reverse();
    if (!query.has('limit') && !query.has('after')) return list.slice(-1000);
    const after = Number(query.get('after') ?? 0), limit = Math.min(Number(query.get('limit') ?? 50), 200);
    const rest = list.filter((message) => message.seq > after), items = rest.slice(0, limit);
    return { items, next: rest.length > limit ? String(items.at(-1).seq) : null };
}

const routes = {
    'GET /health': () => [200],
    'POST /api/v1/auth/sign-up': ({ body }) => {
        if ([...users.values()].some(({ user }) => user.username === body.username))
            throw new Refusal(422, 'username_taken', 'User with that username already signed up! Please sign in if it is yours.');
        const { first_name, last_name = null, username, password } = body, at = now();
        store({ user: { _id: newId(), first_name, last_name, username, created_at: at, updated_at: at, __v: 0 }, password });
        return [201, tokens([...users.values()].at(-1).user)];
    },
    'POST /api/v1/auth/sign-in': ({ body }) => {
        const known = [...users.values()].find(({ user }) => user.username === body.username);
        if (known?.password !== body.password) throw new Refusal(400, 'unauthorized', 'Username or password is wrong!');
        return [200, tokens(known.user)];
    },
    'GET /api/v1/user/me': ({ me }) => [200, me().user],
    'GET /api/v1/chat/rooms': ({ me }) => (me(), [200, [...rooms.values()].map(({ room }) => room)]),
    'POST /api/v1/chat/rooms': ({ me, body }) => {
        const member = me().user._id, at = now();
        const room = { name: body.name, _id: newId(), created_at: at, updated_at: at, __v: 0 };
        store({ room, member });
        return [201, room];
    },
    'POST /api/v1/chat/rooms/join': ({ me, body }) => {
        const member = me().user._id, room = rooms.get(body.room_id);
        if (!room) throw noRoom();
        if (!room.members.has(member)) store({ room_id: body.room_id, member });
        return [201];
    },
    'GET /api/v1/chat/rooms/:id': ({ me, room }) => (me(), [200, room?.room ?? null]),
    'GET /api/v1/chat/rooms/:id/members': ({ member }) => [200, [...member().members].map((user_id) => ({ user_id }))],
    'GET /api/v1/chat/rooms/:id/messages': ({ member, query }) => [200, messages(member(), query)],
    'POST /api/v1/chat/rooms/:id/messages': async ({ me, id, body }) => [201, await sendMessage(me(), { ...body, room_id: id })],
};

const http = createServer(async (request, response) => {
    const { pathname, searchParams: query } = new URL(request.url, 'http://double');
    const [, id] = /^\/api\/v1\/chat\/rooms\/([0-9a-f]{24})/.exec(pathname) ?? [];
    const reply = (status, data, success = status < 400) => {
        const text = JSON.stringify(envelope(success, data));
        response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(text);
    };
    try {
        const route = routes[`${request.method} ${id ? pathname.replace(id, ':id') : pathname}`];
        let text = '';
        for await (const chunk of request) text += chunk;
        if (!route) throw new Refusal(404, 'not_found', `Cannot ${request.method} ${request.url}`);
        const me = () => caller(request.headers.authorization), room = rooms.get(id);
        const member = () => {
            const { user } = me();
            if (!room) throw noRoom();
            if (!room.members.has(user._id) && !wrong('no-membership')) throw notMember();
            return room;
        };
        reply(...await route({ me, room, member, id, query, body: text ? JSON.parse(text) : {} }));
    } catch (error) {
        reply(error.status ?? 500, error.data ?? { message: 'Oops! Something unexpected occurred.' });
    }
});

io.attach(http);
http.listen(Number(env.GATEWAY_PORT ?? 3000), env.GATEWAY_HOST ?? 'localhost');
process.on('SIGTERM', () => {
    if (defect === 'disconnects-at-shutdown') io.disconnectSockets();
    for (const socket of io.sockets.sockets.values()) socket.conn.close();
    setTimeout(() => process.exit(defect === 'fails-at-shutdown' ? 5 : 0), 200);
});
