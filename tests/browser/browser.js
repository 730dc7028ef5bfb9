// A real Chromium, and a visitor in it who looks at the hosted page.

import assert from 'node:assert/strict';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { startSimulator, stopSimulator, TARGET, World } from './simulator.js';

/** Where the program that started the login would be. Nothing leaves this machine: the browser itself answers. */
export const APP = 'https://app.example';

export const SCREENSHOTS = join(TARGET, 'screenshots', 'login');

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

let browser;

/** Has a browser and a simulator for the tests of a file. */
export function useBrowser() {
  before(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await startSimulator();
    browser = await chromium.launch({ executablePath: executable() });
  });
  after(async () => {
    await browser?.close();
    await stopSimulator();
  });
}

function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  for (const path of ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
    folders.map((at) => join(at, name)),
  )) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  throw new Error('no Chromium: install the package chromium, or name the program in CHROMIUM');
}

/**
 * Runs a visit: a world, and a page in a fresh profile. A page that complains in its console, about its security policy
 * for example, or that throws, fails the test.
 */
export async function visit(script, options, act) {
  const { viewport = DESKTOP, colorScheme = 'light', reducedMotion = 'no-preference', ...world } = options;
  const there = await World.open(script, world);
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion });
  const complaints = [];
  try {
    await context.route(`${APP}/**`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<title>app</title>' }),
    );
    context.on('page', (page) => {
      page.setDefaultTimeout(15_000);
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        // An answer that is an error is reported as such: that is the subject of many tests.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
          complaints.push(message.text());
      });
    });
    await act(await context.newPage(), there, context);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
    await there.close();
  }
}

/** Waits for a step by its heading; the focus is then within it. */
export async function step(page, title) {
  await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
}

export async function signIn(page, password = 'secret') {
  await step(page, 'Sign in');
  await page.getByLabel('Email', { exact: true }).fill('user@example.com');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export async function enterCode(page, code = '123456') {
  await step(page, 'Enter the code');
  await page.getByRole('textbox').fill(code);
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** What has the focus, as a screen reader names it. */
export function focused(page) {
  return page.evaluate(() => {
    const node = document.activeElement;
    return (
      node.labels?.[0]?.firstChild.textContent ??
      node.getAttribute('aria-label') ??
      node.innerText.trim().split('\n')[0]
    );
  });
}
