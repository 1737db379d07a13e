// A balancer of the tests' own: each connection goes to the next server, byte by byte as it is. With `sticky`, what names a
// session goes to the server that opened it, as long polling needs it; a WebSocket needs no such thing.
import { connect, createServer } from 'node:net';

const kOfSession = /^[A-Z]+ \/(?:socket|engine)\.io\/\S*[?&]sid=([^&\s]+)/;
const kOpened = /^0\{"sid":"([^"]+)"/;
const kSilentMs = 50; // a client that says nothing is a server's business, too

export class Balancer {
    #servers;
    #sticky;
    #next = 0;
    #owners = new Map(); // the server that opened a session, by its sid
    #clients = new Set();
    #listener = null;

    /** `servers`: their ports on loopback. */
    constructor(servers, { sticky = false } = {}) {
        this.#servers = servers;
        this.#sticky = sticky;
        this.counts = servers.map(() => 0); // of connections so far, by server
    }

    listen(port) {
        this.#listener = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
        return new Promise((done, fail) => { this.#listener.once('error', fail).listen(port, '127.0.0.1', done); });
    }

    get port() { return this.#listener.address().port; }

    /** Nobody new is taken; who is there stays until its server goes. */
    refuse() {
        this.#listener?.close();
        this.#listener = null;
    }

    close() {
        this.refuse();
        for (const client of this.#clients) client.destroy();
    }

    #accept(client) {
        let server;
        this.#clients.add(client);
        client.setNoDelay();
        const begin = (chunk) => {
            clearTimeout(silence);
            const owner = this.#ownerOf(chunk);
            if (server && (owner === undefined || owner === server.number)) return server.socket;
            // A client that reuses a connection for a session of another server: it has been answered, so nothing is under way.
            server?.leave();
            server = this.#join(client, owner ?? this.#next++ % this.#servers.length);
            return server.socket;
        };
        const silence = setTimeout(() => begin(Buffer.alloc(0)), kSilentMs);
        client.on('data', (chunk) => {
            const socket = begin(chunk);
            if (socket.write(chunk)) return;
            client.pause();
            socket.once('drain', () => client.resume());
        });
        client.on('end', () => begin(Buffer.alloc(0)).end()).on('error', () => server?.socket.destroy());
        client.once('close', () => {
            clearTimeout(silence);
            this.#clients.delete(client);
            server?.socket.destroy();
        });
    }

    #ownerOf(chunk) {
        const [, sid] = (this.#sticky && kOfSession.exec(chunk.subarray(0, 512).toString('latin1'))) || [];
        return this.#owners.get(sid);
    }

    /** A connection to the server of that number, whose answers go to the client until it leaves. */
    #join(client, number) {
        const socket = connect({ port: this.#servers[number], host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
        let left = false;
        this.counts[number] += 1;
        socket.on('data', (chunk) => {
            if (left) return;
            if (this.#sticky) this.#learn(chunk, number);
            if (client.write(chunk)) return;
            socket.pause();
            client.once('drain', () => socket.resume());
        });
        // What a server does to a connection is done to the client's: its end, and its reset.
        socket.on('end', () => left || client.end()).on('error', () => left || client.resetAndDestroy());
        socket.on('close', () => left || client.end());
        client.once('close', () => socket.destroy());
        return { number, socket, leave: () => { left = true; socket.end(); } };
    }

    #learn(chunk, number) {
        const at = chunk.indexOf('0{"sid":"');
        const [, sid] = (at >= 0 && kOpened.exec(chunk.subarray(at, at + 100).toString('latin1'))) || [];
        if (sid) this.#owners.set(sid, number);
    }
}
