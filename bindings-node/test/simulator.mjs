// The simulated API: the one that is running already, or one of our own that ends with this process.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The address of a simulator. */
export async function simulator() {
  if (process.env.KERNEL_SIMULATOR) return process.env.KERNEL_SIMULATOR;
  const built = ['debug', 'release'].map((profile) =>
    fileURLToPath(new URL(`../../target/${profile}/kernel-simulator`, import.meta.url)),
  );
  const program = built.find((file) => existsSync(file));
  if (program === undefined) throw new Error('build the simulator first: cargo build -p kernel-simulator');
  const child = spawn(program, ['--port', '0'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { value: address } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  // It stops when its standard input closes, at the latest with this process; until then it holds nobody up.
  for (const handle of [child, child.stdin, child.stdout]) handle.unref();
  return address;
}

/** A listener of its own in the simulator, with connections and faults as asked for. */
export async function openWorld(address, spec = {}) {
  const worlds = `${address}/_simulator/worlds`;
  const opened = await fetch(worlds, { method: 'POST', body: JSON.stringify(spec) });
  const { id, base_url: baseURL, ca, message } = await opened.json();
  if (!opened.ok) throw new Error(`the simulator refuses this world: ${message}`);
  return {
    baseURL,
    ca,
    record: `${worlds}/${id}`,
    /** What it has received; with a condition such as `wait_requests=1`, once that holds. */
    async state(until = '') {
      const answer = await fetch(`${worlds}/${id}?${until}`);
      const state = await answer.json();
      if (!answer.ok) throw new Error(state.message);
      return state;
    },
    /** Does something to it: `clock`, or `connections/ID`. */
    async control(part, body) {
      const answer = await fetch(`${worlds}/${id}/${part}`, { method: 'POST', body: JSON.stringify(body) });
      const said = await answer.json();
      if (!answer.ok) throw new Error(said.message);
      return said;
    },
    close: () => fetch(`${worlds}/${id}`, { method: 'DELETE' }),
  };
}
