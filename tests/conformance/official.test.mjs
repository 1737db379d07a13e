// The cases of the official suites (official_cases.mjs): all of them on one server; those of a WebSocket also on three nodes behind a
// balancer that gives each connection to the next one, whoever it is of.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isWebSocket, kHeartbeat, official } from './official_cases.mjs';
import { cases, startNodes, startTarget } from './target.mjs';

for (const mode of ['eio', 'sio']) {
    test(`the official cases, ${mode}`, async (t) => {
        const [calm, quick] = await Promise.all([startTarget(t, mode), startTarget(t, mode, kHeartbeat)]);
        for (const [part, rows] of Object.entries(official(mode, { calm, quick }))) await cases(t, part, calm, rows);
    });

    test(`the official cases of a WebSocket, ${mode}, over three nodes without sticky sessions`, async (t) => {
        const [calm, quick] = await Promise.all([startNodes(t, mode), startNodes(t, mode, kHeartbeat)]);
        for (const [part, rows] of Object.entries(official(mode, { calm, quick }))) await cases(t, part, calm, rows.filter(isWebSocket));
        for (const { counts } of [calm, quick]) assert.ok(counts().every((count) => count > 0), `each node had some: ${counts()}`);
    });
}
