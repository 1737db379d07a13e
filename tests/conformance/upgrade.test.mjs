// The switch from polling to a WebSocket: when it may happen, what disturbs it, and that nothing is lost.
// Runs alone: it measures times.
import assert from 'node:assert/strict';
import test from 'node:test';
import { connected, Polling, Socket, target, upgraded } from './session.mjs';
import { cases, kNode, startTarget } from './target.mjs';
import { within } from './wait.mjs';
import { frame, kText, upgrade } from './websocket.mjs';

const kPackets = 10000, kWindow = 200;

test('upgrade', async (t) => {
    const [server, brief] = await Promise.all([startTarget(t, 'eio'), startTarget(t, 'eio', { 'upgrade-timeout': 400 })]);
    const open = async (on = server) => {
        const polling = await Polling.open(on);
        return { polling, ...(await upgrade(on, target(on, `transport=websocket&sid=${polling.sid}`))) };
    };
    const probed = async (on = server) => {
        const both = await open(on);
        both.socket.send('2probe');
        assert.equal(await both.socket.next(), '3probe');
        return both;
    };
    const pollingWorks = async (polling) => {
        assert.equal(await polling.send('4still'), '200 ok');
        assert.equal(await polling.next(), '4still');
    };

    await cases(t, 'step by step', server, [
        {
            name: 'traffic goes on while probing',
            async run() {
                const { polling, socket } = await open();
                await pollingWorks(polling);
                socket.send('2probe');
                assert.equal(await socket.next(), '3probe');
                assert.equal(await polling.send('4queued'), '200 ok');
                socket.send('5');
                assert.equal(await socket.next(), '4queued');
                socket.drop();
            },
        },
        {
            name: 'a GET that is held when the probe comes reads a noop',
            async run() {
                const { polling, socket } = await open(), { response } = await polling.hold();
                socket.send('2probe');
                assert.equal((await within(3000, 'the noop', response)).body, '6');
                socket.drop();
            },
        },
        {
            name: 'a GET that comes behind the probe reads a noop, as does the next',
            async run() {
                const { polling, socket } = await probed();
                for (let i = 0; i < 2; i++) {
                    const { status, body } = await polling.get();
                    assert.deepEqual([status, body], [200, '6']);
                }
                socket.send('5').send('4a');
                assert.equal(await socket.next(), '4a');
                socket.drop();
            },
        },
        {
            name: 'a second probe packet is answered, too',
            async run() {
                const { socket } = await probed();
                assert.equal(await socket.send('2probe').next(), '3probe');
                assert.equal(await socket.send('5').send('4a').next(), '4a');
                socket.drop();
            },
        },
        {
            name: 'the noop comes at once',
            ours: 'Node looks every 100 ms',
            async run() {
                const { polling, socket } = await probed();
                const times = [];
                for (let i = 0; i < 5; i++) {
                    const began = performance.now();
                    await polling.get();
                    times.push(performance.now() - began);
                }
                assert.ok(Math.min(...times) < 50, `${times}`);
                socket.drop();
            },
        },
        {
            name: 'a GET after the switch is refused, a POST too',
            async run() {
                const { polling, session } = await upgraded(server);
                for (const { status } of [await polling.get(), await polling.post('4a')]) assert.equal(status, 400);
                await session.send('4b');
                assert.equal(await session.next(), '4b');
                session.drop();
            },
        },
        {
            name: 'a GET that was parked just before the switch is ended, and nothing is lost',
            async run() {
                const { polling, socket } = await probed();
                const parked = polling.get();
                socket.send('5');
                const { status, body } = await within(3000, 'an answer to the parked GET', parked);
                assert.ok(status === 400 || (status === 200 && body === '6'), `${status} ${body}`);
                assert.equal(await socket.send('4a').next(), '4a');
                socket.drop();
            },
        },
        ...[
            ['upgrade without probe', '5', true], ['a message', '4a'], ['a ping without probe', '2'], ['a pong', '3probe'], ['a close', '1'],
            ['no packet', 'abc'],
        ].map(([what, packet, switches]) => ({
            name: `${what} on the new transport: ${switches ? 'it switches' : 'it is closed, polling goes on'}`,
            async run() {
                const { polling, socket } = await open();
                socket.send(packet);
                if (switches) assert.equal(await socket.send('4a').next(), '4a');
                else {
                    assert.match(await socket.next(), /^closed/);
                    await pollingWorks(polling);
                }
                socket.drop();
            },
        })),
        {
            name: 'another packet between probe and upgrade: closed, polling goes on',
            async run() {
                const { polling, socket } = await probed();
                assert.match(await socket.send('4a').next(), /^closed/);
                await pollingWorks(polling);
            },
        },
        {
            name: 'bytes that are no frame on the new transport: polling goes on',
            async run() {
                const { polling, socket } = await open();
                socket.raw(frame(kText, 'x', { mask: false }));
                assert.match(await socket.next(), /^closed/);
                await pollingWorks(polling);
            },
        },
        {
            name: 'a reset while upgrading: polling goes on',
            async run() {
                for (const both of [await open(), await probed()]) {
                    both.socket.connection.reset();
                    await both.socket.connection.ended;
                    await pollingWorks(both.polling);
                }
            },
        },
        ...[['nothing', open], ['a probe and nothing behind it', probed]].map(([what, make]) => ({
            name: `${what} within upgradeTimeout: closed, polling goes on`,
            async run() {
                const began = performance.now(), { polling, socket } = await make(brief);
                assert.equal(await socket.next(), 'closed 1005');
                const ms = performance.now() - began;
                assert.ok(ms > 395 && ms < 3000, `${ms} ms`);
                await pollingWorks(polling);
            },
        })),
        {
            name: 'an upgrade may be tried again',
            async run() {
                const { polling, socket } = await probed();
                await socket.send('4a').end();
                const again = (await upgrade(server, target(server, `transport=websocket&sid=${polling.sid}`))).socket;
                assert.equal(await again.send('2probe').next(), '3probe');
                assert.equal(await again.send('5').send('4b').next(), '4b');
                again.drop();
            },
        },
        {
            name: 'a second WebSocket while upgrading is closed, the first goes on',
            async run() {
                const { polling, socket } = await open();
                const second = await upgrade(server, target(server, `transport=websocket&sid=${polling.sid}`));
                if (second.socket) assert.match(await second.socket.next(), /^closed/);
                else assert.equal(second.status, 400);
                assert.equal(await socket.send('2probe').next(), '3probe');
                assert.equal(await socket.send('5').send('4a').next(), '4a');
                socket.drop();
            },
        },
        {
            name: 'a WebSocket for a session that began on one is closed, the first goes on',
            async run() {
                const session = await Socket.open(server);
                const second = await upgrade(server, target(server, `transport=websocket&sid=${session.sid}`));
                if (second.socket) {
                    const end = second.socket.next();
                    if (kNode) second.socket.send('x'); // Node lets it probe, and closes it for anything else
                    assert.match(await end, /^closed/);
                } else assert.equal(second.status, 400);
                await session.send('4a');
                assert.equal(await session.next(), '4a');
                session.drop();
            },
        },
        {
            name: 'the session ends while upgrading: the WebSocket is closed',
            async run() {
                const { polling, socket } = await probed();
                await polling.send('1');
                assert.match(await socket.next(), /^closed/);
            },
        },
    ]);

    await t.test(`${kPackets} numbered packets both ways across the switch`, { timeout: 60000 }, async () => {
        const polling = await Polling.open(server), got = [];
        let sent = 0, socket, ended = false;
        const arrived = [];
        const take = (packet) => {
            got.push(packet);
            for (const done of arrived.splice(0)) done();
        };
        const room = async () => { while (sent - got.length >= kWindow) await new Promise((done) => { arrived.push(done); }); };

        // Two ways in: GETs until they are refused, then the WebSocket.
        const gets = (async () => {
            for (;;) {
                const { status, body } = await polling.get();
                if (status !== 200) return;
                for (const packet of body.split('\x1e')) if (packet !== '6') take(packet);
            }
        })();
        const posts = async (until) => {
            while (sent < until) {
                await room();
                const packets = Array.from({ length: Math.min(20, until - sent) }, () => `4${sent++}`);
                assert.equal(await polling.send(...packets), '200 ok');
            }
        };

        await posts(kPackets / 4);
        const probing = posts(kPackets / 2);
        ({ socket } = await upgrade(server, target(server, `transport=websocket&sid=${polling.sid}`)));
        assert.equal(await socket.send('2probe').next(), '3probe');
        await probing; // the client's last POST is answered before it sends the 5
        socket.send('5');
        const reads = (async () => {
            await gets; // what polling still had to say came before
            while (!ended) take(await socket.next());
        })();
        while (sent < kPackets) {
            await room();
            socket.send(`4${sent++}`);
        }
        while (got.length < kPackets) await new Promise((done) => { arrived.push(done); });
        ended = true;
        assert.deepEqual(got, Array.from({ length: kPackets }, (_, i) => `4${i}`), 'none lost, doubled, or out of order');
        socket.drop();
        await reads;
    });

    await t.test('Socket.IO across the switch: events, acks, binary', async (t) => {
        const io = await startTarget(t, 'sio'), polling = await connected(io, 'polling');
        const { socket } = await upgrade(io, target(io, `transport=websocket&sid=${polling.sid}`));
        assert.equal(await socket.send('2probe').next(), '3probe');
        await polling.send('42["message","asked on polling"]', '451-8["message-with-ack",{"_placeholder":true,"num":0}]', Buffer.from('x'));
        socket.send('5');
        assert.equal(await socket.next(), '42["message-back","asked on polling"]');
        assert.equal(await socket.next(), '461-8[{"_placeholder":true,"num":0}]');
        assert.deepEqual(await socket.next(), Buffer.from('x'));
        assert.equal(await socket.send('42["message",2]').next(), '42["message-back",2]');
        socket.drop();
    });
});
