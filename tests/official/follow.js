// Following a login to its end with the official SDK, answering what is asked on the way.

import assert from 'node:assert/strict';

const PASSWORDS = { email: 'user@example.com', password: 'secret', google_password: 'secret' };
const VALUES = { ...PASSWORDS, code: '123456', totp: '123456', answer: 'rex' };

/** The canonical answer to a state: values for its fields, else the choice that `wanted` names. */
export function canonical(state, wanted) {
  // The SDK's types do not have interaction_id yet; what they do not have is passed on as it is.
  const { interaction_id } = state;
  const choice = state.choices?.find(({ id }) => id === wanted);
  if (choice) return { interaction_id, selected_choice_id: choice.id };
  const values = (state.fields ?? []).map(({ id, ref }) => [id, VALUES[ref]]);
  return { interaction_id, field_values: Object.fromEntries(values) };
}

/** The same in the legacy form. */
export function legacy(state, wanted) {
  if (state.mfa_options?.some(({ type }) => type === wanted)) return { mfa_option_id: wanted };
  if (state.sign_in_options?.some(({ id }) => id === wanted)) return { sign_in_option_id: wanted };
  if (state.pending_sso_buttons?.some(({ provider }) => provider === wanted)) return { sso_provider: wanted };
  const values = (state.discovered_fields ?? []).map(({ name }) => [name, VALUES[name]]);
  return { fields: Object.fromEntries(values) };
}

/** Every state until the stream ends; `answer` says what to submit where input is awaited. */
export async function toTheEnd(connections, id, answer = () => assert.fail('nobody should be asked')) {
  const states = [];
  for await (const event of await connections.follow(id)) {
    assert.equal(event.event, 'managed_auth_state');
    assert.ok(Date.parse(event.timestamp) > 0, event.timestamp);
    states.push(event);
    if (event.flow_step === 'AWAITING_INPUT') {
      assert.deepEqual(await connections.submit(id, answer(event)), { accepted: true });
    }
  }
  return states;
}

/** The steps of these states, and how it ended. */
export function course(states) {
  return [...states.map((state) => state.flow_step), states.at(-1)?.flow_status];
}
