// What a peer remembers, in its own memory: documents as the original's database kept them.
import { randomBytes } from 'node:crypto';

let count = 0;
const kProcess = randomBytes(5).toString('hex');
const newId = () => Math.floor(Date.now() / 1000).toString(16).padStart(8, '0') + kProcess + (++count % 0x1000000).toString(16).padStart(6, '0');

/** A collection: what a service asks of its database, asynchronous as it would be there. */
class Collection {
    constructor() { this.documents = []; }

    /** The new document as the call that made it answers: its own fields first. */
    async insert(fields) {
        const now = new Date().toISOString();
        const created = { ...fields, _id: newId(), created_at: now, updated_at: now, __v: 0 };
        const { _id, ...rest } = created;
        this.documents.push({ _id, ...rest });
        return created;
    }

    /** All with these values, oldest first, as they are found: the id first. */
    async find(values = {}) {
        return this.documents.filter((document) => Object.entries(values).every(([name, value]) => document[name] === value)).map((document) => ({ ...document }));
    }

    async findOne(values) { return (await this.find(values))[0] ?? null; }
}

/** As openMongo() of mongo.mjs. */
export const openMemory = () => ({ collection: () => new Collection(), close: async () => {} });
