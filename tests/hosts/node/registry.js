// An npm registry on this machine that has the packed packages and nothing else, so that each package manager finds out
// by itself what it installs.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const FOLDER = process.env.KERNEL_TARBALLS;
assert.ok(FOLDER, 'KERNEL_TARBALLS must be the folder with the packed packages');

/** The packages, by their names. */
const packages = new Map();
for (const file of readdirSync(FOLDER)) {
  if (!/^kernel-client-.*\.tgz$/.test(file)) continue;
  const path = join(FOLDER, file);
  const manifest = JSON.parse(execFileSync('tar', ['-xzOf', path, 'package/package.json']));
  packages.set(manifest.name, { file, path, manifest });
}
/** The package, and that of this machine's platform. */
export const main = packages.get('kernel-client');
export const platform = [...packages.values()].find((each) => each !== main);
assert.ok(main && platform, `kernel-client and the package of a platform must be in ${FOLDER}`);

/** Serves them until the tests of the file are over; the address. */
export async function registry() {
  const server = createServer(({ url }, answer) => {
    const name = decodeURIComponent(url.slice(1));
    const tarball = [...packages.values()].find(({ file }) => name === `-/${file}`);
    if (tarball) answer.end(readFileSync(tarball.path));
    else if (packages.has(name)) answer.end(JSON.stringify(described(packages.get(name), server)));
    else answer.writeHead(404).end('{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `http://127.0.0.1:${server.address().port}/`;
}

function described({ file, path, manifest }, server) {
  const { name, version } = manifest;
  const hash = (algorithm, encoding) => createHash(algorithm).update(readFileSync(path)).digest(encoding);
  const dist = {
    tarball: `http://127.0.0.1:${server.address().port}/-/${file}`,
    integrity: `sha512-${hash('sha512', 'base64')}`,
    shasum: hash('sha1', 'hex'),
  };
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist } },
    // Package managers leave alone what came out just now.
    time: { [version]: '2020-01-01T00:00:00.000Z' },
  };
}
