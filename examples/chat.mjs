// A chat client: node chat.mjs USERNAME PASSWORD [ROOM_ID] [URL]     (npm install socket.io-client)
// Signs up or in, joins the room or makes one, prints what is said there, and sends each line of standard input.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';

const [username, password, ...rest] = process.argv.slice(2), isUrl = (word) => word.includes('://');
const url = rest.find(isUrl) ?? 'http://localhost:3000', given = rest.find((word) => !isUrl(word));
process.on('uncaughtException', ({ message, cause }) => {
    console.error(`chat.mjs: ${cause?.code ? `${url} does not answer (${cause.code})` : message}`);
    process.exit(1);
});
if (!password) throw new Error('node chat.mjs USERNAME PASSWORD [ROOM_ID] [URL]');

let token, last = 0;
async function call(method, path, body) {
    const headers = { ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) };
    const reply = await fetch(`${url}/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
    const { success, data } = await reply.json();
    if (!success) throw Object.assign(new Error(data?.message ?? JSON.stringify(data)), { status: reply.status });
    return data;
}

const signIn = (error) => (error.status === 422 ? call('POST', 'auth/sign-in', { username, password }) : Promise.reject(error));
({ access: token } = await call('POST', 'auth/sign-up', { first_name: username, username, password }).catch(signIn));
const room_id = given ?? (await call('POST', 'chat/rooms', { name: `Room of ${username}` }))._id;
if (given) await call('POST', 'chat/rooms/join', { room_id });
console.log(`room ${room_id}`);

function show({ seq, user, content }) {
    if (seq > last) console.log(`${user?.username}: ${content}`); // or it was both fetched and heard
    last = Math.max(last, seq);
}
/** What was said behind `last`, also while there was no connection. */
async function catchUp() {
    for (let next = last; next !== null;) {
        const page = await call('GET', `chat/rooms/${room_id}/messages?after=${next}&limit=200`).catch(() => sleep(500));
        page?.items.forEach(show);
        if (page) next = page.next;
    }
}
(await call('GET', `chat/rooms/${room_id}/messages?limit=20`)).items.forEach(show);

const socket = io(url, { auth: { token } });
let turn = Promise.resolve(); // what is heard waits for what is being fetched
socket.on('connect', () => { console.log('connected'); turn = turn.then(catchUp); });
socket.on('connect_error', (error) => { console.error(`cannot connect: ${error.message}`); if (!socket.active) process.exit(1); });
socket.on('chat.message.receive', (message) => { if (message.room_id === room_id) turn = turn.then(() => show(message)); });

/** Repeats with the same key until there is an answer: the message is stored once, however often it is sent. */
async function send(content) {
    const message = { room_id, content, client_msg_id: randomUUID() };
    for (;;) {
        const reply = await socket.timeout(5000).emitWithAck('chat.message.send', message).catch(() => null);
        if (reply?.success) return;
        if (reply && !['unavailable', 'draining', 'internal'].includes(reply.data.code)) throw new Error(JSON.stringify(reply.data));
        await sleep(reply?.data.retry_after_ms ?? 0);
    }
}

for await (const line of createInterface({ input: process.stdin })) await send(line);
setTimeout(() => socket.close(), 200);
