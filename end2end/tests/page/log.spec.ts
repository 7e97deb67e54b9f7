// Tests of the activity log: completeness, search, filter, links, following and printing.

import type { Page } from '@playwright/test';

import { expectPageEqualsDownloads, jsonLog, linesOnPage, log } from '../live';
import { create, ended, expect, hydrated, live, status, test } from '../server';
import { lines, openLong, unknown } from './log_page';
import { ONE, POLLS, openStalled, openWaitingAt } from './stalled';

test.use({ binary: 'scripted_server' });

const newLines = (page: Page) => page.getByRole('button', { name: /^[\d,]+ new lines?$/ });
const fromEnd = (page: Page) => log(page).evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop);

test('counts thousands of lines without a gap', async ({ page, request }) => {
  const id = await openLong(page, request, 1_200);
  const { activity_log } = await jsonLog(request, id);
  await expect(page.getByText(`${activity_log.length.toLocaleString('en-US')} lines`, { exact: true })).toBeVisible();
  await expectPageEqualsDownloads(page, request, id);
});

test('reports a lost line and fetches it again', async ({ page, request, server }) => {
  let isLost = false;
  await page.route(POLLS, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { changed?: { status: { activity_log: { message: string }[] } } };
    if (body.changed !== undefined && !isLost) {
      const kept = body.changed.status.activity_log.filter((entry) => !/^Phase 4: /.test(entry.message));
      isLost = kept.length < body.changed.status.activity_log.length;
      body.changed.status.activity_log = kept;
    }
    await route.fulfill({ response: answer, json: body });
  });
  const id = await openWaitingAt(page, request, server, 'phase_1.75');
  await expect(page.getByText(/^\d+ lines$/)).toBeVisible();
  server.script({ hold: 'phase_2' });
  await expect(page.getByText(/^\d+ of \d+ lines, 1 missing$/)).toBeVisible();
  await expect(page.getByText(/^\d+ lines$/)).toBeVisible();
  server.script({});
  await expect(lines(page).last()).toContainText('Batch processing completed successfully');
  await expectPageEqualsDownloads(page, request, id);
});

test('counts search matches and steps through them', async ({ page, request }) => {
  const id = await openLong(page, request, 150);
  const { activity_log } = await jsonLog(request, id);
  const expected = activity_log.filter((entry) => entry.message.toLowerCase().includes('none14'));
  expect(expected.length, 'NONE14 and NONE140 to NONE149').toBe(11);
  const box = page.getByRole('searchbox', { name: 'Search the log' });
  await box.pressSequentially('none14');
  await expect(page.getByText('1 of 11', { exact: true })).toBeVisible();
  await expect(page.locator(`#L${expected[0]!.seq}`)).toBeInViewport();
  await expect(page.locator(`#L${expected[0]!.seq}`)).toContainText('NONE14: Symbol unavailable');
  await box.press('Enter');
  await expect(page.getByText('2 of 11', { exact: true })).toBeVisible();
  await expect(page.locator(`#L${expected[1]!.seq}`)).toBeInViewport();
  expect(new URL(page.url()).hash, 'a link to the line').toBe(`#L${expected[1]!.seq}`);
  await box.press('Shift+Enter');
  await box.press('Shift+Enter');
  await expect(page.getByText('11 of 11', { exact: true }), 'wraps around').toBeVisible();
  await page.getByRole('button', { name: 'Next match' }).click();
  await expect(page.getByText('1 of 11', { exact: true })).toBeVisible();
  await expect(box, 'the search box keeps its text').toHaveValue('none14');
  await box.fill('no such words');
  await expect(page.getByText('no matches', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Next match' })).toBeDisabled();
  await box.press('Escape');
  await expect(page.getByText('no matches', { exact: true })).toBeHidden();
});

test('filters the log by level', async ({ page, request, server }) => {
  server.script({ unknown: { KO: 'delisted' }, store_refuses: 'phase_3' });
  const id = await create(request, 'Filtered', `${ONE}KO,1,40,2021-03-08\n`);
  await ended(request, id, 'failed');
  await page.goto(live(id));
  await hydrated(page);
  const all = (await jsonLog(request, id)).activity_log;
  const shown = async () => (await lines(page).filter({ visible: true }).allTextContents()).length;
  for (const [choice, levels] of [
    ['Errors', ['error']],
    ['Warnings and errors', ['warning', 'error']],
    ['All lines', ['info', 'warning', 'error']],
  ] as const) {
    const expected = all.filter((entry) => (levels as readonly string[]).includes(entry.level));
    expect(expected.length, choice).toBeGreaterThan(0);
    const label = choice === 'All lines' ? choice : `${choice} (${expected.length})`;
    await page.getByRole('combobox', { name: 'Lines' }).selectOption({ label });
    await expect.poll(shown, choice).toBe(expected.length);
    for (const entry of expected.filter((entry) => entry.level !== 'info')) {
      await expect(lines(page).filter({ hasText: entry.message }).filter({ visible: true })).toHaveCount(1);
    }
  }
});

test('says when a filter hides every line', async ({ page, request }) => {
  const id = await openLong(page, request, 3);
  const { activity_log } = await jsonLog(request, id);
  const filter = page.getByRole('combobox', { name: 'Lines' });
  await filter.selectOption({ label: 'Errors (0)' });
  await expect(log(page).getByText(`0 of ${activity_log.length} lines are errors`, { exact: true })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('none');
  await expect(page.getByText('0 of 3 matching lines are errors', { exact: true })).toBeVisible();
  const warnings = activity_log.filter((entry) => entry.level === 'warning');
  await filter.selectOption({ label: `Warnings and errors (${warnings.length})` });
  await expect(page.getByText('1 of 3', { exact: true })).toBeVisible();
  await expect(log(page).getByText('lines are')).toBeHidden();
  await expect(lines(page).filter({ visible: true }).first()).toContainText('NONE0: Symbol unavailable');
});

test('keeps one row of controls on a phone', async ({ page, request }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const id = await openLong(page, request, 3);
  const [filter, search, options] = [
    page.getByRole('combobox', { name: 'Lines' }), page.getByRole('searchbox', { name: 'Search the log' }), page.getByRole('button', { name: 'Log options' }),
  ];
  const middles = await Promise.all([filter, search, options].map(async (control) => {
    const box = (await control.boundingBox())!;
    return box.y + box.height / 2;
  }));
  expect(Math.max(...middles) - Math.min(...middles)).toBeLessThan(4);
  for (const name of ['Wrap', 'Copy']) await expect(page.getByRole('button', { name, exact: true })).toBeHidden();
  await options.click();
  for (const name of ['Wrap', 'Copy']) await expect(page.getByRole('button', { name, exact: true })).toBeVisible();
  await page.getByRole('combobox', { name: 'Times' }).selectOption('UTC');
  const { activity_log } = await jsonLog(request, id);
  await expect(lines(page).first().locator('time')).toHaveText(activity_log[0]!.timestamp.slice(11, 23));
});

test('stays at the end after a filter', async ({ page, request }) => {
  await openLong(page, request, 200);
  await expect.poll(() => fromEnd(page)).toBeLessThan(25);
  await page.getByRole('combobox', { name: 'Lines' }).selectOption('errors');
  await page.getByRole('combobox', { name: 'Lines' }).selectOption('all');
  await expect.poll(() => fromEnd(page)).toBeLessThan(25);
  await expect(lines(page).last()).toContainText('Batch processing completed successfully');
});

test('shows times local, in UTC or since start', async ({ page, request }) => {
  const id = await openLong(page, request, 3);
  const entries = (await jsonLog(request, id)).activity_log;
  const shown = () => lines(page).locator('time').allTextContents();
  const local = (timestamp: string) => (
    `${new Date(timestamp).toLocaleTimeString('en-GB', { timeZone: 'America/New_York' })}${timestamp.slice(19, 23)}`
  );
  await expect.poll(shown).toEqual(entries.map((entry) => local(entry.timestamp)));
  await page.getByRole('combobox', { name: 'Times' }).selectOption('UTC');
  await expect.poll(shown).toEqual(entries.map((entry) => entry.timestamp.slice(11, 23)));
  await page.getByRole('combobox', { name: 'Times' }).selectOption('Since start');
  const start = Date.parse((await status(request, id)).started_at!);
  const since = (timestamp: string) => new Date(Date.parse(timestamp) - start).toISOString().slice(11, 23);
  expect(await shown()).toEqual(entries.map((entry) => since(entry.timestamp)));
});

test('opens a linked line and stays there', async ({ page, request }) => {
  const id = await openLong(page, request, 300, '#L123');
  const entry = (await jsonLog(request, id)).activity_log[122];
  const line = page.locator('#L123');
  await expect(line).toBeInViewport();
  await expect(line).toContainText(entry!.message);
  await expect(log(page).locator(':target')).toHaveCount(1);
  await expect(lines(page).last(), 'not scrolled to the end').not.toBeInViewport();
});

test('links each line by its number', async ({ page, request }) => {
  const id = await openLong(page, request, 30);
  await page.locator('#L20 .number').click();
  expect(new URL(page.url()).hash).toBe('#L20');
  await expect(page.locator('#L20')).toContainText((await jsonLog(request, id)).activity_log[19]!.message);
});

test('wraps long lines or scrolls them', async ({ page, request, server }) => {
  const long = `AAPL ${'and then some '.repeat(40)}`;
  await openStalled(page, request, server, { activity_log: { '0': { message: long } } });
  await expect(lines(page).first()).toContainText(long.trim());
  const widths = () => log(page).evaluate((element) => element.scrollWidth > element.clientWidth);
  expect(await widths()).toBe(false);
  const wrap = page.getByRole('button', { name: 'Wrap' });
  await expect(wrap).toHaveAttribute('aria-pressed', 'true');
  await wrap.click();
  await expect(wrap).toHaveAttribute('aria-pressed', 'false');
  expect(await widths()).toBe(true);
});

test('follows new lines until the reader scrolls up', async ({ page, request, server }) => {
  await page.setViewportSize({ width: 420, height: 700 });
  server.script({ hold: 'phase_1.75' });
  const id = await create(request, 'Reader', unknown(40));
  await page.goto(live(id));
  await hydrated(page);
  await expect.poll(() => fromEnd(page), 'follows the newest line').toBeLessThan(25);
  await expect(page.getByText('Auto-scrolling')).toBeVisible();
  await log(page).evaluate((element) => element.scrollTo(0, 40));
  await expect(page.getByText('Auto-scrolling')).toBeHidden();
  await expect(newLines(page)).toBeHidden();
  const seen = (await linesOnPage(page)).length;
  server.script({ hold: 'phase_2.5' });
  await expect(newLines(page)).toBeVisible();
  const unseen = async () => `${(await linesOnPage(page)).length - seen} new lines`;
  await expect.poll(async () => (await newLines(page).textContent()) === (await unseen())).toBe(true);
  expect(await log(page).evaluate((element) => element.scrollTop), 'not scrolled').toBe(40);
  await newLines(page).click();
  await expect.poll(() => fromEnd(page)).toBeLessThan(25);
  await expect(newLines(page)).toBeHidden();
  server.script({});
  await expect(lines(page).last()).toContainText('Batch processing completed successfully');
  await expect.poll(() => fromEnd(page), 'follows again').toBeLessThan(25);
  await expectPageEqualsDownloads(page, request, id);
});

test('keeps its position while text is selected', async ({ page, request, server }) => {
  server.script({ hold: 'phase_1.75' });
  const id = await create(request, 'Selecting', unknown(40));
  await page.goto(live(id));
  await hydrated(page);
  await expect.poll(() => fromEnd(page)).toBeLessThan(25);
  const before = await log(page).evaluate((element) => {
    const message = element.querySelector('li:last-child .message')!;
    window.getSelection()!.selectAllChildren(message);
    return element.scrollTop;
  });
  server.script({ hold: 'phase_2.5' });
  await expect(lines(page).filter({ hasText: 'Phase 4 complete' })).toBeAttached();
  expect(await log(page).evaluate((element) => element.scrollTop)).toBe(before);
  await expect(page.getByText('Auto-scrolling'), 'the log does not follow').toBeHidden();
  await newLines(page).click();
  await expect.poll(() => fromEnd(page)).toBeLessThan(25);
  await expect(log(page), 'the button was removed').toBeFocused();
  server.script({});
  await expect(lines(page).last()).toContainText('Batch processing completed successfully');
  await expectPageEqualsDownloads(page, request, id);
});

test('prints every line without controls', async ({ page, request }) => {
  const id = await openLong(page, request, 200);
  await page.emulateMedia({ media: 'print' });
  const [height, content] = await log(page).evaluate((element) => [element.clientHeight, element.scrollHeight] as const);
  expect(height, 'the printed log does not scroll').toBeGreaterThanOrEqual(content);
  await expect(page.getByRole('searchbox', { name: 'Search the log' })).toBeHidden();
  await expect(page.getByRole('link', { name: 'Download Log' })).toBeHidden();
  const { activity_log } = await jsonLog(request, id);
  await expect(lines(page)).toHaveCount(activity_log.length);
  await expect(lines(page).first()).toContainText(activity_log[0]!.message);
  await expect(lines(page).first()).toBeVisible();
});

test('equals the downloaded log after live updates', async ({ page, request, server }) => {
  const id = await openWaitingAt(page, request, server, 'phase_1.75');
  server.script({});
  await expect(lines(page).last()).toContainText('Batch processing completed successfully');
  await expectPageEqualsDownloads(page, request, id);
});
