// Finds the native library. npm installs one package per platform and leaves the others out, so the first that is there is the
// right one; on Linux that also decides between glibc and musl without asking which of the two this is.

import { optionalDependencies, version } from '../package.json';

const { platform, arch } = process;
const TARGETS = {
  linux: [`linux-${arch}-gnu`, `linux-${arch}-musl`],
  win32: [`win32-${arch}-msvc`],
}[platform] ?? [`${platform}-${arch}`];

function load() {
  // Not looked at, as that would load it.
  if (!('Response' in globalThis)) {
    throw new Error(
      "kernel-client: there is no `Response` here, as there is in Node (Jest: `testEnvironment: 'node'`).",
    );
  }
  let failure;
  for (const target of TARGETS) {
    try {
      // Literal names, for tools that follow `require` and run nothing: bundlers, and those that copy what a program needs. The
      // file's, as Node takes longer to find what a package's own name stands for.
      switch (target) {
        case 'darwin-arm64':
          return require('kernel-client-darwin-arm64/kernel-client.darwin-arm64.node');
        case 'darwin-x64':
          return require('kernel-client-darwin-x64/kernel-client.darwin-x64.node');
        case 'linux-arm64-gnu':
          return require('kernel-client-linux-arm64-gnu/kernel-client.linux-arm64-gnu.node');
        case 'linux-arm64-musl':
          return require('kernel-client-linux-arm64-musl/kernel-client.linux-arm64-musl.node');
        case 'linux-x64-gnu':
          return require('kernel-client-linux-x64-gnu/kernel-client.linux-x64-gnu.node');
        case 'linux-x64-musl':
          return require('kernel-client-linux-x64-musl/kernel-client.linux-x64-musl.node');
        case 'win32-arm64-msvc':
          return require('kernel-client-win32-arm64-msvc/kernel-client.win32-arm64-msvc.node');
        case 'win32-x64-msvc':
          return require('kernel-client-win32-x64-msvc/kernel-client.win32-x64-msvc.node');
      }
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') failure ??= { place: `kernel-client-${target}`, error };
    }
  }
  throw new Error(explain(failure), { cause: failure?.error });
}

function explain(failure) {
  const here = `${platform}-${arch}`;
  if (failure) {
    return `kernel-client: the native library of ${failure.place} cannot be loaded on ${here}: ${failure.error.message}`;
  }
  const wanted = TARGETS.map((target) => `kernel-client-${target}`).filter((name) => name in optionalDependencies);
  if (wanted.length === 0) {
    const built = Object.keys(optionalDependencies).map((name) => name.slice('kernel-client-'.length));
    return `kernel-client: there is no native library for ${here}. It is built for: ${built.join(', ')}.`;
  }
  return (
    `kernel-client: the native library for ${here} is missing, because the package ${wanted.join(' or ')} is not installed. ` +
    'Install without --omit=optional (or --no-optional), and if the lock file was written on another platform, ' +
    `remove it together with node_modules and install again; or add the package by hand: npm install ${wanted[0]}@${version}`
  );
}

export default load();
