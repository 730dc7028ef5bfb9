// A `fetch` of the program's own in place of the HTTP client built in.

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent, get as httpGet } from 'node:http';
import { test } from 'node:test';
import Kernel, {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIUserAbortError,
  InternalServerError,
  ManagedAuthSession,
} from 'kernel-client';
import { simulator } from './simulator.mjs';

const simulated = await simulator();

/** A world, and a client that reaches it by a `fetch` that records what it is given. */
async function open(t, spec, options) {
  const world = await simulated.openWorld(spec);
  t.after(() => world.close());
  const sent = [];
  const recorded = (url, init) => {
    sent.push({ url, init });
    return fetch(url, init);
  };
  const client = new Kernel({ apiKey: 'sk_test', baseURL: world.baseURL, fetch: recorded, ...options });
  return { world, client, sent };
}

const MANY = { connections: Array.from({ length: 25 }, (_, at) => ({ id: `ma_${at}` })) };
const ANSWERS = { identifier: 'user@example.com', password: 'secret' };
const RUNNING = { connections: [{ id: 'ma_1', script: 'password', flow: 'running' }] };

test('it gets what a fetch gets, and its answer is decoded', async (t) => {
  const { world, client, sent } = await open(t);
  const login = await client.auth.connections.login('ma_login', { record_session: true }, { headers: { 'x-a': '1' } });
  assert.equal(login.flow_type, 'LOGIN');
  const [{ url, init }] = sent;
  assert.equal(url, `${world.baseURL}/auth/connections/ma_login/login`);
  assert.equal(init.method, 'POST');
  assert.equal(init.body, '{"record_session":true}');
  assert.ok(init.headers instanceof Headers);
  assert.ok(init.signal instanceof AbortSignal);
  const names = ['authorization', 'content-type', 'x-a', 'x-stainless-retry-count'];
  assert.deepEqual(
    names.map((name) => init.headers.get(name)),
    ['Bearer sk_test', 'application/json', '1', '0'],
  );
  const { requests } = await world.state();
  assert.equal(requests.length, 1);
  assert.equal(requests[0].body, '{"record_session":true}');
});

test('pages, streams, sessions and logins go by it', async (t) => {
  const { world, client, sent } = await open(t, {
    connections: [
      { id: 'ma_1', script: 'password', flow: 'running' },
      { id: 'ma_2', script: 'password' },
      { id: 'ma_3', script: 'endless' },
    ],
  });
  const { connections } = client.auth;
  const ids = [];
  for await (const { id } of connections.list({ limit: 1 })) ids.push(id);
  assert.equal(ids.length, 3);
  const login = await connections.loginAndWait(
    'ma_2',
    {},
    {
      onInput: ({ fields }) => ({
        field_values: Object.fromEntries(fields.map(({ id, type }) => [id, ANSWERS[type]])),
      }),
    },
  );
  assert.equal(login.status, 'AUTHENTICATED');
  for await (const event of await connections.follow('ma_1')) {
    assert.equal(event.event, 'managed_auth_state');
    break;
  }
  const { id, handoff_code } = await connections.login('ma_3');
  const options = {
    baseURL: world.baseURL,
    fetch(...given) {
      sent.push('session');
      return fetch(...given);
    },
  };
  const session = await ManagedAuthSession.exchange(id, handoff_code, options);
  assert.equal((await session.retrieve()).id, 'ma_3');
  assert.equal(sent.filter((each) => each === 'session').length, 2);
  const { requests } = await world.state('wait_idle=1');
  assert.equal(sent.length, requests.length);
});

test('retries, errors and limits stay the client’s', async (t) => {
  const { client, sent } = await open(t, { faults: [{ status: 503, times: 2 }] });
  assert.equal((await client.auth.connections.login('ma_login')).id, 'ma_login');
  assert.deepEqual(
    sent.map(({ init }) => init.headers.get('x-stainless-retry-count')),
    ['0', '1', '2'],
  );
  const { client: failing } = await open(t, { faults: [{ status: 500 }] }, { maxRetries: 0 });
  await assert.rejects(failing.auth.connections.login('ma_login'), InternalServerError);
  const { client: small } = await open(t, {}, { maxResponseBytes: 10 });
  await assert.rejects(small.auth.connections.login('ma_login'), { name: 'APIResponseTooLargeError' });
});

test('a body is read as it comes', async (t) => {
  const { world, client } = await open(t, { faults: [{ on: 'retrieve', stall: 'body' }] });
  const response = await client.auth.connections.retrieve('ma_login').asResponse();
  assert.equal(response.status, 200);
  await response.body.cancel();
  await world.state('wait_aborted=1&wait_idle=1');
});

test('its signal is aborted when the answer is not wanted any more', async (t) => {
  const { world, client } = await open(t, { faults: [{ stall: 'headers', times: 3 }] }, { maxRetries: 0 });
  await assert.rejects(client.get('/', { timeout: 20 }), APIConnectionTimeoutError);
  const stop = new AbortController();
  const calls = [client.get('/', { signal: stop.signal }), client.get('/', { signal: stop.signal })];
  await world.state('wait_requests=3');
  stop.abort(new Error('enough'));
  for (const call of calls) {
    await assert.rejects(call, (error) => error instanceof APIUserAbortError && error.cause.message === 'enough');
  }
  await world.state('wait_aborted=3&wait_idle=1');
});

test('a stream that is left closes its connection', async (t) => {
  const { world, client } = await open(t, RUNNING);
  for await (const _ of await client.auth.connections.follow('ma_1')) break;
  await world.state('wait_aborted=1&wait_idle=1');
});

test('what it fails with is the cause of the error', async () => {
  const thrown = new TypeError('no such host: secret', { cause: { code: 'ENOTFOUND' } });
  let times = 0;
  const client = new Kernel({
    apiKey: 'sk_test',
    maxRetries: 1,
    fetch() {
      times++;
      throw thrown;
    },
  });
  await assert.rejects(client.get('/'), (error) => {
    assert.equal(error.constructor, APIConnectionError);
    assert.equal(error.message, 'Connection error.');
    assert.equal(error.cause, thrown);
    assert.equal(error.retriesTaken, 1);
    assert.match(error.reason, /TypeError ENOTFOUND/);
    assert.doesNotMatch(error.reason, /secret/);
    return true;
  });
  assert.equal(times, 2);
  const late = client.withOptions({ maxRetries: 0, fetch: async () => Promise.reject(new Error('connect timed out')) });
  await assert.rejects(late.get('/'), APIConnectionTimeoutError);
  const odd = client.withOptions({ maxRetries: 0, fetch: () => Promise.reject(undefined) });
  await assert.rejects(odd.get('/'), APIConnectionError);
});

test('a body that breaks off is an error with what broke it', async () => {
  const broken = new Error('gone');
  async function* pieces() {
    yield Buffer.from('{"id":');
    throw broken;
  }
  const answer = { status: 200, headers: { 'content-type': 'application/json' }, body: pieces() };
  const client = new Kernel({ apiKey: 'sk_test', maxRetries: 0, fetch: async () => answer });
  await assert.rejects(client.auth.connections.login('ma_1'), (error) => {
    assert.equal(error.constructor, APIConnectionError);
    assert.equal(error.cause, broken);
    return true;
  });
});

test('answers of other kinds are read, too', async () => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': '1' };
  const said = { id: 'ma_1' };
  const bytes = new TextEncoder().encode(JSON.stringify(said));
  for (const answer of [
    new Response(JSON.stringify(said), { headers }),
    { status: 200, headers, json: async () => said },
    { status: 200, headers: new Map(Object.entries(headers)), text: async () => JSON.stringify(said) },
    { status: 200, headers: new Headers(headers), arrayBuffer: async () => bytes.buffer },
    {
      status: 200,
      headers: Object.entries(headers),
      body: (async function* () {
        yield JSON.stringify(said);
      })(),
    },
  ]) {
    const client = new Kernel({ apiKey: 'sk_test', fetch: () => answer });
    const { data, response } = await client.get('/').withResponse();
    assert.deepEqual(data, said);
    assert.equal(response.headers.get('content-encoding'), null);
  }
  const empty = new Kernel({ apiKey: 'sk_test', fetch: async () => new Response(null, { status: 204 }) });
  assert.equal(await empty.delete('/'), null);
});

test('what is no answer is not asked for again', async () => {
  for (const answer of [
    undefined,
    null,
    5,
    'text',
    {},
    { status: '200' },
    { status: 99 },
    { status: 200, headers: { 'a b': '1' } },
  ]) {
    let times = 0;
    const fetch = async () => {
      times++;
      return answer;
    };
    const client = new Kernel({ apiKey: 'sk_test', fetch });
    await assert.rejects(client.get('/'), APIConnectionError);
    assert.equal(times, 1);
  }
  const client = new Kernel({
    apiKey: 'sk_test',
    fetch: async () => ({
      status: 200,
      body: (async function* () {
        yield 5;
      })(),
    }),
  });
  await assert.rejects(client.get('/'), (error) => /bodies of bytes/.test(error.cause.message));
});

test('whatever is thrown, the call fails and nothing else does', async () => {
  const odd = { cause: Object.create(null) };
  const throwing = {
    get cause() {
      throw new Error('no');
    },
  };
  for (const thrown of [Symbol('a'), Object.create(null), Object.assign(new Error('x'), odd), throwing, 5, null]) {
    const client = new Kernel({ apiKey: 'sk_test', maxRetries: 0, fetch: () => Promise.reject(thrown) });
    await assert.rejects(client.get('/'), APIConnectionError);
    const body = new ReadableStream({ pull: (sink) => sink.error(thrown) });
    const broken = client.withOptions({ fetch: async () => new Response(body) });
    await assert.rejects(broken.get('/'), APIConnectionError);
  }
});

test('an answer that is refused is let go of', async () => {
  const gone = [];
  const answers = [
    { status: '200', body: { getReader: () => ({ read() {}, cancel: () => gone.push('status') }) } },
    {
      status: 200,
      body: {
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ value: 5 }),
          return() {
            gone.push('piece');
            throw new Error('no');
          },
        }),
      },
    },
  ];
  for (const answer of answers) {
    let signal;
    const answering = async (_, init) => {
      signal = init.signal;
      return answer;
    };
    const client = new Kernel({ apiKey: 'sk_test', fetch: answering });
    await assert.rejects(client.get('/'), APIConnectionError);
    assert.equal(signal.aborted, true);
  }
  assert.deepEqual(gone, ['status', 'piece']);
});

test('what a fetch is told can be taken back', async (t) => {
  const { world, client, sent } = await open(t, {}, { fetchOptions: { keepalive: true } });
  client.fetchOptions = undefined;
  assert.equal(client.fetchOptions, undefined);
  await client.auth.connections.login('ma_login');
  assert.equal(sent[0].init.keepalive, undefined);
  t.mock.method(globalThis, 'fetch');
  const plain = new Kernel({ apiKey: 'sk_test', baseURL: world.baseURL, fetchOptions: { keepalive: true } });
  await plain.withOptions({ fetchOptions: null }).auth.connections.retrieve('ma_login');
  assert.equal(globalThis.fetch.mock.callCount(), 0);
  await ManagedAuthSession.exchange(
    'ma_1',
    'code',
    { baseURL: world.baseURL },
    { fetchOptions: { keepalive: true } },
  ).catch(() => {});
  assert.equal(globalThis.fetch.mock.calls[0].arguments[1].keepalive, true);
});

test('it runs in the asynchronous context of its caller', async (t) => {
  const context = new AsyncLocalStorage();
  const seen = [];
  const seeing = (...given) => {
    seen.push(context.getStore());
    return fetch(...given);
  };
  const { client } = await open(t, { ...MANY, faults: [{ on: 'retrieve', status: 503 }] }, { fetch: seeing });
  await Promise.all(['a', 'b'].map((name) => context.run(name, () => client.auth.connections.retrieve('ma_1'))));
  // One of them once more.
  assert.equal(seen.length, 3);
  assert.deepEqual([...new Set(seen)].sort(), ['a', 'b']);
  const page = await client.auth.connections.list({ limit: 1 });
  await context.run('next', () => page.getNextPage());
  assert.equal(seen.at(-1), 'next');
});

test('redirects are followed by the client, and only where that is safe', async (t) => {
  const redirected = { status: 302, headers: { location: '/auth/connections/ma_login' } };
  const { client, sent } = await open(t, { faults: [redirected, { ...redirected, on: 'login' }] });
  assert.equal((await client.get('/auth/connections/ma_other')).id, 'ma_login');
  assert.equal(sent.length, 2);
  await assert.rejects(client.post('/auth/connections/ma_login/login', { body: {} }), { status: 302 });
});

test('more for a fetch, for all requests or for one', async (t) => {
  const { client, sent } = await open(t, {}, { fetchOptions: { keepalive: true, redirect: 'follow' } });
  const { connections } = client.auth;
  await connections.login('ma_login', {}, { fetchOptions: { priority: 'high' } });
  const page = await connections.list({ limit: 1 }, { fetchOptions: { keepalive: false } });
  await page.getNextPage();
  await client.withOptions({ fetchOptions: { keepalive: 'no more' } }).get('/auth/connections');
  assert.deepEqual(
    sent.map(({ init: { keepalive, priority, redirect } }) => [keepalive, priority, redirect]),
    [
      [true, 'high', 'manual'],
      [false, undefined, 'manual'],
      [false, undefined, 'manual'],
      ['no more', undefined, 'manual'],
    ],
  );
});

test('without a fetch of its own, what is said for one is said to the global one', async (t) => {
  const world = await simulated.openWorld();
  t.after(() => world.close());
  t.mock.method(globalThis, 'fetch');
  const client = new Kernel({ apiKey: 'sk_test', baseURL: world.baseURL });
  await client.auth.connections.login('ma_login');
  assert.equal(globalThis.fetch.mock.callCount(), 0);
  await client.auth.connections.retrieve('ma_login', { fetchOptions: { keepalive: true } });
  const [call] = globalThis.fetch.mock.calls;
  assert.equal(call.arguments[1].keepalive, true);
});

test('a fetch that is made of something else', async (t) => {
  const agent = new Agent({ keepAlive: true });
  const overHttp = (url, { headers, signal }) =>
    new Promise((resolve, reject) => {
      const request = httpGet(url, { agent, headers: Object.fromEntries(headers), signal }, (answer) =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: answer }),
      );
      request.once('error', reject);
    });
  const { client } = await open(t, MANY, { fetch: overHttp });
  assert.equal((await client.auth.connections.retrieve('ma_1')).id, 'ma_1');
  const ids = [];
  for await (const { id } of client.auth.connections.list({ limit: 10 })) ids.push(id);
  assert.equal(ids.length, MANY.connections.length);
  agent.destroy();
});

test('bad plugins are refused before anything is sent', async (t) => {
  const { world, client } = await open(t);
  for (const [argument, options] of [
    ['fetch', { fetch: 'fetch' }],
    ['fetchOptions', { fetchOptions: 'fast' }],
    ['fetchOptions', { fetchOptions: { headers: {} } }],
    ['fetchOptions', { fetchOptions: { method: 'GET' } }],
    ['fetchOptions', { fetchOptions: { body: '' } }],
    ['fetchOptions', { fetchOptions: { signal: null } }],
    ['fetchOptions', { fetchOptions: { redirect: 'error' } }],
    ['logger', { logger: console.log }],
    ['logger', { logger: { error() {}, warn() {}, info() {} } }],
  ]) {
    assert.throws(() => new Kernel({ apiKey: 'sk_test', ...options }), { name: 'ConfigurationError', argument });
    assert.throws(() => client.withOptions(options), { name: 'ConfigurationError', argument });
    if (argument !== 'fetchOptions') continue;
    await assert.rejects(client.get('/', options), { name: 'InvalidArgumentError', argument });
    await assert.rejects(client.auth.connections.loginAndWait('ma_1', {}, options), { argument });
  }
  assert.deepEqual((await world.state()).requests, []);
});

test('no more of a stream is asked for than is waited for, however large its events are', async () => {
  let asked = 0;
  const event = new TextEncoder().encode(`data: "${'x'.repeat(300_000)}"\n\n`);
  const pull = (sink) => {
    asked++;
    sink.enqueue(event);
  };
  const answers = (url) =>
    url.endsWith('/events')
      ? new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), {
          headers: { 'content-type': 'text/event-stream' },
        })
      : Response.json({});
  const client = new Kernel({ apiKey: 'sk_test', fetch: async (url) => answers(url) });
  const stream = await client.auth.connections.follow('ma_1');
  const events = stream[Symbol.asyncIterator]();
  for (const wanted of [1, 2, 3]) {
    assert.equal((await events.next()).done, false);
    // By the same thread, and after whatever else was to be done there.
    await client.get('/other');
    assert.equal(asked, wanted);
  }
  await events.return();
});
