import { type Page } from '@playwright/test';

import { heading } from './live';
import { create, ended, expect, idOf, live, test } from './server';

interface Position {
  symbol: string;
  quantity: number;
  price: number | null;
  market_value: number | null;
  weight: number | null;
  unrealized_pnl: number | null;
  market_beta: { '90d': { beta: number } | null };
}

interface Analytics {
  positions: Position[];
  symbols: { symbol: string; available: boolean; price?: number | null; sharpe?: number | null }[];
  exposures: { factor: string; exposure: number | null; dollars: number | null }[];
  correlations: { symbols: string[]; matrix: number[][] };
  snapshots: { equity: number }[];
}

const MISSING = '–';
const fixed = (digits: number) => (value: number | null | undefined) =>
  value === null || value === undefined
    ? MISSING
    : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace(/^-(0(\.0+)?)$/, '$1');
const dollars = fixed(0);
const price = fixed(2);
const number = fixed(2);
const percent = (value: number | null) => (value === null ? MISSING : `${fixed(1)(value * 100)}%`);

async function rows(page: Page, table: string): Promise<string[][]> {
  const found = page.getByRole('table', { name: table }).locator('tbody tr');
  await expect(found.first()).toBeVisible();
  return found.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').trim())));
}

test('the results page shows what the API says', async ({ page, request }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Try a sample portfolio' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  const id = idOf(page);
  await page.getByRole('link', { name: 'View Portfolio Dashboard' }).click();
  await expect(page).toHaveURL(`/portfolios/${id}`);
  for (const name of ['Equity', 'Positions', 'Factor exposures', 'Symbols', 'Volatility', 'Correlations', 'Unavailable symbols']) {
    await expect(page.getByRole('heading', { level: 2, name, exact: true })).toBeVisible();
  }
  const api = (await (await request.get(`/api/v1/portfolios/${id}/analytics`)).json()) as Analytics;

  const positions = await rows(page, 'Positions');
  expect(positions.map((row) => row[0]), 'every row of the file, in its order').toEqual(api.positions.map((of) => of.symbol));
  const aapl = api.positions.filter((of) => of.symbol === 'AAPL');
  expect(aapl).toHaveLength(2);
  expect(positions.filter((row) => row[0] === 'AAPL').map((row) => row.slice(0, 7))).toEqual(
    aapl.map((of) => [
      'AAPL', of.quantity.toLocaleString('en-US'), price(of.price), dollars(of.market_value), percent(of.weight), dollars(of.unrealized_pnl),
      number(of.market_beta['90d']?.beta),
    ]),
  );
  expect(aapl[0]?.price, 'the last close of the sample data').toBe(125.674);
  expect(aapl[0]?.market_value).toBeCloseTo(400 * 125.674, 6);

  const exposures = await rows(page, 'Factor exposures');
  expect(exposures.map((row) => [row[0], row[2], row[3]])).toEqual(api.exposures.map((of) => [of.factor, number(of.exposure), dollars(of.dollars)]));

  const grid = page.getByRole('region', { name: 'Correlation grid' }).getByRole('table');
  const symbols = await grid.locator('thead th').allTextContents();
  expect([...symbols].sort()).toEqual([...api.correlations.symbols].sort());
  const at = (symbol: string) => api.correlations.symbols.indexOf(symbol);
  const cells = await grid.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'AAPL', exact: true }) }).getByRole('cell').allTextContents();
  expect(cells).toEqual(symbols.map((symbol) => number(api.correlations.matrix[at('AAPL')]?.[at(symbol)])));

  expect(await rows(page, 'Unavailable symbols')).toEqual([['HZNP', 'not in the sample data'], ['SGEN', 'not in the sample data']]);
  await page.getByText('All 254 dates as a table').click();
  const days = await rows(page, 'Daily snapshots, newest first');
  expect(days).toHaveLength(254);
  expect(days[0]?.[1]).toBe(dollars(api.snapshots.at(-1)?.equity));
});

test('a missing number is a dash, and no number is NaN', async ({ page, request }) => {
  const id = await create(request, 'Little known', 'Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,1,126,2022-12-27\nHZNP,1,90,2021-06-15\n');
  await ended(request, id);
  await page.goto(`/portfolios/${id}`);
  const [, missing] = await rows(page, 'Positions');
  expect(missing?.slice(2, 4)).toEqual([MISSING, MISSING]);
  await expect(page.getByRole('main')).not.toContainText(/NaN|Infinity|undefined|null/);
});

test.describe('while the setup runs', () => {
  test.use({ environment: { MARKET_DATA_PER_MINUTE: '60' } });

  test('the results page says that there is nothing yet, and the API that it is not ready', async ({ page, request }) => {
    const id = await create(request, 'Early');
    await page.goto(`/portfolios/${id}`);
    await expect(page.getByText('There are no results yet')).toBeVisible();
    const answer = await request.get(`/api/v1/portfolios/${id}/analytics`);
    expect([answer.status(), (await answer.json()).error.code]).toEqual([409, 'not_ready']);
    await page.getByRole('link', { name: /^Setup of/ }).click();
    await expect(page).toHaveURL(live(id));
  });
});
