// The rules that the original's processes share: which fields are right, and whose a token is. Written from what was
// recorded of it; used by the peers of this folder, never by the product.
import { createHmac, timingSafeEqual } from 'node:crypto';

const kOops = 'Oops! Something unexpected occurred.';

/** What a service answers as its error: {status, data}. */
export class Refusal extends Error {
    constructor(status, data) {
        super(typeof data === 'string' ? data : 'refused');
        this.answer = { status, data: typeof data === 'string' ? { message: data } : data };
    }
}
export const oops = () => new Refusal(500, kOops);

const kChecks = {
    isNotEmpty: [(value) => value !== undefined && value !== null && value !== '', 'should not be empty'],
    isString: [(value) => typeof value === 'string', 'must be a string'],
    isMongoId: [(value) => typeof value === 'string' && /^(?:0[xh])?[0-9a-fA-F]+$/.test(value) && value.length === 24, 'must be a mongodb id'],
    minLength: [(value) => typeof value === 'string' && signs(value) >= 6, 'must be longer than or equal to 6 characters'],
};
const signs = (text) => [...text].length - [...text.matchAll(/[^\uFE0E\uFE0F][\uFE0E\uFE0F]/gu)].length;

const kText = ['isNotEmpty', 'isString'];
const kName = [...kText, 'minLength'];
const kId = ['isNotEmpty', 'isMongoId'];
const kUser = [['first_name', kText], ['last_name', ['isString'], 'optional'], ['username', kName]];
const kRoomId = [['room_id', kId]];

/** The fields of what each pattern carries, in the order in which they are complained of. */
export const kFields = {
    'auth.user.sign_up': [...kUser, ['password', kName]],
    'auth.user.sign_in': [['username', kText], ['password', kName]],
    'user.create': kUser,
    'user.find_all': [],
    'user.find_by_id': [['user_id', kId]],
    'user.find_by_username': [['username', kName]],
    'chat.room.create': [['name', kText]],
    'chat.room.join': kRoomId,
    'chat.room.find_all': [],
    'chat.room.find_by_id': kRoomId,
    'chat.room.member.find_all': kRoomId,
    'chat.room.message.find_all': kRoomId,
    'chat.message.save': [...kRoomId, ['content', kText]],
};

/** The data as an object (anything else counts as {}), or throws the refusal of its fields. */
export function validated(pattern, data) {
    const object = data !== null && typeof data === 'object' && !Array.isArray(data) ? data : {};
    const failed = [];
    for (const [property, checks, optional] of kFields[pattern]) {
        const value = object[property];
        if (optional && (value === undefined || value === null)) continue;
        const constraints = Object.fromEntries(checks.filter((name) => !kChecks[name][0](value)).map((name) => [name, `${property} ${kChecks[name][1]}`]));
        if (Object.keys(constraints).length) failed.push({ property, children: [], constraints });
    }
    if (failed.length) throw new Refusal(400, failed);
    return object;
}

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part) => {
    try {
        return JSON.parse(Buffer.from(part, 'base64url').toString());
    } catch {
        throw new Refusal(401, 'invalid token');
    }
};
const sign = (algorithm, secret, text) => createHmac(`sha${algorithm.slice(2)}`, secret).update(text).digest();

/** The claims of an authorization header, or throws the 401 with the original's words. */
export function claimsOf(header, secret) {
    if (header === undefined || header === null || header === '') throw new Refusal(401, 'Authorization header is not found!');
    const [type, token] = String(header).split(' ');
    if (typeof header !== 'string' || type !== 'Bearer') throw new Refusal(401, 'Access token type is invalid!');
    if (!token) throw new Refusal(401, 'Access token is not found!');
    const parts = token.split('.');
    if (parts.length !== 3) throw new Refusal(401, 'jwt malformed');
    const [{ alg }, claims] = parts.slice(0, 2).map(decode);
    if (!parts[2]) throw new Refusal(401, 'jwt signature is required');
    if (!['HS256', 'HS384', 'HS512'].includes(alg)) throw new Refusal(401, 'invalid algorithm');
    const due = sign(alg, secret, `${parts[0]}.${parts[1]}`);
    const given = Buffer.from(parts[2], 'base64url');
    if (given.length !== due.length || !timingSafeEqual(given, due)) throw new Refusal(401, 'invalid signature');
    const now = Date.now() / 1000;
    if (claims.nbf > now) throw new Refusal(401, 'jwt not active');
    if (claims.exp !== undefined && typeof claims.exp !== 'number') throw new Refusal(401, 'invalid exp value');
    if (claims.exp <= now) throw new Refusal(401, 'jwt expired');
    return claims;
}

/** {access, refresh}: 7 and 30 days. */
export function tokensOf({ _id, username }, secret) {
    const iat = Math.floor(Date.now() / 1000);
    const token = (seconds) => {
        const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ user_id: _id, username, iat, exp: iat + seconds, iss: 'WeGoWhere' })}`;
        return `${text}.${sign('HS256', secret, text).toString('base64url')}`;
    };
    return { access: token(604800), refresh: token(2592000) };
}
