// Tests what the links from the phases to the log do on the page, whatever the server answers.

import { create, ended, expect, hydrated, live, test } from './server';
import { firstLines, logLink, openLong } from './page/log_page';
import { ONE } from './page/stalled';

test.use({ binary: 'scripted_server' });

test('unfolds the phase whose log is opened', async ({ page, request }) => {
  const id = await openLong(page, request, 60);
  const [first] = await firstLines(request, id);
  await page.getByRole('button', { name: /lines? of phase 1$/i }).click();
  await expect(page.locator(`#L${first! + 1}`)).toBeHidden();
  await logLink(page, 1).click();
  await expect(page.locator(`#L${first! + 1}`)).toBeInViewport();
});

test('fits the links on a phone', async ({ page, request }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const id = await create(request, 'On a phone', ONE);
  await ended(request, id);
  await page.goto(live(id));
  await hydrated(page);
  const lines = await firstLines(request, id);
  await logLink(page, 9).click();
  await expect(page.locator(`#L${lines.at(-1)}`)).toBeInViewport();
});
