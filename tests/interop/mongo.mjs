// What a peer remembers, in MongoDB: the original's documents in its collections, which our services read and write too.
import { MongoClient, ObjectId } from 'mongodb';

const kCollections = ['users', 'userpasswords', 'chatrooms', 'chatmembers', 'chatmessages'];
const kUnique = { users: 'username', userpasswords: 'user_id' };
const kIds = ['_id', 'user_id', 'room_id'];

/** Values as they are stored, and as they are told. */
const kept = (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, kIds.includes(name) ? new ObjectId(value) : value]));
const told = (document) => Object.fromEntries(Object.entries(document).map(([name, value]) => {
    if (value instanceof ObjectId) return [name, value.toHexString()];
    return [name, value instanceof Date ? value.toISOString() : value];
}));

/** As the Collection of memory.mjs. */
class Collection {
    constructor(collection) { this.collection = collection; }

    async insert(fields) {
        const now = new Date();
        const _id = new ObjectId(), stamps = { created_at: now, updated_at: now, __v: 0 };
        await this.collection.insertOne({ _id, ...kept(fields), ...stamps });
        return told({ ...fields, _id, ...stamps });
    }

    async find(values = {}) { return (await this.collection.find(kept(values)).toArray()).map(told); }

    async findOne(values) {
        const found = await this.collection.findOne(kept(values));
        return found && told(found);
    }
}

/** The database that the URL names, with what the original makes in it at its start: {collection(name), close()}. */
export async function openMongo(url) {
    const client = new MongoClient(url);
    await client.connect();
    const db = client.db();
    // One process may be before another.
    for (const name of kCollections) await db.createCollection(name).catch((error) => { if (error.codeName !== 'NamespaceExists') throw error; });
    for (const [name, field] of Object.entries(kUnique)) await db.collection(name).createIndex({ [field]: 1 }, { unique: true });
    return { collection: (name) => new Collection(db.collection(name)), close: () => client.close() };
}
