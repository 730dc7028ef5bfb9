// The response of a call whose body is left unread.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import Kernel, { APIUserAbortError, KernelError, NotFoundError, OffsetPagination } from 'kernel-client';
import { simulator } from './simulator.mjs';

const simulated = await simulator();

async function open(t, spec) {
  const world = await simulated.openWorld(spec);
  t.after(() => world.close());
  return { world, client: new Kernel({ apiKey: 'sk_test', baseURL: world.baseURL }) };
}

const TORN = { hex: Buffer.from('é').subarray(0, 1).toString('hex') };
const REST = { hex: Buffer.from('é').subarray(1).toString('hex') };

test('the response is there before its body is', async (t) => {
  const { world, client } = await open(t, { faults: [{ on: 'retrieve', stall: 'body' }] });
  const response = await client.auth.connections.retrieve('ma_login').asResponse();
  assert.equal(response.status, 200);
  assert.equal(response.bodyUsed, false);
  await response.body.cancel();
  await world.state('wait_aborted=1&wait_idle=1');
});

test('its body comes piece by piece, byte for byte', async (t) => {
  const { client } = await open(t, { faults: [{ chunks: [{ text: 'a' }, TORN, REST, { hex: 'ff00' }], times: 3 }] });
  const call = () => client.get('/auth/connections/ma_login').asResponse();
  const whole = Buffer.concat([Buffer.from('aé'), Buffer.from('ff00', 'hex')]);
  assert.deepEqual(Buffer.from(await (await call()).arrayBuffer()), whole);
  const pieces = [];
  for await (const piece of (await call()).body) pieces.push(piece);
  assert.deepEqual(Buffer.concat(pieces), whole);
  // A reader that brings its own memory.
  const reader = (await call()).body.getReader({ mode: 'byob' });
  const read = [];
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(2));
    if (done) break;
    read.push(...value);
  }
  assert.deepEqual(Buffer.from(read), whole);
});

test('an answer without a body', async (t) => {
  const { client } = await open(t, { connections: [{ id: 'ma_1' }] });
  const response = await client.auth.connections.delete('ma_1').asResponse();
  assert.equal(response.status, 204);
  assert.equal(await response.text(), '');
});

test('a call may be decoded although its response was asked for', async (t) => {
  const { world, client } = await open(t, { connections: Array.from({ length: 3 }, (_, at) => ({ id: `ma_${at}` })) });
  const { connections } = client.auth;
  const call = connections.retrieve('ma_0');
  const response = await call.asResponse();
  const { data, response: same } = await call.withResponse();
  assert.equal(same, response);
  assert.deepEqual(await response.json(), data);
  const list = connections.list({ limit: 2 });
  assert.equal((await list.asResponse()).headers.get('x-has-more'), 'true');
  const page = await list;
  assert.ok(page instanceof OffsetPagination);
  assert.equal((await page.getNextPage()).items.length, 1);
  assert.equal((await world.state()).requests.length, 3);
});

test('a body that was read cannot be decoded as well', async (t) => {
  const { client } = await open(t, { faults: [{ chunks: [{ text: 'first' }, { text: 'second' }] }] });
  const pieces = client.get('/auth/connections/ma_login');
  const reader = (await pieces.asResponse()).body.getReader();
  assert.equal(Buffer.from((await reader.read()).value).toString(), 'first');
  await assert.rejects(pieces, /has been read/);
  assert.equal(Buffer.from((await reader.read()).value).toString(), 'second');
  const call = client.auth.connections.retrieve('ma_login');
  assert.equal((await (await call.asResponse()).json()).id, 'ma_login');
  await assert.rejects(call, (error) => error instanceof KernelError && /has been read/.test(error.message));
});

test('one caller decodes and another reads', async (t) => {
  const slow = {
    chunks: [{ text: '"fir' }, { delay_ms: 50, text: 'st"' }],
    content_type: 'application/json',
    times: 4,
  };
  const { client } = await open(t, { faults: [slow] });
  const call = () => client.get('/auth/connections/ma_login');
  const text = (response) => response.text();
  for (const both of [
    (call) => [call.asResponse().then(text), call],
    (call) => [call.then(JSON.stringify), call.asResponse().then(text)],
    (call) => [
      call
        .asResponse()
        .then((response) => Promise.all([call, text(response)]))
        .then(([, read]) => read),
      call,
    ],
  ]) {
    const outcomes = await Promise.all(both(call()));
    for (const outcome of outcomes) assert.match(outcome, /^"?first"?$/);
  }
});

test('a body that does not fit can be looked at', async (t) => {
  const { client } = await open(t, { faults: [{ text: '{"id": 5}', times: 2 }] });
  const call = client.auth.connections.retrieve('ma_login');
  const response = await call.asResponse();
  await assert.rejects(call, { name: 'APIResponseValidationError' });
  assert.equal(await response.text(), '{"id": 5}');
  const small = client.withOptions({ maxResponseBytes: 4 }).auth.connections.retrieve('ma_login');
  const large = await small.asResponse();
  await assert.rejects(small, { name: 'APIResponseTooLargeError' });
  await assert.rejects(large.text(), { name: 'APIResponseTooLargeError' });
});

test('a failure is the same, and none is unhandled', async (t) => {
  const { world, client } = await open(t, { faults: [{ status: 500, times: 3 }] });
  await assert.rejects(client.auth.connections.retrieve('ma_login').asResponse(), { status: 500, retriesTaken: 2 });
  await assert.rejects(client.auth.connections.retrieve('ma_nobody').asResponse(), NotFoundError);
  await assert.rejects(client.auth.connections.retrieve('').asResponse(), {
    name: 'InvalidArgumentError',
    argument: 'id',
  });
  assert.equal((await world.state()).requests.length, 4);
});

test('a signal ends the reading at once and is let go of', async (t) => {
  const { world, client } = await open(t, { faults: [{ stall: 'body', times: 2 }] });
  const rest = new AbortController();
  const unread = await client.auth.connections.retrieve('ma_login', { signal: rest.signal }).asResponse();
  rest.abort();
  await world.state('wait_aborted=1&wait_idle=1');
  await assert.rejects(unread.text(), APIUserAbortError);

  const stop = new AbortController();
  const options = { signal: stop.signal };
  const read = await client.auth.connections.retrieve('ma_login', options).asResponse();
  const reading = assert.rejects(read.text(), APIUserAbortError);
  stop.abort();
  await reading;
  await world.state('wait_aborted=2&wait_idle=1');
  assert.equal(getEventListeners(stop.signal, 'abort').length, 0);

  const other = new AbortController();
  const whole = await client.auth.connections.retrieve('ma_login', { signal: other.signal }).asResponse();
  assert.equal((await whole.json()).id, 'ma_login');
  const none = await client.auth.connections.delete('ma_login', { signal: other.signal }).asResponse();
  assert.equal(none.status, 204);
  const gone = client.auth.connections.retrieve('ma_login', { signal: other.signal });
  await assert.rejects(gone.asResponse(), NotFoundError);
  assert.equal(getEventListeners(other.signal, 'abort').length, 0);
});

test('a body that breaks off is an error', async (t) => {
  const { client } = await open(t, { faults: [{ cut: 'in_body' }] });
  const response = await client.auth.connections.retrieve('ma_login').asResponse();
  await assert.rejects(response.text(), { name: 'APIConnectionError' });
});
