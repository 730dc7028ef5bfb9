// Makes calls and aborts calls, and looks at what they leave behind: see README.md.

import assert from 'node:assert/strict';
import { getEventListeners, setMaxListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const require = createRequire(`${process.cwd()}/`);
const Kernel = require('kernel-client');
const { Simulator } = require('kernel-client/testing');

const AT_ONCE = 64;
/** In so many equal parts it is done, after two to warm up, */
const ROUNDS = 10;
/** of which the first has no fewer than these: V8 goes on compiling, and learning what it is given, for that long. */
const WARM = { calls: 10_000, aborted: 5_000 };
/** By how many KiB the process may have grown from the end of the warm-up to the end. */
const MEMORY = 5 * 1024;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '5000' },
    aborted: { type: 'string', default: '500' },
    seed: { type: 'string', default: '20261129' },
  },
});
const part = { calls: Number(values.calls) / ROUNDS, aborted: Number(values.aborted) / ROUNDS };

/** Numbers below 1 that look random and are the same each time (mulberry32). */
let seed = Number(values.seed);
function chance() {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** What is called, by turns. */
const WAYS = [
  ({ connections }, signal) => connections.retrieve('ma_1', { signal }),
  ({ connections }, signal) => connections.list({}, { signal }),
  ({ context }, signal) => context.retrieve({ signal }),
  async ({ connections }, signal) => (await connections.retrieve('ma_1', { signal }).asResponse()).json(),
];

async function firstEvent({ connections }, signal) {
  for await (const event of await connections.follow('ma_1', { signal })) return event;
}

/** One call. Few of them are streams, as each of these ends a connection. */
function call({ auth }, number, signal) {
  const way = number % 25 === 0 ? firstEvent : WAYS[number % WAYS.length];
  return way(auth, signal);
}

/** Calls that are answered, all with one signal. */
async function make(client, calls, signal) {
  let begun = 0;
  let answered = 0;
  async function work() {
    while (begun < calls) {
      assert(await call(client, begun++, signal), 'no answer');
      answered++;
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  assert.equal(answered, calls);
}

/** Whether it was aborted; any other failure is one. */
async function isAborted(promise) {
  try {
    await promise;
    return false;
  } catch (error) {
    if (error instanceof Kernel.APIUserAbortError) return true;
    throw error;
  }
}

/** When a signal of one call alone is aborted; each gives whether the call was. */
const MOMENTS = [
  async function before(begin, controller) {
    controller.abort();
    assert(await isAborted(begin()), 'it was aborted before it began');
    return true;
  },
  function atOnce(begin, controller) {
    const called = isAborted(begin());
    controller.abort();
    return called;
  },
  async function meanwhile(begin, controller) {
    const called = isAborted(begin());
    await setTimeout(chance() * 5);
    controller.abort();
    return called;
  },
];

/** When only an answer can be the end. */
async function afterwards(begin, controller) {
  assert(await begin(), 'no answer');
  controller.abort();
  return false;
}

/** Calls that are aborted: half of them with one signal for many, half with one for each. */
async function abort(answering, stalled, aborted) {
  const signals = [];
  const counted = { stopped: 0, answered: 0 };
  for (let first = 0; first < aborted; first += AT_ONCE) {
    const shared = sharable();
    signals.push(shared.signal);
    const batch = Array.from({ length: Math.min(AT_ONCE, aborted - first) }, async (_, at) => {
      const client = at % 4 < 2 ? answering : stalled;
      const number = first + at;
      let wasAborted;
      if (at % 2) {
        wasAborted = await isAborted(call(client, number, shared.signal));
      } else {
        const controller = new AbortController();
        signals.push(controller.signal);
        const moments = client === stalled ? MOMENTS : [...MOMENTS, afterwards];
        const moment = moments[Math.floor(chance() * moments.length)];
        wasAborted = await moment(() => call(client, number, controller.signal), controller);
      }
      assert(wasAborted || client === answering, 'an answer where there is none');
      counted[wasAborted ? 'stopped' : 'answered']++;
    });
    await setTimeout(chance() * 5);
    shared.abort();
    await Promise.all(batch);
  }
  for (const signal of signals) assert.equal(listeners(signal), 0, 'a signal is listened to after the call');
  return counted;
}

/** Many listen to its signal, and Node is not to take them for a leak. */
function sharable() {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

function listeners(signal) {
  return getEventListeners(signal, 'abort').length;
}

/** One part of everything, with clients of its own. */
async function round([answering, stalled], { calls, aborted }, signal) {
  const [client, slow] = [answering, stalled].map(({ apiKey, baseURL }) => new Kernel({ apiKey, baseURL }));
  await make(client, calls, signal);
  return abort(client, slow, aborted);
}

/** What there is between two rounds, when nothing is under way. */
async function left(worlds, signal) {
  // A client is closed when it is collected, and that is when the simulator has seen it.
  for (let times = 0; times < 3; times++) {
    globalThis.gc();
    await setTimeout(1);
  }
  for (const world of worlds) await world.state({ wait_idle: 1 });
  globalThis.gc();
  return {
    memory: Math.round(process.memoryUsage.rss() / 1024),
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    listeners: listeners(signal),
  };
}

const simulator = Simulator.at(process.env.KERNEL_SIMULATOR);
const worlds = [
  await simulator.openWorld({ connections: [{ id: 'ma_1', script: 'endless', flow: 'running' }] }),
  await simulator.openWorld({ faults: [{ stall: 'headers', times: 1_000_000_000 }] }),
];
// As a server has one that says when it is to stop: it outlives all calls.
const { signal } = sharable();
const sum = { stopped: 0, answered: 0 };
const warm = { calls: Math.max(part.calls, WARM.calls), aborted: Math.max(part.aborted, WARM.aborted) };
let before;
for (const amount of [warm, part]) {
  await round(worlds, amount, signal);
  before = await left(worlds, signal);
}
let after = before;
console.log(`warm: ${JSON.stringify(before)}`);
const began = performance.now();
for (let number = 1; number <= ROUNDS; number++) {
  const { stopped, answered } = await round(worlds, part, signal);
  sum.stopped += stopped;
  sum.answered += answered;
  after = await left(worlds, signal);
  console.log(`${number}: ${JSON.stringify(after)}`);
}
const took = (performance.now() - began) / 1000;
for (const world of worlds) await world.close();
const grown = Object.fromEntries(Object.entries(after).map(([what, now]) => [what, now - before[what]]));
console.log(
  `${values.calls} calls and ${values.aborted} aborted ones (${sum.stopped} stopped, ${sum.answered} answered ` +
    `before that) in ${took.toFixed()} s: ${grown.memory} KiB resident, ${grown.descriptors} descriptors, ` +
    `${grown.threads} threads more; ${after.listeners} listeners`,
);
if (grown.memory > MEMORY || grown.descriptors > 0 || grown.threads > 0 || after.listeners > 0) process.exitCode = 1;
