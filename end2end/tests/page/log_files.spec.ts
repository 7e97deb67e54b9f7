// Tests that take the log out of the page: copying, downloading, debug lines and JSON.

import fs from 'node:fs';

import { type JsonLog, jsonLog, linesOnPage } from '../live';
import { create, ended, expect, hydrated, live, test } from '../server';
import { lines, openLong } from './log_page';
import { ONE, atPhase } from './stalled';

test.use({ binary: 'scripted_server' });

test('copies the lines that the filter shows', async ({ page, context, request }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const id = await openLong(page, request, 5);
  await page.getByRole('combobox', { name: 'Times' }).selectOption('UTC');
  await page.getByRole('combobox', { name: 'Lines' }).selectOption('warnings');
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const expected = (await jsonLog(request, id)).activity_log.filter((entry) => entry.level !== 'info');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.trimEnd().split('\n')).toEqual(expected.map((entry) => `${entry.timestamp.slice(11, 23)}  Warning: ${entry.message}`));
});

test('copies one line per selected line', async ({ page, context, request }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const id = await openLong(page, request, 60);
  await page.getByRole('combobox', { name: 'Times' }).selectOption('UTC');
  // The selection spans two blocks of lines, and a warning with its mark and its word.
  const selected = (await jsonLog(request, id)).activity_log.slice(9, 55);
  await page.evaluate(([first, last]) => {
    window.getSelection()!.setBaseAndExtent(document.getElementById(`L${first}`)!, 0, document.querySelector(`#L${last} .message`)!, 2);
  }, [selected[0]!.seq, selected.at(-1)!.seq] as const);
  await page.keyboard.press('ControlOrMeta+C');
  const words: Record<string, string> = { info: '', warning: 'Warning: ', error: 'Error: ' };
  const expected = selected.map((entry) => `${entry.timestamp.slice(11, 23)}  ${words[entry.level]}${entry.message}`);
  expect(expected.join('\n')).toContain('Warning: ');
  expect((await page.evaluate(() => navigator.clipboard.readText())).trimEnd().split('\n')).toEqual(expected);
});

test('shows and hides debug lines', async ({ page, request }) => {
  const id = await openLong(page, request, 3);
  const all = (await jsonLog(request, id, true)).activity_log;
  const shown = all.filter((entry) => entry.level !== 'debug');
  const messages = () => lines(page).locator('.message').allTextContents();
  const words: Record<string, string> = { debug: 'Debug: ', info: '', warning: 'Warning: ', error: 'Error: ' };
  const expected = (entries: typeof all) => entries.map((entry) => `${words[entry.level]}${entry.message}`);
  expect(await messages()).toEqual(expected(shown));
  await page.getByRole('link', { name: 'Debug lines', exact: true }).click();
  await expect(page.getByText(`${all.length - shown.length} debug lines`, { exact: true })).toBeVisible();
  await expect(page.getByText(`${shown.length} lines`, { exact: true })).toBeVisible();
  expect(await messages()).toEqual(expected(all));
  await page.getByRole('link', { name: 'Hide debug lines' }).click();
  await expect(page.getByText(`${shown.length} lines`, { exact: true })).toBeVisible();
  expect(await messages()).toEqual(expected(shown));
});

test('says until when debug lines are complete', async ({ page, request, server }) => {
  server.script({ hold: 'phase_1.75' });
  const id = await create(request, 'Growth Portfolio', ONE);
  await atPhase(request, id, 'phase_1.75');
  await page.goto(`${live(id)}&debug=1`);
  await hydrated(page);
  await expect(page.getByText(/^\d+ debug lines until \d\d:\d\d:\d\d UTC$/)).toBeVisible();
  server.script({});
  await expect(lines(page).last()).toContainText('Batch processing completed successfully');
});

test('opens the log as JSON', async ({ page, request }) => {
  const id = await openLong(page, request, 3);
  const [opened] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: 'JSON', exact: true }).click()]);
  const { activity_log } = JSON.parse(await opened.locator('body').innerText()) as JsonLog;
  expect(activity_log).toEqual((await jsonLog(request, id)).activity_log);
  expect((await linesOnPage(page)).map((line) => line.message)).toEqual(activity_log.map((entry) => entry.message));
});

test('downloads the log with chosen options', async ({ page, request, server }) => {
  server.script({ store_refuses: 'phase_3' });
  const id = await create(request, 'Two attempts', ONE);
  await ended(request, id, 'failed');
  server.script({});
  await request.post(`/api/v1/onboarding/portfolios/${id}/retry`);
  await ended(request, id);
  await page.goto(live(id));
  await page.getByLabel('Download options').click();
  await page.getByRole('combobox', { name: 'Format' }).selectOption('JSON');
  await page.getByRole('combobox', { name: 'Attempts' }).selectOption('All 2 attempts');
  await page.getByRole('checkbox', { name: 'Include debug lines' }).check();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download', exact: true }).click()]);
  expect(download.suggestedFilename()).toMatch(/^portfolio_setup_log_.*\.json$/);
  const logs = JSON.parse(fs.readFileSync(await download.path(), 'utf8')) as JsonLog[];
  expect(logs.map((log) => log.attempt)).toEqual([1, 2]);
  const newest = logs[1]!.activity_log;
  expect(newest.filter((entry) => entry.level === 'debug').length).toBeGreaterThan(0);
  const shown = newest.filter((entry) => entry.level !== 'debug').map((entry) => entry.message);
  expect((await linesOnPage(page)).map((line) => line.message)).toEqual(shown);
});
