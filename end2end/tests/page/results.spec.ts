// Tests that links to results appear during a run, and that the page shows how long each phase took
// once the run has ended.

import { expectPageEqualsDownloads, heading, phase } from '../live';
import { create, ended, expect, hydrated, live, status, test } from '../server';
import { ONE, openStalled, openWaitingAt } from './stalled';

test.use({ binary: 'scripted_server' });

test('opens results of finished phases during the run', async ({ page, request, server }) => {
  const id = await openWaitingAt(page, request, server, 'phase_3');
  await expect(phase(page, 'Position Betas').getByText('Running', { exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'See results of Position Betas' })).toBeHidden();
  for (const [name, title] of [
    ['Market Data Collection', 'Market data'],
    ['Factor Analysis', 'Factor betas of each symbol'],
    ['Symbol Metrics', 'Symbols'],
    ['Portfolio Snapshots', 'Equity'],
    ['Position Values', 'Holdings'],
  ] as const) {
    await page.getByRole('link', { name: `See results of ${name}` }).click();
    await expect(page.getByRole('heading', { level: 2, name: title, exact: true })).toBeInViewport();
    await page.goBack();
    await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  }
  server.script({});
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(page.getByRole('link', { name: 'See results of Correlations' })).toBeVisible();
  await expectPageEqualsDownloads(page, request, id);
});

test('shows time by phase as bar and text', async ({ page, request, server }) => {
  const durations = [45_000, 12_000, 400, 495_000, 20_000, 61_000, 30_000, 7, 42_000];
  const phases = Object.fromEntries(durations.map((duration_ms, index) => [String(index), {
    status: 'completed', duration_ms, duration_seconds: Math.floor(duration_ms / 1000), usual_seconds: { low: 300, high: 480 },
  }]));
  await openStalled(page, request, server, { status: 'completed', phases });
  const region = page.getByRole('region', { name: 'Time by phase', exact: true });
  await expect(region.getByRole('img', { name: 'Time by phase of this setup', exact: true })).toBeVisible();
  await expect(region.getByRole('img', { name: 'Typical time by phase', exact: true })).toBeVisible();
  await region.getByText('Exact times').click();
  await expect(region.getByRole('listitem')).toHaveText([
    'Market Data Collection: 45s, usually 5 to 8 min',
    'Factor Analysis: 12s, usually 5 to 8 min',
    'Symbol Metrics: 400 ms, usually 5 to 8 min',
    'Portfolio Snapshots: 8m 15s, usually 5 to 8 min',
    'Position Values: 20s, usually 5 to 8 min',
    'Position Betas: 1m 1s, usually 5 to 8 min',
    'Factor Exposures: 30s, usually 5 to 8 min',
    'Volatility Analysis: 7 ms, usually 5 to 8 min',
    'Correlations: 42s, usually 5 to 8 min',
  ]);
  const widths = await region.getByRole('img').first().locator('rect').evaluateAll((all) => all.map((rect) => Number(rect.getAttribute('width'))));
  expect(widths[3], 'the longest phase is the widest').toBe(Math.max(...widths));
});

test('shows the durations that the API reports', async ({ page, request, server }) => {
  server.script({ delay_ms: 400 });
  const id = await create(request, 'Timed', ONE);
  await ended(request, id);
  await page.goto(live(id));
  await hydrated(page);
  const known = (await status(request, id)).phases!;
  const region = page.getByRole('region', { name: 'Time by phase', exact: true });
  await region.getByText('Exact times').click();
  const words = await region.getByRole('listitem').allTextContents();
  expect(words.map((line) => /: (\d+ ms|under 1 ms|\ds)/.exec(line)?.[1])).toEqual(
    known.map(({ duration_ms: ms }) => (ms === 0 ? 'under 1 ms' : ms! < 1_000 ? `${ms} ms` : `${Math.floor(ms! / 1_000)}s`)),
  );
});

test('hides time by phase without any duration', { tag: '@status' }, async ({ page, request, server }) => {
  const nothing = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [String(index), { status: 'completed', duration_ms: 0 }]));
  await openStalled(page, request, server, { status: 'completed', phases: nothing });
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(page.getByRole('region', { name: 'Time by phase', exact: true })).toBeHidden();
});

test('shows durations under a second in milliseconds', async ({ page, request, server }) => {
  await openStalled(page, request, server, {
    status: 'completed', elapsed_seconds: 0, elapsed_ms: 412,
    phases: { '0': { status: 'completed', duration_seconds: 0, duration_ms: 399 }, '1': { status: 'completed', duration_seconds: 0, duration_ms: 12 } },
  });
  await expect(page.getByText('Total time: 412 ms', { exact: true })).toBeVisible();
  await expect(phase(page, 'Market Data Collection').getByText('399 ms', { exact: true })).toBeVisible();
  const region = page.getByRole('region', { name: 'Time by phase', exact: true });
  await region.getByText('Exact times').click();
  await expect(region.getByText('Factor Analysis: 12 ms')).toBeVisible();
});
