// The programs of README.md, run as a reader would.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { simulator } from './simulator.mjs';

const root = new URL('..', import.meta.url);
const programs = readFileSync(new URL('README.md', root), 'utf8').match(/(?<=^```js\n).*?(?=^```)/gms);

test('every program of the README runs', async (t) => {
  const world = await (await simulator()).openWorld({ connections: [{ id: 'ma_123', flow: 'none', login: 'LOGIN' }] });
  t.after(() => world.close());
  assert.ok(programs.length > 0);
  for (const program of programs) {
    // Later ones build on the first, and use a signal of the reader's.
    const start = `import Kernel from 'kernel-client'; const client = new Kernel(); const signal = AbortSignal.timeout(9e6);\n`;
    const whole = program.includes('import Kernel') ? program : start + program;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', whole], {
      cwd: fileURLToPath(root),
      env: { PATH: process.env.PATH, KERNEL_API_KEY: 'sk_test', KERNEL_BASE_URL: world.baseURL },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code] = await once(child, 'close');
    assert.equal(code, 0, program);
  }
  assert.equal((await world.state()).requests.length, programs.length);
});
