// @onkernel/sdk against the simulator: each operation but the flow of a login.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorld, openWorldOf } from './world.js';

const PARAMETERS = {
  domain: 'shop.example.com',
  profile_name: 'alice',
  login_url: 'https://shop.example.com/login',
  allowed_domains: ['id.example.com'],
  credential: { provider: 'vault', path: 'shop/alice' },
  proxy: { id: 'proxy_1' },
  health_check_interval: 600,
  health_checks: true,
  auto_reauth: false,
  save_credentials: false,
  record_session: true,
};

test('create: what was sent comes back, and is there', async (t) => {
  const { connections, record } = await openWorld(t, { connections: [] });
  const made = await connections.create(PARAMETERS);
  const { proxy, ...kept } = PARAMETERS;
  for (const [name, value] of Object.entries(kept)) assert.deepEqual(made[name], value, name);
  assert.equal(made.proxy_id, proxy.id);
  assert.equal(made.status, 'NEEDS_AUTH');
  assert.equal(made.flow_status, null);
  assert.deepEqual(await connections.retrieve(made.id), made);
  const [request] = (await record()).requests;
  assert.deepEqual(JSON.parse(request.body), PARAMETERS);
});

test('create: defaults', async (t) => {
  const { connections } = await openWorld(t, { connections: [] });
  const made = await connections.create({ domain: 'example.com', profile_name: 'bob' });
  assert.equal(made.save_credentials, true);
  assert.equal(made.record_session, false);
  assert.equal(made.health_checks, true);
  assert.equal(made.auto_reauth, true);
});

const FIVE = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
  id: `ma_${name}`,
  profile_name: name,
  domain: `${name}.example`,
}));
const IDS = FIVE.map(({ id }) => id);

test('list: every item, page after page', async (t) => {
  const { connections, record } = await openWorld(t, { connections: FIVE });
  const ids = [];
  for await (const { id } of connections.list({ limit: 2 })) ids.push(id);
  assert.deepEqual(ids, IDS);
  const queries = (await record()).requests.map(({ query }) => query);
  assert.deepEqual(queries, ['limit=2', 'limit=2&offset=2', 'limit=2&offset=4']);
});

test('list: pages by hand', async (t) => {
  const { connections } = await openWorld(t, { connections: FIVE });
  const first = await connections.list({ limit: 3 });
  assert.deepEqual(
    first.getPaginatedItems().map(({ id }) => id),
    IDS.slice(0, 3),
  );
  assert.equal(first.has_more, true);
  assert.equal(first.next_offset, 3);
  assert.ok(first.hasNextPage());
  const last = await first.getNextPage();
  assert.deepEqual(
    last.getPaginatedItems().map(({ id }) => id),
    IDS.slice(3),
  );
  assert.equal(last.has_more, false);
  assert.ok(!last.hasNextPage());
});

test('list: filters and search', async (t) => {
  const { connections } = await openWorld(t, { connections: FIVE });
  const found = async (query) => (await connections.list(query)).getPaginatedItems().map(({ id }) => id);
  assert.deepEqual(await found({ domain: 'b.example' }), ['ma_b']);
  assert.deepEqual(await found({ profile_name: 'c' }), ['ma_c']);
  assert.deepEqual(await found({ domain: 'b.example', profile_name: 'c' }), []);
  assert.deepEqual(await found({ query: 'MA_D' }), ['ma_d']);
  assert.deepEqual(await found({ offset: 4 }), ['ma_e']);
});

test('update: what is given changes, the rest stays', async (t) => {
  const { connections } = await openWorld(t, { connections: [] });
  const made = await connections.create(PARAMETERS);
  const updated = await connections.update(made.id, { login_url: '', record_session: false, allowed_domains: [] });
  const { login_url, ...rest } = made;
  assert.equal(login_url, PARAMETERS.login_url);
  assert.deepEqual(updated, { ...rest, record_session: false, allowed_domains: [] });
  assert.deepEqual(await connections.retrieve(made.id), updated);
});

test('login: where the person goes, until when', async (t) => {
  const { connections } = await openWorldOf(t, 'password', { now: '2026-08-01T10:00:00Z', frozen: true });
  const login = await connections.login('ma_test', { record_session: true });
  assert.equal(login.id, 'ma_test');
  assert.equal(login.flow_type, 'LOGIN');
  assert.equal(Date.parse(login.flow_expires_at), Date.parse('2026-08-01T10:20:00Z'));
  const hosted = new URL(login.hosted_url);
  assert.equal(hosted.searchParams.get('code'), login.handoff_code);
  const state = await connections.retrieve('ma_test');
  assert.equal(state.flow_status, 'IN_PROGRESS');
  assert.equal(state.hosted_url, login.hosted_url);
  assert.equal(state.flow_expires_at, login.flow_expires_at);
});

test('login: REAUTH where the credentials are stored', async (t) => {
  const { connections } = await openWorldOf(t, 'reauth', {}, { status: 'AUTHENTICATED', session_ms: 0 });
  assert.equal((await connections.login('ma_test')).flow_type, 'REAUTH');
});

test('timeline: newest first, by type and page', async (t) => {
  const { connections, make } = await openWorldOf(t, 'instant');
  await connections.login('ma_test');
  await make('ma_test', 'health_check');
  await connections.login('ma_test');
  const types = async (query) => {
    const found = [];
    for await (const { type } of connections.timeline('ma_test', query)) found.push(type);
    return found;
  };
  assert.deepEqual(await types(), ['login', 'health_check', 'login']);
  assert.deepEqual(await types({ limit: 1 }), ['login', 'health_check', 'login']);
  assert.deepEqual(await types({ type: 'reauth' }), []);
  assert.deepEqual(await types({ type: 'health_check' }), ['health_check']);
  const [check] = (await connections.timeline('ma_test', { type: 'health_check' })).getPaginatedItems();
  assert.equal(check.status, 'AUTHENTICATED');
  const [login] = (await connections.timeline('ma_test', { type: 'login' })).getPaginatedItems();
  assert.equal(login.status, 'SUCCESS');
  assert.equal(login.step, 'COMPLETED');
});

test('delete: gone', async (t) => {
  const { connections } = await openWorldOf(t, 'password');
  // The SDK gives an empty answer as undefined or null.
  assert.equal((await connections.delete('ma_test')) ?? null, null);
  assert.deepEqual((await connections.list()).getPaginatedItems(), []);
});

test('delete: a login that somebody follows ends CANCELED', async (t) => {
  const { connections, record } = await openWorldOf(t, 'endless');
  await connections.login('ma_test');
  const states = [];
  for await (const state of await connections.follow('ma_test')) {
    if (states.push(state) === 1) await connections.delete('ma_test');
  }
  assert.deepEqual(
    states.map(({ flow_status }) => flow_status),
    ['IN_PROGRESS', 'CANCELED'],
  );
  assert.equal((await record('?wait_follows=0')).follows, 0);
});
