// Projects as users have them: in folders of their own outside of the repository, with the packages installed.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { main, registry } from './registry.js';
import { calls } from './world.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const address = await registry();

const YARN = `npmRegistryServer: ${address}
unsafeHttpWhitelist: [127.0.0.1]
enableTelemetry: false
`;

/** A file of a package that the tests are run with. */
export const tool = (path) => join(HERE, 'node_modules', path);
export const BUN = tool('@oven/bun-linux-x64/bin/bun');
export const DENO = tool('@deno/linux-x64-glibc/deno');
/** The programs `node`. */
export const nodes = Object.fromEntries([20, 22, 24, 26].map((major) => [major, tool(`node${major}/bin/node`)]));

export class Project {
  /** With the programs of this folder, in `package.json` what is given, and nothing installed. */
  constructor(t, manifest = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'kernel-client-'));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    const dependencies = { 'kernel-client': main.manifest.version };
    this.write('package.json', JSON.stringify({ name: 'shop', private: true, dependencies, ...manifest }));
    this.write('.npmrc', `registry=${address}\n`);
    this.write('.yarnrc.yml', YARN);
    cpSync(join(HERE, 'programs'), this.folder, { recursive: true });
    // Whatever a tool keeps for later, so that nothing of an earlier package is found.
    this.home = join(this.folder, '.home');
  }

  /** With the packages installed by npm. */
  static async installed(t, manifest) {
    const project = new Project(t, manifest);
    await project.run('npm', ['install']);
    return project;
  }

  path(file) {
    return join(this.folder, file);
  }

  write(file, content) {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), content);
  }

  /** Makes a package that the tests are run with one of the project's. */
  link(name, as = name) {
    const there = this.path(`node_modules/${as}`);
    mkdirSync(dirname(there), { recursive: true });
    symlinkSync(tool(name), there);
  }

  has(file) {
    return existsSync(this.path(file));
  }

  /** What a command printed; it must end well. */
  async run(command, args, more) {
    const { code, out, err } = await this.outcome(command, args, more);
    assert.equal(code, 0, `${command} ${args.join(' ')} ended with ${code}\n${out}\n${err}`);
    return out;
  }

  async outcome(command, args, { env, node = nodes[24], cwd = this.folder } = {}) {
    const child = spawn(command, args, {
      cwd,
      // Nothing of the caller's: neither settings of npm nor variables of the API.
      env: {
        PATH: [dirname(node), process.env.PATH].join(delimiter),
        HOME: this.home,
        CI: '1',
        NO_COLOR: '1',
        npm_config_audit: 'false',
        npm_config_update_notifier: 'false',
        YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 180_000,
    });
    const [out, err, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve, reject) => child.once('error', reject).once('close', resolve)),
    ]);
    return { code, out, err };
  }

  /** Whether a command makes the calls of a user. */
  calls(t, command, args, { env, ...more } = {}) {
    return calls(t, (api) => this.run(command, args, { ...more, env: { ...api, ...env } }));
  }
}
