// What a user reads when the native library does not load.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The error of loading the package where no native library is, on a platform of choice. */
function failure(t, { platform = 'linux', arch = 'x64', installed = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-client-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const modules = join(folder, 'node_modules');
  for (const path of ['package.json', 'index.js']) cpSync(join(root, path), join(modules, 'kernel-client', path));
  for (const [name, content] of Object.entries(installed)) {
    mkdirSync(join(modules, name));
    writeFileSync(join(modules, name, `${name.replace('client-', 'client.')}.node`), content);
  }
  const program = `
    for (const [name, value] of Object.entries(${JSON.stringify({ platform, arch })})) Object.defineProperty(process, name, { value });
    try { require('kernel-client') } catch (error) { console.log(JSON.stringify([error.message, error.cause?.code])) }
  `;
  return JSON.parse(spawnSync(process.execPath, ['--eval', program], { cwd: folder, encoding: 'utf8' }).stdout);
}

test('the package of the platform is not installed: it is named, and how to get it', (t) => {
  const [message] = failure(t);
  assert.match(message, /linux-x64/);
  assert.match(message, /kernel-client-linux-x64-gnu is not installed/);
  assert.match(message, /--omit=optional/);
  assert.match(message, /npm install kernel-client-linux-x64-gnu@\d+\.\d+\.\d+$/);
});

test('there is no package for the platform: the ones that exist are named', (t) => {
  for (const [platform, arch] of [
    ['aix', 'ppc64'],
    ['linux', 'riscv64'],
    ['win32', 'ia32'],
  ]) {
    const [message] = failure(t, { platform, arch });
    assert.match(message, new RegExp(`no native library for ${platform}-${arch}`));
    assert.match(message, /built for: linux-x64-gnu/);
  }
});

test('loaded into what is only half of Node, as the DOM of a test is: it says what is missing', () => {
  const program = `delete globalThis.Response; try { require('kernel-client') } catch (error) { console.log(error.message) }`;
  const { stdout } = spawnSync(process.execPath, ['--eval', program], { cwd: root, encoding: 'utf8' });
  assert.match(stdout, /there is no `Response` here.*testEnvironment: 'node'/);
});

test('the library is there and does not load: the reason of the system is told', (t) => {
  const [message, code] = failure(t, { installed: { 'kernel-client-linux-x64-gnu': 'no library' } });
  assert.match(message, /kernel-client-linux-x64-gnu cannot be loaded on linux-x64: .*(invalid ELF|too short)/);
  assert.equal(code, 'ERR_DLOPEN_FAILED');
});

test('built for a browser or an edge runtime, it says that it is not for there', () => {
  const { browser } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const [start, named] of [
    ['', /a browser, or built for one/],
    ['globalThis.EdgeRuntime = "edge-runtime";', /an edge runtime.*runtime = 'nodejs'/],
    [
      'Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Cloudflare-Workers" } });',
      /Cloudflare's workers/,
    ],
  ]) {
    const program = `${start} try { require('${browser}') } catch (error) { console.log(error.message) }`;
    const { stdout } = spawnSync(process.execPath, ['--eval', program], { cwd: root, encoding: 'utf8' });
    assert.match(stdout, named);
  }
});
