// The packages of the platforms. One of them is checked in, for this is where its library is built by `cargo xtask`; the
// workflow that publishes has the others made by this program:
//
//   platforms.mjs linux-arm64-gnu LIBRARY   writes the folder of that package, the library in it
//   platforms.mjs --all                     has the main package name all of them

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const main = JSON.parse(readFileSync(here('../package.json'), 'utf8'));

const PLATFORMS = {
  'linux-x64-gnu': ['Linux on x86-64 with glibc', { os: ['linux'], cpu: ['x64'], libc: ['glibc'] }],
  'linux-x64-musl': ['Linux on x86-64 with musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
  'linux-arm64-gnu': ['Linux on 64-bit ARM with glibc', { os: ['linux'], cpu: ['arm64'], libc: ['glibc'] }],
  'linux-arm64-musl': ['Linux on 64-bit ARM with musl', { os: ['linux'], cpu: ['arm64'], libc: ['musl'] }],
  'darwin-x64': ['macOS on Intel', { os: ['darwin'], cpu: ['x64'] }],
  'darwin-arm64': ['macOS on Apple silicon', { os: ['darwin'], cpu: ['arm64'] }],
  'win32-x64-msvc': ['Windows on x86-64', { os: ['win32'], cpu: ['x64'] }],
  'win32-arm64-msvc': ['Windows on 64-bit ARM', { os: ['win32'], cpu: ['arm64'] }],
};

const nameOf = (platform) => `kernel-client-${platform}`;

/** What the folder of a platform's package holds beside its library, by file. */
function files(platform) {
  const [system, runsOn] = PLATFORMS[platform];
  const name = nameOf(platform);
  const { version, license, repository, engines } = main;
  const library = `kernel-client.${platform}.node`;
  const description = `The native library of kernel-client for ${system}`;
  const manifest = {
    name,
    version,
    description,
    license,
    repository,
    type: 'commonjs',
    main: library,
    files: [library],
    ...runsOn,
    engines,
  };
  return {
    'package.json': json(manifest),
    'README.md': `# ${name}\n\nThe native library of \`kernel-client\` for ${system}.\nIt is installed along with that package; there is no need to install it by hand.\n`,
  };
}

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

const [what, library] = process.argv.slice(2);
if (what === '--all') {
  const optionalDependencies = Object.fromEntries(Object.keys(PLATFORMS).map((each) => [nameOf(each), main.version]));
  writeFileSync(here('../package.json'), json({ ...main, optionalDependencies }));
} else if (what in PLATFORMS) {
  mkdirSync(here(what), { recursive: true });
  for (const [file, text] of Object.entries(files(what))) writeFileSync(here(`${what}/${file}`), text);
  if (library) copyFileSync(library, here(`${what}/kernel-client.${what}.node`));
} else {
  console.error(`usage: platforms.mjs --all, or platforms.mjs ${Object.keys(PLATFORMS).join('|')} [LIBRARY]`);
  process.exitCode = 2;
}
