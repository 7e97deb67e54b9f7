// Tests of the actions of the live page when they cannot be sent, and of how its menus close.

import { type Page } from '@playwright/test';

import { heading } from './live';
import { openStalled, openWaitingAt } from './page/stalled';
import { expect, idOf, status, test } from './server';

test.use({ binary: 'scripted_server' });

const UNSENT = 'We can’t reach the server, so nothing has changed. Try again in a moment.';

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
  await cancel.click();
  await expect(heading(page)).toHaveText('Setup Cancelled');
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

test('promises to keep nothing before a phase has finished', async ({ page, request, server }) => {
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

test('closes the question when the focus leaves it', async ({ page, request, server }) => {
  await openStalled(page, request, server);
  await page.getByRole('button', { name: 'Cancel Setup' }).click();
  await expect(page.getByRole('button', { name: 'Keep running' })).toBeFocused();
  await page.getByRole('link', { name: 'Download Full Log' }).focus();
  await expect(question(page)).toBeHidden();
});

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
