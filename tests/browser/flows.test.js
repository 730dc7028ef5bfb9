// Each kind of login, from the link to its success.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APP, enterCode, focused, PHONE, signIn, step, useBrowser, visit } from './browser.js';

useBrowser();

for (const [device, viewport] of [
  ['desktop', undefined],
  ['phone', PHONE],
]) {
  test(`password and code, then back to the app, on a ${device}`, () =>
    visit('mfa_code', { viewport }, async (page, world) => {
      await page.goto(await world.login({ success_url: `${APP}/done?state=a%20b` }));
      await signIn(page);
      // As people copy it from a message.
      await enterCode(page, ' 123 456 ');
      await step(page, 'You’re signed in');
      await page.waitForURL(`${APP}/**`);
      assert.equal(page.url(), `${APP}/done?state=a%20b&profile_name=alice&domain=example.com`);
      assert.equal((await world.connection()).status, 'AUTHENTICATED');
    }));
}

test('a wrong password: the website says so, what was right stays', () =>
  visit('password', {}, async (page, world) => {
    await page.goto(await world.login());
    await signIn(page, 'wrong');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    assert.match(await alert.innerText(), /^example\.com says\s+Wrong email or password\.$/);
    assert.equal(await page.getByLabel('Email', { exact: true }).inputValue(), 'user@example.com');
    const password = page.getByLabel('Password', { exact: true });
    assert.equal(await password.inputValue(), '');
    assert.equal(await password.getAttribute('aria-invalid'), 'true');
    await password.fill('secret');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await step(page, 'You’re signed in');
  }));

test('email first, then the password of that email', () =>
  visit('two_pages', {}, async (page, world) => {
    await page.goto(await world.login());
    await step(page, 'Sign in');
    await page.getByRole('textbox').fill('user@example.com');
    await page.keyboard.press('Enter');
    await step(page, 'Enter your password');
    await page.getByText('Signing in as user@example.com.').waitFor();
    assert.equal(await page.locator('input[autocomplete=username]').inputValue(), 'user@example.com');
    assert.equal(await focused(page), 'Password');
    await page.keyboard.type('secret');
    await page.keyboard.press('Enter');
    await step(page, 'You’re signed in');
  }));

test('another provider, which asks for its own password', () =>
  visit('sso', {}, async (page, world) => {
    await page.goto(await world.login());
    await step(page, 'Sign in');
    await page.getByRole('button', { name: 'Continue with Google' }).click();
    await step(page, 'Enter your password');
    await page.getByLabel('Google password').fill('secret');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await step(page, 'You’re signed in');
  }));

test('one of several accounts', () =>
  visit('account_picker', {}, async (page, world) => {
    await page.goto(await world.login());
    await signIn(page);
    await step(page, 'Choose an account');
    await page.getByRole('button', { name: /^Work/ }).click();
    await step(page, 'You’re signed in');
  }));

test('an approval on the phone', () =>
  visit('push_or_code', {}, async (page, world) => {
    await page.goto(await world.login());
    await signIn(page);
    await step(page, 'One more step');
    await page.getByText('Tap Yes on your phone to approve the sign-in.').waitFor();
    await world.do('act');
    await step(page, 'You’re signed in');
  }));

test('a code in place of an approval on the phone', () =>
  visit('push_or_code', {}, async (page, world) => {
    await page.goto(await world.login());
    await signIn(page);
    await step(page, 'One more step');
    await page.getByRole('button', { name: /^Text me a code instead/ }).click();
    await enterCode(page);
    await step(page, 'You’re signed in');
  }));

test('one of several second factors, after a look at the others', () =>
  visit('mfa_choice', {}, async (page, world) => {
    await page.goto(await world.login());
    await signIn(page);
    await step(page, 'Confirm it’s you');
    assert.equal(
      await page
        .getByRole('button', { name: /^Text me a code/ })
        .locator('.detail')
        .innerText(),
      '***-***-**92',
    );
    await page.getByRole('button', { name: 'Try another way' }).click();
    await page.getByRole('button', { name: 'Use my authenticator app' }).click();
    await enterCode(page);
    await step(page, 'You’re signed in');
  }));

test('a link in a message', () =>
  visit('email_link', {}, async (page, world) => {
    await page.goto(await world.login());
    await step(page, 'Sign in');
    await page.getByLabel('Email').fill('user@example.com');
    await page.keyboard.press('Enter');
    await step(page, 'You’re signed in');
  }));

test('a question in words', () =>
  visit(
    {
      steps: [
        {
          input: {
            fields: [
              { id: 'q', ref: 'answer', type: 'text', label: 'Your first pet?', accept: 'Tom Cat' },
              { id: 'n', ref: 'note', type: 'text', label: 'A note', required: false },
            ],
          },
        },
      ],
    },
    {},
    async (page, world) => {
      await page.goto(await world.login());
      await step(page, 'A little more');
      await page.getByLabel('Your first pet?').fill('Tom Cat');
      await page.keyboard.press('Enter');
      await step(page, 'You’re signed in');
      const { requests } = await world.record();
      const submitted = requests.find(({ path }) => path.endsWith('/submit'));
      // An optional field that was left empty is not sent.
      assert.deepEqual(bodyOf(submitted).field_values, { q: 'Tom Cat' });
    },
  ));

test('an API that knows the older forms only', () =>
  visit('legacy_only', {}, async (page, world) => {
    await page.goto(await world.login());
    await signIn(page, 'wrong');
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password', { exact: true }).fill('secret');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: /^Text me a code/ }).click();
    await enterCode(page);
    await step(page, 'You’re signed in');
  }));

test('stored details: nobody is asked', () =>
  visit(
    'reauth',
    { frozen: true, pace: 1, connection: { status: 'AUTHENTICATED', session_ms: 0 } },
    async (page, world) => {
      await page.goto(await world.login());
      await step(page, 'Renewing your session');
      await world.advance(60_000);
      await step(page, 'You’re signed in');
    },
  ));

test('a field that has to be filled in is asked for before anything is sent', () =>
  visit('password', {}, async (page, world) => {
    await page.goto(await world.login());
    await step(page, 'Sign in');
    await page.getByLabel('Email', { exact: true }).fill('user@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('Please fill this in.').waitFor();
    assert.equal(await focused(page), 'Password');
    const { requests } = await world.record();
    assert.equal(requests.filter(({ path }) => path.endsWith('/submit')).length, 0);
  }));

test('texts of a website are texts, whatever they hold', () => {
  const markup = '<img src=x onerror="document.title=\'bad\'"><script>document.title="bad"</script>';
  return visit(
    {
      steps: [
        {
          input: {
            website_error: markup,
            fields: [{ id: 'f', ref: 'f', type: 'text', label: markup, hint: markup }],
            choices: [{ id: 'c', type: 'other', label: markup, description: `2 ${markup}` }],
          },
        },
      ],
    },
    {},
    async (page, world) => {
      await page.goto(await world.login());
      await step(page, 'A little more');
      assert.equal(await page.getByText(markup).count(), 5);
      assert.equal(await page.locator('img, .step script').count(), 0);
    },
  );
});

function bodyOf(request) {
  return typeof request.body === 'string' ? JSON.parse(request.body) : request.body;
}
