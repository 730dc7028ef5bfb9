// A world of the simulator for each test, and the official SDK in it.

import assert from 'node:assert/strict';
import Kernel from '@onkernel/sdk';

const SIMULATOR = process.env.KERNEL_SIMULATOR;
assert.ok(SIMULATOR, 'KERNEL_SIMULATOR must be the address of a running kernel-simulator');

async function control(method, path, body) {
  const response = await fetch(`${SIMULATOR}/_simulator/worlds${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** Opens a world that is gone when test `t` is over. */
export async function openWorld(t, fields = {}) {
  const { id, base_url } = await control('POST', '', fields);
  t.after(() => control('DELETE', `/${id}`));
  const client = (options = {}) => new Kernel({ apiKey: 'sk_test', baseURL: base_url, ...options });
  return {
    client,
    connections: client().auth.connections,
    record: (query = '') => control('GET', `/${id}${query}`),
    advance: (ms) => control('POST', `/${id}/clock`, { advance_ms: ms }),
    make: (connection, what) => control('POST', `/${id}/connections/${connection}`, { do: what }),
  };
}

/** Opens a world with the one connection `ma_test`, whose logins run `script`. */
export function openWorldOf(t, script, fields = {}, connection = {}) {
  return openWorld(t, { ...fields, connections: [{ id: 'ma_test', script, ...connection }] });
}
