// Tests of the actions of the live page when they cannot be sent, and of how its menus close.

import { type Page } from '@playwright/test';

import { heading } from './live';
import { POLLS, openStalled, openWaitingAt } from './page/stalled';
import { expect, idOf, status, test } from './server';

test.use({ binary: 'scripted_server' });

const UNSENT = 'We couldn’t reach the server, so this may not have been sent. Try again in a moment.';

const question = (page: Page) => page.getByRole('dialog', { name: 'Cancel setup?' });
const options = (page: Page) => page.getByLabel('Download options');
const format = (page: Page) => page.getByRole('combobox', { name: 'Format' });

test('reports an unsent cancellation and cancels later', async ({ page, request, server, context }) => {
  await openStalled(page, request, server, {});
  const address = page.url();
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Cancel Setup' }).click();
  const cancel = question(page).getByRole('button', { name: 'Cancel setup', exact: true });
  for (let presses = 0; presses < 2; presses += 1) {
    await cancel.click();
    await expect(question(page).getByRole('alert')).toHaveText(UNSENT);
  }
  expect(page.url(), 'the page stays').toBe(address);
  await context.setOffline(false);
  expect((await status(request, idOf(page))).status).toBe('running');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expect(question(page).getByRole('alert'), 'the note has had its time').toBeHidden();
  await cancel.click();
  await expect(heading(page)).toHaveText('Setup Cancelled');
});

test('keeps the note while only the form fails', async ({ page, request, server }) => {
  await openStalled(page, request, server, {});
  await page.route('**/cancel', (route) => route.abort());
  await page.getByRole('button', { name: 'Cancel Setup' }).click();
  await question(page).getByRole('button', { name: 'Cancel setup', exact: true }).click();
  await expect(question(page).getByRole('alert')).toHaveText(UNSENT);
  // The script looks at the connection once a second.
  await page.waitForFunction((from) => performance.now() > from + 2_500, await page.evaluate(() => performance.now()));
  await expect(question(page).getByRole('alert')).toHaveText(UNSENT);
});

test('cancels without leaving the page', async ({ page, request, server }) => {
  await openStalled(page, request, server, {});
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await page.evaluate(() => { document.body.dataset.sameDocument = ''; });
  await page.getByRole('button', { name: 'Cancel Setup' }).click();
  await question(page).getByRole('button', { name: 'Cancel setup', exact: true }).click();
  await expect(heading(page)).toHaveText('Setup Cancelled');
  expect(await page.evaluate(() => 'sameDocument' in document.body.dataset)).toBe(true);
  await expect(heading(page)).toBeFocused();
});

test('promises nothing before a phase has finished', async ({ page, request, server }) => {
  await openStalled(page, request, server, {});
  await page.getByRole('button', { name: 'Cancel Setup' }).click();
  await expect(question(page)).toContainText('No phase has finished yet, so a retry would start from the beginning.');
});

test('promises to keep finished phases', async ({ page, request, server }) => {
  await openWaitingAt(page, request, server, 'phase_2');
  await page.getByRole('button', { name: 'Cancel Setup' }).click();
  await expect(question(page)).toContainText('Finished phases are kept and you can resume later.');
});

test('claims nothing while the server is unreachable', async ({ page, request, server, context }) => {
  await openStalled(page, request, server);
  await expect(page.getByText('setup keeps going')).toBeVisible();
  await context.setOffline(true);
  await expect(page.getByText('This is the last state that we know of.')).toBeVisible();
  await expect(page.getByText('setup keeps going')).toBeHidden();
  await context.setOffline(false);
  await expect(page.getByText('setup keeps going')).toBeVisible();
});

test('closes the download menu in three ways', async ({ page, request, server }) => {
  await openStalled(page, request, server);
  await options(page).click();
  await format(page).focus();
  await page.keyboard.press('Escape');
  await expect(format(page)).toBeHidden();
  await expect(options(page), 'the focus returns').toBeFocused();
  await options(page).click();
  await heading(page).click();
  await expect(format(page)).toBeHidden();
  await options(page).click();
  await page.getByRole('button', { name: 'Pause updates' }).focus();
  await expect(format(page)).toBeHidden();
});

test('keeps Tab within the question', async ({ page, request, server }) => {
  await openStalled(page, request, server);
  await page.getByRole('button', { name: 'Cancel Setup' }).click();
  const buttons = ['Cancel setup', 'Keep running'].map((name) => question(page).getByRole('button', { name, exact: true }));
  await expect(buttons[1]!).toBeFocused();
  for (const [key, next] of [['Tab', 0], ['Tab', 1], ['Shift+Tab', 0], ['Shift+Tab', 1]] as const) {
    await page.keyboard.press(key);
    await expect(buttons[next]!).toBeFocused();
  }
});

for (const width of [390, 1440]) {
  test(`moves nothing without connection at ${width} pixels`, async ({ page, request, server }) => {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    await openStalled(page, request, server);
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
    await page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift' });
    });
    await page.route(POLLS, (route) => route.fulfill({ status: 500, body: 'no' }));
    await expect(page.getByRole('button', { name: 'Try now' })).toBeVisible();
    await expect(page.getByText(/^Reconnecting in \d+ s/)).toBeVisible();
    await expect(page.getByRole('link', { name: 'All portfolios' })).toBeVisible();
    await page.unroute(POLLS);
    await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 20_000 });
    const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
    expect(shifts.reduce((sum, shift) => sum + shift, 0)).toBeLessThan(0.02);
  });
}

test('keeps notifications on when the page is reloaded', async ({ page, request, server, context }) => {
  await context.grantPermissions(['notifications']);
  await openStalled(page, request, server);
  await page.getByRole('button', { name: 'Notify me when done' }).click();
  const on = page.getByRole('button', { name: 'Notifications on – turn off' });
  await expect(on).toBeVisible();
  await page.reload();
  await expect(on).toBeVisible();
  await on.click();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Notify me when done' })).toBeVisible();
});
