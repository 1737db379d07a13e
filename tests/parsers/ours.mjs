// Our packet decoder for JavaScript: see decode_packets.cpp.
import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const kTool = resolve(dirname(fileURLToPath(import.meta.url)), '../..', process.env.WGW_DECODE_PACKETS ?? 'build/bin/decode_packets');

/** What we make of these packets, each a string or a Buffer, in one run of the tool. */
export function decodeAll(packets) {
    const input = packets.map((packet) => (typeof packet === 'string' ? 't' : 'm') + Buffer.from(packet).toString('base64') + '\n').join('');
    const { stdout, stderr, status } = spawnSync(kTool, { input, maxBuffer: 1 << 30 });
    if (status !== 0) throw new Error(`${kTool} ended with ${status}: ${stderr}; build it with ./dev test parsers`);
    return stdout.toString().trimEnd().split('\n').map((line) => JSON.parse(line));
}

/** `data` with our placeholders replaced by `attachments`, as npm's parser does it. */
export function withAttachments(data, attachments) {
    if (data === null || typeof data !== 'object' || attachments.length === 0) return data;
    if (data._placeholder === true) return attachments[data.num];
    for (const key of Object.keys(data)) data[key] = withAttachments(data[key], attachments);
    return data;
}

/** How often each reason for a difference was met; an unknown one, or one that was never met, is a failure. */
export class Differences {
    constructor(reasons) { this.reasons = reasons; this.met = new Map(reasons.map(([name]) => [name, 0])); }

    /** True if one of the reasons applies to `args`. */
    explain(...args) {
        const reason = this.reasons.find(([, applies]) => applies(...args));
        if (!reason) return false;
        this.met.set(reason[0], this.met.get(reason[0]) + 1);
        return true;
    }

    unmet() { return [...this.met].filter(([, count]) => count === 0).map(([name]) => name); }
}
