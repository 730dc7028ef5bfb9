// The package installed by each package manager, as `npm install kernel-client` does it: the manager finds the package of
// the platform by itself.

import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
import { BUN, DENO, nodes, Project, tool } from './project.js';
import { platform } from './registry.js';

const NODE = nodes[24];
const PNPM = tool('@pnpm/exe.linux-x64/pnpm');
const YARN_1 = [NODE, tool('yarn/bin/yarn.js')];
const YARN = [NODE, tool('@yarnpkg/cli-dist/bin/yarn.js')];

/** Installs with a command, then runs the programs with another. */
function manager(name, install, run = [NODE], { settings, ...manifest } = {}) {
  test(name, async (t) => {
    const project = new Project(t, manifest);
    if (settings) appendFileSync(project.path('.yarnrc.yml'), settings);
    const [command, ...options] = install;
    await project.run(command, [...options, 'install']);
    for (const program of ['program.mjs', 'program.cjs']) {
      const [command, ...options] = run;
      await t.test(program, (t) => project.calls(t, command, [...options, program]));
    }
  });
}

manager('npm', ['npm']);
manager('pnpm', [PNPM]);
manager('yarn 1', YARN_1);
manager('yarn, node-modules', YARN, [NODE], { settings: 'nodeLinker: node-modules\n' });
manager('yarn, pnpm', YARN, [NODE], { settings: 'nodeLinker: pnpm\n' });
// Yarn adds what finds packages by `import` to projects of this type.
manager('yarn, Plug and Play', YARN, [...YARN, 'node'], { type: 'module' });
manager('Bun', [BUN], [BUN]);
manager('Deno', [DENO], [DENO, 'run', '--allow-env', '--allow-ffi', '--allow-read']);

const { name } = platform.manifest;
const MISSING = new RegExp(`the package ${name} is not installed.*--omit=optional.*npm install ${name}@`);

test('without optional packages: the error names the package and how to get it', async (t) => {
  for (const command of [
    ['npm', 'install', '--omit=optional'],
    [PNPM, 'install', '--no-optional'],
  ]) {
    const project = new Project(t);
    const [manager, ...options] = command;
    await project.run(manager, options);
    for (const program of ['program.mjs', 'program.cjs']) {
      const { code, err } = await project.outcome('node', [program]);
      assert.equal(code, 1);
      assert.match(err, MISSING);
    }
  }
});

test('a lock file of another platform: npm ci finds the package of this one', async (t) => {
  const project = new Project(t);
  await project.run('npm', ['install', '--os=darwin', '--cpu=arm64']);
  assert.match((await project.outcome('node', ['program.mjs'])).err, MISSING);
  await project.run('npm', ['ci']);
  await project.calls(t, 'node', ['program.mjs']);
});
