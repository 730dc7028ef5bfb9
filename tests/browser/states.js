// Every state that the page can be in, and how to get there.

import { signIn, step } from './browser.js';

const MINUTE = 60_000;
const open = async (page, world) => page.goto(await world.login());
const signedIn = async (page, world) => {
  await open(page, world);
  await signIn(page);
};
const waiting = { frozen: true, pace: 1, heartbeat_ms: 100 };
const question = (input) => ({ steps: [{ input }] });

/** Of each state: its name, the script, the world, and the way there. */
export const STATES = [
  [
    'opening',
    'password',
    { faults: [{ on: 'exchange', stall: 'headers' }] },
    async (page, world) => {
      await open(page, world);
      await step(page, 'One moment');
    },
  ],
  [
    'discovering',
    'password',
    waiting,
    async (page, world) => {
      await open(page, world);
      await step(page, 'Opening the sign-in page');
    },
  ],
  [
    'renewing',
    'password',
    { ...waiting, connection: { login: 'REAUTH' } },
    async (page, world) => {
      await open(page, world);
      await step(page, 'Renewing your session');
    },
  ],
  [
    'password',
    'password',
    {},
    async (page, world) => {
      await open(page, world);
      await step(page, 'Sign in');
    },
  ],
  [
    'password-missing',
    'password',
    {},
    async (page, world) => {
      await open(page, world);
      await step(page, 'Sign in');
      await page.keyboard.press('Enter');
      await page.getByText('Please fill this in.').first().waitFor();
    },
  ],
  [
    'password-shown',
    'password',
    {},
    async (page, world) => {
      await open(page, world);
      await step(page, 'Sign in');
      await page.getByLabel('Password', { exact: true }).fill('correct horse');
      await page.getByRole('button', { name: 'Show password' }).click();
    },
  ],
  [
    'password-sending',
    'password',
    { faults: [{ on: 'submit', stall: 'headers' }] },
    async (page, world) => {
      await signedIn(page, world);
      await page.locator('.form[aria-busy=true]').waitFor();
    },
  ],
  [
    'password-wrong',
    'password',
    {},
    async (page, world) => {
      await open(page, world);
      await signIn(page, 'wrong');
      await page.getByRole('alert').waitFor();
    },
  ],
  [
    'password-of',
    'two_pages',
    {},
    async (page, world) => {
      await open(page, world);
      await step(page, 'Sign in');
      await page.getByRole('textbox').fill('user@example.com');
      await page.keyboard.press('Enter');
      await step(page, 'Enter your password');
    },
  ],
  [
    'submitting',
    { steps: [{ input: { submitting_ms: 5000, fields: [{ id: 'f', ref: 'f', type: 'text', label: 'Any' }] } }] },
    waiting,
    async (page, world) => {
      await open(page, world);
      await step(page, 'A little more');
      await page.getByRole('textbox').fill('x');
      await page.keyboard.press('Enter');
      await world.record('?wait_state=ma_test:SUBMITTING');
      await page.reload();
      await step(page, 'Signing you in');
    },
  ],
  [
    'providers',
    'sso',
    {},
    async (page, world) => {
      await open(page, world);
      await page.getByRole('button', { name: 'Continue with Google' }).waitFor();
    },
  ],
  [
    'accounts',
    'account_picker',
    {},
    async (page, world) => {
      await signedIn(page, world);
      await step(page, 'Choose an account');
    },
  ],
  [
    'methods',
    'mfa_choice',
    {},
    async (page, world) => {
      await signedIn(page, world);
      await step(page, 'Confirm it’s you');
    },
  ],
  [
    'method-chosen',
    'mfa_choice',
    {
      faults: [
        { on: 'submit', pass: true },
        { on: 'submit', stall: 'headers' },
      ],
    },
    async (page, world) => {
      await signedIn(page, world);
      await page.getByRole('button', { name: /^Call me/ }).click();
      await page.locator('.form[aria-busy=true]').waitFor();
    },
  ],
  [
    'code',
    question({
      fields: [
        { id: 'c', ref: 'code', type: 'code', label: 'Code', input_mode: 'numeric', hint: 'Sent to ***-***-**92' },
      ],
    }),
    {},
    async (page, world) => {
      await open(page, world);
      await step(page, 'Enter the code');
      await page.getByRole('textbox').fill('4815');
    },
  ],
  [
    'code-wrong',
    'mfa_code',
    {},
    async (page, world) => {
      await signedIn(page, world);
      await step(page, 'Enter the code');
      await page.getByRole('textbox').fill('999999');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
    },
  ],
  [
    'authenticator-key',
    question({
      fields: [{ id: 's', ref: 's', type: 'totp_secret', label: 'Setup key', hint: 'Shown where you add an app.' }],
    }),
    {},
    async (page, world) => {
      await open(page, world);
      await step(page, 'Connect your authenticator');
    },
  ],
  [
    'question',
    'security_question',
    {},
    async (page, world) => {
      await signedIn(page, world);
      await step(page, 'A little more');
    },
  ],
  [
    'push',
    'push_or_code',
    {},
    async (page, world) => {
      await signedIn(page, world);
      await step(page, 'One more step');
    },
  ],
  [
    'email-link',
    { steps: [{ external: { message: 'Open the link that was sent to u***@example.com.' } }] },
    {},
    async (page, world) => {
      await open(page, world);
      await step(page, 'One more step');
    },
  ],
  [
    'ending-soon',
    'password',
    { frozen: true, heartbeat_ms: 100 },
    async (page, world) => {
      await open(page, world);
      await step(page, 'Sign in');
      await world.advance(8.5 * MINUTE);
      await page.getByText('Time left: 1:30').waitFor();
    },
  ],
  [
    'interrupted',
    'password',
    {
      faults: [
        { on: 'follow', cut_after_events: 1 },
        { on: 'follow', status: 503, times: 1000 },
        { on: 'retrieve', pass: true },
        { on: 'retrieve', status: 503, times: 1000 },
      ],
    },
    async (page, world) => {
      await open(page, world);
      await page.getByRole('button', { name: 'Try now' }).waitFor();
    },
  ],
  [
    'no-connection',
    'password',
    { faults: [{ on: 'exchange', status: 503, times: 3 }] },
    async (page, world) => {
      await open(page, world);
      await step(page, 'No connection');
    },
  ],
  [
    'success',
    'password',
    {},
    async (page, world) => {
      await signedIn(page, world);
      await step(page, 'You’re signed in');
    },
  ],
  [
    'success-going-on',
    'password',
    {},
    async (page, world) => {
      await page.clock.install();
      await page.goto(await world.login({ success_url: 'com.example.app://done' }));
      await signIn(page);
      await step(page, 'You’re signed in');
    },
  ],
  [
    'failed',
    {
      steps: [
        { discover: { ms: 1000 } },
        {
          fail: {
            code: 'credentials_invalid',
            message: 'Three attempts were refused.',
            website_error: 'Your account is locked for an hour.',
          },
        },
      ],
    },
    waiting,
    async (page, world) => {
      await page.clock.install();
      await page.goto(await world.login({ error_url: 'com.example.app://failed' }));
      await step(page, 'Opening the sign-in page');
      await world.advance(1000);
      await step(page, 'Sign-in didn’t work');
    },
  ],
  [
    'expired',
    'password',
    { frozen: true, heartbeat_ms: 100 },
    async (page, world) => {
      await open(page, world);
      await step(page, 'Sign in');
      await world.advance(11 * MINUTE);
      await step(page, 'Time has run out');
    },
  ],
  [
    'cancelled',
    'password',
    {},
    async (page, world) => {
      await open(page, world);
      await step(page, 'Sign in');
      await world.do('cancel');
      await step(page, 'Sign-in cancelled');
    },
  ],
  [
    'link-used',
    'password',
    {},
    async (page, world, context) => {
      const link = await world.login();
      const other = await context.newPage();
      await other.goto(link);
      await step(other, 'Sign in');
      await other.close();
      await page.goto(link);
      await step(page, 'This link no longer works');
    },
  ],
  [
    'link-unknown',
    'password',
    {},
    async (page, world) => {
      const link = new URL(await world.login());
      link.searchParams.set('code', 'nonsense');
      await page.goto(link.href);
      await step(page, 'This link doesn’t work');
    },
  ],
  [
    'long-texts',
    question({
      website_error: `We do not know this account. ${'Unbreakable'.repeat(14)}`,
      fields: [
        {
          id: 'f',
          ref: 'f',
          type: 'text',
          label: 'What is written on the third line of the letter that we have sent to you in spring?',
          hint: `https://example.com/${'help-'.repeat(24)}`,
        },
      ],
      choices: [
        {
          id: 'c',
          type: 'other',
          label: 'I have never received any such letter and would like to have another one',
          description: 'W'.repeat(60),
        },
      ],
    }),
    { connection: { domain: 'accounts.department-of-long-names.example-company.co.uk' } },
    async (page, world) => {
      await open(page, world);
      await step(page, 'A little more');
    },
  ],
];
