// A process of ours in a container of one of our images. crun starts it as an engine would: as the image's user, with its environment, its
// entry point and its volume, without capabilities and on a file system that cannot be written, as the compose files ask for. The network is
// the machine's. tools/check_image.sh makes the images, and ends what a test leaves behind.
import { readFileSync } from 'node:fs';
import { chmod, chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RoleProcess } from '../cluster/cluster.mjs';
import { run } from '../e2e/server.mjs';

const kImages = process.env.WGW_IMAGES; // a folder with one file of JSON for each image

/** {root, config}: where the files of an image are, and what it says about how to run it. `name` is a role, or `everything`. */
export function imageOf(name) {
    if (!kImages) throw new Error('WGW_IMAGES is not set: these tests are run by ./dev image');
    return JSON.parse(readFileSync(join(kImages, `${name}.json`), 'utf8'));
}

const crun = (...words) => ['crun', '--cgroup-manager=disabled', '--root', join(kImages, 'crun'), ...words];

export class Container extends RoleProcess {
    /** `name`: of the image. The others as for a process; what is in its volume stays over stop(), kill() and start(). */
    constructor(name, options) {
        super(name, options);
        this.image = imageOf(name);
        this.id = `wegowhere-${name}-${this.adminPort}`;
        this.folder = join(this.data, this.id);
        this.volume = join(this.folder, 'volume');
        const { WGW_DATA, ...given } = this.env; // the image says where its data is
        const ofImage = Object.fromEntries(this.image.config.Env.map((line) => line.split(/=(.*)/s)));
        this.inside = { ...ofImage, ...given };
        this.command = crun('run', '--bundle', this.folder, this.id);
    }

    /** What an engine would make of the image. */
    specification() {
        const { config: { User, Entrypoint, Cmd }, root } = this.image, [uid, gid] = User.split(':').map(Number);
        const none = ['bounding', 'effective', 'inheritable', 'permitted', 'ambient'];
        return {
            ociVersion: '1.0.0',
            root: { path: root, readonly: true },
            process: {
                user: { uid, gid }, cwd: '/', args: [...Entrypoint, ...Cmd], env: Object.entries(this.inside).map((pair) => pair.join('=')),
                noNewPrivileges: true, capabilities: Object.fromEntries(none.map((set) => [set, []])),
            },
            mounts: [
                { destination: '/proc', type: 'proc', source: 'proc' },
                { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=65536k'] },
                { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'] },
                ...Object.keys(this.image.config.Volumes).map((destination) => ({ destination, type: 'bind', source: this.volume, options: ['rbind', 'rw'] })),
            ],
            linux: { namespaces: ['pid', 'mount', 'ipc', 'uts'].map((type) => ({ type })) },
        };
    }

    async start(options) {
        await mkdir(this.volume, { recursive: true });
        // A new volume is as the image has the folder.
        const { uid, gid, mode } = await stat(join(this.image.root, Object.keys(this.image.config.Volumes)[0]));
        await chown(this.volume, uid, gid);
        await chmod(this.volume, mode & 0o777);
        await writeFile(join(this.folder, 'config.json'), JSON.stringify(this.specification()));
        return super.start(options);
    }

    /** SIGKILL for crun would not be one for what it has started. */
    signal(name) { return run(crun('kill', this.id, name)); }

    /** Runs a command beside the server, as it runs: {code, out, printed}. */
    exec(...command) { return run(crun('exec', '--user', this.image.config.User, this.id, ...command)); }

    /** As a health check of the image does. */
    askHealth() {
        const [kind, ...command] = this.image.config.Healthcheck.Test;
        if (kind !== 'CMD') throw new Error(`the health check is ${kind}, not CMD`);
        return this.exec(...command);
    }

    /** Of the process in the container, by the name of the line: /proc/<pid>/status. */
    async status() {
        const { printed } = await run(crun('state', this.id)), { pid } = JSON.parse(printed);
        const lines = readFileSync(`/proc/${pid}/status`, 'utf8').trim().split('\n');
        return Object.fromEntries(lines.map((line) => line.split(/:\s+/)));
    }
}
