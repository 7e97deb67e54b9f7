// Tests the links from the phases to their first lines in the log.

import type { APIRequestContext, Page } from '@playwright/test';

import { jsonLog, phase } from './live';
import { create, ended, expect, hydrated, live, test } from './server';
import { openLong } from './page/log_page';
import { ONE } from './page/stalled';

test.use({ binary: 'scripted_server' });

const link = (page: Page, number: number) => page.getByRole('link', { name: `Log of Phase ${number}`, exact: true });

/** Returns the number of the first line of each phase that has begun. */
async function firstLines(request: APIRequestContext, id: string): Promise<number[]> {
  const { activity_log } = await jsonLog(request, id);
  const phases = new Set(activity_log.map((entry) => entry.phase_id).filter((phase) => phase !== null));
  return [...phases].map((phase) => activity_log.find((entry) => entry.phase_id === phase)!.seq);
}

test('unfolds the phase whose log is opened', async ({ page, request }) => {
  const id = await openLong(page, request, 60);
  const [first] = await firstLines(request, id);
  await page.getByRole('button', { name: /lines? of phase 1$/i }).click();
  await expect(page.locator(`#L${first! + 1}`)).toBeHidden();
  await link(page, 1).click();
  await expect(page.locator(`#L${first! + 1}`)).toBeInViewport();
});

test('fits the links on a phone', async ({ page, request }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const id = await create(request, 'On a phone', ONE);
  await ended(request, id);
  await page.goto(live(id));
  await hydrated(page);
  const lines = await firstLines(request, id);
  await link(page, 9).click();
  await expect(page.locator(`#L${lines.at(-1)}`)).toBeInViewport();
});
