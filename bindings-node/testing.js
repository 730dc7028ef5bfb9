'use strict';

// The Kernel API on this machine, for tests of programs that use it.

const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');
const { text } = require('node:stream/consumers');
const Kernel = require('./index.js');

const API_KEY = 'sk_test';
const PROGRAM = 'kernel-simulator';

/** One API of its own: connections, logins, a clock, and a record of what it received. */
class World {
  #worlds;
  #client;

  constructor(worlds, { id, base_url: baseURL, ca }) {
    this.#worlds = worlds;
    this.id = id;
    this.baseURL = baseURL;
    this.ca = ca ?? undefined;
  }

  /** A client of it. */
  get client() {
    const { apiKey, baseURL, ca } = this;
    this.#client ??= new Kernel({ apiKey, baseURL, rootCertificates: ca === undefined ? [] : [ca] });
    return this.#client;
  }

  get apiKey() {
    return API_KEY;
  }

  /** The variables that lead a program here. */
  get env() {
    return { KERNEL_API_KEY: this.apiKey, KERNEL_BASE_URL: this.baseURL };
  }

  /** Where its record is. */
  get record() {
    return `${this.#worlds}/${this.id}`;
  }

  /** What it has received, and how its connections stand; where `until` says so, once that holds. */
  state(until = '') {
    return ask(`${this.record}?${new URLSearchParams(until)}`);
  }

  /** Moves its clock. */
  advance(milliseconds) {
    return this.control('clock', { advance_ms: milliseconds });
  }

  /** Does to a connection what nobody can do through the API. */
  do(connection, what) {
    return this.control(`connections/${encodeURIComponent(connection)}`, { do: what });
  }

  control(part, body) {
    return ask(`${this.record}/${part}`, { method: 'POST', body: JSON.stringify(body) });
  }

  async close() {
    await ask(this.record, { method: 'DELETE' });
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }
}

/** The simulator, and the world at its main address. */
class Simulator extends World {
  #address;
  #child;

  constructor(address, child) {
    super(`${address}/_simulator/worlds`, { id: 'default', base_url: address });
    this.#address = address;
    this.#child = child;
  }

  /** One that is running already. */
  static at(address) {
    return new Simulator(address);
  }

  static async start({ binary, scenario, log = false } = {}) {
    const program = binary ?? (process.env.KERNEL_SIMULATOR_BINARY || PROGRAM);
    const args = [
      '--port',
      '0',
      ...(scenario === undefined ? [] : ['--scenario', scenario]),
      ...(log ? ['--log'] : []),
    ];
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', log ? 'inherit' : 'pipe'] });
    const said = child.stderr ? text(child.stderr) : '';
    const address = await new Promise((resolve, reject) => {
      child.once('error', (cause) => reject(new Error(explain(program, cause), { cause })));
      child.once('close', async (code) => reject(new Error(`${program} ended with ${code}: ${await said}`)));
      createInterface({ input: child.stdout }).once('line', resolve);
    });
    // It stops when its standard input closes, at the latest with this process; until then it holds nobody up.
    for (const handle of [child, ...child.stdio]) handle?.unref?.();
    return new Simulator(address, child);
  }

  /** Another API, beside the others. */
  async openWorld(spec = {}) {
    const worlds = `${this.#address}/_simulator/worlds`;
    return new World(worlds, await ask(worlds, { method: 'POST', body: JSON.stringify(spec) }));
  }

  /** Ends it, if it was started here. */
  async close() {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    for (const handle of [child, ...child.stdio]) handle?.ref?.();
    child.stdin.end();
    await ended;
  }
}

function explain(program, { code, message }) {
  if (code !== 'ENOENT') return `${program} cannot be started: ${message}`;
  return (
    `${program} is not there. Put the program ${PROGRAM} on the PATH, or name it in KERNEL_SIMULATOR_BINARY ` +
    'or the option `binary`.'
  );
}

async function ask(address, request) {
  const answer = await fetch(address, request);
  if (answer.status === 204) return undefined;
  const said = await answer.json();
  if (!answer.ok) throw new Error(`the simulator refuses: ${said.message}`);
  return said;
}

module.exports = { Simulator, World };
