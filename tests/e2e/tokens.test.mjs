// Tokens of every shape against every way in: the header of REST, the header of a handshake over both transports, and
// `auth.token` of CONNECT over both. The words of a refusal are the same on all of them.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';
import test from 'node:test';
import { call, makeRoom, signUp } from './client.mjs';
import { kSecret, startServer } from './server.mjs';
import { told } from './shapes.mjs';
import { claimsOf, kModes, listen, raw, sign } from './wire.mjs';

const kAccepted = '', kNoUser = 'no user', kAnotherUser = 'another user';
const kForeign = 'a-foreign-key-of-forty-characters-or-more';
const base64url = (text) => Buffer.from(text).toString('base64url');
const hs256 = { alg: 'HS256', typ: 'JWT' };

/** [name, token, expected text]: `own` is what the server issued. */
function vectors(own, refresh) {
    const claims = claimsOf(own), now = Math.floor(Date.now() / 1000), later = now + 3600;
    const [head, body, signature] = own.split('.');
    const with_ = (more, options) => sign({ ...claims, ...more }, options);
    const without = (...names) => sign(Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name))));
    const claimsText = (more) => `${JSON.stringify(claims).slice(0, -1)},${more}}`;
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const rs = `${base64url('{"alg":"RS256","typ":"JWT"}')}.${body}`;
    const flipped = signature.slice(0, -1) + 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(signature.at(-1)) ^ 1];
    return [
        ['as issued', own, kAccepted],
        // Algorithms and keys
        ['none, without a signature', `${base64url('{"alg":"none","typ":"JWT"}')}.${body}.`, 'jwt signature is required'],
        ['none, with two parts', `${base64url('{"alg":"none"}')}.${body}`, 'jwt malformed'],
        ['none, signed', with_({}, { header: { alg: 'none' } }), 'invalid algorithm'],
        ['None', with_({}, { header: { alg: 'None' } }), 'invalid algorithm'],
        ['no signature', `${head}.${body}.`, 'jwt signature is required'],
        ['an empty key', with_({}, { key: '' }), 'invalid signature'],
        ['the known key', with_({}, { key: 'wegowhere' }), 'invalid signature'],
        ['a wrong key', with_({}, { key: kForeign }), 'invalid signature'],
        ['the key in other letters', with_({}, { key: kSecret.toUpperCase() }), 'invalid signature'],
        ['HS384', with_({}, { header: { alg: 'HS384', typ: 'JWT' }, hash: 'sha384' }), kAccepted],
        ['HS512', with_({}, { header: { alg: 'HS512', typ: 'JWT' }, hash: 'sha512' }), kAccepted],
        ['HS512 in the header, SHA-256 done', with_({}, { header: { alg: 'HS512' } }), 'invalid signature'],
        ['HS256 in the header, SHA-512 done', with_({}, { hash: 'sha512' }), 'invalid signature'],
        ['RS256 in the header, an HMAC done', with_({}, { header: { alg: 'RS256', typ: 'JWT' } }), 'invalid algorithm'],
        ['RS256 done', `${rs}.${signWith('sha256', Buffer.from(rs), privateKey).toString('base64url')}`, 'invalid algorithm'],
        ['ES256 in the header', with_({}, { header: { alg: 'ES256' } }), 'invalid algorithm'],
        ['an algorithm that is a list', with_({}, { header: { alg: ['HS256'] } }), 'invalid algorithm'],
        ['an algorithm with a NUL', with_({}, { header: { alg: 'HS256\0' } }), 'invalid algorithm'],
        ['no algorithm', with_({}, { header: { typ: 'JWT' } }), 'invalid algorithm'],
        ['kid, jku, x5u and jwk beside our key', with_({}, { header: { ...hs256, kid: '../../dev/null', jku: 'http://127.0.0.1:1/', x5u: 'x', jwk: { kty: 'oct', k: '' } } }), kAccepted],
        ['a key that the token brings', with_({}, { header: { ...hs256, jwk: { kty: 'oct', k: base64url(kForeign) } }, key: kForeign }), 'invalid signature'],
        ['a kid that asks for no key', with_({}, { header: { ...hs256, kid: '' }, key: '' }), 'invalid signature'],
        // Alterations
        ['an altered payload', `${head}.${base64url(JSON.stringify({ ...claims, username: 'root' }))}.${signature}`, 'invalid signature'],
        ['an altered payload that has expired', `${head}.${base64url(JSON.stringify({ ...claims, exp: 1 }))}.${signature}`, 'invalid signature'],
        ['an altered header', `${base64url('{"typ":"JWT","alg":"HS256"}')}.${body}.${signature}`, 'invalid signature'],
        ['a signature in other spare bits', `${head}.${body}.${flipped}`, 'invalid signature'],
        ['a signature with its padding', `${head}.${body}.${signature}=`, 'invalid signature'],
        ['a signature cut by one', `${head}.${body}.${signature.slice(0, -1)}`, 'invalid signature'],
        ['a signature in hex', `${head}.${body}.${createHmac('sha256', kSecret).update(`${head}.${body}`).digest('hex')}`, 'invalid signature'],
        ['the signature of the refresh token', `${head}.${body}.${refresh.split('.')[2]}`, 'invalid signature'],
        // Times
        ['expired by 1 s', with_({ exp: now - 1 }), 'jwt expired'],
        ['expired by 61 s', with_({ exp: now - 61 }), 'jwt expired'],
        ['exp a negative number', with_({ exp: -1 }), 'jwt expired'],
        ['exp zero', with_({ exp: 0 }), 'jwt expired'],
        ['exp minus zero', sign(claimsText('"exp":-0')), 'jwt expired'],
        ['exp missing', without('exp'), kAccepted],
        ['exp a text', with_({ exp: String(later) }), 'invalid exp value'],
        ['exp null', with_({ exp: null }), 'invalid exp value'],
        ['exp a list', with_({ exp: [later] }), 'invalid exp value'],
        ['exp true', with_({ exp: true }), 'invalid exp value'],
        ['exp NaN', sign(claimsText('"exp":NaN')), 'invalid token'],
        ['exp infinite', sign(claimsText('"exp":1e400')), kAccepted],
        ['exp minus infinite', sign(claimsText('"exp":-1e400')), 'jwt expired'],
        ['exp far beyond any date', sign(claimsText('"exp":9007199254740993')), kAccepted],
        ['exp twice, the last is over', sign(claimsText('"exp":1')), 'jwt expired'],
        ['exp twice, the first was over', sign(`{"exp":1,${JSON.stringify(claims).slice(1)}`), kAccepted],
        ['nbf ahead', with_({ nbf: later }), 'jwt not active'],
        ['nbf ahead, and expired', with_({ nbf: later, exp: 1 }), 'jwt not active'],
        ['nbf infinite', sign(claimsText('"nbf":1e400')), 'jwt not active'],
        ['nbf a text', with_({ nbf: '0' }), 'invalid nbf value'],
        ['nbf now', with_({ nbf: now }), kAccepted],
        ['iat ahead', with_({ iat: later }), kAccepted],
        ['iat a text', with_({ iat: 'x' }), kAccepted],
        // Issuer and use
        ['another issuer', with_({ iss: 'Evil' }), kAccepted], // a host application's, while WGW_JWT_ISS pins none
        ['no issuer', without('iss'), kAccepted],
        ['the refresh token as access token', refresh, 'Access token type is invalid!'],
        ['use refresh', with_({ use: 'refresh' }), 'Access token type is invalid!'],
        ['use in capitals', with_({ use: 'ACCESS' }), 'Access token type is invalid!'],
        ['use a list', with_({ use: ['access'] }), 'Access token type is invalid!'],
        ['use twice, the last is refresh', sign(claimsText('"use":"refresh"')), 'Access token type is invalid!'],
        ['a refresh token of the original', sign({ user_id: claims.user_id, username: claims.username, iat: now, exp: now + 2_592_000, iss: 'WeGoWhere' }), 'Access token type is invalid!'],
        ['an access token of the original', sign({ user_id: claims.user_id, username: claims.username, iat: now, exp: now + 604_800, iss: 'WeGoWhere' }), kAccepted],
        // Payloads
        ['no user_id', without('user_id', 'sid'), kNoUser],
        ['user_id null', sign({ exp: later, user_id: null }), kNoUser],
        ['user_id a number', sign({ exp: later, user_id: 5 }), kNoUser],
        ['user_id an operator', sign({ exp: later, user_id: { $ne: '' } }), kNoUser],
        ['user_id of a NUL more', sign({ exp: later, user_id: `${claims.user_id}\0` }), kNoUser],
        ['user_id twice', sign(`{"user_id":"${claims.user_id}","user_id":"ffffffffffffffffffffffff","exp":${later}}`), kAnotherUser],
        ['a user that there is not', sign({ exp: later, user_id: 'ffffffffffffffffffffffff' }), kAnotherUser],
        ['a payload that is a list', sign([claims]), 'invalid token'],
        ['a payload that is a text', sign('"hello"'), 'invalid token'],
        ['a payload that is null', sign('null'), 'invalid token'],
        ['a payload that is a number', sign('7'), 'invalid token'],
        ['an empty payload', sign(''), 'invalid token'],
        ['a payload that is no JSON', sign('{user_id:1}'), 'invalid token'],
        ['a payload with more behind', sign(`${JSON.stringify(claims)}{}`), 'invalid token'],
        ['a payload that is no UTF-8', sign(Buffer.from('{"a":"\xff"}', 'latin1').toString('latin1')).replace(/^[^.]*\.[^.]*/, `${head}.${Buffer.from('{"a":"\xff"}', 'latin1').toString('base64url')}`), 'invalid token'],
        ['a payload too deep', sign(`${'['.repeat(500)}${']'.repeat(500)}`), 'invalid token'],
        ['a payload of a prototype', sign(claimsText('"__proto__":{"user_id":"x"}')), kAccepted],
        ['a header that is a list', with_({}, { header: '[]' }), 'invalid token'],
        ['a header that is no JSON', with_({}, { header: 'HS256' }), 'invalid token'],
        ['alg twice, the last is none', with_({}, { header: '{"alg":"HS256","alg":"none"}' }), 'invalid algorithm'],
        ['alg twice, the first was none', with_({}, { header: '{"alg":"none","alg":"HS256"}' }), kAccepted],
        // Forms
        ['1 part', head, 'jwt malformed'],
        ['2 parts', `${head}.${body}`, 'jwt malformed'],
        ['4 parts', `${own}.x`, 'jwt malformed'],
        ['5 parts, as encrypted ones have', `${own}.x.y`, 'jwt malformed'],
        ['dots', '..', 'invalid token'],
        ['bad base64', `${head}.!!!!.${signature}`, 'invalid token'],
        ['base64 of the other alphabet', `${head}.${Buffer.from(JSON.stringify({ ...claims, a: '???>>>~~~' })).toString('base64').replace(/=+$/, '')}.${signature}`, 'invalid token'],
        ['padding', `${head}.${body}==.${signature}`, 'invalid token'],
        ['a length that base64 cannot have', `${head}.${body.slice(0, body.length - (body.length % 4) + 1)}.${signature}`, 'invalid token'],
        ['5 KB', with_({ x: 'x'.repeat(5000) }), 'jwt malformed'],
        ['100 KB', 'a'.repeat(100_000), 'jwt malformed'],
    ];
}

/** [name, header fields, expected text]: only where there are headers. */
function headers(own, refresh) {
    const bearer = ['Authorization', `Bearer ${own}`];
    return [
        ['no header', [], 'Authorization header is not found!'],
        ['an empty header', [['Authorization', '']], 'Authorization header is not found!'],
        ['a token without a scheme', [['Authorization', own]], 'Access token type is invalid!'],
        ['the scheme in small letters', [['Authorization', `bearer ${own}`]], 'Access token type is invalid!'],
        ['another scheme', [['Authorization', `Basic ${own}`]], 'Access token type is invalid!'],
        ['a tab behind the scheme', [['Authorization', `Bearer\t${own}`]], 'Access token type is invalid!'],
        ['the scheme alone', [['Authorization', 'Bearer']], 'Access token is not found!'],
        ['two spaces', [['Authorization', `Bearer  ${own}`]], 'Access token is not found!'],
        ['a word behind', [['Authorization', `Bearer ${own} x`]], kAccepted],
        ['a comma behind', [['Authorization', `Bearer ${own}, Bearer x`]], 'invalid signature'],
        ['two fields, the good one first', [bearer, ['authorization', 'Bearer x']], kAccepted],
        ['two fields, the bad one first', [['authorization', 'Bearer x'], bearer], 'jwt malformed'],
        ['two fields, the refresh token first', [['authorization', `Bearer ${refresh}`], bearer], 'Access token type is invalid!'],
        ['a cookie', [['Cookie', `authorization=Bearer ${own}; token=${own}`]], 'Authorization header is not found!'],
        ['headers that are not ours', [['X-Authorization', `Bearer ${own}`], ['Proxy-Authorization', `Bearer ${own}`]], 'Authorization header is not found!'],
    ];
}

test('token vectors over REST, WebSocket and polling', { timeout: 180000 }, async (t) => {
    const server = await startServer(t), { pid } = server, grace = await signUp(server, 'grace'), room = await makeRoom(server, grace);
    let cells = 0;

    async function overRest(fields, expected, long) {
        const { status, data } = await raw(server, 'GET', '/api/v1/user/me', { fields });
        if (long) return assert.equal(status, 431);
        if (expected === kAccepted) return assert.deepEqual([status, data._id], [200, grace._id]);
        if (expected === kAnotherUser) return assert.deepEqual([status, data], [200, null]);
        if (expected === kNoUser) return assert.deepEqual([status, data[0].property], [400, 'user_id']);
        assert.deepEqual([status, data.message, data.code], [401, expected, expected === 'jwt expired' ? 'token_expired' : 'unauthorized']);
    }

    /** What a send answers, when the socket has come that far. */
    async function assertSend(session, expected) {
        const { success, data } = await session.ask('chat.message.send', { room_id: room, content: 'hello' });
        if (expected === kAccepted) return assert.deepEqual([success, data.room_id], [true, room]);
        assert.equal(success, false);
        if (expected === kAnotherUser) return assert.equal(data.code, 'not_member');
        if (expected === kNoUser) return assert.equal(data[0].property, 'user_id');
        assert.equal(data.message, expected);
        const exception = session.find(/^42\["exception"/);
        assert.equal(JSON.parse(exception.slice(2))[1].message, expected);
    }

    async function overHandshake(mode, fields, expected, long) {
        if (long) return;
        const session = await listen(undefined, server, mode, { fields });
        assert.match(session.connect, /^40\{"sid"/, 'a handshake is never refused for its header');
        await assertSend(session, expected);
        await session.drop();
    }

    async function overConnect(mode, token, expected) {
        const session = await listen(undefined, server, mode, { auth: { token } });
        if ([kAccepted, kNoUser, kAnotherUser].includes(expected)) {
            assert.match(session.connect, /^40\{"sid"/);
            await assertSend(session, expected);
        } else {
            const { message, data } = JSON.parse(session.connect.slice(2));
            assert.deepEqual([session.connect.slice(0, 2), message, data.success, data.data.message], ['44', expected, false, expected]);
        }
        await session.drop();
    }

    /** Each way is tried, and named if it is the one that fails. */
    const each = (t, ways) => Promise.all(Object.entries(ways).map(async ([way, run]) => {
        cells += 1;
        await run().catch((error) => { throw new Error(`${way}: ${error.message}`, { cause: error }); });
    }));

    for (const [name, token, expected] of vectors(grace.token, grace.refresh)) {
        await t.test(name, { timeout: 20000 }, async (t) => {
            const fields = [['Authorization', `Bearer ${token}`]], long = token.length > 16_000;
            await each(t, {
                REST: () => overRest(fields, expected, long),
                ...Object.fromEntries(kModes.map((mode) => [`the handshake over ${mode}`, () => overHandshake(mode, fields, expected, long)])),
                ...Object.fromEntries(kModes.map((mode) => [`auth.token over ${mode}`, () => overConnect(mode, token, expected)])),
            });
        });
    }
    for (const [name, fields, expected] of headers(grace.token, grace.refresh)) {
        await t.test(`header: ${name}`, { timeout: 20000 }, (t) => each(t, {
            REST: () => overRest(fields, expected),
            ...Object.fromEntries(kModes.map((mode) => [`the handshake over ${mode}`, () => overHandshake(mode, fields, expected)])),
        }));
    }
    for (const auth of ['{"token":7}', '{"token":null}', '{"token":["x"]}', '{"token":{"$ne":""}}', '[]', '{"Token":"x"}', `{"token":"x","token":7}`, '{"__proto__":{"token":"x"}}']) {
        await t.test(`auth without a token that is a text: ${auth}`, async (t) => {
            for (const mode of kModes) {
                const session = await listen(t, server, mode, { auth });
                assert.match(session.connect, auth === '[]' ? /^over/ : /^40\{"sid"|^44/, mode); // a list is no payload of CONNECT
                if (session.connect.startsWith('40')) await assertSend(session, 'Authorization header is not found!');
            }
        });
    }
    await t.test('a token in the query is not looked at', async (t) => {
        const query = `?token=${grace.token}&authorization=Bearer%20${grace.token}`;
        assert.equal((await raw(server, 'GET', `/api/v1/user/me${query}`)).status, 401);
    });
    await t.test('no token is in the log, and the server is the same', () => {
        assert.deepEqual([server.alive, server.pid], [true, pid]);
        for (const secret of [grace.token, grace.refresh, kSecret]) assert.ok(!server.log.includes(secret));
    });
    t.diagnostic(`${cells} cells`);
});

test('tokens of sessions that have ended, over REST, WebSocket and polling', { timeout: 60000 }, async (t) => {
    const server = await startServer(t), kRevoked = 'This session has ended. Please sign in again.', password = 'a long password';
    const auth = (method, path, options) => call(server, method, `/api/v1/auth/${path}`, options);

    const refresh = (token) => auth('POST', 'refresh', { body: { refresh: token } });
    async function newSession(user) {
        const { data } = await auth('POST', 'sign-in', { body: { username: user.username, password } });
        return { ...user, token: data.access, refresh: data.refresh };
    }
    async function assertRefused(token, expected) {
        const fields = [['Authorization', `Bearer ${token}`]], { status, data } = await raw(server, 'GET', '/api/v1/user/me', { fields });
        assert.deepEqual([status, data.message], [401, expected]);
        for (const mode of kModes) {
            const byHeader = await listen(t, server, mode, { fields });
            assert.equal((await byHeader.ask('chat.message.send', {})).data.message, expected, mode);
            const { message } = JSON.parse((await listen(t, server, mode, { auth: { token } })).connect.slice(2));
            assert.equal(message, expected, mode);
        }
    }

    const ends = {
        'a sign-out': (user) => auth('POST', 'sign-out', { token: user.token, body: {} }),
        'a sign-out everywhere': async (user) => auth('POST', 'sign-out', { token: (await newSession(user)).token, body: { all: true } }),
        'a new password': async (user) => auth('PUT', 'password', { token: (await newSession(user)).token, body: { password, new_password: `${password} more` } }),
        'an end by another session': async (user) => auth('DELETE', `sessions/${claimsOf(user.token).sid}`, { token: (await newSession(user)).token }),
    };
    for (const [name, end] of Object.entries(ends)) {
        await t.test(`behind ${name}`, { timeout: 20000 }, async () => {
            const user = await signUp(server);
            assert.equal((await end(user)).status, 200);
            await told();
            await assertRefused(user.token, kRevoked);
            await assertRefused(user.refresh, 'Access token type is invalid!');
            const { status, data } = await refresh(user.refresh);
            assert.deepEqual([status, data.code], [401, 'token_revoked']);
        });
    }
    await t.test('a refresh token twice within 30 s is a retry', async () => {
        const user = await signUp(server);
        for (const { status, data } of [await refresh(user.refresh), await refresh(user.refresh)]) {
            assert.equal(status, 200);
            assert.equal((await raw(server, 'GET', '/api/v1/user/me', { fields: [['Authorization', `Bearer ${data.access}`]] })).status, 200);
        }
    });
    await t.test('what is no refresh token of ours gives no pair', async () => {
        const user = await signUp(server), claims = claimsOf(user.refresh);
        const tokens = {
            'the access token': user.token, 'none': '', 'one part': 'x', 'a foreign key': sign(claims, { key: kForeign }), 'no signature': `${user.refresh.split('.').slice(0, 2).join('.')}.`,
            'expired': sign({ ...claims, exp: 1 }), 'without exp': sign({ ...claims, exp: undefined }), 'a session that is none': sign({ ...claims, sid: 'f'.repeat(24) }),
            'another user\'s session': sign({ ...claims, user_id: 'f'.repeat(24) }), 'none of the family': sign(claims, { header: { alg: 'RS256' } }), '100 KB': 'x'.repeat(60_000),
        };
        for (const [name, token] of Object.entries(tokens)) {
            const { status, success, data } = await refresh(token);
            assert.ok([400, 401].includes(status) && success === false && data !== undefined, `${name}: ${status}`);
        }
    });
});
