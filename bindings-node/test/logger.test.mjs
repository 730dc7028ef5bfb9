// Lines for the program's own logger.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import Kernel, { APIUserAbortError } from 'kernel-client';
import { simulator } from './simulator.mjs';

const simulated = await simulator();
const LEVELS = ['error', 'warn', 'info', 'debug'];

function recorder() {
  const lines = [];
  const logger = Object.fromEntries(LEVELS.map((level) => [level, (line) => lines.push([level, line])]));
  return { lines, logger };
}

async function open(t, options) {
  const world = await simulated.openWorld({ faults: [{ on: 'login', status: 503 }] });
  t.after(() => world.close());
  const { lines, logger } = recorder();
  return { lines, client: new Kernel({ apiKey: 'sk_test', baseURL: world.baseURL, logger, ...options }) };
}

test('the lines of a call come before its answer, up to the level of the client', async (t) => {
  const { lines, client } = await open(t, { logLevel: 'info' });
  await client.auth.connections.login('ma_login');
  assert.deepEqual(
    lines.map(([level]) => level),
    ['info', 'info', 'info'],
  );
  assert.match(lines[0][1], /^POST \/auth\/connections\/ma_login\/login: 503/);
  assert.match(lines[1][1], /again in/);
  assert.match(lines[2][1], /200/);
  lines.length = 0;
  client.logLevel = 'debug';
  assert.equal(client.logLevel, 'debug');
  await client.auth.connections.retrieve('ma_login');
  assert.deepEqual([...new Set(lines.map(([level]) => level))].sort(), ['debug', 'info']);
  assert.doesNotMatch(lines.join('\n'), /sk_test/);
  lines.length = 0;
  await client.withOptions({ logLevel: 'off' }).auth.connections.retrieve('ma_login');
  assert.deepEqual(lines, []);
});

test('a logger that uses the client in the midst of a call changes nothing about that call', async (t) => {
  const world = await simulated.openWorld();
  t.after(() => world.close());
  const stop = new AbortController();
  const signals = [];
  const busy = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  const { logger } = recorder();
  const debug = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    // While the program is busy, the end of the call is put down after the request that is still to be sent.
    busy();
    client.withOptions({});
  };
  const client = new Kernel({
    apiKey: 'sk_test',
    baseURL: world.baseURL,
    logger: { ...logger, debug },
    logLevel: 'debug',
    fetch: async (_, { signal }) => {
      signals.push(signal);
      if (!signal.aborted) await once(signal, 'abort');
      throw signal.reason;
    },
  });
  const call = client.auth.connections.retrieve('ma_login', { signal: stop.signal });
  busy();
  await assert.rejects(call, APIUserAbortError);
  for (const signal of signals) assert.ok(signal.aborted, 'a request is left under way');
});

test('each client has its own', async (t) => {
  const { lines, client } = await open(t, { logLevel: 'info' });
  const other = recorder();
  const copy = client.withOptions({ logger: other.logger });
  assert.equal(copy.logger, other.logger);
  await copy.auth.connections.retrieve('ma_login');
  assert.equal(other.lines.length, 1);
  assert.deepEqual(lines, []);
  client.logger = other.logger;
  await client.auth.connections.retrieve('ma_login');
  assert.equal(other.lines.length, 2);
});

test('a level in the environment that is none is told, and is as if it were not there', (t) => {
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  process.env.KERNEL_LOG = 'loud';
  const { lines, logger } = recorder();
  const client = new Kernel({ apiKey: 'sk_test', logger });
  assert.equal(client.logLevel, 'warn');
  assert.deepEqual(lines, [
    ['warn', `process.env['KERNEL_LOG'] was set to "loud", expected one of ["off","error","warn","info","debug"]`],
  ]);
  lines.length = 0;
  new Kernel({ apiKey: 'sk_test', logger, logLevel: 'info' });
  assert.deepEqual(lines, []);
});

test('a logger may call the client', async (t) => {
  const inner = [];
  const { client } = await open(t, {
    logLevel: 'info',
    logger: {
      ...recorder().logger,
      info(line) {
        if (inner.length < 3) inner.push(client.withOptions({ timeout: 5000 }).auth.connections.retrieve('ma_login'));
        assert.match(line, /\/auth\/connections\/ma_login/);
      },
    },
  });
  await client.auth.connections.login('ma_login');
  const answers = await Promise.all(inner);
  assert.deepEqual(new Set(answers.map(({ id }) => id)), new Set(['ma_login']));
});

test('a logger that throws what cannot be looked at fails no call', async (t) => {
  const fails = () => {
    throw Object.create(null);
  };
  const { client } = await open(t, {
    logLevel: 'info',
    logger: Object.fromEntries(LEVELS.map((name) => [name, fails])),
  });
  const warned = once(process, 'warning');
  const [{ id }] = await Promise.all([
    client.auth.connections.retrieve('ma_login'),
    new Kernel({ apiKey: 'sk_test', baseURL: client.baseURL }).auth.connections.retrieve('ma_login'),
  ]);
  assert.equal(id, 'ma_login');
  await warned;
});

test('a logger that fails is heard of, and fails no call', async (t) => {
  const fails = () => {
    throw new Error('disk full');
  };
  const { client } = await open(t, {
    logLevel: 'info',
    logger: Object.fromEntries(LEVELS.map((name) => [name, fails])),
  });
  const warned = once(process, 'warning');
  assert.equal((await client.auth.connections.retrieve('ma_login')).id, 'ma_login');
  assert.match((await warned)[0].message, /disk full/);
});
