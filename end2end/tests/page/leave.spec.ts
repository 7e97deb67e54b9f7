// Tests of what users see after they leave the page: the tab title, notifications, and the same run
// on another device.

import { type Page } from '@playwright/test';

import { expectPageEqualsDownloads, heading, linesOnPage } from '../live';
import { expect, hydrated, live, test } from '../server';
import { openStalled, openWaitingAt } from './stalled';

test.use({ binary: 'scripted_server' });

const icon = (page: Page) => page.locator('link[rel=icon]').getAttribute('href');

test('shows percent and name in the tab title', async ({ page, request, server }) => {
  await openStalled(page, request, server, { portfolio_name: 'Growth Portfolio', overall_progress: { percent_complete: 45 } });
  await expect(page.getByText('You can close this page – setup keeps going.')).toBeVisible();
  await expect(page).toHaveTitle('45% · Growth Portfolio');
  expect(await icon(page), 'a ring that is 45 of 100 full').toContain("stroke-dasharray='45 100'");
  server.tell({ overall_progress: { percent_complete: 46 } });
  await expect(page).toHaveTitle('46% · Growth Portfolio');
});

test('shows the outcome in the tab title', async ({ page, request, server }) => {
  await openStalled(page, request, server, { portfolio_name: 'Mine' });
  const running = await icon(page);
  server.tell({ portfolio_name: 'Mine', status: 'completed', overall_progress: { percent_complete: 100 } });
  await expect(page).toHaveTitle('Complete · Mine');
  const complete = await icon(page);
  await openStalled(page, request, server, { portfolio_name: 'Mine', status: 'failed' });
  await expect(page).toHaveTitle('Interrupted · Mine');
  await openStalled(page, request, server, { portfolio_name: 'Mine', status: 'failed', error: { code: 'cancelled', message: 'You cancelled this setup.', phase_id: null } });
  await expect(page).toHaveTitle('Cancelled · Mine');
  expect(new Set([running, complete, await icon(page)]).size, 'three icons of different shape').toBe(3);
});

/**
 * Records permission requests and notifications. Every permission request gets the answer
 * `response`.
 */
async function recordNotifications(page: Page, response: NotificationPermission): Promise<void> {
  await page.addInitScript((permission) => {
    const notes: string[] = [];
    Object.assign(window, { notes });
    class RecordedNotification {
      static permission: NotificationPermission = 'default';

      constructor(title: string, options?: NotificationOptions) {
        notes.push(`${title} ${options?.body ?? ''}`);
      }

      static requestPermission(): Promise<NotificationPermission> {
        notes.push('permission requested');
        RecordedNotification.permission = permission;
        return Promise.resolve(permission);
      }
    }
    Object.assign(window, { Notification: RecordedNotification });
  }, response);
}

const notes = (page: Page) => page.evaluate(() => (window as unknown as { notes: string[] }).notes);

test('notifies once, after permission on the click', async ({ page, request, server }) => {
  await recordNotifications(page, 'granted');
  await openWaitingAt(page, request, server, 'phase_2');
  await expect(page.getByText(/^Live/)).toBeVisible();
  expect(await notes(page), 'no request before the click').toEqual([]);
  await page.getByRole('button', { name: 'Notify me when done' }).click();
  await expect(page.getByRole('button', { name: 'Notifications on – turn off' })).toBeVisible();
  expect(await notes(page)).toEqual(['permission requested']);
  server.script({});
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  expect(await notes(page)).toEqual(['permission requested', 'Portfolio Setup Complete! Growth Portfolio']);
});

test('explains that the browser blocks notifications', { tag: '@percent_complete' }, async ({ page, request, server }) => {
  await recordNotifications(page, 'denied');
  await openStalled(page, request, server);
  await page.getByRole('button', { name: 'Notify me when done' }).click();
  await expect(page.getByText('Notifications are blocked. Allow them for this site in your browser.', { exact: true })).toBeVisible();
  expect(await notes(page)).toEqual(['permission requested']);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
});

test('sends no notification after turning it off', async ({ page, request, server }) => {
  await recordNotifications(page, 'granted');
  const id = await openWaitingAt(page, request, server, 'phase_2');
  await page.getByRole('button', { name: 'Notify me when done' }).click();
  await page.getByRole('button', { name: 'Notifications on – turn off' }).click();
  server.script({});
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expectPageEqualsDownloads(page, request, id);
  expect(await notes(page)).toEqual(['permission requested']);
});

test('shows the same run on another device', async ({ page, browser, request, server }) => {
  const id = await openWaitingAt(page, request, server, 'phase_2', { overall_progress: { percent_complete: 61 } });
  await expect(page.getByText('Overall: 61% complete')).toBeVisible();
  await expect(page.getByText(/^Creating snapshot for .*\(254\/254\)$/), 'the run waits, so its log has come to rest').toBeVisible();
  const lines = await linesOnPage(page);
  await page.reload();
  await hydrated(page);
  expect(await linesOnPage(page)).toEqual(lines);
  const elsewhere = await browser.newPage();
  await elsewhere.goto(`${server.url}${live(id)}`);
  await expect(elsewhere.getByText('Overall: 61% complete')).toBeVisible();
  expect(await linesOnPage(elsewhere)).toEqual(lines);
  await page.close();
  server.script({});
  await expect(heading(elsewhere)).toHaveText('Portfolio Setup Complete!');
  await expectPageEqualsDownloads(elsewhere, request, id);
  await elsewhere.close();
});
