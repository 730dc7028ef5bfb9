'use strict';

// What a package brings into `node_modules`: `installed.cjs NAME` prints how much, and how many packages that is.

const { readdirSync, readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');

/** Adds a package and all that it needs; what is for other systems is not there. */
function collect(name, found) {
  const folder = join('node_modules', name);
  if (found.has(name) || !statSync(folder, { throwIfNoEntry: false })) return;
  found.set(name, bytes(folder));
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) collect(needed, found);
}

function bytes(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.size;
  return readdirSync(path).reduce((sum, name) => sum + bytes(join(path, name)), 0);
}

const found = new Map();
collect(process.argv[2], found);
const sum = [...found.values()].reduce((sum, each) => sum + each, 0);
console.log(JSON.stringify({ mb: sum / 1e6, packages: found.size }));
