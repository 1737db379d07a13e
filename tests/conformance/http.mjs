// HTTP by hand, to send and see exact bytes.
import { connect } from 'node:net';
import { within } from './wait.mjs';

/** One connection. Responses come in the order of the requests. */
export class HttpConnection {
    constructor(server) {
        this.pieces = [];
        this.size = 0; // of what has been read and not taken
        this.closed = false;
        this.waiting = [];
        this.server = server;
        this.socket = connect(server.port, '127.0.0.1');
        this.socket.on('data', (piece) => {
            this.pieces.push(piece);
            this.size += piece.length;
            this.wake();
        }).on('error', () => {}).on('close', () => {
            this.closed = true;
            this.wake();
        });
        this.ended = new Promise((done) => { this.socket.once('close', done); });
    }

    /** What has been read and not taken. Joined only when it is looked at: a large message comes in many pieces. */
    get bytes() {
        if (this.pieces.length !== 1) this.pieces = [Buffer.concat(this.pieces)];
        return this.pieces[0];
    }
    set bytes(rest) {
        this.pieces = [rest];
        this.size = rest.length;
    }

    wake() { for (const done of this.waiting.splice(0)) done(); }
    more() { return new Promise((done) => { this.waiting.push(done); }); }
    write(bytes) { this.socket.write(bytes); return this; }

    /** Until the server has seen what was written: it takes up connections in their order, and one behind this was answered. */
    async seen() {
        await new Promise((done) => { this.socket.write('', done); });
        await request(this.server, 'GET', '/');
        return this;
    }

    send(method, target, { headers = {}, body } = {}) {
        const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
        const fields = { Host: `127.0.0.1:${this.server.port}`, ...(body !== undefined && { 'Content-Length': bytes.length }), ...headers };
        const lines = Object.entries(fields).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\r\n`);
        // Header bytes are what they are: a row may hold some that no header may.
        this.write(Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), bytes]));
        return this;
    }

    /** The next response: {status, head, headers, bytes, body}. With `head` it ends behind the header. */
    async response({ ms = 8000, head: only = false } = {}) {
        const parsed = async () => {
            for (;;) {
                const answer = this.take(only);
                if (answer) return answer;
                if (this.closed) return { status: 0, headers: {}, head: '', body: this.bytes.toString() };
                await this.more();
            }
        };
        return within(ms, 'a response', parsed());
    }

    take(only) {
        const end = this.bytes.indexOf('\r\n\r\n');
        if (end < 0) return null;
        const head = this.bytes.subarray(0, end).toString('latin1'), [line, ...fields] = head.split('\r\n');
        const status = Number(line.split(' ')[1]), headers = {};
        for (const field of fields) headers[field.slice(0, field.indexOf(':')).toLowerCase()] = field.slice(field.indexOf(':') + 1).trim();
        let body = Buffer.alloc(0), next = end + 4;
        if (!only && headers['transfer-encoding'] === 'chunked') {
            const chunks = [];
            for (;;) {
                const lineEnd = this.bytes.indexOf('\r\n', next);
                if (lineEnd < 0) return null;
                const size = parseInt(this.bytes.subarray(next, lineEnd).toString(), 16), from = lineEnd + 2;
                if (this.bytes.length < from + size + 2) return null;
                chunks.push(this.bytes.subarray(from, from + size));
                next = from + size + 2;
                if (size === 0) break;
            }
            body = Buffer.concat(chunks);
        } else if (!only && headers['content-length'] !== undefined) {
            next += Number(headers['content-length']);
            if (this.bytes.length < next) return null;
            body = this.bytes.subarray(end + 4, next);
        } else if (!only && status !== 101 && status !== 204 && status !== 304) {
            if (!this.closed) return null;
            body = this.bytes.subarray(next);
            next = this.bytes.length;
        }
        this.bytes = this.bytes.subarray(next);
        return { status, head, headers, bytes: body, body: body.toString() };
    }

    close() { this.socket.destroy(); }
    reset() { this.socket.resetAndDestroy(); }
}

/** One request on a connection of its own. */
export async function request(server, method, target, options = {}) {
    const connection = new HttpConnection(server).send(method, target, options);
    try {
        return await connection.response(options);
    } finally {
        connection.close();
    }
}
