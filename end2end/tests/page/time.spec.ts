// Time comes from the server; the browser adds what its monotonic clock says.

import { phase } from '../live';
import { expect, status, test } from '../server';
import { type Page } from '@playwright/test';
import { AT_45, POLLS, openHeld, setHidden, shiftClock, withShiftableClock } from './held';

test.use({ binary: 'scripted_server' });

/** The elapsed time on the page, in seconds. */
async function elapsed(page: Page): Promise<number> {
  const words = (await page.getByText(/^Elapsed: /).textContent()) ?? '';
  const [, hours = 0, minutes = 0, seconds = 0] = /^Elapsed: (?:(\d+)h )?(?:(\d+)m )?(\d+)s$/.exec(words) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

test('elapsed time and the running phase tick every second between two answers', async ({ page, request, server }) => {
  await page.clock.install();
  await openHeld(page, request, server, { elapsed_seconds: 261, next_poll_ms: 3_600_000, phases: { '0': { duration_seconds: 204 } } });
  await expect(page.getByText('Elapsed: 4m 21s', { exact: true })).toBeVisible();
  for (const [clock, took] of [['4m 22s', '3m 25s'], ['4m 23s', '3m 26s'], ['4m 24s', '3m 27s']] as const) {
    await page.clock.runFor(1_000);
    await expect(page.getByText(`Elapsed: ${clock}`, { exact: true })).toBeVisible();
    await expect(phase(page, 'Market Data Collection').getByText(took, { exact: true })).toBeVisible();
  }
});

test('a wall clock that is set three hours ahead or back moves no time on the page', async ({ page, request, server }) => {
  await withShiftableClock(page);
  const id = await openHeld(page, request, server, {});
  for (const hours of [3, -3]) {
    await shiftClock(page, hours);
    await expect(page.getByText(/^Live, updated [01] s ago$/)).toBeVisible();
    const shown = await elapsed(page);
    const known = (await status(request, id)).elapsed_seconds;
    expect(Math.abs(shown - known), `${shown} s on the page, ${known} s by the server`).toBeLessThanOrEqual(2);
  }
});

test('after a hidden hour the page is right again, and nothing was negative meanwhile', async ({ page, request, server }) => {
  await page.clock.install();
  const id = await openHeld(page, request, server, AT_45);
  const told = (await status(request, id)).elapsed_seconds;
  await setHidden(page, true);
  await page.clock.fastForward('01:00:00');
  expect(await elapsed(page)).toBeGreaterThanOrEqual(told);
  await setHidden(page, false);
  await page.clock.runFor(1_000);
  await expect.poll(async () => Math.abs((await elapsed(page)) - (await status(request, id)).elapsed_seconds)).toBeLessThanOrEqual(3);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  await expect(page.getByText(/-\d+ ?(s|min|m)\b/), 'no negative time').toBeHidden();
});

test('a device that slept without a network says how old its data is', async ({ page, request, server }) => {
  await withShiftableClock(page);
  await openHeld(page, request, server, AT_45);
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  await page.route(POLLS, (route) => route.abort());
  // Of a device that wakes up, the wall clock has gone on and the monotonic one has not.
  await shiftClock(page, 1);
  await expect(page.getByText(/^Reconnecting in \d+ s, last update 60 min \d+ s ago$/)).toBeVisible();
  await expect(page.getByText(/^Live/)).toBeHidden();
});

test('what was counted does not go back when the connection is lost', async ({ page, request, server }) => {
  await page.clock.install();
  await openHeld(page, request, server, { elapsed_seconds: 261, heartbeat_age_seconds: 2, next_poll_ms: 10_000 });
  await expect(page.getByText('Elapsed: 4m 21s', { exact: true })).toBeVisible();
  await page.route(POLLS, (route) => route.fulfill({ status: 500, body: 'no' }));
  await page.clock.runFor(10_500);
  await expect(page.getByText(/^Reconnecting/)).toBeVisible();
  expect(await elapsed(page), 'ten seconds were counted').toBeGreaterThanOrEqual(270);
  await expect(page.getByText(/^Batch last reported 1\d s ago$/), 'nor does the batch look younger than it was').toBeVisible();
});

for (const [low, high, words] of [
  [360, 540, '6 to 9 min left'],
  [240, 240, 'about 4 min left'],
  [5, 30, 'less than a minute left'],
] as const) {
  test(`the time left is the server's range: ${words}`, async ({ page, request, server }) => {
    await openHeld(page, request, server, { ...AT_45, eta: { low_seconds: low, high_seconds: high } });
    await expect(page.getByText(words, { exact: true })).toBeVisible();
  });
}

test('with nothing to go on no time left is told', async ({ page, request, server }) => {
  await openHeld(page, request, server, { ...AT_45, eta: null });
  await expect(page.getByText('Overall: 45% complete')).toBeVisible();
  await expect(page.getByText(/ left$/)).toBeHidden();
});

test('the usual time of a phase is a range of the server, never a fixed sentence', async ({ page, request, server }) => {
  await openHeld(page, request, server, { phases: { '0': { usual_seconds: { low: 300, high: 480 } } } });
  await expect(phase(page, 'Market Data Collection').getByText('usually 5 to 8 min', { exact: true })).toBeVisible();
});
