// What the services auth, user and chat of the original do: by pattern {guarded, event, run(data, caller)}. The caller is
// {authorization, claims}, claims only if guarded.
import { compare, hash } from 'bcryptjs';
import { oops, Refusal, tokensOf } from './rules.mjs';

const kNoRoom = 'Chat room is not found! Please create one first.';
const kHashCost = 10;
const kCacheMs = 86400; // a day was meant

/** Users by id, in the memory of their service. */
class UserCache {
    constructor() { this.users = new Map(); }
    put(user) {
        if (user) this.users.set(user._id, { user, until: Date.now() + kCacheMs });
        return user;
    }
    get(id) {
        const found = this.users.get(id);
        return found && found.until > Date.now() ? found.user : null;
    }
}

function authRoutes({ secret, peers, store }) {
    const passwords = store.collection('userpasswords');
    const byName = (username) => peers.call('user.find_by_username', { username });
    return {
        'auth.user.sign_up': {
            run: async ({ password, ...fields }) => {
                if (await byName(fields.username)) throw new Refusal(422, 'User with that username already signed up! Please sign in if it is yours.');
                const user = await peers.call('user.create', fields);
                await passwords.insert({ user_id: user._id, password: await hash(password, kHashCost) });
                return tokensOf(user, secret);
            },
        },
        'auth.user.sign_in': {
            run: async ({ username, password }) => {
                const user = await byName(username);
                if (!user) throw new Refusal(404, 'User is not found! Please sign up first.');
                const stored = await passwords.findOne({ user_id: user._id });
                if (!stored) throw new Refusal(404, 'Please reset your password!');
                if (!await compare(password, stored.password)) throw new Refusal(400, 'Username or password is wrong!');
                return tokensOf(user, secret);
            },
        },
    };
}

function userRoutes({ store }) {
    const users = store.collection('users'), cache = new UserCache();
    const byId = async (_id) => cache.get(_id) ?? cache.put(await users.findOne({ _id }));
    return {
        'user.create': { run: async ({ first_name, last_name, username }) => cache.put(await users.insert({ first_name, last_name: last_name ?? null, username })) },
        'user.find_by_username': { run: async ({ username }) => cache.put(await users.findOne({ username })) },
        'user.find_by_id': { guarded: true, run: ({ user_id }) => byId(user_id.toLowerCase()) },
        'user.find_all': { guarded: true, run: () => users.find() },
    };
}

function chatRoutes({ peers, store }) {
    const [rooms, members, messages] = ['chatrooms', 'chatmembers', 'chatmessages'].map((name) => store.collection(name));
    const idOf = ({ claims }) => (/^[0-9a-f]{24}$/.test(claims.user_id) ? claims.user_id : (() => { throw oops(); })());
    const roomOf = async ({ room_id }) => {
        const _id = room_id.toLowerCase();
        if (!/^[0-9a-f]{24}$/.test(_id)) throw oops();
        return await rooms.findOne({ _id }) ?? (() => { throw new Refusal(404, kNoRoom); })();
    };
    const userOf = (user_id, { authorization }) => peers.call('user.find_by_id', { user_id }, authorization);
    const withUsers = (rows, caller) => Promise.all(rows.map(async (row) => ({ ...row, user: await userOf(row.user_id, caller) })));
    return {
        'chat.room.create': {
            guarded: true,
            run: async ({ name }, caller) => {
                const user_id = idOf(caller);
                const room = await rooms.insert({ name });
                await members.insert({ room_id: room._id, user_id });
                return room;
            },
        },
        'chat.room.join': {
            guarded: true, event: true,
            run: async (data, caller) => {
                const room = await roomOf(data);
                await members.insert({ room_id: room._id, user_id: idOf(caller) });
            },
        },
        'chat.room.find_all': { guarded: true, run: () => rooms.find() },
        'chat.room.find_by_id': { guarded: true, run: ({ room_id }) => rooms.findOne({ _id: room_id.toLowerCase() }) },
        'chat.room.member.find_all': { guarded: true, run: async ({ room_id }, caller) => withUsers(await members.find({ room_id: room_id.toLowerCase() }), caller) },
        'chat.room.message.find_all': { guarded: true, run: async ({ room_id }, caller) => withUsers(await messages.find({ room_id: room_id.toLowerCase() }), caller) },
        'chat.message.save': {
            guarded: true,
            run: async (data, caller) => {
                const room = await roomOf(data);
                const user_id = idOf(caller);
                const [message, user] = await Promise.all([messages.insert({ room_id: room._id, user_id, content: data.content }), userOf(user_id, caller)]);
                return { ...message, user };
            },
        },
    };
}

/** By service: its routes, of {secret, peers, store}. */
export const kRoutes = { auth: authRoutes, user: userRoutes, chat: chatRoutes };
