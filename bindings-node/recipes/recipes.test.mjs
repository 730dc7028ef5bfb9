// Runs the programs in RECIPES.md, as they stand there, against the simulator. kernel-client is installed beside what
// package.json names.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ManagedAuthSession } from 'kernel-client';
import { Simulator } from 'kernel-client/testing';

const here = fileURLToPath(new URL('.', import.meta.url));
const page = readFileSync(new URL('../RECIPES.md', import.meta.url), 'utf8');
const programs = new Map(
  [...page.matchAll(/^```(?:js|ts)\n(\/\/ (\S+)\n.*?)^```$/gms)].map(([, program, name]) => [name, program]),
);
const NEXT = [
  'next.config.ts',
  'lib/kernel.ts',
  'app/sign-in/[connection]/route.ts',
  'app/signed-in/[connection]/route.ts',
];
const NODE = ['shop.ts', 'server.ts', 'sign_in_worker.mjs', 'sign_ins.mjs', 'sign_in_within.mjs', 'shop.test.ts'];

// Next may take its time; nothing else here waits for long.
const patient = { timeout: 300_000 };
const swift = { timeout: 60_000 };
const simulator = await Simulator.start();
after(() => simulator.close());

/** A project with some of the programs. It lies in this folder, for Next goes no further for what is installed. */
function project(names, settings) {
  const folder = mkdtempSync(join(here, 'project-'));
  after(() => rmSync(folder, { recursive: true }));
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), programs.get(name));
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  return folder;
}

const tool = (path) => join(here, 'node_modules', path);
const next = tool('next/dist/bin/next');
const nextFolder = project(NEXT, { compilerOptions: { strict: true } });
const folder = project(NODE, {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2023',
    types: ['node'],
    allowJs: true,
    checkJs: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    // What Node itself asks of TypeScript.
    erasableSyntaxOnly: true,
    rewriteRelativeImportExtensions: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
    rootDir: '.',
    outDir: 'built',
  },
});

/** A program that Node runs, with what it has said so far. It ends with the test. */
class Program {
  said = '';
  #child;
  #news = [];

  constructor(t, folder, words, env = {}) {
    // With that, Node's runner would take the tests of a recipe for its own.
    const { NODE_TEST_CONTEXT, KERNEL_API_KEY, KERNEL_BASE_URL, ...rest } = process.env;
    const child = spawn(process.execPath, words, {
      cwd: folder,
      env: { ...rest, NEXT_TELEMETRY_DISABLED: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.ended = once(child, 'close').then(([code]) => code);
    t.after(() => {
      child.kill('SIGKILL');
      return this.ended;
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.said += `${line}\n`;
        for (const look of this.#news) look();
      });
    }
  }

  /** Waits until it has said that. */
  async says(pattern) {
    const found = new Promise((resolve) => {
      const look = () => {
        const match = this.said.match(pattern);
        if (match) resolve(match);
      };
      this.#news.push(look);
      look();
    });
    const match = await Promise.race([found, this.ended]);
    assert.ok(match?.length, `it ended without ${pattern}: ${this.said}`);
    return match;
  }

  async ends(code) {
    assert.equal(await this.ended, code, this.said);
    return this.said;
  }

  kill(signal) {
    this.#child.kill(signal);
  }
}

async function openWorld(t, spec) {
  const world = await simulator.openWorld(spec);
  t.after(() => world.close());
  return world;
}

/** What a browser gets that stays where it is. */
const browse = (address, options) => fetch(address, { redirect: 'manual', ...options });
/** What a browser sends for a form's button. */
const button = (address) => browse(address, { method: 'POST', body: new URLSearchParams() });

/** The page that the simulator gave for this connection's login. */
async function hostedURL(world, connection) {
  const { connections } = await world.state();
  return connections.find(({ id }) => id === connection).managed_auth.hosted_url;
}

/** Does what the hosted page does for a person who signs in. */
async function signIn(world, address) {
  assert.equal((await browse(address)).status, 200);
  const { pathname, searchParams } = new URL(address);
  const id = pathname.split('/').at(-1);
  const session = await ManagedAuthSession.exchange(id, searchParams.get('code'), { baseURL: world.baseURL });
  await world.state({ wait_state: `${id}:AWAITING_INPUT` });
  const { fields, interaction_id } = await session.retrieve();
  const values = { identifier: 'user@example.com', password: 'secret' };
  const field_values = Object.fromEntries(fields.map((field) => [field.id, values[field.type]]));
  await session.submit({ field_values, interaction_id });
  await world.state({ wait_state: `${id}:SUCCESS` });
}

test('each program of the page is run', () => {
  assert.deepEqual([...programs.keys()].sort(), [...NEXT, ...NODE].sort());
  assert.equal(page.match(/^```\w+$/gm).length, programs.size);
});

test('types, and JavaScript made of them', patient, async (t) => {
  await new Program(t, folder, [tool('typescript/bin/tsc')]).ends(0);
});

test('Next.js', patient, async (t) => {
  await new Program(t, nextFolder, [next, 'build']).ends(0);
  const world = await openWorld(t, {
    connections: [
      { id: 'ma_shop', script: 'password' },
      { id: 'ma_other', script: 'password' },
    ],
  });
  const shop = 'https://shop.example.com';
  const server = new Program(t, nextFolder, [next, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
    ...world.env,
    SHOP_URL: shop,
  });
  const [, address] = await server.says(/Local: +(http:\S+)/);

  const answer = await button(`${address}/sign-in/ma_shop`);
  assert.equal(answer.status, 303);
  const location = new URL(answer.headers.get('location'));
  const { success_url, error_url, ...rest } = Object.fromEntries(location.searchParams);
  assert.equal(`${location.origin}${location.pathname}?code=${rest.code}`, await hostedURL(world, 'ma_shop'));
  assert.equal(success_url, `${shop}/signed-in/ma_shop`);
  assert.equal(error_url, success_url);

  assert.equal((await browse(`${address}/sign-in/ma_shop`)).status, 405);
  assert.equal((await button(`${address}/sign-in/ma_shop`)).status, 409);
  assert.equal((await button(`${address}/sign-in/ma_nobody`)).status, 404);

  const back = success_url.replace(shop, address);
  const succeeded = '?profile_name=ma_shop&domain=example.com';
  const json = async (address) => (await browse(address)).json();
  assert.deepEqual(await json(`${back}${succeeded}`), { signed_in: false });
  await signIn(world, location.href);
  assert.deepEqual(await json(`${back}${succeeded}`), { signed_in: true });
  assert.deepEqual(await json(`${address}/signed-in/ma_other${succeeded}`), { signed_in: false });
  assert.deepEqual(await json(`${back}?code=bot_detected&message=No`), { signed_in: false, code: 'bot_detected' });
  assert.equal((await browse(back)).status, 400);
});

test('Fastify', swift, async (t) => {
  const world = await openWorld(t, {
    connections: [
      { id: 'ma_shop', script: 'password' },
      { id: 'ma_refused', script: 'fails:bot_detected' },
      { id: 'ma_endless', script: 'endless' },
    ],
  });
  const server = new Program(t, folder, ['built/server.js'], { ...world.env, PORT: '0' });
  const [, address] = await server.says(/listening at (http:\/\/127[^"]+)/);
  const outcome = async (connection) => (await browse(`${address}/outcome/${connection}`)).json();

  assert.equal((await browse(`${address}/outcome/ma_shop`)).status, 404);
  const answer = await button(`${address}/sign-in/ma_shop`);
  assert.equal(answer.status, 303);
  const location = answer.headers.get('location');
  assert.equal(location, await hostedURL(world, 'ma_shop'));
  assert.equal((await button(`${address}/sign-in/ma_shop`)).status, 409);
  const asked = outcome('ma_shop');
  await signIn(world, location);
  assert.deepEqual(await asked, { outcome: 'AUTHENTICATED' });

  assert.equal((await button(`${address}/sign-in/ma_refused`)).status, 303);
  assert.deepEqual(await outcome('ma_refused'), { outcome: 'failed: bot_detected' });
  assert.equal((await button(`${address}/sign-in/ma_nobody`)).status, 404);

  assert.equal((await button(`${address}/sign-in/ma_endless`)).status, 303);
  const endless = outcome('ma_endless');
  await server.says(/GET","url":"\/outcome\/ma_endless/);
  server.kill('SIGTERM');
  assert.deepEqual(await endless, { outcome: 'not waited for' });
  const said = await server.ends(0);
  const { code } = Object.fromEntries(new URL(location).searchParams);
  for (const secret of [code, world.apiKey]) assert.ok(!said.includes(secret), said);
});

test('a thread that waits for logins', swift, async (t) => {
  const world = await openWorld(t, {
    connections: [
      { id: 'ma_shop', script: 'password' },
      { id: 'ma_refused', script: 'fails:bot_detected' },
      { id: 'ma_endless', script: 'endless' },
    ],
  });
  const ends = new Program(t, folder, ['sign_ins.mjs', 'ma_shop', 'ma_refused', 'ma_nobody'], world.env);
  const [, location] = await ends.says(/^ma_shop: sign in at (\S+)$/m);
  assert.equal(location, await hostedURL(world, 'ma_shop'));
  await signIn(world, location);
  const said = await ends.ends(0);
  assert.match(said, /^ma_shop: AUTHENTICATED$/m);
  assert.match(said, /^ma_refused: failed: bot_detected$/m);
  assert.match(said, /^ma_nobody: 404 /m);

  const stopped = new Program(t, folder, ['sign_ins.mjs', 'ma_endless'], world.env);
  await stopped.says(/^ma_endless: sign in at/m);
  stopped.kill('SIGTERM');
  assert.match(await stopped.ends(0), /^ma_endless: not waited for$/m);
});

test('a login with a deadline', swift, async (t) => {
  const connections = ['instant', 'endless', 'fails:bot_detected'].map((script) => ({ id: `ma_${script}`, script }));
  const run = async (connection, ...seconds) => {
    const world = await openWorld(t, { connections });
    // Nothing that is only waited for may be forgotten.
    const collecting = ['--expose-gc', '--import', 'data:text/javascript,setInterval(gc, 10).unref()'];
    const words = [...collecting, 'sign_in_within.mjs', connection, ...seconds];
    return { world, program: new Program(t, folder, words, world.env) };
  };
  const done = await run('ma_instant');
  assert.match(await done.program.ends(0), /^sign in here: http\S+\nAUTHENTICATED\n$/);

  for (const [said, ...words] of [
    ['failed: bot_detected', 'ma_fails:bot_detected'],
    ['the deadline has passed', 'ma_endless', '60', '1'],
    ['not in time: The login was not over', 'ma_endless', '1'],
  ]) {
    const { program } = await run(...words);
    assert.ok((await program.ends(1)).includes(`\n${said}`), program.said);
  }

  const { world, program } = await run('ma_endless');
  await world.state({ wait_follows: 1 });
  program.kill('SIGINT');
  assert.match(await program.ends(1), /^interrupted$/m);
});

test('tests of an app', swift, async (t) => {
  const tests = new Program(t, folder, ['--test', '--test-reporter=tap', 'built/shop.test.js']);
  assert.match(await tests.ends(0), /^# pass 4$/m);
});
