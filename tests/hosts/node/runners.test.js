// The package in the tests of users: runners load it many times in one process, in contexts and registries of their own.

import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { nodes, Project, tool } from './project.js';
import { calls } from './world.js';

const NODE = nodes[24];

/** A runner, of whose test files those called `tests` make the calls so many times. */
function runner(name, command, tests, times) {
  test(name, async (t) => {
    const project = await Project.installed(t);
    const run = async (env) => {
      await project.run(NODE, [...command, ...tests], { env });
      return readFileSync(project.path('seen.txt'), 'utf8');
    };
    await calls(t, run, times);
  });
}

const JEST = [tool('jest/bin/jest.js'), '--testMatch=**/tests/*.test.*', '--transform={}'];
const MODULES = ['--experimental-vm-modules', ...JEST];
const BOTH = ['imported', 'beside'];

runner('Jest, require and resetModules', JEST, ['required'], 3);
runner('Jest, import', MODULES, ['imported'], 1);
runner('Jest, several files in one process', [...MODULES, '--runInBand'], ['required', ...BOTH], 5);
runner('Jest, several processes', [...MODULES, '--maxWorkers=2'], BOTH, 2);
runner('Jest, threads', [...MODULES, '--maxWorkers=2', '--workerThreads'], BOTH, 2);

const VITEST = [tool('vitest/vitest.mjs'), 'run', '--globals'];

runner('Vitest, threads', [...VITEST, '--pool=threads'], BOTH, 2);
runner('Vitest, forks', [...VITEST, '--pool=forks'], BOTH, 2);
runner('Vitest, contexts', [...VITEST, '--pool=vmThreads'], BOTH, 2);
runner('Vitest, several files in one context', [...VITEST, '--no-isolate', '--max-workers=1'], BOTH, 2);
// It loads what is CommonJS as if it were not.
runner('Vitest, the package made a part of the tests', [...VITEST, '--config=inline.config.mjs'], BOTH, 2);
