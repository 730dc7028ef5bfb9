// The real simulator, and a world of its own for each test.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where cargo puts things. */
export const TARGET = process.env.CARGO_TARGET_DIR ?? `${ROOT}target`;

let child = null;
let address = process.env.KERNEL_SIMULATOR;

/** The simulator that `KERNEL_SIMULATOR` names, or one that is started here. */
export async function startSimulator() {
  if (address) return;
  const program = ['debug', 'release'].map((profile) => `${TARGET}/${profile}/kernel-simulator`).find(existsSync);
  assert.ok(program, 'build it first: cargo build -p kernel-simulator');
  child = spawn(program, ['--port', '0'], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    address = line.trim();
    return;
  }
}

export async function stopSimulator() {
  if (!child) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.end();
  await ended;
}

async function request(method, url, body, key) {
  const headers = { 'Content-Type': 'application/json' };
  if (key) headers.Authorization = `Bearer ${key}`;
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${url}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** One connection in a world of its own, and what can be done to it from outside. */
export class World {
  /** `script` is the name of one or a script; `more` further fields of the world, `connection` of the connection. */
  static async open(script, { connection, ...more } = {}) {
    const world = await request('POST', `${address}/_simulator/worlds`, {
      connections: [{ id: 'ma_test', domain: 'example.com', profile_name: 'alice', script, ...connection }],
      ...more,
    });
    return new World(world);
  }

  constructor({ id, base_url }) {
    this.base = base_url;
    this.control = `${address}/_simulator/worlds/${id}`;
  }

  /** Starts the login; the hosted URL, with the addresses to go on to. */
  async login(destinations = {}) {
    const login = await request('POST', `${this.base}/auth/connections/ma_test/login`, {}, 'sk_test');
    const url = new URL(login.hosted_url);
    for (const [name, value] of Object.entries(destinations)) url.searchParams.set(name, value);
    return url.href;
  }

  connection() {
    return request('GET', `${this.base}/auth/connections/ma_test`, undefined, 'sk_test');
  }

  advance(ms) {
    return request('POST', `${this.control}/clock`, { advance_ms: ms });
  }

  do(what) {
    return request('POST', `${this.control}/connections/ma_test`, { do: what });
  }

  /** What the world has received; `wait` says what has to be true first. */
  async record(wait = '') {
    return request('GET', `${this.control}${wait}`);
  }

  close() {
    return request('DELETE', this.control);
  }
}
