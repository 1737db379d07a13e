// The sockets of a gateway of the original's kind: a message is saved by the chat service, then told to every socket. Two
// things that it had not: a token in `auth` counts, for clients that cannot set headers, and who asks for an ack gets one.
import { Server } from 'socket.io';
import { envelope, failure } from './answers.mjs';
import { claimsOf } from './rules.mjs';

const kSend = 'chat.message.send';

/** Sockets on the HTTP server. The client is the NestClient of the gateway. */
export function attachSockets(server, { client, secret }) {
    const io = new Server(server, { serveClient: false });
    io.on('connection', (socket) => {
        const { token } = socket.handshake.auth;
        const authorization = token === undefined ? socket.handshake.headers.authorization : `Bearer ${token}`;
        socket.on(kSend, async (...given) => {
            const ack = typeof given.at(-1) === 'function' ? given.pop() : () => {};
            const data = given.length > 1 ? given : given[0];
            try {
                claimsOf(authorization, secret);
            } catch ({ message }) {
                socket.emit('exception', { status: 'error', message, cause: { pattern: kSend, data } });
                return ack(envelope(false, { message }));
            }
            try {
                const message = await client.call('chat.message.save', data, authorization);
                io.emit('chat.message.receive', message);
                ack(envelope(true, message));
            } catch (error) {
                const told = failure(error).data;
                socket.emit('chat.error.receive', told);
                ack(envelope(false, told));
            }
        });
    });
    return io;
}
