// Tests of the live page's layout: nothing moves while a run goes on and ends, the log begins
// within the first screen of a phone, and the actions are always in reach.

import { type Locator, type Page } from '@playwright/test';

import { heading, log, phase } from './live';
import { AT_45, ONE, openStalled, openWaitingAt } from './page/stalled';
import { type Told, create, expect, hydrated, live, test } from './server';

test.use({ binary: 'scripted_server' });

const PHONE = { width: 390, height: 844 };
const TABLET = { width: 768, height: 1_024 };
const LAPTOP = { width: 1_440, height: 900 };

/** Records every layout shift of a page from its first paint, with the elements that moved. */
async function recordShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: { value: number; moved: string[] }[] = [];
    Object.assign(window, { shifts });
    const name = (node: Node | null) => (node instanceof Element ? `${node.tagName}.${node.getAttribute('class') ?? ''}` : node?.nodeName ?? '');
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[] })[]) {
        shifts.push({ value: entry.value, moved: entry.sources.map(({ node, previousRect: a, currentRect: b }) => `${name(node)} from ${a.y} (${a.height} high) to ${b.y} (${b.height} high)`) });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** Expects that everything that moved since the first paint adds up to almost nothing. */
async function expectStill(page: Page): Promise<void> {
  // Shifts are reported after the next frame.
  await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
  const shifts = await page.evaluate(() => (window as unknown as { shifts: { value: number; moved: string[] }[] }).shifts);
  const total = shifts.reduce((sum, { value }) => sum + value, 0);
  expect(total, JSON.stringify(shifts, null, 1)).toBeLessThan(0.02);
}

const top = async (part: Locator) => Math.round((await part.boundingBox())?.y ?? Infinity);
const box = async (part: Locator) => (await part.boundingBox())!;
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

/** Status fields of a run that runs the phase with this index. */
function at(index: number): Told {
  const phases = Object.fromEntries(Array.from({ length: index }, (_, done) => [String(done), {
    status: 'completed', duration_seconds: 45, summary: '18/20 symbols (90% coverage)', ...(done === 0 ? { warnings: 2 } : {}),
  }]));
  const running = { status: 'running', duration_seconds: 204, usual_seconds: { low: 300, high: 480 }, ...(index < 8 ? { current: 142, total: 254 } : {}) };
  const facts = { positions_analyzed: 18, positions_total: 20, positions_unavailable: 2, trading_days: 254, phases_completed: index, phases_total: 9, unavailable_symbols: [] };
  return { ...AT_45, next_poll_ms: 250, positions_total: 20, summary: facts, phases: { ...phases, [String(index)]: running } };
}

for (const size of [PHONE, LAPTOP]) {
  test.describe(`in a window of ${size.width} pixels`, () => {
    test.use({ viewport: size });

    test.beforeEach(async ({ page }) => {
      await recordShifts(page);
    });

    test('moves nothing until the run completes', async ({ page, request, server }) => {
      await openWaitingAt(page, request, server, 'phase_1.75');
      await expect(phase(page, 'Symbol Metrics').getByText('Running', { exact: true })).toBeVisible();
      server.script({ hold: 'phase_2', set: { next_poll_ms: 250, limit_wait_seconds: 90, heartbeat_age_seconds: 45 } });
      await expect(phase(page, 'Portfolio Snapshots').getByText('Running', { exact: true })).toBeVisible();
      await expect(page.getByText(/^Waiting for the data provider/)).toBeVisible();
      server.script({});
      await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
      await expectStill(page);
    });

    test('moves nothing when a short run completes', async ({ page, request, server }) => {
      await openWaitingAt(page, request, server, 'phase_1');
      server.script({});
      await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
      await expectStill(page);
    });

    test('moves nothing when the run fails', async ({ page, request, server }) => {
      await openWaitingAt(page, request, server, 'phase_2');
      server.script({ store_refuses: 'phase_3' });
      await expect(heading(page)).toHaveText('Setup Interrupted');
      await expectStill(page);
    });

    test('moves nothing when the run is cancelled', async ({ page, request, server }) => {
      const id = await openWaitingAt(page, request, server, 'phase_2');
      await request.post(`/api/v1/onboarding/portfolios/${id}/cancel`);
      server.script({});
      await expect(heading(page)).toHaveText('Setup Cancelled');
      await expectStill(page);
    });
  });
}

test('begins the log within a phone\'s first screen', async ({ page, request, server }) => {
  await page.setViewportSize(PHONE);
  await openStalled(page, request, server, at(0));
  for (let index = 0; index < 9; index += 1) {
    for (const told of [at(index), { ...at(index), limit_wait_seconds: 90, heartbeat_age_seconds: 45 }]) {
      server.tell(told);
      await expect(page.getByRole('list', { name: 'Phase progress' }).locator('.running')).toContainText(`${index + 1}. `);
      expect(await top(log(page)), `in phase ${index + 1}`).toBeLessThanOrEqual(700);
    }
  }
});

test('folds pending phases into one line', async ({ page, request, server }) => {
  await page.setViewportSize(PHONE);
  await openStalled(page, request, server, at(0));
  const folded = page.getByText('8 to go', { exact: true });
  await expect(folded).toBeInViewport();
  await expect(page.getByRole('list', { name: 'Phase progress' }).getByRole('listitem'), 'for screen readers').toHaveCount(9);
  expect((await box(phase(page, 'Correlations'))).height, 'folded').toBeLessThan(2);
  const before = await top(log(page));
  await folded.click();
  await expect(page.getByText(/^Factor Analysis, Symbol Metrics, .*, Correlations$/)).toBeVisible();
  expect(await top(log(page)), 'opening it moves nothing below').toBe(before);
});

test('shows all nine phases at the end', async ({ page, request, server }) => {
  await page.setViewportSize(PHONE);
  await openStalled(page, request, server, { ...at(8), status: 'completed' });
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  const rows = page.getByRole('list', { name: 'Phase progress' }).getByRole('listitem');
  for (const row of await rows.all()) expect((await box(row)).height).toBeGreaterThan(15);
  await expect(rows.last()).toBeInViewport();
  await expect(log(page)).toBeInViewport();
});

for (const size of [PHONE, TABLET, LAPTOP]) {
  test(`reaches all actions without scrolling at ${size.width} pixels`, async ({ page, request, server }) => {
    await page.setViewportSize(size);
    await openStalled(page, request, server, at(3));
    for (const name of ['Notify me when done', 'Pause updates', 'Cancel Setup']) {
      await expect(page.getByRole('button', { name, exact: true })).toBeInViewport({ ratio: 1 });
    }
    await expect(page.getByRole('link', { name: 'Download Full Log' })).toBeInViewport({ ratio: 1 });
    const look = (part: Locator) => part.evaluate((element) => [getComputedStyle(element).color, getComputedStyle(element).borderColor]);
    const [download, cancel] = [page.getByRole('link', { name: 'Download Full Log' }), page.getByRole('button', { name: 'Cancel Setup' })];
    expect(await look(cancel), 'cancel never looks like download').not.toEqual(await look(download));
  });
}

test('puts phases beside findings and log', async ({ page, request, server }) => {
  await page.setViewportSize({ width: 1_100, height: 900 });
  await openStalled(page, request, server, at(3));
  const parts = () => Promise.all(['Phase progress', 'What we found so far', 'Activity log'].map((name) => box(region(page, name))));
  let [phases, found, lines] = await parts();
  expect(phases!.x + phases!.width).toBeLessThan(found!.x);
  expect(found!.x).toBe(lines!.x);
  expect(found!.y + found!.height).toBeLessThan(lines!.y);
  await expect(page.getByRole('heading', { name: 'Phase progress' })).toBeVisible();
  await page.setViewportSize({ width: 1_099, height: 900 });
  [phases, found, lines] = await parts();
  // The border of their common card is one pixel wide.
  expect([phases!.x - 1, found!.x - 1], 'stacked').toEqual([lines!.x, lines!.x]);
  expect(Math.max(phases!.y + phases!.height, found!.y + found!.height)).toBeLessThan(lines!.y);
});

test('keeps progress in sight while scrolling', async ({ page, request, server }) => {
  await page.setViewportSize(PHONE);
  await openStalled(page, request, server, at(3));
  await page.getByText('Keyboard shortcuts', { exact: true }).scrollIntoViewIfNeeded();
  await page.mouse.wheel(0, 2_000);
  for (const text of ['Overall: 45% complete', '6 to 9 min left', /^done about \d+:\d\d [AP]M$/]) {
    await expect(page.getByText(text, { exact: true })).toBeInViewport({ ratio: 1 });
  }
});

test('links from the head to warnings below', async ({ page, request, server }) => {
  server.script({ unknown: { KO: 'delisted' } });
  const id = await create(request, 'Warned', `${ONE}KO,1,40,2021-03-08\n`);
  await page.goto(live(id));
  await hydrated(page);
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  const warnings = region(page, 'Before you read the results');
  expect(await top(warnings)).toBeGreaterThan(await top(log(page)));
  await page.getByRole('link', { name: /^\d+ warnings?$/ }).click();
  await expect(warnings.getByRole('heading')).toBeInViewport();
});
