// Programs that were bundled, with the package outside of the bundle, or inside and the native library beside it.

import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { nodeFileTrace } from '@vercel/nft';
import { build } from 'esbuild';
import webpack from 'webpack';
import { BUN, nodes, Project, tool } from './project.js';

const NODE = nodes[24];
const UNSUPPORTED = /kernel-client: this is a browser, or built for one, where no native library can be loaded/;

/** A project of some files of another one, which is gone then. */
function moved(t, project, files) {
  const elsewhere = new Project(t);
  for (const file of files) cpSync(project.path(file), elsewhere.path(file), { recursive: true });
  rmSync(project.folder, { recursive: true });
  return elsewhere;
}

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

test('esbuild, the package inside: it says that it needs a loader', async (t) => {
  const project = await Project.installed(t);
  await assert.rejects(esbuild(project), /No loader is configured for "\.node" files/);
  await esbuild(project, { loader: { '.node': 'copy' } });
  await moved(t, project, ['out']).calls(t, NODE, ['out/bundle.cjs']);
});

/** What a program of a bundle fails with. */
async function failure(project) {
  const { code, err } = await project.outcome(NODE, ['out/bundle.cjs']);
  assert.notEqual(code, 0);
  return err;
}

test('esbuild, for browsers: it says that it is not for there', async (t) => {
  const project = await Project.installed(t);
  await esbuild(project, { platform: 'browser' });
  assert.match(await failure(project), UNSUPPORTED);
});

for (const [name, resolve] of [
  ['browsers', {}],
  // As Next.js has it.
  ['edge runtimes', { conditionNames: ['edge-light', '...'], mainFields: ['edge-light', '...'] }],
]) {
  test(`webpack, for ${name}: it says that it is not for there`, async (t) => {
    const project = await Project.installed(t);
    assert.deepEqual(await packed(project, { target: ['web', 'es2022'], resolve }), []);
    assert.match(await failure(project), UNSUPPORTED);
  });
}

/** Bundles with webpack; what is wrong. */
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
  return [...errors, ...warnings].map(({ message }) => message);
}

test('webpack, the package outside', async (t) => {
  const project = await Project.installed(t);
  assert.deepEqual(await packed(project, { externals: { 'kernel-client': 'commonjs kernel-client' } }), []);
  await project.calls(t, NODE, ['out/bundle.cjs']);
});

test('webpack, the package inside: it says that it needs a loader', async (t) => {
  const project = await Project.installed(t);
  const [error, ...more] = await packed(project);
  assert.match(error, /You may need an appropriate loader/);
  // Of the packages of other platforms, which are not there.
  const warned = more.map((warning) => warning.match(/Can't resolve 'kernel-client-(.+?)\//)?.[1]);
  assert.equal(warned.length, 7);
  assert.ok(warned.every((platform) => platform && platform !== 'linux-x64-gnu'));
  const module = { rules: [{ test: /\.node$/, loader: tool('node-loader') }] };
  const node = { __dirname: false };
  assert.deepEqual(await packed(project, { module, node }), more);
  await moved(t, project, ['out']).calls(t, NODE, ['out/bundle.cjs']);
});

test('Vite, for a server', async (t) => {
  const project = await Project.installed(t);
  await project.run(NODE, [tool('vite/bin/vite.js'), 'build', '--ssr', 'program.mjs', '--outDir', 'out']);
  await project.calls(t, NODE, ['out/program.mjs']);
});

test('Bun, one file', async (t) => {
  const project = await Project.installed(t);
  await project.run(BUN, ['build', '--compile', 'program.mjs', '--outfile', 'shop']);
  await moved(t, project, ['shop']).calls(t, './shop', []);
});

test('the library is among the files that a server needs', async (t) => {
  const project = await Project.installed(t);
  const { fileList } = await nodeFileTrace([project.path('program.mjs')], { base: project.folder });
  await moved(t, project, fileList).calls(t, NODE, ['program.mjs']);
});
