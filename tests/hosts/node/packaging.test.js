// What tools say that look at packages.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { nodes, Project, tool } from './project.js';
import { main, platform } from './registry.js';

const NODE = nodes[24];

for (const { manifest, path } of [main, platform]) {
  test(`publint: ${manifest.name}`, async () => {
    const { buffer, byteOffset, length } = readFileSync(path);
    const tarball = buffer.slice(byteOffset, byteOffset + length);
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });
}

test('Are the types wrong?', async (t) => {
  await new Project(t).run(NODE, [tool('@arethetypeswrong/cli/dist/index.js'), main.path]);
});
