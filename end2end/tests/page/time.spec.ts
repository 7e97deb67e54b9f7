// Tests of the times on the page. The times come from the server. The browser adds the time since
// the last response, measured with its monotonic clock.

import { phase } from '../live';
import { expect, live, status, test } from '../server';
import { type Page } from '@playwright/test';
import { AT_45, POLLS, openStalled, setHidden, shiftClock, withShiftableClock } from './stalled';

test.use({ binary: 'scripted_server' });

/** Returns the elapsed time that the page shows, in seconds. */
async function elapsed(page: Page): Promise<number> {
  const text = (await page.getByText(/^Elapsed: /).textContent()) ?? '';
  const [, hours = 0, minutes = 0, seconds = 0] = /^Elapsed: (?:(\d+)h )?(?:(\d+)m )?(\d+)s$/.exec(text) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

test('ticks every second between two polls', async ({ page, request, server }) => {
  await page.clock.install();
  await openStalled(page, request, server, { elapsed_seconds: 261, next_poll_ms: 3_600_000, phases: { '0': { duration_seconds: 204 } } });
  await expect(page.getByText('Elapsed: 4m 21s', { exact: true })).toBeVisible();
  for (const [clock, duration] of [['4m 22s', '3m 25s'], ['4m 23s', '3m 26s'], ['4m 24s', '3m 27s']] as const) {
    await page.clock.runFor(1_000);
    await expect(page.getByText(`Elapsed: ${clock}`, { exact: true })).toBeVisible();
    await expect(phase(page, 'Market Data Collection').getByText(duration, { exact: true })).toBeVisible();
  }
});

test('ignores changes of the wall clock', async ({ page, request, server }) => {
  await withShiftableClock(page);
  const id = await openStalled(page, request, server, {});
  for (const hours of [3, -3]) {
    await shiftClock(page, hours);
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
    const shown = await elapsed(page);
    const known = (await status(request, id)).elapsed_seconds;
    expect(Math.abs(shown - known), `${shown} s on the page, ${known} s by the server`).toBeLessThanOrEqual(2);
  }
});

test('corrects times after an hour in background', async ({ page, request, server }) => {
  await page.clock.install();
  const id = await openStalled(page, request, server, AT_45);
  const before = (await status(request, id)).elapsed_seconds;
  await setHidden(page, true);
  await page.clock.fastForward('01:00:00');
  expect(await elapsed(page)).toBeGreaterThanOrEqual(before);
  await setHidden(page, false);
  await page.clock.runFor(1_000);
  await expect.poll(async () => Math.abs((await elapsed(page)) - (await status(request, id)).elapsed_seconds)).toBeLessThanOrEqual(3);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  await expect(page.getByText(/-\d+ ?(s|min|m)\b/), 'no negative time').toBeHidden();
});

test('shows the age of data after sleep', async ({ page, request, server }) => {
  await withShiftableClock(page);
  await openStalled(page, request, server, AT_45);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  await page.route(POLLS, (route) => route.abort());
  // Simulates that the device wakes from sleep: its wall clock has advanced, but its monotonic
  // clock has not.
  await shiftClock(page, 1);
  await expect(page.getByText(/^Reconnecting in \d+ s, last update 60 min \d+ s ago$/)).toBeVisible();
  await expect(page.getByText(/^Live/)).toBeHidden();
});

test('keeps counted time when the connection is lost', async ({ page, request, server }) => {
  await page.clock.install();
  await openStalled(page, request, server, { elapsed_seconds: 261, heartbeat_age_seconds: 6, next_poll_ms: 10_000 });
  await expect(page.getByText('Elapsed: 4m 21s', { exact: true })).toBeVisible();
  await page.route(POLLS, (route) => route.fulfill({ status: 500, body: 'no' }));
  await page.clock.runFor(10_500);
  await expect(page.getByText(/^Reconnecting/)).toBeVisible();
  expect(await elapsed(page), 'ten seconds were counted').toBeGreaterThanOrEqual(270);
  await expect(page.getByText(/^No update for 1\d s$/), 'nor does the last report look newer than it was').toBeVisible();
});

for (const [low, high, label] of [
  [360, 540, '6 to 9 min left'],
  [240, 240, 'about 4 min left'],
  [5, 30, 'less than a minute left'],
] as const) {
  test(`shows time left: ${label}`, async ({ page, request, server }) => {
    await openStalled(page, request, server, { ...AT_45, eta: { low_seconds: low, high_seconds: high } });
    await expect(page.getByText(label, { exact: true })).toBeVisible();
  });
}

test('shows unknown progress as unknown, not zero', async ({ page, request, server }) => {
  await openStalled(page, request, server, { overall_progress: null, portfolio_name: 'Mine', eta: { low_seconds: 360, high_seconds: 540 } });
  await expect(page.getByText('Overall: –', { exact: true })).toBeVisible();
  await expect(page).toHaveTitle('Mine');
  await expect(page.getByRole('progressbar', { name: 'Overall' })).not.toHaveAttribute('value');
  await expect(page.getByText('6 to 9 min left', { exact: true })).toBeVisible();
  await expect(page.getByText(/(^|\D)0 ?%/)).toBeHidden();
});

test('omits the time left without an estimate', async ({ page, request, server }) => {
  await openStalled(page, request, server, { ...AT_45, eta: null });
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  await expect(page.getByText(/ left$/)).toBeHidden();
});

test('shows finish time in the local time zone', async ({ page, request, server }) => {
  const told = { ...AT_45, server_time: '2026-01-10T04:40:00.000Z', eta: { low_seconds: 360, high_seconds: 540 } };
  const id = await openStalled(page, request, server, told);
  await expect(page.getByText('done about 11:47 PM', { exact: true })).toBeVisible();
  await expect(page.locator('.finish time')).toHaveAttribute('datetime', '2026-01-10T04:47:30.000Z');
  expect(await (await request.get(live(id))).text(), 'without scripts, in UTC').toMatch(/done about .*4:47 AM UTC/);
});

test('omits the finish time without an estimate', async ({ page, request, server }) => {
  await openStalled(page, request, server, { ...AT_45, eta: null });
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  await expect(page.getByText(/^done about /)).toBeHidden();
});

test('shows the usual time of a phase', async ({ page, request, server }) => {
  await openStalled(page, request, server, { phases: { '0': { usual_seconds: { low: 300, high: 480 } } } });
  await expect(phase(page, 'Market Data Collection').getByText('usually 5 to 8 min', { exact: true })).toBeVisible();
});
