// Tests of the states of the live page, and of the changes between them. A change of state must not
// reload the page or move the log.

import { PHASES, expectPageEqualsDownloads, heading, linesOnPage, log, phase } from '../live';
import { type Told, create, expect, hydrated, idOf, live, status, test } from '../server';
import { ONE, openStalled, openWaitingAt } from './stalled';

test.use({ binary: 'scripted_server' });

test('shows every field of a running setup', async ({ page, request, server }) => {
  await openStalled(page, request, server, {
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
  await expect(collection).toContainText('18/20 symbols (90% coverage) · 2 warnings · See results');
  await expect(collection.getByText('45s', { exact: true })).toBeVisible();
  await expect(phase(page, 'Factor Analysis')).toContainText('Factor analysis complete');
  const snapshots = phase(page, 'Portfolio Snapshots');
  await expect(snapshots.getByText('Creating daily snapshots...')).toBeVisible();
  await expect(snapshots.getByText('142/254 dates', { exact: true })).toBeVisible();
  await expect(snapshots.getByRole('progressbar', { name: 'Portfolio Snapshots progress' })).toHaveAttribute('value', '142');
  await expect(phase(page, 'Correlations').getByText('Pending', { exact: true })).toBeVisible();
});

test('shows no bar for phase 9', async ({ page, request, server }) => {
  await openStalled(page, request, server, { phases: { '0': { status: 'completed' }, '8': { status: 'running', duration_seconds: 31 } } });
  const correlations = phase(page, 'Correlations');
  await expect(correlations.getByText('Running', { exact: true })).toBeVisible();
  await expect(correlations.getByText('Building correlation matrix...')).toBeVisible();
  await expect(correlations.getByRole('progressbar')).toBeHidden();
});

test('completes in place and moves focus to heading', async ({ page, request, server }) => {
  const id = await openWaitingAt(page, request, server, 'phase_2');
  const address = page.url();
  // Marks two elements with an attribute. At the end, the test checks that the attributes are still
  // there, which proves that the page has not replaced the elements.
  await log(page).evaluate((element) => element.setAttribute('data-mine', 'log'));
  await phase(page, 'Market Data Collection').evaluate((element) => element.setAttribute('data-mine', 'phase'));
  const lines = await linesOnPage(page);
  await expect(phase(page, 'Portfolio Snapshots').getByText('Running', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel Setup' }).focus();
  server.script({});
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(heading(page), 'the focused button was removed').toBeFocused();
  expect(page.url(), 'no redirect').toBe(address);
  await expect(page.locator('[data-mine="log"]')).toHaveCount(1);
  await expect(page.locator('[data-mine="phase"]')).toHaveCount(1);
  expect((await linesOnPage(page)).slice(0, lines.length)).toEqual(lines);
  for (const name of PHASES) await expect(phase(page, name).getByText(/^Completed( with warnings)?$/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel Setup' })).toBeHidden();
  await expectPageEqualsDownloads(page, request, id);
});

test('keeps the log in view at the end', async ({ page, request, server }) => {
  await page.setViewportSize({ width: 900, height: 600 });
  const id = await openWaitingAt(page, request, server, 'phase_2');
  await log(page).evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const top = async () => Math.round((await log(page).boundingBox())?.y ?? 0);
  const before = await top();
  server.script({});
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(heading(page), 'focused without scrolling').toBeFocused();
  expect(Math.abs((await top()) - before), 'pixels that the log moved').toBeLessThanOrEqual(2);
  await expectPageEqualsDownloads(page, request, id);
});

test('leaves the focus of a busy reader alone', async ({ page, request, server }) => {
  const id = await openWaitingAt(page, request, server, 'phase_2');
  await page.getByRole('searchbox', { name: 'Search the log' }).focus();
  server.script({});
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(page.getByRole('searchbox', { name: 'Search the log' })).toBeFocused();
  await expectPageEqualsDownloads(page, request, id);
});

test('fails in place with an alert', async ({ page, request, server }) => {
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
  await expect(alert).toContainText(`Give them support code ${known.support_code}.`);
  await expect(phase(page, 'Position Betas').getByText('Failed', { exact: true })).toBeVisible();
  expect(page.url()).toBe(address);
  await expect(page.locator('[data-mine="log"]')).toHaveCount(1);
  await expectPageEqualsDownloads(page, request, id);
});

test('expands the summary to the missing symbols', async ({ page, request, server }) => {
  await openStalled(page, request, server, {
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

test('uses singular nouns for a single position', async ({ page, request, server }) => {
  await openStalled(page, request, server, {
    status: 'completed',
    summary: { positions_analyzed: 1, positions_total: 1, positions_unavailable: 0, trading_days: 1, phases_completed: 9, phases_total: 9, unavailable_symbols: [] },
  });
  await expect(page.getByText('1 position analyzed', { exact: true })).toBeVisible();
  await expect(page.getByText('1 trading day of history', { exact: true })).toBeVisible();
});

test('does not call missing results ready', async ({ page, request, server }) => {
  const title = 'Fewer than two symbols have enough returns';
  await openStalled(page, request, server, {
    status: 'completed',
    phases: { '8': { status: 'completed', warnings: 1, warning_groups: [{ title, effect: 'There are no correlations.', symbols: [] }] } },
  });
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(page.getByText('Your results are ready, except for the parts listed below.', { exact: true })).toBeVisible();
  await expect(page.getByText(title)).toBeVisible();
  await expect(page.getByText('Risk metrics, factor exposures, and correlations ready')).toBeHidden();
});

test('leaves out unknown numbers of the summary', async ({ page, request, server }) => {
  await openStalled(page, request, server, { status: 'completed', elapsed_seconds: 872, summary: null });
  const summary = page.getByRole('region', { name: 'Summary' });
  await expect(summary.getByText('Total time: 14m 32s', { exact: true })).toBeVisible();
  await expect(summary.getByRole('listitem')).toHaveCount(1);
});

test('says nothing about unknown phases of a failure', async ({ page, request, server }) => {
  await openStalled(page, request, server, { ...failed({ code: 'test', message: 'Why.', phase_id: null }), overall_progress: null });
  await expect(page.getByText('We encountered an issue while setting up your portfolio.', { exact: true })).toBeVisible();
  await expect(page.getByRole('alert').getByText('Error: Why.', { exact: true })).toBeVisible();
});

test('reports a log that is no longer available', async ({ page, request, server }) => {
  await openStalled(page, request, server, { status: 'completed', portfolio_name: 'Old', activity_log: [], last_seq: 0 });
  await expect(page.getByText('Your portfolio "Old" is ready.')).toBeVisible();
  await expect(page.getByText('This log is no longer available', { exact: true })).toBeVisible();
});

test('shows Setup Cancelled and offers a retry', async ({ page, request, server }) => {
  server.script({ delay_ms: 3_600_000 });
  await page.goto(live(await create(request, 'Cancelled', ONE)));
  await hydrated(page);
  await request.post(`/api/v1/onboarding/portfolios/${idOf(page)}/cancel`);
  await expect(heading(page)).toHaveText('Setup Cancelled');
  await expect(page.getByText('You cancelled this setup.', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Retry Setup' })).toBeVisible();
  await expect(phase(page, PHASES[0]!).getByText('Cancelled', { exact: true })).toBeVisible();
  await expect(page).toHaveTitle('Cancelled \u{b7} Cancelled');
  const icon = await page.locator('link[rel=icon]').getAttribute('href');
  expect(icon, 'gray').toContain('%236b7280');
  expect(icon, 'not red').not.toContain('ef4444');
});

const failed = (error: Told, reused = 0): Told => ({
  status: 'failed', error, retry: { reused_phases: reused, failed_seconds: 5, start_seconds: 75 }, phases: { '0': { status: 'failed' } },
});

for (const { name, who, advice, retries, isPrimary } of [
  { name: 'the owner', who: 'you', advice: 'You can fix this: leave out some positions.', retries: false, isPrimary: false },
  { name: 'time', who: 'time', advice: 'This usually passes by itself: retry in a moment.', retries: true, isPrimary: true },
  { name: 'the operator', who: 'operator', advice: 'This needs the person who runs this server. Give them support code ABC-123.', retries: true, isPrimary: false },
]) {
  test(`says that ${name} can fix the failure`, async ({ page, request, server }) => {
    await openStalled(page, request, server, failed({ code: 'test', message: 'Why.', phase_id: 'phase_1', who, advice }));
    await expect(page.getByRole('alert').getByText(advice, { exact: true })).toBeVisible();
    const retry = page.getByRole('button', { name: 'Retry Setup' });
    await expect(retry).toBeVisible({ visible: retries });
    await expect(page.getByRole('button', { name: 'Correct positions' })).toBeVisible({ visible: !retries });
    if (retries) expect((await retry.getAttribute('class'))!.includes('primary')).toBe(isPrimary);
    await expect(page.getByRole('link', { name: 'View Portfolio Anyway' }), 'nothing was computed').toBeHidden();
  });
}

test('lists twelve of many unknown symbols', async ({ page, request, server }) => {
  const symbols = Array.from({ length: 512 }, (_, index) => `ZZZ${index}`);
  const group = { title: 'No prices', effect: 'Left out.', symbols, symbols_total: 4_800 };
  await openStalled(page, request, server, {
    status: 'completed',
    summary: {
      positions_analyzed: 1, positions_total: 4_801, positions_unavailable: 4_800, trading_days: 254, phases_completed: 9, phases_total: 9,
      unavailable_symbols: symbols.map((symbol) => ({ symbol, reason: 'unknown' })), unavailable_total: 4_800,
      positions_sentence: '1 of 4,801 positions analyzed; 4,800 left out because ZZZ0, ZZZ1, ZZZ2 and 4,797 others have no prices.',
    },
    phases: { '0': { status: 'completed', warnings: 4_800, warning_groups: [group] } },
  });
  await expect(page.getByText(/^1 of 4,801 positions analyzed; 4,800 left out because/)).toBeVisible();
  const summary = page.getByRole('region', { name: 'Summary' });
  await summary.getByText('1 position analyzed (4,800 unavailable symbols)', { exact: true }).click();
  await expect(summary.getByText('ZZZ11: unknown', { exact: true })).toBeVisible();
  await expect(summary.getByText(/^ZZZ12: unknown, /)).toBeHidden();
  await summary.getByText('Show all 4,800', { exact: true }).click();
  await expect(summary.getByText(/^ZZZ12: unknown, .*, ZZZ511: unknown$/)).toBeVisible();
  await expect(summary.getByText('and 4,288 more in the log file', { exact: true })).toBeVisible();
  const warnings = page.getByRole('region', { name: 'Before you read the results' });
  await expect(warnings.getByText(`: ${symbols.slice(0, 12).join(', ')}`, { exact: true })).toBeVisible();
  await warnings.getByText('Show all 4,800', { exact: true }).click();
  await expect(warnings.getByText(/^ZZZ12, .*, ZZZ511$/)).toBeVisible();
  await expect(warnings.getByText('and 4,288 more in the log file', { exact: true })).toBeVisible();
});

test('shows how many setups are ahead', async ({ page, request, server }) => {
  await openStalled(page, request, server, { queue_position: 3 });
  await expect(page.getByText('3 setups ahead of yours', { exact: true })).toBeVisible();
  await expect(page.getByText('Not started yet', { exact: true })).toBeVisible();
  server.tell({ queue_position: 1, overall_progress: { phases_completed: 1 } });
  await expect(page.getByText('Waiting to continue', { exact: true })).toBeVisible();
});

test('shows when which attempt ended', async ({ page, request, server }) => {
  const at = { completed_at: '2026-01-09T17:18:32.000Z', server_time: '2026-01-09T19:00:00.000Z' };
  await openStalled(page, request, server, { ...at, status: 'completed' });
  await expect(page.getByText('Finished at 12:18', { exact: true })).toBeVisible();
  await openStalled(page, request, server, { ...at, status: 'failed', attempt: 2, attempts: 3 });
  await expect(page.getByText('Attempt 2 of 3, ended at 12:18', { exact: true })).toBeVisible();
  await openStalled(page, request, server, { ...at, server_time: '2026-02-01T19:00:00.000Z', status: 'completed' });
  await expect(page.getByText('Finished on 2026-01-09 at 12:18', { exact: true })).toBeVisible();
});
