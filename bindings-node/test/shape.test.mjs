// One class, however the package is loaded and whatever it is installed as.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Kernel, * as esm from 'kernel-client';
import { simulator } from './simulator.mjs';

const cjs = createRequire(import.meta.url)('kernel-client');
const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test('require gives the class that import gives, also as `Kernel` and `default`', () => {
  for (const same of [cjs, cjs.Kernel, cjs.default, esm.Kernel, esm.default]) assert.equal(same, Kernel);
  assert.ok(new cjs({ apiKey: 'sk_test' }) instanceof esm.Kernel);
});

test('both module systems export the same names and values', () => {
  const names = Object.keys(cjs).sort();
  // Later versions of Node add one for all of them.
  assert.deepEqual(
    Object.keys(esm)
      .filter((name) => name !== 'module.exports')
      .sort(),
    names,
  );
  for (const name of names) assert.equal(esm[name], cjs[name], name);
});

test('what is exported has its own name', () => {
  const named = Object.entries(cjs).filter(([name, value]) => name !== 'default' && typeof value === 'function');
  assert.ok(named.length > 20);
  for (const [name, value] of named) assert.equal(value.name, name);
});

test('types name everything that is exported, and the namespace all types', () => {
  const types = readFileSync(join(root, 'client.d.ts'), 'utf8');
  const values = types.match(/(?<=^export declare (class|function) |^ {2}static readonly )\w+/gm);
  assert.deepEqual([...values, 'default'].sort(), Object.keys(cjs).sort());
  const [, listed] = types.match(/^export declare namespace Kernel \{\n {2}export \{\n(.*?)^ {2}\};$/ms);
  const names = types.match(/(?<=^export (declare class|declare function|interface|type) )\w+/gm);
  assert.deepEqual(
    listed
      .match(/^ {4}(type )?(\w+|Kernel as default),$/gm)
      .map((line) => line.trim().replace(/^type |,$/g, ''))
      .sort(),
    [...new Set([...names, 'Kernel as default'])].sort(),
  );
});

test('a subclass stays what it is in copies', () => {
  class Mine extends Kernel {}
  const copy = new Mine({ apiKey: 'sk_test' }).withOptions({ maxRetries: 5, timeout: 1500 });
  assert.ok(copy instanceof Mine);
  assert.deepEqual([copy.maxRetries, copy.timeout], [5, 1500]);
});

test('a program written for the official package runs when this one is installed under its name', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-client-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const modules = join(folder, 'node_modules');
  for (const path of ['package.json', ...manifest.files]) {
    cpSync(join(root, path), join(modules, '@onkernel/sdk', path), { recursive: true });
  }
  cpSync(join(root, 'npm/linux-x64-gnu'), join(modules, 'kernel-client-linux-x64-gnu'), { recursive: true });

  const world = await (await simulator()).openWorld();
  t.after(() => world.close());
  const program = `
    const client = new Kernel({ apiKey: process.env['KERNEL_API_KEY'] });
    const connections = client.auth.connections;
    connections.login('ma_login').then((response) => console.log(response.flow_type));
    connections.login('nobody').catch((err) => console.log(err instanceof Kernel.APIError, err.status, err.message));
  `;
  for (const [type, load] of [
    ['module', "import Kernel from '@onkernel/sdk';"],
    ['module', "import { Kernel } from '@onkernel/sdk';"],
    ['commonjs', "const Kernel = require('@onkernel/sdk');"],
    ['commonjs', "const { default: Kernel } = require('@onkernel/sdk');"],
  ]) {
    const printed = execFileSync(process.execPath, [`--input-type=${type}`, '--eval', load + program], {
      cwd: folder,
      env: { PATH: process.env.PATH, KERNEL_API_KEY: 'sk_test', KERNEL_BASE_URL: world.baseURL },
      encoding: 'utf8',
    });
    assert.deepEqual(
      printed.trim().split('\n').sort(),
      ['LOGIN', 'true 404 404 auth connection nobody does not exist'],
      load,
    );
  }
});

test('the packages have the version of the core, and need nothing but each other', () => {
  const platform = JSON.parse(readFileSync(join(root, 'npm/linux-x64-gnu/package.json'), 'utf8'));
  const [, version] = readFileSync(join(root, '../Cargo.toml'), 'utf8').match(/^version = "(.*)"$/m);
  assert.deepEqual([manifest.version, platform.version], [version, version]);
  assert.deepEqual(manifest.optionalDependencies, { [platform.name]: version });
  assert.equal(manifest.dependencies, undefined);
});
