// Sessions of Engine.IO on either transport, and Socket.IO on top of them, packet by packet.
import assert from 'node:assert/strict';
import { HttpConnection, request } from './http.mjs';
import { within } from './wait.mjs';
import { upgrade } from './websocket.mjs';

export const kSeparator = '\x1e';
export const target = (server, query) => `${server.path}?EIO=4&${query}`;
export const openPacket = (text) => {
    assert.equal(text[0], '0', text);
    return JSON.parse(text.slice(1));
};
const encode = (packet) => (typeof packet === 'string' ? packet : `b${packet.toString('base64')}`);
const decode = (text) => (text[0] === 'b' ? Buffer.from(text.slice(1), 'base64') : text);

/** Over polling. Pings are answered and not shown, unless `heartbeat` is set to false. */
export class Polling {
    static async open(server, { query = '', headers } = {}) {
        const response = await request(server, 'GET', target(server, `transport=polling${query}`), { headers });
        assert.equal(response.status, 200, response.body);
        return new Polling(server, openPacket(response.body));
    }

    constructor(server, open) {
        Object.assign(this, { server, open, sid: open.sid, inbox: [], heartbeat: true, mode: 'polling' });
        this.target = target(server, `transport=polling&sid=${open.sid}`);
    }

    get(options) { return request(this.server, 'GET', this.target, options); }
    post(body, options) { return request(this.server, 'POST', this.target, { body, ...options }); }
    /** A GET that is held, and the server knows it, with its connection: {connection, response}. */
    async hold() {
        const connection = new HttpConnection(this.server).send('GET', this.target);
        const response = connection.response();
        response.catch(() => {});
        await connection.seen();
        return { connection, response };
    }

    /** Packets, texts with their type or bytes, in one payload. */
    async send(...packets) {
        const { status, body } = await this.post(packets.map(encode).join(kSeparator));
        return `${status} ${body}`;
    }

    /** The next packet; `status body` of the refusal when the session is gone. */
    async next(ms = 8000) {
        while (this.inbox.length === 0) {
            const { status, body } = await this.get({ ms });
            if (status === 0) throw new Error('the connection was closed without an answer');
            if (status !== 200) return `${status} ${body}`;
            for (const text of body.split(kSeparator)) {
                if (text === '2' && this.heartbeat) await this.send('3');
                else if (text !== '6' || !this.heartbeat) this.inbox.push(decode(text));
            }
        }
        return this.inbox.shift();
    }

    /** Ends as the protocol wants: the next GET reads a close packet, the one behind it is refused. */
    async ended() {
        this.heartbeat = false;
        const packets = [];
        for (;;) {
            const packet = await this.next();
            packets.push(packet);
            if (/^\d{3} /.test(packet)) return packets;
        }
    }

    drop() { return this.post('1'); }
}

/** Over a WebSocket, likewise. */
export class Socket {
    static async open(server, { query = '', headers } = {}) {
        const { status, body, socket } = await upgrade(server, target(server, `transport=websocket${query}`), headers);
        assert.equal(status, 101, body);
        return new Socket(server, openPacket(await socket.next()), socket);
    }

    constructor(server, open, socket) {
        Object.assign(this, { server, open, sid: open.sid, socket, heartbeat: true, mode: 'websocket' });
    }

    async send(...packets) {
        for (const packet of packets) this.socket.send(packet);
    }

    async next(ms) {
        for (;;) {
            const packet = await this.socket.next(ms);
            if (packet !== '2' || !this.heartbeat) return packet;
            this.socket.send('3');
        }
    }

    async ended() {
        const packets = [];
        for (;;) {
            packets.push(await this.next());
            if (/^closed/.test(packets.at(-1))) return packets;
        }
    }

    async drop() { this.socket.drop(); }
}

export const kModes = ['polling', 'websocket'];
export const openSession = (server, mode, options) => (mode === 'polling' ? Polling : Socket).open(server, options);

/** A session that has been upgraded to a WebSocket as the official client does it. */
export async function upgraded(server) {
    const polling = await Polling.open(server), { socket } = await upgrade(server, target(server, `transport=websocket&sid=${polling.sid}`));
    socket.send('2probe');
    assert.equal(await socket.next(), '3probe');
    socket.send('5');
    return { polling, session: new Socket(server, polling.open, socket) };
}

/** Joins a namespace of a session: its sid. The `auth` event of sio-echo's `/` and `/custom` is taken too. */
export async function join(session, nsp = '/', auth = undefined) {
    const prefix = nsp === '/' ? '' : `${nsp},`;
    await session.send(`40${prefix}${auth === undefined ? '' : JSON.stringify(auth)}`);
    const answer = await session.next();
    assert.ok(answer.startsWith?.(`40${prefix}{`), `${answer}`);
    if (session.server.mode !== 'chat' && (nsp === '/' || nsp === '/custom')) assert.match(await session.next(), /^42.*\["auth"/);
    return JSON.parse(answer.slice(2 + prefix.length)).sid;
}

/** A session that has joined: with `id`, the sid of that namespace. */
export async function connected(server, mode = 'websocket', nsp = '/', auth = undefined, options = {}) {
    const session = await openSession(server, mode, options);
    session.id = await join(session, nsp, auth);
    session.nsp = nsp === '/' ? '' : `${nsp},`;
    return session;
}

/** An event that is acked: what the ack holds. Packets that come before it are added to `before`. */
export async function call(session, event, ...args) {
    const id = session.calls = (session.calls ?? 1000) + 1;
    session.before ??= [];
    await session.send(`42${session.nsp}${id}${JSON.stringify([event, ...args])}`);
    for (;;) {
        const packet = await session.next(), prefix = `43${session.nsp}${id}[`;
        if (packet.startsWith?.(prefix)) return JSON.parse(packet.slice(prefix.length - 1))[0];
        if (/^(closed|4\d\d )/.test(packet)) throw new Error(`${event}: ${packet}`);
        session.before.push(packet);
    }
}

/** A new session works, over both transports, or those that the server has. */
export async function sessionWorks(server) {
    for (const mode of server.modes ?? kModes) {
        const session = await openSession(server, mode);
        if (server.mode === 'eio') {
            await session.send('4still there');
            assert.equal(await session.next(), '4still there');
        } else {
            await join(session);
            await session.send('421["message-with-ack","still there"]');
            assert.match(await session.next(), server.mode === 'chat' ? /^431\[\{"success":false,.*"not_found"/ : /^431\["still there"\]$/);
        }
        await within(5000, 'the end of a session', session.drop());
    }
}
