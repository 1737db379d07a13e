// Everybody who takes part in a fault run: writers of three kinds on all transports, readers, an outsider who is signed
// in but in no room, and an anonymous socket. What they see is in the recorder; judging it is the checker's business.
import { setTimeout as sleep } from 'node:timers/promises';
import { ChatClient, entryOf, makeText, readAll, rest } from './driver.mjs';

const kRooms = 3, kReaders = 3, kPassword = 'a long password';
const kTransports = [['websocket'], ['polling', 'websocket'], ['polling']];
// once: with a key, never repeated. nokey: without a key. The others repeat until they are answered.
const kWriters = [{}, {}, {}, {}, { once: true }, { nokey: true }];
const kCalmMs = 5000, kGatherMs = 20000;

/** Waits until `done()` or for `ms`; says which. */
async function eventually(done, ms) {
    for (const until = performance.now() + ms; performance.now() < until; await sleep(20)) if (done()) return true;
    return done();
}

export class Crowd {
    /** `urls` of one server, or of the gateways of one cluster: the clients stay each with one of them. `pauseMs`: of a writer, from and to. */
    constructor({ urls, recorder, random, replyMs, pauseMs = [10, 80] }) {
        Object.assign(this, { urls, pauseMs, recorder, random, replyMs, clients: [], rooms: [], failures: [], cuts: 0, keys: 0, working: false });
        [this.url] = urls;
        this.texts = new Map();  // key -> what was sent under it
    }

    get farewells() { return this.clients.reduce((sum, { farewells }) => sum + farewells, 0); }
    inRoom(room) { return this.clients.filter(({ rooms }) => rooms.includes(room)); }

    // ---------------------------------------------------------------- the beginning

    /** Signs everybody up, makes the rooms, joins, connects. No faults yet: each step has to succeed. */
    async gather() {
        const run = `${this.random.id().slice(0, 6)}`;
        const call = async (method, path, options, status) => {
            const answer = await rest(this.url, method, path, options);
            if (answer.status !== status) throw new Error(`${method} ${path}: ${JSON.stringify(answer)} instead of ${status}`);
            return answer.data;
        };
        const user = async (name) => {
            const body = { first_name: name, username: `${name}-${run}`, password: kPassword };
            return (await call('POST', '/api/v1/auth/sign-up', { body }, 201)).access;
        };
        for (const [i, kind] of kWriters.entries()) await this.add({ name: `writer${i}`, token: await user(`writer${i}`), kind, i });
        // The second device of writer0: the same user, the same keys.
        await this.add({ name: 'device0', token: this.clients[0].token, i: 1 });
        for (let i = 0; i < kReaders; i++) await this.add({ name: `reader${i}`, token: await user(`reader${i}`), i });
        this.outsider = await this.add({ name: 'outsider', token: await user('outsider'), i: 0 });
        this.anonymous = await this.add({ name: 'anonymous', i: 1 });

        const [owner] = this.clients;
        for (let i = 0; i < kRooms; i++)
            this.rooms.push((await call('POST', '/api/v1/chat/rooms', { token: owner.token, body: { name: `room ${i}` } }, 201))._id);
        for (const [i, client] of this.clients.entries()) {
            if (client === this.outsider || client === this.anonymous) continue;
            // Each reader is a stranger to one room.
            client.rooms = this.rooms.filter((room, r) => !client.name.startsWith('reader') || (i + r) % kRooms !== 0);
            for (const room_id of client.rooms) {
                this.recorder.put('join', { c: client.name, room: room_id });
                if (client.token !== owner.token) await call('POST', '/api/v1/chat/rooms/join', { token: client.token, body: { room_id } }, 201);
            }
        }
        for (const client of this.clients) client.connect();
        if (!(await eventually(() => this.clients.every(({ connected }) => connected), kGatherMs))) throw new Error(this.whoIsAway());
    }

    async add({ name, token, kind, i }) {
        const { urls, recorder, random, replyMs } = this, url = urls[this.clients.length % urls.length];
        const client = new ChatClient({ name, url, token, transports: kTransports[i % 3], header: i % 2 === 1, recorder, random, replyMs });
        this.clients.push(Object.assign(client, { kind, rooms: [] }));
        return client;
    }

    whoIsAway() {
        const away = this.clients.filter(({ connected }) => !connected).map(({ name }) => name);
        return `not connected: ${away.join(', ') || 'nobody'}`;
    }

    // ---------------------------------------------------------------- the load

    /** Writes and reads until pause() is called. */
    async work() {
        this.working = true;
        const writers = this.clients.filter(({ kind }) => kind).map((client) => this.write(client));
        const readers = this.clients.filter(({ name }) => name.startsWith('reader')).map((client) => this.read(client));
        await Promise.all([...writers, ...readers]);
    }

    pause() { this.working = false; }

    message(client, room) {
        const k = `${client.name}-${++this.keys}`;
        const text = makeText(k, 'é😀'.repeat(this.random.int(0, 20)));
        this.texts.set(k, text);
        return { room, k, text, ...client.kind };
    }

    async write(client) {
        const { random } = this;
        for (; this.working; await sleep(random.int(...this.pauseMs))) {
            if (!client.connected || client.inFlight.size > 12 || client.pending.length > 60) continue;
            const room = random.pick(client.rooms), burst = random.chance(0.3) ? random.int(2, 6) : 1;
            for (let n = 0; n < burst; n++) client.send(this.message(client, room));
            if (!random.chance(0.02)) continue;
            client.cut();
            this.cuts += 1;
        }
    }

    /** Reads lists as recorded (bare: the newest 1,000) and pages. A read that fails says nothing. */
    async read(client) {
        const { random, recorder } = this;
        for (; this.working; await sleep(random.int(20, 120))) {
            const room = random.pick(client.rooms), page = random.chance(0.5) ? { after: random.int(0, 200), limit: 100 } : {};
            const query = page.limit ? `?after=${page.after}&limit=${page.limit}` : '', t0 = recorder.now();
            const { status, data } = await rest(client.url, 'GET', `/api/v1/chat/rooms/${room}/messages${query}`, client);
            if (status !== 200) continue;
            const list = (Array.isArray(data) ? data : data.items).map(entryOf);
            recorder.put('read', { c: client.name, room, t0, ...(Array.isArray(data) ? { limit: 1000 } : page), list });
        }
    }

    // ---------------------------------------------------------------- the end

    /** No faults any more: everybody comes back, and everything unknown is repeated until it is answered. */
    async heal() {
        const ms = 2 * this.replyMs, healed = () => this.clients.every(({ connected, idle }) => connected && idle);
        if (await eventually(healed, ms)) return;
        const waiting = this.clients.filter(({ idle }) => !idle).map(({ name }) => name);
        this.failures.push(`${ms} ms after the last fault: ${this.whoIsAway()}; unanswered: ${waiting.join(', ') || 'nobody'}`);
    }

    /** Known keys again: with the same content, with other content, from two devices at once; and what strangers get. */
    async probe() {
        const { recorder, random } = this;
        const sends = new Map(recorder.history.filter(({ e, nokey }) => e === 'send' && !nokey).map((send) => [send.k, send]));
        const acked = recorder.history.filter(({ e, k }) => e === 'ack' && sends.has(k));
        for (let n = 0; n < Math.min(40, acked.length); n++) {
            const { k } = random.pick(acked), { c, room } = sends.get(k), client = this.clients.find(({ name }) => name === c);
            const payload = { room_id: room, client_msg_id: k, content: this.texts.get(k) };
            const again = await client.ask(payload);
            const other = await client.ask({ ...payload, content: makeText(k, 'other') });
            if (again) recorder.put('probe', { c, room, k, ...this.told(again) });
            if (other) recorder.put('reuse', { c, room, k, ...this.told(other) });
            if (!again || !other) recorder.put('silent', { c, ev: 'repeated key', ms: this.replyMs });
        }
        for (let n = 0; n < 20; n++) {
            const message = this.message(this.clients[0], random.pick(this.rooms));
            for (const { name } of this.devices()) this.clients.find((client) => client.name === name).send(message);
        }
        await this.heal();
        await this.peek();
    }

    devices() { return this.clients.filter(({ token }) => token === this.clients[0].token); }

    told({ success, data }) {
        return success ? { seq: data?.seq, id: data?._id, dup: data?.duplicate === true } : { code: data?.code ?? 'no_code' };
    }

    async peek() {
        const [room] = this.rooms, body = { content: makeText('stranger-1') };
        const look = (client, what, got) => this.recorder.put('peek', { c: client.name, room, what, got: got ? 1 : 0 });
        for (const client of [this.outsider, this.anonymous]) {
            for (const what of ['messages', 'members']) {
                const { status } = await rest(this.url, 'GET', `/api/v1/chat/rooms/${room}/${what}`, client);
                look(client, `GET ${what}`, status === 200);
            }
            const { status } = await rest(this.url, 'POST', `/api/v1/chat/rooms/${room}/messages`, { ...client, body });
            look(client, 'POST messages', status === 201);
            const reply = await client.ask({ room_id: room, ...body });
            look(client, 'chat.message.send', reply?.success === true);
            if (!reply) this.recorder.put('silent', { c: client.name, ev: 'chat.message.send', ms: this.replyMs });
        }
    }

    /** Three messages a room must reach everybody by themselves. */
    async calm() {
        const [writer] = this.clients;
        for (const room of this.rooms) {
            const list = await readAll(this.url, writer.token, room);
            if (list.failed) throw new Error(`room ${room} cannot be read in the calm phase: ${list.failed}`);
            const after = Math.max(0, ...list.map(([seq]) => seq)), messages = [0, 0, 0].map(() => this.message(writer, room));
            for (const message of messages) writer.send(message);
            const has = (client) => messages.every(({ k }) => client.got.get(room)?.has(k));
            await eventually(() => writer.idle && this.inRoom(room).every(has), kCalmMs);
            for (const client of this.inRoom(room)) this.recorder.put('drain', { c: client.name, conn: client.conn, room, after });
        }
    }

    async readEverything() {
        const [reader] = this.clients;
        for (const room of this.rooms) {
            for (const url of this.urls) {
                const t0 = this.recorder.now(), list = await readAll(url, reader.token, room);
                if (list.failed) throw new Error(`room ${room} cannot be read at the end: ${list.failed}`);
                this.recorder.put('read', { c: reader.name, room, t0, list, final: true });
            }
        }
    }

    leave() { for (const client of this.clients) client.close(); }
}
