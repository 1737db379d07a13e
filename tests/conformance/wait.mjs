// Waits that end.
export { within, eventually } from '../e2e/client.mjs';
export { setTimeout as sleep } from 'node:timers/promises';
