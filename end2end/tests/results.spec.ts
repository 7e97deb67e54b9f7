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

interface Results {
  snapshots: { equity: number }[];
  comparison: { return: number; benchmark_return: number; max_drawdown: number };
  risk: { var: { '95': number }; contributions: { symbol: string; pnl: number | null }[] };
}

const MISSING = '–';
const fixed = (digits: number) => (value: number | null | undefined) =>
  value === null || value === undefined
    ? MISSING
    : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace(/^-(0(\.0+)?)$/, '$1');
const dollars = fixed(0);
const price = fixed(2);
const number = fixed(2);
const percent = (value: number | null) => {
  if (value === null) return MISSING;
  // Small percentages get up to six decimal places, so that they do not look like zero.
  const digits = [1, 2, 3, 4, 5, 6].find((count) => value === 0 || Math.abs(value * 100) >= 0.5 * 10 ** -count) ?? 1;
  return `${fixed(digits)(value * 100)}%`;
};

async function rows(page: Page, table: string): Promise<string[][]> {
  const lines = page.getByRole('table', { name: table }).locator('tbody tr');
  await expect(lines.first()).toBeVisible();
  return lines.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').trim())));
}

test('shows the same numbers as the API', async ({ page, request }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Try a sample portfolio' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  const id = idOf(page);
  await page.getByRole('link', { name: 'View Portfolio Dashboard' }).click();
  await expect(page).toHaveURL(`/portfolios/${id}`);
  for (const name of ['Equity', 'Long, short and net', 'Against the market', 'What helped and what hurt', 'Holdings', 'Risk', 'Factor exposures', 'Symbols', 'Volatility', 'Correlations', 'Unavailable symbols']) {
    await expect(page.getByRole('heading', { level: 2, name, exact: true })).toBeVisible();
  }
  const api = (await (await request.get(`/api/v1/portfolios/${id}/analytics`)).json()) as Analytics;

  const positions = await rows(page, 'Positions');
  const size = (position: Position) => (position.market_value === null ? -1 : Math.abs(position.market_value));
  const largest = [...api.positions].sort((a, b) => size(b) - size(a));
  expect(positions.map((row) => row[0]), 'every row of the file, the largest first').toEqual(largest.map((position) => position.symbol));
  const aapl = largest.filter((position) => position.symbol === 'AAPL');
  expect(aapl).toHaveLength(2);
  expect(positions.filter((row) => row[0] === 'AAPL').map((row) => row.slice(0, 7))).toEqual(
    aapl.map((lot) => [
      'AAPL', lot.quantity.toLocaleString('en-US'), price(lot.price), dollars(lot.market_value), percent(lot.weight), dollars(lot.unrealized_pnl),
      number(lot.market_beta['90d']?.beta),
    ]),
  );
  expect(aapl[0]?.price, 'the last close of the sample data').toBe(125.674);
  expect(aapl[0]?.market_value).toBeCloseTo(400 * 125.674, 6);

  await page.getByText('Exposures of the ridge regression, spreads and rates').click();
  const exposures = await rows(page, 'Factor exposures');
  expect(exposures.map((row) => [row[2], row[3]])).toEqual(api.exposures.map((factor) => [number(factor.exposure), dollars(factor.dollars)]));
  for (const [index, { factor }] of api.exposures.entries()) expect(exposures[index]?.[0], 'names are spelled out').toContain(`(${factor})`);

  const grid = page.getByRole('region', { name: 'Correlation grid' }).getByRole('grid');
  const symbols = await grid.locator('thead th').allTextContents();
  expect([...symbols].sort()).toEqual([...api.correlations.symbols].sort());
  const indexOf = (symbol: string) => api.correlations.symbols.indexOf(symbol);
  const cells = await grid.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'AAPL', exact: true }) }).getByRole('gridcell').allTextContents();
  expect(cells).toEqual(symbols.map((symbol) => number(api.correlations.matrix[indexOf('AAPL')]?.[indexOf(symbol)])));

  expect(await rows(page, 'Unavailable symbols')).toEqual([['HZNP', 'not in the sample data'], ['SGEN', 'not in the sample data']]);
  await page.getByText('All 254 dates as a table').click();
  const days = await rows(page, 'Daily snapshots, newest first');
  expect(days).toHaveLength(254);
  expect(days[0]?.[1]).toBe(dollars(api.snapshots.at(-1)?.equity));
});

test.describe('a finished portfolio', () => {
  let id: string;

  test.beforeEach(async ({ page, request }) => {
    id = await create(request, 'Growth Portfolio');
    await ended(request, id);
    await page.goto(`/portfolios/${id}`);
  });

  const symbols = async (page: Page) => (await rows(page, 'Positions')).map((row) => row[0]);
  const header = (page: Page, name: string) => page.getByRole('table', { name: 'Positions' }).getByRole('columnheader', { name });

  test('sorts positions by column and reverses the order', async ({ page }) => {
    await expect(header(page, 'Value')).toHaveAttribute('aria-sort', 'descending');
    await header(page, 'Symbol').getByRole('link').press('Enter');
    await expect(header(page, 'Symbol')).toHaveAttribute('aria-sort', 'ascending');
    await expect(header(page, 'Value')).not.toHaveAttribute('aria-sort');
    const forward = await symbols(page);
    expect(forward).toEqual([...forward].sort());
    await header(page, 'Symbol').getByRole('link').press('Enter');
    await expect(header(page, 'Symbol')).toHaveAttribute('aria-sort', 'descending');
    expect(await symbols(page)).toEqual([...forward].reverse());
    await page.goBack();
    expect(await symbols(page), 'the browser goes back to the order before').toEqual(forward);
  });

  test('sorts positions without a beta last', async ({ page }) => {
    for (const order of ['descending', 'ascending']) {
      await header(page, 'Beta').getByRole('link').click();
      await expect(header(page, 'Beta')).toHaveAttribute('aria-sort', order);
      expect((await symbols(page)).slice(-2)).toEqual(['HZNP', 'SGEN']);
    }
  });

  test('finds symbols by a part of their name', async ({ page }) => {
    await header(page, 'Symbol').getByRole('link').click();
    await page.getByRole('searchbox', { name: 'Find a symbol' }).fill('m');
    await page.getByRole('searchbox', { name: 'Find a symbol' }).press('Enter');
    await expect(page.getByRole('searchbox', { name: 'Find a symbol' })).toHaveValue('m');
    const found = await symbols(page);
    expect(found).toEqual([...found].sort());
    expect(found.every((symbol) => symbol?.includes('M')), found.join()).toBe(true);
    expect(found.length).toBeGreaterThan(1);
    await page.getByRole('searchbox', { name: 'Find a symbol' }).fill('<ZZ>');
    await page.getByRole('button', { name: 'Find' }).click();
    await expect(page.getByText('No positions match “<ZZ>”.')).toBeVisible();
    await page.getByRole('link', { name: 'Show all' }).click();
    await expect(page.getByText('20 positions.')).toBeVisible();
  });

  test('names date, prices and days of each block', async ({ page }) => {
    const blocks = page.getByRole('main').locator('section:has(h2)');
    expect(await blocks.count()).toBeGreaterThan(8);
    for (const basis of await blocks.locator('.basis').allTextContents()) {
      expect(basis).toMatch(/^As of Dec 28, 2022 · prices: sample data · .*(trading days|daily returns)/);
    }
    await expect(blocks.locator('.basis')).toHaveCount(await blocks.count());
  });

  test('names each chart and matches the table', async ({ page }) => {
    for (const name of ['Return over time', 'Drawdown over time', 'Equity over time', 'Long, short and net value over time']) {
      await expect(page.getByRole('img', { name: new RegExp(`^${name}`) })).toBeVisible();
    }
    await page.getByText('All 254 dates as a table').click();
    const [today] = await rows(page, 'Daily snapshots, newest first');
    const equity = page.locator('figure.chart').filter({ has: page.getByRole('img', { name: /^Equity over time/ }) });
    await expect(equity.locator('.legend')).toContainText(`Equity $${today?.[1]}`);
  });

  test('downloads tables under fixed file names', async ({ page }) => {
    for (const [name, file] of [['Holdings as CSV', 'positions.csv'], ['Correlations as CSV', 'correlations.csv']] as const) {
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name }).click();
      expect((await download).suggestedFilename()).toBe(file);
    }
  });

  test('shows correlation pairs by arrow keys', async ({ page }) => {
    const grid = page.getByRole('grid', { name: 'Correlations, similar symbols side by side' });
    const names = await grid.getByRole('columnheader').allTextContents();
    await grid.getByRole('gridcell').nth(1).focus();
    const first = grid.locator('td[tabindex="0"]');
    await first.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const readout = page.locator('output.readout');
    await expect(readout).toHaveText(new RegExp(`^${names[2]} and ${names[1]}: -?\\d\\.\\d\\d$`));
    await page.keyboard.press('End');
    await expect(readout).toContainText(`${names[2]} and ${names.at(-1)}: `);
  });

  test('shows charts and search without scripts', async ({ browser, baseURL }) => {
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
    const page = await context.newPage();
    await page.goto(`/portfolios/${id}`);
    await expect(page.getByRole('img', { name: /^Equity over time/ })).toBeVisible();
    await expect(page.getByRole('table', { name: 'Correlations, similar symbols side by side' })).toBeVisible();
    await page.getByRole('searchbox', { name: 'Find a symbol' }).fill('aapl');
    await page.getByRole('button', { name: 'Find' }).click();
    expect(await symbols(page)).toEqual(['AAPL', 'AAPL']);
    await context.close();
  });
});

const answerOf = (page: Page) => page.getByRole('region', { name: 'Answer' });

test.describe('the answer', () => {
  let id: string;

  test.beforeEach(async ({ page }) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Try a sample portfolio' }).click();
    await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
    id = idOf(page);
    await page.goto(`/portfolios/${id}`);
  });

  test('answers in sentences that match the API', async ({ page, request }) => {
    const api = (await (await request.get(`/api/v1/portfolios/${id}/analytics`)).json()) as Results;
    const { comparison, risk } = api;
    const share = (value: number) => `${(Math.abs(value) * 100).toFixed(1)}%`;
    const moved = (value: number) => `${value < 0 ? 'lost' : 'gained'} ${share(value)}`;
    const answer = answerOf(page);
    await expect(answer).toContainText(`Your portfolio ${moved(comparison.return)} since`);
    await expect(answer).toContainText(`while the S&P 500 ${moved(comparison.benchmark_return)}`);
    await expect(answer).toContainText(`Its worst fall was ${share(comparison.max_drawdown)}, from `);
    const equity = api.snapshots.at(-1)!.equity;
    await expect(answer).toContainText(`A bad day (1 in 20) costs about $${dollars(risk.var['95'] * equity)} or more.`);
    const known = risk.contributions.filter((one) => one.pnl !== null).sort((a, b) => b.pnl! - a.pnl!);
    // An amount that ends in half a dollar may be rounded either way.
    const about = (value: number) => `(${dollars(Math.floor(value))}|${dollars(Math.ceil(value))})`;
    const [best, worst] = [known[0]!, known.at(-1)!];
    await expect(answer).toContainText(new RegExp(`${best.symbol} helped most \\(\\+\\$${about(best.pnl!)}\\)`));
    await expect(answer).toContainText(new RegExp(`${worst.symbol} hurt most \\(\u2212\\$${about(-worst.pnl!)}\\)`));
    await expect(answer.locator('dt')).toHaveText([
      'Value', 'Last trading day', 'Return', 'Max drawdown', 'Risk a year', 'Bad day', 'Market sensitivity', 'Diversification',
    ]);
  });

  test('stands within the first screen', async ({ page }) => {
    await page.setViewportSize({ width: 1_280, height: 720 });
    await expect(answerOf(page).locator('.answer')).toBeInViewport({ ratio: 1 });
    await expect(answerOf(page).getByText('Market sensitivity')).toBeInViewport();
  });

  test('compares measure by measure with the market', async ({ page }) => {
    const table = page.getByRole('table', { name: 'Against the market' });
    await expect(table.getByRole('columnheader')).toHaveText(['Measure', 'Portfolio', 'S&P 500', 'Difference', 'In words']);
    for (const measure of ['Return', 'Volatility a year', 'Sharpe ratio', 'Max drawdown', 'Tracking error', 'Information ratio', 'Up capture', 'Down capture', 'Alpha a year', 'Beta']) {
      await expect(table.getByRole('row').filter({ has: page.getByRole('button', { name: measure, exact: true }) })).toHaveCount(1);
    }
    await expect(page.locator('#comparison')).toContainText('Ratios use a risk-free rate of 0.0% a year');
  });

  test('adds contributions up to the total', async ({ page }) => {
    const lines = await rows(page, 'Contributions of each symbol');
    const amount = (text: string | undefined) => Number((text ?? '').replaceAll(',', ''));
    const sum = lines.slice(0, -1).reduce((total, line) => total + amount(line[1]), 0);
    expect(lines.at(-1)?.[0]).toBe('Total');
    expect(Math.abs(sum - amount(lines.at(-1)?.[1])), 'each row is rounded to a dollar').toBeLessThan(lines.length);
    await expect(page.getByText(/^1 position is closed, with a realized P&L of/)).toBeVisible();
    await expect(page.getByText('The price source doesn\'t report dividends separately, so none are listed.')).toBeVisible();
  });

  test('shows risk, concentration and sectors', async ({ page }) => {
    expect((await rows(page, 'Losses of bad days')).map((row) => row[0])).toEqual([
      'Value at risk, 95%', 'Expected shortfall, 95%', 'Value at risk, 99%', 'Expected shortfall, 99%',
    ]);
    const sectors = (await rows(page, 'Sectors')).map((row) => row[0]);
    expect(sectors).toEqual(expect.arrayContaining(['Technology', 'Health Care', 'Energy', 'Financials']));
  });

  test('explains a term by keyboard', async ({ page }) => {
    const term = page.getByRole('button', { name: 'Market sensitivity' });
    await term.focus();
    await page.keyboard.press('Enter');
    const explanation = page.getByRole('dialog', { name: 'Beta' });
    await expect(explanation).toBeVisible();
    await expect(explanation).toContainText('How much something moves with the market.');
    await expect(explanation).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(explanation).toBeHidden();
    await expect(term).toBeFocused();
  });

  test('focuses nothing when the page opens', async ({ page }) => {
    await page.reload();
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
  });

  test('keeps the contents beside the sections', async ({ page }) => {
    await page.setViewportSize({ width: 1_280, height: 800 });
    const contents = page.getByRole('navigation', { name: 'Contents' });
    await expect(contents.getByRole('link')).toHaveText([
      'Answer', 'Against the market', 'What helped and what hurt', 'Holdings', 'Risk', 'Factors', 'Volatility', 'Correlations', 'Symbols',
      'Prices and missing data',
    ]);
    await contents.getByRole('link', { name: 'Risk' }).click();
    await expect(page.getByRole('heading', { level: 2, name: 'Risk', exact: true })).toBeInViewport();
    await expect(contents.getByRole('link', { name: 'Correlations' }), 'the contents stay').toBeInViewport();
    await expect(contents.locator('[aria-current]:visible')).toHaveText('Risk');
  });

  test('folds the contents on a phone', async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    const contents = page.getByRole('navigation', { name: 'Contents' });
    await expect(contents.getByRole('link')).toHaveCount(0);
    await contents.getByText('Contents').click();
    await contents.getByRole('link', { name: 'Correlations' }).click();
    await expect(contents.getByRole('link'), 'the list closes').toHaveCount(0);
    const title = page.getByRole('heading', { level: 2, name: 'Correlations', exact: true });
    await expect(title).toBeInViewport({ ratio: 1 });
    const [below, above] = [await title.boundingBox(), await contents.boundingBox()];
    expect(below!.y, 'the contents do not cover the title').toBeGreaterThanOrEqual(above!.y + above!.height);
  });

  test('has contents and explanations without scripts', async ({ browser, baseURL }) => {
    for (const width of [1_280, 320]) {
      const context = await browser.newContext({ javaScriptEnabled: false, baseURL, viewport: { width, height: 800 } });
      const page = await context.newPage();
      await page.goto(`/portfolios/${id}`);
      const contents = page.getByRole('navigation', { name: 'Contents' });
      if (width === 320) await contents.getByText('Contents').click();
      await contents.getByRole('link', { name: 'Volatility' }).click();
      await expect(page.getByRole('heading', { level: 2, name: 'Volatility', exact: true })).toBeInViewport();
      await page.locator('#risk').getByRole('button', { name: 'Value at risk', exact: true }).click();
      await expect(page.getByRole('dialog', { name: 'Value at risk' })).toBeVisible();
      await context.close();
    }
  });

  test('prints explanations at the end and no contents', async ({ page }) => {
    await page.emulateMedia({ media: 'print' });
    await expect(page.getByRole('navigation', { name: 'Contents' })).toBeHidden();
    await expect(answerOf(page).locator('.answer')).toBeVisible();
    const explanations = page.locator('.explanation:visible');
    expect(await explanations.count()).toBeGreaterThan(30);
    await expect(explanations.first(), 'in the page, not over it').toHaveCSS('position', 'static');
  });
});

test('says that single days are too few', async ({ page, request }) => {
  const id = await create(request, 'Yesterday', 'Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,1,126,2022-12-27\n');
  await ended(request, id);
  await page.goto(`/portfolios/${id}`);
  await expect(answerOf(page)).toContainText(/That is only \d trading days?, too few to judge by\./);
  await expect(page.locator('#comparison'), 'a missing measure has its reason').toContainText(/needs 60 days, has \d/);
});

test('splits a thousand positions into pages', async ({ page, request }) => {
  const lot = (index: number) => `AAPL,${index + 1},100,${new Date(Date.UTC(2019, 0, 1 + index)).toISOString().slice(0, 10)}\n`;
  const positions = Array.from({ length: 1_000 }, (_, index) => lot(index)).join('');
  const id = await create(request, 'Many lots', `Symbol,Quantity,Entry Price Per Share,Entry Date\n${positions}`);
  await ended(request, id);
  await page.goto(`/portfolios/${id}`);
  await expect(page.getByText('Positions 1 to 100 of 1,000.')).toBeVisible();
  expect((await rows(page, 'Positions'))[0]?.[1], 'the largest lot').toBe('1,000');
  await page.getByRole('link', { name: 'Last page' }).click();
  await expect(page.getByText('Positions 901 to 1,000 of 1,000.')).toBeVisible();
  expect((await rows(page, 'Positions')).at(-1)?.[1], 'the smallest lot').toBe('1');
  await expect(page.getByRole('link', { name: 'Next page' })).toHaveCount(0);
});

test('shows a dash for each missing number', async ({ page, request }) => {
  const id = await create(request, 'Little known', 'Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,1,126,2022-12-27\nHZNP,1,90,2021-06-15\n');
  await ended(request, id);
  await page.goto(`/portfolios/${id}`);
  const [, missing] = await rows(page, 'Positions');
  expect(missing?.slice(2, 4)).toEqual([MISSING, MISSING]);
  await expect(page.getByRole('main')).not.toContainText(/NaN|Infinity|undefined|null/);
});

test.describe('while the setup runs', () => {
  test.use({ environment: { MARKET_DATA_PER_MINUTE: '60' } });

  test('says that there are no results yet', async ({ page, request }) => {
    const id = await create(request, 'Early');
    await page.goto(`/portfolios/${id}`);
    await expect(page.getByText('No results yet: the first phase hasn\'t finished.')).toBeVisible();
    const response = await request.get(`/api/v1/portfolios/${id}/analytics`);
    expect([response.status(), (await response.json()).error.code]).toEqual([409, 'not_ready']);
    await page.getByRole('link', { name: /^Setup of/ }).click();
    await expect(page).toHaveURL(live(id));
  });
});
