// Tests of a page whose text a browser extension or the browser's translation has replaced.

import { type Page } from '@playwright/test';

import { heading } from '../live';
import { expect, test } from '../server';
import { AT_45, openStalled } from './stalled';

test.use({ binary: 'scripted_server' });

test.beforeEach(async ({ page }) => {
  await page.clock.install();
});

/**
 * Replaces text nodes by `font` elements, as the translation of Chrome does. If `marks` is set,
 * it leaves out elements with `translate="no"`, as Chrome does.
 */
async function translate(page: Page, marks: 'respected' | 'ignored'): Promise<void> {
  await page.evaluate((isMarkRespected) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) texts.push(node as Text);
    for (const text of texts) {
      const parent = text.parentElement;
      if (parent === null || text.data.trim() === '' || parent.closest('script, style, noscript') !== null) continue;
      if (isMarkRespected && parent.closest('[translate="no"]') !== null) continue;
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      inner.textContent = text.data;
      outer.append(inner);
      parent.insertBefore(outer, text);
      text.remove();
    }
  }, marks === 'respected');
}

for (const marks of ['respected', 'ignored'] as const) {
  test(`stays live in translation with marks ${marks}`, async ({ page, request, server }) => {
    await openStalled(page, request, server);
    await translate(page, marks);
    server.tell({ ...AT_45, overall_progress: { percent_complete: 52 } });
    await page.clock.runFor(3_000);
    await expect(page.getByText('Overall: 52% complete', { exact: true })).toBeVisible();
    await translate(page, marks);
    server.tell({ ...AT_45, overall_progress: { percent_complete: 53 } });
    await page.clock.runFor(3_000);
    await expect(page.getByText('Overall: 53% complete', { exact: true })).toBeVisible();
    await expect(page.getByText(/^Live/)).toBeVisible();
    server.tell({ status: 'completed', overall_progress: { percent_complete: 100 } });
    await page.clock.runFor(3_000);
    await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  });
}

test('marks changing numbers as not translatable', async ({ page, request, server }) => {
  await openStalled(page, request, server, { ...AT_45, limit_wait_seconds: 90 });
  for (const text of [/^Live/, 'Overall: 45% complete', /^Elapsed: /, '6 to 9 min left', /^0\/\d+ symbols$/, /^Waiting for the data provider/]) {
    const mark = page.getByText(text).locator('xpath=ancestor-or-self::*[@translate="no"]');
    await expect(mark.first(), String(text)).toBeAttached();
  }
});

test.describe('when text is removed', () => {
  test.use({ scriptArrives: false });

  test('reloads in place of live updates', async ({ page, request, server }) => {
    await openStalled(page, request, server);
    await expect(page.getByText('Overall: 45% complete', { exact: true })).toBeVisible();
    await page.evaluate(() => { document.querySelector('.percent')?.replaceChildren('Overall: 45% complete'); });
    server.tell({ ...AT_45, overall_progress: { percent_complete: 52 } });
    await page.clock.runFor(3_000);
    await expect(page.getByText('Live updates don’t work in this browser, so the page reloads every 10 s.', { exact: true })).toBeVisible();
    await expect(page.getByText(/^Live(,|$)/), 'not live').toBeHidden();
    await expect(page.getByRole('button', { name: 'Pause updates' }), 'no control that does nothing').toBeHidden();
    await page.clock.runFor(10_500);
    await expect(page.getByText('Overall: 52% complete', { exact: true })).toBeVisible();
    await expect(page.getByText(/^Live(,|$)/), 'the new page works').toBeVisible();
  });
});
