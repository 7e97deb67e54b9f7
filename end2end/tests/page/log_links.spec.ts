// Tests the links from the phases to their first lines in the log.

import { phase } from '../live';
import { create, ended, expect, live, test } from '../server';
import { firstLines, logLink, openLong } from './log_page';
import { ONE, openWaitingAt } from './stalled';

test.use({ binary: 'scripted_server' });

test('links each begun phase to its first line', async ({ page, request, server }) => {
  await page.setViewportSize({ width: 1_440, height: 900 });
  const id = await openWaitingAt(page, request, server, 'phase_1.75');
  await expect(logLink(page, 3)).toBeVisible();
  await expect(logLink(page, 4), 'a pending phase').toBeHidden();
  const right = () => phase(page, 'Portfolio Snapshots').locator('.phase-duration').evaluate((element) => element.getBoundingClientRect().right);
  const before = await right();
  server.script({ hold: 'phase_2', set: { next_poll_ms: 250 } });
  await expect(logLink(page, 4)).toBeVisible();
  expect(await right(), 'the link moves nothing').toBe(before);
  server.script({});
  await expect(page.getByRole('heading', { name: 'Portfolio Setup Complete!' })).toBeVisible();
  const lines = await firstLines(request, id);
  expect(lines).toHaveLength(9);
  for (const [index, line] of lines.entries()) {
    await expect(logLink(page, index + 1)).toHaveAttribute('href', `#L${line}`);
    await logLink(page, index + 1).click();
    await expect(page.locator(`#L${line}`)).toBeInViewport();
  }
});

test('shows the linked line despite a filter', async ({ page, request }) => {
  const id = await openLong(page, request, 60);
  const [first] = await firstLines(request, id);
  const filter = page.getByRole('combobox', { name: 'Lines' });
  // The second time, the address does not change.
  for (const time of ['once', 'again']) {
    await filter.selectOption('errors');
    await expect(page.locator(`#L${first}`), time).toBeHidden();
    await logLink(page, 1).click();
    await expect(page.locator(`#L${first}`), time).toBeInViewport();
    await expect(filter).toHaveValue('all');
  }
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('links phases to their lines without scripts', async ({ page, request, server }) => {
    server.script({});
    const id = await create(request, 'No scripts', ONE);
    await ended(request, id);
    await page.goto(live(id));
    const lines = await firstLines(request, id);
    await logLink(page, 9).click();
    await expect(page.locator(`#L${lines.at(-1)}`)).toBeInViewport();
  });
});
