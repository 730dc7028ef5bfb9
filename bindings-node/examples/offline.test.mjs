// A test of a program of one's own without the network: the simulator is the Kernel API on this machine.
//
//   node --test offline.test.mjs

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LoginFailedError } from 'kernel-client';
import { Simulator } from 'kernel-client/testing';

/** The program: signs a connection in with a password that it has and codes that the person is asked for. */
async function signIn(client, id, { email, password, askForCode }) {
  const values = { identifier: email, password };
  const connection = await client.auth.connections.loginAndWait(id, null, {
    async onInput({ fields }) {
      const filled = {};
      for (const field of fields) filled[field.id] = values[field.type] ?? (await askForCode(field.label));
      return { field_values: filled };
    },
  });
  return connection.status;
}

const simulator = await Simulator.start();
after(() => simulator.close());

const account = { email: 'user@example.com', password: 'secret' };

test('the person is asked for the code, once the password is right', async () => {
  const world = await simulator.openWorld({ connections: [{ id: 'ma_shop', script: 'mfa_code' }] });
  const asked = [];
  const askForCode = async (label) => {
    asked.push(label);
    return '123456';
  };
  assert.equal(await signIn(world.client, 'ma_shop', { ...account, askForCode }), 'AUTHENTICATED');
  assert.equal(asked.length, 1);
  await world.close();
});

test('a login that the site refuses is an error that says why', async () => {
  const world = await simulator.openWorld({ connections: [{ id: 'ma_shop', script: 'fails:bot_detected' }] });
  await assert.rejects(signIn(world.client, 'ma_shop', account), (error) => {
    assert.ok(error instanceof LoginFailedError);
    assert.equal(error.code, 'bot_detected');
    return true;
  });
  await world.close();
});

test('an outage in the middle goes unnoticed', async () => {
  const world = await simulator.openWorld({
    connections: [{ id: 'ma_shop', script: 'password' }],
    faults: [
      { on: 'follow', cut_after_events: 1 },
      { on: 'follow', status: 503 },
    ],
  });
  assert.equal(await signIn(world.client, 'ma_shop', account), 'AUTHENTICATED');
  await world.close();
});
