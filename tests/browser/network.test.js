// What a person notices of a bad connection: as little as possible.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APP, enterCode, signIn, step, useBrowser, visit } from './browser.js';

useBrowser();

const requests = async (world, end) => (await world.record()).requests.filter(({ path }) => path.endsWith(end));

test('a stream that is cut three times, and 503 in between', () =>
  visit(
    'mfa_code',
    {
      faults: [
        { on: 'follow', cut_after_events: 1 },
        { on: 'follow', status: 503 },
        { on: 'follow', cut_after_events: 1, orderly: true },
        { on: 'follow', status: 503 },
        { on: 'follow', cut_after_events: 1 },
        { on: 'retrieve', pass: true },
        { on: 'retrieve', status: 503, times: 2 },
      ],
    },
    async (page, world) => {
      // All that is to go wrong has done so once the page asks for a stream for the sixth time.
      let streams = 0;
      const sixth = page.waitForRequest((request) => request.url().endsWith('/events') && ++streams === 6);
      await page.goto(await world.login({ success_url: `${APP}/done` }));
      await signIn(page);
      await sixth;
      await enterCode(page);
      await page.waitForURL(`${APP}/**`);
      assert.equal((await world.connection()).status, 'AUTHENTICATED');
      assert.equal((await requests(world, '/submit')).length, 2, 'nothing was sent twice');
    },
  ));

test('streams that are cut at random places', () =>
  visit('mfa_choice', { chaos: { seed: 7, percent: 60 } }, async (page, world) => {
    await page.goto(await world.login());
    await signIn(page);
    await page.getByRole('button', { name: /^Call me/ }).click();
    await enterCode(page);
    await step(page, 'You’re signed in');
  }));

test('a reload in the middle goes on where it was', () =>
  visit('mfa_code', {}, async (page, world) => {
    await page.goto(await world.login({ success_url: `${APP}/done` }));
    await signIn(page);
    await step(page, 'Enter the code');
    await page.reload();
    await enterCode(page);
    await page.waitForURL(`${APP}/done?profile_name=alice&domain=example.com`);
    assert.equal((await requests(world, '/exchange')).length, 1);
  }));

test('no stream at all: the state is asked for', () =>
  visit('mfa_code', { faults: [{ on: 'follow', status: 404, times: 1000 }] }, async (page, world) => {
    await page.goto(await world.login());
    await signIn(page);
    await enterCode(page);
    await step(page, 'You’re signed in');
    assert.equal(await page.getByText('The connection is down').isVisible(), false);
  }));

test('a stream that falls silent from the beginning', () =>
  visit(
    'password',
    { frozen: true, pace: 1, faults: [{ on: 'follow', stall_after_events: 1 }] },
    async (page, world) => {
      await page.clock.install();
      await page.goto(await world.login());
      await step(page, 'Opening the sign-in page');
      await world.advance(1000);
      await page.clock.runFor(6000);
      await step(page, 'Sign in');
    },
  ));

test('a stream that falls silent while the website works', () =>
  visit('password', { faults: [{ on: 'follow', stall_after_events: 1 }] }, async (page, world) => {
    await page.clock.install();
    await page.goto(await world.login());
    await signIn(page);
    await world.record('?wait_state=ma_test:SUCCESS');
    await page.clock.runFor(6000);
    await step(page, 'You’re signed in');
  }));

test('a stream that dies while the person looks elsewhere', () =>
  visit('push_or_code', { faults: [{ on: 'follow', stall_after_events: 1, times: 100 }] }, async (page, world) => {
    await page.goto(await world.login());
    await signIn(page);
    await step(page, 'One more step');
    await world.do('act');
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await step(page, 'You’re signed in');
  }));

test('the service is away: the person is told, and told when it is back', () =>
  visit(
    'password',
    {
      faults: [
        { on: 'follow', cut_after_events: 1 },
        { on: 'follow', status: 503, times: 4 },
        { on: 'retrieve', pass: true },
        { on: 'retrieve', status: 503, times: 4 },
      ],
    },
    async (page, world) => {
      await page.goto(await world.login());
      await step(page, 'Sign in');
      await page.getByLabel('Email', { exact: true }).fill('user@example.com');
      await page.getByRole('button', { name: 'Try now' }).click();
      await page.getByRole('status').getByText('The connection is back.').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Try now' }).isVisible(), false);
      assert.equal(
        await page.getByLabel('Email', { exact: true }).inputValue(),
        'user@example.com',
        'nothing typed is lost',
      );
      await signIn(page);
      await step(page, 'You’re signed in');
    },
  ));

test('the service is away when the link is opened', () =>
  visit('password', { faults: [{ on: 'exchange', status: 503, times: 3 }] }, async (page, world) => {
    await page.goto(await world.login());
    await step(page, 'No connection');
    await page.getByRole('button', { name: 'Try again' }).click();
    await signIn(page);
    await step(page, 'You’re signed in');
  }));

test('an answer from before is not believed', () =>
  visit(
    { steps: [{ discover: { ms: 1000 } }, { input: { fields: [{ id: 'f', ref: 'f', type: 'text', label: 'Any' }] } }] },
    { frozen: true, pace: 1 },
    async (page, world) => {
      await page.clock.install();
      await page.goto(await world.login());
      await step(page, 'Opening the sign-in page');
      const asked = new Promise((resolve) => {
        page.route('**/auth/connections/ma_test', async (route) => resolve([route, await route.fetch()]), { times: 1 });
      });
      await page.clock.runFor(6000);
      const [route, response] = await asked;
      await world.advance(1000);
      await step(page, 'A little more');
      await page.evaluate(() => {
        window.shown = [];
        const look = () => window.shown.push(document.title);
        new MutationObserver(look).observe(document.querySelector('main'), { childList: true });
      });
      const done = page.waitForResponse('**/auth/connections/ma_test');
      await route.fulfill({ response });
      await (await done).finished();
      await page.evaluate(() => new Promise(requestAnimationFrame));
      assert.deepEqual(await page.evaluate(() => window.shown), []);
    },
  ));

for (const [what, fault, sent] of [
  ['half of its answer is lost', { cut: 'in_body', orderly: true }, [2]],
  // A browser may itself repeat what it sent on a connection that was then reset.
  ['its answer is lost', { cut: 'in_headers' }, [2, 3]],
  ['it is lost', { cut: 'after_read' }, [3]],
  ['the service says 503', { status: 503 }, [3]],
]) {
  test(`something is submitted, and ${what}`, () =>
    visit('mfa_code', { faults: [{ on: 'submit', ...fault }] }, async (page, world) => {
      await page.goto(await world.login());
      await signIn(page);
      await enterCode(page);
      await step(page, 'You’re signed in');
      // One for each form, and those in vain: what has arrived is not sent again.
      assert.ok(sent.includes((await requests(world, '/submit')).length));
    }));
}

test('what cannot be sent stays in its form', () =>
  visit('password', { faults: [{ on: 'submit', status: 503, times: 3 }] }, async (page, world) => {
    await page.goto(await world.login());
    await signIn(page);
    await page.getByText('This couldn’t be sent. Please try again.').waitFor();
    assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), 'secret');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await step(page, 'You’re signed in');
  }));

test('what the service does not take is given back with its reason', () =>
  visit(
    'password',
    { faults: [{ on: 'submit', status: 400, body: { code: 'bad_request', message: 'Not like this.' } }] },
    async (page, world) => {
      await page.goto(await world.login());
      await signIn(page);
      await page.getByRole('alert').getByText('Not like this.').waitFor();
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await step(page, 'You’re signed in');
    },
  ));

test('two pages of one login: one answers, both go on', () =>
  visit('mfa_code', {}, async (page, world, context) => {
    await page.goto(await world.login());
    await step(page, 'Sign in');
    const session = await page.evaluate(() => JSON.stringify(sessionStorage));
    const other = await context.newPage();
    await other.addInitScript((kept) => Object.assign(sessionStorage, JSON.parse(kept)), session);
    await other.goto(page.url());
    await signIn(other);
    await step(page, 'Enter the code');
    await enterCode(page);
    await step(other, 'You’re signed in');
    await step(page, 'You’re signed in');
  }));

test('pressing twice sends once', () =>
  visit('password', { faults: [{ on: 'submit', delay_ms: 300 }] }, async (page, world) => {
    await page.goto(await world.login());
    await step(page, 'Sign in');
    await page.getByLabel('Email', { exact: true }).fill('user@example.com');
    await page.getByLabel('Password', { exact: true }).fill('secret');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign in', exact: true }).dispatchEvent('click');
    await step(page, 'You’re signed in');
    assert.equal((await requests(world, '/submit')).length, 1);
  }));
