// Streams of events: how they end, and that nothing is left of them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { APIUserAbortError, InternalServerError, KernelError, Stream } from 'kernel-client';
import { simulator } from './simulator.mjs';

const simulated = await simulator();
const ended = { timeout: 60_000 };

/** A world where `ma_1` has a login that never gets on, so that a stream of it stays open. */
async function endless(t, spec) {
  const world = await simulated.openWorld({
    connections: [{ id: 'ma_1', script: 'endless', flow: 'running' }],
    ...spec,
  });
  t.after(() => world.close());
  return { world, follow: (options) => world.client.auth.connections.follow('ma_1', options) };
}

/** Three events that come at once. */
const TOGETHER = { text: 'data: 1\n\ndata: 2\n\ndata: 3\n\n' };

const isClosed = (world) => world.state('wait_aborted=1&wait_idle=1');

test('it is under way before anybody iterates, and has its response', ended, async (t) => {
  const { world, follow } = await endless(t);
  const { data: stream, response, retriesTaken } = await follow().withResponse();
  await world.state('wait_follows=1');
  assert.ok(stream instanceof Stream);
  assert.deepEqual([response.status, retriesTaken], [200, 0]);
  assert.match(response.headers.get('content-type'), /event-stream/);
  stream.controller.abort();
});

test('leaving the loop closes the connection', ended, async (t) => {
  const { world, follow } = await endless(t);
  const stream = await follow();
  for await (const event of stream) {
    assert.equal(event.flow_step, 'DISCOVERING');
    break;
  }
  assert.ok(stream.controller.signal.aborted);
  await isClosed(world);
});

test('an error in the loop closes it, and is what the caller sees', ended, async (t) => {
  const { world, follow } = await endless(t);
  const mine = new Error('mine');
  const looping = (async () => {
    for await (const _ of await follow()) throw mine;
  })();
  await assert.rejects(looping, (error) => error === mine);
  await isClosed(world);
});

test('it is iterated over once', ended, async (t) => {
  const { follow } = await endless(t);
  const stream = await follow();
  for await (const _ of stream) break;
  const again = (async () => {
    for await (const _ of stream) assert.fail('an event');
  })();
  await assert.rejects(again, (error) => {
    assert.equal(error.constructor, KernelError);
    assert.match(error.message, /^Cannot iterate over a consumed stream/);
    return true;
  });
});

test('the signal of the caller rejects what waits, with its reason, and then the stream is over', ended, async (t) => {
  const { world, follow } = await endless(t);
  const stop = new AbortController();
  const stream = await follow({ signal: stop.signal });
  const events = stream[Symbol.asyncIterator]();
  assert.equal((await events.next()).value.flow_step, 'DISCOVERING');
  const waiting = assert.rejects(events.next(), (error) => {
    assert.ok(error instanceof APIUserAbortError);
    assert.equal(error.cause, 'enough');
    return true;
  });
  stop.abort('enough');
  await waiting;
  await isClosed(world);
  assert.deepEqual(await events.next(), { value: undefined, done: true });
});

test('the signal closes the connection also while nobody waits, and the next step rejects', ended, async (t) => {
  const { world, follow } = await endless(t);
  const stop = new AbortController();
  const stream = await follow({ signal: stop.signal });
  stop.abort();
  await isClosed(world);
  await assert.rejects(stream[Symbol.asyncIterator]().next(), APIUserAbortError);
});

test(
  'a signal that is aborted already sends nothing; one that is aborted meanwhile leaves nothing open',
  ended,
  async (t) => {
    const { world, follow } = await endless(t, { faults: [{ on: 'follow', stall: 'headers' }] });
    await assert.rejects(follow({ signal: AbortSignal.abort() }), APIUserAbortError);
    const stop = new AbortController();
    const opening = assert.rejects(follow({ signal: stop.signal }), APIUserAbortError);
    await world.state('wait_requests=1');
    stop.abort();
    await opening;
    await isClosed(world);
    assert.equal((await world.state()).requests.length, 1);
  },
);

test("the stream's own controller ends it without an error, also for what waits", ended, async (t) => {
  const { world, follow } = await endless(t);
  const stream = await follow();
  const events = stream[Symbol.asyncIterator]();
  await events.next();
  const waiting = events.next();
  stream.controller.abort();
  assert.deepEqual(await waiting, { value: undefined, done: true });
  await isClosed(world);
});

test('`return` ends what waits', ended, async (t) => {
  const { world, follow } = await endless(t);
  const events = (await follow())[Symbol.asyncIterator]();
  await events.next();
  const waiting = events.next();
  assert.deepEqual(await events.return('mine'), { value: 'mine', done: true });
  assert.deepEqual(await waiting, { value: undefined, done: true });
  await isClosed(world);
});

test('disposal closes it', ended, async (t) => {
  const { world, follow } = await endless(t);
  const stream = await follow();
  await stream[Symbol.asyncDispose]();
  await isClosed(world);
  for await (const _ of stream) assert.fail('an event');
});

test('events that are asked for all at once come in order', ended, async (t) => {
  const event = (n) => ({ text: `data: ${n}\n\n` });
  const { follow } = await endless(t, { faults: [{ on: 'follow', chunks: [1, 2, 3].map(event) }] });
  const events = (await follow({ reconnect: false }))[Symbol.asyncIterator]();
  const results = await Promise.all(Array.from({ length: 5 }, () => events.next()));
  assert.deepEqual(
    results.map(({ value, done }) => (done ? 'over' : value)),
    [1, 2, 3, 'over', 'over'],
  );
});

test('one asked for when another has come is not given before what was asked for earlier', ended, async (t) => {
  const { follow } = await endless(t, { faults: [{ on: 'follow', chunks: [TOGETHER] }] });
  const events = (await follow({ reconnect: false }))[Symbol.asyncIterator]();
  const asked = [events.next(), events.next()];
  asked.push(asked[0].then(() => events.next()));
  const results = await Promise.all(asked);
  assert.deepEqual(
    results.map(({ value }) => value),
    [1, 2, 3],
  );
});

test('what has come already is not given once it was stopped', ended, async (t) => {
  const { follow } = await endless(t, { faults: [{ on: 'follow', chunks: [TOGETHER], times: 2 }] });
  const stop = new AbortController();
  for (const options of [{}, { signal: stop.signal }]) {
    const stream = await follow({ reconnect: false, ...options });
    const events = stream[Symbol.asyncIterator]();
    assert.equal((await events.next()).value, 1);
    if (options.signal) {
      stop.abort();
      await assert.rejects(events.next(), APIUserAbortError);
    } else {
      stream.controller.abort();
    }
    assert.deepEqual(await events.next(), { value: undefined, done: true });
  }
});

test('many that come together are given in order, before what ends them', ended, async (t) => {
  const many = Array.from({ length: 1000 }, (_, at) => at);
  const together = { text: many.map((at) => `data: ${at}\n\n`).join('') };
  const { follow } = await endless(t, {
    faults: [
      { on: 'follow', chunks: [together] },
      { on: 'follow', chunks: [together], cut: 'in_body' },
      { on: 'follow', status: 500, times: 3, headers: { 'retry-after-ms': '1' } },
    ],
  });
  const given = [];
  for await (const event of await follow({ reconnect: false })) given.push(event);
  assert.deepEqual(given, many);
  given.length = 0;
  const failing = (async () => {
    for await (const event of await follow({ maxRetries: 1 })) given.push(event);
  })();
  await assert.rejects(failing, InternalServerError);
  assert.deepEqual(given, many);
});

test('however many have come, others have their turn', ended, async (t) => {
  const together = { text: 'data: 1\n\n'.repeat(20_000) };
  const { follow } = await endless(t, { faults: [{ on: 'follow', chunks: [together] }] });
  const stream = await follow({ reconnect: false });
  // Slower than events are made ready, so that the next ones always are.
  const work = JSON.stringify(Array.from({ length: 500 }, (_, at) => at));
  let given = 0;
  let before = 0;
  let longest = 0;
  let isOver = false;
  const turn = () => {
    longest = Math.max(longest, given - before);
    before = given;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  for await (const _ of stream) {
    JSON.parse(work);
    given++;
  }
  isOver = true;
  turn();
  assert.equal(given, 20_000);
  // Sixteen times what crosses at once, and once more where it was about to.
  assert.ok(longest <= 17 * 64, `${longest} events without a turn`);
});

test('of many that have come none is given once the loop was left', ended, async (t) => {
  const together = { text: 'data: 1\n\n'.repeat(1000) };
  const { follow } = await endless(t, { faults: [{ on: 'follow', chunks: [together] }] });
  const events = (await follow())[Symbol.asyncIterator]();
  for (let at = 0; at < 100; at++) assert.deepEqual(await events.next(), { value: 1, done: false });
  await events.return();
  assert.deepEqual(await events.next(), { value: undefined, done: true });
});

test('after an error it is over', ended, async (t) => {
  const { follow } = await endless(t, {
    faults: [
      { on: 'follow', chunks: [{ text: 'data: 1\n\n' }], cut: 'in_body' },
      { on: 'follow', status: 500, times: 3, headers: { 'retry-after-ms': '1' } },
    ],
  });
  const events = (await follow({ maxRetries: 1 }))[Symbol.asyncIterator]();
  assert.equal((await events.next()).value, 1);
  await assert.rejects(events.next(), InternalServerError);
  assert.deepEqual(await events.next(), { value: undefined, done: true });
});

test('a signal that many streams share keeps no listener of one that has ended', ended, async (t) => {
  const { follow } = await endless(t, {
    faults: [
      { on: 'follow', chunks: [{ text: 'data: 1\n\n' }] },
      { on: 'follow', chunks: [{ text: 'data: {\n\n' }] },
    ],
  });
  const stop = new AbortController();
  const listeners = () => getEventListeners(stop.signal, 'abort').length;
  const open = () => follow({ signal: stop.signal, reconnect: false });

  const ends = await open();
  assert.equal(listeners(), 1);
  for await (const _ of ends);
  assert.equal(listeners(), 0, 'after its end');

  const fails = await open();
  await assert.rejects(fails[Symbol.asyncIterator]().next());
  assert.equal(listeners(), 0, 'after an error');

  for await (const _ of await open()) {
    assert.equal(listeners(), 1);
    break;
  }
  assert.equal(listeners(), 0, 'after leaving the loop');

  (await open()).controller.abort();
  assert.equal(listeners(), 0, "after the stream's own abort");

  const aborted = await open();
  stop.abort();
  assert.equal(listeners(), 0, 'after the abort');
  await assert.rejects(aborted[Symbol.asyncIterator]().next(), APIUserAbortError);
});

test('one that nobody has any more is closed, and its listener is gone', ended, async (t) => {
  const { world } = await endless(t);
  const program = `
    import { getEventListeners } from 'node:events';
    import Kernel from 'kernel-client';
    const { connections } = new Kernel().auth;
    const stop = new AbortController();
    await (async () => {
      const events = (await connections.follow('ma_1', { signal: stop.signal }))[Symbol.asyncIterator]();
      await events.next();
    })();
    console.log(getEventListeners(stop.signal, 'abort').length);
    let closed = false;
    const closing = fetch(process.env.RECORD + '?wait_aborted=1').then(({ ok }) => { closed = ok; });
    while (!closed || getEventListeners(stop.signal, 'abort').length > 0) {
      gc();
      await new Promise(setImmediate);
    }
    console.log('closed');
  `;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { PATH: process.env.PATH, ...world.env, RECORD: world.record },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  const [out] = await Promise.all([text(child.stdout), once(child, 'close')]);
  assert.equal(out, '1\nclosed\n');
});

test('two of it go at their own speed', ended, async (t) => {
  const event = (n) => ({ text: `data: ${n}\n\n` });
  const { follow } = await endless(t, { faults: [{ on: 'follow', chunks: [1, 2, 3].map(event) }] });
  const [left, right] = (await follow({ reconnect: false })).tee();
  const slow = right[Symbol.asyncIterator]();
  assert.equal((await slow.next()).value, 1);
  assert.deepEqual(await all(left), [1, 2, 3]);
  assert.equal((await slow.next()).value, 2);
  assert.deepEqual(await all({ [Symbol.asyncIterator]: () => slow }), [3]);
});

test('as bytes it can be sent on, and read again', ended, async (t) => {
  const { world, follow } = await endless(t, {
    faults: [{ on: 'follow', chunks: [{ text: 'data: {"a": "é\\n"}\n\ndata: 2\n\n' }] }],
  });
  const bytes = (await follow({ reconnect: false })).toReadableStream();
  const controller = new AbortController();
  assert.deepEqual(await all(Stream.fromReadableStream(bytes, controller)), [{ a: 'é\n' }, 2]);
  assert.ok(!controller.signal.aborted);

  const open = (await follow()).toReadableStream();
  for await (const _ of Stream.fromReadableStream(open, controller)) break;
  assert.ok(controller.signal.aborted);
  await isClosed(world);
});

async function all(stream) {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
}
