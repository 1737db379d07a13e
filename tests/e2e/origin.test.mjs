// Pages of foreign sites may not open a socket: an Origin, where there is one, must be known.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import { startServer } from './server.mjs';

const kUpgrade = {
    Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** The status of a handshake that carries `origin`. */
function handshake(server, transport, origin) {
    const headers = { ...(origin && { Origin: origin }), ...(transport === 'websocket' && kUpgrade) };
    return new Promise((resolve, reject) => {
        const request = http.get(`${server.url}/socket.io/?EIO=4&transport=${transport}`, { headers, timeout: 5000 });
        request.on('response', (response) => { response.resume(); resolve(response.statusCode); });
        request.on('upgrade', (response, socket) => { socket.destroy(); resolve(response.statusCode); });
        request.on('error', reject);
    });
}

test('a handshake is refused by its Origin', { timeout: 30000 }, async (t) => {
    const server = await startServer(t, { env: { WGW_ORIGINS: 'https://chat.example' } });
    const port = new URL(server.url).port;
    const kRows = [
        [undefined, true], ['https://chat.example', true], ['http://localhost:5173', true], [`http://127.0.0.1:${port}`, true],
        ['https://evil.example', false], ['https://chat.example.evil.example', false], ['https://chat.example:444', false],
        ['http://localhost.evil.example', false], ['null', false],
    ];
    for (const [origin, allowed] of kRows) {
        assert.equal(await handshake(server, 'polling', origin), allowed ? 200 : 403, `polling from ${origin}`);
        const status = await handshake(server, 'websocket', origin);
        assert.equal(status, allowed ? 101 : 403, `websocket from ${origin}`);
    }
});
