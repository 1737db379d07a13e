// One process that a test starts and ends by its id. It never outlives the test's own process, however that one ends:
// the kernel is asked to end it (setpriv --pdeathsig).
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export class Child {
    /**
     * `command` is the program and its arguments, `env` all of its environment. `orphan` is the signal that it gets when
     * the caller is gone, `as` options of setpriv that change who it is.
     */
    constructor(name, command, { env = process.env, cwd, orphan = 'KILL', as = [] } = {}) {
        this.name = name;
        this.log = '';
        // A session of its own: Ctrl-C on the terminal is for the caller, who then ends this one in order.
        this.process = spawn('setpriv', ['--pdeathsig', orphan, ...as, '--', ...command], { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
        for (const stream of [this.process.stdout, this.process.stderr])
            stream.setEncoding('utf8').on('data', (text) => { this.log = (this.log + text).slice(-20000); });
        this.ended = new Promise((done) => {
            this.process.once('close', (code, signal) => done({ code, signal })).once('error', (error) => {
                this.log += `setpriv: ${error.message}`;
                done({ code: 127, signal: null });
            });
        });
        this.alive = true;
        this.ended.then(() => { this.alive = false; });
    }

    get pid() { return this.process.pid; }

    signal(name) { if (this.alive) this.process.kill(name); }

    /** Sends the signal and waits for the end; after `ms` without one it is killed. */
    async end(signal, ms = 10000) {
        this.signal('SIGCONT');
        this.signal(signal);
        const timer = setTimeout(() => this.signal('SIGKILL'), ms);
        const end = await this.ended;
        clearTimeout(timer);
        return end;
    }

    /** Waits until `ready()` gives true; throws with the end of the log if the process ends first or takes too long. */
    async until(ready, ms) {
        const began = performance.now();
        while (!(await ready())) {
            if (!this.alive) throw new Error(`${this.name} ended before it was ready:\n${this.tail()}`);
            if (performance.now() - began > ms) throw new Error(`${this.name} was not ready after ${ms} ms:\n${this.tail()}`);
            await sleep(20);
        }
    }

    tail() { return this.log.trim().split('\n').slice(-15).join('\n') || '(it printed nothing)'; }
}

/** Whether what listens on the port answers these bytes with some for which `expected` is true, within a second. */
export function answers(port, bytes, expected) {
    return new Promise((done) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
        socket.setTimeout(1000, () => socket.destroy());
        socket.once('data', (reply) => {
            done(expected(reply));
            socket.destroy();
        }).once('error', () => {}).once('close', () => done(false));
    });
}
