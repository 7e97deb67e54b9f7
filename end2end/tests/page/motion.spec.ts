// Tests of what moves on the page, and of when it stands still.

import { type Page } from '@playwright/test';

import { heading, phase } from '../live';
import { expect, hydrated, test } from '../server';
import { AT_45, POLLS, openStalled, openWaitingAt } from './stalled';

test.use({ binary: 'scripted_server' });

const SNAPSHOTS = { '0': { status: 'completed' }, '3': { status: 'running', current: 142, total: 254, duration_seconds: 3 } };

const badge = (page: Page, name: string) => phase(page, name).locator('.badge');
const animation = (page: Page, name: string, part = '') =>
  badge(page, name).evaluate((element, selector) => getComputedStyle(selector === '' ? element : element.querySelector(selector)!).animationName, part);

test('fills a turning ring by the phase\'s progress', async ({ page, request, server }) => {
  await openStalled(page, request, server, { next_poll_ms: 250, phases: SNAPSHOTS });
  await expect(badge(page, 'Portfolio Snapshots').locator('.arc')).toHaveAttribute('stroke-dasharray', '55 100');
  expect(await animation(page, 'Portfolio Snapshots')).toBe('turn');
  expect(await animation(page, 'Correlations'), 'a pending phase').toBe('none');
  server.tell({ next_poll_ms: 250, phases: { ...SNAPSHOTS, '3': { status: 'running', current: 254, total: 254 } } });
  await expect(badge(page, 'Portfolio Snapshots').locator('.arc')).toHaveAttribute('stroke-dasharray', '100 100');
});

test('turns a fixed arc without a total', async ({ page, request, server }) => {
  await openStalled(page, request, server, { phases: { '0': { status: 'completed' }, '8': { status: 'running', duration_seconds: 31 } } });
  await expect(phase(page, 'Correlations').getByText('31s', { exact: true })).toBeVisible();
  await expect(badge(page, 'Correlations').locator('.arc')).toHaveAttribute('stroke-dasharray', '25 100');
  expect(await animation(page, 'Correlations')).toBe('turn');
});

test('draws a check only while you watch', async ({ page, request, server }) => {
  await openWaitingAt(page, request, server, 'phase_2', { portfolio_name: 'Watched' });
  expect(await animation(page, 'Symbol Metrics', '.symbol'), 'completed before the page opened').toBe('none');
  server.script({ set: { portfolio_name: 'Watched' } });
  await expect(page.getByText('Your portfolio "Watched" is ready.')).toBeVisible();
  expect(await animation(page, 'Portfolio Snapshots', '.symbol')).toBe('draw');
  await page.reload();
  await hydrated(page);
  expect(await animation(page, 'Portfolio Snapshots', '.symbol')).toBe('none');
});

test('glides bars and stops for reduced motion', async ({ page, request, server }) => {
  await openStalled(page, request, server, { ...AT_45, phases: SNAPSHOTS });
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  // The moving part of a bar is internal to the browser, so the test reads the rule that counts.
  const glide = () => page.evaluate(() => {
    const inMedia = (rule: CSSRule) => (rule instanceof CSSMediaRule ? (matchMedia(rule.media.mediaText).matches ? [...rule.cssRules] : []) : [rule]);
    return [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).flatMap(inMedia)
      .filter((rule) => rule instanceof CSSStyleRule)
      .filter((rule) => rule.selectorText.endsWith('::-webkit-progress-value') && rule.style.transition !== '')
      .at(-1)?.style.transition;
  });
  expect(await glide()).toContain('width 0.3s');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await glide()).toContain('none');
  expect(await animation(page, 'Portfolio Snapshots')).toBe('none');
});

test('stops turning while data may be outdated', async ({ page, request, server }) => {
  await openStalled(page, request, server, { ...AT_45, phases: SNAPSHOTS });
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  await page.route(POLLS, (route) => route.abort());
  await expect(page.getByText(/^Reconnecting/)).toBeVisible();
  expect(await animation(page, 'Portfolio Snapshots')).toBe('none');
});

test('keeps a symbol of its own per state', async ({ page, request, server }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await openStalled(page, request, server, {
    status: 'failed', error: { code: 'store_unavailable', message: 'The database did not answer in time.', phase_id: 'phase_2' },
    phases: { '0': { status: 'completed', warnings: 1 }, '1': { status: 'completed' }, '2': { status: 'failed' } },
  });
  await expect(heading(page)).toHaveText('Setup Interrupted');
  await expect(page.getByText('Error: The database did not answer in time.')).toBeVisible();
  const shapes = await page.locator('.phase .symbol').evaluateAll((paths) => paths.slice(0, 4).map((path) => path.getAttribute('d')));
  expect(new Set(shapes).size).toBe(4);
  for (const name of ['Market Data Collection', 'Factor Analysis', 'Symbol Metrics']) {
    const fill = await badge(page, name).locator('.ground').evaluate((element) => getComputedStyle(element).fill);
    expect(fill, 'forced colors keep the shape filled').toMatch(/^rgb/);
  }
});
