// Tests of the findings that the page shows while a run goes on, and of what they say to a screen
// reader.

import type { Locator, Page } from '@playwright/test';

import { heading } from '../live';
import { create, ended, expect, hydrated, live, status, test } from '../server';
import { HEADER, ONE, TWO, openWaitingAt } from './stalled';

test.use({ binary: 'scripted_server' });

function found(page: Page): Locator {
  return page.getByRole('region', { name: /^What we found/ });
}

/** Returns the tile of a symbol. */
function tile(page: Page, symbol: string): Locator {
  return found(page).getByRole('list', { name: 'Prices', exact: true }).getByRole('listitem').filter({ hasText: symbol });
}

/** Returns what a panel shows below its heading. */
function panel(page: Page, name: string): Locator {
  return found(page).locator('.found-panel').filter({ has: page.getByRole('heading', { level: 3, name, exact: true }) });
}

test('fills in prices as they arrive', async ({ page, request, server }) => {
  server.script({ delay_ms: 1_500 });
  const id = await create(request, 'Growth Portfolio', TWO);
  await page.goto(live(id));
  await hydrated(page);
  await expect(tile(page, 'KO')).toHaveText('KO No price so far');
  await expect(tile(page, 'AAPL')).toHaveText(/^AAPL {1,2}[+-]\d+\.\d% in \d+ days$/);
  await expect(found(page).getByRole('heading', { name: 'What we found so far' })).toBeVisible();
  await expect(tile(page, 'KO')).toHaveText(/^KO {1,2}[+-]\d+\.\d% in \d+ days$/);
});

test('shows the reason why a price is missing', async ({ page, request, server }) => {
  server.script({ unknown: { NOSUCH: 'delisted <b>' } });
  const id = await create(request, 'Growth Portfolio', `${ONE}NOSUCH,1,90,2021-06-15\n`);
  await ended(request, id);
  await page.goto(live(id));
  await expect(tile(page, 'NOSUCH')).toHaveText('NOSUCH No price: delisted <b>');
});

test('counts symbols beyond the largest holdings', async ({ page, request, server }) => {
  const others = Array.from({ length: 30 }, (_, number) => `ZZ${String(number).padStart(2, '0')},1,${number + 1},2021-06-15\n`).join('');
  server.script({ unknown: Object.fromEntries(Array.from({ length: 30 }, (_, number) => [`ZZ${String(number).padStart(2, '0')}`, 'delisted'])) });
  const id = await create(request, 'Growth Portfolio', `${ONE}${others}`);
  await ended(request, id);
  await page.goto(live(id));
  const items = found(page).getByRole('list', { name: 'Prices', exact: true }).getByRole('listitem');
  await expect(items).toHaveCount(25);
  await expect(items.first(), 'the largest holding').toContainText('AAPL');
  await expect(items.last()).toHaveText('And 7 more symbols: 7 without prices');
});

test('draws the portfolio beside the market', async ({ page, request, server }) => {
  await openWaitingAt(page, request, server, 'phase_2.5');
  const value = panel(page, 'Portfolio value');
  await expect(value).toContainText(/Portfolio \d+\.\d/);
  await expect(value).toContainText(/Market \(\w+\) \d+\.\d/);
  await expect(value).toContainText(/[A-Z][a-z]{2} \d+, \d{4} to [A-Z][a-z]{2} \d+, \d{4}, both 100 on the first day/);
  await expect(value.locator('svg:not(.swatch) path.series')).toHaveCount(2);
});

test('shows each result once it is stored', async ({ page, request, server }) => {
  await openWaitingAt(page, request, server, 'phase_3');
  await expect(panel(page, 'Portfolio value')).toContainText('Portfolio');
  await expect(panel(page, 'Market beta')).toBeHidden();
  server.script({ hold: 'phase_4', set: { next_poll_ms: 250 } });
  await expect(panel(page, 'Market beta').getByRole('listitem')).toHaveText(/^AAPL +-?\d\.\d\d$/);
  await expect(panel(page, 'Factor exposures')).toBeHidden();
  server.script({});
  await expect(panel(page, 'Factor exposures').getByRole('listitem').first()).toHaveText(/^Market \(\w+\) +-?\d\.\d\d$/);
  await expect(panel(page, 'Volatility').getByRole('listitem').first()).toHaveText(/^Last 21 days +\d+\.\d%$/);
  await expect(panel(page, 'Correlations')).toContainText('Fewer than two symbols have enough returns.');
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(found(page).getByRole('heading', { name: 'What we found', exact: true })).toBeVisible();
});

test('names the pair that moves together most', async ({ page, request, server }) => {
  server.script({});
  const id = await create(request, 'Growth Portfolio', TWO);
  await ended(request, id);
  await page.goto(live(id));
  await expect(panel(page, 'Correlations')).toContainText(/Closest: (AAPL and KO|KO and AAPL) -?\d\.\d\d/);
});

test('shows after polls what a new page shows', async ({ page, request, server }) => {
  server.script({ delay_ms: 150 });
  const id = await create(request, 'Growth Portfolio', TWO);
  await page.goto(live(id));
  await hydrated(page);
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(tile(page, 'AAPL')).toContainText('AAPL');
  // A page that is opened after the end shows the prices last, so the order of panels differs.
  const read = () => found(page).locator('[data-at]').evaluateAll((all) => all.map((one) => `${one.id}: ${one.textContent}`).sort());
  const polled = await read();
  await page.reload();
  expect(polled.length).toBe(7);
  expect(polled).toEqual(await read());
});

test('scrolls with the keyboard', async ({ page, request, server }) => {
  server.script({});
  const id = await create(request, 'Growth Portfolio', TWO);
  await ended(request, id);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(live(id));
  await hydrated(page);
  await expect(tile(page, 'AAPL')).toBeVisible();
  const strip = found(page).getByRole('group', { name: /^What we found/ });
  await strip.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => strip.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('shows findings in the first HTML', async ({ page, request, server }) => {
    server.script({ hold: 'phase_3' });
    const id = await create(request, 'Growth Portfolio', ONE);
    await expect.poll(async () => (await status(request, id)).overall_progress?.phases_completed).toBe(5);
    await page.goto(live(id));
    await expect(tile(page, 'AAPL')).toHaveText(/^AAPL {1,2}[+-]\d+\.\d% in \d+ days$/);
    await expect(panel(page, 'Portfolio value')).toContainText('both 100 on the first day');
  });
});
