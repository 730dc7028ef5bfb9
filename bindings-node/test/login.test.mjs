// A whole login as one call, and the rest of one in a session: the handlers, and how it ends.

import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { test } from 'node:test';
import {
  APIConnectionTimeoutError,
  APIUserAbortError,
  InvalidArgumentError,
  LoginFailedError,
  ManagedAuthSession,
} from 'kernel-client';
import { simulator } from './simulator.mjs';

const simulated = await simulator();
const ended = { timeout: 60_000 };

/**
 * A world where the logins of `ma_1` run this script. `wait` brings one to its end that it starts, `join` one that runs
 * already.
 */
async function scripted(t, script, spec) {
  const world = await simulated.openWorld({ connections: [{ id: 'ma_1', script }], ...spec });
  t.after(() => world.close());
  const { connections } = world.client.auth;
  const wait = (options, params) => connections.loginAndWait('ma_1', params, options);
  const join = async (options) => {
    const { handoff_code } = await connections.login('ma_1');
    const session = await ManagedAuthSession.exchange('ma_1', handoff_code, { baseURL: world.baseURL });
    return session.waitForLogin(options);
  };
  return { world, wait, join };
}

const WAYS = ['wait', 'join'];

const VALUES = { identifier: 'user@example.com', password: 'secret', code: '123456' };
const filled = ({ fields }) => ({ field_values: Object.fromEntries(fields.map(({ id, type }) => [id, VALUES[type]])) });

/** Nothing is under way any more. A connection may stay open for the next call. */
async function isIdle(world) {
  for (;;) {
    const { follows, requests } = await world.state();
    if (follows === 0 && requests.every(({ completed, aborted }) => completed || aborted)) return;
  }
}

test('handlers answer at once or in time, and get what they need', ended, async (t) => {
  for (const onInput of [filled, async (request) => filled(request)]) {
    const { world, wait } = await scripted(t, 'mfa_code');
    const [logins, inputs] = [[], []];
    const connection = await wait({
      onLogin: (...args) => logins.push(args),
      onInput(request, context) {
        inputs.push(request);
        assert.deepEqual(Object.keys(context), ['signal']);
        assert.ok(context.signal instanceof AbortSignal && !context.signal.aborted);
        return onInput(request);
      },
    });
    assert.deepEqual([connection.id, connection.status], ['ma_1', 'AUTHENTICATED']);
    assert.equal(logins.length, 1);
    assert.match(logins[0][0].hosted_url, /^http/);
    assert.deepEqual(
      inputs.map(({ connection_id, step, fields }) => [connection_id, step, fields.length]),
      [
        ['ma_1', 'AWAITING_INPUT', 2],
        ['ma_1', 'AWAITING_INPUT', 1],
      ],
    );
    assert.equal((await world.state()).follows, 0);
  }
});

test('without a handler it waits for the person', ended, async (t) => {
  const { world, wait } = await scripted(t, 'password');
  const waiting = wait({ onLogin: () => world.do('ma_1', 'cancel') });
  await assert.rejects(waiting, (error) => {
    assert.ok(error instanceof LoginFailedError);
    assert.deepEqual([error.name, error.flow_status], ['LoginFailedError', 'CANCELED']);
    return true;
  });
  assert.equal((await world.state()).follows, 0);
});

test('what a handler throws is what the caller catches, and ends the login', ended, async (t) => {
  const mine = new Error('mine');
  const throws = () => {
    throw mine;
  };
  for (const handlers of [
    { onLogin: throws },
    { onLogin: async () => throws() },
    { onInput: throws },
    { onInput: async () => throws() },
    {
      async onInput() {
        await new Promise(setImmediate);
        throws();
      },
    },
  ]) {
    for (const way of handlers.onLogin ? ['wait'] : WAYS) {
      const { world, [way]: wait } = await scripted(t, 'password');
      await assert.rejects(wait(handlers), (error) => error === mine);
      await isIdle(world);
      assert.ok((await world.state()).requests.every(({ path }) => !path.endsWith('/submit')));
    }
  }
});

const waits = () => new Promise(() => {});

test('aborted in a handler it ends at once, whatever the handler goes on to do', ended, async (t) => {
  const fails = async () => {
    throw new Error('too late');
  };
  for (const [way, goOn] of WAYS.flatMap((way) => [filled, fails, waits].map((goOn) => [way, goOn]))) {
    const { world, [way]: wait } = await scripted(t, 'password');
    const stop = new AbortController();
    let seen;
    const waiting = wait({
      signal: stop.signal,
      onInput(request, { signal }) {
        seen = signal;
        stop.abort('enough');
        return goOn(request);
      },
    });
    await assert.rejects(waiting, (error) => {
      assert.ok(error instanceof APIUserAbortError);
      assert.equal(error.cause, 'enough');
      return true;
    });
    if (goOn === waits) assert.ok(seen.aborted);
    await isIdle(world);
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
    assert.ok((await world.state()).requests.every(({ path }) => !path.endsWith('/submit')));
  }
});

test('aborted beforehand, in `onLogin`, or while it is answered', ended, async (t) => {
  const { world, wait } = await scripted(t, 'password', { faults: [{ on: 'login', stall: 'headers' }] });
  await assert.rejects(wait({ signal: AbortSignal.abort() }), APIUserAbortError);
  assert.equal((await world.state()).requests.length, 0);

  const first = new AbortController();
  const starting = assert.rejects(wait({ signal: first.signal }), APIUserAbortError);
  await world.state('wait_requests=1');
  first.abort();
  await starting;
  await world.state('wait_aborted=1');

  const second = new AbortController();
  await assert.rejects(wait({ signal: second.signal, onLogin: () => second.abort() }), APIUserAbortError);
  await isIdle(world);
  for (const { signal } of [first, second]) assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test(
  'a handler whose answer is not wanted any more is told, and what it does then is its own affair',
  ended,
  async (t) => {
    // The approval takes as long as it takes.
    const script = { about: 'An approval.', steps: [{ external: { message: 'Tap Yes.' } }] };
    for (const way of WAYS) {
      const { world, [way]: wait } = await scripted(t, script);
      let calledOff;
      const connection = await wait({
        async onInput(request, { signal }) {
          assert.equal(request.step, 'AWAITING_EXTERNAL_ACTION');
          calledOff = once(signal, 'abort');
          await world.do('ma_1', 'act');
          await calledOff;
          throw new Error('too late');
        },
      });
      assert.equal(connection.status, 'AUTHENTICATED');
      await calledOff;
    }
  },
);

test('the time that the caller gives it holds for the handlers, too', ended, async (t) => {
  for (const way of WAYS) {
    const { world, [way]: wait } = await scripted(t, 'password');
    let calledOff;
    const waiting = wait({
      waitTimeout: 300,
      onInput(_, { signal }) {
        calledOff = once(signal, 'abort');
        return calledOff;
      },
    });
    await assert.rejects(waiting, APIConnectionTimeoutError);
    await calledOff;
    await isIdle(world);
  }
});

test('a signal that many logins share keeps no listener of one that has ended', ended, async (t) => {
  const stop = new AbortController();
  const listeners = () => getEventListeners(stop.signal, 'abort').length;
  const { wait } = await scripted(t, 'password');
  let during;
  await wait({
    signal: stop.signal,
    onInput(request) {
      during = listeners();
      return filled(request);
    },
  });
  assert.ok(during > 0);
  assert.equal(listeners(), 0);
  const failing = await scripted(t, 'fails');
  await assert.rejects(failing.wait({ signal: stop.signal }), LoginFailedError);
  assert.equal(listeners(), 0);
});

test('what is no answer, no handler, or no option is refused by name', ended, async (t) => {
  const { world, wait } = await scripted(t, 'password');
  const cycle = {};
  cycle.self = cycle;
  for (const answer of [5, 'secret', [], true, () => {}, Symbol('answer'), 5n, cycle, { password: 'secret' }]) {
    await assert.rejects(wait({ onInput: () => answer }), (error) => {
      assert.ok(error instanceof InvalidArgumentError);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
    await isIdle(world);
    await world.do('ma_1', 'cancel');
  }
  const { requests_total } = await world.state();
  for (const [options, argument] of [
    [{ onInput: 'ask' }, 'onInput'],
    [{ onLogin: {} }, 'onLogin'],
    [{ waitTimeout: -1 }, 'wait_timeout'],
    [{ waitTimeout: 'long' }, 'wait_timeout'],
    [{ waitTimeout: Number.NaN }, 'wait_timeout'],
    [{ onInputs: filled }, 'onInputs'],
    [{ signal: 5 }, 'signal'],
    [5, 'options'],
  ]) {
    await assert.rejects(wait(options), (error) => {
      assert.deepEqual([error.constructor, error.argument], [InvalidArgumentError, argument]);
      return true;
    });
  }
  assert.equal((await world.state()).requests_total, requests_total);
  for (const nothing of [undefined, null]) {
    const one = await scripted(t, 'instant');
    assert.equal((await one.wait(nothing, nothing)).status, 'AUTHENTICATED');
    assert.equal(
      (await one.wait({ onLogin: nothing, onInput: nothing, waitTimeout: nothing })).status,
      'AUTHENTICATED',
    );
  }
});

test('what a session has no option for is refused, and leaves the login alone', ended, async (t) => {
  const { world, join } = await scripted(t, 'password');
  for (const [options, argument] of [
    [{ onInput: 'ask' }, 'onInput'],
    [{ onLogin: () => {} }, 'onLogin'],
    [{ extraBody: { a: 1 } }, 'extra_body'],
    [{ waitTimeout: -1 }, 'wait_timeout'],
    [{ signal: 5 }, 'signal'],
    [5, 'options'],
  ]) {
    await assert.rejects(join(options), (error) => {
      assert.deepEqual([error.constructor, error.argument], [InvalidArgumentError, argument]);
      return true;
    });
    await world.do('ma_1', 'cancel');
  }
  assert.ok((await world.state()).requests.every(({ path }) => /\/(login|exchange)$/.test(path)));
  await assert.rejects(join({ signal: AbortSignal.abort() }), APIUserAbortError);
  for (const options of [undefined, null, { onInput: null, waitTimeout: null }]) {
    const one = await scripted(t, 'password');
    const waiting = assert.rejects(one.join(options), LoginFailedError);
    await one.world.state('wait_follows=1');
    await one.world.do('ma_1', 'cancel');
    await waiting;
  }
});
