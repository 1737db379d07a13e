#!/usr/bin/env node
// A gateway of the original's kind before services on the queues: its REST routes and its sockets as calls of a NestJS client.
//
//   node tests/interop/gateway.mjs --nest 10|11 --amqp URL --port N [--secret S]      prints "ready"
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { NestClient } from './client.mjs';
import { loadNest, settings } from './nest.mjs';
import { claimsOf, oops, validated } from './rules.mjs';
import { envelope, failure } from './answers.mjs';
import { attachSockets } from './sockets.mjs';

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
            const body = Buffer.from(JSON.stringify(envelope(status < 400, data)));
            response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length }).end(body);
        });
    });
    const sockets = attachSockets(server, { client, secret });
    await new Promise((done, failed) => { server.once('error', failed).listen(port, '127.0.0.1', done); });
    return {
        close: async () => {
            sockets.close(); // and the server
            server.closeAllConnections();
            await client.close();
        },
    };
}

const { values } = parseArgs({ options: { nest: { type: 'string' }, amqp: { type: 'string' }, port: { type: 'string' }, secret: { type: 'string', default: 'wegowhere' } } });
const { nest, amqp, port, secret } = settings(values.port ? values : {}, 'usage: gateway.mjs --nest 10|11 --amqp URL --port N [--secret S]');
const gateway = await startGateway({ version: nest, url: amqp, port: Number(port), secret });
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => gateway.close().then(() => process.exit(0)));
console.log('ready');
