// The types of the package in each compiler: what they let through, what they are, and that what they promise is there.

import { cpSync } from 'node:fs';
import { test } from 'node:test';
import { nodes, Project, tool } from './project.js';

const NODE = nodes[24];
const KINDS = ['types/typed.mts', 'types/typed.cts', 'module/typed.ts', 'commonjs/typed.ts'];
const STRICT = ['--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'];
const OF_NODE = ['--lib', 'es2022', '--types', 'node'];
const OF_BROWSERS = ['--lib', 'es2022,dom,dom.iterable', '--typeRoots', 'none'];

for (const [version, compiler, types] of [
  // The oldest that knows `AsyncDisposable`.
  ['5.2', 'typescript5.2', 'node-types20'],
  ['5.9', 'typescript5.9', '@types/node'],
  ['7.0', 'typescript', '@types/node'],
]) {
  test(`TypeScript ${version}`, async (t) => {
    const project = await Project.installed(t);
    for (const file of KINDS.slice(1)) cpSync(project.path(KINDS[0]), project.path(file));
    project.link(types, '@types/node');
    project.link('expect-type');
    const compile = (...options) => project.run(NODE, [tool(`${compiler}/bin/tsc`), ...STRICT, ...options]);

    await t.test('node16, with the types of browsers', () =>
      compile('--module', 'node16', '--noEmit', ...OF_BROWSERS, ...KINDS),
    );
    await t.test('bundler', () =>
      compile('--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit', ...OF_NODE, KINDS[2]),
    );
    await t.test('nodenext, and what is compiled runs', async (t) => {
      await compile('--module', 'nodenext', ...OF_NODE, ...KINDS);
      for (const file of KINDS) await project.calls(t, NODE, [file.replace(/ts$/, 'js')]);
    });
    // What compares them does not know older ones.
    if (version !== '5.2') {
      await t.test('the types, to the letter', () =>
        compile('--module', 'nodenext', '--noEmit', ...OF_NODE, 'types/expected.mts'),
      );
    }
  });
}

test('Node reads TypeScript by itself', async (t) => {
  const project = await Project.installed(t);
  await project.calls(t, NODE, ['types/typed.mts']);
});
