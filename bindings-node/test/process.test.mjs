// How the package lives with its process: it never holds it up, and never brings it down.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { simulator } from './simulator.mjs';

const simulated = await simulator();

/** Runs a program to its end; the client it is given talks to a world of the test. */
async function run(t, program, spec, more) {
  const world = await simulated.openWorld(spec);
  t.after(() => world.close());
  const start = `
    import { Worker } from 'node:worker_threads';
    import Kernel from 'kernel-client';
    const client = new Kernel();
    const login = (id = 'ma_login') => client.auth.connections.login(id);
    const follow = (options) => client.auth.connections.follow('ma_1', options);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', start + program], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: {
      PATH: process.env.PATH,
      KERNEL_API_KEY: 'sk_test',
      KERNEL_BASE_URL: world.baseURL,
      RECORD: world.record,
      ...more,
    },
  });
  t.after(() => child.kill());
  const printed = { out: '', err: '' };
  child.stdout.on('data', (data) => (printed.out += data));
  child.stderr.on('data', (data) => (printed.err += data));
  const [code, signal] = await once(child, 'close');
  return { ...printed, code, signal, world };
}

const ended = { timeout: 60_000 };

/** `ma_1` has a login that never gets on, so that streams of it stay open. */
const ENDLESS = { connections: [{ id: 'ma_1', script: 'endless', flow: 'running' }] };

test('a client that is idle, its connections open, lets the process end', ended, async (t) => {
  const { code, out } = await run(t, `globalThis.kept = client; console.log((await login()).id);`);
  assert.deepEqual([code, out], [0, 'ma_login\n']);
});

test('a call under way keeps the process until its answer is there', ended, async (t) => {
  const { code, out } = await run(t, `login().then((login) => console.log(login.id));`, {
    faults: [{ delay_ms: 300 }],
  });
  assert.deepEqual([code, out], [0, 'ma_login\n']);
});

test('the process may exit with calls under way', ended, async (t) => {
  const { code, err, world } = await run(
    t,
    `for (let n = 0; n < 50; n++) login();
     await fetch(process.env.RECORD + '?wait_requests=50');
     process.exit(7);`,
    { faults: [{ stall: 'headers', times: 50 }] },
  );
  assert.deepEqual([code, err], [7, '']);
  await world.state('wait_idle=1');
});

test('an open stream that nobody waits for lets the process end', ended, async (t) => {
  const { code, out, world } = await run(
    t,
    `globalThis.stream = await follow();
     for (const events = globalThis.stream[Symbol.asyncIterator]();;) {
       console.log((await events.next()).value.flow_step);
       break;
     }`,
    ENDLESS,
  );
  assert.deepEqual([code, out], [0, 'DISCOVERING\n']);
  await world.state('wait_idle=1');
});

test('an event that is waited for keeps the process until it is there', ended, async (t) => {
  const { code, out } = await run(
    t,
    `const events = (await follow({ reconnect: false }))[Symbol.asyncIterator]();
     events.next().then(({ value }) => console.log(value));`,
    { ...ENDLESS, faults: [{ on: 'follow', chunks: [{ text: 'data: 1\n\n', delay_ms: 300 }] }] },
  );
  assert.deepEqual([code, out], [0, '1\n']);
});

test('a login that is waited for keeps the process until its end', ended, async (t) => {
  const { code, out } = await run(
    t,
    `client.auth.connections.loginAndWait('ma_1').then(({ status }) => console.log(status));`,
    { connections: [{ id: 'ma_1', script: { steps: [{ discover: { ms: 300 } }] } }], pace: 1 },
  );
  assert.deepEqual([code, out], [0, 'AUTHENTICATED\n']);
});

test('the process may exit with streams open, waited for or not, and logins under way', ended, async (t) => {
  const { code, err, world } = await run(
    t,
    `for (let n = 0; n < 20; n++) {
       const events = (await follow())[Symbol.asyncIterator]();
       if (n % 2) events.next().then(() => events.next());
     }
     await new Promise((onLogin) => client.auth.connections.loginAndWait('ma_2', {}, { onLogin }));
     process.exit(7);`,
    { connections: [...ENDLESS.connections, { id: 'ma_2', script: 'endless' }] },
  );
  assert.deepEqual([code, err], [7, '']);
  await world.state('wait_idle=1');
});

test('a failure nobody looks at ends the process as any unhandled rejection does', ended, async (t) => {
  const { code, err } = await run(t, `login('nobody');`);
  assert.equal(code, 1);
  assert.match(err, /NotFoundError: 404/);
});

test('workers are terminated with calls under way, again and again', { timeout: 120_000 }, async (t) => {
  const stalled = await simulated.openWorld({ faults: [{ stall: 'headers', times: 10_000 }] });
  t.after(() => stalled.close());
  const { code, signal, out, err, world } = await run(
    t,
    `
    const busy = \`
      const { parentPort } = require('node:worker_threads');
      const Kernel = require('kernel-client');
      const client = new Kernel();
      const stalled = client.withOptions({ baseURL: process.env.STALLED });
      for (let n = 0; n < 10; n++) stalled.auth.connections.login('ma_login').catch(() => {});
      (async () => {
        for (;;) {
          await Promise.all([client.auth.connections.login('ma_login'), client.auth.connections.login('ma_reauth')]);
          parentPort.postMessage('under way');
        }
      })();
    \`;
    for (let round = 0; round < 25; round++) {
      const workers = Array.from({ length: 4 }, () => new Worker(busy, { eval: true, execArgv: [] }));
      await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
    console.log((await login()).id);
    `,
    {},
    { STALLED: stalled.baseURL },
  );
  assert.deepEqual([code, signal, out, err], [0, null, 'ma_login\n', '']);
  await Promise.all([world.state('wait_idle=1'), stalled.state('wait_idle=1')]);
});

test('the calls of a worker end with it, while the process goes on', ended, async (t) => {
  const world = await simulated.openWorld({ faults: [{ stall: 'headers', times: 5 }] });
  t.after(() => world.close());
  const program = `
    const Kernel = require('kernel-client');
    const client = new Kernel();
    for (let n = 0; n < 5; n++) client.auth.connections.login('ma_login');
  `;
  const env = { KERNEL_API_KEY: 'sk_test', KERNEL_BASE_URL: world.baseURL };
  const worker = new Worker(program, { eval: true, env });
  await world.state('wait_requests=5');
  await worker.terminate();
  await world.state('wait_aborted=5&wait_idle=1');
});

test('workers are terminated with streams open, again and again', { timeout: 120_000 }, async (t) => {
  const { code, signal, out, err, world } = await run(
    t,
    `
    const busy = \`
      const { parentPort } = require('node:worker_threads');
      const Kernel = require('kernel-client');
      const { connections } = new Kernel().auth;
      globalThis.kept = [];
      (async () => {
        for (let n = 0; n < 5; n++) {
          const stream = await connections.follow('ma_1');
          const events = stream[Symbol.asyncIterator]();
          await events.next();
          // One idles, one waits, one is closed, one is on its way.
          if (n % 4 === 1) events.next();
          if (n % 4 === 2) stream.controller.abort();
          if (n % 4 === 3) connections.follow('ma_1');
          globalThis.kept.push(stream);
        }
        connections.loginAndWait('ma_2', {}, { onInput: () => new Promise(() => {}) }).catch(() => {});
        parentPort.postMessage('under way');
      })();
    \`;
    for (let round = 0; round < 15; round++) {
      const workers = Array.from({ length: 4 }, () => new Worker(busy, { eval: true, execArgv: [] }));
      await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
    console.log((await login()).id);
    `,
    { connections: [...ENDLESS.connections, { id: 'ma_2', script: 'password' }, { id: 'ma_login' }] },
  );
  assert.deepEqual([code, signal, out, err], [0, null, 'ma_login\n', '']);
  await world.state('wait_idle=1');
});

test('copies of the package that share the native library keep their calls apart', ended, async (t) => {
  const { code, out, err } = await run(
    t,
    `
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const fresh = () => {
      for (const file of Object.keys(require.cache)) if (!file.endsWith('.node')) delete require.cache[file];
      return require('kernel-client');
    };
    const clients = [];
    for (const name of ['one', 'two', 'three']) {
      const own = [];
      clients.push({ own, plain: new (fresh())(), fetched: new (fresh())({ fetch: (...given) => (own.push(name), fetch(...given)) }) });
    }
    const ids = ['ma_1', 'ma_2', 'ma_3'];
    for (let round = 0; round < 2; round++) {
      const calls = clients.flatMap(({ plain, fetched }, at) => [plain, fetched].map((client) => client.auth.connections.retrieve(ids[at])));
      console.log((await Promise.all(calls)).map(({ id }) => id).join());
    }
    console.log(clients.map(({ own }) => own.join()).join(' '));
    `,
    { connections: [{ id: 'ma_1' }, { id: 'ma_2' }, { id: 'ma_3' }] },
  );
  const ids = 'ma_1,ma_1,ma_2,ma_2,ma_3,ma_3\n';
  assert.deepEqual([code, out, err], [0, `${ids}${ids}one,one two,two three,three\n`, '']);
});

test('clients whose fetch and logger refer to them are collected', ended, async (t) => {
  const { code, out, err } = await run(
    t,
    `
    import { setFlagsFromString } from 'node:v8';
    import { runInNewContext } from 'node:vm';
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc');
    let gone = 0;
    const registry = new FinalizationRegistry(() => gone++);
    async function use() {
      const logger = { error() {}, warn() {}, info: () => client, debug() {} };
      const client = new Kernel({ logger, logLevel: 'info', fetch: (...given) => client && fetch(...given) });
      registry.register(client, undefined);
      const page = await client.auth.connections.list({ limit: 1 });
      const stream = await client.auth.connections.follow('ma_1');
      await page.getNextPage();
    }
    for (let n = 0; n < 5; n++) await use();
    while (gone < 5) {
      gc();
      await new Promise((resolve) => setImmediate(resolve));
    }
    console.log(gone);
    `,
    { connections: [...ENDLESS.connections, { id: 'ma_2' }] },
  );
  assert.deepEqual([code, out, err], [0, '5\n', '']);
});

test('workers are terminated with a fetch of their own at work, again and again', { timeout: 120_000 }, async (t) => {
  const stalled = await simulated.openWorld({ faults: [{ stall: 'headers', times: 1000 }] });
  t.after(() => stalled.close());
  const { code, signal, out, err, world } = await run(
    t,
    `
    const busy = \`
      const { parentPort } = require('node:worker_threads');
      const Kernel = require('kernel-client');
      const logger = { error() {}, warn() {}, info() {}, debug() {} };
      const client = new Kernel({ fetch: (...given) => fetch(...given), logger, logLevel: 'debug' });
      const slow = client.withOptions({ baseURL: process.env.STALLED });
      const keepCalling = async () => {
        for (;;) await client.auth.connections.retrieve('ma_1');
      };
      for (let n = 0; n < 4; n++) {
        keepCalling();
        slow.auth.connections.retrieve('ma_1');
        client.auth.connections.follow('ma_1').then(async (stream) => {
          for await (const _ of stream);
        });
      }
      client.auth.connections.retrieve('ma_1').then(() => parentPort.postMessage('under way'));
    \`;
    for (let round = 0; round < 10; round++) {
      const workers = Array.from({ length: 4 }, () => new Worker(busy, { eval: true, execArgv: [] }));
      await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
    console.log((await login()).id);
    `,
    { connections: [...ENDLESS.connections, { id: 'ma_login' }] },
    { STALLED: stalled.baseURL },
  );
  assert.deepEqual([code, signal, out, err], [0, null, 'ma_login\n', '']);
  await Promise.all([world.state('wait_idle=1'), stalled.state('wait_idle=1')]);
});

test('the process may exit with a fetch of its own at work', ended, async (t) => {
  const { code, err } = await run(
    t,
    `const own = new Kernel({ fetch: (...given) => fetch(...given) });
     for (let n = 0; n < 20; n++) own.auth.connections.login('ma_login').catch(() => {});
     await fetch(process.env.RECORD + '?wait_requests=20');
     process.exit(7);`,
    { faults: [{ stall: 'headers', times: 50 }] },
  );
  assert.deepEqual([code, err], [7, '']);
});

test('a client with a fetch of its own that is idle lets the process end', ended, async (t) => {
  const { code, out } = await run(
    t,
    `globalThis.own = new Kernel({ fetch: (...given) => fetch(...given) });
     console.log((await own.auth.connections.login('ma_login')).id);`,
  );
  assert.deepEqual([code, out], [0, 'ma_login\n']);
});

test('the streams of a worker are closed with it, while the process goes on', ended, async (t) => {
  const world = await simulated.openWorld(ENDLESS);
  t.after(() => world.close());
  const program = `
    const { parentPort } = require('node:worker_threads');
    const Kernel = require('kernel-client');
    new Kernel().auth.connections.follow('ma_1').then((stream) => {
      globalThis.kept = stream;
      parentPort.postMessage('open');
      setInterval(() => {}, 1e9);
    });
  `;
  const worker = new Worker(program, { eval: true, env: world.env });
  await once(worker, 'message');
  await worker.terminate();
  await world.state('wait_aborted=1&wait_idle=1');
});
