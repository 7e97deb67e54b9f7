import { type Page } from '@playwright/test';

import { PHASES, expectPageEqualsDownloads, heading, linesOnPage, phase } from './live';
import { create, ended, expect, hydrated, idOf, live, status, test } from './server';

test.use({ binary: 'scripted_server' });

async function messages(page: Page): Promise<string[]> {
  return (await linesOnPage(page)).map((line) => line.message);
}

/**
 * Starts a run of the sample portfolio, which fails at phase 6 in these tests. Waits until the page
 * shows the failure.
 */
async function failedAtBetas(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'Try a sample portfolio' }).click();
  await expect(heading(page)).toHaveText('Setup Interrupted');
  await hydrated(page);
}

test.describe('with a store that rejects the result of phase 6', () => {
  test.beforeEach(({ server }) => server.script({ store_refuses: 'phase_3' }));

  test('shows the failed phase, reason and next steps', async ({ page, request }) => {
    await failedAtBetas(page);
    const alert = page.getByRole('alert');
    await expect(alert.getByText('Failed at: Phase 6 (Position Betas)', { exact: true })).toBeVisible();
    await expect(alert.getByText('Completed: Phases 1-5 (Market Data Collection to Position Values)', { exact: true })).toBeVisible();
    await expect(alert.getByText('Error: The database refused this.', { exact: true })).toBeVisible();
    const { support_code: code } = await status(request, idOf(page));
    await expect(alert.getByText(`This needs the person who runs this server. Give them support code ${code}. Retry once they've checked the database.`, { exact: true })).toBeVisible();
    for (const [index, name] of PHASES.entries()) {
      await expect(phase(page, name)).toContainText(index < 5 ? 'Completed' : index === 5 ? 'Failed' : 'Pending');
    }
    await expect(page.getByRole('link', { name: 'Download Log' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Retry Setup' })).toBeVisible();
    expect(await page.content(), 'no message of the database itself').not.toContain('database is locked');
    const lines = await linesOnPage(page);
    expect(lines.filter((line) => line.level === 'ERROR')).toHaveLength(1);
    await expectPageEqualsDownloads(page, request, idOf(page));
    await page.getByRole('link', { name: 'View Portfolio Anyway' }).click();
    await expect(page.getByRole('heading', { name: 'Holdings' })).toBeVisible();
  });

  test('reuses finished phases after Retry Setup', async ({ page, server, request }) => {
    await failedAtBetas(page);
    server.script({});
    await page.getByRole('button', { name: 'Retry Setup' }).click();
    await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
    const lines = await messages(page);
    for (const number of [1, 2, 3, 4, 5]) expect(lines.filter((line) => line.startsWith(`Phase ${number} reused from attempt 1`))).toHaveLength(1);
    for (const number of [6, 7, 8, 9]) expect(lines.filter((line) => line.startsWith(`Phase ${number} complete`))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('Fetched')), 'nothing is fetched twice').toEqual([]);
    await expect(page.getByText('18 positions analyzed (2 unavailable symbols)', { exact: true })).toBeVisible();
    await expect(page.getByText('254 trading days of history', { exact: true })).toBeVisible();
    const now = await status(request, idOf(page));
    expect([now.attempt, now.attempts]).toEqual([2, 2]);
    const logs = await (await request.get(`/api/v1/onboarding/status/${idOf(page)}/logs?format=json&attempt=all`)).json() as { final_status: string }[];
    expect(logs.map((log) => log.final_status), 'both attempts stay readable').toEqual(['failed', 'completed']);
  });

  test('fails again if the cause persists', async ({ page, request }) => {
    await failedAtBetas(page);
    await page.getByRole('button', { name: 'Retry Setup' }).click();
    await expect.poll(async () => (await status(request, idOf(page))).attempt).toBe(2);
    await expect(heading(page)).toHaveText('Setup Interrupted');
    await expect(page.getByText('Failed at: Phase 6 (Position Betas)', { exact: true })).toBeVisible();
  });

  test('computes all nine phases after Start over', async ({ page, server }) => {
    await failedAtBetas(page);
    server.script({});
    await page.getByRole('button', { name: 'Start over' }).click();
    await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
    const lines = await messages(page);
    expect(lines.filter((line) => line.includes('reused'))).toEqual([]);
    expect(lines.filter((line) => /^Phase \d complete/.test(line))).toHaveLength(9);
  });
});

test('fails without the benchmark and completes after retry', async ({ page, server }) => {
  server.script({ down: ['SP500'] });
  await page.goto('/');
  await page.getByRole('button', { name: 'Try a sample portfolio' }).click();
  await expect(heading(page)).toHaveText('Setup Interrupted');
  await expect(page.getByText('Failed at: Phase 1 (Market Data Collection)', { exact: true })).toBeVisible();
  await expect(page.getByRole('alert').getByText(/^Error: .*SP500.*the data source did not answer\.$/)).toBeVisible();
  await expect(page.getByRole('alert').getByText('This usually passes by itself: retry in a few minutes.', { exact: true })).toBeVisible();
  await expect(page.getByRole('alert').getByText(/^Completed: /)).toBeHidden();
  server.script({});
  await page.getByRole('button', { name: 'Retry Setup' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
});

test('fails phase 1 if no symbol has prices', async ({ page, server, request }) => {
  server.script({ unknown: { AAPL: 'delisted', KO: 'delisted' } });
  const csv = 'Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,1,100,2021-03-08\nKO,1,40,2021-03-08\n';
  const id = await create(request, 'Nothing left', csv);
  await ended(request, id, 'failed');
  await page.goto(live(id));
  await expect(heading(page)).toHaveText('Setup Interrupted');
  await expect(page.getByText('Failed at: Phase 1 (Market Data Collection)', { exact: true })).toBeVisible();
  await expect(page.getByRole('alert').getByText(/^Error: We couldn't find prices for any of the 2 symbols/)).toBeVisible();
});

test('completes without two symbols and names each once', async ({ page, server }) => {
  server.script({ down: ['MRK'], unknown: { KO: 'delisted in 2022' } });
  await page.goto('/');
  await page.getByRole('button', { name: 'Try a sample portfolio' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await page.getByText('16 positions analyzed (4 unavailable symbols)', { exact: true }).click();
  await expect(page.getByText('16 of 20 positions analyzed; 4 left out because KO, MRK, HZNP and SGEN have no prices.', { exact: true })).toBeVisible();
  await expect(page.getByText('KO: delisted in 2022', { exact: true })).toBeVisible();
  await expect(page.getByText('MRK: the data source did not answer', { exact: true })).toBeVisible();
  await expect(phase(page, 'Market Data Collection')).toContainText('Completed with warnings');
  const lines = (await linesOnPage(page)).filter((line) => /\b(MRK|KO)\b/.test(line.message));
  expect(lines.map((line) => `${line.level} ${line.message}`).sort()).toEqual([
    'WARN KO: Symbol unavailable (delisted in 2022)',
    'WARN MRK: No prices this time (the data source did not answer)',
  ]);
});

test('tries only missing symbols again', async ({ page, server, request }) => {
  server.script({ down: ['MRK'] });
  const id = await create(request, 'Gaps', 'Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,1,100,2021-03-08\nMRK,1,75,2022-03-14\n');
  await ended(request, id);
  await page.goto(live(id));
  await expect(page.getByText('1 of 2 positions analyzed; 1 left out because MRK has no prices.', { exact: true })).toBeVisible();
  server.script({});
  await page.getByRole('button', { name: 'Try missing symbols again' }).click();
  await expect(page.getByText('2 positions analyzed', { exact: true })).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Attempts' }).getByRole('link', { name: 'Attempt 2' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try missing symbols again' })).toBeHidden();
  await expect(page.getByRole('button', { name: 'Correct positions' }), 'nothing is missing').toBeHidden();
});

test('asks once before cancelling and completes after retry', async ({ page, server, request }) => {
  server.script({ delay_ms: 400 });
  await page.goto('/');
  await page.getByRole('button', { name: 'Try a sample portfolio' }).click();
  await hydrated(page);
  await page.getByRole('button', { name: 'Cancel Setup' }).click();
  const question = page.getByRole('dialog', { name: 'Cancel setup?' });
  await expect(question).toBeVisible();
  await question.getByRole('button', { name: 'Keep running' }).click();
  await expect(question).toBeHidden();
  expect((await status(request, idOf(page))).status).toBe('running');

  await page.getByRole('button', { name: 'Cancel Setup' }).click();
  const begun = performance.now();
  await question.getByRole('button', { name: 'Cancel setup', exact: true }).click();
  await expect.poll(async () => (await status(request, idOf(page))).status, { intervals: [50] }).toBe('failed');
  expect(performance.now() - begun, 'within a second').toBeLessThan(1_500);
  await expect(heading(page)).toHaveText('Setup Cancelled');
  await expect(page.getByText('You cancelled this setup.', { exact: true })).toBeVisible();
  await expect(page.getByText(/^Stopped during Market Data Collection( \(\d+ of 19 symbols\))?\.$/)).toBeVisible();
  await expect(page.getByRole('alert'), 'a cancellation is no failure').toBeHidden();
  await expect(phase(page, PHASES[0]!)).toContainText('Cancelled');
  expect((await status(request, idOf(page))).error?.code).toBe('cancelled');

  server.script({});
  await page.getByRole('button', { name: 'Retry Setup' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
});

test('starts one attempt on double click', async ({ page, server, request }) => {
  server.script({ store_refuses: 'phase_3' });
  await failedAtBetas(page);
  // The attempt of the first click may have ended before the second click arrives.
  server.script({});
  await page.getByRole('button', { name: 'Retry Setup' }).dblclick();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  expect((await status(request, idOf(page))).attempts).toBe(2);
});

test('reports a full disk and loses nothing', async ({ page, server, request }) => {
  server.script({ delay_ms: 400 });
  const id = await create(request, 'Full disk');
  await page.goto(live(id));
  await hydrated(page);
  await expect(page.getByText(/^Fetched /).first()).toBeVisible();
  server.script({ delay_ms: 0, most_pages: 1 });
  const waiting = phase(page, PHASES[0]!).getByText('Saving is delayed; we\'re retrying. Nothing is lost.', { exact: true });
  await expect(waiting).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText(/^Live/), 'reading goes on').toBeVisible();
  server.script({});
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!', { timeout: 20_000 });
  expect(await messages(page)).toContain('Saving works again');
  await expectPageEqualsDownloads(page, request, id);
});

test('offers only Correct positions without any price', async ({ page, request }) => {
  const id = await create(request, 'Unknown', 'Symbol,Quantity,Entry Price Per Share,Entry Date\nHZNP,1,90,2021-06-15\n');
  await page.goto(live(id));
  await expect(heading(page)).toHaveText('Setup Interrupted');
  await expect(page.getByRole('alert')).toContainText('Failed at: Phase 1 (Market Data Collection)');
  await expect(page.getByRole('alert')).toContainText('You can fix this: check the symbols of your positions.');
  await expect(page.getByText('Setup stopped before anything was calculated.', { exact: true })).toBeVisible();
  await expect(page.getByText('Some features may have limited data.')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Retry Setup' })).toBeHidden();
  await expect(page.getByRole('link', { name: 'View Portfolio Anyway' })).toBeHidden();
  await page.goto(`/portfolios/${id}`);
  await expect(page.getByText('Setup stopped before anything was calculated. Your positions are saved.')).toBeVisible();
  await page.goto(live(id));
  await expect(page.getByRole('link', { name: 'Upload Again' })).toBeHidden();
  await page.getByRole('button', { name: 'Correct positions' }).click();
  await expect(heading(page)).toHaveText('Check Your Portfolio');
});
