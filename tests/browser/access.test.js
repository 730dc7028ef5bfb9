// For everybody: keyboard, screen reader, password manager, little motion.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enterCode, focused, signIn, step, useBrowser, visit } from './browser.js';

useBrowser();

/** The focus can be seen: something is drawn around what has it. */
const focusShows = (page) =>
  page.evaluate(() => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
  });

test('a whole login by keyboard alone', () =>
  visit('mfa_choice', {}, async (page, world) => {
    const press = async (key, lands) => {
      await page.keyboard.press(key);
      assert.equal(await focused(page), lands);
      assert.ok(await focusShows(page), `the focus on ${lands} can be seen`);
    };
    await page.goto(await world.login());
    await step(page, 'Sign in');
    assert.equal(await focused(page), 'Email');
    await page.keyboard.type('user@example.com');
    await press('Tab', 'Password');
    await page.keyboard.type('secret');
    await press('Tab', 'Show password');
    await press('Space', 'Hide password');
    assert.equal(await page.getByLabel('Password', { exact: true }).getAttribute('type'), 'text');
    await press('Space', 'Show password');
    await press('Tab', 'Sign in');
    await page.keyboard.press('Enter');
    await step(page, 'Confirm it’s you');
    // The heading, not a button: nobody chooses by holding Enter for too long.
    assert.equal(await focused(page), 'Confirm it’s you');
    await press('Tab', 'Text me a code');
    await press('Tab', 'Call me');
    await press('Tab', 'Ask the app on my phone');
    await press('Tab', 'Try another way');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: /^Email me a code/ }).waitFor();
    assert.equal(await focused(page), 'Confirm it’s you');
    await press('Tab', 'Email me a code');
    await press('Tab', 'Use my authenticator app');
    await press('Shift+Tab', 'Email me a code');
    await page.keyboard.press('Enter');
    await step(page, 'Enter the code');
    assert.equal(await focused(page), 'Code');
    await page.keyboard.type('999999');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    assert.equal(await focused(page), 'Code');
    await page.keyboard.type('123456');
    await page.keyboard.press('Enter');
    await step(page, 'You’re signed in');
    assert.equal(await focused(page), 'You’re signed in');
  }));

test('a state that comes again does not touch what is being typed', () =>
  visit('password', {}, async (page, world) => {
    await page.goto(await world.login());
    await step(page, 'Sign in');
    await page.getByLabel('Password', { exact: true }).fill('sec');
    // Each return to the page asks for the state, and then for a stream, which begins with it. Once the second round
    // has begun, the page has seen the first.
    for (const _ of [1, 2]) {
      const { requests_total } = await world.record();
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      await world.record(`?wait_requests=${requests_total + 2}`);
    }
    assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), 'sec');
    assert.equal(await focused(page), 'Password');
  }));

test('fields tell browsers and password managers what they are', () =>
  visit(
    {
      steps: [
        {
          input: {
            fields: [
              { id: 'a', ref: 'email', type: 'identifier', label: 'Email', input_mode: 'email' },
              { id: 'b', ref: 'phone', type: 'text', label: 'Phone', input_mode: 'tel', required: false },
              { id: 'c', ref: 'password', type: 'password', label: 'Password' },
              { id: 'd', ref: 'code', type: 'code', label: 'Code', input_mode: 'numeric', hint: 'Sent to ***92' },
              { id: 'e', ref: 'totp', type: 'totp_code', label: 'App' },
              { id: 'f', ref: 'secret', type: 'totp_secret', label: 'Key' },
            ],
          },
        },
      ],
    },
    {},
    async (page, world) => {
      await page.goto(await world.login());
      await page.getByLabel('Key', { exact: true }).waitFor();
      const inputs = await page
        .locator('form input')
        .evaluateAll((nodes) =>
          nodes.map((node) => [
            node.name,
            node.type,
            node.inputMode,
            node.autocomplete,
            node.required,
            node.labels.length,
          ]),
        );
      assert.deepEqual(inputs, [
        ['email', 'text', 'email', 'username', true, 1],
        ['phone', 'text', 'tel', '', false, 1],
        ['password', 'password', '', 'current-password', true, 1],
        ['code', 'text', 'numeric', 'one-time-code', true, 1],
        ['totp', 'text', 'numeric', 'one-time-code', true, 1],
        ['secret', 'password', '', 'off', true, 1],
      ]);
      const code = page.getByLabel('Code', { exact: true });
      const hint = (await code.getAttribute('aria-describedby')).split(' ')[0];
      assert.equal(await page.locator(`#${hint}`).innerText(), 'Sent to ***92');
      await page.getByText('Phone (optional)').waitFor();
    },
  ));

test('what happens is said, not only shown', () =>
  visit(
    'password',
    { frozen: true, heartbeat_ms: 100, faults: [{ on: 'submit', stall: 'headers' }] },
    async (page, world) => {
      await page.goto(await world.login());
      await step(page, 'Sign in');
      await world.advance(9.5 * 60_000);
      await page.getByRole('status').getByText('30 seconds are left for this sign-in.').waitFor();
      await signIn(page);
      await page.getByRole('status').getByText('Signing in to example.com.').waitFor();
      assert.equal(await page.locator('.form').getAttribute('aria-busy'), 'true');
      assert.equal(await focused(page), 'Sign in', 'the focus is still on the button');
      assert.equal(await page.title(), 'Sign in · example.com');
      // Not said again while the clock stands still: it is looked at every second.
      await page.locator('#remaining').evaluate(
        (remaining) =>
          new Promise((resolve) => {
            let looks = 0;
            const look = () => ++looks === 2 && resolve();
            new MutationObserver(look).observe(remaining, { childList: true });
          }),
      );
      assert.equal(await page.getByRole('status').innerText(), 'Signing in to example.com.');
    },
  ));

test('little motion for those who asked for it', () =>
  visit('endless', { reducedMotion: 'reduce' }, async (page, world) => {
    await page.goto(await world.login());
    await step(page, 'Opening the sign-in page');
    const moving = await page.evaluate(() => document.getAnimations().map((animation) => animation.animationName));
    assert.deepEqual([...new Set(moving)], ['breathe']);
  }));

test('motion for those who did not', () =>
  visit('endless', {}, async (page, world) => {
    await page.goto(await world.login());
    await step(page, 'Opening the sign-in page');
    const moving = await page.evaluate(() => document.getAnimations().map((animation) => animation.animationName));
    assert.ok(moving.includes('turn'));
  }));

test('nothing of a session is left in the address, and nothing secret anywhere but in the tab', () =>
  visit('mfa_code', {}, async (page, world, context) => {
    const link = await world.login();
    await page.goto(link);
    await signIn(page);
    await enterCode(page);
    await step(page, 'You’re signed in');
    assert.equal(new URL(page.url()).search, '');
    assert.deepEqual(await context.cookies(), []);
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    const kept = await page.evaluate(() => JSON.stringify(sessionStorage));
    assert.ok(!kept.includes('secret') && !kept.includes('123456'));
  }));

test('nobody can put the page into a frame of theirs', () =>
  visit('password', {}, async (page, world) => {
    const link = await world.login();
    const answer = await page.goto(link);
    assert.equal(answer.headers()['content-security-policy'], "frame-ancestors 'none'");
    await step(page, 'Sign in');
  }));
