// `kernel-client/testing`, as tests of programs use it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Kernel from 'kernel-client';
import { Simulator, World } from 'kernel-client/testing';
import { binary, simulator } from './simulator.mjs';

const simulated = await simulator();
const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a program to its end, and to that of all it has started. */
async function run(args, env = {}) {
  const child = spawn(process.execPath, args, { cwd: root, env: { PATH: process.env.PATH, ...env } });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}

async function world(t, spec) {
  const opened = await simulated.openWorld(spec);
  t.after(() => opened.close());
  return opened;
}

test('the example passes', { timeout: 60_000 }, async () => {
  const { code, out } = await run(['--test', '--test-reporter=tap', 'examples/offline.test.mjs'], {
    KERNEL_SIMULATOR_BINARY: binary,
  });
  assert.equal(code, 0, out);
  assert.match(out, /# pass 3\n# fail 0/);
});

test('require gives the same classes', () => {
  assert.deepEqual(createRequire(import.meta.url)('kernel-client/testing'), { Simulator, World });
});

test('the main address is a world with a connection for every script', async (t) => {
  const own = await Simulator.start({ binary });
  t.after(() => own.close());
  const login = await own.client.auth.connections.login('ma_mfa_code');
  assert.equal(login.id, 'ma_mfa_code');
  const { connections, requests } = await own.state();
  assert.ok(connections.some(({ id }) => id === 'ma_password'));
  assert.equal(requests.at(-1).path, '/auth/connections/ma_mfa_code/login');
});

test('worlds do not see each other', async (t) => {
  const [one, other] = [await world(t), await world(t, { connections: [] })];
  await one.client.auth.connections.login('ma_login');
  assert.deepEqual((await other.client.auth.connections.list()).items, []);
  assert.deepEqual([(await one.state()).requests.length, (await other.state()).requests.length], [1, 1]);
});

test('its clock brings a login to its end', async (t) => {
  const own = await world(t, { connections: [{ id: 'ma_1', script: 'password' }], frozen: true });
  const { connections } = own.client.auth;
  const before = await connections.login('ma_1');
  await own.state({ wait_state: 'ma_1:AWAITING_INPUT' });
  const { now } = await own.advance(20 * 60_000);
  assert.ok(Date.parse(now) >= Date.parse(before.flow_expires_at));
  assert.equal((await connections.retrieve('ma_1')).flow_status, 'EXPIRED');
});

test('what happens outside of the API can be done', async (t) => {
  const own = await world(t, { connections: [{ id: 'ma 1', script: 'password' }] });
  await own.client.auth.connections.login('ma 1');
  assert.equal((await own.do('ma 1', 'cancel')).flow_status, 'CANCELED');
  await assert.rejects(own.do('ma 1', 'dance'), /the simulator refuses: .*dance/);
});

test('a world with TLS is one that its client trusts', async (t) => {
  const own = await world(t, { tls: 'trusted' });
  assert.match(own.baseURL, /^https:/);
  assert.equal((await own.client.auth.connections.login('ma_login')).id, 'ma_login');
});

test('another process is led there by its environment', async (t) => {
  const own = await world(t);
  const program = `new (require('kernel-client'))().auth.connections.login('ma_login').then(({ id }) => console.log(id))`;
  assert.equal((await run(['--eval', program], own.env)).out, 'ma_login\n');
});

test('closed, it is gone: a world, the simulator, also by disposal', async () => {
  const own = await Simulator.start({ binary });
  const opened = await own.openWorld();
  await opened[Symbol.asyncDispose]();
  const call = (baseURL) => new Kernel({ apiKey: 'sk_test', baseURL, maxRetries: 0 }).auth.context.retrieve();
  await assert.rejects(call(opened.baseURL), Kernel.APIConnectionError);
  assert.equal((await call(own.baseURL)).principal.type, 'api_key');
  await own[Symbol.asyncDispose]();
  await own.close();
  await assert.rejects(call(own.baseURL), Kernel.APIConnectionError);
});

test('the program is found on the PATH, started with a scenario, and ends with the process', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-client-'));
  t.after(() => rmSync(folder, { recursive: true }));
  symlinkSync(binary, join(folder, 'kernel-simulator'));
  const scenario = join(folder, 'scenario.json');
  writeFileSync(scenario, JSON.stringify({ connections: [{ id: 'ma_mine' }] }));
  const program = `
    import { Simulator } from 'kernel-client/testing';
    const simulator = await Simulator.start({ scenario: ${JSON.stringify(scenario)}, log: true });
    console.log((await simulator.client.auth.connections.retrieve('ma_mine')).id);
  `;
  // The simulator logs to this pipe as well, so the run is over only when it has ended, too.
  const { code, out, err } = await run(['--input-type=module', '--eval', program], { PATH: folder });
  assert.deepEqual([code, out], [0, 'ma_mine\n']);
  assert.match(err, /GET .*\/auth\/connections\/ma_mine/);
});

test('a program that is not there, or cannot start, is an error that says so', async () => {
  await assert.rejects(
    Simulator.start({ binary: 'no-such-program' }),
    /no-such-program is not there.*KERNEL_SIMULATOR_BINARY/,
  );
  await assert.rejects(Simulator.start({ binary: root }), /cannot be started: .*EACCES/);
  await assert.rejects(
    Simulator.start({ binary, scenario: 'no-such-file.json' }),
    /ended with [1-9].*no-such-file\.json/s,
  );
  await assert.rejects(simulated.openWorld({ surprise: 1 }), /the simulator refuses: .*surprise/);
});
