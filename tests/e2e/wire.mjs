// Chat packet by packet: sessions of either transport that keep all they get, tokens of every shape, requests of any
// bytes. For tests that look for what must not come, or send what no client would.
import { createHmac } from 'node:crypto';
import { HttpConnection } from '../conformance/http.mjs';
import { kModes, openSession } from '../conformance/session.mjs';
import { eventually } from './client.mjs';
import { kSecret } from './server.mjs';

export { kModes };

const base64url = (text) => Buffer.from(text).toString('base64url');
const text = (json) => (typeof json === 'string' ? json : JSON.stringify(json));

/** A token: payload and header as they are, if they are texts; otherwise as JSON. */
export function sign(payload, { header = { alg: 'HS256', typ: 'JWT' }, key = kSecret, hash = 'sha256' } = {}) {
    const signed = `${base64url(text(header))}.${base64url(text(payload))}`;
    return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`;
}

export const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

/**
 * One request with header fields as they are, repeated ones too: {status, bytes, data…}. `bytes` is all that came.
 * Fields: a list of [name, value].
 */
export async function raw(server, method, target, { fields = [], body, ms = 8000 } = {}) {
    const connection = new HttpConnection(server), bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
    const all = [['Host', 'x'], ...(body === undefined ? [] : [['Content-Type', 'application/json'], ['Content-Length', bytes.length]]), ...fields];
    const head = `${method} ${target} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
    connection.write(Buffer.concat([Buffer.from(head, 'latin1'), bytes]));
    try {
        const response = await connection.response({ ms });
        let json = {};
        try { json = JSON.parse(response.body); } catch { /* not everything is */ }
        return { ...json, status: response.status, headers: response.headers, body: response.body, bytes: `${response.head}\r\n\r\n${response.body}` };
    } finally {
        connection.close();
    }
}

/**
 * A session that listens until it ends: `packets` are all that came. `auth` is the payload of CONNECT, as JSON or text;
 * `null`: no CONNECT. Its TCP connections are closed with the test.
 */
export async function listen(t, server, mode, { fields = [], auth } = {}) {
    const session = await openSession({ port: server.port, path: '/socket.io/' }, mode, { headers: Object.fromEntries(fields) });
    Object.assign(session, { packets: [], over: null });
    const loop = async () => {
        for (;;) {
            const packet = await session.next(600_000);
            if (/^(closed|4\d\d )/.test(packet)) return packet;
            session.packets.push(packet);
        }
    };
    session.ended = loop().catch(() => 'cut').then((end) => { session.over = end; return end; });
    session.find = (pattern) => session.packets.find((packet) => pattern.test(packet));
    session.answer = async (pattern, what = `${pattern}`) => {
        await eventually(what, () => session.find(pattern) || session.over, 8000);
        return session.find(pattern) ?? `over: ${session.over}`;
    };
    /** An event with its ack: the envelope; `over` if the session ends instead, `refused` if a POST is. */
    session.ask = async (event, payload) => {
        const id = session.asked = (session.asked ?? 0) + 1;
        const posted = await session.send(`42${id}[${JSON.stringify(event)}${payload === undefined ? '' : `,${text(payload)}`}]`);
        if (posted?.startsWith('413')) return { refused: posted };
        const packet = await session.answer(new RegExp(`^43${id}\\[`), `ack of ${event}`);
        return packet.startsWith('over') ? { over: session.over } : JSON.parse(packet.slice(packet.indexOf('[')))[0];
    };
    t?.after(() => Promise.resolve(session.drop()).catch(() => {}));
    if (auth !== null) {
        await session.send(`40${auth === undefined ? '' : text(auth)}`);
        session.connect = await session.answer(/^4[04]/, 'the answer to CONNECT');
    }
    return session;
}
