// Starts runs that make no progress on their own, so that a page changes only when a test sets its
// status.

import { type APIRequestContext, type Page, type Request, expect } from '@playwright/test';

import { type Server, type Told, create, hydrated, live, status } from '../server';

/** URL pattern of the requests that a page sends to poll the status. */
export const POLLS = '**/api/page/status*';

export const HEADER = 'Symbol,Quantity,Entry Price Per Share,Entry Date\n';
export const ONE = `${HEADER}AAPL,1,100,2021-03-08\n`;
export const TWO = `${ONE}KO,1,40,2021-03-08\n`;

/** Status fields of a run that is 45% complete. */
export const AT_45: Told = {
  overall_progress: { percent_complete: 45, phases_completed: 3 },
  eta: { low_seconds: 360, high_seconds: 540 },
  heartbeat_age_seconds: 4,
};

/** Status fields of a portfolio for which the server has no run. */
export const NO_RUN: Told = {
  status: 'not_found', attempt: 0, attempts: 0, version: 0, phases: null, overall_progress: null, summary: null, activity_log: [], last_seq: 0,
};

/**
 * Waits until the page has handled the response to its first poll, or that poll's failure. Until
 * then, a test that changes the responses or advances the clock changes the first poll too.
 */
async function polled(page: Page): Promise<void> {
  await hydrated(page);
  await expect(page.getByText(/^As of \d/)).toBeHidden();
}

/** Starts a run whose prices never arrive, sets fields of its status, and opens its page. */
export async function openStalled(page: Page, request: APIRequestContext, server: Server, set: Told = AT_45): Promise<string> {
  server.script({ delay_ms: 3_600_000, set });
  const id = await create(request, 'Growth Portfolio', ONE);
  await expect.poll(async () => (await status(request, id)).last_seq, 'the run has written its first log lines').toBe(3);
  await page.goto(live(id));
  await polled(page);
  return id;
}

/** Waits until a run is in a phase. Runs that the store holds back stay there. */
export async function atPhase(request: APIRequestContext, id: string, phase: string): Promise<void> {
  await expect.poll(async () => (await status(request, id)).overall_progress?.current_phase).toBe(phase);
}

/**
 * Starts a run that waits at the end of `phase`, and opens its page. The page polls every 250 ms,
 * so that it shows changes quickly.
 */
export async function openWaitingAt(page: Page, request: APIRequestContext, server: Server, phase: string, set: Told = {}): Promise<string> {
  server.script({ hold: phase, set: { next_poll_ms: 250, ...set } });
  const id = await create(request, 'Growth Portfolio', ONE);
  await atPhase(request, id, phase);
  await page.goto(live(id));
  await polled(page);
  return id;
}

/**
 * Counts the polls of a page, and records the largest number that were in flight at the same time.
 */
export class Polls {
  count = 0;
  maxInFlight = 0;
  private readonly inFlight = new Set<Request>();

  constructor(page: Page) {
    const isPoll = (request: Request) => request.url().includes('/api/page/status');
    page.on('request', (request) => {
      if (!isPoll(request)) return;
      this.count += 1;
      this.inFlight.add(request);
      this.maxInFlight = Math.max(this.maxInFlight, this.inFlight.size);
    });
    page.on('requestfinished', (request) => this.inFlight.delete(request));
    page.on('requestfailed', (request) => this.inFlight.delete(request));
  }

  /** Waits until no poll is in flight. */
  async waitUntilIdle(): Promise<void> {
    await expect.poll(() => this.inFlight.size, { intervals: [10] }).toBe(0);
  }
}

/** Makes the page believe that its tab has been hidden or shown again. */
export async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (hidden ? 'hidden' : 'visible') });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, isHidden);
}

/** Stops the page's clock. From then on, only `page.clock` advances it. */
export async function stopClock(page: Page): Promise<void> {
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 500);
}

/**
 * Lets a test shift the page's wall clock with `shiftClock`. The monotonic clock is not shifted.
 */
export async function withShiftableClock(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const real = Date;
    let shift = 0;
    Object.assign(window, { shiftClock: (ms: number) => { shift = ms; } });
    window.Date = class extends real {
      constructor(...args: [] | [string]) {
        if (args.length === 0) super(real.now() + shift);
        else super(...args);
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
