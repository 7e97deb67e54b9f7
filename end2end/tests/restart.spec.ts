import { distinct, expectNeverFalls, expectPageEqualsDownloads, heading, jsonLog, linesOnPage, phase, observations, watch } from './live';
import { create, expect, hydrated, live, status, test } from './server';

// The sample portfolio needs 25 requests. At 200 per minute, one is sent every 300 ms, so the run
// lasts long enough to be interrupted.
test.use({ environment: { MARKET_DATA_PER_MINUTE: '200' } });

test('follows the run when the server is killed', async ({ page, server, request }) => {
  test.setTimeout(90_000);
  const id = await create(request, 'Killed');
  await page.goto(live(id));
  await hydrated(page);
  await watch(page);
  await expect(page.getByText(/^Overall: ([2-9]\d)% complete$/), 'well under way').toBeVisible({ timeout: 20_000 });
  await server.end('SIGKILL');
  await expect(page.getByText(/^Reconnecting in \d+ s, last update \d+ s ago$/)).toBeVisible();
  await expect(page.getByText(/^Live/), 'old data is not shown as live').toBeHidden();
  await server.start();
  await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!', { timeout: 40_000 });

  const seen = await observations(page);
  expectNeverFalls(seen.map((observation) => observation.percent), 'percent');
  expect(distinct(seen.map((observation) => observation.heading))).toEqual(['Setting Up Your Portfolio', 'Portfolio Setup Complete!']);
  expect((await jsonLog(request, id)).activity_log.map((entry) => entry.message)).toContain('Continuing after a restart');
  expect((await status(request, id)).attempt, 'the same attempt').toBe(1);
  await expectPageEqualsDownloads(page, request, id);
});

test('stops on SIGTERM and finishes after restart', async ({ page, server, request }) => {
  test.setTimeout(90_000);
  const id = await create(request, 'Stopped');
  await page.goto(live(id));
  await hydrated(page);
  await watch(page);
  await expect(page.getByText(/^Overall: ([2-9]\d)% complete$/)).toBeVisible({ timeout: 20_000 });
  const before = (await status(request, id, 0)).activity_log.map((entry) => entry.message);
  const { code, milliseconds } = await server.end('SIGTERM');
  expect(code, 'an orderly end').toBe(0);
  expect(milliseconds).toBeLessThan(10_000);
  await expect(page.getByText(/^Reconnecting in \d+ s/)).toBeVisible();
  await server.start();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!', { timeout: 60_000 });
  expectNeverFalls((await observations(page)).map((observation) => observation.percent), 'percent');
  const after = (await jsonLog(request, id)).activity_log.map((entry) => entry.message);
  expect(after.slice(0, before.length), 'every line from before is still there').toEqual(before);
  await expectPageEqualsDownloads(page, request, id);
});

test('leaves a finished run unchanged after a kill', async ({ page, server, request }) => {
  const id = await create(request, 'Ended', 'Symbol,Quantity,Entry Price Per Share,Entry Date\nAAPL,1,100,2021-03-08\n');
  await page.goto(live(id));
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!', { timeout: 20_000 });
  const lines = await linesOnPage(page);
  await server.end('SIGKILL');
  await server.start();
  await page.goto(live(id));
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await hydrated(page);
  await expect(phase(page, 'Correlations')).toContainText('Completed');
  expect(await linesOnPage(page)).toEqual(lines);
  await expectPageEqualsDownloads(page, request, id);
});
