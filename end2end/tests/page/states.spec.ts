// Every state, and the passages between them without a jump.

import { PHASES, expectPageEqualsDownloads, heading, linesOnPage, log, phase } from '../live';
import { create, expect, hydrated, idOf, live, status, test } from '../server';
import { ONE, openHeld, openWaitingAt } from './held';

test.use({ binary: 'scripted_server' });

test('running: every part says what the server says', async ({ page, request, server }) => {
  await openHeld(page, request, server, {
    portfolio_name: 'Growth Portfolio',
    positions_total: 20,
    elapsed_seconds: 261,
    overall_progress: { percent_complete: 45 },
    summary: { positions_analyzed: 18, positions_total: 20, positions_unavailable: 2, trading_days: 254, phases_completed: 3, phases_total: 9, unavailable_symbols: [] },
    phases: {
      '0': { status: 'completed', warnings: 2, summary: '18/20 symbols (90% coverage)', duration_seconds: 45 },
      '1': { status: 'completed', summary: 'Factor analysis complete', duration_seconds: 12 },
      '3': { status: 'running', current: 142, total: 254, duration_seconds: 204 },
    },
  });
  await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  await expect(page.getByText(/^Analyzing 254 trading days for 20 positions\./)).toBeVisible();
  await expect(page.getByText('Overall: 45% complete', { exact: true })).toBeVisible();
  await expect(page.getByText(/^Elapsed: 4m 2\ds$/)).toBeVisible();
  const collection = phase(page, 'Market Data Collection');
  await expect(collection.getByText('Completed with warnings', { exact: true })).toBeVisible();
  await expect(collection).toContainText('18/20 symbols (90% coverage). 2 warnings in the log');
  await expect(collection.getByText('45s', { exact: true })).toBeVisible();
  await expect(phase(page, 'Factor Analysis')).toContainText('Factor analysis complete');
  const snapshots = phase(page, 'Portfolio Snapshots');
  await expect(snapshots.getByText('Creating daily snapshots...')).toBeVisible();
  await expect(snapshots.getByText('142/254 dates', { exact: true })).toBeVisible();
  await expect(snapshots.getByRole('progressbar', { name: 'Portfolio Snapshots progress' })).toHaveAttribute('value', '142');
  await expect(phase(page, 'Correlations').getByText('Pending', { exact: true })).toBeVisible();
});

test('phase 9 has no total: a message, no bar', async ({ page, request, server }) => {
  await openHeld(page, request, server, { phases: { '0': { status: 'completed' }, '8': { status: 'running', duration_seconds: 31 } } });
  const correlations = phase(page, 'Correlations');
  await expect(correlations.getByText('Running', { exact: true })).toBeVisible();
  await expect(correlations.getByText('Building correlation matrix...')).toBeVisible();
  await expect(correlations.getByRole('progressbar')).toBeHidden();
});

test('from running to complete phases and log stay where they are, heading and focus follow, nobody is led away', async ({ page, request, server }) => {
  const id = await openWaitingAt(page, request, server, 'phase_2');
  const address = page.url();
  // Marks that only these very elements carry.
  await log(page).evaluate((element) => element.setAttribute('data-mine', 'log'));
  await phase(page, 'Market Data Collection').evaluate((element) => element.setAttribute('data-mine', 'phase'));
  const lines = await linesOnPage(page);
  await expect(phase(page, 'Portfolio Snapshots').getByText('Running', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel Setup' }).focus();
  server.script({});
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(heading(page), 'what had the focus is gone').toBeFocused();
  expect(page.url(), 'no redirect').toBe(address);
  await expect(page.locator('[data-mine="log"]')).toHaveCount(1);
  await expect(page.locator('[data-mine="phase"]')).toHaveCount(1);
  expect((await linesOnPage(page)).slice(0, lines.length)).toEqual(lines);
  for (const name of PHASES) await expect(phase(page, name).getByText(/^Completed( with warnings)?$/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel Setup' })).toBeHidden();
  await expectPageEqualsDownloads(page, request, id);
});

test('whoever reads the log when the setup ends still has it before their eyes', async ({ page, request, server }) => {
  await page.setViewportSize({ width: 900, height: 600 });
  const id = await openWaitingAt(page, request, server, 'phase_2');
  await log(page).evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const top = async () => Math.round((await log(page).boundingBox())?.y ?? 0);
  const before = await top();
  server.script({});
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(heading(page), 'focused, where it is').toBeFocused();
  expect(Math.abs((await top()) - before), 'pixels that the log moved').toBeLessThanOrEqual(2);
  await expectPageEqualsDownloads(page, request, id);
});

test('a reader who is busy elsewhere keeps the focus at the end', async ({ page, request, server }) => {
  const id = await openWaitingAt(page, request, server, 'phase_2');
  await page.getByRole('searchbox', { name: 'Search the log' }).focus();
  server.script({});
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(page.getByRole('searchbox', { name: 'Search the log' })).toBeFocused();
  await expectPageEqualsDownloads(page, request, id);
});

test('from running to failed the page says where and why, in place, as an alert', async ({ page, request, server }) => {
  const id = await openWaitingAt(page, request, server, 'phase_2');
  const address = page.url();
  await log(page).evaluate((element) => element.setAttribute('data-mine', 'log'));
  server.script({ store_refuses: 'phase_3' });
  await expect(heading(page)).toHaveText('Setup Interrupted');
  const alert = page.getByRole('alert');
  const known = await status(request, id);
  await expect(alert.getByText('Failed at: Phase 6 (Position Betas)', { exact: true })).toBeVisible();
  await expect(alert.getByText('Completed: Phases 1-5 (Market Data Collection to Position Values)', { exact: true })).toBeVisible();
  await expect(alert.getByText(`Error: ${known.error?.message}`, { exact: true })).toBeVisible();
  await expect(alert).toContainText(`Support code ${known.support_code}.`);
  await expect(phase(page, 'Position Betas').getByText('Failed', { exact: true })).toBeVisible();
  expect(page.url()).toBe(address);
  await expect(page.locator('[data-mine="log"]')).toHaveCount(1);
  await expectPageEqualsDownloads(page, request, id);
});

test('complete: the summary is the server\'s, and opens to say which symbols are missing and why', async ({ page, request, server }) => {
  await openHeld(page, request, server, {
    status: 'completed',
    elapsed_seconds: 872,
    summary: {
      positions_analyzed: 18, positions_total: 20, positions_unavailable: 2, trading_days: 254, phases_completed: 9, phases_total: 9,
      unavailable_symbols: [{ symbol: 'HZNP', reason: 'delisted' }, { symbol: 'SGEN', reason: 'unknown to Tiingo' }],
    },
  });
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(page.getByText('Your portfolio "Growth Portfolio" is ready.', { exact: true })).toBeVisible();
  await page.getByText('18 positions analyzed (2 unavailable symbols)', { exact: true }).click();
  await expect(page.getByText('HZNP: delisted', { exact: true })).toBeVisible();
  await expect(page.getByText('SGEN: unknown to Tiingo', { exact: true })).toBeVisible();
  await expect(page.getByText('254 trading days of history', { exact: true })).toBeVisible();
  await expect(page.getByText('Total time: 14m 32s', { exact: true })).toBeVisible();
  await expect(page.getByText('Risk metrics, factor exposures, and correlations ready', { exact: true })).toBeVisible();
});

test('one position, one day, no symbol missing: the words fit', async ({ page, request, server }) => {
  await openHeld(page, request, server, {
    status: 'completed',
    summary: { positions_analyzed: 1, positions_total: 1, positions_unavailable: 0, trading_days: 1, phases_completed: 9, phases_total: 9, unavailable_symbols: [] },
  });
  await expect(page.getByText('1 position analyzed', { exact: true })).toBeVisible();
  await expect(page.getByText('1 trading day of history', { exact: true })).toBeVisible();
});

test('what could not be computed is not called ready', async ({ page, request, server }) => {
  const title = 'Fewer than two symbols have enough returns';
  await openHeld(page, request, server, {
    status: 'completed',
    phases: { '8': { status: 'completed', warnings: 1, warning_groups: [{ title, effect: 'There are no correlations.', symbols: [] }] } },
  });
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(page.getByText('What could be computed is ready; what could not stands below.', { exact: true })).toBeVisible();
  await expect(page.getByText(title)).toBeVisible();
  await expect(page.getByText('Risk metrics, factor exposures, and correlations ready')).toBeHidden();
});

test('a log that is no longer kept is said to be', async ({ page, request, server }) => {
  await openHeld(page, request, server, { status: 'completed', portfolio_name: 'Old', activity_log: [], last_seq: 0 });
  await expect(page.getByText('Your portfolio "Old" is ready.')).toBeVisible();
  await expect(page.getByText('The log of this setup is no longer kept', { exact: true })).toBeVisible();
});

test('cancelled: a heading of its own, and retry is offered', async ({ page, request, server }) => {
  server.script({ delay_ms: 3_600_000 });
  await page.goto(live(await create(request, 'Cancelled', ONE)));
  await hydrated(page);
  await request.post(`/api/v1/onboarding/portfolios/${idOf(page)}/cancel`);
  await expect(heading(page)).toHaveText('Setup Cancelled');
  await expect(page.getByText('You cancelled this setup.', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Retry Setup' })).toBeVisible();
});

test('in the line for a worker the page says how many are ahead, and that nothing has begun', async ({ page, request, server }) => {
  await openHeld(page, request, server, { queue_position: 3 });
  await expect(page.getByText('Waiting for 3 others', { exact: true })).toBeVisible();
  await expect(page.getByText('Not started yet', { exact: true })).toBeVisible();
  server.tell({ queue_position: 1, overall_progress: { phases_completed: 1 } });
  await expect(page.getByText('Waiting for a worker', { exact: true })).toBeVisible();
});

test('the end says when it was, and of which attempt', async ({ page, request, server }) => {
  const at = { completed_at: '2026-01-09T17:18:32.000Z', server_time: '2026-01-09T19:00:00.000Z' };
  await openHeld(page, request, server, { ...at, status: 'completed' });
  await expect(page.getByText('Finished at 12:18', { exact: true })).toBeVisible();
  await openHeld(page, request, server, { ...at, status: 'failed', attempt: 2, attempts: 3 });
  await expect(page.getByText('Attempt 2 of 3, ended at 12:18', { exact: true })).toBeVisible();
  await openHeld(page, request, server, { ...at, server_time: '2026-02-01T19:00:00.000Z', status: 'completed' });
  await expect(page.getByText('Finished on 2026-01-09 at 12:18', { exact: true })).toBeVisible();
});
