// Answers are plain objects; printed, they keep what the core calls secret to themselves.

import { CUSTOM, inspect } from './inspect.mjs';
import native from './native.mjs';

const SECRETS = native.secrets();

/** The same value. Printing it shows `***` in place of a secret; reading and writing it as JSON are as ever. */
export function concealed(value) {
  // To look whether it has any would take as long again.
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    Object.defineProperty(value, CUSTOM, PRINTED);
  return value;
}

// By a getter, which takes no room in the object: it would have to grow for another value.
const PRINTED = { get: () => print, configurable: true };

function print(depth, options) {
  const shown = { ...this };
  for (const name of SECRETS) if (typeof shown[name] === 'string') shown[name] = '***';
  return inspect(shown, { ...options, depth });
}
