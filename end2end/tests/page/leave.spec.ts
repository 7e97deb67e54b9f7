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
  await openStalled(page, request, server, { portfolio_name: 'Mine', status: 'failed', error: { code: 'cancelled', message: 'This setup was cancelled.', phase_id: null } });
  await expect(page).toHaveTitle('Cancelled · Mine');
  expect(new Set([running, complete, await icon(page)]).size, 'three icons of different shape').toBe(3);
});

/**
 * Records permission requests and shown notifications. Every permission request gets the answer
 * `response`. Until then, the permission is `known`.
 */
async function recordNotifications(page: Page, response: NotificationPermission, known: NotificationPermission = 'default'): Promise<void> {
  await page.addInitScript(([permission, before]) => {
    const notes: string[] = [];
    Object.assign(window, { notes });
    class RecordedNotification {
      static permission: NotificationPermission = before;

      constructor(title: string, options?: NotificationOptions) {
        // Without permission, browsers show nothing.
        if (RecordedNotification.permission === 'granted') notes.push(`${title} ${options?.body ?? ''}`);
      }

      static requestPermission(): Promise<NotificationPermission> {
        notes.push('permission requested');
        RecordedNotification.permission = permission;
        return Promise.resolve(permission);
      }
    }
    Object.assign(window, { Notification: RecordedNotification });
  }, [response, known] as const);
}

const BLOCKED = 'Notifications are blocked. Allow them in the site settings next to the address, then try again.';

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

test('names a cancellation in its notification', async ({ page, request, server }) => {
  await recordNotifications(page, 'granted');
  const id = await openStalled(page, request, server, { next_poll_ms: 250 });
  await page.getByRole('button', { name: 'Notify me when done' }).click();
  await request.post(`/api/v1/onboarding/portfolios/${id}/cancel`);
  await expect(heading(page)).toHaveText('Setup Cancelled');
  expect(await notes(page)).toEqual(['permission requested', 'Setup Cancelled Growth Portfolio']);
});

test('explains that the browser blocks notifications', { tag: '@percent_complete' }, async ({ page, request, server }) => {
  await recordNotifications(page, 'denied');
  await openStalled(page, request, server);
  await page.getByRole('button', { name: 'Notify me when done' }).click();
  await expect(page.getByText(BLOCKED, { exact: true })).toBeVisible();
  expect(await notes(page)).toEqual(['permission requested']);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
});

test('says at once that notifications are blocked', async ({ page, request, server }) => {
  await recordNotifications(page, 'denied', 'denied');
  await openStalled(page, request, server);
  await expect(page.getByText(BLOCKED, { exact: true })).toBeVisible();
  expect(await notes(page), 'without a request').toEqual([]);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
});

for (const [name, prepare] of [
  ['in a browser without them', () => { Reflect.deleteProperty(window, 'Notification'); }],
  ['on an insecure address', () => { Object.defineProperty(window, 'isSecureContext', { get: () => false }); }],
  ['in Chrome on Android', () => {
    const construct = () => { throw new TypeError('Illegal constructor'); };
    Object.assign(window, { Notification: Object.assign(new Proxy(class {}, { construct }), { permission: 'default' }) });
  }],
] as const) {
  test(`offers no notifications ${name}`, async ({ page, request, server }) => {
    if (name !== 'in a browser without them') await recordNotifications(page, 'granted');
    await page.addInitScript(prepare);
    await openStalled(page, request, server);
    await expect(page.getByRole('button', { name: 'Pause updates' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Notify me when done' })).toBeHidden();
    await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  });
}

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
