// Opens finished runs with logs of any length, and reads the lines on the page.

import { type APIRequestContext, type Locator, type Page } from '@playwright/test';

import { jsonLog, log } from '../live';
import { create, ended, hydrated, live } from '../server';
import { ONE } from './stalled';

/** Opens a finished run whose log has one line for each of `symbols` unknown symbols. */
export async function openLong(page: Page, request: APIRequestContext, symbols: number, hash = ''): Promise<string> {
  const id = await create(request, 'Long log', unknown(symbols));
  await ended(request, id);
  await page.goto(`${live(id)}${hash}`);
  await hydrated(page);
  return id;
}

/** Returns a positions file with one known symbol and `symbols` unknown ones. */
export function unknown(symbols: number): string {
  return ONE + Array.from({ length: symbols }, (_, index) => `NONE${index},1,10,2021-03-08\n`).join('');
}

/** Returns the lines of the log on the page. */
export function lines(page: Page): Locator {
  return log(page).getByRole('listitem').filter({ has: page.locator('time') });
}

/** Returns the link from a phase to its first line in the log. */
export const logLink = (page: Page, number: number) => page.getByRole('link', { name: `Log of Phase ${number}`, exact: true });

/** Returns the number of the first line of each phase that has begun. */
export async function firstLines(request: APIRequestContext, id: string): Promise<number[]> {
  const { activity_log } = await jsonLog(request, id);
  const phases = new Set(activity_log.map((entry) => entry.phase_id).filter((phase) => phase !== null));
  return [...phases].map((phase) => activity_log.find((entry) => entry.phase_id === phase)!.seq);
}
