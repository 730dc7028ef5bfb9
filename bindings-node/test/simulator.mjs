// The simulated API: the one that is running already, or one of our own that ends with this process.

import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Simulator } from 'kernel-client/testing';

/** The program as it was built last. */
export const [binary] = ['debug', 'release']
  .map((profile) => fileURLToPath(new URL(`../../target/${profile}/kernel-simulator`, import.meta.url)))
  .filter((file) => age(file) !== undefined)
  .sort((a, b) => age(b) - age(a));

function age(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

export async function simulator() {
  if (process.env.KERNEL_SIMULATOR) return Simulator.at(process.env.KERNEL_SIMULATOR);
  if (binary === undefined) throw new Error('build the simulator first: cargo build -p kernel-simulator');
  return Simulator.start({ binary });
}
