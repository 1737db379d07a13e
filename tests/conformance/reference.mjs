// node reference.mjs --mode eio|sio --port N …: the server under test, on the protocol's own implementation. It is the
// specification of the program build/sio-echo, and how we know that what the rows expect is true: CONFORMANCE=node.
//
// Options that only sio-echo has are accepted and ignored: the rows that need them are marked as ours.
import { Server as Engine } from 'engine.io';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { Server } from 'socket.io';
import * as msgpack from 'socket.io-msgpack-parser';
import { Decoder, Encoder } from 'socket.io-parser';
import { WebSocketServer } from 'ws';

const { values: given } = parseArgs({
    options: {
        mode: { type: 'string', default: 'sio' }, port: { type: 'string', default: '0' },
        'ping-interval': { type: 'string', default: '300' }, 'ping-timeout': { type: 'string', default: '200' },
        'upgrade-timeout': { type: 'string', default: '10000' }, 'connect-timeout': { type: 'string', default: '1000' },
        'max-payload': { type: 'string', default: '1000000' }, 'max-attachments': { type: 'string', default: '10' },
        frames: { type: 'string', default: '16384' }, 'attachments-timeout': { type: 'string' }, 'message-timeout': { type: 'string' }, 'header-timeout': { type: 'string' },
        cors: { type: 'string' }, origins: { type: 'string' }, cookie: { type: 'boolean' }, msgpack: { type: 'boolean' },
        recovery: { type: 'boolean' }, 'recovery-ms': { type: 'string', default: '120000' },
    },
});

const options = {
    pingInterval: Number(given['ping-interval']), pingTimeout: Number(given['ping-timeout']),
    upgradeTimeout: Number(given['upgrade-timeout']), connectTimeout: Number(given['connect-timeout']),
    maxHttpBufferSize: Number(given['max-payload']),
    wsEngine: class extends WebSocketServer { constructor(options) { super({ ...options, maxFragments: Number(given.frames) }); } },
    ...(given.cors && { cors: { origin: given.cors === '*' ? '*' : given.cors.split(',') } }), cookie: given.cookie,
    ...(given.msgpack ? { parser: msgpack } : { parser: { Encoder, Decoder: class extends Decoder { constructor() { super({ maxAttachments: Number(given['max-attachments']) }); } } } }),
    ...(given.recovery && { connectionStateRecovery: { maxDisconnectionDuration: Number(given['recovery-ms']) } }),
    // ?refuse and ?refuse=text: the application refuses the handshake, in its own words or in none.
    allowRequest(request, decide) {
        const refusal = new URL(request.url, 'http://x').searchParams.get('refuse');
        decide(refusal || null, refusal === null);
    },
};
const http = createServer((request, response) => response.writeHead(404).end());
const server = given.mode === 'eio' ? echoMessages() : echoEvents();
http.listen(Number(given.port), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${http.address().port}`));
process.on('SIGTERM', () => {
    server.close();
    setTimeout(() => process.exit(0), 100);
});

/** Path /engine.io/: each message is sent back unchanged, in order. */
function echoMessages() {
    const engine = new Engine(options);
    engine.attach(http, { path: '/engine.io/' });
    engine.on('connection', (socket) => socket.on('message', (message) => socket.send(message)));
    return engine;
}

/** Path /socket.io/. `/` and `/custom` are those of the official suites; the others are for what these do not touch. */
function echoEvents() {
    const io = new Server(http, options);

    io.on('connection', (socket) => {
        socket.emit('auth', socket.handshake.auth);
        socket.on('message', (...args) => socket.emit('message-back', ...args.filter((arg) => typeof arg !== 'function')));
        socket.on('message-with-ack', (...args) => { if (typeof args.at(-1) === 'function') args.pop()(...args); });
    });
    io.of('/custom').on('connection', (socket) => socket.emit('auth', socket.handshake.auth));
    lab(io.of('/lab'));

    // Refuses with a message and data, with `plain` without data, and not at all with `pass`.
    io.of('/refuse').use(({ handshake: { auth } }, next) => {
        if (auth.pass) next();
        else next(Object.assign(new Error('no entry'), auth.plain ? {} : { data: { code: 7, why: ['closed'] } }));
    });

    // Takes 300 ms; what it emits comes before the answer to CONNECT. A socket is in no room yet.
    io.of('/slow').use((socket, next) => {
        socket.emit('early', [...socket.rooms]);
        setTimeout(next, 300);
    });

    // Matched in the order of registration: a number by the first, a word by the second, /fn-… by the function.
    const hello = (by) => (socket) => socket.emit('hello', socket.nsp.name, by);
    io.of(/^\/dyn-\d+$/).on('connection', hello('number'));
    io.of(/^\/dyn-\w+$/).on('connection', hello('word'));
    io.of((name, auth, next) => next(null, name.startsWith('/fn-') && auth.pass === true)).on('connection', hello('function'));
    return io;
}

/** Events of /lab. Where a row says "acked", the ack is sent when it is done. */
function lab(nsp) {
    nsp.on('connection', (socket) => {
        // One line for each that leaves: it can also tell of a connection that is broken, and of the end of the server.
        socket.on('disconnect', (reason) => console.log(`left ${socket.id} ${reason}`));
        // A middleware of the socket refuses the event `forbidden`: the application hears of it, and says so here. It
        // hears of bad packets in the same way.
        const refusal = new Error('not for you');
        socket.use(([name], next) => next(name === 'forbidden' ? refusal : undefined));
        socket.on('error', (error) => { if (error === refusal) socket.emit('refused', error.message); });

        // A client need not ask for an ack.
        const done = (act) => (...args) => {
            const reply = typeof args.at(-1) === 'function' ? args.pop() : () => {};
            act(...args);
            reply();
        };
        const on = {
            join: done((room) => socket.join(room)), // acked
            leave: done((room) => socket.leave(room)), // acked
            rooms: (reply) => reply?.([...socket.rooms].sort()),
            remember: done((value) => { socket.data.value = value; }), // acked
            whoami: (reply) => reply?.({ id: socket.id, recovered: socket.recovered, value: socket.data.value ?? null }),
            handshake: (reply) => reply?.({ auth: socket.handshake.auth, query: { ...socket.handshake.query }, headers: socket.handshake.headers }),
            // → `said` with the arguments behind the first; no rooms: everybody.
            say({ rooms = [], except = [], broadcast = false, volatile = false, compress = true }, ...args) {
                let to = (broadcast ? socket.broadcast : nsp).compress(compress);
                for (const room of rooms) to = to.to(room);
                to = to.except(except);
                (volatile ? to.volatile : to).emit('said', ...args);
            },
            // → `question` to the sender, answered by ack; then → `answered` {error: text or null, values}.
            ask({ timeout }, ...args) {
                socket.timeout(timeout).emit('question', ...args, (error, ...values) => socket.emit('answered', { error: error?.message ?? null, values: error ? [] : values }));
            },
            // → `question` to the rooms; then → `answered` to the sender, `values` holds the first argument of each answer.
            'ask-all'({ rooms = [], timeout }, ...args) {
                let to = nsp.timeout(timeout);
                for (const room of rooms) to = to.to(room);
                to.emit('question', ...args, (error, values) => socket.emit('answered', { error: error?.message ?? null, values }));
            },
            'ack-twice'(reply) {
                reply?.('first');
                reply?.('second');
            },
            // → `flooded` n times, with its number and a text of that many bytes. Acked behind them.
            flood: done((n, bytes, volatile) => {
                for (let i = 0; i < n; i++) (volatile ? socket.volatile : socket).emit('flooded', i, 'x'.repeat(bytes));
            }),
            kick: (close) => socket.disconnect(close),
            // `throw` throws: not here, where it would end the process.
        };
        for (const [name, handler] of Object.entries(on)) socket.on(name, handler);
    });
}
