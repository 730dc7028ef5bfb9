// Every state of the page, on a desktop and on a phone, by day and by night: a screenshot of each, nothing out of
// place down to 320 pixels and at 200 %, and no rule of accessibility broken.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { DESKTOP, PHONE, SCREENSHOTS, useBrowser, visit } from './browser.js';
import { STATES } from './states.js';

const { source: axe } = createRequire(import.meta.url)('axe-core');

useBrowser();

for (const [name, script, world, reach] of STATES) {
  test(name, () =>
    visit(script, world, async (page, there, context) => {
      await reach(page, there, context);
      for (const [device, viewport] of [
        ['desktop', DESKTOP],
        ['phone', PHONE],
      ]) {
        await page.setViewportSize(viewport);
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme });
          const path = join(SCREENSHOTS, `${name}-${device}-${colorScheme}.png`);
          await page.screenshot({ path, animations: 'disabled' });
          await isAccessible(page);
        }
      }
      // A small phone, and a desktop at 200 %.
      for (const narrow of [
        { width: 320, height: 568 },
        { width: 640, height: 400 },
      ]) {
        await page.setViewportSize(narrow);
        await fits(page, narrow.width);
      }
    }),
  );
}

async function isAccessible(page) {
  // Half a fade is half a contrast.
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish();
    }
  });
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)]),
    [],
  );
}

async function fits(page, width) {
  const outside = await page.evaluate((limit) => {
    const shown = [...document.querySelectorAll('h1, p:not(.for-readers), input, button, a, .card')].filter((node) =>
      node.checkVisibility(),
    );
    return shown
      .filter((node) => {
        const { left, right } = node.getBoundingClientRect();
        return left < 0 || right > limit || node.scrollWidth > node.clientWidth + 1;
      })
      .map((node) => node.outerHTML);
  }, width);
  assert.deepEqual(outside, []);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no scrolling to the side');
}
