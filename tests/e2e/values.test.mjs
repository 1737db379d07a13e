// Every field of every request with values that nobody would send: refused in the documented shape, or stored and given
// back unchanged. Never 5xx, never an end, and two who talk notice nothing.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { call, makeRoom, signUp, unique } from './client.mjs';
import { talkingPair } from './pair.mjs';
import { startServer } from './server.mjs';
import { kModes, listen, raw, sign } from './wire.mjs';

const nested = (levels) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const kNowhere = '0123456789abcdef01234567';

// JSON texts, not values: some of them no JSON.stringify writes.
const kValues = {
    'null': 'null', 'true': 'true', 'false': 'false', 'a number': '7', 'minus zero': '-0', 'a fraction': '1.5', 'a huge number': '1e400',
    'a number of 400 digits': '9'.repeat(400), 'a list': '[]', 'a list of texts': '["x"]', 'an object': '{}', '$ne': '{"$ne":""}', '$gt': '{"$gt":""}',
    '$regex': '{"$regex":".*"}', '$where': '{"$where":"sleep(1000)"}', 'an ObjectId of MongoDB': `{"$oid":"${kNowhere}"}`, 'a Buffer': '{"type":"Buffer","data":[1,2]}',
    'a placeholder': '{"_placeholder":true,"num":0}', 'an empty text': '""', 'a space': '" "', 'a NUL': '"\\u0000"', 'a NUL inside': '"ab\\u0000cdef"',
    'half a surrogate pair': '"\\ud800abcdef"', 'the other half': '"abcdef\\udc00"', 'halves in the wrong order': '"\\udc00\\ud800abcdef"',
    '__proto__ as a text': '"__proto__"', 'toString': '"toString"', 'constructor': '"constructor"', 'hasOwnProperty': '"hasOwnProperty"',
    'SQL': '"x\'; DROP TABLE users; --"', 'quotes and backslashes': '"\\"\\\\\\/\'`abc"', 'HTML': '"<script>alert(1)</script>"', 'a format': '"%s%n%x{}{0}"',
    'line ends': '"a\\r\\nSet-Cookie: x=1\\r\\n\\r\\n"', 'escapes of a terminal': '"\\u001b[2J\\u001b]0;x\\u0007"', 'right to left': '"\\u202eabcdef\\u2066"',
    'a character beyond all': '"\\udbff\\udfffabcdef"', 'no characters': '"\\uffff\\ufffe\\ufeffabc"', 'combining marks': `"a${'\u0301'.repeat(50)}"`,
    'variation selectors': `"${'\ufe0f'.repeat(200)}"`, 'an emoji of many parts': '"👩‍👩‍👧‍👦👩‍👩‍👧‍👦"', 'glob characters': '"*?[]\\\\{a,b}"', 'a path': '"../../etc/passwd"',
    'a member of a prototype': '{"__proto__":{"x":1}}', 'a constructor with a prototype': '{"constructor":{"prototype":{"x":1}}}',
    'a deep list': nested(100), 'a list too deep': nested(200), 'a long list': `[${'0,'.repeat(20_000)}0]`, 'a list too long': `[${'0,'.repeat(110_000)}0]`,
    'many members': `{${Array.from({ length: 5000 }, (_, i) => `"k${i}":0`).join()}}`,
    '60 KB': `"${'x'.repeat(60_000)}"`, '900 KB': `"${'x'.repeat(900_000)}"`, '1 MB': `"${'x'.repeat(1_048_576)}"`,
    'a bare word': 'undefined', 'NaN': 'NaN', 'Infinity': '-Infinity', 'hex': '0x10', 'single quotes': "'x'", 'a raw NUL': '"a\0b"', 'a raw line end': '"a\nb"',
};

/** What is given back for a text: as JSON.parse reads it, with half a pair made whole. */
const kept = (json) => JSON.parse(json).toWellFormed();
const isText = (json) => { try { return typeof JSON.parse(json) === 'string'; } catch { return false; } };

/** A refusal as documented: the array of bad fields, the object of a failure, or no data where it is not even a request. */
function assertRefusal({ status, success, timestamp, data }, { without = [400, 413] } = {}) {
    assert.ok(status === undefined || (status >= 400 && status < 500), `${status}`);
    assert.equal(success, false);
    assert.match(timestamp, /^\d{4}-.*Z$/);
    if (Array.isArray(data)) {
        assert.ok(data.length > 0);
        for (const { property, children, constraints } of data) {
            assert.equal(typeof property, 'string');
            assert.deepEqual(children, []);
            for (const text of Object.values(constraints)) assert.ok(text.startsWith(property), text);
            assert.ok(Object.keys(constraints).length > 0);
        }
    } else if (data === undefined) {
        assert.ok(without.includes(status), `${status} without data`);
    } else {
        assert.equal(typeof data.message, 'string');
        assert.match(data.code, /^[a-z_]+$/);
    }
}

/** The object as text, with `field` set to a JSON text; twice: a good one in front of it, or behind it. */
function bodyOf(good, field, value, twice) {
    const members = Object.entries(good).filter(([name]) => name !== field).map(([name, own]) => `${JSON.stringify(name)}:${JSON.stringify(own)}`);
    const own = `${JSON.stringify(field)}:${value}`, fine = `${JSON.stringify(field)}:${JSON.stringify(good[field] ?? 'a good text')}`;
    return `{${[...(twice === 'in front' ? [fine] : []), own, ...(twice === 'behind' ? [fine] : []), ...members].join()}}`;
}

test('odd values in every field', { timeout: 300000 }, async (t) => {
    const server = await startServer(t), { pid } = server, pair = await talkingPair(t, server, { ms: 20 });
    const eve = await signUp(server, 'eve'), room = await makeRoom(server, eve);
    let cells = 0, stored = 0;
    const post = (path, body, token, method = 'POST') => raw(server, method, path, { body, fields: token ? [['Authorization', `Bearer ${token}`]] : [] });
    const get = (path) => call(server, 'GET', path, { token: eve.token });

    // Each: where it goes, a good request, its fields, and how what was stored is read back: the value of a field.
    const kRequests = {
        'sign-up': {
            path: '/api/v1/auth/sign-up', hashes: true, good: () => ({ first_name: 'Mary', last_name: 'Jackson', username: unique('mary'), password: 'a long password' }),
            fields: ['first_name', 'last_name', 'username', 'password'],
            async read(field, { data }, sent) {
                const me = (await call(server, 'GET', '/api/v1/user/me', { token: data.access })).data;
                if (field !== 'password') return me[field];
                // The password is no thing to read back; that it opens the account is the proof.
                const body = JSON.stringify({ username: me.username, password: JSON.parse(sent).password });
                assert.equal((await post('/api/v1/auth/sign-in', body)).status, 200);
                return JSON.parse(sent).password.toWellFormed();
            },
        },
        'sign-in': { path: '/api/v1/auth/sign-in', hashes: true, good: () => ({ username: eve.username, password: 'a long password' }), fields: ['username', 'password'] },
        'refreshing': { path: '/api/v1/auth/refresh', good: () => ({ refresh: 'x.y.z' }), fields: ['refresh'] },
        'a new password': {
            path: '/api/v1/auth/password', method: 'PUT', token: eve.token, hashes: true, good: () => ({ password: 'not the password', new_password: 'a longer password' }), fields: ['password', 'new_password'],
        },
        // Each time by somebody else, because it works.
        'signing out': { path: '/api/v1/auth/sign-out', token: () => sign({ user_id: randomBytes(12).toString('hex'), exp: 4e9 }), good: () => ({ all: false }), fields: ['all'] },
        'a new room': {
            path: '/api/v1/chat/rooms', token: eve.token, good: () => ({ name: 'a room' }), fields: ['name'],
            read: async (_, { data }) => (await get(`/api/v1/chat/rooms/${data._id}`)).data.name,
        },
        'joining': { path: '/api/v1/chat/rooms/join', token: eve.token, good: () => ({ room_id: room }), fields: ['room_id'] },
        'a message': {
            path: `/api/v1/chat/rooms/${room}/messages`, token: eve.token, good: () => ({ content: 'hello', client_msg_id: unique('key') }),
            fields: ['content', 'client_msg_id', 'room_id', 'seq', '_id', 'user_id', '__v'],
            async read(field, { data }) {
                const { data: { items } } = await get(`/api/v1/chat/rooms/${room}/messages?after=${data.seq - 1}&limit=1`);
                assert.deepEqual([items[0]._id, items[0].user_id, items[0].room_id], [data._id, eve._id, room]);
                return items[0][field];
            },
            ignored: ['room_id', 'seq', '_id', 'user_id', '__v'],
        },
    };

    for (const [name, { path, method, token, good, fields, read, hashes, ignored = [] }] of Object.entries(kRequests)) {
        const by = () => (typeof token === 'function' ? token() : token);
        for (const field of fields) {
            await t.test(`${name}: ${field}`, { timeout: 60000 }, async () => {
                for (const [what, value] of Object.entries(kValues)) {
                    for (const twice of ['', 'in front', 'behind']) {
                        // A value twice adds nothing where it is a question of size; and a password takes its time.
                        if (twice && (value.length > 10_000 || (hashes && value !== 'null' && value !== '7'))) continue;
                        cells += 1;
                        const sent = bodyOf(good(), field, value, twice);
                        const answer = await post(path, sent, by(), method).catch((error) => { throw new Error(`${what} ${twice}: ${error.message}`); });
                        try {
                            if (answer.status >= 200 && answer.status < 300) {
                                assert.equal(answer.success, true);
                                if (!read) continue;
                                stored += 1;
                                const back = await read(field, answer, sent), json = twice === 'behind' ? JSON.stringify(good()[field] ?? 'a good text') : value;
                                if (ignored.includes(field)) continue;
                                if (json === 'null') assert.ok(back === null || back === undefined);
                                else if (twice !== 'behind') assert.equal(back, kept(json));
                            } else {
                                assertRefusal(answer);
                                assert.ok(!(twice === 'behind' && isText(value)) || !read || JSON.stringify(answer.data ?? '').includes(field) === false, 'the last one counts');
                            }
                        } catch (error) {
                            throw new Error(`${what}${twice && `, with a good one ${twice}`}: ${error.message} (${answer.body.slice(0, 300)})`, { cause: error });
                        }
                    }
                }
                await pair.undisturbed();
            });
        }
        await t.test(`${name}: the whole body`, { timeout: 60000 }, async () => {
            for (const [what, value] of Object.entries(kValues)) {
                cells += 1;
                const answer = await post(path, value, by(), method);
                try {
                    // Nothing has to be said to sign out.
                    if (name !== 'signing out' || answer.status !== 200) assertRefusal(answer);
                } catch (error) {
                    throw new Error(`${what}: ${error.message} (${answer.body.slice(0, 300)})`);
                }
            }
            await pair.undisturbed();
        });
    }

    for (const mode of kModes) {
        await t.test(`chat.message.send over ${mode}`, { timeout: 120000 }, async (t) => {
            let session = await listen(t, server, mode, { auth: { token: eve.token } });
            for (const field of ['room_id', 'content', 'client_msg_id', 'the whole payload']) {
                for (const [what, value] of Object.entries(kValues)) {
                    cells += 1;
                    const good = { room_id: room, content: 'hello', client_msg_id: unique('key') };
                    let answer;
                    try {
                        answer = await session.ask('chat.message.send', field === 'the whole payload' ? value : bodyOf(good, field, value, ''));
                    } catch (error) {
                        throw new Error(`${field}, ${what}: ${error.message}`, { cause: error });
                    }
                    try {
                        if (answer.refused) {
                            assert.deepEqual([answer.refused, value.length > 1_000_000], ['413 ', true]);
                        } else if (answer.over !== undefined) {
                            // No JSON, too deep, too many values, too large: the session ends, as for any broken packet.
                            assert.ok(isBroken(value), 'only what is no packet ends a session');
                            session = await listen(t, server, mode, { auth: { token: eve.token } });
                        } else if (answer.success) {
                            stored += 1;
                            const { data: { items } } = await get(`/api/v1/chat/rooms/${room}/messages?after=${answer.data.seq - 1}&limit=1`);
                            if (value === 'null') assert.equal(items[0][field] ?? null, null);
                            else assert.equal(items[0][field], kept(value));
                        } else {
                            assertRefusal(answer);
                            assert.match(await session.answer(/^42\["chat.error.receive"/), /^42/);
                        }
                    } catch (error) {
                        throw new Error(`${field}, ${what}: ${error.message} (${JSON.stringify(answer).slice(0, 300)})`, { cause: error });
                    }
                }
            }
            await pair.undisturbed();
        });
        await t.test(`event names and ids over ${mode}`, { timeout: 60000 }, async (t) => {
            for (const packet of [
                ...Object.values(kValues).filter((value) => value.length < 10_000).map((value) => `42[${value},{}]`), '42[]', '42["chat.message.send"', '42["__proto__",{}]', '42["toString",{}]',
                '429007199254740992["chat.message.send",{}]', '4299999999999999999999["chat.message.send",{}]', '42-1["chat.message.send",{}]', '42/__proto__,1["chat.message.send",{}]',
                '42/*?[],1["chat.message.send",{}]', '40/../,', '40/%00,', '43["x"]', '431["x"]', '439007199254740991[]', '44{}', '47', '4', '41/nobody,',
            ]) {
                cells += 1;
                const session = await listen(t, server, mode, { auth: { token: eve.token } });
                await session.send(packet);
                await session.ask('chat.message.send', { room_id: room, content: 'still there' });
                await session.drop();
            }
            await pair.undisturbed();
        });
    }

    // Paths, queries and headers are bytes: percent-escapes, raw bytes, numbers beyond numbers.
    const kWords = [
        '', '%00', '%ff', '%c0%80', '%ed%a0%80', '%f4%90%80%80', '%zz', '%', '%2', '%25', '%2f', '%2e%2e', '..', '.', '*', '%0d%0aX:%20y', 'null', 'undefined', 'NaN', '-1', '-0', '0', '1', '+1', '1.5', '1e3', '0x10',
        '9223372036854775807', '9223372036854775808', '99999999999999999999999999', '-9223372036854775809', kNowhere, kNowhere.toUpperCase(), `${kNowhere}0`, `0x${kNowhere.slice(2)}`, 'me', 'join', '__proto__',
        'constructor', '[]', '[$ne]', '%5B%5D', '\xff\xfe', 'a'.repeat(100), 'a'.repeat(101), 'a'.repeat(9000), '%41'.repeat(100), '%41'.repeat(101), '%f0%9f%98%80'.repeat(100), '%f0%9f%98%80'.repeat(101), '٣', '%d9%a3', "';--",
    ];
    const kPlaces = {
        'a user name in the path': (word) => `/api/v1/user/${word}`, 'a room in the path': (word) => `/api/v1/chat/rooms/${word}`, 'members of a room': (word) => `/api/v1/chat/rooms/${word}/members`,
        'messages of a room': (word) => `/api/v1/chat/rooms/${word}/messages`, 'limit of messages': (word) => `/api/v1/chat/rooms/${room}/messages?limit=${word}`,
        'before of messages': (word) => `/api/v1/chat/rooms/${room}/messages?before=${word}`, 'after of messages': (word) => `/api/v1/chat/rooms/${room}/messages?after=${word}`,
        'limit of members': (word) => `/api/v1/chat/rooms/${room}/members?limit=${word}`, 'limit of rooms': (word) => `/api/v1/chat/rooms?limit=${word}`, 'before of rooms': (word) => `/api/v1/chat/rooms?before=${word}`,
        'limit twice': (word) => `/api/v1/chat/rooms/${room}/messages?limit=1&limit=${word}`, 'limit as a list': (word) => `/api/v1/chat/rooms/${room}/messages?limit[]=${word}`, 'the name of a parameter': (word) => `/api/v1/chat/rooms?${word}=1`,
        'DELETE of a session': (word) => `/api/v1/auth/sessions/${word}`, 'limit of sessions': (word) => `/api/v1/auth/sessions?limit=${word}`, 'after of sessions': (word) => `/api/v1/auth/sessions?after=${word}`,
        'limit of users': (word) => `/api/v1/user?limit=${word}`, 'the whole path': (word) => `/${word}`, 'a query of the root': (word) => `/?${word}`, 'limit of rooms that are no rooms': (word) => `/api/v1/chat/rooms/${word}/messages?limit=${word}`,
    };
    for (const [place, target] of Object.entries(kPlaces)) {
        await t.test(place, { timeout: 60000 }, async () => {
            for (const word of kWords) {
                cells += 1;
                const answer = await raw(server, place.startsWith('DELETE') ? 'DELETE' : 'GET', target(word), { fields: [['Authorization', `Bearer ${eve.token}`]] });
                const ok = answer.status === 200 || (answer.status >= 400 && answer.status < 500);
                assert.ok(ok, `${word.slice(0, 60)}: ${answer.status} ${answer.body.slice(0, 200)}`);
                if (answer.success !== undefined && answer.status >= 400) assertRefusal(answer);
                if (answer.status === 200 && Array.isArray(answer.data?.items)) assert.ok(answer.data.items.length <= 200, `${word}: a page has its bound`);
                assert.ok(!/\r\nX: y/.test(answer.bytes), 'nothing of the target ends a header');
            }
            await pair.undisturbed();
        });
    }
    await t.test('headers', { timeout: 60000 }, async () => {
        const names = ['Authorization', 'X-Request-Id', 'User-Agent', 'Content-Type', 'Accept', 'Accept-Encoding', 'Origin', 'Referer', 'X-Forwarded-For', 'X-Forwarded-Proto', 'Forwarded', 'Cookie', 'Range', 'If-None-Match', 'Expect', 'Connection', 'Content-Encoding', 'Idempotency-Key'];
        const values = ['', ' ', '\xff\xfe\xfd', 'é', 'a'.repeat(8000), ','.repeat(4000), '"'.repeat(2000), `${'a='.repeat(2000)}`, '127.0.0.1', '::1, 10.0.0.1', '-1', '1e400', '${jndi:ldap://x}', '<script>', '../..', '\t\t', 'null', '*', 'bytes=0-18446744073709551615', 'gzip;q=1e400', 'text/html;charset=utf-7'];
        for (const name of names) {
            for (const value of values) {
                cells += 1;
                const answer = await raw(server, 'GET', '/api/v1/user/me', { fields: [...(name === 'Authorization' ? [] : [['Authorization', `Bearer ${eve.token}`]]), [name, value]] });
                assert.ok(answer.status === 200 || (answer.status >= 400 && answer.status < 500), `${name}: ${value.slice(0, 40)}: ${answer.status}`);
            }
        }
        await pair.undisturbed();
    });

    await pair.stop();
    assert.deepEqual([server.alive, server.pid], [true, pid]);
    t.diagnostic(`${cells} cells, ${stored} stored and read back`);
});

/** Whether a JSON text cannot stand in a packet: no JSON, too deep, too many values, or too large for one. */
function isBroken(value) {
    try { JSON.parse(value); } catch { return true; }
    return value.startsWith('['.repeat(128)) || value.length > 900_000 || (value.match(/[,[{:]/g) ?? []).length > 100_000;
}
