// The programs of README.md, run as a reader would.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { binary, simulator } from './simulator.mjs';

const root = new URL('..', import.meta.url);
const programs = readFileSync(new URL('README.md', root), 'utf8').match(/(?<=^```js\n).*?(?=^```)/gms);
const simulated = await simulator();

/** What a program goes on from: the package, a client and answers of those before it, and a signal of the reader's. */
function whole(program) {
  const start = {
    Kernel: "import Kernel from 'kernel-client';",
    client: 'const client = new Kernel();',
    answers: "const answers = { identifier: 'user@example.com', password: 'secret' };",
    signal: 'const signal = AbortSignal.timeout(9e6);',
  };
  const missing = Object.keys(start).filter((name) => !new RegExp(`(import|const) ${name}\\b`).test(program));
  return [...missing.map((name) => start[name]), program].join('\n');
}

test('every program of the README runs, and asks the API', { timeout: 120_000 }, async (t) => {
  assert.ok(programs.length > 0);
  for (const program of programs) {
    const script = program.includes('loginAndWait') ? 'mfa_code' : 'password';
    const stays = program.includes('.follow(') ? { steps: [{ discover: { ms: 100 } }] } : script;
    const world = await simulated.openWorld({ connections: [{ id: 'ma_123', script: stays }] });
    t.after(() => world.close());
    const child = spawn(process.execPath, ['--input-type=module', '--eval', whole(program)], {
      cwd: fileURLToPath(root),
      env: { PATH: process.env.PATH, ...world.env, KERNEL_SIMULATOR_BINARY: binary },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    assert.equal(code, 0, program);
    for (const [, printed] of program.matchAll(/console\.log\(.*\); \/\/ ([A-Z]+)$/gm))
      assert.ok(out.includes(printed), out);
    const { requests_total } = await world.state();
    assert.ok(requests_total > 0 || program.includes('kernel-client/testing'), program);
  }
});
