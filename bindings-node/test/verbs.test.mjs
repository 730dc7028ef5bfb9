// Calls of paths that have no method, and what a call would send.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import Kernel, {
  APIConnectionTimeoutError,
  APIUserAbortError,
  InvalidArgumentError,
  NotFoundError,
  OffsetPagination,
  Stream,
} from 'kernel-client';
import { simulator } from './simulator.mjs';

const simulated = await simulator();

async function open(t, spec) {
  const world = await simulated.openWorld(spec);
  t.after(() => world.close());
  return { world, client: new Kernel({ apiKey: 'sk_test', baseURL: world.baseURL }) };
}

test('a path is called with everything a call has', async (t) => {
  const { world, client } = await open(t, { faults: [{ on: 'login', status: 500 }] });
  const path = '/auth/connections/ma_login/login?a=1';
  const login = await client.post(path, {
    body: { record_session: true },
    query: { b: [2, 3] },
    headers: { 'x-c': '4' },
  });
  assert.equal(login.flow_type, 'LOGIN');
  assert.match(inspect(login), /handoff_code: '\*\*\*'/);
  // Otherwise it prints as any object does: as deep, and around a circle once.
  assert.equal(inspect({ a: { b: { c: login } } }), '{ a: { b: { c: [Object] } } }');
  login.self = login;
  assert.ok(inspect(login).length < 5_000);
  const { requests } = await world.state();
  assert.equal(requests.length, 2);
  assert.deepEqual([requests[1].method, requests[1].query], ['POST', 'a=1&b=2%2C3']);
  assert.equal(requests[1].body, '{"record_session":true}');
  const headers = Object.fromEntries(requests[1].headers);
  assert.deepEqual(
    ['x-c', 'authorization', 'x-stainless-retry-count', 'content-type'].map((name) => headers[name]),
    ['4', 'Bearer sk_test', '1', 'application/json'],
  );
});

test('each method is sent as such', async (t) => {
  const { world, client } = await open(t, { connections: [{ id: 'ma_1' }] });
  assert.equal((await client.get('auth/connections/ma_1')).id, 'ma_1');
  assert.equal((await client.patch('/auth/connections/ma_1', { body: { save_credentials: false } })).id, 'ma_1');
  assert.equal((await client.request({ path: '/auth/connections/ma_1' })).id, 'ma_1');
  assert.equal(await client.delete('/auth/connections/ma_1'), null);
  await assert.rejects(client.put('/auth/connections/ma_1', { body: {} }), { status: 405 });
  const { requests } = await world.state();
  assert.deepEqual(
    requests.map(({ method }) => method),
    ['GET', 'PATCH', 'GET', 'DELETE', 'PUT'],
  );
});

test('what is not JSON is text, and comes with its response', async (t) => {
  const { client } = await open(t, {
    faults: [{ on: 'retrieve', text: 'as it is', content_type: 'text/plain' }],
  });
  const { data, response, requestID } = await client.get('/auth/connections/ma_login').withResponse();
  assert.equal(data, 'as it is');
  assert.equal(await response.text(), 'as it is');
  assert.match(requestID, /^req_/);
});

test('JSON that is none is an error', async (t) => {
  const { client } = await open(t, { faults: [{ text: '{bad', content_type: 'application/problem+JSON' }] });
  await assert.rejects(client.get('/auth/connections'), { name: 'APIResponseValidationError', rawBody: '{bad' });
});

test('bytes are sent as they are', async (t) => {
  const { world, client } = await open(t);
  const headers = { 'content-type': 'application/json' };
  const bodies = ['{"a": 1}', new TextEncoder().encode('{"a": 1}'), new TextEncoder().encode('{"a": 1}').buffer];
  for (const body of bodies) {
    const call = client.post('/auth/connections/ma_login/login', { body, headers });
    // As they were at the call.
    if (typeof body !== 'string') new Uint8Array(body.buffer ?? body).fill(0);
    await call.catch(() => {});
  }
  const { requests } = await world.state();
  assert.deepEqual(
    requests.map(({ body }) => body),
    bodies.map(() => '{"a": 1}'),
  );
});

test('a failure is the one of any call', async (t) => {
  const { client } = await open(t, { faults: [{ on: 'list', stall: 'headers', times: 9 }] });
  await assert.rejects(client.get('/auth/connections/ma_nobody'), NotFoundError);
  await assert.rejects(client.get('/auth/connections', { timeout: 20, maxRetries: 0 }), APIConnectionTimeoutError);
  const stop = new AbortController();
  const call = client.get('/auth/connections', { signal: stop.signal });
  stop.abort();
  await assert.rejects(call, APIUserAbortError);
});

test('bad arguments are refused by name before anything is sent', async (t) => {
  const { world, client } = await open(t);
  const refused = { name: 'InvalidArgumentError' };
  const used = new Response('a').body;
  used.getReader();
  for (const [argument, options] of [
    ['path', { path: 7 }],
    ['path', { path: '' }],
    ['path', { path: 'https://me:secret@host/' }],
    ['path', { path: '/auth/../up' }],
    ['method', { path: '/', method: 'G E T' }],
    ['method', { path: '/', method: 7 }],
    ['body', { path: '/', method: 'POST', body: 1n }],
    ['body', { path: '/', method: 'POST', body: new Map([['a', 1]]) }],
    ['body', { path: '/', method: 'POST', body: new SharedArrayBuffer(1) }],
    ['body', { path: '/', method: 'POST', body: Symbol('a') }],
    [
      'body',
      { path: '/', method: 'POST', body: { a: 1 }, headers: [['Content-Type', 'application/x-www-form-urlencoded']] },
    ],
    ['body', { path: '/', method: 'POST', body: used }],
    ['query', { path: '/', query: new URLSearchParams('a=1') }],
    ['unheardOf', { path: '/', unheardOf: true }],
    ['timeout', { path: '/', timeout: -1 }],
    ['options', null],
  ]) {
    await assert.rejects(client.request(options), { ...refused, argument }, inspect(options));
    await assert.rejects(client.buildRequest(options), { ...refused, argument }, inspect(options));
  }
  for (const retryCount of ['a', -1, 1.5, Number.NaN, {}]) {
    const built = client.buildRequest({ path: '/' }, { retryCount });
    await assert.rejects(built, { ...refused, argument: 'retryCount' }, inspect(retryCount));
  }
  await client.buildRequest({ path: '/' }, null);
  assert.throws(() => client.buildURL('', {}), InvalidArgumentError);
  assert.throws(() => client.buildURL('/', new URLSearchParams('a=1')), InvalidArgumentError);
  assert.deepEqual((await world.state()).requests, []);
});

test('bodies of every kind that fetch takes', async (t) => {
  const { world, client } = await open(t, { faults: [{ status: 503 }] });
  const form = new FormData();
  form.set('a', '1');
  async function* pieces() {
    yield new TextEncoder().encode('a');
    yield 'b';
  }
  const path = '/auth/connections/ma_login';
  const send = (body, headers) => client.patch(path, { body, headers }).catch(({ status }) => status);
  for (const body of [pieces(), [Buffer.from('a')].values(), new Response('a').body, new Blob(['a'], { type: 'a/b' })])
    await send(body);
  await send(new URLSearchParams('a=1'));
  await send(form);
  await send(new Blob(['a'], { type: 'a/b' }), { 'Content-Type': 'c/d' });
  const { requests } = await world.state();
  const sent = requests.map(({ body, headers }) => [body, Object.fromEntries(headers)['content-type']]);
  const form_ = sent.splice(6, 1)[0];
  assert.deepEqual(sent, [
    ['ab', undefined], // and once more after the failure
    ['ab', undefined],
    ['a', undefined],
    ['a', undefined],
    ['a', 'a/b'],
    ['a=1', 'application/x-www-form-urlencoded;charset=UTF-8'],
    ['a', 'c/d'],
  ]);
  assert.match(form_[0], /name="a"\r\n\r\n1\r\n/);
  assert.match(form_[1], /^multipart\/form-data; boundary=/);

  const failing = new ReadableStream({ pull: () => Promise.reject(new Error('no more')) });
  await assert.rejects(client.post('/', { body: failing }), { message: 'no more' });
  const endless = new ReadableStream({ pull: () => new Promise(() => {}) });
  const stop = new AbortController();
  const call = client.post('/', { body: endless, signal: stop.signal });
  setImmediate(() => stop.abort());
  await assert.rejects(call, APIUserAbortError);
  assert.equal((await world.state()).requests.length, requests.length);
});

test('a call of a method with another path, method or body', async (t) => {
  const { world, client } = await open(t);
  const { connections } = client.auth;
  await assert.rejects(connections.list({ limit: 1 }, { path: '/unknown' }), NotFoundError);
  await assert.rejects(connections.login('ma_login', {}, { path: '/auth/../up' }), { argument: 'path' });
  await assert.rejects(connections.login('ma_login', {}, { method: 'A B' }), { argument: 'method' });
  for (const body of [new Blob(['a']), new Uint8Array(1), new Map(), 1n, () => {}]) {
    await assert.rejects(connections.login('ma_login', {}, { body }), { argument: 'body' });
  }
  for (const [argument, options] of Object.entries({
    path: { path: '/unknown' },
    method: { method: 'get' },
    body: { body: {} },
  })) {
    await assert.rejects(connections.loginAndWait('ma_login', {}, options), { argument });
  }
  await connections.login('ma_login', { record_session: true }, { body: { record_session: false } });
  assert.equal((await connections.update('ma_login', {}, { method: 'get' })).id, 'ma_login');
  const { requests } = await world.state();
  assert.deepEqual(
    requests.map(({ method, path, body }) => [method, path, body]),
    [
      ['GET', '/unknown', ''],
      ['POST', '/auth/connections/ma_login/login', '{"record_session":false}'],
      ['GET', '/auth/connections/ma_login', ''],
    ],
  );
});

test('a base URL for clients that were given none', async (t) => {
  const { world, client } = await open(t);
  const plain = new Kernel({ apiKey: 'sk_test' });
  const elsewhere = 'https://other.test.invalid/v1';
  assert.equal(plain.buildURL('/foo', null, elsewhere), `${elsewhere}/foo`);
  assert.equal(client.buildURL('/foo', null, elsewhere), `${world.baseURL}/foo`);
  const { data, response } = await plain
    .get('/auth/connections/ma_login', { defaultBaseURL: world.baseURL })
    .withResponse();
  assert.equal(data.id, 'ma_login');
  assert.equal(response.status, 200);
  await assert.rejects(plain.get('/', { defaultBaseURL: 'nowhere' }), { argument: 'default_base_url' });
});

test('a list of any path', async (t) => {
  const connections = Array.from({ length: 5 }, (_, at) => ({ id: `ma_${at}` }));
  const { world, client } = await open(t, { connections });
  const page = await client.getAPIList('/auth/connections', OffsetPagination, { query: { limit: 2 } });
  assert.equal(page.items.length, 2);
  assert.equal(page.hasNextPage(), true);
  const ids = [];
  for await (const { id } of client.getAPIList('/auth/connections', OffsetPagination, { query: { limit: 2 } }))
    ids.push(id);
  assert.equal(ids.length, 5);
  assert.equal((await world.state()).requests.length, 4);
});

test('events of any path', async (t) => {
  const { client } = await open(t, { connections: [{ id: 'ma_1', script: 'instant' }] });
  await client.auth.connections.login('ma_1');
  const stream = await client.get('/auth/connections/ma_1/events', Promise.resolve({ stream: true }));
  assert.ok(stream instanceof Stream);
  const events = [];
  for await (const event of stream) events.push(event.event);
  assert.ok(events.includes('managed_auth_state'));
});

test('what would be sent', async () => {
  const client = new Kernel({
    apiKey: 'sk_test',
    baseURL: 'https://api.test.invalid/v1/',
    defaultQuery: { a: 1 },
    defaultHeaders: { 'x-a': '1' },
    timeout: 5000,
  });
  assert.equal(client.buildURL('/foo', { b: [2, 3] }), 'https://api.test.invalid/v1/foo?a=1&b=2%2C3');
  assert.equal(client.buildURL('/foo'), 'https://api.test.invalid/v1/foo?a=1');
  assert.equal(client.buildURL('/foo', { a: undefined }), 'https://api.test.invalid/v1/foo');
  assert.equal(client.buildURL('https://other.test.invalid/foo', { b: 2 }), 'https://other.test.invalid/foo?b=2');

  const { signal } = new AbortController();
  const described = {
    method: 'post',
    path: '/foo',
    body: { hi: 'there' },
    headers: { 'X-A': null, 'X-B': '2' },
    signal,
  };
  const { req, url, timeout } = await client.buildRequest(described, { retryCount: 3 });
  assert.equal(url, 'https://api.test.invalid/v1/foo?a=1');
  assert.equal(timeout, 5000);
  assert.equal(req.method, 'POST');
  assert.equal(req.body, '{"hi":"there"}');
  assert.equal(req.signal, signal);
  const names = ['authorization', 'x-a', 'x-b', 'content-type', 'x-stainless-retry-count', 'x-stainless-timeout'];
  assert.deepEqual(
    names.map((name) => req.headers.get(name)),
    ['Bearer sk_test', null, '2', 'application/json', '3', '5'],
  );
  const raw = Buffer.from('raw');
  assert.equal((await client.buildRequest({ path: '/foo', method: 'put', body: raw })).req.body, raw);
  // A promise of options will do.
  assert.equal((await client.buildRequest(Promise.resolve({ path: '/foo', timeout: 7 }))).timeout, 7);
});
