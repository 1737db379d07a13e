// Connection-state recovery: what is added to packets, what is replayed, and when it is refused.
import assert from 'node:assert/strict';
import test from 'node:test';
import { call, connected, join, kModes, openSession } from './session.mjs';
import { cases, startTarget } from './target.mjs';
import { sleep } from './wait.mjs';
import { unique } from '../e2e/client.mjs';

const body = (packet, head = '42/lab,') => {
    assert.ok(packet.startsWith?.(head), packet);
    return JSON.parse(packet.slice(head.length));
};

test('recovery', async (t) => {
    const [server, short] = await Promise.all([startTarget(t, 'sio', { recovery: true }), startTarget(t, 'sio', { recovery: true, 'recovery-ms': 200 })]);

    /** Joins /lab: the session, with its `reply` and the packets that came before it. */
    async function enter(server, auth, mode = 'websocket') {
        const session = Object.assign(await openSession(server, mode), { nsp: '/lab,', missed: [] });
        await session.send(`40/lab,${auth ? JSON.stringify(auth) : ''}`);
        for (;;) {
            const packet = await session.next();
            if (packet.startsWith?.('40/lab,')) {
                session.reply = body(packet, '40/lab,');
                session.id = session.reply.sid;
                return session;
            }
            session.missed.push(packet);
        }
    }
    const say = (session, options, ...args) => session.send(`42/lab,${JSON.stringify(['say', options, ...args])}`);
    /** One that has received something, so that it knows an offset, and a second one who stays. */
    async function pair(server, mode) {
        const [goes, stays] = [await enter(server, undefined, mode), await enter(server)];
        await say(stays, { rooms: [goes.id] }, 'first');
        goes.offset = body(await goes.next()).at(-1);
        return { goes, stays };
    }
    const left = async (session, how = (gone) => gone.drop()) => {
        await how(session);
        await session.server.leaving(session.id);
    };
    const fresh = (session, { id, reply: { pid } }) => {
        assert.notEqual(session.id, id);
        assert.notEqual(session.reply.pid, pid);
        assert.deepEqual(session.missed, []);
        session.drop();
    };

    await cases(t, 'what is added', server, [
        {
            name: 'the reply to CONNECT has sid and pid',
            async run() {
                const { reply, drop, ...session } = await enter(server);
                assert.deepEqual(Object.keys(reply), ['sid', 'pid']);
                assert.equal(typeof reply.pid, 'string');
                assert.notEqual(reply.pid, reply.sid);
                session.socket.drop();
            },
        },
        {
            name: 'events end in an offset that is a text; volatile ones, and those that want an ack, do not',
            async run() {
                const { goes, stays } = await pair(server);
                assert.equal(typeof goes.offset, 'string');
                await say(stays, { rooms: [goes.id] }, 1, 2);
                const event = body(await goes.next());
                assert.deepEqual([event.length, event.slice(0, 3), typeof event[3]], [4, ['said', 1, 2], 'string']);
                assert.notEqual(event[3], goes.offset);
                await say(stays, { rooms: [goes.id], volatile: true }, 1);
                assert.deepEqual(body(await goes.next()), ['said', 1]);
                await goes.send('42/lab,["ask",{"timeout":50},1]');
                assert.match(await goes.next(), /^42\/lab,\d+\["question",1\]$/);
                await join(goes);
                for (const session of [goes, stays]) session.drop();
            },
        },
        {
            name: 'direct emits have one too',
            async run() {
                const session = await connected(server);
                assert.ok(session.id);
                await session.send('42["message",1]');
                const [name, value, offset] = body(await session.next(), '42');
                assert.deepEqual([name, value, typeof offset], ['message-back', 1, 'string']);
                session.drop();
            },
        },
        {
            name: 'an event emitted inside middleware is delivered',
            ours: 'Node loses it, its room is not joined yet',
            async run() {
                const session = await openSession(server, 'websocket');
                await session.send('40/slow,');
                assert.match(await session.next(), /^42\/slow,\["early",\[\]/);
                session.drop();
            },
        },
    ]);

    await cases(t, 'coming back', server, [
        ...kModes.map((mode) => ({
            name: `what was missed, then the same sid, over ${mode}`,
            async run() {
                const { goes, stays } = await pair(server, mode), [one, two] = [unique('one'), unique('two')];
                await call(goes, 'join', one);
                await call(goes, 'remember', { x: [1] });
                await left(goes);
                await say(stays, { rooms: [one] }, 'to the room');
                await say(stays, { rooms: [two] }, 'to another room');
                await say(stays, { rooms: [one], except: [goes.id] }, 'except');
                await say(stays, { rooms: [goes.id], volatile: true }, 'volatile');
                await say(stays, { rooms: [goes.id, one] }, 'to both');
                await stays.send(`451-/lab,["say",{"rooms":["${one}"]},{"_placeholder":true,"num":0}]`, Buffer.from('x'));
                await call(stays, 'rooms');
                const back = await enter(server, { pid: goes.reply.pid, offset: goes.offset, token: 'own' }, mode);
                assert.deepEqual(back.reply, goes.reply);
                assert.deepEqual(back.missed.slice(0, 2).map((packet) => body(packet).slice(0, -1)), [['said', 'to the room'], ['said', 'to both']]);
                assert.match(back.missed[2], /^451-\/lab,\["said",\{"_placeholder":true,"num":0\},".+"\]$/);
                assert.deepEqual(back.missed.slice(3), [Buffer.from('x')]);
                assert.deepEqual(await call(back, 'whoami'), { id: goes.id, recovered: true, value: { x: [1] } });
                assert.deepEqual(await call(back, 'rooms'), [goes.id, one].sort());
                await say(stays, { rooms: [one] }, 'live again');
                assert.equal(body(await back.next())[1], 'live again');
                for (const session of [back, stays]) await session.drop();
            },
        })),
        {
            name: 'the offset says from where',
            async run() {
                const { goes, stays } = await pair(server), { offset: early } = goes;
                await say(stays, { rooms: [goes.id] }, 'second');
                const late = body(await goes.next()).at(-1);
                await left(goes);
                await say(stays, { rooms: [goes.id] }, 'third');
                await call(stays, 'rooms');
                const back = await enter(server, { pid: goes.reply.pid, offset: late });
                assert.deepEqual(back.missed.map((packet) => body(packet)[1]), ['third']);
                await left(back);
                const again = await enter(server, { pid: goes.reply.pid, offset: early });
                assert.deepEqual(again.missed.map((packet) => body(packet)[1]), ['second', 'third']);
                for (const session of [again, stays]) session.drop();
            },
        },
        ...[
            ['the connection broke', (session) => session.socket.connection.reset()],
            ['a packet was bad', (session) => session.send('4')],
            ['it sent a ping', (session) => session.send('2')],
        ].map(([what, how]) => ({
            name: `after the end because ${what}`,
            async run() {
                const { goes, stays } = await pair(server);
                await left(goes, how);
                const back = await enter(server, { pid: goes.reply.pid, offset: goes.offset });
                assert.equal(back.id, goes.id);
                for (const session of [back, stays]) session.drop();
            },
        })),
        ...[
            ['an engine packet that is none', (session) => session.send('x')],
            ['the client left', (session) => session.send('41/lab,')], ['the server kicked it', (session) => session.send('42/lab,["kick",true]')],
        ].map(([what, how]) => ({
            name: `not after ${what}`,
            async run() {
                const { goes, stays } = await pair(server);
                await left(goes, how);
                fresh(await enter(server, { pid: goes.reply.pid, offset: goes.offset }), goes);
                stays.drop();
            },
        })),
        ...Object.entries({
            'an unknown offset': ({ reply: { pid } }) => ({ pid, offset: 'unknown' }), 'an unknown pid': ({ offset }) => ({ pid: 'unknown', offset }),
            'no offset': ({ reply: { pid } }) => ({ pid }), 'an offset that is a number': ({ reply: { pid } }) => ({ pid, offset: 7 }),
            'a pid that is an array': ({ reply: { pid }, offset }) => ({ pid: [pid], offset }), 'the sid in place of the pid': ({ id, offset }) => ({ pid: id, offset }),
        }).map(([what, auth]) => ({
            name: `${what}: a new session, nothing is replayed`,
            async run() {
                const { goes, stays } = await pair(server);
                await left(goes);
                await say(stays, { rooms: [goes.id] }, 'missed');
                fresh(await enter(server, auth(goes)), goes);
                stays.drop();
            },
        })),
        {
            name: 'too late: a new session',
            async run() {
                const { goes, stays } = await pair(short);
                await left(goes);
                await sleep(300);
                fresh(await enter(short, { pid: goes.reply.pid, offset: goes.offset }), goes);
                stays.drop();
            },
        },
    ]);
});
