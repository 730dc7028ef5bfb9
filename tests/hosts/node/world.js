// The simulated API, and what programs/calls.cjs does with it.

import assert from 'node:assert/strict';

const SIMULATOR = process.env.KERNEL_SIMULATOR;
assert.ok(SIMULATOR, 'KERNEL_SIMULATOR must be the address of a running kernel-simulator');
const WORLDS = `${SIMULATOR}/_simulator/worlds`;

async function ask(address, method, body) {
  const answer = await fetch(address, { method, body: body && JSON.stringify(body) });
  const said = await answer.text();
  assert.ok(answer.ok, `${method} ${address}: ${answer.status} ${said}`);
  return said && JSON.parse(said);
}

/** A world that is gone when test `t` is over. */
async function openWorld(t, times) {
  const world = { connections: [{ id: 'ma_1' }], faults: [{ on: 'retrieve', stall: 'headers', times }] };
  const { id, base_url } = await ask(WORLDS, 'POST', world);
  t.after(() => ask(`${WORLDS}/${id}`, 'DELETE'));
  return {
    env: { KERNEL_API_KEY: 'sk_test', KERNEL_BASE_URL: base_url },
    record: (query) => ask(`${WORLDS}/${id}?${query}`, 'GET'),
  };
}

const SEEN = { id: 'ma_1', ended: 'SUCCESS', aborted: 'enough', atOnce: true, refused: true };
const RECEIVED = [
  'POST /auth/connections/ma_1/login',
  'GET /auth/connections/ma_1/events',
  'GET /auth/connections/ma_1',
  'POST /auth/connections/nobody/login',
];

/** Whether `run`, given variables that lead to the API, makes those calls: by what it prints, and by what arrives. */
export async function calls(t, run, times = 1) {
  const { env, record } = await openWorld(t, times);
  const printed = await run(env);
  const all = (each) => Array.from({ length: times }, () => each).flat();
  assert.deepEqual(printed.trim().split('\n').map(JSON.parse), all(SEEN));
  const { requests } = await record(`wait_aborted=${times}`);
  assert.deepEqual(requests.map(({ method, path }) => `${method} ${path}`).sort(), all(RECEIVED).sort());
}
