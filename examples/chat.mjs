// A chat client: node chat.mjs USERNAME PASSWORD [ROOM_ID] [URL]     (npm install socket.io-client)
// Signs up or in, joins the room or makes one, prints what is said there, and sends each line of standard input.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';

const [username, password, given, url = 'http://localhost:3000'] = process.argv.slice(2);

async function call(path, body, token) {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const reply = await fetch(`${url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: reply.status, ...(await reply.json()) };
}

let account = await call('auth/sign-up', { first_name: username, username, password });
if (account.status === 422) account = await call('auth/sign-in', { username, password });
if (!account.success) throw new Error(JSON.stringify(account.data));
const token = account.data.access;

const room_id = given ?? (await call('chat/rooms', { name: `Room of ${username}` }, token)).data._id;
if (given) await call('chat/rooms/join', { room_id }, token);
console.log(`room ${room_id}`);

const socket = io(url, { auth: { token } });
socket.on('connect', () => console.log('connected'));
socket.on('connect_error', (error) => console.log(`cannot connect: ${error.message}`));
socket.on('chat.message.receive', (message) => console.log(`${message.user?.username}: ${message.content}`));

/** Repeats with the same key until there is an answer: the message is stored once, however often it is sent. */
async function send(content) {
    const message = { room_id, content, client_msg_id: randomUUID() };
    for (;;) {
        const reply = await socket.timeout(5000).emitWithAck('chat.message.send', message).catch(() => null);
        if (reply?.success) return;
        if (reply && !['unavailable', 'draining', 'internal'].includes(reply.data.code)) throw new Error(JSON.stringify(reply.data));
    }
}

for await (const line of createInterface({ input: process.stdin })) await send(line);
setTimeout(() => socket.close(), 200);
