#!/usr/bin/env node
// A gateway of the original's kind before services on the queues: its REST routes as calls of a NestJS client. Without
// sockets; it is what the recorded cases need that speak to the queues, and shows that a peer's client calls as recorded.
//
//   node tests/interop/gateway.mjs --nest 10|11 --amqp URL --port N [--secret S]      prints "ready"
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { NestClient } from './client.mjs';
import { loadNest, settings } from './nest.mjs';
import { claimsOf, oops, Refusal, validated } from './rules.mjs';

const none = () => ({});
const roomId = (_, [room_id]) => ({ room_id });

// Method, path, status, pattern, the data from body, path and claims; `open`: without a token; `event`: nothing comes back.
const kRoutes = [
    ['POST', /^\/api\/v1\/auth\/sign-up$/, 201, 'auth.user.sign_up', (body) => body, 'open'],
    ['POST', /^\/api\/v1\/auth\/sign-in$/, 200, 'auth.user.sign_in', (body) => body, 'open'],
    ['GET', /^\/api\/v1\/user$/, 200, 'user.find_all', none],
    ['GET', /^\/api\/v1\/user\/me$/, 200, 'user.find_by_id', (_, __, { user_id }) => ({ user_id })],
    ['GET', /^\/api\/v1\/user\/([^/]*)$/, 200, 'user.find_by_username', (_, [username]) => ({ username })],
    ['POST', /^\/api\/v1\/chat\/rooms$/, 201, 'chat.room.create', (body) => body],
    ['POST', /^\/api\/v1\/chat\/rooms\/join$/, 201, 'chat.room.join', (body) => body, 'event'],
    ['GET', /^\/api\/v1\/chat\/rooms$/, 200, 'chat.room.find_all', none],
    ['GET', /^\/api\/v1\/chat\/rooms\/([^/]*)$/, 200, 'chat.room.find_by_id', roomId],
    ['GET', /^\/api\/v1\/chat\/rooms\/([^/]*)\/members$/, 200, 'chat.room.member.find_all', roomId],
    ['GET', /^\/api\/v1\/chat\/rooms\/([^/]*)\/messages$/, 200, 'chat.room.message.find_all', roomId],
];

/** What a service's error becomes: {status, data}. */
function failure(error) {
    if (error instanceof Refusal) return error.answer;
    if (error instanceof Error || typeof error !== 'object' || error === null) return oops().answer;
    const status = error.status ?? 500;
    if (!Number.isInteger(status) || status < 100 || status > 599) return { status: 500 };
    return { status, data: error.data === undefined ? oops().answer.data : typeof error.data === 'string' ? { message: error.data } : error.data };
}

/** Serves on the port: {close()}. */
export async function startGateway({ version, url, port, secret }) {
    const client = new NestClient(loadNest(version), url);
    await client.connect();

    async function answer(method, path, authorization, text) {
        if (path === '/' || path === '/health') return { status: 200 };
        const route = kRoutes.find(([by, pattern]) => by === method && pattern.test(path));
        if (!route) return { status: 404, data: { message: `Cannot ${method} ${path}` } };
        const [, pattern, status, operation, dataOf, kind] = route;
        try {
            const claims = kind === 'open' ? {} : claimsOf(authorization, secret);
            const data = dataOf(text ? JSON.parse(text) : {}, pattern.exec(path).slice(1).map(decodeURIComponent), claims);
            // A user name in the path is checked by the service, as everything is there again.
            if (operation !== 'user.find_by_username') validated(operation, data);
            const forwarded = kind === 'open' ? undefined : authorization;
            if (kind === 'event') {
                await client.emit(operation, data, forwarded);
                return { status };
            }
            const result = await client.call(operation, data, forwarded);
            if (result === undefined) throw oops();
            return { status, data: result };
        } catch (error) {
            return failure(error);
        }
    }

    const server = createServer((request, response) => {
        let text = '';
        request.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', async () => {
            const { status, data } = await answer(request.method, request.url, request.headers.authorization, text);
            const told = data || data === null ? { data } : {};
            const body = Buffer.from(JSON.stringify({ success: status < 400, timestamp: new Date().toISOString(), ...told }));
            response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length }).end(body);
        });
    });
    await new Promise((done, failed) => { server.once('error', failed).listen(port, '127.0.0.1', done); });
    return {
        close: async () => {
            server.closeAllConnections();
            server.close();
            await client.close();
        },
    };
}

const { values } = parseArgs({ options: { nest: { type: 'string' }, amqp: { type: 'string' }, port: { type: 'string' }, secret: { type: 'string', default: 'wegowhere' } } });
const { nest, amqp, port, secret } = settings(values.port ? values : {}, 'usage: gateway.mjs --nest 10|11 --amqp URL --port N [--secret S]');
const gateway = await startGateway({ version: nest, url: amqp, port: Number(port), secret });
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => gateway.close().then(() => process.exit(0)));
console.log('ready');
