// @onkernel/sdk against the simulator: each documented error is the SDK's own class for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Kernel from '@onkernel/sdk';
import { openWorld, openWorldOf } from './world.js';

const NEW = { domain: 'example.com', profile_name: 'someone' };

// Each operation as a call, with whether it takes an id and whether it only reads.
const OPERATIONS = {
  create: { call: (connections) => connections.create(NEW) },
  list: { call: (connections) => connections.list(), reads: true },
  retrieve: { call: (connections, id) => connections.retrieve(id), id: true, reads: true },
  update: { call: (connections, id) => connections.update(id, { record_session: true }), id: true },
  delete: { call: (connections, id) => connections.delete(id), id: true },
  login: { call: (connections, id) => connections.login(id), id: true },
  submit: { call: (connections, id) => connections.submit(id, { fields: { email: 'x' } }), id: true },
  follow: { call: (connections, id) => connections.follow(id), id: true, reads: true },
  timeline: { call: (connections, id) => connections.timeline(id), id: true, reads: true },
};

/** The error of `call`, which is of this class, with this status and code. */
async function refused(call, Class, status, code) {
  const error = await call().then(
    () => assert.fail('it worked'),
    (error) => error,
  );
  assert.ok(error instanceof Class, `${error}`);
  assert.equal(error.status, status);
  assert.equal(error.error.code, code);
  assert.equal(typeof error.error.message, 'string');
  return error;
}

for (const [name, { call, id, reads }] of Object.entries(OPERATIONS)) {
  test(`${name}: 401 for a key that does not exist`, async (t) => {
    const { client } = await openWorldOf(t, 'password');
    const { connections } = client({ apiKey: 'sk_wrong' }).auth;
    await refused(() => call(connections, 'ma_test'), Kernel.AuthenticationError, 401, 'unauthorized');
  });

  test(`${name}: 500`, async (t) => {
    const { client } = await openWorldOf(t, 'password', { faults: [{ on: name, status: 500 }] });
    const { connections } = client({ maxRetries: 0 }).auth;
    await refused(() => call(connections, 'ma_test'), Kernel.InternalServerError, 500, 'internal_error');
  });

  if (id) {
    test(`${name}: 404 for a connection that does not exist`, async (t) => {
      const { connections } = await openWorldOf(t, 'password');
      await refused(() => call(connections, 'ma_other'), Kernel.NotFoundError, 404, 'not_found');
    });
  }

  if (!reads) {
    test(`${name}: 403 for a key that may only read`, async (t) => {
      const { client } = await openWorldOf(t, 'password');
      const { connections } = client({ apiKey: 'sk_readonly' }).auth;
      await refused(() => call(connections, 'ma_test'), Kernel.PermissionDeniedError, 403, 'forbidden');
    });
  }
}

test('create: 409 names the connection that exists', async (t) => {
  const { client } = await openWorldOf(t, 'password', {}, NEW);
  const { connections } = client({ maxRetries: 0 }).auth;
  const error = await refused(() => connections.create(NEW), Kernel.ConflictError, 409, 'already_exists');
  assert.equal(error.error.existing_id, 'ma_test');
});

test('login: 409 while one is running', async (t) => {
  const { client } = await openWorldOf(t, 'endless');
  const { connections } = client({ maxRetries: 0 }).auth;
  await connections.login('ma_test');
  await refused(() => connections.login('ma_test'), Kernel.ConflictError, 409, 'conflict');
});

test('400 for what the API does not take', async (t) => {
  const { connections } = await openWorldOf(t, 'password');
  await connections.login('ma_test');
  for (const call of [
    () => connections.create({ domain: 'example.com' }),
    () => connections.create({ ...NEW, surprise: true }),
    () => connections.create({ ...NEW, health_check_interval: 1 }),
    () => connections.update('ma_test', { health_checks: 'yes' }),
    () => connections.login('ma_test', { proxy: {} }),
    () => connections.submit('ma_test', { fields: { shoe_size: '43' } }),
    () => connections.submit('ma_test', { mfa_option_id: 'sms' }),
  ]) {
    await refused(call, Kernel.BadRequestError, 400, 'bad_request');
  }
});

test('submit: 422 when there is nothing in it, and when nothing is asked', async (t) => {
  const { connections, make } = await openWorldOf(t, 'password');
  const submit = (body) => () => connections.submit('ma_test', body);
  const body = { fields: { email: 'user@example.com', password: 'secret' } };
  await refused(submit(body), Kernel.UnprocessableEntityError, 422, 'no_active_flow');
  await connections.login('ma_test');
  await refused(submit({}), Kernel.UnprocessableEntityError, 422, 'nothing_submitted');
  await make('ma_test', 'cancel');
  await refused(submit(body), Kernel.UnprocessableEntityError, 422, 'no_active_flow');
});

test('follow: 404 where there has never been a login', async (t) => {
  const { connections } = await openWorldOf(t, 'password');
  await refused(() => connections.follow('ma_test'), Kernel.NotFoundError, 404, 'no_active_flow');
});

test('the SDK tries again by itself, and gets its answer', async (t) => {
  const faults = [{ on: 'retrieve', status: 503, headers: { 'retry-after-ms': '1' }, times: 2 }];
  const { connections, record } = await openWorld(t, { connections: [{ id: 'ma_test' }], faults });
  assert.equal((await connections.retrieve('ma_test')).id, 'ma_test');
  assert.equal((await record()).requests_total, 3);
});

test('the SDK does not get lost in a cut answer', async (t) => {
  const { client } = await openWorldOf(t, 'password', { faults: [{ on: 'retrieve', cut: 'after_read' }] });
  const { connections } = client({ maxRetries: 0 }).auth;
  await assert.rejects(connections.retrieve('ma_test'), Kernel.APIConnectionError);
});
