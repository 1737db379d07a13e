// Makes clean histories: what clients would see of a server that keeps every promise, while it is killed and clients
// are cut. The checker must find nothing in them; checker.test.mjs then spoils them one anomaly at a time.
import { Random } from './random.mjs';

class World {
    constructor(seed) {
        this.random = new Random(seed);
        this.history = [];
        this.t = 1e9;
        this.conns = 0;
        this.keys = 0;
        this.rooms = new Map(['r1', 'r2'].map((room) => [room, []]));
        this.clients = ['w1', 'w2', 'reader', 'outsider', 'anonymous'].map((c) => ({ c, pending: [] }));
        this.members = this.clients.slice(0, 3);
        this.clock = Date.parse('2026-01-01T00:00:00Z');
    }

    put(e, fields) {
        this.t += this.random.int(1000, 1000000);
        this.history.push({ t: this.t, e, ...fields });
    }

    open(client) {
        client.conn = ++this.conns;
        this.put('open', { c: client.c, conn: client.conn, mode: client.c === 'anonymous' ? 'none' : 'plain' });
    }

    /** What the log, and with it everybody connected, gets to see of a send. `reached`: the server got it. */
    store(room, k) {
        const log = this.rooms.get(room), known = log.find((entry) => entry[2] === k);
        if (known) return known;
        this.clock += this.random.int(0, 5);
        const entry = [(log.at(-1)?.[0] ?? 4) + 1, this.random.id(), k, new Date(this.clock).toISOString()];
        log.push(entry);
        return entry;
    }

    tell(room, [seq, id, k]) {
        for (const { c, conn } of this.members) this.put('recv', { c, conn, room, seq, id, k, type: 'message' });
    }

    /** One send and what became of it. */
    send(client, message, { calm = false } = {}) {
        const { random } = this, { room, k } = message;
        this.put('send', { c: client.c, conn: client.conn, ...message });
        const fate = calm ? 1 : random.next();
        if (fate < 0.05) return this.put('nack', { c: client.c, k, code: 'rate_limited' });
        const before = this.rooms.get(room).length;
        const entry = fate < 0.15 ? null : this.store(room, k);
        const fresh = this.rooms.get(room).length > before;
        const acked = fate >= 0.25, early = random.chance(0.5);
        const ack = () => acked && this.put('ack', { c: client.c, k, seq: entry[0], id: entry[1], dup: !fresh });
        if (early) ack();
        if (fresh) this.tell(room, entry);
        if (!early) ack();
        if (acked) return undefined;
        this.put('unknown', { c: client.c, k, why: 'disconnect' });
        if (!message.once && !message.nokey) client.pending.push(message);
        return undefined;
    }

    fresh(c, how = {}) { return { room: this.random.pick([...this.rooms.keys()]), k: `${c}-${++this.keys}`, ...how }; }

    read(how) {
        const room = how.room ?? this.random.pick([...this.rooms.keys()]), log = this.rooms.get(room);
        const t0 = this.t + 1;
        this.t += 1;
        const paged = !how.final && this.random.chance(0.5) ? { after: this.random.int(0, log.length), limit: 5 } : {};
        const list = log.filter(([seq]) => seq > (paged.after ?? 0)).slice(0, paged.limit ?? Infinity).map((entry) => [...entry]);
        this.put('read', { c: 'reader', t0, ...paged, ...how, room, list });
    }

    kill() {
        this.put('kill', {});
        this.put('ready', { ms: this.random.int(50, 900) });
        for (const client of this.clients) this.open(client);
    }

    retry(calm) {
        for (const client of this.clients)
            for (const message of client.pending.splice(0)) this.send(client, message, { calm });
    }

    run() {
        const { random } = this;
        this.put('run', { fault: 'made', seed: 0 });
        this.put('ready', { ms: 100 });
        for (const client of this.clients) this.open(client);
        for (const room of this.rooms.keys()) for (const { c } of this.members) this.put('join', { c, room });
        for (let step = 0; step < 30; step++) {
            const client = random.pick(this.clients.slice(0, 2));
            const how = random.pick([{}, {}, {}, { once: true }, { nokey: true }]);
            for (let n = random.int(1, 6); n > 0; n--) this.send(client, this.fresh(client.c, how));
            if (random.chance(0.2)) this.retry(false);
            if (random.chance(0.3)) this.read({});
            if (random.chance(0.1)) this.open(client);
            if (random.chance(0.1)) this.kill();
        }
        this.retry(true);
        this.ending();
        return this.history;
    }

    ending() {
        const acked = this.history.filter(({ e }) => e === 'ack');
        for (const { c, k, seq, id } of acked.slice(0, 3)) {
            const { room } = this.history.find((event) => event.e === 'send' && event.k === k);
            this.put('probe', { c, room, k, seq, id, dup: true });
            this.put('reuse', { c, room, k, code: 'client_msg_id_reused' });
        }
        this.put('peek', { c: 'outsider', room: 'r1', what: 'GET messages', got: 0 });
        for (const room of this.rooms.keys()) {
            const after = this.rooms.get(room).at(-1)?.[0] ?? 0;
            for (let n = 0; n < 3; n++) this.send(this.clients[0], { room, k: `w1-${++this.keys}` }, { calm: true });
            for (const { c, conn } of this.members) this.put('drain', { c, conn, room, after });
        }
        const readAll = () => { for (const room of this.rooms.keys()) this.read({ room, final: true }); };
        readAll();
        this.put('stop', { code: 0, signal: null, ms: 300, goodbyes: 0 });
        this.put('ready', { ms: 80 });
        readAll();
    }
}

/** A clean history; the same for the same seed. */
export function cleanHistory(seed) { return new World(seed).run(); }
