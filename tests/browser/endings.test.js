// How a visit ends, and where it leads.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APP, enterCode, signIn, step, useBrowser, visit } from './browser.js';

useBrowser();

const MINUTE = 60_000;

test('success without an address to go on to', () =>
  visit('password', {}, async (page, world) => {
    await page.goto(await world.login());
    await signIn(page);
    await step(page, 'You’re signed in');
    await page.getByText('example.com is connected. You can close this page.').waitFor();
    assert.equal(await page.getByRole('link').count(), 0);
  }));

test('success leads into an app of its own scheme', () =>
  visit('password', {}, async (page, world, context) => {
    const wanted = 'com.example.app://signed-in?from=kernel&profile_name=alice&domain=example.com';
    const browser = await context.newCDPSession(page);
    await browser.send('Page.enable');
    const asked = new Promise((resolve) => {
      browser.on('Page.frameRequestedNavigation', ({ url }) => resolve(url));
    });
    await page.goto(await world.login({ success_url: 'com.example.app://signed-in?from=kernel' }));
    await signIn(page);
    await step(page, 'You’re signed in');
    // Where a browser wants a person to press something before it opens an app.
    assert.equal(await page.getByRole('link', { name: 'Continue' }).getAttribute('href'), wanted);
    assert.equal(await asked, wanted);
  }));

for (const address of [
  'javascript:document.title="bad"',
  ' JaVa\tScript:document.title="bad"',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'blob:https://app.example/1',
  '/relative',
  'https://[',
]) {
  test(`nobody is sent to ${JSON.stringify(address)}`, () =>
    visit({ steps: [{ discover: { ms: 1000 } }] }, { frozen: true, pace: 1 }, async (page, world, context) => {
      await page.clock.install();
      const link = await world.login({ success_url: address, error_url: address });
      await page.goto(link);
      await step(page, 'Opening the sign-in page');
      const other = await context.newPage();
      await other.goto(link);
      await step(other, 'This link no longer works');
      await world.advance(1000);
      await step(page, 'You’re signed in');
      const url = page.url();
      await page.clock.fastForward(MINUTE);
      assert.equal(page.url(), url);
      assert.equal(await page.title(), 'You’re signed in · example.com');
      for (const each of [page, other]) assert.equal(await each.getByRole('link').count(), 0);
    }));
}

test('a failure is explained, and reported to the app with its code', () =>
  visit(
    {
      steps: [
        { input: { fields: [{ id: 'f', ref: 'f', type: 'password', label: 'Password' }] } },
        { fail: { code: 'credentials_invalid', message: 'Rejected & done', website_error: 'Account locked.' } },
      ],
    },
    {},
    async (page, world) => {
      await page.clock.install();
      await page.goto(await world.login({ error_url: `${APP}/failed?code=old&state=1` }));
      await step(page, 'Enter your password');
      await page.getByRole('textbox').fill('x');
      await page.keyboard.press('Enter');
      await step(page, 'Sign-in didn’t work');
      await page.getByText('The website didn’t accept these sign-in details.').waitFor();
      await page.getByText('Account locked.').waitFor();
      await page.getByRole('link', { name: 'Go back' }).waitFor();
      await page.clock.fastForward(10_000);
      await page.waitForURL(`${APP}/**`);
      assert.equal(page.url(), `${APP}/failed?state=1&code=credentials_invalid&message=Rejected%20%26%20done`);
    },
  ));

test('nobody came: the login expires, and the app hears of it', () =>
  visit('password', { frozen: true, heartbeat_ms: 100 }, async (page, world) => {
    await page.goto(await world.login({ error_url: `${APP}/failed` }));
    await step(page, 'Sign in');
    assert.equal(await page.getByText('Time left').isVisible(), false);
    await world.advance(8.5 * MINUTE);
    await page.getByText('Time left: 1:30').waitFor();
    await world.advance(2 * MINUTE);
    await step(page, 'Time has run out');
    assert.equal(await page.getByText('Time left').isVisible(), false);
    await page.getByRole('link', { name: 'Go back' }).click();
    await page.waitForURL(`${APP}/**`);
    const query = new URL(page.url()).searchParams;
    assert.equal(query.get('code'), (await world.connection()).error_code ?? null);
    assert.ok(query.get('message'));
  }));

test('the twenty minutes of a login are over', () =>
  visit('mfa_code', { frozen: true, heartbeat_ms: 100 }, async (page, world) => {
    await page.goto(await world.login());
    await step(page, 'Sign in');
    await world.advance(9.5 * MINUTE);
    await signIn(page);
    await step(page, 'Enter the code');
    assert.equal(await page.getByText('Time left').isVisible(), false);
    await world.advance(9 * MINUTE);
    await page.getByText('Time left: 1:00').waitFor();
    await world.advance(MINUTE);
    await step(page, 'Time has run out');
  }));

test('the login is cancelled', () =>
  visit('password', {}, async (page, world) => {
    await page.goto(await world.login({ error_url: `${APP}/failed` }));
    await step(page, 'Sign in');
    await world.do('cancel');
    await step(page, 'Sign-in cancelled');
    await page.getByRole('link', { name: 'Go back' }).click();
    await page.waitForURL(`${APP}/**`);
    const query = new URL(page.url()).searchParams;
    assert.equal(query.has('code'), false);
    assert.ok(query.get('message'));
  }));

test('a link works once: somebody else who opens it sees that', () =>
  visit('password', {}, async (page, world, context) => {
    const link = await world.login({ error_url: `${APP}/failed` });
    await page.goto(link);
    await step(page, 'Sign in');
    assert.equal(new URL(page.url()).searchParams.has('code'), false, 'the code has left the address');
    const other = await context.newPage();
    await other.goto(link);
    await step(other, 'This link no longer works');
    assert.match(
      await other.getByRole('link', { name: 'Go back' }).getAttribute('href'),
      /^https:\/\/app\.example\/failed\?message=/,
    );
    // The first visitor is not disturbed.
    await signIn(page);
    await step(page, 'You’re signed in');
  }));

test('the same tab may open the link again', () =>
  visit('mfa_code', {}, async (page, world) => {
    const link = await world.login();
    await page.goto(link);
    await signIn(page);
    await step(page, 'Enter the code');
    await page.goto(link);
    await enterCode(page);
    await step(page, 'You’re signed in');
  }));

test('a new link of the same connection is a new session', () =>
  visit('password', {}, async (page, world) => {
    await page.goto(await world.login());
    await step(page, 'Sign in');
    await world.do('cancel');
    await step(page, 'Sign-in cancelled');
    await page.goto(await world.login());
    await signIn(page);
    await step(page, 'You’re signed in');
    const { requests } = await world.record();
    assert.equal(requests.filter(({ path }) => path.endsWith('/exchange')).length, 2);
  }));

test('a code that is none, and no code', () =>
  visit('password', {}, async (page, world) => {
    const link = new URL(await world.login());
    link.searchParams.set('code', 'nonsense');
    await page.goto(link.href);
    await step(page, 'This link doesn’t work');
    link.searchParams.delete('code');
    await page.goto(link.href);
    await step(page, 'This link isn’t complete');
  }));

test('a session of more than thirty minutes has no access any more', () =>
  visit('stale', { frozen: true }, async (page, world) => {
    await page.goto(await world.login());
    await step(page, 'Opening the sign-in page');
    await world.advance(31 * MINUTE);
    await page.reload();
    await step(page, 'This page was open too long');
  }));

test('the result is still there after a reload', () =>
  visit('password', {}, async (page, world) => {
    await page.goto(await world.login());
    await signIn(page);
    await step(page, 'You’re signed in');
    await page.reload();
    await step(page, 'You’re signed in');
  }));
