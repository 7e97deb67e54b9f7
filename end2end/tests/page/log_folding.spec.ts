// Tests that the lines of a phase can be folded down to its first line.

import type { Page } from '@playwright/test';

import { expectPageEqualsDownloads, jsonLog } from '../live';
import { create, ended, expect, hydrated, live, test } from '../server';
import { lines, openLong, unknown } from './log_page';

test.use({ binary: 'scripted_server' });

const toggle = (page: Page, phase: number) => page.getByRole('button', { name: new RegExp(`lines? of phase ${phase}$`, 'i') });

test('folds the lines of a phase', async ({ page, request }) => {
  const id = await openLong(page, request, 60);
  const { activity_log } = await jsonLog(request, id);
  const [first, second, ...rest] = activity_log.filter((entry) => entry.phase_id === 'phase_1');
  await expect(toggle(page, 1)).toHaveAttribute('aria-expanded', 'true');
  await toggle(page, 1).click();
  await expect(toggle(page, 1)).toHaveAttribute('aria-expanded', 'false');
  await expect(toggle(page, 1), 'the number of hidden lines').toHaveText(`${rest.length + 1} lines`);
  await expect(lines(page).filter({ visible: true })).toHaveCount(activity_log.length - rest.length - 1);
  await expect(page.locator(`#L${first!.seq}`)).toContainText(first!.message);
  await expect(page.locator(`#L${first!.seq}`)).toBeVisible();
  await expect(page.locator(`#L${second!.seq}`)).toBeHidden();
  await page.getByRole('combobox', { name: 'Lines' }).selectOption('warnings');
  await expect(page.locator(`#L${rest.find((entry) => entry.level === 'warning')!.seq}`), 'a filter shows folded lines').toBeVisible();
  await page.getByRole('combobox', { name: 'Lines' }).selectOption('all');
  await toggle(page, 1).press('Enter');
  await expect(toggle(page, 1)).toHaveAttribute('aria-expanded', 'true');
  await expect(lines(page).filter({ visible: true })).toHaveCount(activity_log.length);
});

test('unfolds a phase for a match or link', async ({ page, request }) => {
  const id = await openLong(page, request, 60);
  const { activity_log } = await jsonLog(request, id);
  await toggle(page, 1).click();
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('NONE42');
  const match = page.locator(`#L${activity_log.find((entry) => entry.message.startsWith('NONE42'))!.seq}`);
  await expect(match).toBeInViewport();
  await expect(toggle(page, 1)).toHaveAttribute('aria-expanded', 'true');
  await toggle(page, 1).click();
  await expect(match).toBeHidden();
  await page.evaluate(() => { location.hash = '#L12'; });
  await expect(page.locator('#L12')).toBeInViewport();
  await expect(page.locator('#L12')).toContainText(activity_log[11]!.message);
});

test('counts new lines of a folded phase', async ({ page, request, server }) => {
  server.script({ delay_ms: 100 });
  const id = await create(request, 'Folded', unknown(40));
  await page.goto(live(id));
  await hydrated(page);
  await toggle(page, 1).click();
  await ended(request, id);
  await expect(page.getByRole('heading', { name: 'Portfolio Setup Complete!' })).toBeVisible();
  const own = (await jsonLog(request, id)).activity_log.filter((entry) => entry.phase_id === 'phase_1');
  await expect(toggle(page, 1)).toHaveText(`${own.length - 1} lines`);
  await expect(page.locator(`#L${own[1]!.seq}`)).toBeHidden();
  await expectPageEqualsDownloads(page, request, id);
});
