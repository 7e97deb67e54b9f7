import {
  PHASES, distinct, expectNeverFalls, expectNoGaps, expectPageEqualsDownloads, heading, jsonLog, linesOfFile, linesOnPage, log, phase,
  sampleSymbols, observations, textLog, watch,
} from './live';
import { create, ended, expect, hydrated, idOf, live, shipped, status, test } from './server';

/** A portfolio with a long position, a short position, and a position that was sold. */
const OWN = `Symbol,Quantity,Entry Price Per Share,Entry Date,Exit Date,Exit Price Per Share
AAPL,100,84.187,2020-06-15,,
BBY,-60,128.063,2021-11-22,,
XOM,120,56.736,2021-05-10,2022-06-08,101.094
`;

test('sets up the sample portfolio and summarizes it', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Try a sample portfolio' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await hydrated(page);
  await expect(page.getByText(/^Your portfolio ".+" is ready\.$/)).toBeVisible();

  const summary = page.getByRole('region', { name: 'Summary' });
  const positions = summary.getByText('18 positions analyzed (2 unavailable symbols)', { exact: true });
  await expect(positions).toBeVisible();
  const reason = summary.getByText('HZNP: not in the sample data', { exact: true });
  await expect(reason).toBeHidden();
  await positions.click();
  await expect(reason).toBeVisible();
  await expect(summary.getByText('SGEN: not in the sample data', { exact: true })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Before you read the results' }).getByText('18 of 20 positions analyzed; 2 left out because HZNP and SGEN have no prices.', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try missing symbols again' }), 'they are not in the sample data').toBeHidden();
  await expect(page.getByRole('button', { name: 'Correct positions' })).toBeVisible();
  await expect(summary.getByText('254 trading days of history', { exact: true })).toBeVisible();
  await expect(summary.getByText(/^Total time: (\d+ ms|(\d+h )?(\d+m )?\d+s)$/)).toBeVisible();

  const phases = page.getByRole('list', { name: 'Phase progress' }).getByRole('listitem');
  await expect(phases).toHaveCount(9);
  for (const [index, name] of PHASES.entries()) {
    await expect(phases.nth(index)).toContainText(`${index + 1}. ${name}`);
    const words = index === 0 ? 'Completed with warnings' : 'Completed';
    await expect(phases.nth(index).getByText(words, { exact: true })).toBeVisible();
    await expect(phases.nth(index).getByText(/^(under 1 ms|\d+ ms|(\d+h )?(\d+m )?\d+s)$/), 'its duration').toBeVisible();
  }
  await expect(page.getByRole('link', { name: 'Download Log' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'View Portfolio Dashboard' })).toBeVisible();

  const lines = await linesOnPage(page);
  for (const symbol of ['HZNP', 'SGEN']) {
    const matches = lines.filter((line) => line.message.includes(symbol));
    expect(matches, `${symbol} is named once`).toHaveLength(1);
    expect(matches[0]).toMatchObject({ level: 'WARN', message: `${symbol}: Symbol unavailable (not in the sample data)` });
  }
  expect(lines.map((line) => line.message)).toContain('Fetched AAPL: 273 days of history');
});

test('sets up an uploaded portfolio with a short', async ({ page }) => {
  await page.goto('/');
  await page.getByLabel('Portfolio name').fill('Growth Portfolio');
  await page.getByLabel('Cash balance').fill('$12,500.50');
  await page.getByLabel('Positions CSV').setInputFiles({ name: 'own.csv', mimeType: 'text/csv', buffer: Buffer.from(OWN) });
  await page.getByRole('button', { name: 'Start Setup' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expect(page.getByText('Your portfolio "Growth Portfolio" is ready.', { exact: true })).toBeVisible();
  await expect(page.getByText('3 positions analyzed', { exact: true })).toBeVisible();
  for (const name of PHASES) await expect(phase(page, name).getByText('Completed', { exact: true })).toBeVisible();
});

test('downloads the log exactly as the page shows', async ({ page, request }) => {
  const id = await create(request, 'To download');
  await ended(request, id);
  await page.goto(live(id));
  await hydrated(page);
  await expectPageEqualsDownloads(page, request, id);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download Log' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(new RegExp(`^portfolio_setup_log_${id}_\\d{8}T\\d{6}Z\\.txt$`));
  const text = await textLog(request, id);
  expect(text).toContain('Portfolio Name: To download');
  expect(text).toContain('Final Status: completed');
  expect(text).toContain('END OF LOG');
  expect((await jsonLog(request, id)).final_status).toBe('completed');
});

test('shows the newest log line and scrolls up', async ({ page, request }) => {
  const id = await create(request, 'To read');
  await ended(request, id);
  await page.goto(live(id));
  await hydrated(page);
  await log(page).scrollIntoViewIfNeeded();
  const lines = log(page).getByRole('listitem').filter({ has: page.locator('time') });
  await expect(lines.last()).toBeInViewport();
  await expect(lines.last()).toContainText('Batch processing completed successfully');
  await lines.first().scrollIntoViewIfNeeded();
  await expect(lines.first()).toBeInViewport();
  await expect(page.getByRole('button', { name: /new line/ }), 'nothing new').toBeHidden();
});

test('leaves no empty space below a long log', async ({ page, request }) => {
  const id = await create(request, 'Long log');
  await ended(request, id);
  await page.goto(live(id));
  await hydrated(page);
  const [scrolls, ends] = await page.evaluate(() => [
    document.documentElement.scrollHeight,
    (document.body.lastElementChild?.getBoundingClientRect().bottom ?? 0) + window.scrollY,
  ] as const);
  expect(scrolls, 'no empty space below the page').toBeLessThanOrEqual(Math.max(Math.ceil(ends), 900));
});

test('shows local times with UTC as a tooltip', async ({ page, request }) => {
  const id = await create(request, 'Somewhere else');
  await ended(request, id);
  await page.goto(live(id));
  await hydrated(page);
  const { timestamp } = (await jsonLog(request, id)).activity_log[0]!;
  const time = log(page).getByRole('listitem').first().locator('time');
  const here = new Date(timestamp).toLocaleTimeString('en-GB', { timeZone: 'America/New_York', fractionalSecondDigits: 3, hour: '2-digit', minute: '2-digit', second: '2-digit' });
  await expect(time).toHaveText(here);
  await expect(time).toHaveAttribute('title', `${timestamp.slice(0, 10)} ${timestamp.slice(11, 23)} UTC`);
});

test('shows the same page before the script runs', async ({ page, request }) => {
  const id = await create(request, 'First paint');
  await ended(request, id);
  const html = await (await request.get(live(id))).text();
  const body = html.slice(html.indexOf('<body')).replace(/<[^>]*>/g, '');
  for (const words of ['Portfolio Setup Complete!', '18 positions analyzed (2 unavailable symbols)', 'Fetched AAPL: 273 days of history']) {
    expect(body).toContain(words);
  }
  await page.goto(live(id));
  const before = await linesOnPage(page);
  await hydrated(page);
  expect(await linesOnPage(page)).toEqual(before);
});

test('completes within a second without a rate limit', async ({ request }) => {
  const start = performance.now();
  const id = await create(request, 'Fast');
  await expect.poll(async () => (await status(request, id)).status, { intervals: [20], timeout: 3_000 }).toBe('completed');
  const milliseconds = performance.now() - start;
  test.info().annotations.push({ type: 'duration', description: `${milliseconds.toFixed(0)} ms` });
  expect(milliseconds, 'one second, or three on a busy machine').toBeLessThan(3_000);
});

test.describe('with a slow setup', () => {
  // The sample portfolio needs 25 requests. At 120 per minute, one is sent every half second, so
  // the page can show every symbol.
  test.use({ environment: { MARKET_DATA_PER_MINUTE: '120' } });

  test('shows every symbol live in two setups', async ({ page, request }) => {
    test.setTimeout(90_000);
    for (const round of ['first', 'second']) {
      await page.goto('/');
      await page.getByRole('button', { name: 'Try a sample portfolio' }).click();
      await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
      await hydrated(page);
      await watch(page);
      const id = idOf(page);
      await expect(page.getByText('Live', { exact: true })).toBeVisible();
      await expect(phase(page, 'Market Data Collection').getByText('Running', { exact: true })).toBeVisible();
      await expect(phase(page, 'Market Data Collection').getByText('Fetching historical prices...')).toBeVisible();
      await expect(phase(page, 'Market Data Collection').getByRole('progressbar')).toBeVisible();
      await expect(phase(page, 'Correlations').getByText('Pending', { exact: true })).toBeVisible();
      await expect(page.getByRole('link', { name: 'Download Full Log' })).toBeVisible();
      await expect(page.getByRole('button', { name: 'Cancel Setup' })).toBeVisible();

      const polled: number[] = [];
      await expect.poll(async () => {
        const now = await status(request, id);
        polled.push(now.overall_progress?.percent_complete ?? 0);
        return now.status;
      }, { intervals: [100], timeout: 40_000 }).toBe('completed');
      expect(polled.length, `${round}: the API was polled many times`).toBeGreaterThan(40);
      expectNeverFalls(polled, `${round}: percent of the API`);

      await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
      const seen = await observations(page);
      const running = seen.filter((observation) => observation.heading === 'Setting Up Your Portfolio');
      expect(running.length, `${round}: the page changed many times`).toBeGreaterThan(9);
      expectNeverFalls(running.map((observation) => observation.percent), `${round}: percent`);
      expect(Math.max(...running.map((observation) => observation.percent ?? 0)), '100 only when complete').toBeLessThan(100);
      expectNeverFalls(running.map((observation) => observation.count), `${round}: symbols`);
      expectNeverFalls(running.map((observation) => observation.lines), `${round}: lines`);
      expect(distinct(running.map((observation) => observation.count)).length, `${round}: the count grew`).toBeGreaterThanOrEqual(4);
      expect(distinct(running.map((observation) => observation.percent)).length, `${round}: the percent grew`).toBeGreaterThanOrEqual(4);
      expect(distinct(running.map((observation) => observation.lines)).length, `${round}: the log grew`).toBeGreaterThanOrEqual(4);
      expect(distinct(running.map((observation) => observation.elapsed)).length, `${round}: the clock ticked every second`).toBeGreaterThanOrEqual(9);

      const messages = (await linesOnPage(page)).map((line) => line.message);
      for (const symbol of sampleSymbols()) {
        expect(messages.filter((message) => message.startsWith(`Fetched ${symbol}:`) || message.startsWith(`${symbol}: Symbol unavailable`)), symbol).toHaveLength(1);
      }
      expectNoGaps(await jsonLog(request, id));
      await expectPageEqualsDownloads(page, request, id);
    }
  });

  test('shows the number of trading days and positions', async ({ page, request }) => {
    await page.goto(live(await create(request, 'How many')));
    await expect(page.getByText(/Analyzing 254 trading days for 20 positions\./)).toBeVisible({ timeout: 3_000 });
  });

  test('marks a log downloaded during the run', async ({ page, request }) => {
    const id = await create(request, 'Half way');
    await page.goto(live(id));
    await expect.poll(async () => (await status(request, id)).last_seq).toBeGreaterThan(5);
    const text = await textLog(request, id);
    expect(text).toContain('Final Status: running');
    expect(text).toMatch(new RegExp(`\\(run in progress: ${linesOfFile(text).length} entries so far\\)\n\n=+\nEND OF LOG`));
  });
});

test.describe('with two setups at once', () => {
  test.use({ environment: { MARKET_DATA_PER_MINUTE: '240', BATCH_WORKERS: '2' } });

  test('keeps two simultaneous setups apart', async ({ browser, request }) => {
    const ids = [await create(request, 'Left', OWN), await create(request, 'Right', shipped('sample-portfolio.csv'))];
    const contexts = [await browser.newContext(), await browser.newContext()];
    const pages = await Promise.all(contexts.map((context) => context.newPage()));
    for (const [index, page] of pages.entries()) {
      await page.goto(live(ids[index]!));
      await hydrated(page);
      await watch(page);
    }
    for (const [index, page] of pages.entries()) {
      await expect(heading(page)).toHaveText('Portfolio Setup Complete!', { timeout: 40_000 });
      await expect(page.getByText(`Your portfolio "${['Left', 'Right'][index]}" is ready.`)).toBeVisible();
      expectNeverFalls((await observations(page)).map((observation) => observation.percent), 'percent');
      await expectPageEqualsDownloads(page, request, ids[index]!);
    }
    const left = (await linesOnPage(pages[0]!)).map((line) => line.message).join('\n');
    expect(left).toContain('Fetched BBY:');
    expect(left, 'no symbol of the other portfolio').not.toMatch(/MSFT|HZNP|SGEN|JNJ/);
    for (const context of contexts) await context.close();
  });
});

test.describe('with one worker', () => {
  test.use({ environment: { MARKET_DATA_PER_MINUTE: '120', BATCH_WORKERS: '1' } });

  test('queues the second setup and completes it', async ({ page, request }) => {
    const first = await create(request, 'Ahead', OWN);
    const id = await create(request, 'Waiting', OWN);
    await page.goto(live(id));
    await expect(page.getByText('1 setup ahead of yours', { exact: true })).toBeVisible();
    await expect(heading(page)).toHaveText('Portfolio Setup Complete!', { timeout: 40_000 });
    await ended(request, first);
  });
});
