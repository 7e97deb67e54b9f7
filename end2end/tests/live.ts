// What a person sees on the live page, in words that tests share.

import { type APIRequestContext, type Locator, type Page, expect } from '@playwright/test';

import { shipped } from './server';

export const PHASES = [
  'Market Data Collection',
  'Factor Analysis',
  'Symbol Metrics',
  'Portfolio Snapshots',
  'Position Values',
  'Position Betas',
  'Factor Exposures',
  'Volatility Analysis',
  'Correlations',
];

/** The heading of the page. */
export function heading(page: Page): Locator {
  return page.getByRole('heading', { level: 1 });
}

/** One of the nine phases, by its name. */
export function phase(page: Page, name: string): Locator {
  return page.getByRole('list', { name: 'Phase progress' }).getByRole('listitem').filter({ hasText: name });
}

/** The scrollable log itself. */
export function log(page: Page): Locator {
  return page.getByRole('log', { name: 'Activity log' });
}

export interface Line {
  /** UTC, to the second. */
  time: string;
  level: 'INFO' | 'WARN' | 'ERROR';
  message: string;
}

/** Every line of the log on the page, as read aloud: the time, "Warning: " or "Error: ", the message. */
export async function linesOnPage(page: Page): Promise<Line[]> {
  return log(page).locator('li').evaluateAll((items) =>
    items.map((item) => {
      const time = item.querySelector('time');
      const rest = [...item.childNodes].filter((node) => node !== time && !(node instanceof Element && node.getAttribute('aria-hidden') === 'true'));
      // A mark without words is a space.
      const said = rest.map((node) => node.textContent ?? '').join('').trimStart();
      const [word] = /^(Warning: |Error: )?/.exec(said) ?? [''];
      const level = { 'Warning: ': 'WARN', 'Error: ': 'ERROR' }[word] ?? 'INFO';
      return {
        time: (time?.getAttribute('datetime') ?? '').slice(0, 19).replace('T', ' '),
        level: level as Line['level'],
        message: said.slice(word.length),
      };
    }),
  );
}

/** The log as the text file has it. */
export function linesOfFile(text: string): Line[] {
  const section = text.split('ACTIVITY LOG')[1] ?? '';
  return [...section.matchAll(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) \[(\w+)\] (.*)$/gm)].map(([, time = '', level = '', message = '']) => ({
    time,
    level: level as Line['level'],
    message,
  }));
}

export interface JsonLog {
  attempt: number;
  final_status: string;
  activity_log: { seq: number; level: string; message: string; timestamp: string }[];
}

export async function textLog(request: APIRequestContext, id: string): Promise<string> {
  const answer = await request.get(`/api/v1/onboarding/status/${id}/logs?format=txt`);
  expect(answer.status()).toBe(200);
  return answer.text();
}

export async function jsonLog(request: APIRequestContext, id: string): Promise<JsonLog> {
  const answer = await request.get(`/api/v1/onboarding/status/${id}/logs?format=json`);
  expect(answer.status()).toBe(200);
  return (await answer.json()) as JsonLog;
}

/** 1, 2, 3 … without a gap. */
export function expectNoGaps(log: JsonLog): void {
  expect(log.activity_log.map((entry) => entry.seq)).toEqual(log.activity_log.map((_, index) => index + 1));
}

/** The page shows exactly the lines that both files have, in their order. */
export async function expectPageEqualsDownloads(page: Page, request: APIRequestContext, id: string): Promise<void> {
  const json = await jsonLog(request, id);
  const file = linesOfFile(await textLog(request, id));
  const words: Record<string, string> = { info: 'INFO', warning: 'WARN', error: 'ERROR' };
  expect(json.activity_log.map((entry) => `${words[entry.level]} ${entry.message}`)).toEqual(file.map((line) => `${line.level} ${line.message}`));
  expect(json.activity_log.map((entry) => entry.timestamp.slice(0, 19).replace('T', ' '))).toEqual(file.map((line) => line.time));
  expectNoGaps(json);
  await expect.poll(async () => (await linesOnPage(page)).length).toBe(file.length);
  expect(await linesOnPage(page)).toEqual(file);
}

/** What the page showed at one moment. */
export interface Sight {
  heading: string;
  percent: number | null;
  /** Symbols done in phase 1. */
  count: number | null;
  elapsed: string | null;
  lines: number;
}

declare global {
  interface Window {
    sights?: Sight[];
  }
}

/** Notes what the page shows at every change of it from now on. The notes are lost when the page is reloaded. */
export async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const sights: Sight[] = [];
    window.sights = sights;
    const note = () => {
      const text = document.body.textContent ?? '';
      const percent = /Overall: (\d+)% complete/.exec(text)?.[1];
      const count = /(\d+)\/\d+ symbols/.exec(document.querySelector('[aria-current="step"]')?.textContent ?? '')?.[1];
      sights.push({
        heading: document.querySelector('h1')?.textContent ?? '',
        percent: percent === undefined ? null : Number(percent),
        count: count === undefined ? null : Number(count),
        elapsed: /Elapsed: ([\dhms ]+?s)/.exec(text)?.[1] ?? null,
        lines: document.querySelectorAll('[role="log"] li').length,
      });
    };
    note();
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

/** The notes since `watch`. Fails when the page was reloaded meanwhile. */
export async function sights(page: Page): Promise<Sight[]> {
  const seen = await page.evaluate(() => window.sights ?? null);
  expect(seen, 'the page was never reloaded').not.toBeNull();
  return seen ?? [];
}

export function distinct<T>(values: (T | null)[]): T[] {
  return [...new Set(values.filter((value) => value !== null))] as T[];
}

export function expectNeverFalls(values: (number | null)[], what: string): void {
  const known = values.filter((value) => value !== null);
  expect(known, `${what} never falls`).toEqual([...known].sort((a, b) => a - b));
}

/** The symbols of the sample portfolio, each once. */
export function sampleSymbols(): string[] {
  const rows = shipped('sample-portfolio.csv').split('\n').filter((line) => line !== '' && !line.startsWith('#')).slice(1);
  return [...new Set(rows.map((row) => row.split(',')[0] ?? ''))];
}
