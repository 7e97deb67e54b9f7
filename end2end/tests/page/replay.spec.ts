// Tests of the replay of a finished run. It shows what happened from the page's own data, and the
// page is as it was afterward.

import { type APIRequestContext, type Page } from '@playwright/test';

import { PHASES, heading, linesOnPage, log, phase } from '../live';
import { create, ended, expect, hydrated, live, status, test } from '../server';
import { TWO } from './stalled';

test.use({ binary: 'scripted_server' });

const button = (page: Page) => page.getByRole('button', { name: /^Replay, / });
const stop = (page: Page) => page.getByRole('button', { name: 'Stop replay' });

/** Opens the page of a finished run. The test controls the page's clock. */
async function openFinished(page: Page, request: APIRequestContext): Promise<string> {
  await page.clock.install();
  const id = await create(request, 'Replayed', TWO);
  await ended(request, id);
  await page.goto(live(id));
  await hydrated(page);
  await expect(page.getByText('Your portfolio "Replayed" is ready.')).toBeVisible();
  return id;
}

/** Returns the visible text of the page, and the state of its phases as a list of words. */
const content = (page: Page) => page.evaluate(() => document.querySelector('main')!.innerText);
const states = (page: Page) => page.locator('.phase-state').filter({ visible: true }).allTextContents();

test('names the replay by its true duration', async ({ page, request }) => {
  const id = await openFinished(page, request);
  const { elapsed_ms: ms } = await status(request, id);
  const label = ms < 100 ? `${ms} ms` : `${Math.floor(ms / 1_000)}.${Math.floor(ms / 100) % 10} s`;
  await expect(button(page)).toHaveText(`Replay, ${label}`);
});

test('plays phases and lines in their order', async ({ page, request }) => {
  await openFinished(page, request);
  const truth = await content(page);
  const lines = await linesOnPage(page);
  const requests: string[] = [];
  await button(page).click();
  await expect(page.getByText(/^Replay of what happened, [\d.,]+ times slower$/)).toBeVisible();
  page.on('request', (request) => requests.push(request.url()));
  await expect(heading(page), 'the heading stays').toHaveText('Portfolio Setup Complete!');
  const seen: string[][] = [];
  const counts: number[] = [];
  // Phases of this run last a few milliseconds, so the replay is read ten times a second.
  for (let step = 0; step < 70; step += 1) {
    seen.push(await states(page));
    counts.push(await log(page).getByRole('listitem').filter({ visible: true }).count());
    await page.clock.runFor(100);
  }
  expect(seen[0]!.at(-1), 'the last phase is pending at first').toBe('Pending');
  expect(seen.flat()).toContain('Running');
  for (const [index] of PHASES.entries()) {
    const order = seen.map((states) => ['Pending', 'Running', 'Completed'].indexOf(states[index]!));
    expect(order, PHASES[index]).toEqual([...order].sort());
  }
  expect(counts, 'lines only appear').toEqual([...counts].sort((a, b) => a - b));
  expect(counts[0]).toBeLessThan(lines.length);
  await page.clock.runFor(2_000);
  await expect(stop(page)).toBeHidden();
  expect(await content(page), 'as it was').toBe(truth);
  expect(await linesOnPage(page)).toEqual(lines);
  expect(requests, 'nothing is requested').toEqual([]);
});

for (const [how, press] of [
  ['its button', (page: Page) => stop(page).click()],
  ['Escape', (page: Page) => page.keyboard.press('Escape')],
] as const) {
  test(`stops and restores everything by ${how}`, async ({ page, request }) => {
    await openFinished(page, request);
    const truth = await content(page);
    await button(page).click();
    await expect(stop(page)).toBeFocused();
    await page.clock.runFor(1_000);
    expect(await content(page)).not.toBe(truth);
    await press(page);
    expect(await content(page)).toBe(truth);
    await expect(button(page)).toBeFocused();
    await button(page).click();
    await expect(stop(page), 'it can be started again').toBeVisible();
  });
}

test('never replays by itself nor loads early', async ({ page, request }) => {
  const scripts: string[] = [];
  page.on('request', (request) => { if (request.url().includes('replay')) scripts.push(request.url()); });
  await openFinished(page, request);
  await page.clock.runFor(30_000);
  await expect(stop(page)).toBeHidden();
  expect(scripts).toEqual([]);
});

test('replays in steps for reduced motion', async ({ page, request }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await openFinished(page, request);
  await button(page).click();
  await expect(page.getByText(/^Replay of what happened, [\d.,]+ times slower, in steps$/)).toBeVisible();
  const running = await page.evaluate(() => document.getAnimations().filter((animation) => animation.playState === 'running').length);
  expect(running).toBe(0);
  await expect(phase(page, 'Correlations').filter({ visible: true }).getByText('Pending', { exact: true })).toBeVisible();
});

test('offers no replay during a run', async ({ page, request, server }) => {
  server.script({ hold: 'phase_2', set: { portfolio_name: 'Unfinished' } });
  await page.goto(live(await create(request, 'Unfinished', TWO)));
  await hydrated(page);
  await expect(page).toHaveTitle(/Unfinished$/);
  await expect(button(page)).toBeHidden();
});
