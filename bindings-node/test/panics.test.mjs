// A panic in native code is an error in JavaScript: it never ends the process.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

const require = createRequire(import.meta.url);

/** The addon with `panics.rs` in it, in place of the real one. */
function build() {
  const built = execFileSync(
    'cargo',
    ['build', '--quiet', '--package', 'kernel-client-node', '--features', 'panics', '--message-format=json'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 },
  );
  const messages = built.split('\n').filter(Boolean).map(JSON.parse);
  const { filenames } = messages.find(
    ({ reason, target }) => reason === 'compiler-artifact' && target.name === 'kernel_client_node',
  );
  const [library] = filenames;
  const addon = { exports: {} };
  process.dlopen(addon, library);
  return addon.exports;
}

const panics = build();
require.cache[require.resolve('kernel-client-linux-x64-gnu/kernel-client.linux-x64-gnu.node')] = { exports: panics };
const { Kernel, KernelError } = require('kernel-client');
const { context } = new Kernel({ apiKey: 'sk_test' }).auth;

/** Makes a call, `panicking` in place of the one that would ask the API. */
function call(panicking, options) {
  panics.Client.prototype.authContextRetrieve = panicking;
  return context.retrieve(options);
}

test('at once: in a function, a method, a getter', () => {
  assert.throws(() => panics.atOnce(), { message: 'at once' });
  const panicking = panics.Panicking.make();
  assert.throws(() => panicking.method(), { message: 'in a method' });
  assert.throws(() => panicking.value, { message: 'in a getter' });
});

test('in a call', async () => {
  await assert.rejects(call(panics.inCall), (error) => {
    assert.ok(error instanceof KernelError);
    assert.match(error.message, /defect/);
    return true;
  });
});

test('in a call that is stopped', { timeout: 60_000 }, async () => {
  const stop = new AbortController();
  const stopped = call(panics.whenStopped, { signal: stop.signal });
  // By then it has begun.
  await setTimeout(50);
  stop.abort();
  await assert.rejects(stopped, { name: 'APIUserAbortError' });
  // And the next one is a call like any other.
  await assert.rejects(call(panics.inCall), /defect/);
});

test('every function that JavaScript can call catches panics', () => {
  const folder = new URL('../src/', import.meta.url);
  const sources = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
  const exported = sources.flatMap((source) => source.match(/#\[napi[^\]]*\]\s*(?:pub )?\w+/g) ?? []);
  assert.ok(exported.length > 5);
  for (const item of exported) {
    assert.match(
      item,
      /^#\[napi(\(object, object_(from|to)_js = false\))?\]\s*(pub struct|impl)$|^#\[napi\((.*, )?catch_unwind\)\]\s*pub fn$/,
    );
  }
});
