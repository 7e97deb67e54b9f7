// Helpers that read the live page and compare its log with the downloaded logs.

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

export function heading(page: Page): Locator {
  return page.getByRole('heading', { level: 1 });
}

/** Returns the list item of a phase in the list *Phase progress*. */
export function phase(page: Page, name: string): Locator {
  return page.getByRole('list', { name: 'Phase progress' }).getByRole('listitem').filter({ hasText: name });
}

/** Returns the scrollable activity log. */
export function log(page: Page): Locator {
  return page.getByRole('log', { name: 'Activity log' });
}

export interface Line {
  /** Time at which the line was logged, in UTC, truncated to whole seconds. */
  time: string;
  level: 'INFO' | 'WARN' | 'ERROR';
  message: string;
}

/**
 * Reads every log line on the page as a screen reader would: the time, then "Warning: " or "Error:
 * " if there is one, and the message.
 */
export async function linesOnPage(page: Page): Promise<Line[]> {
  return log(page).locator('li').evaluateAll((items) =>
    items.map((item) => {
      const time = item.querySelector('time');
      const rest = [...item.childNodes].filter((node) => node !== time && !(node instanceof Element && node.getAttribute('aria-hidden') === 'true'));
      // An info line has neither "Warning: " nor "Error: ", so its text starts with a space, which
      // is removed.
      const text = rest.map((node) => node.textContent ?? '').join('').trimStart();
      const [word] = /^(Warning: |Error: )?/.exec(text) ?? [''];
      const level = { 'Warning: ': 'WARN', 'Error: ': 'ERROR' }[word] ?? 'INFO';
      return {
        time: (time?.getAttribute('datetime') ?? '').slice(0, 19).replace('T', ' '),
        level: level as Line['level'],
        message: text.slice(word.length),
      };
    }),
  );
}

/** Parses the log lines of a downloaded text file. */
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
  activity_log: { seq: number; level: string; message: string; timestamp: string; phase_id: string | null }[];
}

export async function textLog(request: APIRequestContext, id: string): Promise<string> {
  const answer = await request.get(`/api/v1/onboarding/status/${id}/logs?format=txt`);
  expect(answer.status()).toBe(200);
  return answer.text();
}

export async function jsonLog(request: APIRequestContext, id: string, includeDebug = false): Promise<JsonLog> {
  const answer = await request.get(`/api/v1/onboarding/status/${id}/logs?format=json&include_debug=${includeDebug}`);
  expect(answer.status()).toBe(200);
  return (await answer.json()) as JsonLog;
}

/** Expects that the log entries are numbered 1, 2, 3 … without a gap. */
export function expectNoGaps(log: JsonLog): void {
  expect(log.activity_log.map((entry) => entry.seq)).toEqual(log.activity_log.map((_, index) => index + 1));
}

/**
 * Expects that the page, the downloaded text file and the downloaded JSON file contain the same log
 * lines in the same order.
 */
export async function expectPageEqualsDownloads(page: Page, request: APIRequestContext, id: string): Promise<void> {
  const json = await jsonLog(request, id);
  const file = linesOfFile(await textLog(request, id));
  const levels: Record<string, string> = { info: 'INFO', warning: 'WARN', error: 'ERROR' };
  expect(json.activity_log.map((entry) => `${levels[entry.level]} ${entry.message}`)).toEqual(file.map((line) => `${line.level} ${line.message}`));
  expect(json.activity_log.map((entry) => entry.timestamp.slice(0, 19).replace('T', ' '))).toEqual(file.map((line) => line.time));
  expectNoGaps(json);
  await expect.poll(async () => (await linesOnPage(page)).length).toBe(file.length);
  expect(await linesOnPage(page)).toEqual(file);
}

/** A snapshot of the page, recorded after one of its changes. */
export interface Observation {
  heading: string;
  percent: number | null;
  /** How many symbols phase 1 has finished, according to the page. */
  count: number | null;
  elapsed: string | null;
  lines: number;
}

declare global {
  interface Window {
    observations?: Observation[];
  }
}

/**
 * Starts recording what the page shows after each change. Reloading the page deletes the recording.
 */
export async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const observations: Observation[] = [];
    window.observations = observations;
    const record = () => {
      const text = document.body.textContent ?? '';
      const percent = /Overall: (\d+)% complete/.exec(text)?.[1];
      const count = /(\d+)\/\d+ symbols/.exec(document.querySelector('[aria-current="step"]')?.textContent ?? '')?.[1];
      observations.push({
        heading: document.querySelector('h1')?.textContent ?? '',
        percent: percent === undefined ? null : Number(percent),
        count: count === undefined ? null : Number(count),
        elapsed: /Elapsed: ([\dhms ]+?s)/.exec(text)?.[1] ?? null,
        lines: document.querySelectorAll('[role="log"] li').length,
      });
    };
    record();
    new MutationObserver(record).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

/**
 * Returns everything recorded since `watch` was called. Fails if the page has been reloaded since
 * then.
 */
export async function observations(page: Page): Promise<Observation[]> {
  const recorded = await page.evaluate(() => window.observations ?? null);
  expect(recorded, 'the page was never reloaded').not.toBeNull();
  return recorded ?? [];
}

export function distinct<T>(values: (T | null)[]): T[] {
  return [...new Set(values.filter((value) => value !== null))] as T[];
}

export function expectNeverFalls(values: (number | null)[], name: string): void {
  const known = values.filter((value) => value !== null);
  expect(known, `${name} never falls`).toEqual([...known].sort((a, b) => a - b));
}

/** Returns the distinct symbols of the sample portfolio. */
export function sampleSymbols(): string[] {
  const rows = shipped('sample-portfolio.csv').split('\n').filter((line) => line !== '' && !line.startsWith('#')).slice(1);
  return [...new Set(rows.map((row) => row.split(',')[0] ?? ''))];
}
