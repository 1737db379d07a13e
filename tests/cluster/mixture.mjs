// A system in whose places (gateway, auth, user, chat) stand processes of ours or of the original's kind, in any mixture: on one
// broker, one database and one Redis.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../e2e/server.mjs';
import { startPeer } from '../interop/peers.mjs';
import { RoleProcess } from './cluster.mjs';

export const kPlaces = ['user', 'auth', 'chat', 'gateway'];

let count = 0;

export class Mixture {
    /** `version`: of the NestJS that theirs run on. */
    constructor(t, { rabbit, redis, mongo, version }) {
        Object.assign(this, { t, rabbit, redis, mongo, version, whose: {}, running: {} });
        this.database = `${mongo.url}/mixed${process.pid}_${++count}`;
    }

    /** Puts these into the places that are named, {chat: 'ours', user: 'theirs', …}: first ends who stands there, then starts all at once. */
    async place(places) {
        for (const place of Object.keys(places)) await this.end(place);
        await Promise.all(Object.entries(places).map(async ([place, whose]) => {
            this.whose[place] = whose;
            this.running[place] = whose === 'ours' ? await this.startOurs(place) : await this.startTheirs(place);
        }));
        // What theirs answer has nothing that is new in ours: no seq, no code.
        if (this.gateway) this.gateway.undocumented = Object.values(this.whose).includes('theirs');
    }

    /** Where clients go. */
    get gateway() { return this.running.gateway; }

    /** What all of these have said until now. */
    logOf(whose) { return kPlaces.filter((place) => this.whose[place] === whose).map((place) => this.running[place].log).join('\n'); }

    async end(place) {
        const before = this.running[place];
        if (before) await (this.whose[place] === 'ours' ? before.stop() : before.peer.end('SIGTERM'));
        delete this.running[place];
    }

    async startOurs(role) {
        const data = await mkdtemp(join(tmpdir(), 'wegowhere-mixed-'));
        this.t.after(() => rm(data, { recursive: true, force: true }));
        const env = { RMQ_URL: this.rabbit.url, REDIS_URL: this.redis.url, DB_URL: this.database };
        const server = new RoleProcess(role, { data, port: await freePort(), adminPort: await freePort(), env });
        this.t.after(() => server.child && server.kill());
        this.running[role] = server; // with its log, before it is ready
        await server.start();
        return server;
    }

    async startTheirs(place) {
        const port = await freePort(), [program, args] = place === 'gateway' ? ['gateway.mjs', ['--port', String(port)]] : ['services.mjs', ['--mongo', this.database, place]];
        const peer = await startPeer(this.t, program, { version: this.version, url: this.rabbit.url, args });
        return { peer, url: `http://127.0.0.1:${port}`, get log() { return peer.log; } };
    }
}
