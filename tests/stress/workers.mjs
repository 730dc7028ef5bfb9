// Ends workers that are full of calls, streams and pages, at random moments: see README.md.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const require = createRequire(`${process.cwd()}/`);
const Kernel = require('kernel-client');

const AT_ONCE = 8;
/** The longest that a worker lives once all of it is under way. */
const MOMENT = 30;

/** A connection for each, whose login it waits for. */
const OWN = Array.from({ length: AT_ONCE }, (_, at) => `ma_own_${at}`);

/** Does the same again and again. What fails fails the worker, and with it everything. */
async function forever(work) {
  let isTold = false;
  for (;;) {
    await work();
    if (!isTold) parentPort.postMessage('under way');
    isTold = true;
  }
}

/** What a worker has under way when it ends; it tells of three things when it has done them once. */
function beBusy({ busy, stalled, own }) {
  const { connections } = new Kernel(busy).auth;
  const slow = new Kernel(stalled).auth.connections;
  for (let number = 0; number < 4; number++) {
    slow.retrieve('ma_1');
    slow.retrieve('ma_1').asResponse();
  }
  const idle = [];
  forever(async () => {
    await Promise.all([connections.retrieve('ma_1'), connections.retrieve(own)]);
    await (await connections.retrieve('ma_1').asResponse()).text();
  });
  forever(async () => {
    let count = 0;
    for await (const _ of connections.list({ limit: 4 })) count++;
    if (count !== OWN.length + 1) throw new Error(`${count} connections`);
  });
  forever(async () => {
    const events = (await connections.follow('ma_1'))[Symbol.asyncIterator]();
    await events.next();
    // It waits for a second event that does not come; the one before it is closed.
    events.next();
    await idle.pop()?.return();
    idle.push(events);
    await setTimeout(5);
  });
  connections.loginAndWait(own, {}, { onInput: () => new Promise(() => {}) });
}

/** Starts workers, and ends each at a moment of its own; gives how many requests they made. */
async function round(simulator) {
  const busy = await simulator.openWorld({
    connections: [{ id: 'ma_1', script: 'endless', flow: 'running' }, ...OWN.map((id) => ({ id, script: 'password' }))],
  });
  const stalled = await simulator.openWorld({ faults: [{ stall: 'headers', times: 1_000_000_000 }] });
  const options = ({ apiKey, baseURL }) => ({ apiKey, baseURL });
  await Promise.all(
    OWN.map(async (own, at) => {
      const workerData = { busy: options(busy), stalled: options(stalled), own };
      const worker = new Worker(new URL(import.meta.url), { workerData });
      let told = 0;
      await new Promise((resolve, reject) => {
        worker.once('error', reject);
        // Some are ended while they still begin.
        if (at % 4 === 3) worker.once('online', resolve);
        worker.on('message', () => ++told === 3 && resolve());
      });
      await setTimeout(Math.random() * MOMENT);
      const code = await worker.terminate();
      if (code !== 1) throw new Error(`a worker ended by itself, with ${code}`);
    }),
  );
  let requests = 0;
  for (const world of [busy, stalled]) {
    requests += (await world.state({ wait_idle: 1 })).requests_total;
    await world.close();
  }
  return requests;
}

async function main(rounds) {
  const { Simulator } = require('kernel-client/testing');
  const simulator = Simulator.at(process.env.KERNEL_SIMULATOR);
  let requests = 0;
  for (let number = 0; number < rounds; number++) requests += await round(simulator);
  // The process goes on, and the library in it.
  if ((await simulator.client.auth.connections.list()).items.length === 0) throw new Error('no connections');
  console.log(`${process.version}: ${rounds} rounds of ${AT_ONCE} workers ended, after ${requests} requests`);
}

/** Has another process do it: what crashes takes all of it along, and may say so where only the parent reads it. */
function judge(rounds) {
  const command = [fileURLToPath(import.meta.url), '--rounds', rounds, '--unjudged'];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  console.log(stdout.trim());
  if (status === 0 && stderr === '' && stdout.split('\n').length === 2) return;
  console.log(`ended with ${signal ?? status} and said ${stderr}`);
  process.exitCode = 1;
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '4' }, unjudged: { type: 'boolean' } },
});
if (!isMainThread) beBusy(workerData);
else if (values.unjudged) await main(Number(values.rounds));
else judge(values.rounds);
