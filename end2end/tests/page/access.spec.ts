// Tests of the live page's accessibility: keyboard, screen reader, reduced motion, text size and
// printing.

import fs from 'node:fs';
import path from 'node:path';

import { type Page } from '@playwright/test';

import { heading, linesOnPage, log } from '../live';
import { create, expect, hydrated, live, status, test } from '../server';
import { AT_45, Polls, TWO, openStalled, stopClock } from './stalled';

test.use({ binary: 'scripted_server' });

const TRANSCRIPT = path.join(__dirname, 'transcript.txt');

/** Records everything that a screen reader announces: changes of live regions, and alerts. */
async function recordAnnouncements(page: Page): Promise<void> {
  await page.evaluate(() => {
    const announcements: string[] = [];
    Object.assign(window, { announcements });
    const note = (region: Element) => {
      const text = (region.textContent ?? '').replace(/\s+/g, ' ').trim();
      const line = `${region.getAttribute('role')}: ${text}`;
      if (text !== '' && announcements.at(-1) !== line) announcements.push(line);
    };
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        const region = (target instanceof Element ? target : target.parentElement)?.closest('[role=status], [role=alert], [aria-live=polite], [aria-live=assertive]');
        if (region) note(region);
        for (const node of addedNodes) {
          if (node instanceof Element) node.parentElement?.querySelectorAll('[role=alert]').forEach(note);
        }
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

const announcements = (page: Page) => page.evaluate(() => (window as unknown as { announcements: string[] }).announcements);

test('announces a whole run exactly as transcribed', async ({ page, request, server }) => {
  await page.clock.install();
  const phases = ['phase_1', 'phase_1.5', 'phase_1.75', 'phase_2', 'phase_2.5', 'phase_3', 'phase_4', 'phase_5', 'phase_6'];
  const at = (index: number) => ({ hold: phases[index]!, set: { overall_progress: { percent_complete: index * 11 } } });
  server.script(at(0));
  const id = await create(request, 'Read aloud', TWO);
  await page.goto(live(id));
  await hydrated(page);
  await stopClock(page);
  const polls = new Polls(page);
  await recordAnnouncements(page);
  for (let index = 1; index < phases.length; index += 1) {
    server.script(at(index));
    await expect.poll(async () => (await status(request, id)).overall_progress?.phases_completed).toBe(index);
    await page.clock.runFor(2_000);
    await expect(page.getByText(`Overall: ${index * 11}% complete`)).toBeVisible();
    // Takes the page offline for a while in the middle of the run, to check that a screen reader
    // announces this too.
    if (index === 4) {
      await page.context().setOffline(true);
      await page.clock.runFor(2_500);
      await expect(page.getByText(/^Offline/)).toBeVisible();
      await page.clock.runFor(12_000);
      // A page that notices the network during a poll waits for its next try, which a stopped clock
      // never reaches.
      await polls.waitUntilIdle();
      await page.context().setOffline(false);
      await expect(page.getByText(/^Live/)).toBeVisible();
    }
    await page.clock.runFor(6_000);
    // Waits for polls in flight, so that none of them ends after the run has moved on to the next
    // phase.
    await polls.waitUntilIdle();
  }
  server.script({});
  await expect.poll(async () => (await status(request, id)).status).toBe('completed');
  await page.clock.runFor(8_000);
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await page.clock.runFor(6_000);
  await expect(page.getByRole('status').filter({ hasText: 'setup' })).toHaveText('Portfolio setup complete');
  const spoken = await announcements(page);
  expect(spoken.length, 'at most twenty').toBeLessThanOrEqual(20);
  if (process.env.UPDATE_GOLDEN === '1') fs.writeFileSync(TRANSCRIPT, `${spoken.join('\n')}\n`);
  expect(`${spoken.join('\n')}\n`).toBe(fs.readFileSync(TRANSCRIPT, 'utf8'));
});

test('shows a failure as one alert', async ({ page, request, server }) => {
  await openStalled(page, request, server, AT_45);
  await recordAnnouncements(page);
  server.tell({
    status: 'failed',
    support_code: 'ABC-123',
    error: { code: 'store_unavailable', message: 'The database did not answer in time.', phase_id: 'phase_1' },
  });
  await expect(heading(page)).toHaveText('Setup Interrupted');
  const alerts = (await announcements(page)).filter((line) => line.startsWith('alert: '));
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toContain('Error: The database did not answer in time.');
});

test('keeps the log focusable and not live', async ({ page, request, server }) => {
  await openStalled(page, request, server, { activity_log: { '0': { message: 'Told' } } });
  await expect(log(page)).toHaveAttribute('aria-live', 'off');
  await log(page).focus();
  await expect(log(page)).toBeFocused();
  expect((await linesOnPage(page))[0]?.message).toBe('Told');
});

test('supports keyboard shortcuts and remembers turning them off', async ({ page, request, server }) => {
  await openStalled(page, request, server, AT_45);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  await page.keyboard.press('l');
  await expect(log(page)).toBeFocused();
  await page.keyboard.press('/');
  const box = page.getByRole('searchbox', { name: 'Search the log' });
  await expect(box).toBeFocused();
  await page.keyboard.type('pele/');
  await expect(box, 'typed letters are not shortcuts').toHaveValue('pele/');
  await expect(page.getByText(/^Live/)).toBeVisible();
  await page.keyboard.press('Escape');
  await heading(page).focus();
  await page.keyboard.press('p');
  await expect(page.getByText(/^Paused/)).toBeVisible();
  await page.keyboard.press('p');
  await expect(page.getByText(/^Live/)).toBeVisible();
  await page.getByText('Keyboard shortcuts', { exact: true }).click();
  await page.getByRole('checkbox', { name: 'Use keyboard shortcuts' }).uncheck();
  await heading(page).focus();
  await page.keyboard.press('p');
  await page.reload();
  await hydrated(page);
  await page.keyboard.press('p');
  await expect(page.getByText(/^Live/)).toBeVisible();
  await expect(page.getByText(/^Paused/)).toBeHidden();
});

test('reaches all controls by Tab in reading order', async ({ page, request, server }) => {
  await openStalled(page, request, server, AT_45);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  const visited: string[] = [];
  for (let press = 0; press < 40; press += 1) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return '';
      return element.getAttribute('aria-label') ?? (element.id === 'log' ? 'Activity log' : (element.textContent ?? '').trim());
    });
    if (name === '') break;
    visited.push(name);
  }
  const expected = ['All portfolios', 'Download Full Log', 'Download options', 'Notify me when done', 'Pause updates', 'Cancel Setup', 'Log of Phase 1', 'Lines', 'Search the log',
    'Times', 'Wrap', 'Copy', 'Activity log', 'Lines of phase 1', 'Debug lines', 'JSON', 'Copy support details', 'Keyboard shortcuts'];
  expect(visited.filter((name) => expected.includes(name))).toEqual(expected);
});

test('stops animations for users who reduce motion', { tag: '@status' }, async ({ page, request, server }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openStalled(page, request, server, { phases: { '0': { status: 'completed' }, '8': { status: 'running', duration_seconds: 3 } } });
  await expect(page.getByText('Building correlation matrix...')).toBeVisible();
  const animations = await page.evaluate(() => document.getAnimations().filter((animation) => animation.playState === 'running').length);
  expect(animations).toBe(0);
});

test('fits the window at double text size', async ({ page, request, server }) => {
  await openStalled(page, request, server, AT_45);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  for (const width of [1280, 640]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, `in a window of ${width} pixels`).toBeLessThanOrEqual(width);
  }
  await expect(page.getByText('6 to 9 min left', { exact: true })).toBeInViewport();
});

test('prints phases and summaries without buttons', async ({ page, request, server }) => {
  await openStalled(page, request, server, { ...AT_45, phases: { '0': { status: 'completed', summary: '18/20 symbols (90% coverage)' } } });
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByText('18/20 symbols (90% coverage)')).toBeVisible();
  await expect(page.getByRole('button')).toHaveCount(0);
});
