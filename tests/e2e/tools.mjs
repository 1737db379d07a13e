// Programs of Debian packages that ./dev test unpacks and does not install, because that would start a service.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kRoot } from './server.mjs';

export function unpacked(name, program) {
    const path = join(kRoot, 'build/unpacked', name, program);
    if (!existsSync(path)) throw new Error(`${path} is not there: ./dev test fetches it`);
    return path;
}
