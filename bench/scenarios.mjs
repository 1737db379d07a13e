// What is measured and what has to be reached. A bar compares our server with a peer in the same round: `most` or `least`
// is the ratio of the two values, and without both it is only shown; without `than` it is the value itself. `only` names the
// paths it holds for.
const rooms500 = { rooms: 500, members: 10, senders: 10 };
const room1001 = { rooms: 1, members: 1001, senders: 1 };

export const kScenarios = {
    T1: {
        title: 'saturated: 1 room of 1,001, 1 sender, 4 in flight', load: { ...room1001, window: 4 }, seconds: 4,
        bars: [
            { value: 'cpu', than: 'floor', most: 0.33 }, { value: 'cpu', than: 'socketio-ws', most: 0.15 },
            { value: 'cpu', than: 'socketio-uws', most: 0.80 }, { value: 'rate', than: 'socketio-ws', least: 6 },
        ],
    },
    T2: {
        title: 'quiet: 1 room of 1,001, 1 sender, 25/s', load: { ...room1001, rate: 25 }, seconds: 5,
        bars: [
            { value: 'cpu', than: 'floor', most: 1.10 }, { value: 'cpu', than: 'socketio-ws', most: 0.50 },
            { value: 'p99', than: 'floor', most: 1.3 },
        ],
    },
    T3: {
        title: '1 room of 11, 1 sender, 1,000/s', load: { rooms: 1, members: 11, senders: 1, rate: 1000 }, seconds: 6,
        bars: [
            { value: 'cpu', than: 'floor', most: 1.15 }, { value: 'cpu', than: 'socketio-ws', most: 0.45 },
            { value: 'p50', than: 'floor', most: 1.3 },
        ],
    },
    T4: {
        title: 'saturated: 500 rooms of 10, all send, 1 in flight each', load: { ...rooms500, window: 1 }, seconds: 5,
        bars: [
            { value: 'rate', than: 'socketio-ws', least: 12, only: ['relay'] }, { value: 'p99', than: 'socketio-ws', most: 0.3, only: ['relay'] },
            { value: 'rate', than: 'socketio-ws', only: ['durable'] },
            { value: 'p99', than: 'socketio-ws', only: ['durable'] },
        ],
    },
    T5: {
        title: 'quiet: 500 rooms of 10, all send, 0.6/s each', load: { ...rooms500, rate: 0.6 }, seconds: 5,
        bars: [
            { value: 'cpu', than: 'floor', most: 1.25 }, { value: 'cpu', than: 'socketio-ws', most: 0.55 },
            { value: 'p99', than: 'floor', most: 1.3 }, { value: 'p99', than: 'socketio-ws', most: 0.2 },
        ],
    },
    T6: {
        title: 'overload: 500 rooms of 10, all send, 2.5/s each', load: { ...rooms500, rate: 2.5 }, seconds: 5, drain: 8,
        bars: [
            { value: 'p99', than: 'socketio-ws', most: 0.15, only: ['relay'] },
            { value: 'p99', than: 'socketio-ws', only: ['durable'] },
        ],
    },
    T7: {
        title: '10,000 idle connections', load: { rooms: 1, members: 10_000, senders: 0 }, seconds: 1, peers: ['floor', 'socketio-ws'],
        bars: [{ value: 'memory', most: 1024 }],
    },
    T8: {
        title: 'connecting them, 256 at once', load: { rooms: 1, members: 10_000, senders: 0 }, seconds: 1, peers: ['floor', 'socketio-ws'],
        bars: [{ value: 'connect', than: 'socketio-ws', most: 0.12 }],
    },
    T9: {
        title: 'ack after the disk: 1 client, 1 in flight', load: { rooms: 1, members: 1, senders: 1, window: 1 }, seconds: 4, peers: [], paths: ['durable'],
        bars: [{ value: 'ack p50', than: 'disk', most: 1.5 }],
    },
    T10: {
        title: 'the store\'s thread: 64 rooms, 1 in flight each', load: { rooms: 64, members: 1, senders: 1, window: 1 }, seconds: 4, peers: [], paths: ['durable'],
        bars: [{ value: 'acks', than: 'disk', least: 0.8 }, { value: 'store per message', most: 22 }],
    },
};

/** What one run says of itself, by the name of a bar's value. CPU is that of all threads but the store's. */
export const kValues = {
    cpu: { title: 'CPU µs per delivery', of: ({ report }) => (total(report.cpu_us) - store(report)) / report.deliveries },
    rate: { title: 'deliveries/s', of: ({ report }) => report.deliveries / report.window_s },
    p50: { title: 'p50 µs', of: ({ report }) => report.latency_us.p50, commit: 'p50' },
    p99: { title: 'p99 µs', of: ({ report }) => report.latency_us.p99, commit: 'p99' },
    memory: { title: 'user bytes per connection', of: ({ report }) => report.connect_rss / report.clients },
    connect: { title: 'CPU µs per connect', of: ({ report }) => report.connect_cpu_us / report.clients },
    'ack p50': { title: 'ack p50 µs', of: ({ report, disk }) => report?.ack_us.p50 ?? disk.raw_p50_us },
    acks: { title: 'acks/s', of: ({ report, disk }) => (report ? report.ack_us.count / report.window_s : disk.sqlite64_per_s) },
    'store per message': { title: 'store µs per message', of: ({ report }) => store(report) / report.sent },
};

const total = (cpu) => Object.values(cpu).reduce((sum, us) => sum + us, 0);
export const store = (report) => report.cpu_us.store ?? 0;
