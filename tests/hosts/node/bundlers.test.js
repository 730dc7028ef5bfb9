// Programs that were bundled. The native library stays a file of its own, so what loads it stays outside of the bundle, or
// the library's package lies beside the bundle.

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import webpack from 'webpack';
import { nodes, Project, tool } from './project.js';
import { platform } from './registry.js';

const NODE = nodes[24];
const MISSING = new RegExp(`the package ${platform.manifest.name} is not installed`);

/** Bundles with esbuild. */
const esbuild = (project, options) =>
  build({
    absWorkingDir: project.folder,
    entryPoints: ['program.mjs'],
    bundle: true,
    platform: 'node',
    outfile: 'out/bundle.cjs',
    logLevel: 'silent',
    ...options,
  });

for (const [name, options] of [
  ['esbuild, packages outside, CommonJS', { packages: 'external' }],
  ['esbuild, packages outside, ESM', { packages: 'external', format: 'esm', outfile: 'out/bundle.mjs' }],
  ['esbuild, the package outside', { external: ['kernel-client'] }],
]) {
  test(name, async (t) => {
    const project = await Project.installed(t);
    await esbuild(project, options);
    await project.calls(t, NODE, [options.outfile ?? 'out/bundle.cjs']);
  });
}

test('esbuild, the package inside: it needs the package of the platform beside the bundle, and that alone', async (t) => {
  const project = await Project.installed(t);
  const elsewhere = new Project(t);
  await esbuild(project, { outfile: elsewhere.path('bundle.cjs') });
  const { code, err } = await elsewhere.outcome(NODE, ['bundle.cjs']);
  assert.equal(code, 1);
  assert.match(err, MISSING);
  const library = join('node_modules', platform.manifest.name);
  cpSync(project.path(library), elsewhere.path(library), { recursive: true });
  await elsewhere.calls(t, NODE, ['bundle.cjs']);
});

/** What webpack warns of. */
async function packed(project, options) {
  const result = await promisify(webpack)({
    mode: 'production',
    target: 'node',
    context: project.folder,
    entry: './program.mjs',
    output: { path: project.path('out'), filename: 'bundle.cjs' },
    ...options,
  });
  const { errors, warnings } = result.toJson({ all: false, errors: true, warnings: true });
  assert.deepEqual(errors, []);
  return warnings.map(({ message }) => message);
}

test('webpack, the package outside', async (t) => {
  const project = await Project.installed(t);
  assert.deepEqual(await packed(project, { externals: { 'kernel-client': 'commonjs kernel-client' } }), []);
  await project.calls(t, NODE, ['out/bundle.cjs']);
});

test('webpack, the package inside: webpack warns, and the library is not found', async (t) => {
  const project = await Project.installed(t);
  const [warning] = await packed(project);
  assert.match(warning, /the request of a dependency is an expression/);
  assert.match((await project.outcome(NODE, ['out/bundle.cjs'])).err, MISSING);
});

test('Vite, for a server', async (t) => {
  const project = await Project.installed(t);
  await project.run(NODE, [tool('vite/bin/vite.js'), 'build', '--ssr', 'program.mjs', '--outDir', 'out']);
  await project.calls(t, NODE, ['out/program.mjs']);
});
