// The package in each runtime: with `import`, with `require`, in a worker, and by its module for tests.

import { test } from 'node:test';
import { BUN, DENO, nodes, Project } from './project.js';

for (const [name, command] of [
  ...Object.entries(nodes).map(([major, node]) => [`Node ${major}`, [node]]),
  ['Bun', [BUN]],
  ['Deno', [DENO, 'run', '--allow-all']],
]) {
  test(name, async (t) => {
    const project = await Project.installed(t);
    const [runtime, ...options] = command;
    for (const program of ['program.mjs', 'program.cjs', 'worker.mjs', 'testing.mjs']) {
      await t.test(program, (t) => project.calls(t, runtime, [...options, program]));
    }
  });
}
