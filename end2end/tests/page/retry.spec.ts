// Retry says what it costs, and every attempt can be looked at.

import { heading, linesOnPage, phase } from '../live';
import { create, ended, expect, hydrated, live, test } from '../server';
import { ONE, openHeld } from './held';

test.use({ binary: 'scripted_server' });

const cost = (reused: number, failed: number | null, start: number | null) => ({
  status: 'failed',
  error: { code: 'store_unavailable', message: 'The database did not answer in time.', phase_id: 'phase_3' },
  retry: { reused_phases: reused, failed_seconds: failed, start_seconds: start },
});

test('what a retry reuses and how long it takes stands beside what starting over takes', async ({ page, request, server }) => {
  await openHeld(page, request, server, cost(3, 100, 480));
  await expect(page.getByText('Reuses 3 finished phases; about 2 min', { exact: true })).toBeVisible();
  await expect(page.getByText('Computes all nine phases anew; about 8 min', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Retry Setup' })).toHaveAccessibleDescription('Reuses 3 finished phases; about 2 min');
  await expect(page.getByRole('button', { name: 'Start over' })).toHaveAccessibleDescription('Computes all nine phases anew; about 8 min');
});

test('with nothing to reuse there is one way, and no choice between the same', async ({ page, request, server }) => {
  await openHeld(page, request, server, cost(0, 5, 75));
  await expect(page.getByText('Starts from the first phase; about 2 min', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start over' })).toBeHidden();
});

test('where nothing can be reused, no sentence promises it', async ({ page, request, server }) => {
  await openHeld(page, request, server, { ...cost(0, 5, 75), phases: { '0': { status: 'completed' }, '1': { status: 'failed' } } });
  await expect(page.getByRole('alert')).toContainText('Retrying starts from the first phase.');
  await expect(page.getByText('Starts from the first phase; about 2 min', { exact: true })).toBeVisible();
});

test('every attempt is a tab with its own phases, log and download', async ({ page, request, server }) => {
  server.script({ store_refuses: 'phase_3' });
  const id = await create(request, 'Twice', ONE);
  await ended(request, id, 'failed');
  await page.goto(live(id));
  await hydrated(page);
  const first = await linesOnPage(page);
  server.script({});
  await page.getByRole('button', { name: 'Retry Setup' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
  const tabs = page.getByRole('navigation', { name: 'Attempts' });
  await expect(tabs.getByRole('link')).toHaveText(['Attempt 1', 'Attempt 2']);
  await expect(tabs.getByRole('link', { name: 'Attempt 2' })).toHaveAttribute('aria-current', 'page');
  await tabs.getByRole('link', { name: 'Attempt 1' }).click();
  await expect(heading(page)).toHaveText('Setup Interrupted');
  await expect(page.getByText('This was attempt 1 of 2.')).toBeVisible();
  await hydrated(page);
  expect(await linesOnPage(page), 'the log as it was').toEqual(first);
  await expect(phase(page, 'Position Betas').getByText('Failed', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Retry Setup' }), 'a past attempt is not retried').toBeHidden();
  const file = await request.get((await page.getByRole('link', { name: 'Download Log' }).getAttribute('href'))!);
  expect(await file.text()).toContain('Final Status: failed');
  await tabs.getByRole('link', { name: 'Attempt 2' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
});
