// The client as an object of its language.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import Kernel from 'kernel-client';
import { simulator } from './simulator.mjs';

const simulated = await simulator();

test('the key shows in no print of a client', () => {
  const client = new Kernel({ apiKey: 'sk_hidden', defaultHeaders: { 'x-token': 'also hidden' } });
  for (const value of [client, client.withOptions({}), client.auth, client.auth.connections]) {
    const prints = [
      inspect(value, { depth: null, showHidden: true, getters: true }),
      JSON.stringify(value),
      String(value),
    ];
    assert.doesNotMatch(prints.join('\n'), /hidden/);
  }
  assert.match(inspect(client), /^Kernel \{.*baseURL.*maxRetries: 2.*timeout: 60000.*\}$/s);
});

test('headers come in every form that fetch takes', async (t) => {
  const world = await simulated.openWorld();
  t.after(() => world.close());
  const forms = [
    { 'X-A': '1', 'x-b': ['2', '3'], 'x-c': undefined, 'x-stainless-os': null },
    new Headers([
      ['X-A', '1'],
      ['x-b', '2'],
      ['x-b', '3'],
    ]),
    [
      ['X-A', '1'],
      ['x-b', '2'],
      ['x-b', '3'],
      ['X-A', undefined],
      ['x-c', undefined],
    ],
    new Map([
      ['X-A', '1'],
      ['x-b', '2, 3'],
    ]),
  ];
  for (const headers of forms) {
    const client = new Kernel({ apiKey: 'sk_test', baseURL: world.baseURL, defaultHeaders: headers });
    await client.auth.connections.login('ma_login');
    await new Kernel({ apiKey: 'sk_test', baseURL: world.baseURL }).auth.connections.login('ma_login', null, {
      headers,
    });
  }
  const { requests } = await world.state();
  assert.equal(requests.length, 2 * forms.length);
  for (const request of requests) {
    const sent = Object.fromEntries(request.headers);
    assert.deepEqual([sent['x-a'], sent['x-b'], sent['x-c']], ['1', '2, 3', undefined]);
  }
  assert.equal(Object.fromEntries(requests[0].headers)['x-stainless-os'], undefined);
});

test('times are milliseconds, and null lifts a limit', () => {
  const client = new Kernel({ apiKey: 'sk_test', timeout: 250 });
  assert.equal(client.timeout, 250);
  assert.equal(new Kernel({ apiKey: 'sk_test' }).timeout, Kernel.DEFAULT_TIMEOUT);
  assert.equal(client.withOptions({ timeout: null }).timeout, null);
  assert.equal(client.withOptions({ timeout: undefined }).timeout, 250);
});

test('what a client is set to can be read and set, and copies have it', async (t) => {
  const world = await simulated.openWorld();
  t.after(() => world.close());
  const client = new Kernel({ apiKey: 'sk_old', timeout: 1000, projectID: 'proj_1' });
  const { connections } = client.auth;
  assert.deepEqual([client.apiKey, client.projectID, client.logLevel], ['sk_old', 'proj_1', 'warn']);
  client.apiKey = 'sk_test';
  client.baseURL = `${world.baseURL}/`;
  client.timeout = 2000;
  client.maxRetries = 0;
  assert.equal((await connections.login('ma_login')).id, 'ma_login');
  const copy = client.withOptions({ projectID: null });
  assert.deepEqual(
    [copy.apiKey, copy.baseURL, copy.timeout, copy.maxRetries, copy.projectID],
    ['sk_test', `${world.baseURL}/`, 2000, 0, null],
  );
  assert.throws(() => (client.timeout = -1), { name: 'ConfigurationError', argument: 'timeout' });
  assert.throws(() => (client.baseURL = 'nowhere'), { name: 'ConfigurationError', argument: 'base_url' });
  assert.equal(client.timeout, 2000);
});

test('a worker reads its own environment', async (t) => {
  const world = await simulated.openWorld();
  t.after(() => world.close());
  const program = `
    const { parentPort } = require('node:worker_threads');
    const Kernel = require('kernel-client');
    new Kernel().auth.connections.login('ma_login').then((login) => parentPort.postMessage(login.id));
  `;
  const env = { KERNEL_API_KEY: 'sk_test', KERNEL_BASE_URL: world.baseURL };
  const worker = new Worker(program, { eval: true, env });
  const id = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  assert.equal(id, 'ma_login');
});
