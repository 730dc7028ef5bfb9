// An app as it is put on a user's machine: in a folder where nothing can be written, started from somewhere else, by a
// user without a home. Electron unpacks native libraries into such a folder; Electron itself is not run here.

import assert from 'node:assert/strict';
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodes, Project } from './project.js';

const APP = 'Programs/My Shöp (1)/resources/app.asar.unpacked';

/** Everything in a folder, with what changes when it is written to. */
function contents(folder) {
  return readdirSync(folder, { recursive: true })
    .sort()
    .map((file) => {
      const { size, mtimeMs, ctimeMs } = lstatSync(join(folder, file));
      return [file, size, mtimeMs, ctimeMs];
    });
}

function chmod(folder, mode) {
  for (const file of ['.', ...readdirSync(folder, { recursive: true })]) {
    const path = join(folder, file);
    chmodSync(path, lstatSync(path).isDirectory() ? mode | 0o111 : mode);
  }
}

test('a packed app', async (t) => {
  const project = await Project.installed(t);
  const app = project.path(APP);
  for (const part of ['node_modules', ...readdirSync(project.folder).filter((file) => /\.[cm]js$/.test(file))]) {
    cpSync(project.path(part), join(app, part), { recursive: true });
  }
  const elsewhere = project.path('elsewhere');
  mkdirSync(elsewhere);
  chmod(app, 0o444);
  const before = contents(app);
  const env = { HOME: '/nowhere', TMPDIR: '/nowhere' };
  try {
    for (const program of ['program.mjs', 'program.cjs', 'worker.mjs']) {
      await t.test(program, (t) => project.calls(t, nodes[24], [join(app, program)], { cwd: elsewhere, env }));
    }
    assert.deepEqual(contents(app), before);
    assert.deepEqual(readdirSync(elsewhere), []);
  } finally {
    chmod(app, 0o644);
  }
});
