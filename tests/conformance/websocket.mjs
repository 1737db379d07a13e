// WebSocket frames by hand (RFC 6455): what a correct client sends, and what none would.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { HttpConnection } from './http.mjs';
import { within } from './wait.mjs';

export const kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;

/** One frame. Masked unless `mask` is false; `length` claims another length than there is, `wide` is the form of the length. */
export function frame(opcode, payload = '', { fin = true, rsv = 0, mask = true, length, wide } = {}) {
    const bytes = Buffer.from(payload), n = BigInt(length ?? bytes.length), form = wide ?? (n < 126n ? 7 : n < 65536n ? 16 : 64);
    const head = Buffer.alloc(form === 7 ? 2 : form === 16 ? 4 : 10);
    head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
    head[1] = (mask ? 0x80 : 0) | (form === 7 ? Number(n) : form === 16 ? 126 : 127);
    if (form === 16) head.writeUInt16BE(Number(n), 2);
    if (form === 64) head.writeBigUInt64BE(n, 2);
    if (!mask) return Buffer.concat([head, bytes]);
    const key = randomBytes(4), masked = Buffer.allocUnsafe(bytes.length);
    for (let i = 0; i < bytes.length; i++) masked[i] = bytes[i] ^ key[i & 3]; // large messages: no call for each byte
    return Buffer.concat([head, key, masked]);
}

export const kUpgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };

/** Asks for an upgrade: its response, with `socket` if that is 101. */
export async function upgrade(server, target, headers = {}, { ms = 8000 } = {}) {
    const connection = new HttpConnection(server).send('GET', target, { headers: { ...kUpgrade, ...headers } });
    const response = await connection.response({ ms });
    if (response.status === 101) return { ...response, socket: new WebSocket(connection) };
    if (response.headers.connection === 'close') await within(ms, 'the end of a refused upgrade', connection.ended);
    connection.close();
    return response;
}

class WebSocket {
    constructor(connection) {
        this.connection = connection;
        this.inbox = [];
        this.needed = 2; // bytes without which there is no next frame
        this.pongs = []; // what each of them held
        this.code = 1006; // until a close frame says another, or none: 1005
        this.parts = [];
        this.closed = connection.ended.then(() => this.code);
        this.reading = this.read(); // fails where the server writes what is no frame
    }

    async read() {
        for (;;) {
            while (this.takeFrame());
            if (this.connection.closed) return;
            await this.connection.more();
        }
    }

    takeFrame() {
        if (this.connection.size < this.needed) return false;
        const bytes = this.connection.bytes;
        assert.equal((bytes[0] & 0x70) | (bytes[1] & 0x80), 0, 'a server sets no reserved bits and has no mask');
        const form = bytes[1] & 0x7f, at = form === 126 ? 4 : form === 127 ? 10 : 2;
        if (bytes.length < at) return this.needs(at);
        const length = form === 126 ? bytes.readUInt16BE(2) : form === 127 ? Number(bytes.readBigUInt64BE(2)) : form;
        assert.equal(form, length < 126 ? length : length < 65536 ? 126 : 127, 'a server uses the shortest form of a length');
        if (bytes.length < at + length) return this.needs(at + length);
        this.take(bytes[0] & 0x0f, (bytes[0] & 0x80) !== 0, Buffer.from(bytes.subarray(at, at + length)));
        this.connection.bytes = bytes.subarray(at + length);
        this.needed = 2;
        return true;
    }

    needs(bytes) {
        this.needed = bytes;
        return false;
    }

    take(opcode, fin, payload) {
        if (opcode === kPong) this.pongs.push(payload.toString('latin1'));
        else if (opcode === kPing) this.frame(kPong, payload);
        else if (opcode === kClose) {
            this.code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
            this.frame(kClose, payload.subarray(0, 2));
        } else {
            if (opcode !== 0) this.kind = opcode;
            this.parts.push(payload);
            if (!fin) return;
            const message = Buffer.concat(this.parts.splice(0));
            this.inbox.push(this.kind === kText ? message.toString() : message);
        }
    }

    frame(opcode, payload, options) { return this.raw(frame(opcode, payload, options)); }
    raw(bytes) {
        this.connection.write(bytes);
        return this;
    }
    send(message) { return this.frame(typeof message === 'string' ? kText : kBinary, message); }

    /** The next message, or `closed <code>`. */
    async next(ms = 8000) {
        const wait = async () => {
            while (this.inbox.length === 0) {
                if (this.connection.closed) return `closed ${this.code}`;
                await this.connection.more();
                await null; // the frames are taken first
            }
            return this.inbox.shift();
        };
        return within(ms, 'a WebSocket message', wait());
    }

    /** The code of its end: 1005 is a close frame without code, 1006 none at all. */
    end(ms = 8000) { return within(ms, 'the end of the WebSocket', this.closed); }
    drop() { this.connection.close(); }
}
