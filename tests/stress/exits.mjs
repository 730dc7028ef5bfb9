// Ends processes that are full of calls, each in another way: see README.md.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const require = createRequire(`${process.cwd()}/`);
const { Simulator } = require('kernel-client/testing');

const AT_ONCE = 4;
const DEADLINE = 60_000;

const PREFIX = `
const { Worker } = require('node:worker_threads');
const Kernel = require('kernel-client');
const status = Number(process.env.STATUS);
const { connections } = new Kernel().auth;
const slow = new Kernel({ baseURL: process.env.STALLED }).auth.connections;
const kept = [];

/** Calls without end, calls that are not answered, streams that are waited for and streams that are not. */
async function beBusy() {
  for (let number = 0; number < 4; number++) {
    slow.retrieve('ma_1');
    (async () => {
      for (;;) await connections.retrieve('ma_1');
    })();
    const events = (await connections.follow('ma_1'))[Symbol.asyncIterator]();
    await events.next();
    if (number % 2) events.next();
    kept.push(events);
  }
}

const soon = (end) => setTimeout(end, Math.random() * 20);
`;

/** Each is what a program does, and what it ends with if not with the status that it was given. */
const WAYS = {
  'process.exit': [`beBusy().then(() => soon(() => process.exit(status)));`],
  'an exception that a handler takes': [
    `process.on('uncaughtException', () => process.exit(status));
     beBusy().then(() => soon(() => { throw new Error('not a handled one'); }));`,
  ],
  'a signal that a handler takes': [
    `process.on('SIGTERM', () => process.exit(status));
     beBusy().then(() => soon(() => process.kill(process.pid, 'SIGTERM')));`,
  ],
  'a signal': [`beBusy().then(() => soon(() => process.kill(process.pid, 'SIGTERM')));`, 'SIGTERM'],
  'nothing more to do': [
    `process.exitCode = status;
     connections.follow('ma_1').then(async (stream) => {
       kept.push(stream);
       for (let number = 0; number < 20; number++) await connections.retrieve('ma_1');
       for await (const page of (await connections.list({ limit: 1 })).iterPages()) kept.push(page);
       kept.push(await connections.retrieve('ma_1').asResponse());
     });`,
  ],
  'calls on the way out': [
    `process.on('exit', () => {
       connections.retrieve('ma_1');
       connections.follow('ma_1');
     });
     beBusy().then(() => soon(() => process.exit(status)));`,
  ],
  'workers in calls': [
    `const program = process.env.PREFIX + "beBusy().then(() => require('node:worker_threads').parentPort.postMessage(1))";
     let told = 0;
     for (let number = 0; number < 4; number++) {
       const worker = new Worker(program, { eval: true });
       // The others are still at their beginning.
       worker.on('message', () => ++told === 2 && soon(() => process.exit(status)));
     }`,
  ],
};

const { values } = parseArgs({ options: { processes: { type: 'string', default: '21' } } });
const processes = Number(values.processes);

const simulator = Simulator.at(process.env.KERNEL_SIMULATOR);
const busy = await simulator.openWorld({
  connections: ['ma_1', 'ma_2', 'ma_3'].map((id) => ({ id, script: 'endless', flow: 'running' })),
});
const stalled = await simulator.openWorld({ faults: [{ stall: 'headers', times: 1_000_000_000 }] });

/** Runs one program to its end; gives what was wrong with that, or nothing. */
async function end(number) {
  const [way, [program, signal]] = Object.entries(WAYS)[number % Object.keys(WAYS).length];
  const status = number % 5;
  const env = { ...process.env, ...busy.env, STALLED: stalled.baseURL, STATUS: status, PREFIX };
  const child = spawn(process.execPath, ['--eval', PREFIX + program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const output of [child.stdout, child.stderr]) output.setEncoding('utf8').on('data', (text) => (said += text));
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE);
  const [code, killed] = await once(child, 'close');
  clearTimeout(timer);
  const [ended, wanted] = [killed ?? code, signal ?? status];
  if (ended === wanted && said === '') return undefined;
  return `${way}: ended with ${ended}, not ${wanted}, and said ${JSON.stringify(said)}`;
}

const wrong = new Map();
let begun = 0;
async function work() {
  while (begun < processes) {
    const what = await end(begun++);
    if (what) wrong.set(what, (wrong.get(what) ?? 0) + 1);
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work));
for (const world of [busy, stalled]) {
  await world.state({ wait_idle: 1 });
  await world.close();
}
for (const [what, times] of wrong) console.log(`${times} times ${what}`);
const failed = [...wrong.values()].reduce((sum, times) => sum + times, 0);
console.log(`${processes} processes ended in ${Object.keys(WAYS).length} ways: ${failed} not as they should`);
if (failed > 0) process.exitCode = 1;
