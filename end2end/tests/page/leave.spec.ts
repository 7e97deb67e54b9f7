// Safe to leave: what the tab says, what a person is told who asked for it, and that every device shows the same run.

import { type Page } from '@playwright/test';

import { expectPageEqualsDownloads, heading, linesOnPage } from '../live';
import { expect, hydrated, live, test } from '../server';
import { openHeld, openWaitingAt } from './held';

test.use({ binary: 'scripted_server' });

const icon = (page: Page) => page.locator('link[rel=icon]').getAttribute('href');

test('the page says that it can be closed, and its tab carries percent and name', async ({ page, request, server }) => {
  await openHeld(page, request, server, { portfolio_name: 'Growth Portfolio', overall_progress: { percent_complete: 45 } });
  await expect(page.getByText('You can close this page; setup continues.')).toBeVisible();
  await expect(page).toHaveTitle('45% · Growth Portfolio');
  expect(await icon(page), 'a ring that is 45 of 100 full').toContain("stroke-dasharray='45 100'");
  server.tell({ overall_progress: { percent_complete: 46 } });
  await expect(page).toHaveTitle('46% · Growth Portfolio');
});

test('the tab says how it ended', async ({ page, request, server }) => {
  await openHeld(page, request, server, { portfolio_name: 'Mine' });
  const running = await icon(page);
  server.tell({ portfolio_name: 'Mine', status: 'completed', overall_progress: { percent_complete: 100 } });
  await expect(page).toHaveTitle('Complete · Mine');
  const complete = await icon(page);
  await openHeld(page, request, server, { portfolio_name: 'Mine', status: 'failed' });
  await expect(page).toHaveTitle('Interrupted · Mine');
  await openHeld(page, request, server, { portfolio_name: 'Mine', status: 'failed', error: { code: 'cancelled', message: 'You cancelled this setup.', phase_id: null } });
  await expect(page).toHaveTitle('Cancelled · Mine');
  expect(new Set([running, complete, await icon(page)]).size, 'three icons of different shape').toBe(3);
});

/** A browser that notes what it is asked and what it shows; `answer` is what the person says to the question. */
async function noteNotifications(page: Page, answer: NotificationPermission): Promise<void> {
  await page.addInitScript((permission) => {
    const notes: string[] = [];
    Object.assign(window, { notes });
    class Noted {
      static permission: NotificationPermission = 'default';

      constructor(title: string, options?: NotificationOptions) {
        notes.push(`${title} ${options?.body ?? ''}`);
      }

      static requestPermission(): Promise<NotificationPermission> {
        notes.push('asked');
        Noted.permission = permission;
        return Promise.resolve(permission);
      }
    }
    Object.assign(window, { Notification: Noted });
  }, answer);
}

const notes = (page: Page) => page.evaluate(() => (window as unknown as { notes: string[] }).notes);

test('Tell me when it is done asks on that click and not before, and tells it once', async ({ page, request, server }) => {
  await noteNotifications(page, 'granted');
  await openWaitingAt(page, request, server, 'phase_2');
  await expect(page.getByText(/^Live/)).toBeVisible();
  expect(await notes(page), 'nobody is asked by itself').toEqual([]);
  await page.getByRole('button', { name: 'Tell me when it is done' }).click();
  await expect(page.getByRole('button', { name: 'Do not tell me' })).toBeVisible();
  expect(await notes(page)).toEqual(['asked']);
  server.script({});
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  expect(await notes(page)).toEqual(['asked', 'Portfolio Setup Complete! Growth Portfolio']);
});

test('a browser that refuses is said to, and nothing else changes', { tag: '@percent_complete' }, async ({ page, request, server }) => {
  await noteNotifications(page, 'denied');
  await openHeld(page, request, server);
  await page.getByRole('button', { name: 'Tell me when it is done' }).click();
  await expect(page.getByText('This browser does not allow notifications for this site.')).toBeVisible();
  expect(await notes(page)).toEqual(['asked']);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
});

test('whoever no longer wants to be told is not', async ({ page, request, server }) => {
  await noteNotifications(page, 'granted');
  const id = await openWaitingAt(page, request, server, 'phase_2');
  await page.getByRole('button', { name: 'Tell me when it is done' }).click();
  await page.getByRole('button', { name: 'Do not tell me' }).click();
  server.script({});
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expectPageEqualsDownloads(page, request, id);
  expect(await notes(page)).toEqual(['asked']);
});

test('a reload and another device show the same run', async ({ page, browser, request, server }) => {
  const id = await openWaitingAt(page, request, server, 'phase_2', { overall_progress: { percent_complete: 61 } });
  await expect(page.getByText('Overall: 61% complete')).toBeVisible();
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
