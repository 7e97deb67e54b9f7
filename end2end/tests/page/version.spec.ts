// Tests of a tab that is older than the server.

import { type Page } from '@playwright/test';

import { expect, test } from '../server';
import { AT_45, POLLS, openStalled } from './stalled';

test.use({ binary: 'scripted_server' });

test.beforeEach(async ({ page }) => {
  await page.clock.install();
});

const UPDATED = 'This page was updated to a newer version.';

const olderBuild = (html: string) => html.replace(/build='\w+'/, "build='older'");

/**
 * Makes the first `pages` loads of the live page look as if an older build had rendered them.
 * Returns a function that counts the loads.
 */
async function openAsOlder(page: Page, pages: number, asOlder = olderBuild): Promise<() => number> {
  let loads = 0;
  await page.route('**/onboarding/progress*', async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    loads += 1;
    const response = await route.fetch();
    const html = await response.text();
    return route.fulfill({ response, body: loads > pages ? html : asOlder(html) });
  });
  return () => loads;
}

test('reloads an older page once and says so', async ({ page, request, server }) => {
  const loads = await openAsOlder(page, 1);
  await openStalled(page, request, server);
  await page.clock.runFor(5_500);
  await expect(page.getByText(UPDATED, { exact: true })).toBeVisible();
  await expect(page.getByText(/^Live(,|$)/)).toBeVisible();
  await page.clock.runFor(30_000);
  await page.evaluate(() => fetch('/healthz'));
  expect(loads()).toBe(2);
  await expect(page.getByText('Overall: 45% complete', { exact: true })).toBeVisible();
});

test('never reloads twice for the same build', async ({ page, request, server }) => {
  const loads = await openAsOlder(page, Number.POSITIVE_INFINITY);
  await openStalled(page, request, server);
  await page.clock.runFor(5_500);
  await expect.poll(loads).toBe(2);
  await expect(page.getByText(/^Live(,|$)/)).toBeVisible();
  await page.clock.runFor(60_000);
  await page.evaluate(() => fetch('/healthz'));
  expect(loads(), 'one reload').toBe(2);
  await expect(page.getByText(UPDATED), 'it is not newer').toBeHidden();
  await expect(page.getByText('Overall: 45% complete', { exact: true })).toBeVisible();
});

test('reloads when it cannot read the answers', async ({ page, request, server }) => {
  const loads = await openAsOlder(page, 1);
  const unreadable = { contentType: 'application/json', headers: { 'x-build': 'newer' }, body: '{"changed":{"status":"paused"}}' };
  await page.route(POLLS, (route) => (loads() > 1 ? route.continue() : route.fulfill(unreadable)));
  await openStalled(page, request, server);
  await page.clock.runFor(5_500);
  await expect(page.getByText(UPDATED, { exact: true })).toBeVisible();
  await expect(page.getByText('Overall: 45% complete', { exact: true })).toBeVisible();
});

test('waits with the reload while text is selected', async ({ page, request, server }) => {
  const loads = await openAsOlder(page, 1);
  await openStalled(page, request, server);
  await page.evaluate(() => getSelection()?.selectAllChildren(document.querySelector('h1') ?? document.body));
  await page.clock.runFor(20_000);
  await page.evaluate(() => fetch('/healthz'));
  expect(loads()).toBe(1);
  server.tell({ ...AT_45, overall_progress: { percent_complete: 52 } });
  await page.clock.runFor(3_000);
  await expect(page.getByText('Overall: 52% complete', { exact: true })).toBeVisible();
  await page.evaluate(() => getSelection()?.removeAllRanges());
  await page.clock.runFor(5_500);
  await expect(page.getByText(UPDATED, { exact: true })).toBeVisible();
});

test.describe('with the files of another build', () => {
  test.use({ scriptArrives: false });

  test('reloads when the island is missing', async ({ page, request, server }) => {
    const loads = await openAsOlder(page, 1, (html) => olderBuild(html).replace(/data-component="\w+"/, 'data-component="LivePage_0"'));
    const response = openStalled(page, request, server);
    await expect.poll(loads).toBe(1);
    await page.clock.runFor(6_000);
    await response;
    await expect(page.getByText(UPDATED, { exact: true })).toBeVisible();
    await expect(page.getByText('Overall: 45% complete', { exact: true })).toBeVisible();
  });
});
