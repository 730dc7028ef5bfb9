// What a call returns.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Kernel, { APIPromise, InvalidArgumentError, NotFoundError } from 'kernel-client';
import { simulator } from './simulator.mjs';

const world = await (await simulator()).openWorld();
const { connections } = new Kernel({ apiKey: 'sk_test', baseURL: world.baseURL }).auth;

test('a call is under way before anybody waits for it', async () => {
  const before = (await world.state()).requests_total;
  const call = connections.login('ma_login');
  await world.state(`wait_completed=${before + 1}`);
  assert.equal((await call).id, 'ma_login');
});

test('awaited again it gives the same answer, and no other request', async () => {
  const call = connections.login('ma_login');
  const answer = await call;
  const { requests_total } = await world.state();
  assert.equal(await call, answer);
  assert.equal((await call.withResponse()).data, answer);
  assert.equal((await world.state()).requests_total, requests_total);
});

test('the answer is a plain object that can be copied and written down', async () => {
  const answer = await connections.login('ma_login');
  assert.equal(Object.getPrototypeOf(answer), Object.prototype);
  assert.deepEqual(structuredClone(answer), answer);
  assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer);
  assert.match(answer.flow_expires_at, /^\d{4}-\d\d-\d\dT/);
});

test('the response is a Response, always the same one, with the body to read', async () => {
  const call = connections.login('ma_login');
  const response = await call.asResponse();
  assert.ok(response instanceof Response);
  assert.equal(await call.asResponse(), response);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /json/);
  const { data, response: same, requestID, retriesTaken } = await call.withResponse();
  assert.equal(same, response);
  assert.deepEqual(await response.json(), data);
  assert.equal(requestID, response.headers.get('x-request-id'));
  assert.equal(retriesTaken, 0);
});

test('it is a promise, and what is made of it is an ordinary one', async () => {
  const call = connections.login('ma_login');
  assert.ok(call instanceof APIPromise && call instanceof Promise);
  const next = call.then(({ id }) => id);
  assert.equal(next.constructor, Promise);
  assert.deepEqual(await Promise.all([next, call.finally(() => {}).then(({ id }) => id)]), ['ma_login', 'ma_login']);
  assert.ok((await APIPromise.resolve(5)) === 5);
});

test('a failure that is asked for in one way only is not an unhandled one in the others', async () => {
  await assert.rejects(connections.login('nobody').asResponse(), NotFoundError);
  await assert.rejects(connections.login('nobody').withResponse(), NotFoundError);
  await assert.rejects(connections.login('').asResponse(), InvalidArgumentError);
});

test('arguments are taken as they are at the call', async () => {
  const params = { record_session: true };
  const call = connections.login('ma_login', params);
  params.record_session = false;
  await call;
  const { requests } = await world.state();
  assert.equal(requests.at(-1).body, '{"record_session":true}');
});
