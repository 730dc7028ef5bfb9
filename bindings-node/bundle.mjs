// Makes index.js, the package's one module, of lib: a file loads in half the time of many, and CommonJS without a map of exports in
// two thirds of that, as Node reads such a map with what loads ES modules.

import { build } from 'esbuild';

const options = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: ['kernel-client-*'],
  logLevel: 'warning',
};

/** The names that are exported, for what reads them in the text alone: Node, when an ES module imports them. */
async function names(entry) {
  const { metafile } = await build({ ...options, entryPoints: [entry], format: 'esm', metafile: true, write: false });
  const [{ exports }] = Object.values(metafile.outputs);
  return exports.filter((name) => name !== 'default');
}

const ENTRY = './lib/index.mjs';
const all = (await names(ENTRY)).join(', ');

await build({
  ...options,
  // The class is the module, and has everything else.
  stdin: {
    contents: `import { ${all} } from '${ENTRY}'; module.exports = Object.assign(Kernel, { ${all}, default: Kernel });`,
    resolveDir: import.meta.dirname,
  },
  logOverride: { 'commonjs-variable-in-esm': 'silent' },
  outfile: 'index.js',
  format: 'cjs',
  banner: { js: "// Made by `npm run bundle` of lib.\n'use strict';" },
  footer: { js: `0 && (module.exports = { ${all} });` },
});
