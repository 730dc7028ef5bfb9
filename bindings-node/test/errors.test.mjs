// What goes wrong, as a program and a person see it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { inspect } from 'node:util';
import Kernel from 'kernel-client';
import { simulator } from './simulator.mjs';

const simulated = await simulator();

async function failure(t, answer, ...args) {
  const world = await simulated.openWorld({ faults: [{ times: 9, ...answer }] });
  t.after(() => world.close());
  const client = new Kernel({ apiKey: 'sk_hidden', baseURL: world.baseURL, maxRetries: 0 });
  return client.auth.connections.login(...args).then(assert.fail, (error) => error);
}

test('an error has its class, its name, and what the API said', async (t) => {
  const details = [{ code: 'required', message: 'profile' }];
  const body = { code: 'bad_request', message: 'Missing', details, inner_error: { code: 'deep' }, more: 1 };
  const error = await failure(t, { status: 400, headers: { 'x-request-id': 'req_1' }, body }, 'ma_login');
  for (const Class of [Kernel.BadRequestError, Kernel.APIError, Kernel.KernelError, Error])
    assert.ok(error instanceof Class);
  assert.equal(String(error), 'BadRequestError: 400 Missing');
  assert.deepEqual(error.error, body);
  assert.deepEqual(JSON.parse(error.rawBody), body);
  assert.ok(error.headers instanceof Headers);
  assert.equal(error.headers.get('x-request-id'), 'req_1');
  const { status, code, requestID, retriesTaken, inner_error } = error;
  assert.deepEqual(
    [status, code, requestID, retriesTaken, inner_error],
    [400, 'bad_request', 'req_1', 0, { code: 'deep' }],
  );
  assert.deepEqual(error.details, details);
});

test('headers of an error are bytes, as those of `fetch` are', async (t) => {
  // Latin-1, and UTF-8 with a character beyond it: neither is the other.
  for (const value of ['caf\xe9', Buffer.from('caf\u00e9 \u20ac').toString('latin1')]) {
    const server = createServer((_, response) => response.writeHead(404, { 'x-name': value }).end()).listen(
      0,
      '127.0.0.1',
    );
    t.after(() => server.close());
    await once(server, 'listening');
    const client = new Kernel({ apiKey: 'sk', baseURL: `http://127.0.0.1:${server.address().port}`, maxRetries: 0 });
    const { headers } = await client.get('/').then(assert.fail, (error) => error);
    assert.equal(headers.get('x-name'), value);
  }
});

test('its print shows what helps and leaves out bodies, headers and the key', async (t) => {
  const body = { code: 'gone', message: 'No', token: 'in the body' };
  const error = await failure(t, { status: 410, headers: { 'set-cookie': 'in=headers' }, body }, 'ma_login');
  const print = inspect(error, { depth: null, showHidden: true });
  assert.match(print, /^APIError: 410 No\n/);
  assert.match(print, /code: 'gone'/);
  assert.doesNotMatch(print, /in the body|in=headers|sk_hidden/);
});

test('its stack leads to the line that awaits the call', async (t) => {
  async function userCode() {
    return await failure(t, { status: 404, text: '' }, 'ma_login');
  }
  async function awaits(make) {
    const world = await simulated.openWorld();
    t.after(() => world.close());
    const { connections } = new Kernel({ apiKey: 'sk_test', baseURL: world.baseURL }).auth;
    try {
      return await make(connections.login('nobody'));
    } catch (error) {
      return error.stack;
    }
  }
  assert.match((await userCode()).stack, /^NotFoundError: 404 status code \(no body\)\n/);
  for (const make of [(call) => call, (call) => call.asResponse(), (call) => call.withResponse()]) {
    assert.match(await awaits(make), /\n {4}at async awaits \(.*errors\.test\.mjs:\d+:\d+\)/);
  }
});

test('no answer: the message is fixed, cause and reason say why', async (t) => {
  const error = await failure(t, { cut: 'after_read' }, 'ma_login');
  assert.equal(error.constructor, Kernel.APIConnectionError);
  assert.equal(error.message, 'Connection error.');
  assert.ok(error.reason.length > 0);
  assert.equal(error.cause.message, error.reason);
  assert.equal(error.status, undefined);
  assert.equal(error.error, undefined);
  assert.equal(error.headers, undefined);
});

test('what cannot be JSON is an error of the argument', async (t) => {
  const cycle = {};
  cycle.self = cycle;
  for (const [args, argument] of [
    [['ma_login', { record_session: 1n }], 'params'],
    [['ma_login', cycle], 'params'],
    [['ma_login', {}, { extraBody: cycle }], 'options'],
    [[5n], 'id'],
  ]) {
    const error = await failure(t, { pass: true }, ...args);
    assert.equal(error.constructor, Kernel.InvalidArgumentError);
    assert.equal(error.argument, argument);
    assert.ok(error.cause instanceof TypeError);
  }
});

test('arguments of the wrong kind are named', async (t) => {
  for (const [args, argument] of [
    [[], 'id'],
    [[Symbol('id')], 'id'],
    [[{}], 'id'],
    [['ma_login', 5], 'params'],
    [['ma_login', []], 'params'],
    [['ma_login', {}, 5], 'options'],
    [['ma_login', {}, { retries: 5 }], 'retries'],
    [['ma_login', {}, { max_retries: 5 }], 'max_retries'],
    [['ma_login', {}, { maxRetries: Number.NaN }], 'max_retries'],
    [['ma_login', {}, { headers: 'x: y' }], 'headers'],
    [['ma_login', {}, { headers: [['x']] }], undefined],
    [['ma_login', {}, { headers: ['xy'] }], 'headers'],
  ]) {
    const error = await failure(t, { status: 404, text: '' }, ...args);
    if (argument === undefined) assert.equal(error.constructor, Kernel.NotFoundError);
    else assert.deepEqual([error.constructor, error.argument], [Kernel.InvalidArgumentError, argument]);
  }
});

test('a client that cannot be made says which option', () => {
  const made = (options) => () => new Kernel(options);
  assert.throws(made({ baseURL: 'http://127.0.0.1' }), {
    name: 'ConfigurationError',
    message: /KERNEL_API_KEY.*apiKey/,
  });
  assert.throws(made({ apiKey: 'a', retries: 5 }), { name: 'ConfigurationError', argument: 'retries' });
  assert.throws(made('sk_test'), { name: 'ConfigurationError', argument: 'options' });
  assert.throws(made({ apiKey: 'a', timeout: Number.NaN }), { name: 'ConfigurationError', argument: 'timeout' });
});

test('errors can be made by hand, as tests of programs do', () => {
  const error = new Kernel.NotFoundError(404, { message: 'none' }, undefined, new Headers({ a: 'b' }));
  assert.deepEqual([error.message, error.error.message, error.headers.get('a')], ['404 none', 'none', 'b']);
  assert.equal(new Kernel.APIConnectionError({ cause: error }).cause, error);
  assert.equal(new Kernel.APIConnectionTimeoutError().message, 'Request timed out.');
  assert.equal(new Kernel.APIUserAbortError().message, 'Request was aborted.');
  assert.equal(new Kernel.APIError(undefined, undefined, undefined, undefined).message, '(no status code or body)');
});
