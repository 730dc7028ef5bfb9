// A call that is aborted is gone at once, and leaves nothing behind.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import Kernel, { APIUserAbortError, NotFoundError } from 'kernel-client';
import { simulator } from './simulator.mjs';

const simulated = await simulator();

async function clientOf(t, spec) {
  const world = await simulated.openWorld(spec);
  t.after(() => world.close());
  const client = new Kernel({ apiKey: 'sk_test', baseURL: world.baseURL, timeout: 20_000, maxRetries: 0 });
  return { world, login: (signal, id = 'ma_login') => client.auth.connections.login(id, {}, { signal }) };
}

test('in flight: the call rejects with the reason, and the API sees the request go', async (t) => {
  const { world, login } = await clientOf(t, { faults: [{ stall: 'headers' }] });
  const stop = new AbortController();
  const call = login(stop.signal);
  const outcome = assert.rejects(call, (error) => {
    assert.ok(error instanceof APIUserAbortError);
    assert.equal(error.message, 'Request was aborted.');
    assert.equal(error.cause, 'enough');
    return true;
  });
  await world.state('wait_requests=1');
  stop.abort('enough');
  await outcome;
  await world.state('wait_aborted=1&wait_idle=1');
});

test('before the call: nothing is sent', async (t) => {
  const { world, login } = await clientOf(t);
  await assert.rejects(login(AbortSignal.abort()), APIUserAbortError);
  await login(undefined);
  assert.equal((await world.state('wait_completed=1')).requests.length, 1);
});

test('after the answer: nothing changes', async (t) => {
  const { login } = await clientOf(t);
  const stop = new AbortController();
  const call = login(stop.signal);
  assert.equal((await call).flow_type, 'LOGIN');
  stop.abort();
  assert.equal((await call).flow_type, 'LOGIN');
});

test('a signal stops no call but its own, however often calls follow each other', async (t) => {
  const { world, login } = await clientOf(t, {
    faults: [{ pass: true }, { delay_ms: 200 }, { stall: 'headers' }, { delay_ms: 200 }],
  });
  const stop = new AbortController();
  await login(stop.signal);
  const second = login(undefined);
  await world.state('wait_requests=2');
  stop.abort();
  assert.equal((await second).flow_type, 'LOGIN');

  const late = new AbortController();
  const third = assert.rejects(login(late.signal), APIUserAbortError);
  await world.state('wait_requests=3');
  late.abort();
  await third;
  assert.equal((await login(undefined)).flow_type, 'LOGIN');
});

test('a signal that lets nobody go stops no later call', async (t) => {
  const { world, login } = await clientOf(t, { faults: [{ pass: true }, { delay_ms: 200 }] });
  const stop = new AbortController();
  const signal = { aborted: false, addEventListener: (...given) => stop.signal.addEventListener(...given) };
  signal.removeEventListener = () => {};
  await login(signal);
  const second = login(undefined);
  await world.state('wait_requests=2');
  stop.abort();
  assert.equal((await second).flow_type, 'LOGIN');
});

test('a signal that many calls share keeps no listener of a call that has ended', async (t) => {
  const { world, login } = await clientOf(t, { faults: [{ pass: true }, { pass: true }, { stall: 'headers' }] });
  const stop = new AbortController();
  const listeners = () => getEventListeners(stop.signal, 'abort').length;
  const first = login(stop.signal);
  await null;
  assert.equal(listeners(), 1);
  await first;
  assert.equal(listeners(), 0);
  await assert.rejects(login(stop.signal, 'nobody'), NotFoundError);
  assert.equal(listeners(), 0);
  const stalled = login(stop.signal);
  const outcome = assert.rejects(stalled, APIUserAbortError);
  await world.state('wait_requests=3');
  stop.abort();
  await outcome;
  assert.equal(listeners(), 0);
});

test('one of many calls on a client: the others go on', async (t) => {
  const { world, login } = await clientOf(t, { faults: [{ stall: 'headers' }, { delay_ms: 200 }] });
  const stop = new AbortController();
  const stopped = assert.rejects(login(stop.signal), APIUserAbortError);
  await world.state('wait_requests=1');
  const other = login(new AbortController().signal);
  await world.state('wait_requests=2');
  stop.abort();
  await stopped;
  assert.equal((await other).id, 'ma_login');
});

test('a signal is told from what is none', async (t) => {
  const { world, login } = await clientOf(t);
  await assert.rejects(login({ aborted: false }), (error) => {
    assert.ok(error instanceof Kernel.InvalidArgumentError);
    assert.equal(error.argument, 'signal');
    return true;
  });
  await login(null);
  assert.equal((await world.state('wait_completed=1')).requests.length, 1);
});
