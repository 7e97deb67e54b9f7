// Setups that stay where they are, so that what the page is told is all that changes.

import { type APIRequestContext, type Page, type Request, expect } from '@playwright/test';

import { type Server, type Told, create, hydrated, live, status } from '../server';

/** The polls of the page. */
export const POLLS = '**/api/page/status*';

export const HEADER = 'Symbol,Quantity,Entry Price Per Share,Entry Date\n';
export const ONE = `${HEADER}AAPL,1,100,2021-03-08\n`;
export const TWO = `${ONE}KO,1,40,2021-03-08\n`;

/** Statuses to tell. */
export const AT_45: Told = {
  overall_progress: { percent_complete: 45, phases_completed: 3 },
  eta: { low_seconds: 360, high_seconds: 540 },
  heartbeat_age_seconds: 4,
};

/** As if no run of the portfolio were known. */
export const NO_RUN: Told = {
  status: 'not_found', attempt: 0, attempts: 0, version: 0, phases: null, overall_progress: null, summary: null, activity_log: [], last_seq: 0,
};

/** A setup whose prices never come, told as the test wants it, on an open page. */
export async function openHeld(page: Page, request: APIRequestContext, server: Server, set: Told = AT_45): Promise<string> {
  server.script({ delay_ms: 3_600_000, set });
  const id = await create(request, 'Growth Portfolio', ONE);
  await expect.poll(async () => (await status(request, id)).last_seq, 'its first lines are written').toBe(3);
  await page.goto(live(id));
  await hydrated(page);
  return id;
}

/** A setup whose result of one phase is kept waiting. Its page asks often, so that what happens next is soon seen. */
export async function openWaitingAt(page: Page, request: APIRequestContext, server: Server, phase: string, set: Told = {}): Promise<string> {
  server.script({ hold: phase, set: { next_poll_ms: 250, ...set } });
  const id = await create(request, 'Growth Portfolio', ONE);
  await page.goto(live(id));
  await hydrated(page);
  return id;
}

/** Counts the polls of a page, and how many of them are under way at once. */
export class Polls {
  count = 0;
  atOnce = 0;
  private readonly underWay = new Set<Request>();

  constructor(page: Page) {
    const isPoll = (request: Request) => request.url().includes('/api/page/status');
    page.on('request', (request) => {
      if (!isPoll(request)) return;
      this.count += 1;
      this.underWay.add(request);
      this.atOnce = Math.max(this.atOnce, this.underWay.size);
    });
    page.on('requestfinished', (request) => this.underWay.delete(request));
    page.on('requestfailed', (request) => this.underWay.delete(request));
  }

  /** Waits until none is under way. */
  async answered(): Promise<void> {
    await expect.poll(() => this.underWay.size, { intervals: [10] }).toBe(0);
  }
}

/** Hides the tab, or shows it again, as the browser tells the page. */
export async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (hidden ? 'hidden' : 'visible') });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, isHidden);
}

/** From now on the page's clock stands, and goes on only where a test says so. */
export async function stopClock(page: Page): Promise<void> {
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 500);
}

/** Lets a test set the wall clock of the page with `shiftClock`; the monotonic clock stays what it is. */
export async function withShiftableClock(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const real = Date;
    let shift = 0;
    Object.assign(window, { shiftClock: (ms: number) => { shift = ms; } });
    window.Date = class extends real {
      constructor(...given: [] | [string]) {
        if (given.length === 0) super(real.now() + shift);
        else super(...given);
      }

      static override now(): number {
        return real.now() + shift;
      }
    } as DateConstructor;
  });
}

export async function shiftClock(page: Page, hours: number): Promise<void> {
  await page.evaluate((ms) => (window as unknown as { shiftClock(ms: number): void }).shiftClock(ms), hours * 3_600_000);
}
