// The charts and the correlation grid of the results page: reading them by pointer, touch and
// keyboard, without scripts, on paper, in forced colors and on a phone.

import zlib from 'node:zlib';

import AxeBuilder from '@axe-core/playwright';
import { type Locator, type Page } from '@playwright/test';

import { create, ended, expect, test } from './server';
import { TEN_THOUSAND } from './states';

const CHARTS = ['Return over time', 'Drawdown over time', 'Equity over time', 'Long, short and net value over time'];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const chart = (page: Page, name: string): Locator =>
  page.locator('figure.chart').filter({ has: page.getByRole('img', { name: new RegExp(`^${name}`) }) });
const reading = (page: Page, name: string): Locator => chart(page, name).locator('.legend');
const slider = (page: Page, name: string): Locator => page.getByRole('slider', { name: `${name}, by day` });

/** Returns the cells of each day, oldest first. */
async function days(page: Page): Promise<string[][]> {
  const rows = page.locator('#days tbody tr');
  const cells = await rows.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').trim())));
  return cells.reverse();
}

/** Returns a date of the table as the charts show it: "Dec 28, 2022". */
const inWords = (iso: string): string =>
  new Date(`${iso}T00:00Z`).toLocaleDateString('en-US', { timeZone: 'UTC', dateStyle: 'medium' });

/** Expects that the chart of the equity shows the given day. */
async function expectEquityOf(page: Page, day: string[] | undefined): Promise<void> {
  if (!day?.[0]) throw new Error('no such day');
  await expect(reading(page, 'Equity over time')).toHaveText(new RegExp(`^\\s*${inWords(day[0])}\\s*Equity \\$${day[1]}\\s*$`));
}

let id: string;

test.beforeEach(async ({ page, request }) => {
  id = await create(request, 'Growth Portfolio');
  await ended(request, id);
  await page.goto(`/portfolios/${id}`);
});

test('shows values of the day at the pointer', async ({ page }) => {
  const all = await days(page);
  const area = chart(page, 'Equity over time').locator('.area');
  await area.scrollIntoViewIfNeeded();
  const box = await area.boundingBox();
  if (!box) throw new Error('the chart is not visible');
  await expectEquityOf(page, all.at(-1));
  for (const [part, day] of [[0, 0], [0.5, 127], [1, 253]] as const) {
    await page.mouse.move(box.x + Math.min(part * box.width, box.width - 1), box.y + 20);
    const near = [day, day - 1, day + 1].map((at) => all[at]).filter((cells) => cells !== undefined);
    const shown = (await reading(page, 'Equity over time').innerText()).replace(/\s+/g, ' ');
    expect(near.some((cells) => shown.includes(inWords(cells[0] ?? '')) && shown.includes(`$${cells[1]}`)), shown).toBe(true);
  }
  await page.mouse.move(box.x + box.width / 2, box.y + 20);
  // A vertical line has no width, so it never counts as visible.
  await expect(chart(page, 'Equity over time').locator('.cross')).toHaveCSS('visibility', 'visible');
  await page.mouse.move(0, 0);
  await expectEquityOf(page, all.at(-1));
});

test('moves through the days by keyboard', async ({ page }) => {
  const all = await days(page);
  await slider(page, 'Equity over time').focus();
  for (const [key, day] of [['ArrowLeft', 252], ['PageDown', 231], ['ArrowRight', 232], ['PageUp', 253], ['Home', 0], ['ArrowRight', 1], ['End', 253]] as const) {
    await page.keyboard.press(key);
    await expectEquityOf(page, all[day]);
    const words = await slider(page, 'Equity over time').getAttribute('aria-valuetext');
    expect(words).toBe(`${inWords(all[day]?.[0] ?? '')}, Equity $${all[day]?.[1]}`);
  }
  await page.keyboard.press('Home');
  await page.keyboard.press('Tab');
  await expectEquityOf(page, all[253]);
});

test('shows portfolio and benchmark since the start', async ({ page }) => {
  const all = await days(page);
  await slider(page, 'Return over time').focus();
  await page.keyboard.press('ArrowLeft');
  const day = all[252];
  await expect(reading(page, 'Return over time')).toContainText(inWords(day?.[0] ?? ''));
  const [portfolio, benchmark] = await reading(page, 'Return over time').locator('b').allTextContents();
  expect([portfolio, benchmark]).toEqual([day?.[9], day?.[10]]);
  const [own, other] = await reading(page, 'Drawdown over time').locator('b').allTextContents();
  expect([own, other]).toEqual([all[253]?.[8], all[253]?.[11]]);
});

test('puts the dots of a day on lines', async ({ page }) => {
  for (const name of CHARTS) {
    await slider(page, name).focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('PageUp');
    const svg = chart(page, name).getByRole('img');
    const [lines, dots] = await Promise.all([svg.locator('.series').count(), svg.locator('.dots').getAttribute('d')]);
    expect(dots?.match(/M21 \d+h0/g), name).toHaveLength(lines);
    const distance = await svg.evaluate((drawing) => {
      const dot = /M21 (\d+)/.exec(drawing.querySelector('.dots')?.getAttribute('d') ?? '');
      const line = drawing.querySelector<SVGPathElement>('.series');
      if (!dot || !line) return Infinity;
      const points = Array.from({ length: 4_001 }, (_, step) => line.getPointAtLength((line.getTotalLength() * step) / 4_000));
      return Math.min(...points.map((point) => Math.hypot(point.x - 21, point.y - Number(dot[1]))));
    });
    expect(distance, name).toBeLessThan(5);
  }
});

test.describe('on a touch screen', () => {
  test.use({ hasTouch: true, viewport: { width: 320, height: 640 } });

  test('keeps the day at the finger', async ({ page }) => {
    const all = await days(page);
    const area = chart(page, 'Equity over time').locator('.area');
    await area.scrollIntoViewIfNeeded();
    const box = await area.boundingBox();
    if (!box) throw new Error('the chart is not visible');
    await page.touchscreen.tap(box.x + 1, box.y + box.height / 2);
    await expect(reading(page, 'Equity over time')).not.toContainText(inWords(all[253]?.[0] ?? ''));
    const first = await reading(page, 'Equity over time').innerText();
    await area.dispatchEvent('pointermove', { pointerType: 'touch', clientX: box.x + box.width / 2, clientY: box.y + 5 });
    expect(await reading(page, 'Equity over time').innerText()).not.toBe(first);
    await expect(slider(page, 'Equity over time')).toBeFocused();
  });

  test('shows a pair of correlations by tap', async ({ page }) => {
    const grid = page.getByRole('region', { name: 'Correlation grid' }).getByRole('grid');
    const names = await grid.locator('thead th').allTextContents();
    await grid.getByRole('row').nth(2).getByRole('gridcell').first().tap();
    await expect(page.locator('output.readout')).toHaveText(new RegExp(`^${names[1]} and ${names[0]}: -?\\d\\.\\d\\d$`));
    await expect(grid.locator('th.at')).toHaveText([names[0] ?? '', names[1] ?? '']);
  });

  test('fits a phone without sideways scrolling', async ({ page }) => {
    const width = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth] as const);
    expect(width[0]).toBeLessThanOrEqual(width[1]);
    const labels = await chart(page, 'Return over time').locator('.along text').evaluateAll((all) =>
      all.map((label) => label.getBoundingClientRect()).filter((box) => box.width > 0).map(({ left, right }) => [left, right] as const));
    expect(labels.length).toBeGreaterThan(2);
    for (const [at, [left]] of labels.entries()) {
      const before = labels[at - 1];
      if (before) expect(left, 'dates do not overlap').toBeGreaterThan(before[1]);
    }
  });
});

test('shows charts of the last day without scripts', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const page = await context.newPage();
  await page.goto(`/portfolios/${id}`);
  for (const name of CHARTS) await expect(page.getByRole('img', { name: new RegExp(`^${name}`) })).toBeVisible();
  await expect(page.getByRole('slider')).toHaveCount(0);
  await expect(reading(page, 'Equity over time').locator('.when')).toHaveText('Dec 28, 2022');
  await page.getByText('All 254 dates as a table').click();
  await expect(page.locator('#days tbody tr').first()).toBeVisible();
  await context.close();
});

test('prints dark pages in the colors of paper', async ({ page }) => {
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const colors = await page.evaluate(() => {
    const of = (selector: string, property: string) => getComputedStyle(document.querySelector(selector) as Element).getPropertyValue(property);
    return [of('body', 'color'), of('body', 'background-color'), of('.series.main', 'stroke'), of('.bars svg', 'print-color-adjust')];
  });
  expect(colors).toEqual(['rgb(17, 24, 39)', 'rgb(255, 255, 255)', 'rgb(29, 78, 216)', 'exact']);
  await expect(page.getByRole('searchbox', { name: 'Find a symbol' })).toBeHidden();
  await expect(page.locator('.readout, .area input').first()).toBeHidden();
  await expect(page.locator('#days table')).toBeHidden();
  expect(await page.locator('#days > summary').evaluate((summary) => getComputedStyle(summary, '::after').content)).toContain('not printed');
});

test('has no accessibility violations while reading a day', async ({ page }) => {
  await slider(page, 'Return over time').focus();
  await page.keyboard.press('ArrowLeft');
  // Otherwise, the contents, which stay at the top of the window, may cover a part of a button.
  await page.evaluate(() => scrollTo(0, 0));
  for (const media of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { forcedColors: 'active' }] as const) {
    await page.emulateMedia({ ...media, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    expect(violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')}`)), JSON.stringify(media)).toEqual([]);
  }
});

test('tells lines apart without colors', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  for (const name of CHARTS) {
    const lines = chart(page, name).getByRole('img').locator('.series');
    const dashes = await lines.evaluateAll((all) => all.map((line) => getComputedStyle(line).strokeDasharray));
    expect(new Set(dashes).size, name).toBe(dashes.length);
  }
});

test('shows the largest weights and the cash', async ({ page }) => {
  const bars = page.locator('.weights li');
  expect(await bars.count()).toBeLessThanOrEqual(22);
  await expect(bars.last()).toContainText('Cash');
  await expect(bars.first()).toHaveText(/^\s*[A-Z]+\s*\d+\.\d%\s*\$[\d,]+\s*$/);
});

test('keeps the page small', async ({ request }) => {
  const html = await (await request.get(`/portfolios/${id}`)).body();
  expect(zlib.brotliCompressSync(html).length).toBeLessThan(60_000);
});

test('bounds the page of 10,000 positions', async ({ request }) => {
  const many = await create(request, 'Many lots', TEN_THOUSAND);
  await ended(request, many);
  const html = await (await request.get(`/portfolios/${many}`)).body();
  expect(zlib.brotliCompressSync(html).length).toBeLessThan(60_000);
});
