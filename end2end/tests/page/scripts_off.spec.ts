// Tests of the page before hydration and with JavaScript turned off: the HTML is complete and
// reloads itself, and forms and links work.

import { heading, jsonLog, linesOfFile, linesOnPage, log, phase, textLog } from '../live';
import { create, ended, expect, live, status, test } from '../server';
import { AT_45, NO_RUN, ONE, openStalled } from './stalled';

test.use({ binary: 'scripted_server', javaScriptEnabled: false });

test('refreshes the whole page until setup completes', async ({ page, request, server }) => {
  server.script({ hold: 'phase_2' });
  const id = await create(request, 'No scripts', ONE);
  await page.goto(live(id));
  await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  await expect(page.getByText(/^Overall: \d+% complete$/)).toBeVisible();
  await expect(phase(page, 'Portfolio Snapshots').getByText('Running', { exact: true })).toBeVisible();
  const lines = (await status(request, id, 0)).activity_log.length;
  expect((await linesOnPage(page)).length).toBe(lines);
  for (const scripted of ['Pause updates', 'Notify me when done', 'Copy', 'Copy support details', 'Wrap']) {
    await expect(page.getByRole('button', { name: scripted, exact: true }), `${scripted} needs scripts`).toBeHidden();
  }
  server.script({});
  await expect(heading(page), 'without a click').toHaveText('Portfolio Setup Complete!');
});

test('downloads the log and retries without scripts', async ({ page, request, server }) => {
  server.script({ store_refuses: 'phase_3' });
  const id = await create(request, 'No scripts', ONE);
  await ended(request, id, 'failed');
  await page.goto(live(id));
  await expect(heading(page)).toHaveText('Setup Interrupted');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download Log' }).click()]);
  expect(download.suggestedFilename()).toMatch(/^portfolio_setup_log_.*\.txt$/);
  expect(await linesOnPage(page)).toEqual(linesOfFile(await textLog(request, id)));
  server.script({});
  await page.getByRole('button', { name: 'Retry Setup' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
});

test('offers debug lines and JSON without scripts', async ({ page, request, server }) => {
  server.script({});
  const id = await create(request, 'No scripts', ONE);
  await ended(request, id);
  await page.goto(live(id));
  expect(await linesOnPage(page)).toEqual(linesOfFile(await textLog(request, id)));
  await page.getByLabel('Download options').click();
  await page.getByRole('combobox', { name: 'Format' }).selectOption('JSON');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download', exact: true }).click()]);
  expect(download.suggestedFilename()).toMatch(/^portfolio_setup_log_.*\.json$/);
  await page.getByRole('link', { name: 'Debug lines', exact: true }).click();
  const { activity_log } = await jsonLog(request, id, true);
  await expect(log(page).locator('time')).toHaveText(activity_log.map((entry) => entry.timestamp.slice(11, 23)));
  await expect(page.getByRole('button', { name: /lines of phase/i }).first(), 'folding needs scripts').toBeHidden();
});

test('refreshes a page whose run has not started', async ({ page, request, server }) => {
  server.script({ delay_ms: 3_600_000, set: NO_RUN });
  const id = await create(request, 'Soon', ONE);
  await page.goto(live(id));
  await expect(page.getByText('Starting…', { exact: true })).toBeVisible();
  server.tell(AT_45);
  await expect(page.getByText('Overall: 45% complete', { exact: true })).toBeVisible();
});

test('stops refreshing after the end', async ({ page, request, server }) => {
  server.script({});
  const id = await create(request, 'Over', ONE);
  await ended(request, id);
  await page.goto(live(id));
  await expect(page.getByText('Your portfolio "Over" is ready.')).toBeVisible();
  expect(await page.content()).not.toContain('http-equiv="refresh"');
});

test.describe('with scripts', () => {
  test.use({ javaScriptEnabled: true });

  test.describe('that never arrive', () => {
    test.use({ scriptArrives: false });

    test('reloads and shows the time of data', async ({ page, request, server }) => {
      await page.clock.install();
      await page.route('**/pkg/*.{js,wasm}', (route) => route.abort());
      server.script({ hold: 'phase_2', set: { overall_progress: { percent_complete: 45 }, server_time: '2026-01-09T12:04:05.000Z' } });
      const id = await create(request, 'No WebAssembly', ONE);
      await page.goto(live(id));
      await expect(page.getByText('Overall: 45% complete')).toBeVisible();
      await expect(page.getByText('As of 12:04:05 UTC', { exact: true })).toBeVisible();
      await expect(page.getByRole('link', { name: 'Download Full Log' })).toBeVisible();
      await expect(page.getByRole('button', { name: 'Pause updates' }), 'no control that needs scripts').toBeHidden();
      server.tell({ overall_progress: { percent_complete: 46 } });
      await page.clock.runFor(16_000);
      await expect(page.getByText('Overall: 46% complete')).toBeVisible();
    });
  });

  test('keeps the server-rendered text after hydration', async ({ page, request, server }) => {
    const id = await openStalled(page, request, server, { ...AT_45, heartbeat_age_seconds: 18 });
    const html = await (await request.get(live(id))).text();
    for (const text of ['Overall: 45% complete', '6 to 9 min left', 'No update for 18 s']) {
      expect(html).toContain(text);
      await expect(page.getByText(text, { exact: true })).toBeVisible();
    }
  });
});
