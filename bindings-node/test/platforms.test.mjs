// The packages of platforms, as the workflow that publishes makes them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (...path) => readFileSync(join(...path), 'utf8');

function make(t, ...words) {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-client-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const path of ['package.json', 'npm/platforms.mjs']) cpSync(join(root, path), join(folder, path));
  const made = spawnSync(process.execPath, [join(folder, 'npm/platforms.mjs'), ...words], { encoding: 'utf8' });
  return { folder, ...made };
}

test('that of this platform is as it is checked in', (t) => {
  const library = join(root, 'package.json');
  const { folder, status } = make(t, 'linux-x64-gnu', library);
  assert.equal(status, 0);
  for (const file of ['package.json', 'README.md']) {
    assert.equal(read(folder, 'npm/linux-x64-gnu', file), read(root, 'npm/linux-x64-gnu', file));
  }
  assert.equal(read(folder, 'npm/linux-x64-gnu/kernel-client.linux-x64-gnu.node'), read(library));
});

test('the main package names all that the loader looks for, each of its own version', (t) => {
  const { folder, status } = make(t, '--all');
  assert.equal(status, 0);
  const { version, optionalDependencies } = JSON.parse(read(folder, 'package.json'));
  assert.deepEqual([...new Set(Object.values(optionalDependencies))], [version]);
  const names = Object.keys(optionalDependencies);
  assert.equal(names.length, 8);
  for (const name of names) {
    const platform = name.replace('kernel-client-', '');
    const made = make(t, platform);
    const { os, cpu } = JSON.parse(read(made.folder, 'npm', platform, 'package.json'));
    const program = `
      Object.defineProperty(process, 'platform', { value: '${os}' });
      Object.defineProperty(process, 'arch', { value: '${cpu}' });
      const Module = require('node:module');
      const asked = [];
      const load = Module._load;
      Module._load = (name, ...rest) => (name.startsWith('kernel-client-') && asked.push(name), load(name, ...rest));
      try { require('./index.js') } catch {}
      console.log(JSON.stringify(asked));
    `;
    cpSync(join(root, 'index.js'), join(made.folder, 'index.js'));
    const { stdout } = spawnSync(process.execPath, ['--eval', program], { cwd: made.folder, encoding: 'utf8' });
    assert.ok(JSON.parse(stdout).includes(`${name}/kernel-client.${platform}.node`), name);
  }
});

test('the loader has the name of each where tools see it that run nothing', (t) => {
  const { folder } = make(t, '--all');
  const names = Object.keys(JSON.parse(read(folder, 'package.json')).optionalDependencies);
  const required = read(root, 'lib/native.mjs').matchAll(
    /case '(.+)':\n +return require\('kernel-client-\1\/kernel-client\.\1\.node'\);/g,
  );
  assert.deepEqual(
    [...required].map(([, platform]) => `kernel-client-${platform}`),
    names.sort(),
  );
});

test('a platform that is none is refused', (t) => {
  const { status, stderr } = make(t, 'linux-riscv64');
  assert.equal(status, 2);
  assert.match(stderr, /linux-arm64-musl/);
});
