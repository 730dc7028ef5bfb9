// @onkernel/sdk against the simulator: whole logins, by fields and choices, in both forms and both editions of the API.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonical, course, legacy, toTheEnd } from './follow.js';
import { openWorld, openWorldOf } from './world.js';

const ASKED_ONCE = ['AWAITING_INPUT', 'SUBMITTING'];
const SIGNED_IN = ['COMPLETED', 'SUCCESS'];

// The script, the choice that is taken where there is one, and the steps after discovery.
const LOGINS = [
  ['password', undefined, [...ASKED_ONCE, ...SIGNED_IN]],
  ['two_pages', undefined, [...ASKED_ONCE, ...ASKED_ONCE, ...SIGNED_IN]],
  ['password_wrong_once', undefined, [...ASKED_ONCE, ...ASKED_ONCE, ...SIGNED_IN]],
  ['mfa_code', undefined, [...ASKED_ONCE, ...ASKED_ONCE, ...SIGNED_IN]],
  ['mfa_choice', 'sms', [...ASKED_ONCE, ...ASKED_ONCE, ...ASKED_ONCE, ...SIGNED_IN]],
  ['mfa_choice', 'push', [...ASKED_ONCE, ...ASKED_ONCE, 'AWAITING_EXTERNAL_ACTION', ...SIGNED_IN]],
  ['push', undefined, [...ASKED_ONCE, 'AWAITING_EXTERNAL_ACTION', ...SIGNED_IN]],
  ['totp', undefined, [...ASKED_ONCE, ...ASKED_ONCE, ...SIGNED_IN]],
  ['sso', 'google', [...ASKED_ONCE, ...ASKED_ONCE, ...SIGNED_IN]],
  ['sso', 'github', [...ASKED_ONCE, ...SIGNED_IN]],
  ['account_picker', 'work', [...ASKED_ONCE, ...ASKED_ONCE, ...SIGNED_IN]],
];

for (const api of ['newest', '2026-07']) {
  for (const [form, answer] of Object.entries({ canonical, legacy })) {
    for (const [script, choice, expected] of LOGINS) {
      const name = [script, choice].filter(Boolean).join(' by ');
      test(`login: ${name}, ${form} form, API ${api}`, async (t) => {
        // `hold`: no state is over before it was seen.
        const { connections } = await openWorldOf(t, script, { api, hold: true });
        await connections.login('ma_test');
        const states = await toTheEnd(connections, 'ma_test', (state) => answer(state, choice));
        assert.deepEqual(course(states), ['DISCOVERING', ...expected]);

        const after = await connections.retrieve('ma_test');
        assert.equal(after.status, 'AUTHENTICATED');
        assert.equal(after.flow_status, 'SUCCESS');
        assert.equal(after.post_login_url, states.at(-1).post_login_url);
        assert.equal(after.sso_provider, script === 'sso' ? choice : null);
        const [entry] = (await connections.timeline('ma_test')).getPaginatedItems();
        assert.equal(entry.type, 'login');
        assert.equal(entry.status, 'SUCCESS');
      });
    }
  }
}

test('login: from create to delete', async (t) => {
  const { connections } = await openWorld(t, { connections: [], script: 'mfa_code' });
  const { id } = await connections.create({ domain: 'example.com', profile_name: 'alice' });
  assert.equal((await connections.login(id)).flow_type, 'LOGIN');
  const states = await toTheEnd(connections, id, canonical);
  assert.equal(states.at(-1).flow_status, 'SUCCESS');
  assert.equal((await connections.retrieve(id)).status, 'AUTHENTICATED');
  // Still signed in: the next one finds that out and asks nobody.
  await connections.login(id);
  assert.equal((await toTheEnd(connections, id)).at(-1).flow_status, 'SUCCESS');
  await connections.delete(id);
  assert.deepEqual((await connections.list()).getPaginatedItems(), []);
});

test('login: a wrong password is said, and asked again', async (t) => {
  const { connections } = await openWorldOf(t, 'password');
  await connections.login('ma_test');
  const wrong = { email: 'user@example.com', password: 'wrong' };
  const errors = [];
  await toTheEnd(connections, 'ma_test', (state) => {
    errors.push(state.website_error);
    return errors.length === 1 ? { fields: wrong } : legacy(state);
  });
  assert.equal(errors.length, 2);
  assert.equal(errors[0], undefined);
  assert.match(errors[1], /\w/);
});

test('login: an approval that comes, and one that is got round', async (t) => {
  const { connections, make } = await openWorldOf(t, 'push_or_code');
  await connections.login('ma_test');
  const approved = [];
  for await (const state of await connections.follow('ma_test')) {
    approved.push(state);
    if (state.flow_step === 'AWAITING_INPUT') await connections.submit('ma_test', legacy(state));
    if (state.flow_step === 'AWAITING_EXTERNAL_ACTION') {
      assert.match(state.external_action_message, /phone/);
      await make('ma_test', 'act');
    }
  }
  assert.equal(approved.at(-1).flow_status, 'SUCCESS');

  const other = await openWorldOf(t, 'push_or_code');
  await other.connections.login('ma_test');
  const around = [];
  for await (const state of await other.connections.follow('ma_test')) {
    around.push(state.flow_step);
    if (state.flow_step.startsWith('AWAITING')) await other.connections.submit('ma_test', legacy(state, 'sms'));
  }
  assert.equal(around.filter((step) => step === 'AWAITING_INPUT').length, 2);
  assert.equal(around.at(-1), 'COMPLETED');
});

test('login: it fails', async (t) => {
  const { connections } = await openWorldOf(t, 'fails:bot_detected');
  await connections.login('ma_test');
  const last = (await toTheEnd(connections, 'ma_test')).at(-1);
  assert.equal(last.flow_status, 'FAILED');
  assert.equal(last.error_code, 'bot_detected');
  assert.match(last.error_message, /\w/);
  assert.equal((await connections.retrieve('ma_test')).error_code, 'bot_detected');
});

test('login: nobody comes, and it expires', async (t) => {
  const { connections, advance } = await openWorldOf(t, 'password', { frozen: true });
  await connections.login('ma_test');
  const ends = [];
  for await (const { flow_step, flow_status } of await connections.follow('ma_test')) {
    ends.push(flow_status);
    if (flow_step === 'AWAITING_INPUT') await advance(10 * 60 * 1000);
  }
  assert.equal(ends.at(-1), 'EXPIRED');
});

test('follow: heartbeats while nothing happens', async (t) => {
  const { connections, make } = await openWorldOf(t, 'endless', { heartbeat_ms: 10 });
  await connections.login('ma_test');
  let heartbeats = 0;
  const statuses = [];
  for await (const event of await connections.follow('ma_test')) {
    if (event.event === 'sse_heartbeat') {
      assert.ok(Date.parse(event.timestamp) > 0);
      heartbeats += 1;
      if (heartbeats === 3) await make('ma_test', 'cancel');
    } else {
      statuses.push(event.flow_status);
    }
  }
  assert.ok(heartbeats >= 3);
  assert.deepEqual(statuses, ['IN_PROGRESS', 'CANCELED']);
});

test('follow: an event that tells of an error', async (t) => {
  const error = { event: 'error', timestamp: '2026-08-01T10:00:00Z', error: { code: 'internal_error', message: 'no' } };
  const text = `event: error\ndata: ${JSON.stringify(error)}\n\n`;
  const { connections } = await openWorldOf(
    t,
    'endless',
    { faults: [{ on: 'follow', chunks: [{ text }] }] },
    { flow: 'running' },
  );
  const events = [];
  for await (const event of await connections.follow('ma_test')) events.push(event);
  assert.deepEqual(events, [error]);
});
