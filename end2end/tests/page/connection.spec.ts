// Tests of the page's connection to the server, and of the message that says how long ago the run
// last reported progress.

import { heading, expectPageEqualsDownloads } from '../live';
import { create, expect, hydrated, live, test } from '../server';
import { AT_45, NO_RUN, POLLS, Polls, TWO, openStalled, setHidden, stopClock } from './stalled';

test.use({ binary: 'scripted_server' });

/** Removes the random part of poll intervals, and installs a fake clock that the test controls. */
test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => { Math.random = () => 0; });
  await page.clock.install();
});

const overall = (percent: number) => `Overall: ${percent}% complete`;

test('shows stale data as stale until server recovers', async ({ page, request, server }) => {
  await openStalled(page, request, server);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expect(page.getByText('6 to 9 min left', { exact: true })).toBeVisible();
  await page.route(POLLS, (route) => route.fulfill({ status: 500, body: 'no' }));
  await page.clock.runFor(2_000);
  await expect(page.getByText(/^Reconnecting in [12] s, last update \d+ s ago$/)).toBeVisible();
  await expect(page.getByText(/^Live/)).toBeHidden();
  await expect(page.getByText('6 to 9 min left', { exact: true }), 'the time left may be outdated').toBeHidden();
  await expect(page.getByText(overall(45)), 'the last known progress stays').toBeVisible();
  await page.unroute(POLLS);
  server.tell({ ...AT_45, overall_progress: { percent_complete: 52 } });
  await page.clock.runFor(2_500);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expect(page.getByText(overall(52))).toBeVisible();
});

test('backs off between failed polls until Try now', async ({ page, request, server }) => {
  await openStalled(page, request, server);
  await expect(page.getByText(overall(45))).toBeVisible();
  await stopClock(page);
  await page.route(POLLS, (route) => route.fulfill({ status: 500, body: 'no' }));
  const polls = new Polls(page);
  await page.clock.runFor(2_000);
  for (const seconds of [2, 4, 8, 15, 30, 30]) {
    await expect(page.getByText(new RegExp(`^Reconnecting in ${seconds} s, `))).toBeVisible();
    const before = polls.count;
    await page.clock.runFor(seconds * 1_000 - 500);
    expect(polls.count, `no poll within ${seconds} s`).toBe(before);
    await page.clock.runFor(500);
    await expect.poll(() => polls.count).toBe(before + 1);
  }
  await page.unroute(POLLS);
  await page.getByRole('button', { name: 'Try now' }).click();
  await expect(page.getByText(/^Live/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try now' })).toBeHidden();
});

test('times out slow polls and never overlaps them', async ({ page, request, server }) => {
  await openStalled(page, request, server);
  await expect(page.getByText(overall(45))).toBeVisible();
  const polls = new Polls(page);
  await page.route(POLLS, () => {});
  await page.clock.runFor(2_000);
  await expect.poll(() => polls.count).toBe(1);
  await page.clock.runFor(7_500);
  await expect(page.getByText(/^Live, updated \d+ s ago$/), 'a slow poll is not a failed one').toBeVisible();
  await page.clock.runFor(1_000);
  await expect(page.getByText(/^Reconnecting in \d s/)).toBeVisible();
  await page.clock.runFor(10_000);
  await page.clock.runFor(10_000);
  await page.clock.runFor(10_000);
  expect(polls.count).toBeGreaterThan(2);
  expect(polls.maxInFlight).toBe(1);
  await page.unroute(POLLS);
  server.tell({ ...AT_45, overall_progress: { percent_complete: 53 } });
  await expect(async () => {
    await page.clock.runFor(5_000);
    await expect(page.getByText(overall(53))).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 8_000 });
});

test('shows Offline and polls when the network returns', async ({ page, context, request, server }) => {
  await openStalled(page, request, server);
  await expect(page.getByText(overall(45))).toBeVisible();
  await context.setOffline(true);
  await page.clock.runFor(2_500);
  await expect(page.getByText(/^Offline, last update \d+ s ago$/)).toBeVisible();
  const polls = new Polls(page);
  for (let round = 0; round < 12; round += 1) await page.clock.runFor(10_000);
  expect(polls.count, 'few polls while offline').toBeLessThanOrEqual(9);
  await expect(page.getByText(/^Offline, last update 2 min \d+ s ago$/)).toBeVisible();
  server.tell({ ...AT_45, overall_progress: { percent_complete: 54 } });
  await context.setOffline(false);
  await expect(page.getByText(/^Live/)).toBeVisible();
  await expect(page.getByText(overall(54))).toBeVisible();
});

test('reaches a local server without a network', async ({ page, request, server }) => {
  await page.addInitScript(() => { Object.defineProperty(navigator, 'onLine', { get: () => false }); });
  await openStalled(page, request, server);
  await expect(page.getByText(/^Live/)).toBeVisible();
  server.tell({ ...AT_45, overall_progress: { percent_complete: 58 } });
  await page.clock.runFor(2_500);
  await expect(page.getByText(overall(58))).toBeVisible();
  await expect(page.getByText(/^Live/)).toBeVisible();
});

test('slows polling in hidden tab, then catches up', async ({ page, request, server }) => {
  await openStalled(page, request, server);
  const polls = new Polls(page);
  await expect(page.getByText(overall(45))).toBeVisible();
  await setHidden(page, true);
  await page.clock.runFor(2_000);
  const before = polls.count;
  for (let second = 0; second < 64; second += 1) {
    await page.clock.runFor(1_000);
    // Gives polls in flight real time to finish, because the fake clock does not control the
    // network.
    await page.evaluate(() => fetch('/healthz'));
  }
  expect(polls.count - before, 'in about a minute').toBeLessThanOrEqual(5);
  expect(polls.count - before, 'polling continues').toBeGreaterThanOrEqual(3);
  server.tell({ ...AT_45, overall_progress: { percent_complete: 55 } });
  await setHidden(page, false);
  await expect(page.getByText(overall(55)), 'without waiting for the next poll').toBeVisible();
});

test('polls at the interval that the server sets', { tag: '@next_poll_ms' }, async ({ page, request, server }) => {
  await openStalled(page, request, server, { next_poll_ms: 10_000 });
  await expect(page.getByText(/^Live/)).toBeVisible();
  const polls = new Polls(page);
  for (let second = 0; second < 30; second += 1) {
    await page.clock.runFor(1_000);
    // Gives polls in flight real time to finish, because the fake clock does not control the
    // network.
    await page.evaluate(() => fetch('/healthz'));
  }
  expect(polls.count).toBe(3);
});

test('stops polling while paused and resumes after it', async ({ page, request, server }) => {
  await openStalled(page, request, server);
  await expect(page.getByText(overall(45))).toBeVisible();
  await page.getByRole('button', { name: 'Pause updates' }).click();
  await expect(page.getByText(/^Paused, last update \d+ s ago$/)).toBeVisible();
  const polls = new Polls(page);
  server.tell({ ...AT_45, overall_progress: { percent_complete: 56 } });
  await page.clock.runFor(60_000);
  expect(polls.count).toBe(0);
  await expect(page.getByText(overall(45))).toBeVisible();
  await page.route(POLLS, () => {});
  await page.getByRole('button', { name: 'Resume updates' }).click();
  await expect(page.getByText(/^Reconnecting in 0 s, last update 1 min \d+ s ago$/), 'not live before a response').toBeVisible();
  await expect(page.getByText(/^Live/)).toBeHidden();
  await page.unroute(POLLS);
  await page.clock.runFor(11_000);
  await expect(page.getByText(overall(56))).toBeVisible();
});

test.describe('when the session is over', () => {
  test.use({ environment: { SIGN_IN_URL: 'http://127.0.0.1:9/sign-in' } });

  test('keeps the page and resumes after sign-in', async ({ page, request, server }) => {
    await openStalled(page, request, server);
    await expect(page.getByText(overall(45))).toBeVisible();
    await page.route(POLLS, (route) => route.fulfill({ status: 401, contentType: 'application/json', body: '"signed_out"' }));
    await page.clock.runFor(2_000);
    await expect(heading(page)).toHaveText('Sign In to Continue');
    await expect(page.getByText('Your setup keeps running.')).toBeVisible();
    await expect(page.getByText(/^Signed out, last update \d+ s ago$/)).toBeVisible();
    await expect(page.getByRole('link', { name: 'Sign In' })).toHaveAttribute('href', 'http://127.0.0.1:9/sign-in');
    const polls = new Polls(page);
    await page.clock.runFor(120_000);
    expect(polls.count, 'no polls while signed out').toBe(0);
    await page.unroute(POLLS);
    server.tell({ ...AT_45, overall_progress: { percent_complete: 57 } });
    // Simulates a user who signs in elsewhere and returns to this tab.
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
    await expect(page.getByText(overall(57))).toBeVisible();
  });
});

test('shows the age of an old batch report', async ({ page, request, server }) => {
  await openStalled(page, request, server);
  await expect(page.getByText(overall(45))).toBeVisible();
  await expect(page.getByText(/^No update for /), 'a report of 4 s ago is recent').toBeHidden();
  server.tell({ ...AT_45, heartbeat_age_seconds: 18 });
  await page.clock.runFor(2_000);
  await expect(page.getByText(/^No update for (18|19|20) s$/)).toBeVisible();
  server.tell({ ...AT_45, heartbeat_age_seconds: 45 });
  await page.clock.runFor(2_000);
  await expect(page.getByText(/^No update for 4[5-7] s\. Taking longer than usual, but still working$/)).toBeVisible();
  await expect(page.getByText(/^Live/), 'the server itself responds').toBeVisible();
});

test('explains a phase that takes longer than usual', async ({ page, request, server }) => {
  const usual = { usual_seconds: { low: 40, high: 60 }, duration_seconds: 100 };
  await openStalled(page, request, server, { phases: { '0': usual } });
  await expect(page.getByText('usually 40 to 2 min', { exact: false })).toBeHidden();
  await expect(page.getByText('usually up to 1 min. Taking longer than usual, but still working')).toBeVisible();
  server.tell({ phases: { '0': usual }, limit_wait_seconds: 90 });
  await page.clock.runFor(2_000);
  await expect(page.getByText('Waiting for the data provider – next request in 1 min 30 s')).toBeVisible();
  await expect(page.getByText('Taking longer than usual')).toBeHidden();
});

test('polls again when network returns during poll', async ({ page, request, server }) => {
  await openStalled(page, request, server);
  await expect(page.getByText(overall(45))).toBeVisible();
  await stopClock(page);
  await page.route(POLLS, (route) => route.abort());
  await page.clock.runFor(2_000);
  for (const seconds of [2, 4, 8, 15]) {
    await expect(page.getByText(new RegExp(`^Reconnecting in ${seconds} s, `))).toBeVisible();
    await page.clock.runFor(seconds * 1_000);
  }
  await expect(page.getByText(/^Reconnecting in 30 s, /)).toBeVisible();
  const setOnline = (isOnline: boolean) => page.evaluate((value) => {
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => value });
    window.dispatchEvent(new Event(value ? 'online' : 'offline'));
  }, isOnline);
  await setOnline(false);
  await expect(page.getByText(/^Offline, /)).toBeVisible();
  // The network returns while a poll is in flight that still fails.
  await page.unroute(POLLS);
  const held = new Promise<() => Promise<void>>((resolve) => {
    void page.route(POLLS, (route) => { resolve(() => route.abort()); }, { times: 1 });
  });
  await page.getByRole('button', { name: 'Try now' }).click();
  const fail = await held;
  await setOnline(true);
  server.tell({ ...AT_45, overall_progress: { percent_complete: 52 } });
  await fail();
  await expect(page.getByText(overall(52)), 'without waiting 30 s').toBeVisible();
  await expect(page.getByText(/^Live(,|$)/)).toBeVisible();
});

test('follows the run through a server restart', async ({ page, request, server }) => {
  server.script({ hold: 'phase_2' });
  const id = await create(request, 'Killed', TWO);
  await page.goto(live(id));
  await hydrated(page);
  await expect(page.getByText(/^Live/)).toBeVisible();
  await server.end('SIGKILL');
  await page.clock.runFor(2_500);
  await expect(page.getByText(/^Reconnecting in \d+ s/)).toBeVisible();
  server.script({});
  await server.start();
  for (let second = 0; second < 20; second += 1) await page.clock.runFor(1_000);
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  await expectPageEqualsDownloads(page, request, id);
});

test('reports Status Unavailable after five responses without run', { tag: '@status' }, async ({ page, request, server }) => {
  const id = await openStalled(page, request, server, NO_RUN);
  await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  const polls = new Polls(page);
  for (let second = 0; second < 15; second += 1) {
    await page.clock.runFor(1_000);
    await page.evaluate(() => fetch('/healthz'));
    if (polls.count < 4) await expect(heading(page)).toHaveText('Setting Up Your Portfolio');
  }
  await expect(heading(page)).toHaveText('Status Unavailable');
  await expect(page.getByRole('link', { name: 'Refresh Status' })).toHaveAttribute('href', live(id));
  await expect(page.getByRole('button', { name: 'Retry Setup' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'View Portfolio' })).toBeVisible();
});
