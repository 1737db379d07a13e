#!/usr/bin/env node
// What the tests of a server meet: one process, or with WGW_TEST_SHAPE=services a process of each role, with WGW_TEST_SHAPE=balanced two
// of each behind a balancer (../cluster/as_one.mjs). They are the same tests, but for those that are about one process: these
// are named here, with the reason, and nowhere else.
//
//   node tests/e2e/shapes.mjs       prints the files whose tests a cluster has to pass, too
import { readdirSync, realpathSync } from 'node:fs';
import nodeTest from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Of each file either why none of its tests is for a cluster, or [why, test…] of those that are not: a name, one that ends with … as its beginning, or a pattern. */
export const kOneProcess = {
    'e2e/accounts': [[
        'a thousand rooms take the MongoDB of the tests a minute; the pages of a log in MongoDB: src/chat/log_store_contract_test.cpp',
        'a list that is asked for without a page is the newest 1,000, and says where the rest is',
    ]],
    'e2e/bench': 'its rooms are seeded into a file of SQLite',
    'e2e/classes': [
        ['it damages a file of SQLite', 'a damaged row does not hide …'],
        ['it asks twelve thousand times, which takes the servers of the tests minutes', 'a cheap event costs the same in a large room …'],
    ],
    'e2e/limits': [
        ['each gateway has its own', 'WGW_LIMIT_CONNECTIONS=5: five at once are heard, the sixth waits for one that leaves'],
        ['it counts the threads of the process that is asked', 'WGW_LIMIT_HASH_THREADS=3: …'],
    ],
    'e2e/metrics': [
        ['each process counts what it does itself', 'what happens is counted'],
        ['it has the metrics of a store in the process', 'dashboard, alerts and docs name metrics that are there, and the docs name them all'],
        ['a gateway has no store, and asks for other servers', '/readyz?verbose names each check, in words and as JSON'],
    ],
    'e2e/operations': 'the page of one process; tests/cluster/operations.test.mjs has that of a cluster',
    'e2e/operator': 'commands for a data folder; tests/cluster/operator.test.mjs has those for a cluster',
    'e2e/operator_tokens': 'the running server is asked; tests/cluster/operator.test.mjs asks a cluster, whose commands go by its database',
    'e2e/operator_sign_in': [
        ['each gateway remembers failed sign-ins; a command does not ask them', 'a user who waits after failures …', 'what was tried of late …'],
        ['it looks into a file of SQLite', 'each cause that lies in the account has its answer'],
        ['each gateway paces its own lines', 'a flood of failed sign-ins …'],
    ],
    'e2e/operator_settings': 'settings and files of one process; tests/cluster/operator.test.mjs has those of a cluster',
    'e2e/process': [
        ['the store is a file, which has one owner', 'a second process on the same data folder names the holder', 'a database that …'],
        ['a cluster is given its key', 'without a secret the server makes its own, keeps it, and only the owner may read it'],
        ['the second signal is for one process', 'WGW_SHUTDOWN_DELAY: /readyz says draining while everything is still served; a second signal is enough of it', 'SIGUSR2: …'],
        ['no server is asked', 'each --help fits a terminal and has an example', 'version and --version say the same and exit 0', '"…'],
    ],
    'e2e/sign_in_load': 'it compares times, which the servers of a cluster on the same machine are part of',
    'e2e/sio_hello': 'the library, without a server of ours',
    'e2e/slow': 'it compares times, which the servers of a cluster on the same machine are part of',
    'e2e/systemd': 'the unit starts one process',
    'e2e/values': 'it stores more messages than FerretDB can list in time, which reads the whole log for each page',
};

const kTests = fileURLToPath(new URL('..', import.meta.url));
export const kIsCluster = (process.env.WGW_TEST_SHAPE ?? 'process') !== 'process';

/** Whether a name of the table means this test. */
function means(listed, name) {
    if (listed instanceof RegExp) return listed.test(name);
    return listed.endsWith('…') ? name.startsWith(listed.slice(0, -1)) : name === listed;
}

/** test() of node:test, but that a cluster is not asked what is about one process. */
export default function test(name, ...rest) {
    const file = realpathSync(process.argv[1]).slice(kTests.length).replace('.test.mjs', ''), rows = kOneProcess[file] ?? [];
    if (kIsCluster && (typeof rows === 'string' || rows.some(([, ...names]) => names.some((listed) => means(listed, name))))) return undefined;
    return nodeTest(name, ...rest);
}

/** Between two messages of who talks beside something else. FerretDB reads a whole log for each page of it, so a cluster's may not grow long. */
export const kTalkMs = kIsCluster ? 50 : 5;

/** How many gateways there are: of what comes at once, each lets in as much as one alone would. */
export const kGateways = process.env.WGW_TEST_SHAPE === 'balanced' ? 2 : 1;

/** Waits until what one process has counted, or ended, is known to the others: less than a second (docs/adr/0025). */
export const told = () => (kIsCluster ? sleep(600) : undefined);

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
    for (const folder of ['e2e', 'golden'])
        for (const file of readdirSync(`${kTests}${folder}`).sort()) {
            const [, name] = /^(.*)\.test\.mjs$/.exec(file) ?? [];
            if (name && typeof kOneProcess[`${folder}/${name}`] !== 'string') console.log(`tests/${folder}/${file}`);
        }
