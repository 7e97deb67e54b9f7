// Tests of retries: the expected duration that the page shows, and the pages of earlier attempts.

import { heading, linesOnPage, phase } from '../live';
import { create, ended, expect, hydrated, live, test } from '../server';
import { ONE, openStalled } from './stalled';

test.use({ binary: 'scripted_server' });

const cost = (reused: number, failed: number | null, start: number | null) => ({
  status: 'failed',
  error: { code: 'store_unavailable', message: 'The database did not answer in time.', phase_id: 'phase_3' },
  retry: { reused_phases: reused, failed_seconds: failed, start_seconds: start },
});

test('shows duration of retry and of starting over', async ({ page, request, server }) => {
  await openStalled(page, request, server, cost(3, 100, 480));
  await expect(page.getByText('Keeps 3 finished phases, about 2 min', { exact: true })).toBeVisible();
  await expect(page.getByText('Redo everything, about 8 min', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Retry Setup' })).toHaveAccessibleDescription('Keeps 3 finished phases, about 2 min');
  await expect(page.getByRole('button', { name: 'Start over' })).toHaveAccessibleDescription('Redo everything, about 8 min');
});

test('offers only a retry without reusable phases', async ({ page, request, server }) => {
  await openStalled(page, request, server, cost(0, 5, 75));
  await expect(page.getByText('From the beginning, about 2 min', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start over' })).toBeHidden();
});

test('promises no reuse without reusable phases', async ({ page, request, server }) => {
  await openStalled(page, request, server, { ...cost(0, 5, 75), phases: { '0': { status: 'completed' }, '1': { status: 'failed' } } });
  await expect(page.getByRole('alert')).toContainText('A retry starts from the beginning.');
  await expect(page.getByText('From the beginning, about 2 min', { exact: true })).toBeVisible();
});

test('gives each attempt its own tab and log', async ({ page, request, server }) => {
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
  await expect(page.getByText('Superseded by attempt 2.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'View it', exact: true })).toHaveAttribute('href', live(id));
  await hydrated(page);
  expect(await linesOnPage(page), 'the log of the first attempt').toEqual(first);
  await expect(phase(page, 'Position Betas').getByText('Failed', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Retry Setup' }), 'an earlier attempt cannot be retried').toBeHidden();
  const file = await request.get((await page.getByRole('link', { name: 'Download Log' }).getAttribute('href'))!);
  expect(await file.text()).toContain('Final Status: failed');
  await tabs.getByRole('link', { name: 'Attempt 2' }).click();
  await expect(heading(page)).toHaveText('Portfolio Setup Complete!');
});
