// Keyboard, screen reader, motion, paper.

import fs from 'node:fs';
import path from 'node:path';

import { type Page } from '@playwright/test';

import { heading, linesOnPage, log } from '../live';
import { create, expect, hydrated, live, status, test } from '../server';
import { AT_45, Polls, TWO, openHeld, stopClock } from './held';

test.use({ binary: 'scripted_server' });

const TRANSCRIPT = path.join(__dirname, 'transcript.txt');

/** Writes down what a screen reader is told without asking: every change of a polite region, every alert. */
async function listen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    const note = (region: Element) => {
      const words = (region.textContent ?? '').replace(/\s+/g, ' ').trim();
      const line = `${region.getAttribute('role')}: ${words}`;
      if (words !== '' && said.at(-1) !== line) said.push(line);
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

const said = (page: Page) => page.evaluate(() => (window as unknown as { said: string[] }).said);

test('what a screen reader is told in one whole run, word for word', async ({ page, request, server }) => {
  await page.clock.install();
  const stations = ['phase_1', 'phase_1.5', 'phase_1.75', 'phase_2', 'phase_2.5', 'phase_3', 'phase_4', 'phase_5', 'phase_6'];
  const at = (index: number) => ({ hold: stations[index]!, set: { overall_progress: { percent_complete: index * 11 } } });
  server.script(at(0));
  const id = await create(request, 'Read aloud', TWO);
  await page.goto(live(id));
  await hydrated(page);
  await stopClock(page);
  const polls = new Polls(page);
  await listen(page);
  for (let index = 1; index < stations.length; index += 1) {
    server.script(at(index));
    await expect.poll(async () => (await status(request, id)).overall_progress?.phases_completed).toBe(index);
    await page.clock.runFor(2_000);
    await expect(page.getByText(`Overall: ${index * 11}% complete`)).toBeVisible();
    // The server is away for a while in the middle.
    if (index === 4) {
      await page.context().setOffline(true);
      await page.clock.runFor(2_500);
      await expect(page.getByText(/^Offline/)).toBeVisible();
      await page.clock.runFor(12_000);
      await page.context().setOffline(false);
      await expect(page.getByText(/^Live/)).toBeVisible();
    }
    await page.clock.runFor(6_000);
    // What is asked before the next phase is answered before it.
    await polls.answered();
  }
  server.script({});
  await expect.poll(async () => (await status(request, id)).status).toBe('completed');
  await page.clock.runFor(8_000);
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await page.clock.runFor(6_000);
  await expect(page.getByRole('status')).toHaveText('Portfolio setup complete');
  const told = await said(page);
  expect(told.length, 'at most twenty').toBeLessThanOrEqual(20);
  if (process.env.UPDATE_GOLDEN === '1') fs.writeFileSync(TRANSCRIPT, `${told.join('\n')}\n`);
  expect(`${told.join('\n')}\n`).toBe(fs.readFileSync(TRANSCRIPT, 'utf8'));
});

test('a failure is an alert, said once', async ({ page, request, server }) => {
  await openHeld(page, request, server, AT_45);
  await listen(page);
  server.tell({
    status: 'failed',
    support_code: 'ABC-123',
    error: { code: 'store_unavailable', message: 'The database did not answer in time.', phase_id: 'phase_1' },
  });
  await expect(heading(page)).toHaveText('Setup Interrupted');
  const alerts = (await said(page)).filter((line) => line.startsWith('alert: '));
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toContain('Error: The database did not answer in time.');
});

test('the log is no live region, and its scroller takes the focus', async ({ page, request, server }) => {
  await openHeld(page, request, server, { activity_log: { '0': { message: 'Told' } } });
  await expect(log(page)).toHaveAttribute('aria-live', 'off');
  await log(page).focus();
  await expect(log(page)).toBeFocused();
  expect((await linesOnPage(page))[0]?.message).toBe('Told');
});

test('shortcuts: the log is reached, searched and followed from the keyboard, and they can be turned off for good', async ({ page, request, server }) => {
  await openHeld(page, request, server, AT_45);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  await page.keyboard.press('l');
  await expect(log(page)).toBeFocused();
  await page.keyboard.press('/');
  const box = page.getByRole('searchbox', { name: 'Search the log' });
  await expect(box).toBeFocused();
  await page.keyboard.type('pele/');
  await expect(box, 'letters typed into a field are letters').toHaveValue('pele/');
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

test('everything on the page is reached with Tab alone, in the order in which it is read', async ({ page, request, server }) => {
  await openHeld(page, request, server, AT_45);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  const reached: string[] = [];
  for (let press = 0; press < 40; press += 1) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return '';
      return element.getAttribute('aria-label') ?? (element.id === 'log' ? 'Activity log' : (element.textContent ?? '').trim());
    });
    if (name === '') break;
    reached.push(name);
  }
  const wanted = ['All portfolios', 'Lines', 'Times', 'Search the log', 'Wrap', 'Copy', 'Activity log', 'Download Full Log', 'Tell me when it is done',
    'Pause updates', 'Cancel Setup', 'Copy support details', 'Keyboard shortcuts'];
  expect(reached.filter((name) => wanted.includes(name))).toEqual(wanted);
});

test('who wants less motion gets none', { tag: '@status' }, async ({ page, request, server }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openHeld(page, request, server, { phases: { '0': { status: 'completed' }, '8': { status: 'running', duration_seconds: 3 } } });
  await expect(page.getByText('Building correlation matrix...')).toBeVisible();
  const moving = await page.evaluate(() => document.getAnimations().filter((animation) => animation.playState === 'running').length);
  expect(moving).toBe(0);
});

test('with text at twice its size nothing is cut off or overlaps sideways', async ({ page, request, server }) => {
  await openHeld(page, request, server, AT_45);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  for (const width of [1280, 640]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, `in a window of ${width} pixels`).toBeLessThanOrEqual(width);
  }
  await expect(page.getByText('6 to 9 min left', { exact: true })).toBeInViewport();
});

test('on paper the phases and what they achieved are there, and no buttons', async ({ page, request, server }) => {
  await openHeld(page, request, server, { ...AT_45, phases: { '0': { status: 'completed', summary: '18/20 symbols (90% coverage)' } } });
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByText('18/20 symbols (90% coverage)')).toBeVisible();
  await expect(page.getByRole('button')).toHaveCount(0);
});
